"""A turn of the user as it is remembered, and how two turns belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from brightline.moderation.dialogue.leaning import Leaning, sum_of
from brightline.moderation.dialogue.pieces import Piece
from brightline.moderation.dialogue.reading import Sight, TurnText

__all__ = ["HALF_LIFE_S", "NEAR", "Bond", "Kept", "bond_of", "weight_of"]

NEAR = 4
"""Turns up to which a later one goes on with an earlier one without pointing back."""

HALF_LIFE_S = 1800.0
"""After this time evidence counts half (text-and-gateway.md, section 5.3: 30 minutes)."""

FORGOTTEN = 1 / 16
"""Four half-lives: two hours after a turn nothing goes on with it."""


class Bond(Enum):
    """How firmly two turns belong together."""

    NONE = 0
    LOOSE = 1
    FIRM = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """One turn of the user as it is remembered: what its texts hold, by part; ``piece`` is its text if it is short."""

    number: int
    subject: int  # raised with each announced change of subject
    at: float | None
    texts: tuple[tuple[str, TurnText], ...]
    piece: Piece | None
    words: frozenset[int] = field(init=False, compare=False, repr=False)
    slots: dict[str, int] = field(init=False, compare=False, repr=False)  # goal → bits of the slots seen

    def __post_init__(self) -> None:
        first = self.texts[0][1]
        words, slots = first.words, first.slots
        for _, text in self.texts[1:]:
            words |= text.words
            slots = slots | {goal: bits | slots.get(goal, 0) for goal, bits in text.slots.items()}
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "slots", slots)

    @property
    def evidence(self) -> float:
        """What the turn adds to the trajectory."""
        return sum(text.evidence for _, text in self.texts)

    def sights(self, goal: str) -> dict[int, tuple[str, Sight]]:
        """Where each slot of a goal was seen, by slot: the most surprising word and its part."""
        found: dict[int, tuple[str, Sight]] = {}
        for part, text in self.texts:
            for sight in text.sights:
                if sight.goal == goal and (sight.slot not in found or found[sight.slot][1].surprise < sight.surprise):
                    found[sight.slot] = (part, sight)
        return found

    @property
    def leaning(self) -> Leaning:
        """How the turn sounds."""
        return sum_of(text.leaning for _, text in self.texts)


def bond_of(now: Kept, then: Kept) -> Bond:
    """How a turn goes on with an earlier one."""
    if weight_of(now, then) < FORGOTTEN:
        return Bond.NONE
    if any(text.points_back for _, text in now.texts):
        return Bond.FIRM
    if then.subject != now.subject or now.number - then.number > NEAR:
        return Bond.NONE
    if any(text.refers or text.brief for _, text in now.texts) or now.words & then.words:
        return Bond.FIRM
    brief_before = all(text.brief for _, text in then.texts)
    return Bond.LOOSE if brief_before or any(text.goes_on for _, text in now.texts) else Bond.NONE


def weight_of(now: Kept, then: Kept) -> float:
    """What evidence of an earlier turn still counts for."""
    if now.at is None or then.at is None:
        return 1.0
    return float(0.5 ** (max(0.0, now.at - then.at) / HALF_LIFE_S))
