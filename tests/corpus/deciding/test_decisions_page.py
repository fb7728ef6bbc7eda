"""What docs/corpus-decisions.md says is so."""

from __future__ import annotations

import re
from pathlib import Path

from brightline.corpus.deciding import OUTCOMES, load_policy, shipped_policy

PAGE = (Path(__file__).parents[3] / "docs" / "corpus-decisions.md").read_text("utf-8")


def test_the_example_of_an_own_policy_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "policy.yaml"
    path.write_text(example, "utf-8")
    assert load_policy(path).row_of("quality.repetition").outcome == "quarantine"


def test_the_table_of_what_ships_agrees_with_what_ships() -> None:
    policy = shipped_policy()
    for rules, outcome in (
        (("illegal",), "drop"),
        (("personal",), "redact"),
        (
            ("rights.copyright_notice", "rights.no_reproduction", "rights.paywall", "rights.tdm_opt_out", "rights.training_forbidden"),
            "quarantine",
        ),
        (("source.blacklisted", "source.over_limit", "source.objection", "complaint.upheld", "duplicate.exact", "duplicate.near"), "drop"),
        (("source.unnamed", "source.unregistered", "source.proposed", "source.suspended", "source.retired", "poisoning"), "quarantine"),
        (("falsehood.refuted_claim", "coverage.not_inspected"), "quarantine"),
        (("quality", "poisoning.geo_marketing", "generated", "keywords"), "keep"),
    ):
        assert {policy.rows[rule].outcome for rule in rules} == {outcome}


def test_every_outcome_is_explained() -> None:
    assert all(f"**{outcome}**" in PAGE for outcome in OUTCOMES)
