"""Decisions as JSON documents: the exact bytes that are stored, committed to in the ledger and given to the API.

The canonical form is RFC 8785 (JCS). orjson's sorted output equals it for ASCII keys and for all numbers but floats
without a fraction (``1.0``, ``-0.0``) or with an exponent; bytes that may hold one of those are made again by the
``rfc8785`` package, and ``tests/test_documents.py`` holds the two against each other.
"""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from typing import Any

import orjson
import rfc8785

from brightline.model import (
    AgeBand,
    Context,
    Decision,
    Door,
    Finding,
    Ground,
    ItemKind,
    NotInspected,
    Outcome,
    Side,
    Span,
    Strictness,
)

__all__ = ["canonical_json", "decision_from_document", "decision_to_document"]

FORMAT = "brightline-decision/1"


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value with ASCII keys and finite numbers.

    Raises ``ValueError`` for what JCS cannot carry: integers beyond 2**53, lone surrogates, types that are not JSON.
    """
    try:
        raw = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except TypeError as problem:
        raise ValueError(f"no canonical JSON: {problem}") from None
    if _WHOLE_FLOAT.search(raw) or _EXPONENT.search(raw):
        return rfc8785.dumps(value)
    return raw


# Floats that JCS may write another way. Text that looks like one costs time, nothing else. Two patterns, each with a
# literal first character, are five times as fast as one with an alternation.
_WHOLE_FLOAT = re.compile(rb"\.0(?:[,\]}]|$)")
_EXPONENT = re.compile(rb"e(?<=[0-9]e)[-+]?[0-9]+(?:[,\]}]|$)")


def decision_to_document(decision: Decision) -> dict[str, Any]:
    """The Decision as a JSON-ready dict. Fields with empty values are left out, so an ``allow`` stays small."""
    document: dict[str, Any] = {"format": FORMAT}
    for name in _DECISION_FIELDS:
        value = getattr(decision, name)
        if name == "context":
            value = _context(value)
        elif name == "findings":
            value = [_finding(finding) for finding in value]
        elif name == "not_inspected":
            value = [{"part": gap.part, "detector": gap.detector, "reason": gap.reason} for gap in value]
        elif isinstance(value, tuple):
            value = list(value)
        if value or value == 0:
            document[name] = value
    return document


def decision_from_document(document: dict[str, Any]) -> Decision:
    """The inverse of ``decision_to_document``. Raises ``KeyError`` or ``ValueError`` if it is not such a document."""
    if document.get("format") != FORMAT:
        raise ValueError(f"not a {FORMAT} document: {document.get('format')!r}")
    values = {name: document[name] for name in _DECISION_FIELDS if name in document}
    for name, kind in (("door", Door), ("item_kind", ItemKind), ("outcome", Outcome), ("ground", Ground)):
        values[name] = kind(values[name])
    values["context"] = _read_context(document["context"])
    values["rules"] = tuple(document.get("rules", ()))
    values["findings"] = tuple(_read_finding(finding) for finding in document.get("findings", ()))
    values["not_inspected"] = tuple(NotInspected(**gap) for gap in document.get("not_inspected", ()))
    for name in ("id", "token", "tenant", "item_digest", "reason_zh", "reason_en"):
        values.setdefault(name, "")
    values.setdefault("versions", {})
    return Decision(**values)


_DECISION_FIELDS = tuple(field.name for field in fields(Decision))
_FINDING_FIELDS = tuple(field.name for field in fields(Finding))


def _context(context: Context) -> dict[str, Any]:
    document = {
        "on": context.on.isoformat(),
        "door": context.door,
        "strictness": context.strictness,
        "age_band": context.age_band,
        "sector": context.sector,
        "terms": list(context.terms),
    }
    # Left out where empty, as it was before there was such a thing: stored decisions keep their digests.
    return document | ({"tightened": list(context.tightened)} if context.tightened else {})


def _read_context(document: dict[str, Any]) -> Context:
    return Context(
        on=date.fromisoformat(document["on"]),
        door=Door(document["door"]),
        strictness=Strictness(document["strictness"]),
        age_band=AgeBand(document["age_band"]),
        sector=document["sector"],
        terms=tuple(document["terms"]),
        tightened=tuple(document.get("tightened", ())),
    )


def _finding(finding: Finding) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name in _FINDING_FIELDS:
        value = getattr(finding, name)
        if name == "spans":
            value = [[span.start, span.end] for span in value]
        elif name == "score":
            value = round(value, 4)
            value = int(value) if value % 1 == 0 else value  # RFC 8785 writes 1, not 1.0
        elif isinstance(value, tuple):
            value = list(value)
        if value or value is False or value == 0:
            document[name] = value
    return document


def _read_finding(document: dict[str, Any]) -> Finding:
    values = dict(document)
    for name in ("rules", "problem_types", "evidence", "exceptions", "normalised", "parts"):
        values[name] = tuple(values.get(name, ()))
    values["spans"] = tuple(Span(start, end) for start, end in document.get("spans", ()))
    for name in ("detector", "detector_version", "goal", "part", "lane"):
        values.setdefault(name, "")
    values["effect"] = Outcome(values["effect"])
    values["side"] = Side(values["side"])
    return Finding(**values)
