"""The report as a document: canonical JSON (RFC 8785), its digests, and how rates are written in it.

The same corpus under the same rules gives the same bytes outside the block ``made``, whatever the engine, the sharding and the order
of rows. So nothing in it is a float: counts are integers, rates are ``{"count", "of", "percent"}`` with the percentage as decimal text.
What comes from the data is always a value, never a key, and every list is sorted. The shape is in ``data/report.schema.json``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from brightline.corpus.errors import CorpusError
from brightline.corpus.percent import percent_of
from brightline.documents import canonical_json

__all__ = ["FILES", "FORMAT", "Report", "fixed", "rate"]

FORMAT = "brightline-corpus-report/1"

FILES: Mapping[str, str] = {
    "report.json": "application/json",
    "report.zh.html": "text/html",
    "report.en.html": "text/html",
    "report.zh.pdf": "application/pdf",
    "report.en.pdf": "application/pdf",
    "datacard.zh.md": "text/markdown",
    "datacard.en.md": "text/markdown",
    "croissant.json": "application/ld+json",
    "ml-bom.json": "application/vnd.cyclonedx+json",
    "public-summary.zh.md": "text/markdown",
    "public-summary.en.md": "text/markdown",
}
"""What ``publishing.py`` writes into the folder ``report/`` of a workspace, with media types."""

_LONGEST_BYTES = 256 * 1024 * 1024  # own choice: a register of 100,000 sources makes about 80 MB; more is no report


@dataclass(frozen=True, slots=True)
class Report:
    """``document``: JSON values only. Take it as read-only: digests are of its canonical bytes."""

    document: Mapping[str, Any]

    @property
    def canonical(self) -> bytes:
        """The bytes of ``report.json``."""
        return canonical_json(dict(self.document))

    @property
    def digest(self) -> str:
        """64 hex characters: SHA-256 of ``report.json``, which is what the ledger keeps."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def content_digest(self) -> str:
        """64 hex characters: the same without ``made``. Two runs over one corpus with the same rules and facts have the same."""
        return hashlib.sha256(canonical_json({name: value for name, value in self.document.items() if name != "made"})).hexdigest()

    @classmethod
    def parse(cls, raw: bytes) -> Report:
        """Read ``report.json``. Raises ``CorpusError`` BL-CORPUS-070 if it is no such report, or not canonical (somebody edited it)."""
        if len(raw) > _LONGEST_BYTES:
            raise _no_report(f"{len(raw)} bytes are more than {_LONGEST_BYTES}")
        try:
            document = orjson.loads(raw)
        except orjson.JSONDecodeError as problem:
            raise _no_report(f"not JSON: {problem}") from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise _no_report(f"its format is not {FORMAT}")
        missing = [name for name in PARTS if name not in document]
        if missing:
            raise _no_report(f"without {', '.join(missing)}")
        report = cls(document)
        try:
            canonical = report.canonical
        except ValueError as problem:
            raise _no_report(str(problem)) from None
        if canonical != raw.rstrip(b"\n"):
            raise _no_report("its bytes are not canonical")
        return report


PARTS = (
    "appeals",
    "checks",
    "complaints",
    "corpus",
    "coverage",
    "decisions",
    "duplicates",
    "emitted",
    "format",
    "generated",
    "languages",
    "lengths",
    "licences",
    "limits",
    "made",
    "redactions",
    "risks",
    "rules",
    "samples",
    "schedule",
    "source_rules",
    "sources",
    "staff",
    "versions",
)
"""The members of the document; none is ever left out."""


def rate(count: int, of: int) -> dict[str, Any]:
    """``count`` of ``of``, and the percentage with two decimals, rounded half to even, but 100.00 only for all and 0.00 only for none; null where
    there is nothing to be a share of."""
    return {"count": count, "of": of, "percent": percent_of(count, of) if of else None}


def fixed(value: float, places: int) -> str:
    """A measured or computed number as decimal text: ``fixed(0.04, 4)`` is ``"0.0400"``. Raises ``ValueError`` for what is no number."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} cannot be written into a report")
    text = f"{value:.{places}f}"
    return text[1:] if float(text) == 0 and text.startswith("-") else text


def _no_report(why: str) -> CorpusError:
    return CorpusError("BL-CORPUS-070", f"this is no report of a corpus: {why}", "take report.json as it was written, byte for byte")
