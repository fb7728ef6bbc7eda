"""The bright line over the shipped rulebook: what it may stop, and what it never stops."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.model import (
    Context,
    Outcome,
    Side,
    Status,
)
from brightline.rulebook import load_rulebook
from brightline.rulebook.book import Rulebook
from brightline.rulebook.policy import REACHES_ONLY_LAWS, decide, strongest
from tests.rulebook.policy_world import (
    TODAY,
    a_finding,
    contexts,
    many,
    on,
    sides,
)
from tests.rulebook.two_keys import has_key_a, has_two_keys


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return load_rulebook()


@many
@given(data=st.data(), context=contexts, side=sides, manifest=st.booleans())
def test_over_the_shipped_rulebook_too_nothing_stops_without_its_keys(
    shipped: Rulebook, data: st.DataObject, context: Context, side: Side, manifest: bool
) -> None:
    cited = tuple(data.draw(st.lists(st.sampled_from(sorted(shipped.rules)), min_size=1, max_size=8, unique=True)))
    outcome = decide([a_finding(*cited, side=side, manifest=manifest)], context, shipped).outcome
    if outcome is Outcome.BLOCK:
        assert manifest
        assert has_two_keys(cited, shipped, context.on)
    if outcome is Outcome.REFUSE:
        assert has_key_a(cited, shipped, context.on, manifest)


def test_no_text_below_a_departmental_rule_stops_anything(shipped: Rulebook) -> None:
    soft = [rule.id for rule in shipped.rules.values() if not rule.status.binding]
    assert len(soft) > 20
    for side in Side:
        assert strongest(soft, side, TODAY, shipped) is Outcome.REVIEW


def test_rows_that_reach_only_laws_are_in_the_shipped_rulebook(shipped: Rulebook) -> None:
    missing = sorted(rule_id for rule_id in REACHES_ONLY_LAWS if shipped.get(rule_id) is None)
    assert missing == []


def test_bad_information_of_the_ecosystem_provisions_is_never_removed(shipped: Rulebook) -> None:
    assert strongest(["ECO-7", "CSL-49", "IM-14.1", "IIS-16"], Side.POST, TODAY, shipped) is Outcome.REVIEW


@pytest.mark.parametrize(
    ("case", "cited"),
    [
        ("gambling", ["PSA-82", "CRI-303", "CSL-49"]),
        ("obscene items", ["PSA-80", "CRI-364", "IIS-15.7", "IIS-16"]),
        ("what a generative service must not generate", ["IM-4.1", "IM-14.1"]),
        ("sexual material of minors", ["RPM-22", "MPL-52", "RPM-29"]),
        ("batch accounts for fraud", ["FRA-14"]),
        ("heroes", ["HER-22", "HER-23"]),
        ("medical advertising", ["ADL-16", "ADL-45"]),
    ],
)
def test_the_manifest_cases_of_the_legal_reference_are_blocked(shipped: Rulebook, case: str, cited: list[str]) -> None:
    judgement = decide([a_finding(*cited, goal=case)], on(), shipped)
    assert judgement.outcome is Outcome.BLOCK, judgement.steps
    assert "《" in judgement.reason_zh


def test_the_trademark_switch_of_2027_is_in_the_shipped_rulebook(shipped: Rulebook) -> None:
    copycat = a_finding("TML-57", "TML-72", "ECL-45", side=Side.LISTING)
    assert "TML-57" in decide([copycat], on(date(2026, 12, 31)), shipped).rules
    after = decide([copycat], on(date(2027, 1, 1)), shipped).rules
    assert "TML-72" in after
    assert "TML-57" not in after


def test_every_ground_of_the_legal_reference_opens_a_block(shipped: Rulebook) -> None:
    for problem_type in range(1, 14):
        for ground in shipped.basis(problem_type, TODAY).grounds:
            assert strongest([*ground.key_a, *ground.key_b], Side.POST, TODAY, shipped) is Outcome.BLOCK, ground.id
            assert strongest(ground.key_a, Side.ANSWER, TODAY, shipped) is Outcome.REFUSE, ground.id


def test_the_only_pairs_of_the_legal_reference_that_do_not_fit_are_rules_under_duties_that_reach_laws(shipped: Rulebook) -> None:
    for problem_type in range(1, 14):
        for ground in shipped.basis(problem_type, TODAY).grounds:
            for forbids in ground.key_a:
                for obliges in ground.key_b:
                    opens = strongest([forbids, obliges], Side.POST, TODAY, shipped) is Outcome.BLOCK
                    assert opens == (obliges not in REACHES_ONLY_LAWS or shipped[forbids].status is not Status.RULE), (forbids, obliges)
