"""What a goal costs is known when it loads, and one that costs too much stops nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from brightline.model import Outcome, Side
from brightline.text import GoalBook, TextEngine
from brightline.text.prices import REVIEW_BUDGET, STOP_BUDGET, budget_of, demoted, price_words, with_prices
from brightline.text.profile import Profile

GOAL = """
- id: a.b
  title: {zh: 甲, en: A}
  types: [9]
  rules: [A-1]
  sides: [answer, post]
  effect: stop
  slots:
    - {name: game, words: [百家乐, 时时彩]}
  examples: [玩百家乐]
  twins: [玩扑克]
  owner: tests
"""
COMMON = GOAL.replace("时时彩", "医生")  # 医生 stands in some per cent of ordinary texts
TWO_SLOTS = COMMON.replace("    - {name: game", "    - {name: how, words: [怎么, 想玩]}\n    - {name: game").replace(
    "[玩百家乐]", "[想玩百家乐]"
)


def test_every_goal_of_words_has_a_price(load: Callable[..., GoalBook]) -> None:
    price = load(GOAL).prices["a.b"]
    assert 0 <= price.share < STOP_BUDGET
    assert set(price.domains) >= {"posts", "headlines", "poetry"}


def test_a_word_that_everybody_uses_stops_nothing(load: Callable[..., GoalBook]) -> None:
    book = load(COMMON)
    assert book.demoted == {"a.b": {Side.ANSWER: Outcome.REFUSE, Side.POST: Outcome.BLOCK}}
    assert set(book["a.b"].effects.values()) == {Outcome.REVIEW}
    (finding,) = TextEngine(book).scan("我去看医生", Side.POST)
    assert finding.effect is Outcome.REVIEW
    assert book.prices["a.b"].share > REVIEW_BUDGET


def test_a_demotion_changes_the_version_of_the_rules(load: Callable[..., GoalBook]) -> None:
    book = load(GOAL)
    assert demoted(book, ["a.b"]).digest != book.digest
    assert demoted(book, ["another"]) is book


@pytest.mark.parametrize(
    "softened",
    [
        TWO_SLOTS,
        COMMON.replace("owner:", "unless: [{exception: news, use: news}]\n  owner:"),
        COMMON.replace("owner:", "allow: [医生说]\n  owner:"),
    ],
)
def test_a_bound_alone_demotes_nothing(load: Callable[..., GoalBook], softened: str) -> None:
    book = load(softened)
    assert not book.demoted
    assert not book.prices["a.b"].exact


def test_the_bound_of_a_goal_is_its_rarest_slot(load: Callable[..., GoalBook]) -> None:
    profile = Profile.of({"one": ["百家乐", "怎么医生", "怎么", "怎么", "x"], "two": ["y", "想玩"]})
    book = with_prices(load(TWO_SLOTS), profile)
    assert book.prices["a.b"].domains == {"one": 0.4, "two": 0.0}
    assert book.prices["a.b"].share == pytest.approx(0.2)


def test_a_goal_whose_slots_all_have_patterns_has_no_bound(load: Callable[..., GoalBook]) -> None:
    book = load(GOAL.replace("时时彩]", "时时彩], patterns: ['加.{0,4}微信']"))
    assert book.prices == {}


def test_what_only_informs_has_no_budget() -> None:
    assert budget_of(Outcome.BLOCK) == budget_of(Outcome.REFUSE) == STOP_BUDGET
    assert budget_of(Outcome.REVIEW) == budget_of(Outcome.LIMIT) == REVIEW_BUDGET
    assert budget_of(Outcome.NOTICE) == 1


def test_words_are_priced_together() -> None:
    known, unknown = price_words(["医生", "囗乂囗"])
    assert known.exact
    assert known.share > 0.01
    assert unknown.share == 0


def test_an_empty_book_has_no_prices(load: Callable[..., GoalBook]) -> None:
    assert load("").prices == {}
