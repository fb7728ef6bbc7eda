"""Goals: what a rule looks for in a text, as data. ``goal_loader`` reads and checks them, ``engine`` runs them.

A goal is met when every one of its slots is found inside one window: at most ``within`` characters of the base lane from
the first slot's start to the last one's end, in the same sentence, clause or text. Exceptions (``unless``) do not hide a
finding; they are written into it, and the policy decides what they mean. Allow phrases do hide: they name the harmless
longer word (公安局) that contains an entry (公安).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from brightline.model import Outcome, Side
from brightline.text.patterns import Pattern

__all__ = [
    "BLOCK_LANES",
    "LANES",
    "MAX_ENTRY_CHARS",
    "MAX_EXCEPTION_WITHIN",
    "MAX_SLOTS",
    "MAX_WITHIN",
    "NEGATION_WITHIN",
    "Entry",
    "Example",
    "Goal",
    "GoalBook",
    "Lane",
    "Price",
    "Same",
    "Slot",
    "Unless",
]

# What a goal may ask for, in characters of the base lane. Together they bound what a stream must remember.
MAX_ENTRY_CHARS = 64
MAX_SLOTS = 4
MAX_WITHIN = 200  # a wider window is no evidence of one intent any more
MAX_EXCEPTION_WITHIN = 80
NEGATION_WITHIN = 6  # a negation stands directly before what it negates

Lane = Literal["base", "skip", "shape", "split", "sound", "symbol", "order", "decoded"]
LANES: tuple[Lane, ...] = ("base", "skip", "shape", "split", "sound", "symbol", "order", "decoded")
"""All lanes, the surest first: the lane of a finding is the last of this order that its evidence needed."""
BLOCK_LANES: frozenset[Lane] = frozenset(("base", "skip"))
"""Lanes that every character passes before it leaves; the others are read at ends of sentences."""
Same = Literal["clause", "sentence", "text"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a list, as written and as the lanes see it (``skip`` is empty where the skip lane cannot carry it).

    Beside a Latin letter an entry that begins or ends with one must end where the word ends, digits likewise; ``*`` at a
    rim of the written word lifts that (``undress*``).
    """

    written: str
    base: str
    skip: str
    open_left: bool = False
    open_right: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the things that must be present: any of its entries, or any of its patterns; those of its ``detectors`` are among them.

    A ``companion`` slot has ordinary words (如何, 需要) that say nothing without the other slots: a stream does not hold
    them back while the rest of the window may still come. What the other slots match never leaves.
    """

    name: str
    entries: tuple[Entry, ...]
    patterns: tuple[Pattern, ...] = ()
    companion: bool = False
    detectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unless:
    """An exception: entries that count up to ``within`` characters before the evidence or, if ``after``, until the end of the sentence."""

    exception: str
    entries: tuple[Entry, ...]
    within: int
    after: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A text that must (example) or must not (twin) lead to the goal's effect."""

    text: str
    side: Side
    line: int


@dataclass(frozen=True, slots=True)
class Goal:
    """One reviewed goal. ``effects`` says for each side what it asks for; ``file`` and ``line`` say where it is written."""

    id: str
    title_zh: str
    title_en: str
    types: tuple[int, ...]
    rules: tuple[str, ...]
    effects: Mapping[Side, Outcome]
    manifest: bool
    lanes: tuple[Lane, ...]
    slots: tuple[Slot, ...]
    within: int
    same: Same
    unless: tuple[Unless, ...]
    allow: tuple[Entry, ...]
    notice_zh: str
    notice_en: str
    examples: tuple[Example, ...]
    twins: tuple[Example, ...]
    owner: str
    score: float
    term: str | None
    file: str
    line: int

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that the goal looks at."""
        return tuple(self.effects)

    @property
    def waits(self) -> bool:
        """True if an exception may still follow the evidence."""
        return any(unless.after for unless in self.unless)


@dataclass(frozen=True, slots=True)
class Price:
    """What something costs ordinary people: the share of ordinary texts that it hits, over all domains and for each.

    ``exact`` is false where ``share`` is an upper bound.
    """

    share: float
    domains: Mapping[str, float]
    exact: bool


@dataclass(frozen=True, slots=True)
class GoalBook:
    """All loaded goals, in the order of their files, and a digest of the files' content.

    ``prices``: by goal id. ``demoted``: goal id → the effects that it had before its price moved it down to review.
    """

    goals: tuple[Goal, ...]
    digest: str
    prices: Mapping[str, Price] = field(default_factory=dict)
    demoted: Mapping[str, Mapping[Side, Outcome]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Goal]:
        return iter(self.goals)

    def __len__(self) -> int:
        return len(self.goals)

    def __getitem__(self, goal_id: str) -> Goal:
        for goal in self.goals:
            if goal.id == goal_id:
                return goal
        raise KeyError(goal_id)
