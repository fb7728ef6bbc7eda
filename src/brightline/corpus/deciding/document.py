"""The decision on one document: a pure function of what is known about it. The same circumstances always give the same decision.

Of everything that applies the most severe outcome counts, so that more findings never make a decision milder. Two things stand above
that. A person who restored a document on appeal is followed: it is used, with personal data still covered unless the covering itself
was what had been contested; who lifted no more than a covering said nothing of anything graver. And a copy is dropped only for a text that stays (the caller says so by giving ``copy``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from brightline.corpus.deciding.policy import OUTCOMES, Policy, PolicyRow, severity
from brightline.corpus.personal.rules import RULES as PERSONAL

__all__ = ["Circumstances", "Copy", "DocumentDecision", "Seen", "SourceStanding", "decide_document"]

_STATUS_RULES = {
    "proposed": "source.proposed",
    "suspended": "source.suspended",
    "blacklisted": "source.blacklisted",
    "retired": "source.retired",
}
_MOST_NAMED = 8
"""Rules that a reason names; the decision lists all of them (own choice: a sentence that can be read)."""


Titles = Mapping[str, tuple[str, str]]
_UNTITLED: Titles = {}


class Seen(NamedTuple):
    """A finding without its place."""

    rule: str
    score: float
    validator: str


class Copy(NamedTuple):
    """The document repeats ``of``, which stays. ``exact``: the same normalised text. ``via``: the text that both were compared with and that does not
    stay, where they were not compared with each other."""

    of: str
    exact: bool
    via: str = ""


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """What the register says of a source on the day of the decision. ``status``: as in the register. ``licensed``: a licence or contract
    permits training. ``over_limit``: an exact test found more than 5 % illegal. ``objections``: codes of what forbids its use.
    """

    status: str
    licensed: bool = False
    over_limit: bool = False
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything that a decision depends on. ``source``: ``None`` where it is not registered. ``withdrawn``: the upheld complaint that takes
    the document out. ``appeal``: open, restored, lifted (only its covering was contested, with success), freed (both), upheld or nothing. ``not_inspected``: kernels without a result.
    """

    source_id: str | None
    source: SourceStanding | None
    findings: tuple[Seen, ...] = ()
    copy: Copy | None = None
    withdrawn: str = ""
    not_inspected: tuple[str, ...] = ()
    appeal: str = ""


class DocumentDecision(NamedTuple):
    """``rules``: the corpus rules that led to the outcome, in order, then their grounds in the rulebook; empty for what is simply kept."""

    outcome: str
    rules: tuple[str, ...]
    reason_zh: str
    reason_en: str


class _Cause(NamedTuple):
    """``named``: what the reason says in place of the rule, where that tells more."""

    outcome: str
    row: PolicyRow
    rule: str
    named_zh: str
    named_en: str


_KEPT = DocumentDecision("keep", (), "", "")


def decide_document(policy: Policy, known: Circumstances, titles: Titles = _UNTITLED) -> DocumentDecision:
    """Outcome, rules and reasons. For a document that is kept without remark, both reasons are empty. ``titles``: rule → what reasons call it, in
    Chinese and English, beside its name."""
    causes = list(_causes(policy, known, titles))
    outcome = _worst(causes)
    if known.appeal in ("restored", "freed") or (known.appeal == "lifted" and outcome == "redact"):
        outcome = "keep" if known.appeal != "restored" else min(outcome, _worst(_only_redacting(causes)), key=severity)
        decisive = [cause for cause in causes if cause.outcome == outcome == "redact"]
        return _decision(outcome, decisive, "经申诉恢复", "restored on appeal")
    if outcome == "keep":
        return _KEPT
    decisive = [cause for cause in causes if cause.outcome == outcome]
    return _decision(outcome, decisive)


def _causes(policy: Policy, known: Circumstances, titles: Titles) -> Iterator[_Cause]:
    licensed = known.source is not None and known.source.licensed
    for seen in dict.fromkeys(known.findings):
        row = policy.row_of(seen.rule)
        yield _Cause(row.outcome_of(seen.score, seen.validator, licensed=licensed), row, seen.rule, *_names(seen.rule, titles))
    for rule, named in _facts(known):
        row = policy.row_of(rule)
        yield _Cause(row.outcome, row, rule, named, named)


def _facts(known: Circumstances) -> Iterator[tuple[str, str]]:
    """Rules that follow from something else than the text, and what a reason names for each."""
    if known.source_id is None:
        yield "source.unnamed", "source.unnamed"
    elif known.source is None:
        yield "source.unregistered", known.source_id
    else:
        if rule := _STATUS_RULES.get(known.source.status):
            yield rule, known.source_id
        if known.source.over_limit:
            yield "source.over_limit", known.source_id
        for code in known.source.objections:
            yield "source.objection", f"{known.source_id}: {code}"
    if known.withdrawn:
        yield "complaint.upheld", known.withdrawn
    if known.copy is not None:
        kind = "stand_in" if known.copy.via else "exact" if known.copy.exact else "near"
        yield f"duplicate.{kind}", known.copy.of
    for kernel in known.not_inspected:
        yield "coverage.not_inspected", kernel


def _names(rule: str, titles: Titles) -> tuple[str, str]:
    if known := PERSONAL.get(rule):
        return known.title_zh, known.title_en
    zh, en = titles.get(rule, ("", ""))
    return f"{zh} {rule}".lstrip(), f"{en} {rule}".lstrip()


def _worst(causes: Iterable[_Cause]) -> str:
    return max((cause.outcome for cause in causes), key=severity, default=OUTCOMES[0])


def _only_redacting(causes: Iterable[_Cause]) -> Iterator[_Cause]:
    return (cause for cause in causes if cause.outcome == "redact")


def _decision(outcome: str, decisive: list[_Cause], zh: str = "", en: str = "") -> DocumentDecision:
    by_row: dict[str, list[_Cause]] = {}
    for cause in sorted(decisive, key=lambda cause: cause.rule):
        by_row.setdefault(cause.row.rule, []).append(cause)
    zhs = [each for each in (zh, *(_sentence(causes, "zh") for causes in by_row.values())) if each]
    ens = [each for each in (en, *(_sentence(causes, "en") for causes in by_row.values())) if each]
    rules = dict.fromkeys(cause.rule for causes in by_row.values() for cause in causes)
    grounds = dict.fromkeys(ground for causes in by_row.values() for ground in causes[0].row.grounds)
    return DocumentDecision(outcome, (*rules, *grounds), "；".join(zhs), "; ".join(ens))


def _sentence(causes: list[_Cause], language: str) -> str:
    """The reason of one row, with the rules that were found by its name."""
    row = causes[0].row
    names = list(dict.fromkeys(cause.named_zh if language == "zh" else cause.named_en for cause in causes))
    joined = ("、" if language == "zh" else ", ").join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        joined += f" 等 {len(names)} 项" if language == "zh" else f" and {len(names) - _MOST_NAMED} more"
    return (row.reason_zh if language == "zh" else row.reason_en).replace("{rules}", joined)
