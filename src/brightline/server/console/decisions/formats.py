"""Decisions as files for other programs: JSON Lines and CSV. Parquet is in ``parquet.py``.

Without the quoted texts a file holds nothing from which one could be got: no evidence and no excerpt, no sampled text, not
the digest of the text (a short one could be guessed from it), and not the token that opens the statement with its quotes.

A row whose stored document is damaged is in the file too, with what its columns say: in JSON Lines marked ``"unreadable": true``,
elsewhere with empty lists and a reason that says so.

CSV follows RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV Injection):
one that begins with ``= + - @``, their full-width forms, a tab or a line break; also behind blanks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, cast

import orjson

from brightline.documents import decision_to_document
from brightline.model import Context, Decision
from brightline.server.console.spreadsheet import safe_cell
from brightline.store import StoredDecision, Unreadable

__all__ = ["COLUMNS", "TEXT_COLUMNS", "Target", "as_row", "iso", "took_ms", "without_texts", "write_csv", "write_jsonl"]

StatementUrl = Callable[[Decision], str]

_TEXTS_OF_A_DECISION = ("texts", "token", "item_digest")
_TEXTS_OF_A_FINDING = ("evidence", "normalised", "excerpt", "excerpt_start")
_BOM = b"\xef\xbb\xbf"


class Target(Protocol):
    """Where bytes go."""

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        ...


def without_texts(document: dict[str, Any]) -> dict[str, Any]:
    """A decision's document without anything that quotes, or leads to, somebody's text."""
    bare = {name: value for name, value in document.items() if name not in _TEXTS_OF_A_DECISION}
    if "findings" in bare:
        bare["findings"] = [
            {name: value for name, value in finding.items() if name not in _TEXTS_OF_A_FINDING} for finding in bare["findings"]
        ]
    return bare


def as_row(stored: StoredDecision | Unreadable) -> StoredDecision:
    """The row, or in place of a damaged one a decision of its columns, whose reason says that it cannot be read."""
    if isinstance(stored, StoredDecision):
        return stored
    decision = Decision(
        id=stored.id,
        token="",
        tenant=stored.tenant,
        made_at=stored.made_at,
        door=stored.door,
        item_kind=stored.item_kind,
        item_digest="",
        outcome=stored.outcome,
        ground=stored.ground,
        rules=(),
        findings=(),
        not_inspected=(),
        reason_zh=_UNREADABLE_ZH,
        reason_en=_UNREADABLE_EN,
        context=Context(on=datetime.fromtimestamp(stored.made_at / 1_000_000, UTC).date(), door=stored.door),
        versions={},
        automated=cast(Literal["full", "part", "none"], stored.automated),
        mode=cast(Literal["live", "shadow"], stored.mode),
        account=stored.account,
        api_key=stored.api_key,
        supersedes=stored.supersedes,
        request={"model": stored.model} if stored.model else {},
    )
    return StoredDecision(decision, b"", None, stored.seq, stored.erased_at)


_UNREADABLE_ZH = "本条决定无法读取：存储的文档已损坏，此处只有各列所记的内容。"
_UNREADABLE_EN = "This decision cannot be read: its stored document is damaged, and only what the columns say stands here."


def write_jsonl(rows: Iterable[StoredDecision | Unreadable], target: Target, *, texts: bool, statement_url: StatementUrl) -> None:
    """One decision document a line, with its place in the ledger, as the API gives it."""
    for stored in rows:
        if isinstance(stored, Unreadable):
            columns = {
                name: value for name, value in stored._asdict().items() if value not in ("", None) and name not in ("seq", "erased_at")
            }
            document: dict[str, Any] = columns | {"unreadable": True}
        elif texts:
            document = decision_to_document(stored.decision) | {"statement_url": statement_url(stored.decision)}
        else:
            document = without_texts(decision_to_document(stored.decision))
        document["ledger"] = {"state": "pending"} if stored.seq is None else {"state": "sequenced", "seq": stored.seq}
        if stored.erased_at is not None:
            document["erased_at"] = stored.erased_at
        target.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))


def write_csv(rows: Iterable[StoredDecision | Unreadable], target: Target, *, texts: bool, statement_url: StatementUrl, bom: bool) -> None:
    """One decision a line under the documented columns; lists with a blank, texts with `` ; `` between their members."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    head = [*COLUMNS, *TEXT_COLUMNS] if texts else [*COLUMNS]
    writer.writerow(head)
    target.write((_BOM if bom else b"") + _taken(line))
    for stored in map(as_row, rows):
        cells = [cell(stored) for cell in COLUMNS.values()]
        if texts:
            cells += [cell(stored) for cell in TEXT_COLUMNS.values()]
            cells[-1] = statement_url(stored.decision) if stored.decision.token else ""
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
        target.write(_taken(line))


