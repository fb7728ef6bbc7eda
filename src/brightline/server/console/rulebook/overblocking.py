"""What the rules cost ordinary people: every goal and model run over the ordinary texts that ship, by rule, by domain, and by word.

Counted is what decisions would say: what the weigher or a context excuses disturbs nobody. Computed once for each set of rules and
models, in a worker thread: two to four seconds for 1,500 texts on three sides each.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal, NamedTuple, get_args

from brightline.model import Outcome, Part, Side
from brightline.moderation.benign import OrdinaryText, ordinary_texts
from brightline.pipeline import Pipeline
from brightline.server.console.spreadsheet import safe_cell
from brightline.text.goals import Goal, Price
from brightline.text.prices import REVIEW_BUDGET, STOP_BUDGET, price_words

__all__ = ["SHEETS", "Cost", "DomainCost", "Overblocking", "RuleCost", "Sheet", "WordCost", "as_csv", "entry_prices", "overblocking"]

WORDS_SHOWN = 40
HITS_KEPT = 5

Sheet = Literal["goals", "rules", "domains", "entries"]
SHEETS: tuple[Sheet, ...] = get_args(Sheet)
"""What can be exported."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A goal, or a linear model, and the ordinary texts that it hit. ``goal`` is None for a model.

    ``bound``: the most that a goal's words could hit, None where nothing bounds it.
    """

    id: str
    title_zh: str
    title_en: str
    effects: tuple[Outcome, ...]
    goal: Goal | None
    hits: tuple[OrdinaryText, ...]
    number: int
    share: float
    bound: Price | None = None
    was: tuple[Outcome, ...] = ()

    @property
    def stops(self) -> bool:
        """True if it stops texts on some side."""
        return any(effect.stops for effect in self.effects)

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
    """A rule that goals and models cite, and the ordinary texts that those hit, or would have stopped."""

    rule: str
    hits: int
    stopped: int


class WordCost(NamedTuple):
    """A word of a goal's slot, by itself. ``alone``: it meets the goal without another."""

    goal: str
    slot: str
    word: str
    alone: bool
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
    version = ":".join(pipeline.versions[name] for name in ("rulebook", "text", "models", "weigher"))
    with _measuring:
        found = _known.get(version)
        if found is None:
            found = _measured(pipeline)
            _known.clear()
            _known[version] = found
        return found


def _measured(pipeline: Pipeline) -> Overblocking:
    texts = ordinary_texts()
    hits: dict[str, list[OrdinaryText]] = {}
    counted: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    stopping: Counter[str] = Counter()
    domains: dict[str, list[int]] = {}
    for text in texts:
        row = domains.setdefault(text.domain, [0, 0, 0])
        row[0] += 1
        sides = (Side.ANSWER,) if text.voice == "model" else (Side.PROMPT, Side.POST, Side.LISTING)
        seen = pipeline.inspect([Part(str(side), side, text.text) for side in sides])
        found = [one for one in seen if not one.exceptions and one.effect is not Outcome.ALLOW]
        row[1] += any(one.effect.stops for one in found)
        row[2] += bool(found)
        for goal in {one.goal for one in found}:
            counted[goal] += 1
            if len(hits.setdefault(goal, [])) < HITS_KEPT:
                hits[goal].append(text)
        rules.update({rule for one in found for rule in one.rules})
        stopping.update({rule for one in found if one.effect.stops for rule in one.rules})
    costs = [
        replace(cost, hits=tuple(hits.get(cost.id, ())), number=counted[cost.id], share=counted[cost.id] / len(texts) if texts else 0.0)
        for cost in (*_of_goals(pipeline), *_of_models(pipeline))
    ]
    costs.sort(key=lambda cost: (-cost.number, not cost.stops, -(cost.bound.share if cost.bound else 0.0), cost.id))
    return Overblocking(
        len(texts),
        tuple(costs),
        tuple(DomainCost(name, *row) for name, row in sorted(domains.items(), key=lambda item: (-item[1][2] / item[1][0], item[0]))),
        tuple(RuleCost(rule, number, stopping[rule]) for rule, number in rules.most_common()),
        tuple(_commonest(pipeline.engine.book)),
    )


def _of_goals(pipeline: Pipeline) -> Iterator[Cost]:
    book = pipeline.engine.book
    for goal in book:
        was = tuple(dict.fromkeys(book.demoted.get(goal.id, {}).values()))
        effects = tuple(dict.fromkeys(goal.effects.values()))
        yield Cost(goal.id, goal.title_zh, goal.title_en, effects, goal, (), 0, 0.0, book.prices.get(goal.id), was)


