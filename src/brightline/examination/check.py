"""One thing that was looked at. It says what it saw as a sentence with places for values, so that a page can say it in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from brightline.errors import BrightlineError

__all__ = ["PROBLEM", "Check", "Values", "failed"]

PROBLEM = "%(code)s: %(problem)s"
"""The sentence of a check that ended in an error of ours."""

Values = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what, whether it is well, what was seen, what to do if not. ``saying`` and ``cure`` take ``values``.

    ``note``: it is well today, and yet somebody should know: something ends soon, or does less than it could. Then the cure is given too.
    """

    name: str
    ok: bool
    saying: str
    cure: str = ""
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    note: bool = False

    @property
    def seen(self) -> str:
        """What was seen, in English."""
        return self.saying % self.values

    @property
    def advice(self) -> str:
        """What to do, in English; empty if there is nothing to be done."""
        return self.cure % self.values if self.is_advised else ""

    @property
    def is_advised(self) -> bool:
        """True if the cure is to be read."""
        return bool(self.cure) and (self.note or not self.ok)


def failed(name: str, problem: BrightlineError) -> Check:
    """A check that could not be made."""
    return Check(name, False, PROBLEM, "%(hint)s", {"code": problem.code, "problem": problem.message, "hint": problem.hint})
