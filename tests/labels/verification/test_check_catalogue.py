"""The catalogue of checks: complete in both languages, grounded in the rulebook, refused where a row is wrong."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from brightline.errors import DataError
from brightline.labels.verification.check_catalogue import Check, Outcome, catalogue, load_catalogue, result_of
from brightline.rulebook import load_rulebook

ROW = """
- id: {id}
  rule: LM-5
  worst: fail
  title: {{zh: 一, en: One}}
  good: {{zh: 好, en: Good}}
  bad: {{zh: 坏, en: Bad}}
"""


@pytest.mark.parametrize("check", catalogue().values(), ids=lambda check: check.id)
def test_a_check_names_a_rule_of_the_rulebook_and_speaks_two_languages(check: Check) -> None:
    assert check.rule in load_rulebook()
    for words in (check.title, check.good, check.bad):
        assert any("\u4e00" <= character <= "\u9fff" for character in words["zh"])
        assert not any("\u4e00" <= character <= "\u9fff" for character in words["en"])
    for good_or_bad in (check.good, check.bad):
        placeholders = [{field for _, field, _, _ in string.Formatter().parse(good_or_bad[lang]) if field} for lang in ("zh", "en")]
        assert placeholders[0] == placeholders[1] <= {"what", "count"}


def test_there_are_more_than_thirty_checks_and_no_chance_in_any() -> None:
    assert len(catalogue()) >= 30
    words = " ".join(text for check in catalogue().values() for each in (check.good, check.bad) for text in each.values()).lower()
    assert not any(word in words for word in ("probab", "confidence", "likel", "概率", "置信", "可能性"))


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Outcome("a", True), "pass"),
        (Outcome("a", False), "fail"),
        (Outcome("a", None, "not asked for"), "not_inspected"),
        (None, "not_applicable"),
    ],
)
def test_a_result_says_whether_it_was_looked_at(outcome: Outcome | None, result: str) -> None:
    check = Check("a", "LM-5", "fail", {"zh": "甲", "en": "A"}, {"zh": "好", "en": "good"}, {"zh": "坏", "en": "bad"})

    found = result_of(check, outcome)

    assert found.result == result
    assert found.zh
    assert found.en


def test_braces_in_a_file_do_not_get_into_the_words_of_a_sentence() -> None:
    check = Check("a", "LM-5", "warn", {"zh": "甲", "en": "A"}, {"zh": "好", "en": "good"}, {"zh": "坏 {what}", "en": "bad {what}"})

    assert result_of(check, Outcome("a", False, "{count.__class__}")).en == "bad {count.__class__}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ROW.format(id="b") + ROW.format(id="a"), "BL-DATA-285"),
        (ROW.format(id="a") + ROW.format(id="a"), "BL-DATA-285"),
        (ROW.format(id="a").replace("worst: fail", "worst: pass"), "BL-DATA-105"),
        (ROW.format(id="a").replace("en: Bad", "fr: Mal"), "BL-DATA-104"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "checks.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(DataError) as refused:
        load_catalogue(path)

    assert (refused.value.code, refused.value.file) == (code, "checks.yaml")
    assert refused.value.line > 0
