"""What is on record: files that were labelled here, and who got a copy without an explicit label (Labelling Measures, Art. 9)."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from brightline.server.console.decisions.streamed import Download, Sent, Sink
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.labels import words
from brightline.server.console.spreadsheet import safe_cell
from brightline.server.face import security_headers
from brightline.store import Cursor, LabelledFile, UnlabelledCopy

__all__ = ["Records"]

_A_PAGE = 50
_LONGEST_QUESTION = 200
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_COLUMNS = ("given_at", "recipient", "content_id", "file_sha256", "agreement", "agreed_at", "purpose", "kept_until", "id")
_BOM = "\ufeff"  # without it, spreadsheets in Chinese read UTF-8 as GB 18030


class Records:
    """The lists of the room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def files(self, visit: Visit) -> Response:
        """``GET /console/labels/files``: newest first, or those with a number or digest."""
        query = visit.request.query_params
        asked = query.get("q", "").strip()[:_LONGEST_QUESTION]
        after = query.get("after", "")
        found = await asyncio.to_thread(self._files, asked, after if _ID.fullmatch(after) else "")
        shown = found if asked else found[:_A_PAGE]
        return self._desk.render(
            visit,
            "labels/files.html",
            words=words,
            asked=asked,
            rows=shown,
            paged=bool(after),
            older=f"/console/labels/files?after={shown[-1].id}" if len(found) > len(shown) else None,
            people=await self._people(),
            can_label=not self._desk.service.labelling.provider_problem,
        )

    async def copies(self, visit: Visit) -> Response:
        """``GET /console/labels/copies``: the log, newest first."""
        after = Cursor.parse(visit.request.query_params.get("after", ""))
        found = await asyncio.to_thread(
            self._desk.store.unlabelled_copies.page, tenant=self._desk.settings.tenant, after=after, limit=_A_PAGE + 1
        )
        shown = found[:_A_PAGE]
        return self._desk.render(
            visit,
            "labels/copies.html",
            rows=shown,
            paged=after is not None,
            older=f"/console/labels/copies?after={Cursor(shown[-1].given_at, shown[-1].id)}" if len(found) > len(shown) else None,
            keep_days=self._desk.settings.label_copy_log_days,
        )

    async def export(self, visit: Visit) -> Response:
        """``POST /console/labels/copies.csv``: the whole log, on record before its first byte leaves and again when it has left."""
        name = f"brightline-copies-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.csv"
        rows = _Counted(self._desk.store.unlabelled_copies.walk(tenant=self._desk.settings.tenant))
        await visit.log("label.copies_exported", name, phase="begun")

        async def ended(sent: Sent) -> None:
            account = {"how": sent.how, "rows": rows.number, "bytes": sent.size_bytes, "sha256": sent.sha256}
            await visit.log("label.copies_exported", name, phase="ended", **account)

        headers = security_headers(page=False) | {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return Download(lambda sink: _write(rows, sink), media_type="text/csv; charset=utf-8", headers=headers, ended=ended)

    def _files(self, asked: str, after: str) -> list[LabelledFile]:
        files, tenant = self._desk.store.labelled_files, self._desk.settings.tenant
        if not asked:
            return files.page(tenant=tenant, after=after, limit=_A_PAGE + 1)
        if _DIGEST.fullmatch(asked.lower()):
            return files.by_digest(asked.lower(), asked.lower(), tenant=tenant)
        return files.by_content(asked, tenant=tenant)

    async def _people(self) -> dict[str, str]:
        users = await asyncio.to_thread(self._desk.store.users.list, self._desk.settings.tenant)
        return {f"user:{user.id}": user.display_name or user.name for user in users}


class _Counted:
    """The rows, and how many of them were taken."""

    def __init__(self, rows: Iterator[UnlabelledCopy]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[UnlabelledCopy]:
        for row in self._rows:
            self.number += 1
            yield row


def _write(rows: _Counted, sink: Sink) -> None:
    """RFC 4180, UTF-8 with a mark, cells that no spreadsheet runs."""
    sink.write((_BOM + _line(_COLUMNS)).encode())
    for row in rows:
        cells = (_time(row.given_at), row.recipient, row.content_id, row.file_digest, row.agreement, _time(row.agreed_at), row.purpose, _time(row.kept_until), row.id)  # fmt: skip
        sink.write(_line(cells).encode())


def _line(cells: tuple[Any, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(str(cell)) for cell in cells])
    return out.getvalue()


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
