"""The report of an inspection: read here, compared with an earlier one, taken away in every form, proved by the ledger.

All forms are drawn from the canonical document that was signed, so no file of the run is needed and none can say anything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from brightline.corpus.errors import CorpusError, NotInstalled
from brightline.corpus.reporting import FILES, Report, diff
from brightline.corpus.reporting.outline import Bars, Columns, Outline, State
from brightline.corpus.reporting.sections import outline_of
from brightline.corpus.reporting.words import Lang
from brightline.errors import NotFound
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.frame.charts import Bar, Drawing, Series, bar_list, stacked_bars
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.store import CorpusReport, CorpusReports, CorpusRuns

__all__ = ["Reports"]

_TREND = 8  # earlier reports in a trend; own choice: what can be told apart side by side
_MOST_CHANGES = 400  # lines of a comparison that a page shows; the JSON has all
_STATES = {"met": "ok", "not_met": "bad", "not_shown": "wait", "keep": "ok", "redact": "warn", "drop": "bad", "quarantine": "wait"}
_COLORS = {"c-keep": "c-allow", "c-redact": "c-rewrite", "c-drop": "c-refuse", "c-quarantine": "c-review"}
"""The console's colours of the same meaning; the plain ones are the same."""

_FORMS = {
    "report.json": _("Report, canonical JSON"),
    "report.zh.html": _("Report as a page, Chinese"),
    "report.en.html": _("Report as a page, English"),
    "report.zh.pdf": _("Report as PDF, Chinese"),
    "report.en.pdf": _("Report as PDF, English"),
    "datacard.zh.md": _("Data card, Chinese"),
    "datacard.en.md": _("Data card, English"),
    "croissant.json": _("Croissant with RAI"),
    "ml-bom.json": _("CycloneDX ML-BOM"),
    "public-summary.zh.md": _("Public summary, Chinese"),
    "public-summary.en.md": _("Public summary, English"),
}


