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
    """Entries of one lane. ``prefixes`` holds every text that may still grow into one, and whether that must not leave yet;
    ``inside`` the same for texts that begin in the middle of a word.
    """

    def __init__(
        self, entries: Sequence[str], holds: Iterable[int] = (), open_ended: Iterable[int] = (), at_word_start: Iterable[int] = ()
    ) -> None:
        """``holds``: numbers of the entries whose beginnings must not leave. ``open_ended``: of those that must also see the
        character after them (word boundary), and so stay live when they are complete. ``at_word_start``: of those that
        never begin in the middle of a word.
        """
        self.entries = tuple(entries)
        self.longest = max(map(len, self.entries), default=0)
        self._matcher = CharwiseDoubleArrayAhoCorasick(list(self.entries)) if self.entries else None
        self.prefixes: dict[str, bool] = {}
        self.inside: dict[str, bool] = {}
        held, waiting, bound = set(holds), set(open_ended), set(at_word_start)
        for number, entry in enumerate(self.entries):
            for length in range(1, len(entry) + (number in waiting)):
                prefix = entry[:length]
                self.prefixes[prefix] = self.prefixes.get(prefix, False) or number in held
                if number not in bound:
                    self.inside[prefix] = self.inside.get(prefix, False) or number in held

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """All occurrences, overlapping ones too, as ``(start, end, entry number)`` in order of their ends."""
        return self._matcher.find_overlapping(text) if self._matcher else []
