"""Runs goals over the ordinary texts: which of them each goal hits, and whether it may stop texts at that price.

What a goal finds does not depend on the side, so every text is read once. A hit inside an exception is none: the policy lets it pass.
At load only the lanes are asked that can stop a text by themselves as it is written: the others take seconds to build for long lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from brightline.model import Outcome, Side
from brightline.moderation.benign.texts import OrdinaryText, ordinary_texts
from brightline.text import Goal, GoalBook, TextEngine
from brightline.text.goals import BLOCK_LANES, LANES, Lane, Price
from brightline.text.prices import budget_of, demoted

__all__ = ["Measured", "held_to_budget", "measured"]

FEWEST_HITS = 2  # one text of some 1,600 is more than the budget of a stop already, and proves nothing


@dataclass(frozen=True, slots=True)
class Measured:
    """What a goal does to ordinary texts: its price, and the texts that it hits."""

    goal: str
    price: Price
    hits: tuple[OrdinaryText, ...]

    def is_over(self, budget: float) -> bool:
        """True if it is shown to hit more than ``budget``, a share of all ordinary texts."""
        return len(self.hits) >= FEWEST_HITS and self.price.share > budget


def measured(goals: Sequence[Goal], texts: Sequence[OrdinaryText] | None = None, lanes: Collection[Lane] = LANES) -> dict[str, Measured]:
    """By goal id: the share of ordinary texts that the goal hits in ``lanes``, of those that it would look at. Exact for these texts."""
    texts = ordinary_texts() if texts is None else texts
    found: dict[str, list[OrdinaryText]] = {goal.id: [] for goal in goals}
    for voice in ("person", "model"):
        looking = [_on_one_side(goal, lanes) for goal in goals if _looks_at(goal, voice)]
        if looking:
            engine = TextEngine(GoalBook(tuple(looking), ""))
            for text in texts:
                if text.voice == voice:
                    for goal_id in {finding.goal for finding in engine.scan(text.text, Side.POST) if not finding.exceptions}:
                        found[goal_id].append(text)
    counts: Counter[tuple[str, str]] = Counter((text.domain, text.voice) for text in texts)
    return {goal.id: Measured(goal.id, _price(goal, found[goal.id], counts), tuple(found[goal.id])) for goal in goals}


def held_to_budget(book: GoalBook, goal_ids: Collection[str]) -> GoalBook:
    """The book with the measured price of these goals, and those of them demoted that stop more ordinary texts than they may."""
    found = measured([goal for goal in book if goal.id in goal_ids], lanes=BLOCK_LANES)
    over = [goal_id for goal_id, each in found.items() if each.is_over(budget_of(Outcome.BLOCK))]
    prices = {goal_id: each.price for goal_id, each in found.items()}
    return demoted(replace(book, prices={**book.prices, **prices}), over)


def _on_one_side(goal: Goal, lanes: Collection[Lane]) -> Goal:
    return replace(goal, effects={Side.POST: Outcome.REVIEW}, lanes=tuple(lane for lane in goal.lanes if lane in lanes))


def _looks_at(goal: Goal, voice: str) -> bool:
    return any((side is Side.ANSWER) == (voice == "model") for side in goal.sides)


def _price(goal: Goal, hits: Sequence[OrdinaryText], counts: Mapping[tuple[str, str], int]) -> Price:
    seen: Counter[str] = Counter()
    for (domain, voice), count in counts.items():
        if _looks_at(goal, voice):
            seen[domain] += count
    hit = Counter(text.domain for text in hits)
    domains = {domain: hit[domain] / count for domain, count in sorted(seen.items())}
    return Price(len(hits) / max(sum(seen.values()), 1), domains, True)
