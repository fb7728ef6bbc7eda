"""What rules cost ordinary people: the price of words and goals on the benign profile, and what follows where it is too high.

A word's price is the share of ordinary texts that it hits (``profile``). A goal needs all its slots in one window, so it can hit no more
texts than its rarest slot has words for: the *bound* given here, next to which exceptions, allow phrases and distances only lower
the price. What a goal really hits is known by running it (``moderation.benign``).

Each effect has a budget. A goal that is shown to be over that of a stop is *demoted*: it loads, but what it would have stopped goes
to a person, and the book says so. A bound shows nothing; a goal of a single slot without exceptions is shown to cost at
least what its commonest word costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brightline.model import Outcome, Side
from brightline.text.goals import Goal, GoalBook, Price
from brightline.text.profile import Profile, Shares, load_profile

__all__ = ["REVIEW_BUDGET", "STOP_BUDGET", "bounds_of", "budget_of", "demoted", "least_prices", "price_words", "with_prices"]

# Issue 4: at most 0.5 % of ordinary texts blocked and 3 % sent to review, by all goals together. There are some 200 of them.
STOP_BUDGET = 0.0005
REVIEW_BUDGET = 0.005


def budget_of(effect: Outcome) -> float:
    """The largest share of ordinary texts that a goal with this effect may hit; 1 for what does no harm to anybody's text."""
    if effect.stops:
        return STOP_BUDGET
    return REVIEW_BUDGET if effect.severity >= Outcome.REWRITE.severity else 1.0


def price_words(words: Sequence[str], profile: Profile | None = None) -> list[Price]:
    """The price of each word as the base lane has it (``Entry.base``), in the base and skip lanes; 50,000 of them in a tenth of a second."""
    profile = profile or load_profile()
    shares = profile.shares(words)
    return [
        Price(float(share), dict(zip(profile.domains, by_domain, strict=True)), bool(exact))
        for share, by_domain, exact in zip(shares.overall, shares.by_domain.tolist(), shares.exact, strict=True)
    ]


def with_prices(book: GoalBook, profile: Profile | None = None) -> GoalBook:
    """The book with a bound for every goal that has one, and the goals demoted that are shown to be over the budget of their effect."""
    goals, profile = book.goals, profile or load_profile()
    shares = profile.shares([entry.base for goal in goals for slot in goal.slots for entry in slot.entries])
    over = {goal_id for goal_id, least in least_prices(goals, shares).items() if least > STOP_BUDGET}
    return demoted(replace(book, prices={**book.prices, **bounds_of(goals, profile, shares)}), over)


def demoted(book: GoalBook, over: Iterable[str]) -> GoalBook:
    """The book in which the goals named stop nothing: their refusals and blocks have become reviews."""
    wanted = set(over)
    before = {goal.id: dict(goal.effects) for goal in book if goal.id in wanted and any(effect.stops for effect in goal.effects.values())}
    if not before:
        return book
    goals = tuple(replace(goal, effects=_milder(goal.effects)) if goal.id in before else goal for goal in book)
    digest = hashlib.sha256(f"{book.digest}:{' '.join(sorted(before))}".encode()).hexdigest()  # they decide otherwise now
    return replace(book, goals=goals, digest=digest, demoted={**book.demoted, **before})


def bounds_of(goals: Sequence[Goal], profile: Profile, shares: Shares) -> dict[str, Price]:
    """The most that each goal can cost in the base and skip lanes; goals with a pattern in every slot have no such bound.

    ``shares`` are those of all entries of all slots of the goals, in that order.
    """
    slots = [slot for goal in goals for slot in goal.slots]
    sums = _sums(shares.by_domain, [len(slot.entries) for slot in slots])
    prices: dict[str, Price] = {}
    number = 0
    for goal in goals:
        bounded = [number + n for n, slot in enumerate(goal.slots) if not slot.patterns]
        number += len(goal.slots)
        if bounded:
            least = np.minimum(sums[bounded].min(axis=0), 1.0)
            only_word = len(goal.slots) == 1 and len(goal.slots[0].entries) == 1 and not goal.unless and not goal.allow
            prices[goal.id] = Price(float(least.mean()), dict(zip(profile.domains, least.tolist(), strict=True)), only_word)
    return prices


def least_prices(goals: Sequence[Goal], shares: Shares) -> dict[str, float]:
    """What each goal costs at least, by its commonest word; 0 where a second slot, an exception or an allow phrase may prevent the hit."""
    counted = np.where(shares.exact, shares.overall, 0.0)
    prices: dict[str, float] = {}
    start = 0
    for goal in goals:
        count = sum(len(slot.entries) for slot in goal.slots)
        alone = len(goal.slots) == 1 and not goal.unless and not goal.allow
        prices[goal.id] = float(counted[start : start + count].max(initial=0.0)) if alone else 0.0
        start += count
    return prices


def _milder(effects: Mapping[Side, Outcome]) -> dict[Side, Outcome]:
    return {side: Outcome.REVIEW if effect.stops else effect for side, effect in effects.items()}


def _sums(rows: NDArray[np.float64], counts: Sequence[int]) -> NDArray[np.float64]:
    """The rows added up in groups of ``counts`` rows; a group may be empty."""
    ends = np.cumsum(counts, dtype=np.int64)
    totals = np.vstack((np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)))
    return np.maximum(totals[ends] - totals[ends - np.asarray(counts, np.int64)], 0.0)  # rounding may leave a little below zero
