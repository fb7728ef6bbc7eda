"""Who may look at training data: trained, examined, and in one function at a time; and the annotation rules they follow.

Follows GB/T 45674-2025 and TC260-003, 5.3 (SEC-D6): annotators are trained and examined before they work; labelling, review and
arbitration are separate functions; annotation rules exist in writing, with a version and a date. Clause-level thresholds (hours of training,
pass marks) were not readable in the standard, so a record says what happened and the operator's own pass mark decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from brightline.corpus.errors import CorpusError

__all__ = ["FUNCTIONS", "AnnotationRules", "Function", "Objection", "StaffRecord", "objections_to", "rules_in_force"]

Function = Literal["label", "review", "arbitrate"]
FUNCTIONS: tuple[Function, ...] = ("label", "review", "arbitrate")
VALID_DAYS = 365
"""An examination holds for a year where the record does not say otherwise (own choice: yearly training is the filing practice)."""


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """``functions``: what the person is appointed to. ``trained_on``, ``examined_on``: dates; ``score`` of 100, ``pass_mark`` the
    operator's own. ``valid_until``: None for a year after the examination. ``active``: still works here."""

    person: str
    functions: tuple[Function, ...]
    trained_on: date | None = None
    training: str = ""
    examined_on: date | None = None
    score: int = 0
    pass_mark: int = 60
    valid_until: date | None = None
    active: bool = True

    def to_document(self) -> dict[str, Any]:
        """The record as JSON values."""
        return {
            "active": self.active,
            "examined_on": _day(self.examined_on),
            "functions": list(self.functions),
            "pass_mark": self.pass_mark,
            "score": self.score,
            "trained_on": _day(self.trained_on),
            "training": self.training,
            "valid_until": _day(self.valid_until),
        }

    @classmethod
    def from_document(cls, person: str, document: Mapping[str, Any]) -> StaffRecord:
        """The record in a document. Raises ``CorpusError`` BL-CORPUS-059."""
        try:
            functions = tuple(document["functions"])
            score, pass_mark = int(document.get("score", 0)), int(document.get("pass_mark", 60))
            if not functions or not set(functions) <= set(FUNCTIONS):
                raise ValueError(f"functions are among {', '.join(FUNCTIONS)}")
            if not 0 <= score <= 100 or not 0 <= pass_mark <= 100:
                raise ValueError("scores and pass marks lie between 0 and 100")
            return cls(
                person,
                functions,
                _date(document.get("trained_on")),
                str(document.get("training", "")),
                _date(document.get("examined_on")),
                score,
                pass_mark,
                _date(document.get("valid_until")),
                bool(document.get("active", True)),
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise CorpusError(
                "BL-CORPUS-059", f"this is no staff record: {problem}", "give functions, dates as 2026-11-23, a score"
            ) from None


@dataclass(frozen=True, slots=True)
class AnnotationRules:
    """A written set of rules. ``digest``: SHA-256 of the file, so that nobody need wonder which text was meant."""

    name: str
    version: str
    effective_from: date
    covers: Literal["function", "safety"]
    digest: str
    title: str = ""

    def to_document(self) -> dict[str, Any]:
        """The rules as JSON values."""
        return {
            "covers": self.covers,
            "digest": self.digest,
            "effective_from": self.effective_from.isoformat(),
            "title": self.title,
            "version": self.version,
        }

    @classmethod
    def from_document(cls, name: str, document: Mapping[str, Any]) -> AnnotationRules:
        """The rules in a document. Raises ``CorpusError`` BL-CORPUS-059."""
        try:
            effective, digest, covers = _date(document["effective_from"]), str(document["digest"]), document["covers"]
            if effective is None or covers not in ("function", "safety") or len(bytes.fromhex(digest)) != 32:
                raise ValueError("effective_from is a date, covers is function or safety, digest is a SHA-256 in hex")
            return cls(name, str(document["version"]), effective, covers, digest, str(document.get("title", "")))
        except (KeyError, TypeError, ValueError) as problem:
            raise CorpusError(
                "BL-CORPUS-059", f"these are no annotation rules: {problem}", "give version, date, covers and digest"
            ) from None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a person should not do this now; ``code`` is a stable word."""

    code: str
    zh: str
    en: str


def objections_to(record: StaffRecord | None, function: Function, *, today: date) -> tuple[Objection, ...]:
    """What speaks against a person in a function on a day; nothing with the empty tuple."""
    if record is None or not record.active:
        return (Objection("no_record", "没有该人员的上岗记录", "there is no record of this person"),)
    found = []
    if function not in record.functions:
        found.append(Objection("other_function", "该人员未被指派此项职能", "the person is not appointed to this function"))
    if len(set(record.functions)) > 1:
        found.append(Objection("functions_joined", "标注、审核、仲裁职能未分离", "labelling, review and arbitration are not apart"))
    if record.trained_on is None or record.trained_on > today:
        found.append(Objection("not_trained", "没有培训记录", "no training is on record"))
    if record.examined_on is None or record.examined_on > today or record.score < record.pass_mark:
        found.append(Objection("not_examined", "考核未通过或没有记录", "no passed examination is on record"))
    elif today > (record.valid_until or record.examined_on + timedelta(days=VALID_DAYS)):
        found.append(Objection("expired", "考核已过有效期", "the examination has expired"))
    return tuple(found)


def rules_in_force(every: Iterable[AnnotationRules], *, today: date) -> tuple[AnnotationRules, ...]:
    """Of each name the rules that hold on a day: those with the latest date that is not in the future."""
    newest: dict[str, AnnotationRules] = {}
    for rules in every:
        known = newest.get(rules.name)
        if rules.effective_from <= today and (known is None or known.effective_from <= rules.effective_from):
            newest[rules.name] = rules
    return tuple(newest[name] for name in sorted(newest))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: Any) -> date | None:
    return None if text in (None, "") else date.fromisoformat(str(text))
