"""Two files: what a tool did to the label of the first. Nothing of either is kept, and nothing is recorded."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from brightline.server.console.desk import Desk, Visit
from brightline.server.console.labels import words
from brightline.server.console.rulebook.shelf import shelf_of
from brightline.server.face import msgid as _

__all__ = ["Comparing"]

_HOME = "/console/labels/compare"
_TWO_FILES = _("Choose both files first.")


class Comparing:
    """The page on which two files are compared."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, visit: Visit) -> Response:
        """``GET /console/labels/compare``: the form."""
        return self._page(visit)

    async def compare(self, visit: Visit) -> Response:
        """``POST /console/labels/compare``: the form with the answer below it."""
        before, after = visit.files.get("before"), visit.files.get("after")
        if visit.room is None or before is None or after is None or not (before.name and after.name):
            return self._page(visit, problem=_TWO_FILES, status=422)

        def look() -> dict[str, Any]:
            from brightline.labels import difference

            return difference(before.path, after.path, (before.name, after.name)).to_document()

        return self._page(visit, found=await visit.room.work(look), names=(before.name, after.name))

    def _page(
        self, visit: Visit, *, found: dict[str, Any] | None = None, names: tuple[str, str] = ("", ""), problem: str = "", status: int = 200
    ) -> Response:
        return self._desk.render(
            visit,
            "labels/compare.html",
            status=status,
            home=_HOME if visit.request.method == "POST" else "",
            found=found,
            names=names,
            problem=problem,
            words=words,
            most_bytes=self._desk.most_file_bytes,
            book=shelf_of(self._desk.service.pipeline),
        )
