"""What the rules cost ordinary people: every goal run over the ordinary texts that ship, by rule, by domain, and by word.

Computed once for each set of rules, in a worker thread: a few hundred milliseconds for 1,500 texts.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from brightline.model import Outcome, Side
from brightline.moderation.benign import OrdinaryText, ordinary_texts
from brightline.pipeline import Pipeline
from brightline.server.console.spreadsheet import safe_cell
from brightline.text.goals import Goal, Price
from brightline.text.prices import REVIEW_BUDGET, STOP_BUDGET, price_words

__all__ = ["Cost", "DomainCost", "Overblocking", "RuleCost", "WordCost", "as_csv", "overblocking"]

WORDS_SHOWN = 40
HITS_KEPT = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """A goal and the ordinary texts that it hit. ``bound``: the most that its words could hit, None where nothing bounds it."""

    goal: Goal
    hits: tuple[OrdinaryText, ...]
    number: int
    share: float
    bound: Price | None
    was: tuple[Outcome, ...]

    @property
    def stops(self) -> bool:
        """True if the goal stops texts on some side."""
        return any(effect.stops for effect in self.goal.effects.values())

    @property
    def over(self) -> bool:
        """True if it hits more than its budget."""
        return self.share > (STOP_BUDGET if self.stops else REVIEW_BUDGET)


class DomainCost(NamedTuple):
    """The ordinary texts of one domain, and how many of them would have been stopped, or disturbed in any way."""

    domain: str
    texts: int
    stopped: int
    disturbed: int


class RuleCost(NamedTuple):
    """A rule that goals cite, and the ordinary texts that those goals hit."""

    rule: str
    hits: int


class WordCost(NamedTuple):
    """A word of a goal's slot, by itself."""

    goal: str
    slot: str
    word: str
    price: Price


@dataclass(frozen=True, slots=True)
class Overblocking:
    """All of it. ``texts``: how many ordinary texts were read."""

    texts: int
    costs: tuple[Cost, ...]
    domains: tuple[DomainCost, ...]
    rules: tuple[RuleCost, ...]
    words: tuple[WordCost, ...]

    @property
    def stopped(self) -> int:
        """Ordinary texts that would have been stopped."""
        return sum(domain.stopped for domain in self.domains)

    @property
    def disturbed(self) -> int:
        """Ordinary texts to which anything would have happened."""
        return sum(domain.disturbed for domain in self.domains)


_known: dict[str, Overblocking] = {}
_measuring = Lock()


def overblocking(pipeline: Pipeline) -> Overblocking:
    """What the rules in force do to the ordinary texts; remembered for the newest rules."""
    version = pipeline.engine.version + pipeline.models.version
    with _measuring:
        found = _known.get(version)
        if found is None:
            found = _measured(pipeline)
            _known.clear()
            _known[version] = found
        return found


def _measured(pipeline: Pipeline) -> Overblocking:
    book, texts = pipeline.engine.book, ordinary_texts()
    hits: dict[str, list[OrdinaryText]] = {}
    counted: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    domains: dict[str, list[int]] = {}
    for text in texts:
        row = domains.setdefault(text.domain, [0, 0, 0])
        row[0] += 1
        sides = (Side.ANSWER,) if text.voice == "model" else (Side.PROMPT, Side.POST, Side.LISTING)
        found = [
            one for side in sides for one in pipeline.engine.scan(text.text, side) if not one.exceptions and one.effect is not Outcome.ALLOW
        ]
        row[1] += any(one.effect.stops for one in found)
        row[2] += bool(found)
        for goal in {one.goal for one in found}:
            counted[goal] += 1
            if len(hits.setdefault(goal, [])) < HITS_KEPT:
                hits[goal].append(text)
        rules.update({rule for one in found for rule in one.rules})
    costs = [
        Cost(
            goal,
            tuple(hits.get(goal.id, ())),
            counted[goal.id],
            counted[goal.id] / len(texts) if texts else 0.0,
            book.prices.get(goal.id),
            tuple(dict.fromkeys(book.demoted.get(goal.id, {}).values())),
        )
        for goal in book
    ]
    costs.sort(key=lambda cost: (-cost.number, not cost.stops, -(cost.bound.share if cost.bound else 0.0), cost.goal.id))
    return Overblocking(
        len(texts),
        tuple(costs),
        tuple(DomainCost(name, *row) for name, row in sorted(domains.items(), key=lambda item: (-item[1][2] / item[1][0], item[0]))),
        tuple(RuleCost(rule, number) for rule, number in rules.most_common()),
        tuple(_commonest(list(book))),
    )


def _commonest(goals: list[Goal]) -> list[WordCost]:
    """The words that stand in most ordinary texts, each once for each goal that stops or restricts by it alone."""
    rows = [(goal.id, slot.name, entry) for goal in goals if len(goal.slots) == 1 for slot in goal.slots for entry in slot.entries]
    prices = price_words([entry.base for _, _, entry in rows])
    words = [WordCost(goal, slot, entry.written, price) for (goal, slot, entry), price in zip(rows, prices, strict=True)]
    return sorted(words, key=lambda word: -word.price.share)[:WORDS_SHOWN]


def as_csv(found: Overblocking) -> str:
    """One row a goal."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["goal", "stops", "ordinary_texts_hit", "share", "at_most", "at_most_is_exact", "demoted", "domains"])
    for cost in found.costs:
        bound = ["", ""] if cost.bound is None else [f"{cost.bound.share:.6f}", str(cost.bound.exact).lower()]
        domains = " ".join(sorted({text.domain for text in cost.hits}))
        row = [cost.goal.id, str(cost.stops).lower(), str(cost.number), f"{cost.share:.6f}", *bound, str(bool(cost.was)).lower(), domains]
        rows.writerow([safe_cell(cell) for cell in row])
    return out.getvalue()
