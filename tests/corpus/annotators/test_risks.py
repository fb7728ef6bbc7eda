"""The 31 risks of the safety standard, and which rules speak of them."""

from __future__ import annotations

from collections import Counter

import pytest

from brightline.corpus.annotators.risks import risks, risks_of, uncovered
from brightline.model import Side
from brightline.moderation import goals_in_force
from brightline.rulebook import load_rulebook


def test_there_are_thirty_one_risks_in_five_classes() -> None:
    assert Counter(risk.code[:3] for risk in risks()) == {"A.1": 8, "A.2": 9, "A.3": 5, "A.4": 7, "A.5": 2}
    assert len({risk.code for risk in risks()}) == 31


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        ("illegal.gambling.promotion", ("A.1-h",)),
        ("illegal.sexual.explicit", ("A.1-f",)),
        ("personal.id_card", ("A.4-e", "A.4-f")),
        ("rights.paywall", ("A.3-a",)),
        ("falsehood.refuted_claim", ("A.1-g", "A.5-a", "A.5-b")),
        ("quality.gibberish", ()),
        ("illegal.sexuality.other", ()),
    ],
)
def test_a_rule_speaks_of_its_risks(rule: str, codes: tuple[str, ...]) -> None:
    assert risks_of(rule) == codes


def test_risks_that_nothing_speaks_of_are_named_and_say_why() -> None:
    silent = uncovered()
    assert {"A.1-a", "A.1-b", "A.1-c"} <= {risk.code for risk in silent}
    assert all(risk.note for risk in silent)


def test_every_goal_that_looks_at_posts_speaks_of_a_risk() -> None:
    goals = [goal.id for goal in goals_in_force(load_rulebook()) if Side.POST in goal.effects]
    assert [goal for goal in goals if not risks_of(f"illegal.{goal}")] == []
