"""Everything that the page of one decision shows, put together for one reader.

Who sees which text is decided here and nowhere else: texts need the right ``texts.read``; texts of sexual or gory types and
about minors are left out until they are asked for, or until the reader has switched the folding off for himself. Without
the text a sheet still holds everything else: outcome, goals, positions, rules, the place in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from brightline.model import Decision
from brightline.review import Statement, render_statement
from brightline.review.unread import detector_name, part_name, reason_text
from brightline.server.console.decision.facts import (
    CallShape,
    Label,
    MediaLabel,
    Timing,
    api_key_of,
    call_shape,
    label_of,
    media_labels_of,
    timing_of,
)
from brightline.server.console.decision.findings import ShownFinding, shown_findings
from brightline.server.console.decision.invisible import Unseen, unseen_in
from brightline.server.console.decision.ledger_place import LedgerPlace, ledger_place
from brightline.server.console.decision.normalised import Reading, read_passage
from brightline.server.console.decision.passages import Passage, is_sensitive, passages_of
from brightline.server.console.decision.rules import CitedRule, cited_by
from brightline.server.console.desk import Visit
from brightline.server.console.naming import goal_name
from brightline.server.console.permissions import Permission
from brightline.service import Service
from brightline.store import ApiKey, Cursor, DecisionFilter, StoredDecision, User
from brightline.text import Goal

__all__ = ["Gap", "ReadPassage", "Sheet", "Sight", "is_folded", "neighbours", "sheet_of", "sight_of"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the text this reader sees now, and why not more. ``asks`` is true where a click brings it."""

    shown: bool
    allowed: bool
    sensitive: bool
    erased: bool

    @property
    def asks(self) -> bool:
        return self.allowed and not self.shown and not self.erased


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage of the raw text beside what the engine reads in it."""

    passage: Passage
    reading: Reading


@dataclass(frozen=True, slots=True)
class Gap:
    """One part that was not looked at, in words."""

    part: str
    detector: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One decision for one reader."""

    stored: StoredDecision
    decision: Decision
    sight: Sight
    statements: tuple[Statement, ...]
    passages: tuple[ReadPassage, ...]
    unseen: tuple[Unseen, ...]
    same_engine: bool
    findings: tuple[ShownFinding, ...]
    rules: tuple[CitedRule, ...]
    gaps: tuple[Gap, ...]
    call: CallShape
    timing: Timing | None
    label: Label | None
    media_labels: tuple[MediaLabel, ...]
    api_key: ApiKey | None
    superseded_by: str
    place: LedgerPlace
    versions: Mapping[str, str]
    left_open: tuple[tuple[str, str], ...]
    """Goals that the conversation left open, for the sake of which its answers were judged one step stricter: id and name, if it has one."""

    @property
    def statement(self) -> Statement:
        """The one in the language of the page."""
        return self.statements[0]


def is_folded(decision: Decision, user: User) -> bool:
    """True if this reader has to ask before the text is shown."""
    wanted = user.preferences
    if wanted.get("fold") == "all":
        return True
    return is_sensitive(decision) and wanted.get("fold_sensitive", True) is not False and wanted.get("fold") != "none"


def sight_of(stored: StoredDecision, visit: Visit, *, opened: bool) -> Sight:
    """What this reader sees of the text; ``opened``: it was asked for just now."""
    decision = stored.decision
    allowed = visit.can(Permission.TEXTS_READ)
    erased = stored.erased_at is not None
    return Sight(
        shown=allowed and not erased and (opened or not is_folded(decision, visit.who)),
        allowed=allowed,
        sensitive=is_sensitive(decision),
        erased=erased,
    )


def sheet_of(service: Service, stored: StoredDecision, sight: Sight, lang: str, goals: Mapping[str, Goal], base_url: str) -> Sheet:
    """Put the sheet together. Blocks on the database; raises ``StoreError``."""
    decision = stored.decision
    passages: tuple[ReadPassage, ...] = ()
    if sight.shown:
        passages = tuple(ReadPassage(passage, read_passage(passage, _lanes(passage, decision))) for passage in passages_of(decision))
    pipeline = service.pipeline
    languages = ("en", "zh") if lang == "en" else ("zh", "en")
    return Sheet(
        stored=stored,
        decision=decision,
        sight=sight,
        statements=tuple(_statement(service, stored, each, base_url) for each in languages),
        passages=passages,
        unseen=tuple(unseen_in(each.passage.text for each in passages)),
        same_engine=decision.versions.get("text") == pipeline.versions.get("text"),
        findings=tuple(shown_findings(decision, pipeline, goals, lang, with_text=sight.shown)),
        rules=tuple(cited_by(decision, service.rulebook, lang)),
        gaps=tuple(_gap(gap.part, gap.detector, gap.reason, lang) for gap in decision.not_inspected),
        call=call_shape(decision),
        timing=timing_of(decision),
        label=label_of(decision),
        media_labels=media_labels_of(decision),
        api_key=api_key_of(service, decision),
        superseded_by=_superseded_by(service, decision),
        place=ledger_place(service, stored),
        versions=decision.versions,
        left_open=tuple((goal_id, goal_name(pipeline, goal_id, lang)) for goal_id in decision.context.tightened),
    )


def neighbours(service: Service, decision: Decision, wanted: DecisionFilter) -> tuple[Cursor | None, Cursor | None]:
    """The decisions directly newer and older among those that ``wanted`` asks for. Raises ``StoreError``."""
    found = service.store.around(decision.id, wanted)
    return found.newer, found.older


def _lanes(passage: Passage, decision: Decision) -> frozenset[str]:
    return frozenset(decision.findings[number - 1].lane for number in passage.numbers)


def _statement(service: Service, stored: StoredDecision, lang: str, base_url: str) -> Statement:
    return render_statement(
        stored.decision,
        service.rulebook,
        lang,
        base_url=base_url,
        seq=stored.seq,
        terms=service.pipeline.terms,
        appeal_url=service.settings.appeal_url,
        contact=service.settings.contact,
    )


def _gap(part: str, detector: str, reason: str, lang: str) -> Gap:
    tongue: Literal["zh", "en"] = "en" if lang == "en" else "zh"
    return Gap(part_name(part, tongue), detector_name(detector, tongue), reason_text(reason, tongue))


def _superseded_by(service: Service, decision: Decision) -> str:
    found = service.store.decisions(DecisionFilter(tenant=decision.tenant, supersedes=decision.id), limit=1)
    return found[0].decision.id if found else ""
