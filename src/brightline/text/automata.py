"""One automaton for the entries of one lane, and what of them a text may still grow into.

Matching is daachorse's character-wise double-array Aho-Corasick. None of the Python bindings shows the automaton's state,
so a stream re-scans from the first *live* position: one from which the text so far is a proper prefix of some entry. The
set of all proper prefixes makes that test a dictionary look-up; no match can begin anywhere else (prefix closure).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from daachorse import CharwiseDoubleArrayAhoCorasick

__all__ = ["Automaton"]


class Automaton:
    """Entries of one lane. ``holds`` names the entries whose beginnings a stream must not let out."""

    def __init__(self, entries: Sequence[str], holds: Iterable[int] = (), open_ended: Iterable[int] = ()) -> None:
        """``open_ended``: entries that also need to see the character after them (word boundary), so stay live when complete."""
        self.entries = tuple(entries)
        self.longest = max(map(len, self.entries), default=0)
        self._matcher = CharwiseDoubleArrayAhoCorasick(list(self.entries)) if self.entries else None
        self._prefixes: dict[str, bool] = {}
        held, waiting = set(holds), set(open_ended)
        for number, entry in enumerate(self.entries):
            for length in range(1, len(entry) + (number in waiting)):
                prefix = entry[:length]
                self._prefixes[prefix] = self._prefixes.get(prefix, False) or number in held

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """All occurrences, overlapping ones too, as ``(start, end, entry number)`` in order of their ends."""
        return self._matcher.find_overlapping(text) if self._matcher else []

    def is_live(self, text: str) -> bool:
        """True if more text could turn ``text`` into an entry."""
        return text in self._prefixes

    def is_held(self, text: str) -> bool:
        """True if more text could turn ``text`` into an entry whose beginning must be held back."""
        return self._prefixes.get(text, False)
