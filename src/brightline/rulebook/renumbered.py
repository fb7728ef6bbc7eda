"""Article numbers that a revision left behind: they still circulate, and the same number now says something else.

Cybersecurity Law, Art. 47 became Art. 49 on 2026-01-01; today's Art. 47 is another article. So a rule or a goal that
cites the former number for a day on which it no longer stands is refused (legal-grounds.md, section 5), while a
reader who looks the former number up is led to the present one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["Renumbered", "article_of"]


@dataclass(frozen=True, slots=True)
class Renumbered:
    """``id`` (instrument and former article: ``CSL-47``) stood for the matter of the rule ``now`` until ``since`` came."""

    id: str
    now: str
    since: date
    source: str

    @property
    def last_day(self) -> date:
        """The last day on which the former number stood for the matter."""
        return self.since - timedelta(days=1)


def article_of(rule_id: str) -> str:
    """The id without paragraph and item: ``CSL-47.1`` and ``CSL-47(2)`` are both of ``CSL-47``; ``CRI-287-1`` is itself."""
    return rule_id.partition(".")[0].partition("(")[0]