def took_ms(decision: Decision) -> float | None:
    """Milliseconds that the call took, where the gateway measured them."""
    times = decision.request.get("ms")
    total = times.get("total") if isinstance(times, dict) else None
    return float(total) if isinstance(total, int | float) and not isinstance(total, bool) and 0 <= total < 1e9 else None


def iso(at: int) -> str:
    """UTC microseconds as ``2026-11-22T19:40:03.123456Z``."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).replace(microsecond=at % 1_000_000).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def named(decision: Decision, key: str) -> str:
    """A text of the request, empty where there is none."""
    value = decision.request.get(key)
    return value if isinstance(value, str) else ""


def problem_types(decision: Decision) -> list[int]:
    """The problem types of all findings."""
    return sorted({number for finding in decision.findings for number in finding.problem_types})


def goals(decision: Decision) -> list[str]:
    """The goals of all findings, each once."""
    return list(dict.fromkeys(finding.goal for finding in decision.findings))


def _texts_of(decision: Decision, *names: str) -> Iterator[str]:
    for finding in decision.findings:
        for name in names:
            value = getattr(finding, name)
            yield from (value,) if isinstance(value, str) else value


def _joined(pieces: Iterable[str]) -> str:
    return " ; ".join(dict.fromkeys(piece for piece in pieces if piece))


def _taken(line: io.StringIO) -> bytes:
    written = line.getvalue().encode("utf-8", "replace")
    line.seek(0)
    line.truncate()
    return written


COLUMNS: dict[str, Callable[[StoredDecision], str | float | int | None]] = {
    "id": lambda each: each.decision.id,
    "made_at": lambda each: iso(each.decision.made_at),
    "outcome": lambda each: each.decision.outcome.value,
    "ground": lambda each: each.decision.ground.value,
    "mode": lambda each: each.decision.mode,
    "automated": lambda each: each.decision.automated,
    "supersedes": lambda each: each.decision.supersedes or "",
    "door": lambda each: each.decision.door.value,
    "item_kind": lambda each: each.decision.item_kind.value,
    "problem_types": lambda each: " ".join(map(str, problem_types(each.decision))),
    "rules": lambda each: " ".join(each.decision.rules),
    "goals": lambda each: " ".join(goals(each.decision)),
    "findings": lambda each: len(each.decision.findings),
    "not_inspected": lambda each: _joined(gap.detector for gap in each.decision.not_inspected),
    "model": lambda each: named(each.decision, "model"),
    "endpoint": lambda each: named(each.decision, "endpoint"),
    "status": lambda each: named(each.decision, "status"),
    "took_ms": lambda each: took_ms(each.decision),
    "account": lambda each: each.decision.account,
    "api_key": lambda each: each.decision.api_key,
    "ledger_seq": lambda each: each.seq,
    "erased_at": lambda each: "" if each.erased_at is None else iso(each.erased_at),
    "rulebook": lambda each: each.decision.versions.get("rulebook", ""),
    "reason_zh": lambda each: each.decision.reason_zh,
    "reason_en": lambda each: each.decision.reason_en,
}
"""The columns of a CSV and what stands in them."""

TEXT_COLUMNS: dict[str, Callable[[StoredDecision], str | float | int | None]] = {
    "evidence": lambda each: _joined(_texts_of(each.decision, "evidence")),
    "excerpts": lambda each: _joined(_texts_of(each.decision, "excerpt")),
    "sampled_texts": lambda each: _joined(each.decision.texts.values()),
    "item_digest": lambda each: each.decision.item_digest,
    "statement_url": lambda _: "",
}
"""The columns that come with the quoted texts only."""
