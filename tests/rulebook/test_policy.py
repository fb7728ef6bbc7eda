"""The bright line in single cases, each in the words of the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given

from brightline.model import (
    AgeBand,
    Finding,
    Ground,
    Key,
    Outcome,
    Side,
    Status,
    Strictness,
)
from brightline.rulebook.book import Rulebook
from brightline.rulebook.policy import REACHES_ONLY_LAWS, decide, permitted
from tests.rulebook.policy_world import (
    BOOK,
    FORBIDS,
    OBLIGES,
    TERMS,
    TODAY,
    a_finding,
    a_rule,
    a_rulebook,
    days,
    findings,
    many,
    on,
    rulebooks,
)


@pytest.mark.parametrize(
    "status", [Status.CAMPAIGN, Status.GUIDE, Status.NORMATIVE, Status.RECOMMENDED_STANDARD, Status.MANDATORY_STANDARD]
)
@pytest.mark.parametrize("side", Side)
def test_a_campaign_rule_alone_never_blocks(status: Status, side: Side) -> None:
    book = a_rulebook(a_rule("R1", Key.A, Key.B, status=status, at_most=("limit", "block")))
    assert decide([a_finding("R1", side=side)], on(strictness=Strictness.STRICT), book).outcome is Outcome.REVIEW


def test_a_campaign_row_beside_two_keys_is_cited_last() -> None:
    judgement = decide([a_finding("QL25-2.6d", "CSL-49", "PSA-80")], on(), BOOK)
    assert judgement.outcome is Outcome.BLOCK
    assert judgement.rules == ("PSA-80", "CSL-49", "QL25-2.6d")


def test_a_key_that_forbids_does_not_block_alone() -> None:
    judgement = decide([a_finding("PSA-80")], on(), BOOK)
    assert judgement.outcome is Outcome.REVIEW
    assert judgement.steps == ("0:some.goal:block->review:short",)


def test_a_key_that_forbids_is_enough_not_to_answer() -> None:
    judgement = decide([a_finding("PSA-80", side=Side.PROMPT)], on(), BOOK)
    assert judgement.outcome is Outcome.REFUSE
    assert judgement.steps == ("0:some.goal:block->refuse:keys=PSA-80",)


def test_a_key_that_obliges_alone_neither_blocks_nor_refuses() -> None:
    for side in Side:
        assert decide([a_finding("CSL-49", side=side)], on(strictness=Strictness.STRICT), BOOK).outcome is Outcome.REVIEW


def test_one_article_may_carry_both_keys() -> None:
    book = a_rulebook(a_rule("FRA-14", Key.A, Key.B))
    judgement = decide([a_finding("FRA-14")], on(), book)
    assert judgement.outcome is Outcome.BLOCK
    assert judgement.rules == ("FRA-14",)


@pytest.mark.parametrize("side", Side)
def test_an_unverified_rule_flags_and_nothing_more(side: Side) -> None:
    book = a_rulebook(a_rule("R1", Key.A, Key.B, verified=False))
    for strictness in Strictness:
        assert decide([a_finding("R1", side=side)], on(strictness=strictness), book).outcome is Outcome.REVIEW
    assert decide([a_finding("R1", side=side, effect=Outcome.LIMIT)], on(), book).outcome is Outcome.NOTICE


def test_a_row_whose_number_is_not_settled_supports_a_pair_but_is_not_its_only_key() -> None:
    unsettled = a_rule("ECO-21", Key.A, number_verified=False)
    book = a_rulebook(unsettled, OBLIGES, FORBIDS)
    assert decide([a_finding("ECO-21", "CSL-49")], on(), book).outcome is Outcome.REVIEW
    assert decide([a_finding("ECO-21", side=Side.ANSWER)], on(), book).outcome is Outcome.REVIEW
    judgement = decide([a_finding("ECO-21", "PSA-80", "CSL-49")], on(), book)
    assert judgement.outcome is Outcome.BLOCK
    assert judgement.rules == ("PSA-80", "ECO-21", "CSL-49")


def test_a_rule_that_permits_only_a_limit_is_no_key_to_a_block() -> None:
    book = a_rulebook(a_rule("ECO-7", Key.A, at_most=("limit", "label")), OBLIGES)
    assert decide([a_finding("ECO-7", "CSL-49")], on(), book).outcome is Outcome.REVIEW
    assert decide([a_finding("ECO-7", "CSL-49", effect=Outcome.LIMIT)], on(), book).outcome is Outcome.LIMIT
    assert decide([a_finding("ECO-7", side=Side.ANSWER)], on(), book).outcome is Outcome.REFUSE


@pytest.mark.parametrize("obliges", sorted(REACHES_ONLY_LAWS))
def test_a_duty_that_reaches_only_laws_does_not_pair_with_a_departmental_rule(obliges: str) -> None:
    departmental, law, regulation = (a_rule(f"R-{s}", Key.A, status=s) for s in (Status.RULE, Status.LAW, Status.REGULATION))
    book = a_rulebook(departmental, law, regulation, a_rule(obliges, Key.B))
    assert decide([a_finding(departmental.id, obliges)], on(), book).outcome is Outcome.REVIEW
    assert decide([a_finding(law.id, obliges)], on(), book).outcome is Outcome.BLOCK
    assert decide([a_finding(regulation.id, obliges)], on(), book).outcome is Outcome.BLOCK


def test_a_duty_over_its_own_list_is_cited_with_that_list_where_it_can_be() -> None:
    other, own = a_rule("PSA-82", Key.A), a_rule("IIS-15", Key.A, status=Status.REGULATION)
    book = a_rulebook(other, own, a_rule("IIS-16", Key.B, status=Status.REGULATION))
    assert decide([a_finding("PSA-82", "IIS-15", "IIS-16")], on(), book).steps == ("0:some.goal:block->block:keys=IIS-15+IIS-16",)
    assert decide([a_finding("PSA-82", "IIS-16")], on(), book).steps == ("0:some.goal:block->block:keys=PSA-82+IIS-16",)


@pytest.mark.parametrize("side", Side)
def test_a_conversation_tightens_answers_one_step_and_nothing_else(side: Side) -> None:
    book = a_rulebook(a_rule("PSA-80", Key.A))
    doubtful = a_finding("PSA-80", side=side, manifest=False)
    unlikely = replace(doubtful, score=0.3)
    opened = on(tightened=("some.goal",))
    expected = Outcome.REFUSE if side is Side.ANSWER else Outcome.REVIEW
    assert decide([doubtful], opened, book).outcome is expected
    lenient = replace(opened, strictness=Strictness.LENIENT)
    calm = on(strictness=Strictness.LENIENT)
    step = on() if side is Side.ANSWER else calm
    for finding in (doubtful, unlikely):
        assert decide([finding], lenient, book).outcome is decide([finding], step, book).outcome
    assert decide([doubtful], replace(opened, strictness=Strictness.STRICT), book) == decide(
        [doubtful], on(strictness=Strictness.STRICT), book
    )


def test_a_duty_in_a_departmental_rule_pairs_with_a_departmental_rule() -> None:
    book = a_rulebook(a_rule("IM-4.1", Key.A, status=Status.RULE), a_rule("IM-14.1", Key.B, status=Status.RULE))
    assert decide([a_finding("IM-4.1", "IM-14.1")], on(), book).outcome is Outcome.BLOCK


def test_a_rule_for_manifest_cases_only_turns_no_key_in_doubt() -> None:
    book = a_rulebook(a_rule("IIS-15.7", Key.A, manifest_only=True), a_rule("PSA-80", Key.A))
    doubtful = a_finding("IIS-15.7", side=Side.ANSWER, manifest=False)
    assert decide([doubtful], on(strictness=Strictness.STRICT), book).outcome is Outcome.REVIEW
    assert decide([replace(doubtful, rules=("PSA-80",))], on(strictness=Strictness.STRICT), book).outcome is Outcome.REFUSE


@pytest.mark.parametrize("side", Side)
def test_a_doubtful_case_goes_to_a_person(side: Side) -> None:
    for doubt in ({"manifest": False}, {"score": 0.79}):
        judgement = decide([a_finding("PSA-80", "CSL-49", side=side, **doubt)], on(), BOOK)
        assert (judgement.outcome, judgement.ground) == (Outcome.REVIEW, Ground.LEGAL)


@pytest.mark.parametrize("tightened", [{"strictness": Strictness.STRICT}, {"age_band": AgeBand.MINOR}])
def test_strictness_and_minors_tighten_own_generation_only(tightened: dict[str, object]) -> None:
    doubtful = a_finding("PSA-80", "CSL-49", side=Side.ANSWER, manifest=False, score=0.5)
    assert decide([doubtful], on(**tightened), BOOK).outcome is Outcome.REFUSE
    assert decide([replace(doubtful, side=Side.POST)], on(**tightened), BOOK).outcome is Outcome.REVIEW
    assert decide([replace(doubtful, score=0.49)], on(**tightened), BOOK).outcome is Outcome.REVIEW


def test_a_minor_is_protected_under_a_lenient_setting_too() -> None:
    doubtful = a_finding("PSA-80", side=Side.ANSWER, manifest=False)
    assert decide([doubtful], on(strictness=Strictness.LENIENT, age_band=AgeBand.MINOR), BOOK).outcome is Outcome.REFUSE


def test_the_lenient_setting_lets_unlikely_cases_of_own_generation_pass() -> None:
    unlikely = a_finding("PSA-80", side=Side.ANSWER, score=0.4)
    assert decide([unlikely], on(strictness=Strictness.LENIENT), BOOK).outcome is Outcome.ALLOW
    assert decide([replace(unlikely, score=0.6)], on(strictness=Strictness.LENIENT), BOOK).outcome is Outcome.REVIEW
    assert decide([replace(unlikely, side=Side.POST)], on(strictness=Strictness.LENIENT), BOOK).outcome is Outcome.REVIEW


@many
@given(findings, rulebooks, days)
def test_the_setting_moves_nothing_that_others_published(finding: Finding, book: Rulebook, day: date) -> None:
    assume(not finding.side.own_output)
    outcomes = {decide([finding], on(day, strictness=setting, age_band=age), book).outcome for setting in Strictness for age in AgeBand}
    assert len(outcomes) == 1


@many
@given(findings, rulebooks, days)
def test_lenient_is_never_harsher_than_standard_nor_standard_than_strict(finding: Finding, book: Rulebook, day: date) -> None:
    severities = [decide([finding], on(day, strictness=setting), book, TERMS).outcome.severity for setting in Strictness]
    assert severities == sorted(severities)


def test_an_exception_is_tested_first() -> None:
    report = a_finding("PSA-80", "CSL-49", exceptions=("news",))
    judgement = decide([report], on(strictness=Strictness.STRICT), BOOK, TERMS)
    assert (judgement.outcome, judgement.ground, judgement.rules, judgement.decisive) == (Outcome.ALLOW, Ground.NONE, (), ())
    assert judgement.steps == ("0:some.goal:block->allow:exception=news",)
    assert "新闻报道" in judgement.reason_zh
    assert "news reporting" in judgement.reason_en


def test_an_exception_shields_its_own_finding_only() -> None:
    report, offer = a_finding("PSA-80", "CSL-49", exceptions=("news",)), a_finding("PSA-80", "CSL-49")
    judgement = decide([report, offer], on(), BOOK)
    assert judgement.outcome is Outcome.BLOCK
    assert judgement.decisive == (1,)


def test_the_trademark_law_changes_its_article_with_the_year() -> None:
    book = a_rulebook(
        a_rule("TML-57", Key.A, in_force_to=date(2026, 12, 31)),
        a_rule("TML-72", Key.A, in_force_from=date(2027, 1, 1)),
        a_rule("ECL-45", Key.B),
    )
    copycat = a_finding("TML-57", "TML-72", "ECL-45", side=Side.LISTING)
    assert decide([copycat], on(date(2026, 12, 31)), book).rules == ("TML-57", "ECL-45")
    assert decide([copycat], on(date(2027, 1, 1)), book).rules == ("TML-72", "ECL-45")
    assert decide([replace(copycat, rules=("TML-57", "ECL-45"))], on(date(2027, 1, 1)), book).outcome is Outcome.REVIEW


def test_a_rule_of_tomorrow_grounds_nothing_today() -> None:
    book = a_rulebook(a_rule("R1", Key.A, Key.B, in_force_from=date(2026, 11, 23)))
    judgement = decide([a_finding("R1")], on(), book)
    assert (judgement.outcome, judgement.ground) == (Outcome.ALLOW, Ground.NONE)
    assert judgement.steps == ("0:some.goal:block->allow:no_ground",)


def test_an_unknown_rule_is_named_in_the_steps() -> None:
    assert decide([a_finding("NOT-THERE")], on(), BOOK).steps == ("0:some.goal:block->allow:no_ground:unknown=NOT-THERE",)


@pytest.mark.parametrize("key", [Key.SCOPE, Key.EXCEPTION, Key.APPEAL])
def test_a_row_that_forbids_and_obliges_nothing_grounds_nothing(key: Key) -> None:
    book = a_rulebook(a_rule("R1", key))
    assert permitted(["R1"], Side.POST, TODAY, book) == {Outcome.ALLOW}
