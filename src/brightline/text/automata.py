"""One automaton for a list of words: daachorse's character-wise double-array Aho-Corasick, behind what this project asks of it."""

from __future__ import annotations

from collections.abc import Sequence

from daachorse import CharwiseDoubleArrayAhoCorasick

__all__ = ["Automaton"]


class Automaton:
    """Finds its ``entries`` in texts."""

    __slots__ = ("_matcher", "entries")

    def __init__(self, entries: Sequence[str]) -> None:
        self.entries = tuple(entries)
        self._matcher = CharwiseDoubleArrayAhoCorasick(list(self.entries)) if self.entries else None

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """All occurrences, overlapping ones too, as ``(start, end, entry number)`` in order of their ends."""
        return self._matcher.find_overlapping(text) if self._matcher else []
