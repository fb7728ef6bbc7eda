"""What was found: a rule, where it stands in the raw text, and how far it was proved."""

from __future__ import annotations

from dataclasses import dataclass

from brightline.corpus.personal.rules import RULES

__all__ = ["Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """``start``/``end``: code points of the raw text. ``validator``: the proofs that were made, joined by "+", such as
    ``cn.ric`` or ``luhn+bin+context``. ``score``: 0–1; the rule's own where nothing is left to check, less otherwise.
    """

    rule: str
    start: int
    end: int
    validator: str
    score: float

    @property
    def sensitive(self) -> bool:
        return RULES[self.rule].sensitive

    @property
    def kind(self) -> str:
        """``general``, ``sensitive``, ``secret`` or ``organisation``."""
        return RULES[self.rule].kind

    def moved(self, by: int) -> Found:
        """The same, ``by`` code points further on."""
        return Found(self.rule, self.start + by, self.end + by, self.validator, self.score)
