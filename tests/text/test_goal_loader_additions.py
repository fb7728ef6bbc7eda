"""Operators add to shipped goals, fill classes that ship without words, and stand on their own terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.rulebook import OperatorTerm
from brightline.text import GoalBook, TextEngine
from brightline.text.goal_loader import load_goals, read_goals

SHIPPED = """
- id: a.b
  title: {zh: 甲, en: A}
  types: [9]
  rules: [A-1]
  sides: [post, prompt]
  effect: stop
  slots:
    - {name: game, words: [百家乐, 时时彩]}
    - {name: offer, words: [上分, 返水]}
  examples: [百家乐上分]
  twins: [玩扑克]
  owner: tests
"""
ADDED = """
- extends: a.b
  words: {game: [彩虹赛车, 百家乐], offer: [送豆子]}
  patterns: {offer: ['满\\d{2,4}送']}
  allow: [彩虹赛车模型]
  unless: [{exception: play, words: [儿童乐园]}]
  examples: [彩虹赛车，满100送, {text: 百家乐送豆子, side: prompt}]
  twins: [彩虹赛车模型送豆子, 儿童乐园彩虹赛车送豆子]
  owner: our own team
"""


class AnyRules:
    def get(self, rule_id: str) -> str:
        return rule_id


@pytest.fixture
def load_two(tmp_path: Path) -> Callable[..., GoalBook]:
    def load_both(added: str, shipped: str = SHIPPED, **options: object) -> GoalBook:
        paths = [tmp_path / "shipped.yaml", tmp_path / "own.yaml"]
        for path, text in zip(paths, (shipped, added), strict=True):
            path.write_text(text, "utf-8")
        return load_goals(paths, AnyRules(), **{"strongest": lambda *_: Outcome.BLOCK, **options})  # type: ignore[arg-type]

    return load_both


def test_an_addition_joins_the_goal(load_two: Callable[..., GoalBook]) -> None:
    book = load_two(ADDED)
    assert len(book) == 1
    goal = book["a.b"]
    assert [entry.written for entry in goal.slots[0].entries] == ["百家乐", "时时彩", "彩虹赛车"]
    assert (goal.owner, goal.effects[Side.POST]) == ("tests", Outcome.BLOCK)
    engine = TextEngine(book)
    assert [finding.goal for finding in engine.scan("彩虹赛车送豆子", Side.POST)] == ["a.b"]


def test_the_order_of_the_files_does_not_matter(load_two: Callable[..., GoalBook]) -> None:
    assert len(load_two(SHIPPED, ADDED)["a.b"].slots[0].entries) == 3


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ("extends: a.b", "extends: a.c", 221, 2, "no goal 'a.c'"),
        ("words: {game:", "words: {games:", 221, 3, "no slot 'games'"),
        ("  owner: our own team\n", "", 205, 2, "'owner' is missing"),
        ("owner: our own team", "owner: us\n  effect: notice", 204, 10, "unknown field 'effect'"),
        ("owner: our own team", "owner: us\n  rules: []", 204, 10, "grounds, effect, sides and distances stay"),
        ("送豆子]}", "豆]}", 214, 3, "one character"),
        ("examples: [彩虹赛车，满100送", "examples: [彩虹滑梯", 217, 7, "does not hit"),
        ("twins: [", "twins: [百家乐上分了, ", 218, 8, "is hit by"),
        ("side: prompt", "side: answer", 203, 7, "'answer' is not known here"),
    ],
)
def test_a_bad_addition_is_refused(load_two: Callable[..., GoalBook], old: str, new: str, code: int, line: int, says: str) -> None:
    assert old in ADDED
    with pytest.raises(DataError) as refused:
        load_two(ADDED.replace(old, new, 1))
    error = refused.value
    assert (error.code, error.line, Path(error.file).name) == (f"BL-DATA-{code}", line, "own.yaml")
    assert says in f"{error.message} {error.hint}"


def test_new_words_need_an_example_and_an_addition_adds_something(load_two: Callable[..., GoalBook]) -> None:
    with pytest.raises(DataError, match="without an example"):
        load_two("- {extends: a.b, words: {game: [彩虹赛车]}, owner: us}")
    with pytest.raises(DataError, match="adds nothing"):
        load_two("- {extends: a.b, owner: us}")
    assert len(load_two("- {extends: a.b, twins: [玩桥牌], owner: us}")["a.b"].twins) == 2


CLASSES = """
classes:
  - {id: operator.class, title: {zh: 类, en: Class}, types: [4], rules: [RISK-1]}
"""
FILLED = """
- id: operator.class
  term: terms.own
  sides: [answer]
  effect: stop
  slots: [{name: word, words: [一个生词]}]
  examples: [说一个生词]
  twins: [说一个熟词]
  owner: us
"""


def _term(at_most: Outcome) -> dict[str, OperatorTerm]:
    return {"terms.own": OperatorTerm("terms.own", "约", "Term", "条款。", "A clause.", at_most)}


def _nothing(*_: object) -> Outcome:
    return Outcome.REVIEW


def test_a_class_gives_title_types_and_rules_to_the_goal_that_fills_it(load_two: Callable[..., GoalBook]) -> None:
    goal = load_two(FILLED, CLASSES, strongest=_nothing, terms=_term(Outcome.REFUSE))["operator.class"]
    assert (goal.title_en, goal.types, goal.rules, goal.term) == ("Class", (4,), ("RISK-1",), "terms.own")
    assert goal.effects == {Side.ANSWER: Outcome.REFUSE}


def test_a_class_alone_is_no_goal(load_two: Callable[..., GoalBook]) -> None:
    assert len(load_two("", CLASSES)) == 0


def test_a_goal_goes_no_further_than_its_rules_and_the_term(load_two: Callable[..., GoalBook]) -> None:
    with pytest.raises(DataError, match="at most review") as refused:
        load_two(FILLED, CLASSES, strongest=_nothing, terms=_term(Outcome.REVIEW))
    assert refused.value.code == "BL-DATA-209"
    with pytest.raises(DataError, match="at most refuse"):
        load_two(FILLED.replace("answer", "post"), CLASSES, strongest=_nothing, terms=_term(Outcome.REFUSE))


def test_a_goal_may_stand_on_a_term_alone_which_must_exist(load_two: Callable[..., GoalBook]) -> None:
    alone = FILLED.replace("operator.class\n", "own.goal\n  title: {zh: 甲, en: A}\n  types: [4]\n")
    assert load_two(alone, "", terms=_term(Outcome.REFUSE))["own.goal"].rules == ()
    with pytest.raises(DataError, match="unknown term") as refused:
        load_two(alone, "", terms={})
    assert refused.value.code == "BL-DATA-220"


def test_all_that_is_wrong_is_known_at_once(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    bad = SHIPPED.replace("types: [9]", "types: [99]").replace("时时彩]", "彩, 乐]").replace("owner: tests", "owner: tests\n  within: 1")
    path.write_text(bad + SHIPPED.replace("a.b", "a.c").replace("[玩扑克]", "[玩百家乐上分]"), "utf-8")
    reading = read_goals([path], AnyRules(), date(2026, 11, 22), _nothing)
    assert [(problem.code[-3:], problem.line) for problem in reading.problems] == [
        ("203", 4), ("209", 7), ("214", 9), ("214", 9), ("203", 14), ("209", 21)]  # fmt: skip
