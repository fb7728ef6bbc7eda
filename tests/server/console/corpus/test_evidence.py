"""Passages that somebody marked or quoted: where they stand in the raw text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.errors import CorpusError
from brightline.server.console.corpus.evidence import MOST_SPANS, spans_in

TEXT = "甲 乙\r\n丙\u3000丁 end\n😀 tail"


def test_marked_and_quoted_passages_are_code_points_of_the_raw_text() -> None:
    assert spans_in("0-1 5-6", "😀 tail", TEXT) == ((0, 1), (5, 6), (13, 19))
    assert [TEXT[start:end] for start, end in spans_in("", "乙 丙", TEXT)] == ["乙\r\n丙"]
    assert [TEXT[start:end] for start, end in spans_in("", "丙 丁 en", TEXT)] == ["丙\u3000丁 en"]
    assert spans_in("", "\n \n", TEXT) == ()


@given(st.text("ab \n\u3000", max_size=40), st.data())
def test_any_passage_is_found_however_its_white_space_is_sent(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    passage = text[start : data.draw(st.integers(start, len(text)))].strip()
    words = passage.split()
    found = spans_in("", data.draw(st.sampled_from([" ", "  ", "\t"])).join(words), text)
    assert [text[begin:end].split() for begin, end in found] == ([words] if words else [])


@pytest.mark.parametrize("marked", ["5-4", "0-99", "x", "0-0", "-1-3"])
def test_what_is_no_part_of_the_text_is_refused(marked: str) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-095"):
        spans_in(marked, "", TEXT)


def test_what_does_not_stand_in_the_text_is_refused() -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-096"):
        spans_in("", "戊", TEXT)
    with pytest.raises(CorpusError, match="BL-CORPUS-096"):  # took seven seconds by a pattern that begins anew at every word
        spans_in("", "a " * 5_000 + "b", "a " * 50_000)


def test_more_passages_than_may_be_marked_are_refused_before_they_are_looked_for() -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-095"):
        spans_in("", "戊\n" * (MOST_SPANS + 1), TEXT)
