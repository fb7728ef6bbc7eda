"""The bright line, held against an independent statement of its rules over random rulebooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
from hypothesis import assume, given
from hypothesis import strategies as st

from brightline.documents import canonical_json, decision_from_document, decision_to_document
from brightline.model import (
    AgeBand,
    Context,
    Decision,
    Finding,
    Ground,
    ItemKind,
    Key,
    NotInspected,
    Outcome,
    Side,
    Status,
    Strictness,
)
from brightline.rulebook.book import Rulebook
from brightline.rulebook.policy import Judgement, decide, outcome_of, permitted, strongest
from tests.rulebook.policy_world import (
    BOOK,
    FORBIDS,
    RULE_IDS,
    TERMS,
    a_finding,
    a_rule,
    a_rulebook,
    contexts,
    days,
    findings,
    many,
    on,
    rulebooks,
    sides,
)
from tests.rulebook.two_keys import has_key_a, has_two_keys


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
