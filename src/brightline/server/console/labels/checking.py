"""Verify a file and label one: what is done with it, and the pages that show what came of it.

A form with a file is answered with a redirect to a page of its own, so that reload and back ask for nothing twice. What
that page shows lies on the shelf for ten minutes; a record of a labelled file stays, the file does not.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from brightline.errors import BrightlineError, NotFound
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.labels import words
from brightline.server.console.labels.shelf import KEPT_S, Kept, Shelf
from brightline.server.console.labels.standing import standing
from brightline.server.console.permissions import Permission
from brightline.server.console.rulebook.shelf import shelf_of
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.server.uploads import Room

__all__ = ["FIELDS", "OPTIONS", "Checking"]

OPTIONS = ("declared", "full", "ocr")
"""What the form of verification asks for beside the file."""

FIELDS = ("token", "content_id", "explicit", "watermark", "c2pa")
"""The fields of the form that labels; ``token`` instead of a file where it lies on the shelf."""

_HOME = "/console/labels"
_NO_FILE = _("Choose a file first.")
_LONGEST_ID = 200  # characters of a content id that the form takes; own choice
_WISH = {"yes": True, "no": False}


class Checking:
    """The pages of one file."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._labelling = desk.service.labelling
        self._shelf = Shelf(desk.settings.home)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/labels``: the form, and how labels stand here."""
        return await self._form(visit)

    async def verify(self, visit: Visit) -> Response:
        """``POST /console/labels/verify``: the answer is the page of the verdict."""
        async with self._brought(visit) as got:
            if got is None:
                return await self._form(visit, problem=_NO_FILE, status=422)
            room, path, name = got
            asked = {option: visit.form.get(option) == "yes" for option in OPTIONS}
            try:
                return await self._kept(visit, *await room.work(self._verified, room, path, name, asked))
            except BrightlineError as problem:
                return await self._form(visit, error=problem, status=problem.http_status)

    async def mark(self, visit: Visit) -> Response:
        """``POST /console/labels/mark``: the answer is the page of the labelled file."""
        async with self._brought(visit) as got:
            if got is None:
                return await self._form(visit, problem=_NO_FILE, status=422)
            room, path, name = got
            try:
                return await self._kept(visit, *await room.work(self._marked, room, path, name, visit))
            except BrightlineError as problem:
                return await self._form(visit, error=problem, status=problem.http_status)

    async def page(self, visit: Visit) -> Response:
        """``GET /console/labels/kept/<token>``: what was found in a file, or what was made of it."""
        kept = await self._find(visit)
        return self._desk.render(
            visit,
            "labels/marked.html" if kept.about["kind"] == "marked" else "labels/verdict.html",
            token=kept.token,
            about=kept.about,
            has_beside=kept.part("beside") is not None,
            book=shelf_of(self._desk.service.pipeline),
            **self._shared(visit),
        )

    async def picture(self, visit: Visit) -> Response:
        """``GET /console/labels/kept/<token>/picture.png``: the preview, for this session only."""
        return await self._part(visit, "preview", "image/png")

    async def file(self, visit: Visit) -> Response:
        """``GET /console/labels/kept/<token>/file``: the labelled file, as a download."""
        return await self._part(visit, "file", "application/octet-stream", download=True)

    async def beside(self, visit: Visit) -> Response:
        """``GET /console/labels/kept/<token>/beside``: the label of a plain text, which stands in a file beside it."""
        return await self._part(visit, "beside", "application/octet-stream", download=True)

    async def drop(self, visit: Visit) -> Response:
        """``POST /console/labels/kept/<token>/drop``: forget it now."""
        await asyncio.to_thread(self._shelf.drop, _session(visit), visit.request.path_params["token"])
        return self._desk.redirect(visit, _HOME, said=_("The file is no longer kept."))

    # Within

    @asynccontextmanager
    async def _brought(self, visit: Visit) -> AsyncIterator[tuple[Room, Path, str] | None]:
        """The file that the form brings or names, with a room to work in; None where it does neither."""
        upload = visit.files.get("file")
        if visit.room is not None and upload is not None and (upload.size or upload.name):
            yield visit.room, upload.path, upload.name
        elif token := visit.form.get("token", ""):
            kept = await asyncio.to_thread(self._shelf.get, _session(visit), token)
            path = kept.part("file")
            if path is None:
                raise _gone()
            async with self._desk.spool.room() as room:
                copy = room.folder / path.name
                await room.work(shutil.copyfile, path, copy)
                yield room, copy, str(kept.about["name"])
        else:
            yield None

    def _verified(self, room: Room, path: Path, name: str, asked: dict[str, bool]) -> tuple[dict[str, Any], dict[str, Path]]:
        from brightline.labels.registry import read_or_gap
        from brightline.server.console.labels.preview import preview_of
        from brightline.server.console.labels.told import told_of_verified

        found = self._labelling.verify(path, name=name, declared=asked["declared"], full=asked["full"], ocr=asked["ocr"])
        small = room.folder / "preview.png"
        preview = preview_of(path, small)
        about = told_of_verified(found, read_or_gap(path, name), preview, name, asked)
        return about, {"file": path} | ({"preview": small} if preview else {})

    def _marked(self, room: Room, path: Path, name: str, visit: Visit) -> tuple[dict[str, Any], dict[str, Path]]:
        from brightline.labels.registry import read_or_gap
        from brightline.server.console.labels.preview import preview_of
        from brightline.server.console.labels.told import told_of_marked

        folder = room.folder / "made"
        folder.mkdir()
        out = folder / f"labelled{path.suffix}"
        made = self._labelling.label_generated(
            path,
            name=name,
            out=out,
            account=f"user:{visit.who.id}",
            content_id=visit.form.get("content_id", "").strip()[:_LONGEST_ID],
            explicit=_WISH.get(visit.form.get("explicit", "")),
            watermark=_WISH.get(visit.form.get("watermark", "")),
            c2pa=_WISH.get(visit.form.get("c2pa", "")),
        )
        small = room.folder / "preview.png"
        preview = preview_of(out, small)
        about = told_of_marked(made, read_or_gap(out), preview, name)
        beside = {"beside": other for other in folder.iterdir() if other != out}  # noqa: B035 - there is one at most
        return about, {"file": out} | ({"preview": small} if preview else {}) | beside

    async def _kept(self, visit: Visit, about: dict[str, Any], parts: dict[str, Path]) -> Response:
        token = await asyncio.to_thread(self._shelf.put, _session(visit), about, parts)
        self._shelf.clear_later()
        return self._desk.redirect(visit, f"{_HOME}/kept/{token}")

    async def _form(self, visit: Visit, *, problem: str = "", error: BrightlineError | None = None, status: int = 200) -> Response:
        from brightline.labels.verification.ocr import ocr_is_installed

        return self._desk.render(
            visit,
            "labels/check.html",
            status=status,
            home=_HOME if visit.request.method == "POST" else "",
            problem=problem,
            error=error,
            back=visit.form.get("token", "") if error else "",
            lines=await asyncio.to_thread(standing, self._desk.settings, self._labelling),
            most_bytes=self._desk.most_file_bytes,
            reads_words=ocr_is_installed(),
            **self._shared(visit),
        )

    def _shared(self, visit: Visit) -> dict[str, Any]:
        settings = self._desk.settings
        return {
            "words": words,
            "kept_minutes": KEPT_S // 60,
            "may_write": visit.can(Permission.LABELS_WRITE),
            "may_read": visit.can(Permission.LABELS_READ),
            "can_label": not self._labelling.provider_problem,
            "as_set": {
                "explicit": settings.label_media == "both",
                "watermark": settings.label_watermark,
                "c2pa": settings.label_c2pa_chain is not None,
            },
        }

    async def _find(self, visit: Visit) -> Kept:
        return await asyncio.to_thread(self._shelf.get, _session(visit), visit.request.path_params["token"])

    async def _part(self, visit: Visit, name: str, media_type: str, *, download: bool = False) -> Response:
        kept = await self._find(visit)
        path = kept.part(name)
        if path is None or (download and kept.about["kind"] != "marked"):
            raise _gone()
        headers = security_headers(page=False) | {"Cache-Control": "no-store"}
        if download:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_download_name(kept, name, path), safe='')}"
        return FileResponse(path, media_type=media_type, headers=headers)


def _download_name(kept: Kept, part: str, path: Path) -> str:
    """The name that the file came with, and what was done to it: ``picture.labelled.png``. What stands beside it is named after it."""
    from brightline.labels.containers.sidecar import sidecar_path

    file = kept.part("file") or path
    name = f"{Path(str(kept.about['name'])).stem or 'file'}.labelled{file.suffix}"
    return sidecar_path(Path(name)).name if part == "beside" else name


def _gone() -> NotFound:
    return NotFound("BL-INPUT-791", "this file is no longer kept", "choose it once more on the page Labels")


def _session(visit: Visit) -> str:
    assert visit.session is not None  # noqa: S101 - the door's permission says so
    return visit.session.id
