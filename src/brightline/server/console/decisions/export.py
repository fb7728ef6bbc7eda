"""Export of exactly what the filter finds: a page that says what will be in the file, and the file itself, streamed.

Whoever exports leaves two events in the ledger: one before the first byte (conditions, format, whether the quoted texts go
along), one after the last (how much was sent, how many of the rows could not be read, its SHA-256, or that it was broken off).
A search term and an end user stand there as their SHA-256 only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Any

import uuid_utils
from starlette.responses import Response

from brightline.errors import BrightlineError, InputError, RateLimited
from brightline.server.console.decisions.conditions import Conditions
from brightline.server.console.decisions.formats import COLUMNS, TEXT_COLUMNS, write_csv, write_jsonl
from brightline.server.console.decisions.listing import HOME, Listing, read_conditions
from brightline.server.console.decisions.streamed import Download, Sent, Sink
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import security_headers
from brightline.store import AuditEvent, StoredDecision, Unreadable

__all__ = ["FORMATS", "Export"]

FORMATS = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}

_KIND = "decisions.exported"
_AT_ONCE = 3
_COUNTED = 1_000  # rows that the page counts one by one where no tally knows the number
_RECENT = 10
_BUDGET_MS = 60.0


class Export:
    """The doors of the export. ``running`` bounds how many stream at once, so that the gateway keeps its share of the machine."""

    def __init__(self, desk: Desk, listing: Listing) -> None:
        self._desk = desk
        self._listing = listing
        self.running = 0

    async def ask(self, visit: Visit) -> Response:
        """``GET /console/decisions/export``: how much, which columns, and that it is recorded."""
        conditions = read_conditions(visit)
        return await self._page(visit, conditions, status=400 if conditions.faults else 200)

    async def recent(self, visit: Visit) -> Response:
        """``GET /console/decisions/export/recent``: the last exports, as a fragment."""
        return self._desk.render(visit, "decisions/exports.html", exports=await asyncio.to_thread(self._recent))

    async def send(self, visit: Visit) -> Response:
        """``POST /console/decisions/export``: the file."""
        conditions = read_conditions(visit, visit.form.get("query", ""))
        if conditions.faults:
            return await self._page(visit, conditions, status=400)
        form = visit.form.get("format", "")
        if form not in FORMATS:
            raise InputError("BL-INPUT-769", "there is no such format", "choose jsonl, csv or parquet")
        texts = visit.form.get("texts") == "yes" and visit.can(Permission.TEXTS_READ)
        if self.running >= _AT_ONCE:
            raise RateLimited("BL-ACCESS-040", f"{_AT_ONCE} exports are being sent already", "wait until one has ended", retry_after_s=30)
        name = _file_name(conditions, form)
        about: dict[str, Any] = {"format": form, "texts": texts, "filter": conditions.on_record(), "file": name}
        number = str(uuid_utils.uuid7())
        await visit.log(_KIND, number, phase="begun", **about)
        rows = _Counted(self._desk.store.walk(conditions.filter(self._desk.settings.tenant)))
        self.running += 1

        def write(sink: Sink) -> None:
            self._write(rows, sink, form, texts=texts, bom=visit.form.get("bom") == "yes")

        async def ended(sent: Sent) -> None:
            self.running -= 1
            account = {
                "phase": "ended",
                "how": sent.how,
                "rows": rows.number,
                "unreadable": rows.unreadable,
                "bytes": sent.size_bytes,
                "sha256": sent.sha256,
            }
            await visit.log(_KIND, number, **account, **about)

        headers = security_headers(page=False) | {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "Brightline-Export": number,
        }
        return Download(write, media_type=FORMATS[form], headers=headers, ended=ended)

    def _write(self, rows: Iterator[StoredDecision | Unreadable], sink: Sink, form: str, *, texts: bool, bom: bool) -> None:
        url = self._desk.service.statement_url
        if form == "jsonl":
            write_jsonl(rows, sink, texts=texts, statement_url=url)
        elif form == "csv":
            write_csv(rows, sink, texts=texts, statement_url=url, bom=bom)
        else:
            _parquet().write_decisions(rows, sink, texts=texts, statement_url=url)

    async def _page(self, visit: Visit, conditions: Conditions, *, status: int) -> Response:
        count = None if conditions.faults else await asyncio.to_thread(self._listing.count, conditions, _COUNTED, _BUDGET_MS)
        return self._desk.render(
            visit,
            "decisions/export.html",
            status=status,
            home=HOME,
            count=count,
            exports=await asyncio.to_thread(self._recent),
            csv_columns=list(COLUMNS),
            csv_text_columns=list(TEXT_COLUMNS),
            parquet_columns=_parquet().types_of(texts=False),
            **self._listing.told(visit, conditions),
        )

    def _recent(self) -> list[dict[str, Any]]:
        """The last exports, newest first: one entry an export, however it stands."""
        found: dict[str, dict[str, Any]] = {}
        for event in self._desk.store.audit.events(kind=_KIND, limit=2 * _RECENT, tenant=self._desk.settings.tenant):
            found.setdefault(event.subject, self._told(event))
        return list(found.values())[:_RECENT]

    def _told(self, event: AuditEvent) -> dict[str, Any]:
        try:
            actor = self._desk.store.users.get(event.actor)
            who = actor.display_name or actor.name
        except BrightlineError:
            who = event.actor
        return {"at": event.at, "who": who, **event.detail}


class _Counted:
    """Rows, how many of them were taken, and how many of those could not be read."""

    def __init__(self, rows: Iterator[StoredDecision | Unreadable]) -> None:
        self._rows = rows
        self.number = self.unreadable = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> StoredDecision | Unreadable:
        row = next(self._rows)
        self.number += 1
        self.unreadable += isinstance(row, Unreadable)
        return row


def _file_name(conditions: Conditions, form: str) -> str:
    """``brightline-decisions-20261122T194003Z-type-9-refuse.csv``: when, and the conditions that fit into a name."""
    pieces = ["brightline-decisions", datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")]
    for name in ("type", "rule", "outcome", "last"):
        value = re.sub(r"[^A-Za-z0-9]+", "-", conditions.values.get(name, "")).strip("-")
        if value:
            pieces.append(f"type-{value}" if name == "type" else value[:40])
    return "-".join(pieces) + f".{form}"


def _parquet() -> ModuleType:
    """The Parquet writer, loaded when it is first asked for: Arrow's library takes 8 MB."""
    return import_module("brightline.server.console.decisions.parquet")