def _of_models(pipeline: Pipeline) -> Iterator[Cost]:
    for goal_id, card in pipeline.model_cards.items():
        yield Cost(goal_id, card.title_zh, card.title_en, (Outcome.REVIEW,), None, (), 0, 0.0)


def entry_prices(goals: Iterable[Goal], *, alone: bool = False) -> list[WordCost]:
    """The price of every entry of every slot, the dearest first. ``alone``: only of goals that a single word meets."""
    rows = [(goal, slot, entry) for goal in goals if len(goal.slots) == 1 or not alone for slot in goal.slots for entry in slot.entries]
    prices = price_words([entry.base for _, _, entry in rows])
    words = [
        WordCost(goal.id, slot.name, entry.written, len(goal.slots) == 1, price)
        for (goal, slot, entry), price in zip(rows, prices, strict=True)
    ]
    return sorted(words, key=lambda word: -word.price.share)


def _commonest(goals: Iterable[Goal]) -> list[WordCost]:
    """The words that stand in most ordinary texts, each once for each goal that stops or restricts by it alone."""
    return entry_prices(goals, alone=True)[:WORDS_SHOWN]


def as_csv(found: Overblocking, sheet: Sheet, pipeline: Pipeline) -> str:
    """One of ``SHEETS``: a row a goal or model, a rule, a domain of ordinary texts, or an entry of a word list with its price."""
    out = io.StringIO()
    rows = csv.writer(out)
    for row in _ROWS[sheet](found, pipeline):
        rows.writerow([safe_cell(cell) for cell in row])
    return out.getvalue()


def _goal_rows(found: Overblocking, _pipeline: Pipeline) -> Iterator[list[str]]:
    yield [
        "goal",
        "kind",
        "title_zh",
        "title_en",
        "stops",
        "ordinary_texts_hit",
        "share",
        "at_most",
        "at_most_is_exact",
        "demoted",
        "domains",
    ]
    for cost in found.costs:
        kind = "model" if cost.goal is None else "goal"
        bound = ["", ""] if cost.bound is None else [f"{cost.bound.share:.6f}", _word(cost.bound.exact)]
        domains = " ".join(sorted({text.domain for text in cost.hits}))
        counted = [_word(cost.stops), str(cost.number), f"{cost.share:.6f}"]
        yield [cost.id, kind, cost.title_zh, cost.title_en, *counted, *bound, _word(bool(cost.was)), domains]


def _rule_rows(found: Overblocking, pipeline: Pipeline) -> Iterator[list[str]]:
    yield ["rule", "citation_zh", "citation_en", "ordinary_texts_hit", "share", "stopped"]
    book = pipeline.rulebook
    hit = {one.rule for one in found.rules}
    named = {rule for goal in pipeline.engine.book for rule in goal.rules} | {
        rule for card in pipeline.model_cards.values() for rule in card.rules
    }
    for one in (*found.rules, *(RuleCost(rule, 0, 0) for rule in sorted(named - hit))):
        cited = [book.citation(one.rule, lang) if one.rule in book else "" for lang in ("zh", "en")]
        yield [one.rule, *cited, str(one.hits), f"{one.hits / found.texts:.6f}", str(one.stopped)]


def _domain_rows(found: Overblocking, _pipeline: Pipeline) -> Iterator[list[str]]:
    yield ["domain", "texts", "stopped", "disturbed", "share"]
    for each in found.domains:
        yield [each.domain, str(each.texts), str(each.stopped), str(each.disturbed), f"{each.disturbed / each.texts:.6f}"]


def _entry_rows(_found: Overblocking, pipeline: Pipeline) -> Iterator[list[str]]:
    yield ["goal", "slot", "entry", "alone", "share", "is_exact", "most_in", "share_there"]
    for word in entry_prices(pipeline.engine.book):
        domain, there = max(word.price.domains.items(), key=lambda item: item[1], default=("", 0.0))
        most = [domain, f"{there:.6f}"] if there else ["", ""]
        yield [word.goal, word.slot, word.word, _word(word.alone), f"{word.price.share:.7f}", _word(word.price.exact), *most]


def _word(value: bool) -> str:
    return str(value).lower()


_ROWS: dict[Sheet, Callable[[Overblocking, Pipeline], Iterator[list[str]]]] = {
    "goals": _goal_rows,
    "rules": _rule_rows,
    "domains": _domain_rows,
    "entries": _entry_rows,
}
