"""A bad row does not load, and the error names file, line and cure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook, load_goals
from tests.text.goal_files import GOOD


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ("owner: tests", "owner: tests\n  colour: red", 204, 13, "unknown field 'colour'"),
        ("  owner: tests\n", "", 205, 2, "'owner' is missing"),
        ("rules: [A-1]", "rules: [A-1, NO-9]", 207, 5, "unknown rule 'NO-9'"),
        ("rules: [A-1]", "rules: []", 207, 5, "no rule and no term"),
        ("types: [9]", "types: [14]", 203, 4, "out of range"),
        ("sides: [post]", "sides: [posts]", 203, 6, "'posts' is not known"),
        ("sides: [post]", "sides: []", 208, 6, "sides are empty"),
        ("effect: stop", "effect: kill", 203, 7, "'kill' is not known"),
        ("effect: stop", "effect: refuse", 208, 7, "effect refuse on side post"),
        ("effect: stop", "effect: {answer: stop}", 208, 7, "not among the sides"),
        ("effect: stop", "effect: {}", 208, 7, "no effect for post"),
        ("effect: stop", "effect: notice", 210, 7, "without its text"),
        ("时时彩]", "\"\\u200b\"]", 214, 9, "normalises to nothing"),
        ("时时彩]", "彩]", 214, 9, "single characters are over-broad"),
        ("时时彩]", "百傢樂]", 215, 9, "duplicate of '百家乐'"),
        ("words: [百家乐, 时时彩]", "words: [百家乐], patterns: ['a.*b']", 216, 9, "unbounded repeat"),
        ("words: [百家乐, 时时彩]", "words: [百家乐], patterns: ['(a']", 216, 9, "not a regular expression"),
        ("words: [百家乐, 时时彩]", "use: x", 204, 9, "unknown field 'use'"),
        (", words: [百家乐, 时时彩]", "", 211, 9, "without words, patterns and detectors"),
        ("时时彩]}", "时时彩], companion: true}", 211, 9, "every slot is a companion"),
        ("owner: tests", "owner: tests\n  unless: [{exception: news, use: nothing}]", 212, 13, "unknown exception list"),
        ("owner: tests", "owner: tests\n  unless: [{exception: news}]", 212, 13, "either use or words"),
        ("owner: tests", "owner: tests\n  unless: [{exception: n, use: negation, within: 9}]", 203, 13, "from 1 to 6"),
        ("owner: tests", "owner: tests\n  lanes: [skip]", 208, 13, "lanes without base"),
        ("owner: tests", "owner: tests\n  within: 2000", 203, 13, "out of range"),
        ("owner: tests", "owner: tests\n  same: page", 203, 13, "'page' is not known"),
        ("owner: tests", "owner: tests\n  manifest: maybe", 203, 13, "neither true nor false"),
        ("owner: tests", "owner: tests\n  score: 2", 203, 13, "out of range"),
        ("examples: [玩百家乐]", "examples: []", 213, 10, "no examples"),
        ("twins: [玩扑克]", "twins: []", 213, 11, "no twins"),
        ("examples: [玩百家乐]", "examples: [玩百家乐, 玩扑克]", 217, 10, "does not hit"),
        ("twins: [玩扑克]", "twins: [玩扑克, 玩时 时 彩]", 218, 11, "is hit by '时 时 彩'"),
        ("examples: [玩百家乐]", "examples: [{text: 玩百家乐, side: answer}]", 203, 10, "'answer' is not known here"),
        ("title: {zh: 甲, en: A}", "title: {zh: 甲}", 205, 3, "title without en"),
        ("title: {zh: 甲, en: A}", "title: {zh: 甲, en: A, b}", 204, 3, "needs quotes"),
        ("owner: tests", "owner: tests\n  owner: tests", 202, 13, "stands twice"),
        ("owner: tests", "owner: [", 201, 13, "is not YAML"),
        ("- id: a.b", "id: a.b\nx:\n-", 204, 2, "unknown field 'id'"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused(load: Callable[..., GoalBook], old: str, new: str, code: int, line: int, says: str) -> None:
    assert old in GOOD
    with pytest.raises(DataError) as refused:
        load(GOOD.replace(old, new, 1))
    error = refused.value
    assert error.code == f"BL-DATA-{code}"
    assert says in f"{error.message} {error.hint}"
    assert error.hint
    assert Path(error.file).name == "goals.yaml"
    assert error.line == line


def test_a_goal_stands_once(load: Callable[..., GoalBook]) -> None:
    with pytest.raises(DataError, match="stands twice") as refused:
        load(GOOD + GOOD)
    assert refused.value.line == 14


def test_an_effect_stronger_than_its_grounds_is_refused(load: Callable[..., GoalBook]) -> None:
    asked = []

    def strongest(rules: object, side: Side, on: date, manifest: bool) -> Outcome:
        asked.append((rules, side, on, manifest))
        return Outcome.REVIEW

    with pytest.raises(DataError, match="at most review") as refused:
        load(GOOD, strongest=strongest, on=date(2026, 1, 2))
    assert refused.value.code == "BL-DATA-209"
    assert asked == [(("A-1",), Side.POST, date(2026, 1, 2), True)]
    assert load(GOOD.replace("stop", "review"), strongest=strongest)["a.b"].effects == {Side.POST: Outcome.REVIEW}


def test_an_effect_may_differ_by_side(load: Callable[..., GoalBook]) -> None:
    book = load(GOOD.replace("[post]", "[answer, post]").replace("effect: stop", "effect: {answer: review, post: stop}"))
    assert book["a.b"].effects == {Side.ANSWER: Outcome.REVIEW, Side.POST: Outcome.BLOCK}


def test_an_example_that_meets_an_exception_is_no_hit(load: Callable[..., GoalBook]) -> None:
    with pytest.raises(DataError, match="meets the exception news"):
        load(GOOD.replace("examples: [玩百家乐]", "unless: [{exception: news, use: news}]\n  examples: [新闻说玩百家乐]"))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="BL-DATA-200"):
        load_goals([tmp_path / "none.yaml"], _Rules(), strongest=lambda *_: Outcome.BLOCK)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"- id: a\n  title: \xff\n")
    with pytest.raises(DataError, match="not UTF-8") as refused:
        load_goals([latin], _Rules(), strongest=lambda *_: Outcome.BLOCK)
    assert refused.value.line == 2


def test_an_empty_file_holds_no_goals(load: Callable[..., GoalBook]) -> None:
    assert len(load("")) == 0


class _Rules:
    def get(self, rule_id: str) -> str:
        return rule_id


def test_a_goal_that_cites_an_article_by_its_number_of_before_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "goals.yaml"
    path.write_text(GOOD.replace("rules: [A-1]", "rules: [PSA-82, CSL-47]"), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_goals([path], load_rulebook())
    assert (caught.value.code, caught.value.line) == ("BL-DATA-207", 5)
    assert "CSL-47" in str(caught.value)
    assert "CSL-49" in caught.value.hint
