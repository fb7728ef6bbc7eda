"""Samples: what was drawn, how far people are, how they agree, and the end of it, with what it proves and what it does not."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.responses import Response

from brightline.corpus.sampling import Desk as SamplingDesk
from brightline.corpus.sampling import Plan
from brightline.curation.keys import CorpusKey
from brightline.errors import BrightlineError
from brightline.server.console.corpus import words
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.store import CorpusRuns, CorpusSamples, Cursor, StoredSample

__all__ = ["Samples", "names_of"]

_A_PAGE = 50
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9a-f-]{36})", re.ASCII)


class Samples:
    """The list of samples, and the page of one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._samples = CorpusSamples(desk.store.database)
        self._runs = CorpusRuns(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/samples``: all of them, newest first."""
        return self._desk.render(visit, "corpus/samples.html", words=words, run=None, **await asyncio.to_thread(self._listed, visit, None))

    async def of_run(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>/samples``: those of one inspection."""

        def look() -> dict[str, Any]:
            run = self._runs.get(visit.request.path_params["run"], tenant=self._tenant)
            return {"run": run} | self._listed(visit, run.id)

        return self._desk.render(visit, "corpus/samples.html", words=words, **await asyncio.to_thread(look))

    async def one(self, visit: Visit) -> Response:
        """``GET /console/corpus/samples/<id>``."""
        return await self._page(visit)

    async def close(self, visit: Visit) -> Response:
        """``POST /console/corpus/samples/<id>/close``: the verdict stands, the texts are emptied, the seed is published."""
        sample_id = visit.request.path_params["sample"]

        def end() -> None:
            sample = self._samples.get(sample_id, tenant=self._tenant)
            key_hex = CorpusKey.of(self._desk.settings).sampling  # the seed is published with the result
            sampling = SamplingDesk(self._desk.store.database, key_hex=key_hex, tenant=self._tenant)
            sampling.close(sample.id, visit.who.id, partial=visit.form.get("partial") == "yes")

        try:
            await asyncio.to_thread(end)
        except BrightlineError as problem:
            return await self._page(visit, problem=problem)
        return self._desk.redirect(visit, f"/console/corpus/samples/{sample_id}", said=_("The sample is closed. Its texts are deleted."))

    @property
    def _tenant(self) -> str:
        return self._desk.settings.tenant

    def _listed(self, visit: Visit, run: str | None) -> dict[str, Any]:
        found = _PLACE.fullmatch(visit.request.query_params.get("after", ""))
        after = Cursor(int(found[1]), found[2]) if found else None
        rows = self._samples.page(run=run, after=after, limit=_A_PAGE + 1, tenant=self._tenant)
        shown = rows[:_A_PAGE]
        desk = SamplingDesk(self._desk.store.database, tenant=self._tenant)
        corpora = {row.run: self._runs.get(row.run, tenant=self._tenant).corpus for row in shown}
        return {
            "rows": shown,
            "progress": {row.id: desk.progress(row.id) for row in shown if row.status == "open"},
            "corpora": corpora,
            "paged": after is not None,
            "older": f"?after={shown[-1].made_at}.{shown[-1].id}" if len(rows) > len(shown) else None,
        }

    async def _page(self, visit: Visit, *, problem: BrightlineError | None = None) -> Response:
        values = await asyncio.to_thread(self._sheet, visit.request.path_params["sample"], visit.who.id)
        return self._desk.render(
            visit,
            "corpus/sample.html",
            status=problem.http_status if problem else 200,
            home=f"/console/corpus/samples/{values['sample'].id}" if problem else "",
            words=words,
            problem=problem,
            may_review=visit.can(Permission.CORPUS_REVIEW),
            may_close=visit.can(Permission.CORPUS_DECIDE),
            **values,
        )

    def _sheet(self, sample_id: str, person: str) -> dict[str, Any]:
        sample = self._samples.get(sample_id, tenant=self._tenant)
        desk = SamplingDesk(self._desk.store.database, tenant=self._tenant)
        return {
            "sample": sample,
            "run": self._runs.get(sample.run, tenant=self._tenant),
            "plan": Plan.from_document(sample.plan),
            "progress": desk.progress(sample.id),
            "blind": desk.is_blind(sample.id, person),
            "agreement": desk.agreement(sample.id),
            "reviewers": desk.reviewers(sample.id),
            "outcome": outcome_of(desk, sample),
            "people": names_of(self._desk),
        }


def outcome_of(desk: SamplingDesk, sample: StoredSample) -> dict[str, Any]:
    """What the sample says: as it was closed, or as it would be closed now."""
    return sample.outcome if sample.status == "closed" else desk.preview(sample.id).to_document()


def names_of(desk: Desk) -> dict[str, str]:
    """User ids → names, for whoever reads who answered."""
    return {user.id: user.display_name or user.name for user in desk.store.users.list(desk.settings.tenant)}
