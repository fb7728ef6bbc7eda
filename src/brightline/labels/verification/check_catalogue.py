"""The catalogue of atomic checks (``data/checks.yaml``): id, rule, what a violation is, and its words in both languages.

Ids are stable: machines compare them, so they are only ever added. A check looks at one thing and has one of five results:

    pass · fail (a defect) · warn (unusual; the standard or our knowledge of it leaves room) · not_applicable · not_inspected

Errors on loading: BL-DATA-101 to -105 as for every file of rows, -285 an id stands twice or the rows are not sorted by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from brightline.rulebook.rows import read_rows

__all__ = ["Check", "CheckResult", "Evidence", "Outcome", "Result", "catalogue", "load_catalogue", "result_of"]

Result = Literal["pass", "fail", "warn", "not_applicable", "not_inspected"]

_SHIPPED = Path(__file__).parent / "data" / "checks.yaml"
_LANGUAGES = ("zh", "en")
_UNSAID: Mapping[Result, tuple[str, str]] = {
    "not_applicable": ("不适用。", "Does not apply."),
    "not_inspected": ("未检查。", "Not inspected."),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something was seen: place and offset in the file (-1 where there is none), and the field or value."""

    place: str
    offset: int = -1
    length: int = 0
    field: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the catalogue. ``worst``: what a violation is; ``good`` and ``bad`` are the sentences, zh and en."""

    id: str
    rule: str
    worst: Literal["fail", "warn"]
    title: Mapping[str, str]
    good: Mapping[str, str]
    bad: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check saw: whether its condition holds (None: not inspected), evidence, and the words that go into its sentence.

    ``rule``: another rule than the catalogue's, where the format decides it.
    """

    id: str
    holds: bool | None
    what: str = ""
    count: int = 0
    evidence: tuple[Evidence, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one file. ``zh`` and ``en`` say it in a sentence."""

    id: str
    result: Result
    rule: str
    zh: str
    en: str
    evidence: tuple[Evidence, ...] = field(default=())


@cache
def catalogue() -> Mapping[str, Check]:
    """The checks that ship, by id in the order of their ids."""
    return load_catalogue(_SHIPPED)


def load_catalogue(path: Path) -> Mapping[str, Check]:
    """Read a catalogue. Raises ``DataError`` with file and line; see the head of this module."""
    checks: dict[str, Check] = {}
    for row in read_rows(path, "check"):
        words = {name: row.row(name) for name in ("title", "good", "bad")}
        texts = {name: {language: each.text(language) for language in _LANGUAGES} for name, each in words.items()}
        for each in words.values():
            each.finish()
        worst: Literal["fail", "warn"] = "fail" if row.choice("worst", ("fail", "warn")) == "fail" else "warn"
        check = Check(row.text("id"), row.text("rule"), worst, **texts)
        row.finish()
        if checks and check.id <= next(reversed(checks)):
            raise row.fail("BL-DATA-285", f"`{check.id}` stands twice or not in the order of ids", "sort the rows by id", "id")
        checks[check.id] = check
    return checks


def result_of(check: Check, outcome: Outcome | None) -> CheckResult:
    """The result of one check; without an outcome it does not apply."""
    if outcome is None or outcome.holds is None:
        unsaid: Result = "not_applicable" if outcome is None else "not_inspected"
        zh, en = _UNSAID[unsaid]
        reason = f"{outcome.what}" if outcome is not None and outcome.what else ""
        return CheckResult(check.id, unsaid, check.rule, check.title["zh"] + "：" + (reason or zh), f"{check.title['en']}: {reason or en}")
    words = check.good if outcome.holds else check.bad
    values = {"what": outcome.what, "count": outcome.count}
    result: Result = "pass" if outcome.holds else check.worst
    return CheckResult(
        check.id, result, outcome.rule or check.rule, words["zh"].format(**values), words["en"].format(**values), outcome.evidence
    )
