"""Whatever a goal file holds: it loads, or its problems are named. Nothing hangs, crashes or fills the memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.text import GoalBook
from brightline.text.goal_loader import Reading, read_goals
from tests.text import goal_files

GOOD = goal_files.GOOD.replace("时时彩]}", "时时彩], patterns: ['加.{0,4}微信']}").replace(
    "  examples:", "  unless: [{exception: news, words: [据报道], within: 20}]\n  allow: [百家乐器]\n  examples:"
)


class _Rules:
    def get(self, rule_id: str) -> str:
        return rule_id


def _read(content: bytes) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "goals.yaml"
        path.write_bytes(content)
        return read_goals([path], _Rules(), date(2026, 11, 22), lambda *_: Outcome.BLOCK)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_book_or_named_problems(content: bytes) -> None:
    reading = _read(content)
    assert all(problem.code.startswith("BL-DATA-2") and problem.hint and problem.file for problem in reading.problems)


_PIECES = st.sampled_from(
    [
        *GOOD.split(" "),
        "&a",
        "*a",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "\n- ",
        "null",
        "~",
        "'",
        "!!int",
        "<<:",
        "9" * 5000,
        "\u0000",
        "٣",
        "1e999",
        "nan",
    ]
)


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), _PIECES), min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_a_good_file_damaged_anywhere_is_a_book_or_named_problems(cuts: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    for problem in _read(text.encode("utf-8", "surrogatepass")).problems:
        assert problem.code.startswith("BL-DATA-2")
        assert problem.hint


ADDED = """
- extends: a.b
  words: {game: [彩虹赛车]}
  patterns: {game: ['满\\d{2,4}送']}
  allow: [彩虹赛车模型]
  unless: [{exception: play, words: [儿童乐园]}]
  examples: [玩彩虹赛车]
  twins: [彩虹赛车模型]
  owner: us
"""


@given(st.lists(st.tuples(st.integers(0, len(ADDED)), st.integers(0, 12), _PIECES), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_damaged_addition_leaves_the_goal_as_it_is_or_names_problems(cuts: list[tuple[int, int, str]]) -> None:
    text = ADDED
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    reading = _read((GOOD + text).encode("utf-8", "surrogatepass"))
    assert reading.problems or len(reading.book["a.b"].slots[0].entries) >= 2
    assert all(problem.code.startswith("BL-DATA-2") and problem.hint for problem in reading.problems)


_SHARED = "lists:\n  news: [据报道, 警方]\nclasses:\n  - {id: a, title: {zh: 甲, en: A}, types: [4], rules: [R-1]}\n"


@given(st.lists(st.tuples(st.integers(0, len(_SHARED)), st.integers(0, 12), _PIECES), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_damaged_lists_and_classes_are_read_or_named(cuts: list[tuple[int, int, str]]) -> None:
    text = _SHARED
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    assert all(problem.code.startswith("BL-DATA-2") and problem.hint for problem in _read(text.encode("utf-8", "surrogatepass")).problems)


def _code(content: str) -> set[str]:
    return {problem.code for problem in _read(content.encode()).problems}


def test_deep_nesting_is_refused_before_it_is_read() -> None:
    for content in ("[" * 100_000, "- " * 50_000 + "a", "{a: " * 20_000):
        assert _code(content) == {"BL-DATA-219"}


def test_aliases_do_not_multiply() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 11))
    assert _code(bomb) == {"BL-DATA-204"}
    assert _code("&a [*a]") == {"BL-DATA-219"}


def test_a_list_shared_by_many_slots_counts_each_time() -> None:
    words = ", ".join(f"词{n:05}号" for n in range(30_000))
    rows = [GOOD.replace("words: [百家乐, 时时彩]", f"words: &many [百家乐, {words}]")]
    rows += [GOOD.replace("id: a.b", f"id: a.b{n}").replace("words: [百家乐, 时时彩]", "words: *many") for n in range(40)]
    reading = _read("".join(rows).encode())
    assert [problem.code for problem in reading.problems] == ["BL-DATA-219"]
    assert len(reading.book) == 0


def test_a_hundred_thousand_words_load() -> None:
    words = ", ".join(f"词{n:06}号" for n in range(100_000))
    reading = _read(GOOD.replace("时时彩", words).encode())
    assert not reading.problems
    assert len(reading.book["a.b"].slots[0].entries) == 100_001


def test_a_word_of_a_megabyte_is_refused_in_few_words() -> None:
    (problem,) = _read(GOOD.replace("时时彩", "长" * 1_000_000).encode()).problems
    assert problem.code == "BL-DATA-214"
    assert len(str(problem)) < 500


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "((((((((((((ab?)?)?)?)?)?)?)?)?)?)?)?)",
        "(((((((((((((ab){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}){0,2}",
        "(?:" * 5000 + "a" + ")" * 5000,
        "ab" + "c?" * 600,
        "[" * 300,
        "a{99999999999999999999}",
        "\\",
        "(?P<x>a)(?P=x)b",
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    (problem,) = _read(GOOD.replace("'加.{0,4}微信'", f"'{pattern}'").encode()).problems
    assert problem.code == "BL-DATA-216"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("pattern", ["[[:alpha:]]{2}", "ab[[]", "[ab||c]{2}", "[ab&&c]{2}"])
def test_a_class_that_can_be_read_in_two_ways_is_refused_without_a_warning(pattern: str) -> None:
    (problem,) = _read(GOOD.replace("'加.{0,4}微信'", f"'{pattern}'").encode()).problems
    assert problem.code == "BL-DATA-216"
    assert "two ways" in str(problem)


def test_numbers_of_thousands_of_digits_are_out_of_range() -> None:
    assert _code(GOOD.replace("types: [9]", f"types: [{'9' * 6000}]")) == {"BL-DATA-203"}


def test_a_rule_that_hits_everything_is_demoted_or_refused(load: Callable[..., GoalBook]) -> None:
    everywhere = GOOD.replace("百家乐, 时时彩]", "百家乐, 我们, 可以, 一个, 什么]").replace(", patterns: ['加.{0,4}微信']", "")
    everywhere = everywhere.replace("  unless: [{exception: news, words: [据报道], within: 20}]\n  allow: [百家乐器]\n", "")
    book = load(everywhere)
    assert book.demoted == {"a.b": {Side.POST: Outcome.BLOCK}}
    with pytest.raises(DataError, match="BL-DATA-216"):
        load(GOOD.replace("'加.{0,4}微信'", "'.{2,80}'"))
