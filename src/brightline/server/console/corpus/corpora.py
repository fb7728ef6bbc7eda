"""Corpora and their inspections: what is being done, how far it is, what came of it, and what is overdue."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from starlette.responses import Response

from brightline.corpus.annotators.risks import Risk, uncovered
from brightline.corpus.reporting.uncovered import uncovered_risks
from brightline.corpus.sampling import Due
from brightline.server.console.corpus import words
from brightline.server.console.corpus.figures import STAGES, Progress, StageFigures, figures_of, progress_of
from brightline.server.console.corpus.overdue import overdue_of
from brightline.server.console.desk import Desk, Visit
from brightline.store import CorpusRun, CorpusRuns, CorpusSamples, CorpusShard

__all__ = ["Corpora"]

_A_PAGE = 50
_MOST_GROUPED = 500  # the newest runs among which corpora are looked for; own choice: a daily run of each of 70 for a week
_MOST_SAMPLES = 20  # of one run; own choice: nobody draws more
_MOST_QUARANTINED = 100  # shards that one page names; own choice
_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus with its newest run, and why it is due, if it is."""

    name: str
    newest: CorpusRun
    runs: int
    due: Due | None
    outcome: dict[str, Any] | None
    """What the newest closed sample of what its newest run keeps says; None where people have not looked yet."""

    def counted(self, stage: str, *names: str) -> int | None:
        """What its newest run counted in a stage, summed; None where the stage has not ended."""
        figures = self.newest.figures.get(stage)
        return None if figures is None else sum(int(figures.get(name, 0)) for name in names)


@dataclass(frozen=True, slots=True)
class RunSheet:
    """Everything that the page of one run shows."""

    run: CorpusRun
    stages: tuple[Progress, ...]
    figures: list[StageFigures]
    quarantined: tuple[tuple[str, CorpusShard], ...]

    @property
    def is_live(self) -> bool:
        """True while somebody works on it: then the page renews itself."""
        return self.run.status == "running"


def _unlooked(run: CorpusRun) -> list[Risk]:
    """The risks of the standard's Annex A for which none of the run's kernels has a rule."""
    kernels = run.plan.get("kernels") or [name for name in run.versions if name != "code"]
    return uncovered_risks(kernels, models=bool(run.plan.get("models")))


class Corpora:
    """The first page of the room, and the page of one run."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs = CorpusRuns(desk.store.database)
        self._samples = CorpusSamples(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus``: corpora, then their runs, newest first."""
        after = visit.request.query_params.get("after", "")
        return self._desk.render(
            visit, "corpus/corpora.html", words=words, **await asyncio.to_thread(self._listed, after if _ID.fullmatch(after) else "")
        )

    async def part(self, visit: Visit) -> Response:
        """``GET /console/corpus/part``: the lists, which renew themselves while something runs."""
        return self._desk.render(visit, "corpus/corpora_part.html", words=words, **await asyncio.to_thread(self._listed, ""))

    async def run(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>``."""
        return await self._one(visit, "corpus/run.html")

    async def run_part(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>/part``: its progress."""
        return await self._one(visit, "corpus/run_part.html")

    async def _one(self, visit: Visit, template: str) -> Response:
        sheet = await asyncio.to_thread(self._sheet, visit.request.path_params["run"])
        return self._desk.render(visit, template, words=words, sheet=sheet, run=sheet.run, unlooked=_unlooked(sheet.run))

    def _listed(self, after: str) -> dict[str, Any]:
        tenant = self._desk.settings.tenant
        rows = self._runs.page(tenant=tenant, after=after, limit=_A_PAGE + 1)
        due = overdue_of(self._desk.store, tenant)
        shown = rows[:_A_PAGE]
        return {
            "corpora": [] if after else self._grouped(tenant, due),
            "due": due,
            "unlooked": uncovered(),
            "runs": shown,
            "paged": bool(after),
            "older": f"/console/corpus?after={shown[-1].id}" if len(rows) > len(shown) else None,
            "progress": {run.id: progress_of(run.stage, self._runs.counts(run.id, run.stage)) for run in shown if run.status == "running"},
        }

    def _grouped(self, tenant: str, due: list[Due]) -> list[Corpus]:
        late = {one.corpus: one for one in due}
        grouped: dict[str, list[CorpusRun]] = {}
        for run in self._runs.page(tenant=tenant, limit=_MOST_GROUPED):
            grouped.setdefault(run.corpus, []).append(run)
        return [Corpus(name, runs[0], len(runs), late.get(name), self._outcome(runs[0])) for name, runs in sorted(grouped.items())]

    def _outcome(self, run: CorpusRun) -> dict[str, Any] | None:
        closed = self._samples.page(run=run.id, status="closed", limit=_MOST_SAMPLES, tenant=run.tenant)
        return next((each.outcome for each in closed if each.kind == "human" and each.plan.get("population") == "kept"), None)

    def _sheet(self, run_id: str) -> RunSheet:
        run = self._runs.get(run_id, tenant=self._desk.settings.tenant)
        counted = [(stage, self._runs.counts(run.id, stage)) for stage in STAGES]
        lost = [
            (stage, shard)
            for stage, counts in counted
            if counts.get("quarantined")
            for shard in islice(self._runs.shards(run.id, stage, status="quarantined"), _MOST_QUARANTINED)
        ]
        stages = tuple(
            progress_of(stage, counts or ({"done": 1} if stage in run.figures else {}))  # a stage that does not go by shards
            for stage, counts in counted
            if counts or stage == run.stage or stage in run.figures
        )
        return RunSheet(run, stages, figures_of(run), tuple(lost[:_MOST_QUARANTINED]))
