from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.sources import Source, dump_sources, load_sources, parse_sources
from brightline.errors import DataError

GOOD = """\
- id: wiki
  name: 中文维基百科
  kind: open_data
  country: US
  languages: [zh, en]
  licence:
    spdx: CC-BY-SA-4.0
    evidence: {where: evidence/wiki.html, sha256: '%s', seen_on: 2026-10-01}
  personal: {basis: made_public, sensitive: false, minors: true, guardian_consent: false}
  notes: "true"
- {id: shop, name: Reviews, kind: purchase, contract: {number: '2026-17', permits_training: true}}
""" % ("ab" * 32)


def test_a_file_is_read_with_all_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD, encoding="utf-8")
    wiki, shop = load_sources(path)
    assert (wiki.licence.spdx, wiki.languages, wiki.personal.sensitive, wiki.personal.minors) == ("CC-BY-SA-4.0", ("zh", "en"), False, True)
    assert wiki.notes == "true"  # a word, not a flag
    assert (shop.contract.number, shop.contract.permits_training) == ("2026-17", True)


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Source,
            st.from_regex(r"[a-z]{1,5}", fullmatch=True),
            st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=9),
            st.just("own"),
            notes=st.text("a: #'\"-[]{}真true\\|>&*!%@`?,\t", max_size=12).map(str.strip),
        ),
        unique_by=lambda each: each.id,
        max_size=4,
    )
)
def test_written_and_read_again_it_is_the_same_register(sources: list[Source]) -> None:
    assert parse_sources(dump_sources(sources).encode(), "sources.yaml") == tuple(sorted(sources, key=lambda each: each.id))


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("- {id: a, name: A, kind: own}\n- {id: a, name: B, kind: own}\n", 2, 292),
        ("- id: a\n  name: A\n  kind: dream\n", 3, 291),
        ("- id: a\n  name: A\n  kind: own\n  licence:\n    spdx: Nothing-1.0\n", 5, 291),
        ("- id: a\n  name: A\n  kind: own\n  colour: red\n", 4, 291),
        ("- id: a\n  kind: own\n", 1, 291),
        ("- a\n", 1, 291),
        ("id: a\n", 1, 202),
        ("- [\n", 2, 201),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, code: int) -> None:
    with pytest.raises(DataError, match=f"BL-DATA-{code}") as caught:
        parse_sources(text.encode(), "sources.yaml")
    assert (caught.value.file, caught.value.line) == ("sources.yaml", line)


def test_no_file_and_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="BL-DATA-290"):
        load_sources(tmp_path / "nothing.yaml")
    with (tmp_path / "huge.yaml").open("wb") as huge:
        huge.truncate((32 << 20) + 1)  # sparse: nothing is written
    with pytest.raises(DataError, match="BL-DATA-290"):
        load_sources(tmp_path / "huge.yaml")
    (tmp_path / "empty.yaml").write_bytes(b"")
    assert load_sources(tmp_path / "empty.yaml") == ()
    assert parse_sources(dump_sources([]).encode(), "x") == ()
