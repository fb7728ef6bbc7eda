"""Documents that keep what they do not change, byte for byte."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.server.gateway.verbatim import Document, Malformed

AWKWARD = b'{ "big": 123456789012345678901234567890, "huge": 1e400, "one": 1.0, "exp": 1E5, "esc": "\\u4f60\\/", "text": "old", "last": [1, 2.50, {"text":"deep"}] }'

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
writings = st.sampled_from(
    [
        lambda value: orjson.dumps(value) if _fits(value) else json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(),
        lambda value: json.dumps(value).encode(),
        lambda value: json.dumps(value, indent=2, ensure_ascii=False).encode(),
    ]
)


def _fits(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return False
    return True


def test_an_unchanged_document_keeps_its_bytes() -> None:
    assert Document.parse(AWKWARD).encode() == AWKWARD


def test_only_the_changed_string_changes() -> None:
    document = Document.parse(AWKWARD)
    document.put(("text",), "新")
    assert document.encode() == AWKWARD.replace(b'"old"', '"新"'.encode())


def test_a_deep_string_is_found_by_its_place_not_by_its_name() -> None:
    document = Document.parse(AWKWARD)
    document.put(("last", 2, "text"), "x")
    assert document.encode() == AWKWARD.replace(b'"deep"', b'"x"')


def test_a_member_is_added_at_the_end() -> None:
    document = Document.parse(AWKWARD)
    document.add((), "brightline", {"a": 1})
    assert document.encode() == AWKWARD.replace(b"}] }", b'}] ,"brightline":{"a":1}}')


@pytest.mark.parametrize("raw", [b'{"a":[1,2,3]}', b'{"a": [ 1.00, 2 , 3e2 ] }'])
@pytest.mark.parametrize("gone", [{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}])
def test_elements_are_cut_with_their_commas(raw: bytes, gone: set[int]) -> None:
    document = Document.parse(raw)
    for index in gone:
        document.cut(("a",), index)
    assert json.loads(document.encode())["a"] == [element for index, element in enumerate(json.loads(raw)["a"]) if index not in gone]


@given(values, writings, st.text(max_size=6))
def test_a_change_is_the_only_difference_however_the_document_was_written(value: Any, write: Any, text: str) -> None:
    raw = write({"before": value, "here": ["x", {"deep": "y"}], "after": value})
    document = Document.parse(raw)
    document.put(("here", 1, "deep"), text)
    document.add((), "added", text)
    assert json.loads(document.encode()) == {"before": value, "here": ["x", {"deep": text}], "after": value, "added": text}


@given(values, writings)
def test_numbers_keep_their_writing_where_the_document_is_spliced(value: Any, write: Any) -> None:
    raw = write({"kept": value, "text": "old"})
    document = Document.parse(raw)
    document.put(("text",), "new")
    assert document.encode() == raw.replace(b'"old"', b'"new"') or b'"old"' in write({"kept": value})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b'{"a":NaN}', "NaN is not JSON"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":"\xe4\xbd"}', "not UTF-8"),
        (b'{"a":"\x00"}', "not JSON"),
        (b'{"a":"\\ud83d"}', "surrogate"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"b":{"a":1e400,"a":2}}', "twice"),
        (b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b'{"a":1e400,"b":' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deeply"),
    ],
)
def test_what_is_no_unambiguous_document_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        Document.parse(raw)


def test_an_integer_of_thousands_of_digits_passes() -> None:
    raw = b'{"a":' + b"7" * 6000 + b',"b":1e400,"text":"old"}'
    document = Document.parse(raw)
    document.put(("text",), "new")
    assert document.encode() == raw.replace(b"old", b"new")


@given(st.binary(max_size=40))
def test_garbage_raises_nothing_else(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        Document.parse(raw)