class Reports:
    """The report of one run, what changed since another, and its files."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reports = CorpusReports(desk.store.database)
        self._runs = CorpusRuns(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>/report``: the newest report of the run."""
        return self._desk.render(visit, "corpus/report.html", **await asyncio.to_thread(self._sheet, visit))

    async def changes(self, visit: Visit) -> Response:
        """``GET /console/corpus/reports/<id>/changes``: what is different from the report before it, or from ``?since=``."""
        return self._desk.render(visit, "corpus/report_changes.html", **await asyncio.to_thread(self._changed, visit))

    async def file(self, visit: Visit) -> Response:
        """``GET /console/corpus/reports/<id>/<name>``: one form of it. Pages are shown, all else is downloaded."""
        name = visit.request.path_params["name"]
        if name not in FILES:
            raise NotFound("BL-CORPUS-074", "a report has no such file", f"one of: {', '.join(FILES)}")
        try:
            body = await asyncio.to_thread(self._form, visit.request.path_params["report"], name)
        except CorpusError as problem:  # paper needs what may be missing here: the extra, a Chinese typeface
            return self._desk.render(visit, "corpus/not_here.html", status=503, home="/console/corpus", problem=problem)
        headers = security_headers(page=False) | {"Cache-Control": "no-store"}
        if FILES[name] == "text/html":
            headers["Content-Security-Policy"] = _page_policy()
            return Response(body, media_type="text/html; charset=utf-8", headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="brightline-{name}"'
        return Response(body, media_type=FILES[name], headers=headers)

    # Within

    @property
    def _tenant(self) -> str:
        return self._desk.settings.tenant

    def _report(self, stored: CorpusReport) -> Report:
        return Report.parse(self._reports.canonical(stored.id, tenant=self._tenant))

    def _earlier(self, stored: CorpusReport) -> list[Report]:
        return [self._report(each) for each in self._reports.earlier(stored, limit=_TREND)]

    def _sheet(self, visit: Visit) -> dict[str, Any]:
        run = self._runs.get(visit.request.path_params["run"], tenant=self._tenant)
        signed = self._reports.of_run(run.id, tenant=self._tenant)
        if not signed:
            return {"run": run, "stored": None, "outline": None}
        stored = signed[0]
        earlier = self._reports.earlier(stored, limit=_TREND)
        report = self._report(stored)
        outline = outline_of(report, _lang(visit), [self._report(each) for each in earlier])
        return {
            "run": run,
            "stored": stored,
            "outline": outline,
            "before": earlier[-1] if earlier else None,
            "signature": self._reports.verify(report.canonical, tenant=self._tenant),
            "forms": _FORMS,
            **_drawing(outline),
        }

    def _changed(self, visit: Visit) -> dict[str, Any]:
        stored = self._reports.get(visit.request.path_params["report"], tenant=self._tenant)
        since = visit.request.query_params.get("since", "")
        others = self._reports.page(corpus=stored.corpus, tenant=self._tenant)
        if since:
            before: CorpusReport | None = self._reports.get(since, tenant=self._tenant)
        else:
            earlier = self._reports.earlier(stored, limit=1)  # of another run; else the one before it of the same
            same = (other for other in others if (other.made_at, other.id) < (stored.made_at, stored.id))
            before = earlier[-1] if earlier else next(same, None)
        difference = diff(self._report(before), self._report(stored)) if before else None
        lines = difference.text(_lang(visit)).splitlines() if difference else []
        return {
            "run": self._runs.get(stored.run, tenant=self._tenant),
            "stored": stored,
            "before": before,
            "others": [other for other in others if other.id != stored.id],
            "difference": difference,
            "lines": lines[:_MOST_CHANGES],
            "left_out": max(0, len(lines) - _MOST_CHANGES),
        }

    def _form(self, report_id: str, name: str) -> bytes:
        stored = self._reports.get(report_id, tenant=self._tenant)
        if name == "report.json":
            return self._reports.canonical(stored.id, tenant=self._tenant)
        lang: Lang = "en" if ".en." in name else "zh"
        written = _writer(name)(self._report(stored), lang, self._earlier(stored))
        return written.encode() if isinstance(written, str) else written


def _lang(visit: Visit) -> Lang:
    return "en" if visit.lang == "en" else "zh"


def _writer(name: str) -> Callable[[Report, Lang, list[Report]], str | bytes]:
    """Who draws a form. Imported on use: each is needed rarely, and paper needs what may not be installed."""
    kind = name.partition(".")[0]
    if name.endswith(".pdf"):
        try:
            from brightline.corpus.reporting import pdf
        except ImportError as problem:
            raise NotInstalled(missing=problem.name or "") from None
        return pdf.render
    if kind == "report":
        from brightline.corpus.reporting import html

        return html.render
    if kind == "datacard":
        from brightline.corpus.reporting.data_card import data_card

        return lambda report, lang, _earlier: data_card(report, lang)
    if kind == "croissant":
        from brightline.corpus.reporting.croissant import croissant

        return lambda report, _lang, _earlier: croissant(report)
    if kind == "ml-bom":
        from brightline.corpus.reporting.ml_bom import ml_bom

        return lambda report, _lang, _earlier: ml_bom(report)
    from brightline.corpus.reporting.public_summary import public_summary

    return lambda report, lang, _earlier: public_summary(report, lang)


def _page_policy() -> str:
    from brightline.corpus.reporting.html import content_security_policy

    return f"{content_security_policy()}; frame-ancestors 'none'; sandbox"


def _drawing(outline: Outline) -> dict[str, Any]:
    """How the template tells blocks apart, and plots drawn by the console's own hand."""
    drawings: dict[int, Drawing] = {
        id(block): _drawn(block) for section in outline.sections for block in section.blocks if isinstance(block, (Bars, Columns))
    }
    return {
        "kind_of": lambda block: type(block).__name__,
        "drawing_of": lambda block: drawings[id(block)],
        "is_state": lambda cell: isinstance(cell, State),
        "layers_of": lambda block: [(name, _COLORS.get(color, color)) for name, color, _values in block.layers],
        "sign_of": lambda state: _STATES.get(state.kind, "off"),
    }


def _drawn(block: Bars | Columns) -> Drawing:
    if isinstance(block, Bars):
        color = _COLORS.get(block.color, block.color)
        bars = [Bar(name, value, color, note="" if shown == f"{value:,}" else shown) for name, value, shown in block.rows]
        return bar_list(bars, label=block.caption, columns=block.columns)
    series = [Series(name, _COLORS.get(color, color), values) for name, color, values in block.layers]
    return stacked_bars(block.names, series, label=block.caption, first_column=block.first_column)
