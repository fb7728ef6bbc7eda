"""The ordinary texts are what they should be, and no shipped goal costs them more than its budget."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.moderation import goals_in_force
from brightline.moderation.benign import OrdinaryText, held_to_budget, measured, ordinary_texts
from brightline.moderation.benign.texts import read_texts
from brightline.rulebook import Rulebook
from brightline.text import GoalBook
from brightline.text.prices import REVIEW_BUDGET, STOP_BUDGET

OWN = """
- id: own.goal
  title: {zh: 甲, en: A}
  types: [9]
  rules: [PSA-82, CRI-303, CSL-49, IM-14.1]
  sides: [post]
  effect: stop
  slots:
    - {name: what, words: [%s]}
    - {name: how, words: [怎么, 可以, 什么, 多少]}
  examples: [%s怎么弄]
  twins: [无]
  owner: tests
"""


def test_there_are_enough_texts_of_enough_kinds() -> None:
    texts = ordinary_texts()
    assert len(texts) >= 1500
    domains = Counter(text.domain for text in texts)
    assert len(domains) >= 12
    assert min(domains.values()) >= 40
    assert Counter(text.voice for text in texts)["model"] >= 300
    assert len({text.text for text in texts}) == len(texts)


@pytest.mark.parametrize("line", ["nobody\ttext", "person text", "person\t ", "person\ta\tb", "person\ta\nmodel\ta"])
def test_a_line_that_is_no_text_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "chat.tsv"
    path.write_text(f"# a remark\n\nperson\tgood\n{line}\n", "utf-8")
    with pytest.raises(DataError, match=r"chat\.tsv:[45]") as refused:
        read_texts(path)
    assert refused.value.code == "BL-DATA-230"


def test_no_shipped_goal_is_over_its_budget(book: GoalBook) -> None:
    assert not book.demoted
    found = measured(book.goals)
    stopping = [
        each.goal for each in found.values() if any(e.stops for e in book[each.goal].effects.values()) and each.is_over(STOP_BUDGET)
    ]
    acting = [each.goal for each in found.values() if book[each.goal].effects.values() != {Outcome.NOTICE} and each.is_over(REVIEW_BUDGET)]
    assert (stopping, acting) == ([], [])


def test_the_shipped_goals_together_stop_hardly_any_ordinary_text(book: GoalBook) -> None:
    stopping = [goal for goal in book if any(effect.stops for effect in goal.effects.values())]
    hits = {text.text for each in measured(stopping).values() for text in each.hits}
    assert len(hits) / len(ordinary_texts()) <= 0.01


def test_a_goal_is_run_over_the_texts_that_it_would_look_at(book: GoalBook) -> None:
    goal = replace(book["gambling.promotion"], effects={Side.ANSWER: Outcome.REFUSE})
    ad = "百家乐注册送88彩金"
    texts = [OrdinaryText("x", "person", ad), OrdinaryText("x", "model", ad), OrdinaryText("y", "model", "今天天气好")]
    (found,) = measured([goal], texts).values()
    assert (found.price.share, found.price.domains, found.price.exact) == (0.5, {"x": 1.0, "y": 0.0}, True)
    assert found.hits == (texts[1],)


def test_an_exception_is_no_hit(book: GoalBook) -> None:
    goal = book["gambling.promotion"]
    assert not measured([goal], [OrdinaryText("x", "person", "警方提醒：百家乐注册送88彩金都是骗局")])[goal.id].hits


def test_an_operators_goal_over_its_budget_is_demoted_visibly(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN % ("孩子, 老师, 手机", "手机"), "utf-8")
    book = goals_in_force(rulebook, [path])
    assert book.demoted == {"own.goal": {Side.POST: Outcome.BLOCK}}
    assert book["own.goal"].effects == {Side.POST: Outcome.REVIEW}
    assert book.prices["own.goal"].exact
    assert book.prices["own.goal"].domains["parenting"] > 0.05


def test_an_operators_rare_goal_stops(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN % ("青铜鲸鱼暗号", "青铜鲸鱼暗号"), "utf-8")
    book = goals_in_force(rulebook, [path])
    assert not book.demoted
    assert book.prices["own.goal"].share == 0


def test_an_addition_that_hits_ordinary_texts_demotes_the_shipped_goal(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    row = "- {extends: gambling.promotion, words: {game: [手机, 孩子], offer: [怎么, 可以]}, examples: [{text: 手机怎么, side: post}], owner: us}"
    path.write_text(row, "utf-8")
    assert list(goals_in_force(rulebook, [path]).demoted) == ["gambling.promotion"]


def test_one_text_alone_proves_nothing(book: GoalBook) -> None:
    one = held_to_budget(book, [])
    assert one is book or one.demoted == book.demoted
    (found,) = measured([book["gambling.promotion"]], [OrdinaryText("x", "person", "百家乐注册送88彩金")]).values()
    assert found.price.share == 1
    assert not found.is_over(STOP_BUDGET)
