"""The statement of reasons: a Decision in the words of the person whom it concerns.

It answers, in this order: what was decided; on which rules, by their official names, and how well each is settled; on
which evidence, and how that was seen; what was not inspected; whether a person took part (PIP 24, para. 3); how to
appeal (ALG 22, IM 15); how to check that the decision was logged. Every sentence comes from ``sentences.py``.

It deliberately holds no markup: a page, a letter or a terminal writes it out. It decides nothing and hides nothing; passages
that may distress are marked ``sensitive`` so that a page can fold them, and stay complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from brightline.model import Decision, Door, Finding, Ground, Key, NotInspected, Outcome, Rule, Side
from brightline.review.sentences import SENTENCES, Lang
from brightline.review.unread import detector_name, part_name, reason_text
from brightline.rulebook import OperatorTerm, Rulebook

__all__ = ["Appeal", "Evidence", "Gap", "Proof", "Segment", "StatedRule", "StatedTerm", "Statement", "render_statement"]


class Segment(NamedTuple):
    """A piece of an excerpt, and whether it is what was found."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class StatedRule:
    """One rule as a person reads it. ``settled`` is false where text or number are still to be checked."""

    id: str
    citation: str
    title: str
    obligation: str
    status: str
    role: str
    standing: str
    settled: bool
    source: str


