"""The bright line, held against an independent statement of its rules over random rulebooks and over the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brightline.documents import canonical_json, decision_from_document, decision_to_document
from brightline.model import (
    AgeBand,
    Context,
    Decision,
    Door,
    Finding,
    Ground,
    Instrument,
    ItemKind,
    Key,
    NotInspected,
    Outcome,
    Rule,
    Side,
    Span,
    Status,
    Strictness,
)
from brightline.rulebook import load_rulebook
from brightline.rulebook.book import Rulebook
from brightline.rulebook.policy import REACHES_ONLY_LAWS, Judgement, decide, outcome_of, permitted, strongest
from brightline.rulebook.terms import OperatorTerm

TODAY = date(2026, 11, 22)
LONG_AGO = date(2015, 1, 1)


# ---------------------------------------------------------------------------------------------- a small world of rules


def a_rule(rule_id: str, *keys: Key, status: Status = Status.LAW, at_most: tuple[str, ...] = ("block",), **changes: object) -> Rule:
    rule = Rule(
        id=rule_id,
        instrument=f"I-{status}",
        article="1",
        status=status,
        title_zh=f"规则{rule_id}",
        title_en=f"Rule {rule_id}",
        obligation_zh="义务",
        obligation_en="obligation",
        problem_types=(9,),
        editions=(),
        maps_to=(),
        keys=keys,
        at_most=at_most,  # type: ignore[arg-type]
        binds=("PLT",),
        in_force_from=LONG_AGO,
        in_force_to=None,
        verified=True,
        number_verified=True,
        evidence_grade="T2",
        readers=2,
        source="test",
        read_on=TODAY,
    )
    return replace(rule, **changes)  # type: ignore[arg-type]


def a_rulebook(*rules: Rule) -> Rulebook:
    instruments = [Instrument(f"I-{status}", f"文本{status}", f"Text {status}", status, LONG_AGO) for status in Status]
    return Rulebook.of(instruments, rules)


FORBIDS = a_rule("PSA-80", Key.A)
OBLIGES = a_rule("CSL-49", Key.B, at_most=("block", "report"))
CAMPAIGN = a_rule("QL25-2.6d", status=Status.CAMPAIGN, at_most=("limit",))
BOOK = a_rulebook(FORBIDS, OBLIGES, CAMPAIGN)


def a_finding(*rules: str, side: Side = Side.POST, effect: Outcome = Outcome.BLOCK, **changes: object) -> Finding:
    finding = Finding(
        detector="text",
        detector_version="1",
        goal="some.goal",
        rules=rules,
        problem_types=(9,),
        effect=effect,
        part="text",
        side=side,
        lane="base",
        spans=(Span(0, 2),),
        evidence=("证据",),
    )
    return replace(finding, **changes)  # type: ignore[arg-type]


def on(day: date = TODAY, **changes: object) -> Context:
    return replace(Context(on=day, door=Door.API), **changes)  # type: ignore[arg-type]


RULE_IDS = ("R1", "R2", "R3", "R4", "CSL-49")


def mostly(usual: object, *others: object) -> st.SearchStrategy:
    """The usual value four times as often as each of the others, so that keys do meet in a small random rulebook."""
    return st.sampled_from([usual] * 4 + list(others))


days = st.sampled_from([date(2024, 6, 1), date(2025, 12, 31), date(2026, 1, 1), TODAY, date(2027, 1, 1)])
rules = st.builds(
    lambda rule_id, status, keys, at_most, verified, number, start, end, manifest_only: a_rule(
        rule_id,
        *keys,
        status=status,
        at_most=at_most,
        verified=verified,
        number_verified=number,
        in_force_from=start,
        in_force_to=end,
        manifest_only=manifest_only,
    ),
    st.sampled_from(RULE_IDS),
    mostly(Status.LAW, Status.REGULATION, Status.RULE, Status.RULE, Status.NORMATIVE, Status.CAMPAIGN, Status.GUIDE),
    st.sampled_from([(Key.A,)] * 3 + [(Key.B,)] * 3 + [(Key.A, Key.B), (Key.DUTY,), (Key.EXCEPTION,), (Key.APPEAL, Key.SCOPE), ()]),
    mostly(("block",), ("limit", "block"), ("limit",), ("label",), ("duty",), ("report",)),
    mostly(True, False),
    mostly(True, False),
    mostly(LONG_AGO, date(2026, 1, 1)),
    mostly(None, date(2026, 12, 31)),
    mostly(False, True),
)
rulebooks = st.lists(rules, min_size=2, max_size=5, unique_by=lambda rule: rule.id).map(lambda them: a_rulebook(*them))
sides = st.sampled_from(Side)
scores = st.one_of(st.just(1.0), st.floats(0, 1), st.sampled_from([0.0, 0.49995, 0.5, 0.79995, 0.8]))
findings = st.builds(
    lambda ids, effect, side, score, manifest, exceptions, term: a_finding(
        *ids, effect=effect, side=side, score=score, manifest=manifest, exceptions=exceptions, term=term
    ),
    mostly(list(RULE_IDS), ["R1", "CSL-49"], ["R3", "R2", "NOT-THERE"], ["R4", "R1"], []),
    mostly(Outcome.BLOCK, *Outcome),
    sides,
    scores,
    mostly(True, False),
    mostly((), ("news",)),
    st.sampled_from([None, None, "T-refuse", "T-block", "T-notice", "T-unknown"]),
)
contexts = st.builds(
    lambda day, strictness, age_band, terms: on(day, strictness=strictness, age_band=age_band, terms=terms),
    days,
    st.sampled_from(Strictness),
    st.sampled_from(AgeBand),
    st.sampled_from([(), ("T-block", "T-notice", "T-refuse")]),
)
TERMS = {
    f"T-{outcome}": OperatorTerm(f"T-{outcome}", f"条款{outcome}", f"Term {outcome}", "正文", "text", outcome)
    for outcome in (Outcome.REFUSE, Outcome.BLOCK, Outcome.NOTICE)
}
many = settings(max_examples=200, deadline=None)


# ---------------------------------------------------------------------- the two-key rule again, in the words of the law


def key_a_for(rule: Rule, day: date, measures: set[str], manifest: bool) -> bool:
    """A verified law, regulation or departmental rule, in force that day, that forbids and permits one of the measures."""
    return (
        Key.A in rule.keys
        and rule.status in {Status.LAW, Status.REGULATION, Status.RULE}
        and rule.verified
        and rule.number_verified
        and rule.in_force_from <= day
        and (rule.in_force_to is None or day <= rule.in_force_to)
        and bool(set(rule.at_most) & measures)
        and (manifest or not rule.manifest_only)
    )


def key_b_for(rule: Rule, day: date) -> bool:
    """The same, of a text that obliges to act."""
    return Key.B in rule.keys and key_a_for(replace(rule, keys=(Key.A,)), day, {"block"}, manifest=True)


def has_two_keys(rule_ids: tuple[str, ...], book: Rulebook, day: date) -> bool:
    cited = [book.rules[rule_id] for rule_id in rule_ids if rule_id in book.rules]
    for forbids in cited:
        for obliges in cited:
            if not key_a_for(forbids, day, {"block"}, manifest=True) or not key_b_for(obliges, day):
                continue
            # CSL 49: stop what laws and administrative regulations forbid.
            if obliges.id == "CSL-49" and forbids.status is Status.RULE:
                continue
            return True
    return False


def has_key_a(rule_ids: tuple[str, ...], book: Rulebook, day: date, manifest: bool) -> bool:
    cited = [book.rules[rule_id] for rule_id in rule_ids if rule_id in book.rules]
    return any(key_a_for(rule, day, {"limit", "block"}, manifest) for rule in cited)


@many
@given(st.lists(findings, max_size=4), contexts, rulebooks)
def test_no_decision_blocks_without_two_verified_keys_in_force_that_day(seen: list[Finding], context: Context, book: Rulebook) -> None:
    judgement = decide(seen, context, book)  # no terms: the law alone
    if judgement.outcome is Outcome.BLOCK:
        assert judgement.decisive
    for index in judgement.decisive if judgement.outcome is Outcome.BLOCK else ():
        finding = seen[index]
        assert finding.manifest
        assert not finding.side.own_output
        assert has_two_keys(finding.rules, book, context.on)


@many
@given(findings, contexts, rulebooks)
def test_a_manifest_case_with_two_keys_is_blocked_whatever_the_setting(finding: Finding, context: Context, book: Rulebook) -> None:
    book = a_rulebook(*book.rules.values(), FORBIDS, a_rule("IM-14.1", Key.B, status=Status.RULE))
    finding = replace(finding, rules=(*finding.rules, "PSA-80", "IM-14.1"))
    assert has_two_keys(finding.rules, book, context.on)
    plain = replace(finding, side=Side.LISTING, effect=Outcome.BLOCK, manifest=True, score=1.0, exceptions=())
    judgement = decide([plain], context, book, TERMS)
    assert (judgement.outcome, judgement.ground) == (Outcome.BLOCK, Ground.LEGAL)


@many
@given(st.lists(findings, max_size=4), contexts, rulebooks)
def test_own_generation_is_refused_only_under_a_verified_key_a(seen: list[Finding], context: Context, book: Rulebook) -> None:
    judgement = decide(seen, context, book)
    tightened = context.strictness is Strictness.STRICT or context.age_band is AgeBand.MINOR
    for index in judgement.decisive if judgement.outcome is Outcome.REFUSE else ():
        finding = seen[index]
        certain = finding.manifest and finding.score > 0.79
        assert finding.side.own_output
        assert certain or tightened
        assert has_key_a(finding.rules, book, context.on, manifest=certain)


# ------------------------------------------------------------------------------------------- shape of every judgement


@many
@given(st.lists(findings, max_size=4), contexts, rulebooks, st.data())
def test_a_lower_score_never_gives_a_harsher_outcome(seen: list[Finding], context: Context, book: Rulebook, data: st.DataObject) -> None:
    assume(seen)
    index = data.draw(st.integers(0, len(seen) - 1))
    lower = data.draw(st.floats(0, seen[index].score))
    weaker = [*seen[:index], replace(seen[index], score=lower), *seen[index + 1 :]]
    assert decide(weaker, context, book, TERMS).outcome.severity <= decide(seen, context, book, TERMS).outcome.severity


@many
@given(st.lists(findings, max_size=3), findings, contexts, rulebooks)
def test_one_finding_more_never_gives_a_milder_outcome(seen: list[Finding], more: Finding, context: Context, book: Rulebook) -> None:
    before, after = decide(seen, context, book, TERMS), decide([*seen, more], context, book, TERMS)
    assert after.outcome.severity >= before.outcome.severity


@many
@given(st.lists(findings, max_size=4), contexts, rulebooks, st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_nothing_that_a_person_reads(
    seen: list[Finding], context: Context, book: Rulebook, random: object
) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def read(judgement: Judgement) -> tuple[object, ...]:
        return judgement.outcome, judgement.ground, judgement.rules, judgement.reason_zh, judgement.reason_en

    assert read(decide(seen, context, book, TERMS)) == read(decide(shuffled, context, book, TERMS))


@many
@given(findings, contexts, rulebooks)
def test_nothing_harsher_than_the_goal_asked_for_ever_follows(finding: Finding, context: Context, book: Rulebook) -> None:
    judgement = decide([finding], context, book, TERMS)
    assert judgement.outcome is outcome_of(finding, context, book, TERMS)
    if finding.effect.stops:
        assert judgement.outcome is not (Outcome.BLOCK if finding.side.own_output else Outcome.REFUSE)
    else:
        assert judgement.outcome.severity <= finding.effect.severity


@many
@given(st.lists(findings, max_size=4), contexts, rulebooks)
def test_rules_are_those_in_force_with_key_a_first_then_key_b(seen: list[Finding], context: Context, book: Rulebook) -> None:
    judgement = decide(seen, context, book, TERMS)
    cited = [book.rules[rule_id] for rule_id in judgement.rules]
    assert len(set(judgement.rules)) == len(judgement.rules)
    assert all(rule.in_force(context.on) for rule in cited)
    roles = [0 if rule.status.binding and Key.A in rule.keys else 1 if rule.status.binding and Key.B in rule.keys else 2 for rule in cited]
    assert roles == sorted(roles)
    if judgement.ground is Ground.LEGAL:
        wanted = {rule_id for index in judgement.decisive for rule_id in seen[index].rules if rule_id in book}
        assert set(judgement.rules) == {rule_id for rule_id in wanted if book[rule_id].in_force(context.on)}
    else:
        assert judgement.rules == ()


@many
@given(st.lists(findings, min_size=1, max_size=4), contexts, rulebooks)
def test_replay_equals_the_stored_decision(seen: list[Finding], context: Context, book: Rulebook) -> None:
    gaps = (NotInspected("messages[1].content", "text", "too long"),)
    judgement = decide(seen, context, book, TERMS, gaps)
    stored = canonical_json(decision_to_document(_decision(judgement, seen, context, gaps)))
    decision = decision_from_document(orjson.loads(stored))
    assert decide(decision.findings, decision.context, book, TERMS, decision.not_inspected) == judgement


def _decision(judgement: Judgement, seen: list[Finding], context: Context, gaps: tuple[NotInspected, ...]) -> Decision:
    return Decision(
        id="id",
        token="token",
        tenant="default",
        made_at=1,
        door=context.door,
        item_kind=ItemKind.TEXT,
        item_digest="00",
        outcome=judgement.outcome,
        ground=judgement.ground,
        rules=judgement.rules,
        findings=tuple(seen),
        not_inspected=gaps,
        reason_zh=judgement.reason_zh,
        reason_en=judgement.reason_en,
        context=context,
        versions={},
    )


def test_a_score_on_the_edge_is_judged_as_it_will_be_stored() -> None:
    edge = a_finding("PSA-80", "CSL-49", score=0.79996)  # stored as 0.8
    assert decide([edge], on(), BOOK).outcome is decide([replace(edge, score=0.8)], on(), BOOK).outcome is Outcome.BLOCK


def test_a_score_that_is_no_number_is_doubtful() -> None:
    assert decide([a_finding("PSA-80", "CSL-49", score=float("nan"))], on(), BOOK).outcome is Outcome.REVIEW


@many
@given(st.lists(st.sampled_from(RULE_IDS), max_size=4), sides, days, rulebooks, st.booleans())
def test_strongest_says_how_far_a_goal_can_get_under_any_setting(
    cited: list[str], side: Side, day: date, book: Rulebook, manifest: bool
) -> None:
    reached = decide([a_finding(*cited, side=side, manifest=manifest)], on(day, strictness=Strictness.STRICT), book).outcome
    assert strongest(cited, side, day, book, manifest) is reached


@many
@given(st.lists(st.sampled_from(RULE_IDS), max_size=4), sides, days, rulebooks, st.sampled_from(Outcome))
def test_what_is_permitted_is_what_a_goal_that_asks_for_it_gets(
    cited: list[str], side: Side, day: date, book: Rulebook, asked: Outcome
) -> None:
    asked = asked if not asked.stops else Outcome.REFUSE if side.own_output else Outcome.BLOCK
    reached = decide([a_finding(*cited, side=side, effect=asked)], on(day), book).outcome
    assert (asked in permitted(cited, side, day, book)) == (reached is asked)


def test_nothing_found_is_allowed_without_a_word() -> None:
    judgement = decide((), on(), BOOK)
    assert judgement == Judgement(Outcome.ALLOW, Ground.NONE, (), "", "", (), ())
    assert decide([], on(strictness=Strictness.STRICT), BOOK) is judgement


# ------------------------------------------------------------------------------------------------------- single cases


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


# ---------------------------------------------------------------------------------------------- the operator's own terms

PUBLISHED = on(terms=tuple(sorted(TERMS)))


def test_terms_carry_what_the_law_does_not() -> None:
    judgement = decide([a_finding(side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK, TERMS)
    assert (judgement.outcome, judgement.ground, judgement.rules) == (Outcome.REFUSE, Ground.TERMS, ())
    assert judgement.steps == ("0:some.goal:block->refuse:terms=T-refuse",)
    assert "No legal ground is claimed; the operator acts under its own published terms: “Term refuse”." in judgement.reason_en
    assert "本决定不主张法律依据；运营者依据自己公布的规则处理：“条款refuse”。" in judgement.reason_zh


def test_a_campaign_row_does_not_turn_a_term_into_law() -> None:
    judgement = decide([a_finding("QL25-2.6d", side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK, TERMS)
    assert (judgement.outcome, judgement.ground, judgement.rules) == (Outcome.REFUSE, Ground.TERMS, ())


def test_the_law_comes_before_the_terms() -> None:
    judgement = decide([a_finding("PSA-80", side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK, TERMS)
    assert (judgement.outcome, judgement.ground) == (Outcome.REFUSE, Ground.LEGAL)


def test_a_term_goes_no_further_than_it_says() -> None:
    assert decide([a_finding(side=Side.ANSWER, term="T-notice")], PUBLISHED, BOOK, TERMS).outcome is Outcome.NOTICE
    assert decide([a_finding(side=Side.POST, term="T-refuse")], PUBLISHED, BOOK, TERMS).outcome is Outcome.REVIEW
    assert decide([a_finding(side=Side.POST, term="T-block")], PUBLISHED, BOOK, TERMS).outcome is Outcome.BLOCK


def test_a_doubtful_case_under_terms_goes_to_a_person() -> None:
    doubtful = a_finding(side=Side.ANSWER, term="T-refuse", manifest=False)
    for setting in Strictness:
        assert decide([doubtful], replace(PUBLISHED, strictness=setting), BOOK, TERMS).outcome is Outcome.REVIEW


def test_a_term_that_is_unknown_or_was_not_published_grounds_nothing() -> None:
    assert decide([a_finding(side=Side.ANSWER, term="T-refuse")], on(), BOOK, TERMS).outcome is Outcome.ALLOW
    assert decide([a_finding(side=Side.ANSWER, term="T-other")], on(terms=("T-other",)), BOOK, TERMS).outcome is Outcome.ALLOW
    assert decide([a_finding(side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK).outcome is Outcome.ALLOW


# ------------------------------------------------------------------------------------------------ the shipped rulebook


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
