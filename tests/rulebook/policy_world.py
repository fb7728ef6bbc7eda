"""A small world of rules, findings and contexts, by hand and at random, for the tests of the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st

from brightline.model import (
    AgeBand,
    Context,
    Door,
    Finding,
    Instrument,
    Key,
    Outcome,
    Rule,
    Side,
    Span,
    Status,
    Strictness,
)
from brightline.rulebook.book import Rulebook
from brightline.rulebook.terms import OperatorTerm

TODAY = date(2026, 11, 22)
LONG_AGO = date(2015, 1, 1)


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
