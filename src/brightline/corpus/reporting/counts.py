"""What is counted in a corpus: sums that can be made shard by shard, anywhere, in any order, and added up.

Every figure of a report that comes from documents is one of these. Keys come from the data: sources, rules, licences, languages. Where a
corpus names another unregistered source in every row (an address, say), their number is bounded by ``fold``, so that what is held never
grows with the number of documents, and the sums stay the same whatever the order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["FOLDED", "LENGTHS", "MOST_NAMES", "Counts", "length_from"]

LENGTHS = (0, 1, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
"""Where the bars of the histogram of lengths begin, in characters (own choice: 1–2–5, as scales are divided)."""

FOLDED = "…"
"""What stands for all names that are not listed."""

MOST_NAMES = 1_000
"""Unregistered sources, and pairs of licences, that a report lists by name (own choice: more is for a program, which has the Parquet)."""


@dataclass(slots=True)
class Counts:
    """Counters by what their comments say; an empty source is a document that names none."""

    documents: Counter[str] = field(default_factory=Counter)  # source
    characters: Counter[str] = field(default_factory=Counter)  # source
    lengths: Counter[int] = field(default_factory=Counter)  # where the bar begins
    licences: Counter[tuple[str, str]] = field(default_factory=Counter)  # (stated by the row, found in the text)
    forbids_training: Counter[str] = field(default_factory=Counter)  # source
    languages: Counter[str] = field(default_factory=Counter)  # documents
    language_characters: Counter[str] = field(default_factory=Counter)
    inspected: Counter[str] = field(default_factory=Counter)  # kernel
    inspected_by_all: Counter[str] = field(default_factory=Counter)  # documents
    found: Counter[tuple[str, str]] = field(default_factory=Counter)  # (source, rule): findings
    found_in: Counter[tuple[str, str]] = field(default_factory=Counter)  # (source, rule): documents
    excused: Counter[tuple[str, str]] = field(default_factory=Counter)  # (source, rule): findings in a lawful context
    rejects: Counter[str] = field(default_factory=Counter)  # reason: rows
    rejected_bytes: Counter[str] = field(default_factory=Counter)  # reason
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # (source, outcome): documents
    outcome_characters: Counter[str] = field(default_factory=Counter)  # outcome
    decided_by: Counter[tuple[str, str]] = field(default_factory=Counter)  # (rule, outcome): documents
    quarantined_for: Counter[str] = field(default_factory=Counter)  # kernel that did not look: documents
    appeals: Counter[str] = field(default_factory=Counter)  # state in the decisions: documents
    redacted: Counter[str] = field(default_factory=Counter)  # rule: spans
    redacted_in: Counter[str] = field(default_factory=Counter)  # rule: documents
    generated: Counter[str] = field(default_factory=Counter)  # labelled, known, either, characters
    emitted: Counter[str] = field(default_factory=Counter)  # documents, files

    def add(self, other: Counts) -> None:
        """Take another part's sums in."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(other, each.name))

    def fold(self, registered: Collection[str], most: int = MOST_NAMES) -> None:
        """Add up the unregistered sources behind the first ``most`` by name under ``FOLDED``, and pairs of licences likewise.

        The first by name and not the largest: a name among the first of the whole is among the first of every part, so that nothing of it
        can have been folded before, however the parts were cut.
        """
        strangers = sorted(name for name in self.documents if name not in ("", FOLDED) and name not in registered)
        gone = set(strangers[most:])
        for counter in (self.documents, self.characters, self.forbids_training) if gone else ():
            for name in gone & counter.keys():
                counter[FOLDED] += counter.pop(name)
        for pairs in (self.found, self.found_in, self.excused, self.outcomes) if gone else ():
            for key in [key for key in pairs if key[0] in gone]:
                pairs[FOLDED, key[1]] += pairs.pop(key)
        for pair in sorted(self.licences.keys() - {(FOLDED, FOLDED)})[most:]:
            self.licences[FOLDED, FOLDED] += self.licences.pop(pair)

    def to_document(self) -> dict[str, Any]:
        """JSON values: of each counter its rows, key first, sorted."""
        return {
            each.name: sorted(
                [*key, number] if isinstance(key, tuple) else [key, number] for key, number in getattr(self, each.name).items()
            )
            for each in fields(self)
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Counts:
        """The inverse. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is no such document."""
        counts = cls()
        for each in fields(cls):
            counter = getattr(counts, each.name)
            for *key, number in document[each.name]:
                counter[key[0] if len(key) == 1 else tuple(key)] += int(number)
        return counts

    @property
    def total(self) -> int:
        """Documents that were read."""
        return sum(self.documents.values())


def length_from(characters: int) -> int:
    """The bar of the histogram that a text of so many characters falls into."""
    return LENGTHS[bisect_right(LENGTHS, characters) - 1]
