"""The bright line: from Findings to what may follow, and on which ground (design.md, section 4; docs/policy.md).

A pure function of findings, context, rulebook and terms: no clock, no I/O, no state, so that each stored Decision can
be recomputed. The legal reading is that of legal-grounds.md, sections 0, 9 and 10:

* **Exceptions first.** Evidence inside a legitimate context (news, medicine, art, …) leads to nothing.
* **A block needs two keys**: a text that forbids the content (key A) and one that tells the operator to stop it (key B),
  each verified, of binding rank, in force on the day, permitting a block, and the case manifest.
* **A refusal of one's own generation needs key A**, permitting at least a limit, and a manifest case.
* **What is not manifest, or not certain, goes to a person**; only a minor's session or the strict setting refuses there.
* **No binding rank, no stop**: campaigns, guides, standards and normative documents reach ``review`` at most, and
  an unverified text informs or flags, nothing else.
* **The operator's own terms** are a separate ground, used only where the law does not carry what was asked for.

It deliberately does not ask whom a rule binds or whether key B fits the subject of key A: the author of a goal chooses
its rules, and the rulebook's import check and the goal's review answer for that choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Protocol

from brightline.model import AgeBand, Context, Finding, Ground, Key, NotInspected, Outcome, Rule, Side, Status, Strictness
from brightline.rulebook.reasons import Because, Why, explain
from brightline.rulebook.terms import OperatorTerm

__all__ = ["Judgement", "Rules", "decide", "outcome_of", "permitted", "strongest"]


class Rules(Protocol):
    """The little that the policy needs of a rulebook."""

    def get(self, rule_id: str) -> Rule | None:
        """The rule of that id or alias, or None."""

    def citation(self, rule_id: str, lang: str = "zh") -> str:
        """Official name and article, as a person would cite it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows, on which ground, and why.

    ``rules``: those of the decisive findings that are in force, key A first, then key B, then the rest; empty where no
    legal ground is claimed. ``decisive``: indexes into the findings. ``steps``: one line a finding,
    ``index:goal:asked->outcome:why[=rules]``, for replay and debugging.
    """

    outcome: Outcome
    ground: Ground
    rules: tuple[str, ...]
    reason_zh: str
    reason_en: str
    decisive: tuple[int, ...]
    steps: tuple[str, ...]


# Scores are probabilities as the detector states them; goals made of words score 1.0. No legal text gives a figure, so
# these two are Brightline's own, published in docs/policy.md and held against the over-blocking measurement.
CERTAIN_FROM = 0.8
"""From this score on, the evidence itself is not in doubt (the operator's setting does not move it)."""
LIKELY_FROM = 0.5
"""From here on a doubtful case is more likely than not: strict refuses its own generation, lenient sends it to a person."""

ACTS_ON_ITS_OWN_LIST = frozenset({"CINIS-10", "IIS-16", "TEL-61"})
"""Key B rows that speak of the list in their own instrument (CINIS 5, IIS 15, TEL 56): paired with it wherever it is cited."""
REACHES_ONLY_LAWS = ACTS_ON_ITS_OWN_LIST | {"CSL-49", "CSL-50"}
"""Key B rows whose own wording reaches only what *laws and administrative regulations* forbid: directly (CSL 49, CSL 50),
or because their list ends in those words. They do not pair with a key A that stands only in a departmental rule, such
as ECO 7 or most of ANT (legal-grounds.md, section 0, finding 3)."""


def decide(
    findings: Sequence[Finding],
    context: Context,
    rulebook: Rules,
    terms: Mapping[str, OperatorTerm] | None = None,
    not_inspected: Sequence[NotInspected] = (),
) -> Judgement:
    """What follows from ``findings``: the harshest of what each of them alone may lead to.

    Total (any finding has an answer), independent of the order of the findings, never milder for one finding more,
    never harsher for a lower score. ``terms`` counts only for ids that ``context.terms`` lists as published.
    """
    if not findings and not not_inspected:
        return _NOTHING_FOUND
    verdicts = [_weigh(finding, context, rulebook, terms or {}) for finding in findings]
    outcome = max((verdict.outcome for verdict in verdicts), key=_severity, default=Outcome.ALLOW)
    ground = _ground(verdict.ground for verdict in verdicts if verdict.outcome is outcome)
    acting = outcome is not Outcome.ALLOW
    decisive = tuple(index for index, verdict in enumerate(verdicts) if acting and verdict.outcome is outcome and verdict.ground is ground)
    rules = _in_order([verdicts[index] for index in decisive]) if ground is Ground.LEGAL else ()
    told = [(findings[index], verdicts[index]) for index in decisive or range(len(findings))]
    return Judgement(
        outcome=outcome,
        ground=ground,
        rules=tuple(rule.id for rule in rules),
        reason_zh=explain(_because("zh", outcome, told, rules, context, rulebook), not_inspected, "zh"),
        reason_en=explain(_because("en", outcome, told, rules, context, rulebook), not_inspected, "en"),
        decisive=decisive,
        steps=tuple(_step(index, finding, verdict) for index, (finding, verdict) in enumerate(zip(findings, verdicts, strict=True))),
    )


def outcome_of(finding: Finding, context: Context, rulebook: Rules, terms: Mapping[str, OperatorTerm] | None = None) -> Outcome:
    """The outcome of ``decide`` over this finding alone, without its reasons: what a stream asks at each finding."""
    return _weigh(finding, context, rulebook, terms or {}).outcome


def strongest(rules: Iterable[str], side: Side, on: date, rulebook: Rules, manifest: bool = True) -> Outcome:
    """The harshest outcome that these rules can ground on that day, under any setting; ``allow`` if none.

    With ``manifest`` false that is ``review`` for what others published, and ``refuse`` for own output under a key A: a doubtful
    goal may ask for it, and gets it in a minor's session or under the strict setting. Not every milder outcome is
    grounded too (an unverified rule reaches ``review`` but not ``limit``): ask ``permitted`` for the exact set.
    """
    return max(permitted(rules, side, on, rulebook, manifest), key=_severity)


def permitted(rules: Iterable[str], side: Side, on: date, rulebook: Rules, manifest: bool = True) -> frozenset[Outcome]:
    """All outcomes that these rules can ground on that day, under any setting; always holds ``allow``. Ids not in the rulebook ground nothing."""
    in_force, _ = _in_force(rules, on, rulebook)
    stops = {_stop_on(side)} if _keys(in_force, side, manifest) else set()
    return frozenset(_mild(in_force) | stops)


class _Verdict(NamedTuple):
    outcome: Outcome
    ground: Ground
    why: Why
    turned: tuple[Rule, ...] = ()  # the keys that were turned
    in_force: tuple[Rule, ...] = ()
    unknown: tuple[str, ...] = ()
    term: OperatorTerm | None = None


_Told = tuple[Finding, _Verdict]
_Lang = Literal["zh", "en"]


def _weigh(finding: Finding, context: Context, rulebook: Rules, terms: Mapping[str, OperatorTerm]) -> _Verdict:
    """What one finding alone may lead to."""
    if finding.exceptions:
        return _Verdict(Outcome.ALLOW, Ground.NONE, Why.EXCEPTION)
    if finding.effect is Outcome.ALLOW:
        return _Verdict(Outcome.ALLOW, Ground.NONE, Why.NOTHING_ASKED)
    # As documents store it: otherwise a replay could fall on the other side of a threshold.
    score = round(finding.score, 4)
    certain = finding.manifest and score >= CERTAIN_FROM
    likely = score >= LIKELY_FROM
    strictness = _strictness(finding.side, context)
    if strictness is Strictness.LENIENT and not certain and not likely:
        return _Verdict(Outcome.ALLOW, Ground.NONE, Why.UNLIKELY)
    rules, unknown = _in_force(finding.rules, context.on, rulebook)
    asked = _stop_on(finding.side) if finding.effect.stops else finding.effect
    by_law = _by_law(asked, rules, finding.side, certain=certain, tightened=strictness is Strictness.STRICT and likely)
    term = terms.get(finding.term) if finding.term and finding.term in context.terms else None
    if term and by_law.outcome is not asked:
        by_terms = _by_terms(asked, term, certain=certain)
        if by_terms.severity > by_law.outcome.severity:
            return _Verdict(by_terms, Ground.TERMS, Why.TERMS, in_force=rules, unknown=unknown, term=term)
    return by_law._replace(in_force=rules, unknown=unknown)


def _by_law(asked: Outcome, rules: tuple[Rule, ...], side: Side, *, certain: bool, tightened: bool) -> _Verdict:
    if asked.stops and (certain or tightened):
        turned = _keys(rules, side, manifest=certain)
        if turned:
            return _Verdict(asked, Ground.LEGAL, Why.KEYS if certain else Why.TIGHTENED, turned)
    outcome = max((mild for mild in _mild(rules) if mild.severity <= asked.severity), key=_severity)
    if outcome is Outcome.ALLOW:
        return _Verdict(outcome, Ground.NONE, Why.NO_GROUND)
    if not any(rule.verified for rule in rules if _grounds_measures(rule)):
        why = Why.UNVERIFIED
    elif not certain and asked.stops:
        why = Why.DOUBTFUL
    else:
        why = Why.GROUNDED if outcome is asked else Why.SHORT
    return _Verdict(outcome, Ground.LEGAL, why)


def _by_terms(asked: Outcome, term: OperatorTerm, *, certain: bool) -> Outcome:
    if asked.stops and (not certain or asked.severity > term.at_most.severity):
        asked = Outcome.REVIEW
    return min(asked, term.at_most, key=_severity)


def _strictness(side: Side, context: Context) -> Strictness:
    """The operator's setting, which touches its own generation only; a minor's session is always strict there.

    An answer in a conversation that left something open is judged one step stricter.
    """
    if not side.own_output:
        return Strictness.STANDARD
    if context.age_band is AgeBand.MINOR:
        return Strictness.STRICT
    return context.strictness.stricter if context.tightened and side is Side.ANSWER else context.strictness


def _in_force(rule_ids: Iterable[str], on: date, rulebook: Rules) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Rules in force on that day, once each, in the order given, and the ids that the rulebook does not know."""
    known: dict[str, Rule] = {}
    unknown: dict[str, None] = {}
    for rule_id in rule_ids:
        rule = rulebook.get(rule_id)
        if rule is None:
            unknown[rule_id] = None
        elif rule.in_force(on):
            known[rule.id] = rule  # by its own id: aliases fall together
    return tuple(known.values()), tuple(unknown)


def _mild(rules: Iterable[Rule]) -> set[Outcome]:
    """Which outcomes below a stop the rules ground."""
    grounded = {Outcome.ALLOW}
    for rule in rules:
        if not _grounds_measures(rule):
            continue
        grounded.add(Outcome.REVIEW)
        if not _CONTENT_MEASURES.isdisjoint(rule.at_most):
            grounded |= _INFORMING
        if rule.verified and not _RESTRICTIONS.isdisjoint(rule.at_most):
            grounded |= _RESTRICTING
    return grounded


def _grounds_measures(rule: Rule) -> bool:
    """False for a row that only says where a text applies, what it leaves free or how to appeal."""
    return not rule.keys or not _NO_GROUND_FOR_MEASURES.issuperset(rule.keys)


_NO_GROUND_FOR_MEASURES = frozenset({Key.SCOPE, Key.EXCEPTION, Key.APPEAL})
_CONTENT_MEASURES = frozenset({"label", "limit", "block"})
_RESTRICTIONS = frozenset({"limit", "block"})
_INFORMING = frozenset({Outcome.LABEL, Outcome.NOTICE})
_RESTRICTING = frozenset({Outcome.REWRITE, Outcome.LIMIT})


def _keys(rules: Iterable[Rule], side: Side, manifest: bool) -> tuple[Rule, ...]:
    """The rules that together permit a stop on that side: one key for own output, two for what others made, or none."""
    if side.own_output:
        return next(((rule,) for rule in rules if _turns(rule, Key.A, _RESTRICTIONS, manifest)), ())
    if not manifest:
        return ()
    forbidding = [rule for rule in rules if _turns(rule, Key.A, _BLOCK, manifest)]
    obliging = [rule for rule in rules if _turns(rule, Key.B, _BLOCK, manifest)]
    return min(((a, b) for a in forbidding for b in obliging if _pair(a, b)), key=_strays, default=())


_BLOCK = frozenset({"block"})


def _turns(rule: Rule, key: Key, enough: frozenset[str], manifest: bool) -> bool:
    return (
        key in rule.keys
        and rule.status.binding
        and rule.verified
        and rule.number_verified  # a stop is cited by article: the number has to be right
        and not enough.isdisjoint(rule.at_most)
        and (manifest or not rule.manifest_only)
    )


def _pair(forbids: Rule, obliges: Rule) -> bool:
    return obliges.id not in REACHES_ONLY_LAWS or forbids.status in (Status.LAW, Status.REGULATION)


def _strays(pair: tuple[Rule, Rule]) -> bool:
    """True if key B speaks of another list than the one that key A stands in; such a pair is cited only where no better one is."""
    forbids, obliges = pair
    return obliges.id in ACTS_ON_ITS_OWN_LIST and forbids.instrument != obliges.instrument


def _stop_on(side: Side) -> Outcome:
    return Outcome.REFUSE if side.own_output else Outcome.BLOCK


def _severity(outcome: Outcome) -> int:
    return outcome.severity


def _ground(grounds: Iterable[Ground]) -> Ground:
    reached = set(grounds)
    return next((ground for ground in (Ground.LEGAL, Ground.TERMS) if ground in reached), Ground.NONE)


def _in_order(verdicts: Iterable[_Verdict]) -> tuple[Rule, ...]:
    """Rules of the decisive findings, whatever the findings' order: by role, the turned keys first, then as the goals list them."""
    ranks: dict[str, tuple[int, bool, bool, int, str]] = {}
    rules: dict[str, Rule] = {}
    for verdict in verdicts:
        turned = {rule.id for rule in verdict.turned}
        for position, rule in enumerate(verdict.in_force):
            rank = (_role(rule), rule.id not in turned, not (rule.verified and rule.number_verified), position, rule.id)
            ranks[rule.id] = min(ranks.get(rule.id, rank), rank)
            rules[rule.id] = rule
    return tuple(rules[rule_id] for rule_id in sorted(rules, key=ranks.__getitem__))


def _role(rule: Rule) -> Literal[0, 1, 2]:
    """0 for a key A, 1 for a key B, 2 for all else; only a text of binding rank is a key."""
    if not rule.status.binding:
        return 2
    if Key.A in rule.keys:
        return 0
    return 1 if Key.B in rule.keys else 2


def _because(lang: _Lang, outcome: Outcome, told: Sequence[_Told], rules: Sequence[Rule], context: Context, rulebook: Rules) -> Because:
    why = min((verdict.why for _, verdict in told), key=_WHYS.index, default=Why.NOTHING_ASKED)
    of_that_kind = [(finding, verdict) for finding, verdict in told if verdict.why is why]
    forbidding = {verdict.turned[0].id for _, verdict in of_that_kind if verdict.turned}
    obliging = {verdict.turned[-1].id for _, verdict in of_that_kind if verdict.turned}
    turned_keys = why in (Why.KEYS, Why.TIGHTENED)
    concerning = [] if turned_keys else [rule for rule in rules if _grounds_measures(rule) and (rule.verified or why is Why.UNVERIFIED)]
    return Because(
        outcome=outcome,
        side=min((finding.side for finding, _ in told), key=_SIDES.index, default=Side.ANSWER),
        why=why,
        forbids=tuple(rulebook.citation(rule.id, lang) for rule in rules if rule.id in forbidding),
        obliges=tuple(rulebook.citation(rule.id, lang) for rule in rules if rule.id in obliging),
        concerns=tuple(rulebook.citation(rule.id, lang) for rule in concerning),
        terms=tuple(sorted({verdict.term.title(lang) for _, verdict in of_that_kind if verdict.term})),
        contexts=tuple(sorted({name for finding, _ in of_that_kind for name in finding.exceptions})),
        for_a_minor=context.age_band is AgeBand.MINOR,
        by_conversation=bool(context.tightened) and context.strictness is not Strictness.STRICT,
    )


def _step(index: int, finding: Finding, verdict: _Verdict) -> str:
    detail = "+".join(dict.fromkeys(rule.id for rule in verdict.turned))
    if verdict.why is Why.EXCEPTION:
        detail = "+".join(finding.exceptions)
    elif verdict.why is Why.TERMS:
        detail = finding.term or ""
    line = f"{index}:{finding.goal}:{finding.effect}->{verdict.outcome}:{verdict.why}" + (f"={detail}" if detail else "")
    return line + (f":unknown={'+'.join(verdict.unknown)}" if verdict.unknown else "")


_WHYS = tuple(Why)
_SIDES = tuple(Side)
_NOTHING_FOUND = Judgement(Outcome.ALLOW, Ground.NONE, (), "", "", (), ())
