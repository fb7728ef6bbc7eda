"""An example made of a trial: tried as the loader will try it, and a line that the loader reads back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Side
from brightline.moderation import goal_book, goal_paths
from brightline.rulebook import load_rulebook
from brightline.server.console.trial.example import make_example, yaml_text
from brightline.text import TextEngine, load_goals

BOOK = goal_book(load_rulebook())
GOAL = BOOK["gambling.promotion"]


@pytest.fixture(scope="module")
def engine() -> TextEngine:
    return TextEngine(BOOK)


@settings(max_examples=100)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_comes_back_from_its_line_as_it_was(text: str) -> None:
    assert yaml.safe_load(yaml_text(text)) == text
    assert "\n" not in yaml_text(text)


@pytest.mark.parametrize(
    "text", ['"}, side: answer}\n- id: evil', "a\u2028b\u0085c\ufeffd\u200be", "# x: y", '\\u0041 \\ "', "👨\u200d👩\u200d👧"]
)
def test_a_text_cannot_leave_its_line(engine: TextEngine, text: str) -> None:
    made = make_example(engine, GOAL, text, Side.POST, "pass")
    assert yaml.safe_load(made.line) == [{"text": text, "side": "post"}]
    assert made.document.count("\n") == 2


def test_what_holds_and_what_does_not(engine: TextEngine) -> None:
    advertisement, news = "百家乐真人荷官在线，注册送88彩金", "警方捣毁一个网络赌博团伙，该团伙以注册送彩金为诱饵"
    assert make_example(engine, GOAL, advertisement, Side.POST, "hit").holds
    assert not make_example(engine, GOAL, advertisement, Side.POST, "pass").holds
    excused = make_example(engine, GOAL, news, Side.POST, "pass")
    assert excused.holds
    assert "news" in excused.exceptions
    assert not make_example(engine, GOAL, news, Side.POST, "hit").holds


def test_a_side_that_the_goal_does_not_look_at_holds_nothing(engine: TextEngine) -> None:
    made = make_example(engine, BOOK["gambling.contact"], "百家乐加微信", Side.PROMPT, "pass")
    assert (made.looked_at, made.holds) == (False, False)


@pytest.mark.parametrize("must", ["hit", "pass"])
def test_the_line_goes_into_a_goal_file_and_the_loader_takes_it(engine: TextEngine, tmp_path: Path, must: str) -> None:
    text = '六合彩：注册送88彩金 \\ "加微"' if must == "hit" else '天气：好 "很" 好 \\'
    made = make_example(engine, GOAL, text, Side.POST, "hit" if must == "hit" else "pass")
    assert made.holds
    file = next(path for path in goal_paths() if path.name == "gambling.yaml")
    lines = file.read_text("utf-8").split("\n")
    place = next(index for index, line in enumerate(lines) if index >= GOAL.line - 1 and line.strip() == f"{made.field}:")
    lines.insert(place + 1, made.line)
    changed = tmp_path / "gambling.yaml"
    changed.write_text("\n".join(lines), "utf-8")
    book = load_goals([changed, *(path for path in goal_paths() if path.name.startswith("exceptions"))], load_rulebook())
    known = book["gambling.promotion"].examples if must == "hit" else book["gambling.promotion"].twins
    assert known[0].text == text
