"""The automaton finds what a naive search finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.automata import Automaton

words = st.lists(st.text("abc上分群", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)


@settings(max_examples=150, deadline=None)
@given(words, st.text("abc上分群x", max_size=20))
def test_all_occurrences_are_found(entries: list[str], text: str) -> None:
    naive = {(start, start + len(word), n) for n, word in enumerate(entries) for start in range(len(text)) if text.startswith(word, start)}
    assert set(Automaton(entries).matches(text)) == naive


def test_no_entries_match_nothing() -> None:
    assert Automaton([]).matches("上分") == []
