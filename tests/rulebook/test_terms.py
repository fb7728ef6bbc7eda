"""The operator's own terms: read from YAML, a bad row is named by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.errors import DataError
from brightline.model import Outcome
from brightline.rulebook.terms import OperatorTerm, load_terms

GOOD = """\
- id: terms.no-tips
  title: {zh: 不提供荐股服务, en: No stock tips}
  text: {zh: 本服务不提供个股买卖建议。, en: This service gives no advice on single stocks.}
  at_most: refuse
- id: terms.polite
  title: {zh: 文明用语, en: Civil language}
  text: {zh: 请文明交流。, en: Please be civil.}
  at_most: notice
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "terms.yaml"
    file.write_text(text, "utf-8")
    return file


def test_terms_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    terms = load_terms(written(tmp_path, GOOD))
    assert list(terms) == ["terms.no-tips", "terms.polite"]
    assert terms["terms.no-tips"] == OperatorTerm(
        "terms.no-tips",
        "不提供荐股服务",
        "No stock tips",
        "本服务不提供个股买卖建议。",
        "This service gives no advice on single stocks.",
        Outcome.REFUSE,
    )
    assert terms["terms.polite"].title("en-GB") == "Civil language"
    assert terms["terms.polite"].title("fr") == terms["terms.polite"].title() == "文明用语"
    assert terms["terms.polite"].text("en") == "Please be civil."


def test_an_empty_file_holds_no_terms(tmp_path: Path) -> None:
    assert load_terms(written(tmp_path, "# none yet\n")) == {}


@pytest.mark.parametrize(
    ("before", "after", "line", "complaint"),
    [
        ("at_most: notice", "at_most: allow", 8, "at_most"),
        ("at_most: notice", "at_most: shout", 8, "at_most"),
        ("  at_most: notice\n", "", 5, "at_most"),
        ("terms.polite", "terms.no-tips", 5, "twice"),
        ("terms.polite", "no spaces please", 5, "not an id"),
        ("en: Civil language", "en: ''", 6, "en"),
        (", en: Please be civil.", "", 7, "en"),
        ("en: Please be civil.", "en: Please be civil., fr: Soyez polis.", 7, "fr"),
        ("  at_most: notice", "  at_most: notice\n  severity: 3", 9, "severity"),
        ("- id: terms.polite", "- just a line\n- id: terms.polite", 5, "mapping"),
    ],
)
def test_a_bad_row_is_rejected_with_file_and_line(tmp_path: Path, before: str, after: str, line: int, complaint: str) -> None:
    assert before in GOOD
    with pytest.raises(DataError, match=complaint) as caught:
        load_terms(written(tmp_path, GOOD.replace(before, after)))
    assert caught.value.file.endswith("terms.yaml")
    assert caught.value.line == line
    assert caught.value.code.startswith("BL-DATA-1")
    assert caught.value.hint or complaint in ("not an id", "en")


@pytest.mark.parametrize("text", ["terms: {}\n", "- id: [\n", "just words\n"])
def test_a_file_that_is_no_list_of_terms_is_rejected(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"terms\.yaml:\d"):
        load_terms(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.yaml"):
        load_terms(tmp_path / "nowhere.yaml")
