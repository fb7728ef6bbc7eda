"""Near duplicates of a run: groups by size, and two members of one side by side, character by character."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from brightline.corpus.percent import share_text
from brightline.errors import NotFound
from brightline.server.console.corpus import words
from brightline.server.console.corpus.differences import compare
from brightline.server.console.corpus.documents import shown
from brightline.server.console.corpus.files import Files
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.store import CorpusRun, CorpusRuns

if TYPE_CHECKING:
    from brightline.corpus.duplicates.viewing import Member

__all__ = ["Duplicates"]

_A_PAGE = 50
_MOST_MEMBERS = 200  # own choice: a larger group has been seen by then


class Duplicates:
    """The list of groups, and one group."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs = CorpusRuns(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>/duplicates``: the largest first."""
        run = await asyncio.to_thread(self._run, visit)
        number = visit.request.query_params.get("page", "")
        here = max(1, int(number)) if number.isdecimal() and number.isascii() and len(number) < 6 else 1

        async def page() -> Response:
            found = await asyncio.to_thread(lambda: Files.of(run).clusters((here - 1) * _A_PAGE, _A_PAGE))
            return self._desk.render(
                visit,
                "corpus/duplicates.html",
                run=run,
                clusters=found.clusters,
                total=found.total,
                alike=share_text,
                newer=f"?page={here - 1}" if here > 1 else None,
                older=f"?page={here + 1}" if here * _A_PAGE < found.total else None,
            )

        return await shown(self._desk, visit, run, page)

    async def one(self, visit: Visit) -> Response:
        """``GET …/duplicates/<group>``: its members, without their texts."""
        return await self._page(visit)

    async def texts(self, visit: Visit) -> Response:
        """``POST …/duplicates/<group>``: the keeper and one member side by side; that they were read is put on record."""
        run = await asyncio.to_thread(self._run, visit)
        member = visit.form.get("member", "")[:64]
        await visit.log("corpus.text_opened", member or _cluster(visit), run=run.id, cluster=_cluster(visit)[:64])
        return await self._page(visit, member)

    def _run(self, visit: Visit) -> CorpusRun:
        return self._runs.get(visit.request.path_params["run"], tenant=self._desk.settings.tenant)

    async def _page(self, visit: Visit, member: str = "") -> Response:
        run = await asyncio.to_thread(self._run, visit)

        def look() -> dict[str, Any]:
            files = Files.of(run)
            members = files.members(_cluster(visit), _MOST_MEMBERS)
            if not members:
                raise NotFound("BL-CORPUS-099", "there is no such group in this inspection", "take it from the list of groups")
            keeper = members[0]
            other = next((each for each in members[1:] if each.doc_id == member), None)
            compared = compare(_text(files, keeper), _text(files, other)) if other else None
            return {"members": members, "keeper": keeper, "other": other, "compared": compared}

        async def page() -> Response:
            told = await asyncio.to_thread(look)
            home = f"/console/corpus/runs/{run.id}/duplicates/{_cluster(visit)}" if visit.request.method == "POST" else ""
            return self._desk.render(
                visit,
                "corpus/duplicate.html",
                home=home,
                words=words,
                run=run,
                alike=share_text,
                may_read=visit.can(Permission.TEXTS_READ),
                **told,
            )

        return await shown(self._desk, visit, run, page)


def _text(files: Files, member: Member) -> str:
    return files.text(files.shard(member.shard), member.row)


def _cluster(visit: Visit) -> str:
    return str(visit.request.path_params["cluster"])
