"""What one rule may justify, and why not more: asked of the policy itself, so that the page and the decisions cannot disagree.

A stop of what others published needs two keys (docs/policy.md). For a rule that could be one of them the rules that could be
the other are named; the reasons are the policy's own conditions, one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from brightline.model import Key, Outcome, Rule, Side
from brightline.rulebook import Rulebook, strongest

__all__ = ["Condition", "Power", "power_of"]

ConditionName = Literal["key", "rank", "verified", "number", "force", "measure"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the conditions of a key, and whether the rule meets it."""

    name: ConditionName
    holds: bool


@dataclass(frozen=True, slots=True)
class Power:
    """The harshest outcomes that a rule grounds alone, for own output and for what others published, on ``day``.

    ``cited`` and ``other`` are rules that make a block of it when cited together, none where it blocks alone or never: those that
    goals or bases pair with it, and those that the policy would take besides.
    """

    day: date
    own: Outcome
    others: Outcome
    others_in_doubt: Outcome
    cited: tuple[str, ...]
    other: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @property
    def is_key(self) -> bool:
        """True if the rule turns a key of a block, alone or with a partner."""
        return bool(self.cited or self.other) or self.others is Outcome.BLOCK


def power_of(rule: Rule, book: Rulebook, today: date, paired: Iterable[str] = ()) -> Power:
    """What ``rule`` may justify today; of a rule that is not in force, on its first or last day. ``paired``: ids that goals cite beside it."""
    day = today
    if not rule.in_force(today):
        day = rule.in_force_from if rule.in_force_from > today or rule.in_force_to is None else rule.in_force_to
    others = strongest((rule.id,), Side.POST, day, book)
    fitting = () if others is Outcome.BLOCK else _partners(rule, book, day)
    named = dict.fromkeys((*paired, *_in_bases(rule, book)))
    return Power(
        day=day,
        own=strongest((rule.id,), Side.PROMPT, day, book),
        others=others,
        others_in_doubt=strongest((rule.id,), Side.POST, day, book, manifest=False),
        cited=tuple(other for other in named if other in fitting),
        other=tuple(other for other in fitting if other not in named),
        conditions=(
            Condition("key", Key.A in rule.keys or Key.B in rule.keys),
            Condition("rank", rule.status.binding),
            Condition("verified", rule.verified),
            Condition("number", rule.number_verified),
            Condition("force", rule.in_force(today)),
            Condition("measure", "block" in rule.at_most),
        ),
    )


def _partners(rule: Rule, book: Rulebook, day: date) -> tuple[str, ...]:
    """All rules that make a block of it."""
    missing = {_OTHER_KEY[key] for key in rule.keys if key in _OTHER_KEY}
    others = (other.id for other in book.rules.values() if other.id != rule.id and missing.intersection(other.keys))
    return tuple(other for other in others if strongest((rule.id, other), Side.POST, day, book) is Outcome.BLOCK)


_OTHER_KEY = {Key.A: Key.B, Key.B: Key.A}


def _in_bases(rule: Rule, book: Rulebook) -> Iterator[str]:
    """The other keys of the pairs in which the bases of the problem types name it."""
    for basis in book.bases.values():
        for ground in basis.grounds:
            if rule.id in ground.key_a:
                yield from ground.key_b
            if rule.id in ground.key_b:
                yield from ground.key_a