@dataclass(frozen=True, slots=True)
class StatedTerm:
    """One clause of the operator's own published terms."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding: the excerpt cut into segments, where it stood and how it was seen.

    ``before``, ``match`` and ``after`` are the same excerpt in three: up to the first marked code point, through the
    last, and the rest. ``notes`` are sentences to show with it (legitimate context, folded, withheld).
    """

    where: str
    part: str
    how: str
    segments: tuple[Segment, ...]
    before: str
    match: str
    after: str
    sensitive: bool
    withheld: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One part that a detector did not look at; all in the reader's language where a word is known (``unread.py``)."""

    part: str
    detector: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """How to object: the sentence names ``url`` or ``contact`` where the operator gave one; ``rules`` are its legal basis."""

    sentence: str
    deadline: str
    basis: str
    url: str
    contact: str
    rules: tuple[StatedRule, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the decision stands in the log: ``seq`` is its index, counted from 0 as in the proof file. ``command`` is what an auditor types; ``url`` gives the bundle."""

    pending: bool
    seq: int | None
    sentence: str
    how: str
    means: str
    command: str
    url: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that a page about one Decision shows, in one language. Empty strings and tuples are left out by the page."""

    lang: Lang
    decision_id: str
    url: str
    outcome: Outcome
    headings: Mapping[str, str]
    headline: str
    happened: str
    reason: str
    made: str
    made_iso: str
    trial: str
    supersedes: str
    ground: str
    rules: tuple[StatedRule, ...]
    terms: tuple[StatedTerm, ...]
    evidence: tuple[Evidence, ...]
    no_evidence: str
    not_inspected: tuple[Gap, ...]
    all_inspected: str
    automated: str
    rights: str
    appeal: Appeal
    proof: Proof


def render_statement(
    decision: Decision,
    rulebook: Rulebook,
    lang: str = "zh",
    *,
    base_url: str,
    seq: int | None,
    terms: Mapping[str, OperatorTerm] | None = None,
    appeal_url: str = "",
    contact: str = "",
) -> Statement:
    """The Statement of a stored Decision; ``seq`` is its place in the ledger, None while it is pending.

    ``lang`` is a language tag: English for ``en…``, Chinese for all else, as in ``Decision.reason``. Rules that the rulebook
    no longer holds keep their id. ``appeal_url`` and ``contact`` are the operator's; the URL comes first.
    """
    tongue: Lang = "en" if lang.lower().startswith("en") else "zh"
    words = SENTENCES[tongue]
    url = f"{base_url.rstrip('/')}/d/{decision.token}"
    made = _made(decision, tongue)
    evidence = (
        () if decision.outcome is Outcome.ALLOW else tuple(_evidence(finding, decision, tongue) for finding in _shown(decision, rulebook))
    )
    gaps = tuple(_gap(gap, tongue) for gap in decision.not_inspected)
    return Statement(
        lang=tongue,
        decision_id=decision.id,
        url=url,
        outcome=decision.outcome,
        headings={key.removeprefix("heading/"): text for key, text in words.items() if key.startswith("heading/")},
        headline=_headline(decision, rulebook, tongue),
        happened=_happened(decision, rulebook, made, tongue),
        reason=decision.reason(tongue),
        made=made,
        made_iso=decision.made_on.isoformat(timespec="seconds"),
        trial=words["shadow"] if decision.mode == "shadow" else "",
        supersedes=words["supersedes"].format(id=decision.supersedes) if decision.supersedes else "",
        ground=_ground(decision, tongue),
        rules=tuple(_stated(rule_id, rulebook, tongue) for rule_id in decision.rules),
        terms=_terms(decision, rulebook, terms or {}, tongue),
        evidence=evidence,
        no_evidence="" if evidence else words["evidence/none"],
        not_inspected=gaps,
        all_inspected="" if gaps else words["not_inspected/none"],
        automated=words[f"automated/{decision.automated}"],
        rights=_rights(decision, rulebook, tongue),
        appeal=_appeal(decision, rulebook, tongue, appeal_url, contact),
        proof=_proof(decision, seq, url, tongue),
    )


_APPEAL_BASIS = ("ALG-22", "IM-15", "PIP-24.3")
_EXPLANATION = "PIP-24.3"
_SENSITIVE_TYPES = frozenset({9, 13})  # obscene or gory content; minors (the problem types of rules.md, section 1)
_BEIJING = timedelta(hours=8)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _made(decision: Decision, lang: Lang) -> str:
    local = decision.made_on + _BEIJING
    return SENTENCES[lang]["made"].format(
        year=local.year, month=local.month, month_name=_MONTHS[local.month - 1], day=local.day, hour=local.hour, minute=local.minute
    )


def _headline(decision: Decision, rulebook: Rulebook, lang: Lang) -> str:
    words, plain = SENTENCES[lang], f"headline/{decision.outcome}"
    sides = [finding.side for finding in _shown(decision, rulebook)]
    side = min(sides, key=tuple(Side).index, default=None)
    return words.get(f"{plain}/{side}", words[plain])


def _happened(decision: Decision, rulebook: Rulebook, made: str, lang: Lang) -> str:
    words = SENTENCES[lang]
    sentence = words["happened/gateway" if decision.door is Door.GATEWAY else "happened/other"]
    headline = _headline(decision, rulebook, lang)
    if lang == "en":
        headline = headline[0].lower() + headline[1:]
    return sentence.format(made=made, kind=words[f"kind/{decision.item_kind}"], headline=headline)


def _ground(decision: Decision, lang: Lang) -> str:
    words = SENTENCES[lang]
    if decision.ground is Ground.LEGAL and decision.outcome is Outcome.REVIEW:
        return words["ground/legal/flag"]
    return words[f"ground/{decision.ground}"]


def _stated(rule_id: str, rulebook: Rulebook, lang: Lang) -> StatedRule:
    words = SENTENCES[lang]
    rule = rulebook.get(rule_id)
    if rule is None:
        return StatedRule(rule_id, rule_id, "", "", "", "", words["standing/gone"], False, "")
    english = lang == "en"
    standing = "pending" if not rule.verified else "verified" if rule.number_verified else "number"
    return StatedRule(
        id=rule.id,
        citation=rulebook.citation(rule.id, lang),
        title=(rule.title_en if english else "") or rule.title_zh,
        obligation=(rule.obligation_en if english else "") or rule.obligation_zh,
        status=words[f"status/{rule.status}"],
        role=words[f"role/{_role(rule)}"],
        standing=words[f"standing/{standing}"],
        settled=rule.verified and rule.number_verified,
        source=rule.source,
    )


def _role(rule: Rule) -> str:
    forbids, obliges = (rule.status.binding and key in rule.keys for key in (Key.A, Key.B))
    if forbids and obliges:
        return "both"
    return "forbids" if forbids else "obliges" if obliges else "supports"


def _terms(decision: Decision, rulebook: Rulebook, known: Mapping[str, OperatorTerm], lang: Lang) -> tuple[StatedTerm, ...]:
    if decision.ground is not Ground.TERMS:
        return ()
    named = dict.fromkeys(finding.term for finding in _shown(decision, rulebook) if finding.term)
    return tuple(
        StatedTerm(name, known[name].title(lang), known[name].text(lang)) if name in known else StatedTerm(name, name, "") for name in named
    )


def _shown(decision: Decision, rulebook: Rulebook) -> Sequence[Finding]:
    """The findings that carry the outcome: without an exception, asking for at least as much, under its rules or terms."""
    cited = set(decision.rules)
    candidates = [finding for finding in decision.findings if not finding.exceptions and _asks_for(finding, decision.outcome)]
    if decision.ground is Ground.TERMS:
        carrying = [finding for finding in candidates if finding.term]
    else:
        carrying = [finding for finding in candidates if any(_own_id(rule_id, rulebook) in cited for rule_id in finding.rules)]
    return carrying or candidates


def _own_id(rule_id: str, rulebook: Rulebook) -> str:
    rule = rulebook.get(rule_id)
    return rule.id if rule else rule_id


def _asks_for(finding: Finding, outcome: Outcome) -> bool:
    if outcome.stops:
        return finding.effect.stops and finding.side.own_output == (outcome is Outcome.REFUSE)
    return finding.effect.severity >= outcome.severity


def _evidence(finding: Finding, decision: Decision, lang: Lang) -> Evidence:
    words = SENTENCES[lang]
    segments = _segments(finding)
    marked = [index for index, segment in enumerate(segments) if segment.marked]
    first, last = (marked[0], marked[-1] + 1) if marked else (len(segments), len(segments))
    sensitive = not _SENSITIVE_TYPES.isdisjoint(finding.problem_types)
    withheld = decision.outcome is Outcome.REFUSE and finding.side is Side.ANSWER
    lane = words.get(f"lane/{finding.lane}") or words["lane/other"].format(lane=finding.lane)
    return Evidence(
        where=words[f"evidence/where/{finding.side}"],
        part=words["between names"].join(dict.fromkeys(finding.parts or (finding.part,))),
        how=words["evidence/how"].format(lane=lane, detector=finding.detector, version=finding.detector_version),
        segments=segments,
        before=_joined(segments[:first]),
        match=_joined(segments[first:last]),
        after=_joined(segments[last:]),
        sensitive=sensitive,
        withheld=withheld,
        notes=tuple(words[f"evidence/{name}"] for name, holds in (("sensitive", sensitive), ("withheld", withheld)) if holds),
    )


def _segments(finding: Finding) -> tuple[Segment, ...]:
    """The excerpt cut at the spans, which count code points of the raw part; the evidence itself where no excerpt was kept."""
    text = finding.excerpt
    if not text:
        return tuple(Segment(piece, True) for piece in finding.evidence if piece)
    marked = [False] * len(text)
    for span in finding.spans_in(finding.part):
        for place in range(max(0, span.start - finding.excerpt_start), min(len(text), span.end - finding.excerpt_start)):
            marked[place] = True
    cuts = [place for place in range(1, len(text)) if marked[place] != marked[place - 1]]
    return tuple(Segment(text[start:end], marked[start]) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))


