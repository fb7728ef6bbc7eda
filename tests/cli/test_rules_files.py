"""``brightline rules lint|test|price``: what they say of good and bad goal files, their exit codes, and the page that shows them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from brightline.cli import rules
from brightline.errors import InputError

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
OWN, TERMS, CLASS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example of the page, as the page says."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(OWN, "utf-8")
    (tmp_path / "terms.yaml").write_text(TERMS, "utf-8")
    (tmp_path / "brightline.toml").write_text('goals_dir = "rules"\nterms_file = "terms.yaml"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rules.app, arguments, env={"COLUMNS": "200"})


def answer(*arguments: str, exit_code: int = 0) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def _commands() -> list[str]:
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line.partition("#")[0].strip() for line in block.splitlines()]


@pytest.mark.parametrize("command", [command for command in _commands() if "--attack" not in command])
def test_the_commands_of_the_page_find_nothing_wrong_with_its_example(home: Path, command: str) -> None:
    program, group, *arguments = shlex.split(command)
    assert (program, group) == ("brightline", "rules")
    result = run(*arguments)
    assert result.exit_code == 0, result.output


def test_the_attack_of_the_page_names_what_it_hides(home: Path) -> None:
    result = run(*shlex.split(_commands()[2])[2:])
    assert result.exit_code in (0, 1)
    assert "words under a disguise not found" in result.stdout


def test_the_class_of_the_page_loads(home: Path) -> None:
    terms = TERMS + TERMS.replace("no-queue-trade", "own-list").replace("at_most: block", "at_most: refuse")
    (home / "terms.yaml").write_text(terms, "utf-8")
    (home / "rules" / "class.yaml").write_text(CLASS, "utf-8")
    assert answer("lint") == []


def test_without_a_path_the_folder_of_the_settings_is_looked_at(home: Path) -> None:
    tried = answer("test")
    assert {goal["goal"] for goal in tried["goals"]} == {"shop.queue_places", "gambling.promotion"}
    assert tried["problems"] == tried["weaknesses"] == []


def test_lint_names_all_problems_with_line_code_and_cure(home: Path) -> None:
    bad = (
        OWN.replace("types: [8]", "types: [80]")
        .replace("owner: shop team", "owner: us\n  colour: red", 1)
        .replace("use: news", "use: nothing")
    )
    (home / "bad.yaml").write_text(bad, "utf-8")
    found = answer("lint", "bad.yaml", exit_code=1)
    assert [(row["file"], row["line"], row["code"]) for row in found] == [
        ("bad.yaml", 4, "BL-DATA-203"), ("bad.yaml", 18, "BL-DATA-212"), ("bad.yaml", 28, "BL-DATA-204")]  # fmt: skip
    assert all(row["cure"] and row["problem"] and row["line"] for row in found)
    shown = run("lint", "bad.yaml").stdout
    assert f"bad.yaml:{found[0]['line']}: BL-DATA-203" in shown
    assert "3 problems" in shown


def test_what_is_wrong_elsewhere_is_not_told_of_this_file(home: Path) -> None:
    (home / "rules" / "own.yaml").write_text("- [", "utf-8")
    (home / "good.yaml").write_text(OWN, "utf-8")
    assert answer("lint", "good.yaml") == []


def test_a_goal_that_costs_too_much_is_found_by_lint_and_price(home: Path) -> None:
    dear = OWN.replace("预约号,", "孩子, 手机, 老师,").replace("代抢,", "什么, 怎么,").replace("    - 预约号150元一个\n", "")
    (home / "dear.yaml").write_text(dear, "utf-8")
    (row,) = answer("lint", "dear.yaml", exit_code=1)
    assert row["code"] == "BL-DATA-231"
    assert "demoted to review" in row["problem"]
    priced = answer("price", "dear.yaml", "--top", "3", exit_code=1)
    goal = next(goal for goal in priced["goals"] if goal["goal"] == "shop.queue_places")
    assert goal["demoted"]
    assert goal["price"]["share"] > priced["budgets"]["stop"]
    assert {"domain", "text"} == set(goal["hits"][0])
    assert [word["word"] for word in priced["words"]] == ["什么", "怎么", "孩子"]
    assert "demoted to review" in run("price", "dear.yaml").stdout


def test_a_file_that_cannot_be_used_has_no_price(home: Path) -> None:
    (home / "bad.yaml").write_text(OWN.replace("types: [8]", "types: [80]"), "utf-8")
    assert run("price", "bad.yaml").exit_code == 2


def test_paths_that_hold_nothing_are_wrong_input(home: Path) -> None:
    (home / "empty").mkdir()
    for path in ("missing.yaml", "empty"):
        with pytest.raises(InputError) as refused:
            rules.app(["lint", path], standalone_mode=False)
        assert refused.value.code == "BL-INPUT-020"


def test_an_attack_asks_only_for_lanes_that_the_goal_claims(home: Path) -> None:
    goal = """
- id: a.b
  title: {zh: 甲, en: A}
  types: [9]
  rules: [PSA-82]
  sides: [post]
  effect: review
  lanes: [base, skip]
  slots: [{name: word, words: [青铜鲸鱼暗号]}]
  examples: [青铜鲸鱼暗号]
  twins: [无]
  owner: tests
"""
    (home / "a.yaml").write_text(goal, "utf-8")
    assert answer("test", "a.yaml", "--attack")["weaknesses"] == []


def test_a_word_that_a_disguise_hides_is_named(home: Path) -> None:
    found = answer("test", "rules/own.yaml", "--attack", exit_code=1)
    for row in found["weaknesses"]:
        assert set(row) == {"goal", "slot", "word", "disguise", "lane", "text"}
        assert row["text"] != row["word"]


def test_the_detectors_are_listed_with_what_they_find_and_who_uses_them() -> None:
    rows = {row["detector"]: row for row in answer("detectors")}
    assert rows["phone"]["title"] == {"zh": "电话号码", "en": "Telephone number"}
    assert "13812345678" in rows["phone"]["examples"]
    assert {"gambling.promotion", "investment.paid_tips"} & set(rows["contact"]["goals"])
    shown = run("detectors").output
    assert all(name in shown for name in rows)


def test_an_unknown_detector_is_named_with_its_line_and_all_that_are_known(home: Path) -> None:
    own = home / "rules" / "own.yaml"
    own.write_text(OWN.replace("words: [排队名额, 预约号, 放号名额, queue spot]", "detectors: [queue]"), "utf-8")
    (problem,) = (row for row in answer("lint", "rules/own.yaml", exit_code=1) if row["code"] == "BL-DATA-211")
    assert problem["line"] == 11
    assert "unknown detector 'queue'" in problem["problem"]
    assert "bank_card" in problem["cure"]
