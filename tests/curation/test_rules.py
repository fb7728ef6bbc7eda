"""Every corpus rule stands on the rulebook, and its table is checked like every other."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import brightline
from brightline.corpus.personal.rules import RULES as PERSONAL
from brightline.curation.rules import corpus_rule, families, goal_titles, load_families
from brightline.errors import DataError
from brightline.moderation import goals_in_force
from brightline.rulebook import load_rulebook

POLICY = Path(brightline.__file__).parent / "corpus" / "deciding" / "data" / "policy.yaml"
ROW = "- rule: {rule}\n  title: {{zh: 甲, en: a}}\n  rules: [{rules}]\n"


def test_every_family_stands_on_rules_of_training_data_or_of_its_own_subject() -> None:
    book = load_rulebook()

    for family in families().values():
        assert any(3 in book.rules[rule].problem_types for rule in family.rules), family.id


def test_every_rule_of_the_shipped_policy_has_a_title() -> None:
    named = [row["rule"] for row in yaml.safe_load(POLICY.read_text("utf-8")) if row["rule"] != "*"]
    assert "complaint.upheld" in named
    for rule in named:
        assert corpus_rule(rule).title_zh


def test_every_kind_of_personal_data_has_a_title_of_its_own_and_the_sensitive_ones_their_article() -> None:
    for rule, known in PERSONAL.items():
        found = corpus_rule(rule)
        assert (found.title_zh, found.title_en) == (known.title_zh, known.title_en)
        assert "PIP-13" in found.rules
        assert ("PIP-28" in found.rules) == (known.kind == "sensitive")


def test_illegal_content_names_the_rules_of_its_goal_first() -> None:
    found = corpus_rule("illegal.ai_tools.undress_goods")

    assert found.title_en == "Undressing tools sold or promoted"
    assert found.rules[0] == "IM-4.1"
    assert "SEC-D5" in found.rules


def test_a_goal_of_the_operators_own_stands_on_its_family() -> None:
    assert corpus_rule("illegal.own.goal").rules == families()["illegal"].rules


def test_a_rule_of_no_family_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        corpus_rule("taste.bad")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ROW.format(rule="b", rules="IM-7") + ROW.format(rule="a", rules="IM-7"), 4),
        (ROW.format(rule="a", rules="IM-7") + ROW.format(rule="a", rules="IM-7"), 4),
        (ROW.format(rule="a", rules="NO-1"), 3),
        (ROW.format(rule="a", rules=""), 1),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(DataError, match="BL-DATA-296") as error:
        load_families(path, load_rulebook())
    assert error.value.line == line


def test_titles_read_from_their_lines_are_those_of_the_goals() -> None:
    book = goals_in_force(load_rulebook())
    assert goal_titles() == {f"illegal.{goal.id}": (goal.title_zh, goal.title_en) for goal in book}