def _joined(segments: Iterable[Segment]) -> str:
    return "".join(segment.text for segment in segments)


def _gap(gap: NotInspected, lang: Lang) -> Gap:
    words = SENTENCES[lang]
    part = part_name(gap.part, lang) or words["not_inspected/all of it"]
    detector, reason = detector_name(gap.detector, lang), reason_text(gap.reason, lang)
    return Gap(part, detector, reason, words["not_inspected/one"].format(part=part, detector=detector, reason=reason))


def _rights(decision: Decision, rulebook: Rulebook, lang: Lang) -> str:
    if decision.automated != "full" or rulebook.get(_EXPLANATION) is None:
        return ""
    return SENTENCES[lang]["automated/rights"].format(citation=rulebook.citation(_EXPLANATION, lang))


def _appeal(decision: Decision, rulebook: Rulebook, lang: Lang, url: str, contact: str) -> Appeal:
    words = SENTENCES[lang]
    on = decision.context.on
    basis = [rule for rule in map(rulebook.get, _APPEAL_BASIS) if rule is not None and rule.in_force(on)]
    named = "url" if url else "contact" if contact else "unnamed"
    citations = words["between names"].join(rulebook.citation(rule.id, lang) for rule in basis)
    return Appeal(
        sentence=words[f"appeal/{named}"].format(url=url, contact=contact, id=decision.id),
        deadline=words["appeal/deadline"],
        basis=words["appeal/basis"].format(citations=citations) if basis else "",
        url=url,
        contact=contact,
        rules=tuple(_stated(rule.id, rulebook, lang) for rule in basis),
    )


def _proof(decision: Decision, seq: int | None, url: str, lang: Lang) -> Proof:
    words = SENTENCES[lang]
    command = f"python verify_proof.py brightline-proof-{decision.id}.json"
    return Proof(
        pending=seq is None,
        seq=seq,
        sentence=words["proof/pending"] if seq is None else words["proof/logged"].format(position=seq + 1, index=seq),
        how="" if seq is None else words["proof/how"].format(command=command),
        means=words["proof/means"],
        command=command,
        url=f"{url}/proof.json",
    )
