"""One field of a JSON record is replaced, and every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.emitting.json_fields import with_field

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="."), min_size=1, max_size=4)


def test_every_other_byte_stays() -> None:
    raw = b'{ "id":1.50,\t"text" : "a\\u00e9b" , "b":[1e3, {"text":"inner"}], "\\u4e00": null }'
    assert with_field(raw, "text", "é!") == b'{ "id":1.50,\t"text" : "\\u00e9!" , "b":[1e3, {"text":"inner"}], "\\u4e00": null }'


def test_escapes_are_written_as_the_old_value_had_them() -> None:
    assert with_field('{"text": "旧"}'.encode(), "text", "新\n") == '{"text": "新\\n"}'.encode()
    assert with_field(b'{"text": "\\u65e7"}', "text", "新") == b'{"text": "\\u65b0"}'


def test_a_dotted_name_reaches_into_objects_unless_a_field_is_called_so() -> None:
    assert with_field(b'{"a": {"text": "x"}}', "a.text", "y") == b'{"a": {"text": "y"}}'
    assert with_field(b'{"a": {"text": "x"}, "a.text": "z"}', "a.text", "y") == b'{"a": {"text": "x"}, "a.text": "y"}'


def test_a_field_that_stands_twice_is_replaced_twice() -> None:
    assert with_field(b'{"text":"secret","text":"secret"}', "text", "-") == b'{"text":"-","text":"-"}'


def test_a_record_without_the_field_is_refused() -> None:
    for raw in (b"{}", b'{"b": 1}', b"[1]"):
        with pytest.raises(ValueError, match="no field"):
            with_field(raw, "text", "y")


@given(st.dictionaries(names, values, max_size=5), names, st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_only_the_field_changes(record: dict[str, object], name: str, text: str, ascii_only: bool) -> None:
    record = {**record, name: "old"}
    raw = json.dumps(record, ensure_ascii=ascii_only).encode()
    assert json.loads(with_field(raw, name, text)) == {**record, name: text}
    assert with_field(raw, name, "old") == raw


def test_no_depth_of_nesting_and_no_number_matters() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    record = b'{"a": ' + deep + b', "b": "]}\\"{", "n": ' + b"7" * 5000 + b', "text": "old", "c": NaN}'
    assert with_field(record, "text", "new") == record.replace(b'"old"', b'"new"')


def test_a_dotted_name_that_holds_nothing_hides_no_text_inside_of_an_object() -> None:
    record = b'{"meta.text": null, "meta": {"text": "old"}}'
    assert with_field(record, "meta.text", "new") == b'{"meta.text": null, "meta": {"text": "new"}}'
    twice = b'{"meta.text": "older", "meta": {"text": "old"}, "meta.text": null}'
    assert with_field(twice, "meta.text", "new") == b'{"meta.text": "new", "meta": {"text": "new"}, "meta.text": null}'
