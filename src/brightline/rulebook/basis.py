"""What may follow for each of the campaign's 13 problem types, and on which texts: section 9 of the legal grounds as data.

A *ground* is one line of the block column: texts that forbid (key A) and texts that tell this operator to act (key B).
``no_ground`` says what the law does **not** let an operator stop; the statement and the over-blocking report quote it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

__all__ = ["Basis", "BlockGround"]


class _Dated(Protocol):
    def in_force(self, on: date) -> bool: ...


class _Rules(Protocol):
    def __getitem__(self, rule_id: str) -> _Dated: ...


@dataclass(frozen=True, slots=True)
class BlockGround:
    """One pair of keys: rule ids that forbid (A) and rule ids that oblige this operator to stop (B), exceptions first."""

    id: str
    title_zh: str
    title_en: str
    key_a: tuple[str, ...]
    key_b: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """The legal basis for one problem type (1–13): rule ids that ground a label, a limit, a block, and what nothing grounds."""

    problem_type: int
    title_zh: str
    title_en: str
    label: tuple[str, ...]
    limit: tuple[str, ...]
    grounds: tuple[BlockGround, ...]
    verified: bool
    no_ground_zh: str
    no_ground_en: str
    note: str = ""

    @property
    def block(self) -> tuple[str, ...]:
        """All rule ids of the block column in order, key A before key B, each once."""
        ids = [rule for ground in self.grounds for rule in ground.key_a]
        ids += [rule for ground in self.grounds for rule in ground.key_b]
        return tuple(dict.fromkeys(ids))

    def rule_ids(self) -> tuple[str, ...]:
        """Every rule id that this basis names, exceptions included."""
        exceptions = (rule for ground in self.grounds for rule in ground.exceptions)
        return tuple(dict.fromkeys((*self.label, *self.limit, *self.block, *exceptions)))

    def on(self, day: date, rules: _Rules) -> Basis:
        """The same basis without rules that are not in force on ``day``; a pair that lost all of one key is no ground."""

        def standing(ids: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(rule for rule in ids if rules[rule].in_force(day))

        grounds = (
            replace(each, key_a=standing(each.key_a), key_b=standing(each.key_b), exceptions=standing(each.exceptions))
            for each in self.grounds
        )
        return replace(
            self,
            label=standing(self.label),
            limit=standing(self.limit),
            grounds=tuple(each for each in grounds if each.key_a and each.key_b),
        )
