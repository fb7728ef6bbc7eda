"""The table of consequences: what ships can be used, and what cannot be used is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.corpus.deciding import load_policy, shipped_policy
from brightline.corpus.deciding.policy import SHIPPED, read_policy_rows
from brightline.errors import DataError

ROW = """
- rule: {rule}
  outcome: {outcome}
  grounds: [SEC-D5]
  reason: {{zh: "因为 {{rules}}", en: "because of {{rules}}"}}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text, "utf-8")
    return path


def test_every_ground_of_what_ships_is_an_entry_of_the_rulebook() -> None:
    assert read_policy_rows(SHIPPED) == shipped_policy().rows


def test_the_longest_row_that_fits_counts() -> None:
    policy = shipped_policy()
    assert policy.row_of("personal.mobile").rule == "personal"
    assert policy.row_of("personal.uscc").rule == "personal.uscc"
    assert policy.row_of("poisoning.geo_marketing").rule == "poisoning.geo_marketing"
    assert policy.row_of("nobody.knows.this").rule == "*"


def test_nothing_of_quality_or_style_drops_by_default() -> None:
    policy = shipped_policy()
    assert {policy.row_of(rule).outcome for rule in ("quality.repetition", "generated.label", "keywords.own")} == {"keep"}


def test_an_operators_row_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    policy = load_policy(_file(tmp_path, ROW.format(rule="quality", outcome="drop")))
    assert policy.row_of("quality.length").outcome == "drop"
    assert policy.row_of("personal.email").outcome == "redact"
    assert policy.version != shipped_policy().version
    assert load_policy().version == shipped_policy().version


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (ROW.format(rule="quality", outcome="burn"), "BL-DATA-105", "burn"),
        (ROW.format(rule="b", outcome="drop") + ROW.format(rule="a", outcome="drop"), "BL-DATA-295", "order"),
        (ROW.format(rule="a", outcome="drop").replace("SEC-D5", "SEC-X"), "BL-DATA-295", "SEC-X"),
        (ROW.format(rule="a", outcome="drop").replace("因为 {rules}", "因为"), "BL-DATA-295", "zh"),
        (ROW.format(rule="a", outcome="drop") + '  from_score: "2"\n', "BL-DATA-295", "score"),
        (ROW.format(rule="personal", outcome="redact") + "  otherwise: drop\n", "BL-DATA-295", "graver"),
        (ROW.format(rule="a", outcome="drop") + "  otherwise: nothing\n", "BL-DATA-105", "otherwise"),
        (ROW.format(rule="a", outcome="drop") + "  unless: paid\n", "BL-DATA-105", "unless"),
        (ROW.format(rule="illegal", outcome="redact"), "BL-DATA-295", "covered"),
        (ROW.format(rule="rights", outcome="drop") + "  otherwise: redact\n", "BL-DATA-295", "covered"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_file_and_line(tmp_path: Path, text: str, code: str, said: str) -> None:
    with pytest.raises(DataError) as refused:
        load_policy(_file(tmp_path, text))
    assert refused.value.code == code
    assert said in str(refused.value)
    assert "policy.yaml:" in str(refused.value)
