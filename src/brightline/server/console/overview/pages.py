"""The overview's addresses: the page, the parts of it that renew themselves, the charts' data, and files."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.responses import Response

from brightline.errors import InputError, NotFound, StoreError
from brightline.model import Outcome
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.overview import files
from brightline.server.console.overview.breakdowns import breakdown_of, breakdowns_of, list_address, rows_for_file
from brightline.server.console.overview.drawing import drawn
from brightline.server.console.overview.figures import figures_of
from brightline.server.console.overview.labels import local_input, step_names, stretch_name, zone_name
from brightline.server.console.overview.period import Period, period_of
from brightline.server.console.overview.picture import BREAKDOWNS, Picture, Shared, read_picture
from brightline.server.console.overview.series import CHARTS, OUTCOMES, Chart, chart_of, charts_of, json_of, table_of
from brightline.server.console.overview.standing import Standing, read_standing
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.server.face.catalogue import catalogue

__all__ = ["Overview"]

_LAST_NAMES = {"1h": _("1 hour"), "6h": _("6 hours"), "24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}


class Overview:
    """The endpoints. Pictures and the standing are shared by everybody who looks within a second and a half."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pictures: Shared[Picture] = Shared()
        self._standings: Shared[Standing] = Shared()

    async def show(self, visit: Visit) -> Response:
        """``GET /console``: everything, complete without scripts. An unusable range is said, beside the last 24 hours."""
        asked = _asked(visit)
        problem: InputError | None = None
        try:
            period = period_of(asked, visit.zone)
        except InputError as unusable:
            problem, period = unusable, period_of({}, visit.zone)
        standing = await self._standing()
        values: dict[str, Any] = {
            "standing": standing,
            "period": period,
            "asked": asked,
            "problem": problem,
            "lasts": _LAST_NAMES,
            "key_file": shlex.quote(str(self._desk.settings.home / "keys" / "client.key")),
        }
        try:
            picture = await self._picture(period)
        except StoreError as unreadable:
            return self._desk.render(
                visit, "overview/page.html", status=503, unreadable=unreadable, picture=None, **values, **self._times(visit, period)
            )
        values |= (
            self._figures(visit, picture) | self._charts(visit, picture) | self._breakdowns(visit, picture) | self._times(visit, period)
        )
        return self._desk.render(visit, "overview/page.html", status=400 if problem else 200, unreadable=None, picture=picture, **values)

    async def show_standing(self, visit: Visit) -> Response:
        """``GET /console/overview/standing``: the first line and the signs, anew."""
        return self._desk.render(visit, "overview/standing.html", standing=await self._standing())

    async def show_figures(self, visit: Visit) -> Response:
        """``GET /console/overview/figures``: the figures on top. 204 where ``seen`` is still what there is."""
        return await self._fragment(visit, "overview/figures.html", self._figures)

    async def show_breakdowns(self, visit: Visit) -> Response:
        """``GET /console/overview/breakdowns``: the lists by type, rule, goal, door and model. 204 as above."""
        return await self._fragment(visit, "overview/breakdowns.html", self._breakdowns)

    async def show_table(self, visit: Visit) -> Response:
        """``GET /console/overview/table``: the rows of one chart's table, for a table that stands open."""
        picture = await self._picture(period_of(_asked(visit), visit.zone))
        name = _named(visit, CHARTS)
        return self._desk.render(visit, "overview/table.html", drawing=self._table(visit, chart_of(picture, name), picture))

    async def give_series(self, visit: Visit) -> Response:
        """``GET /console/overview.json``: the charts' numbers, with ``from`` only those of late steps. 304 where the tag is known."""
        picture = await self._picture(period_of(_asked(visit), visit.zone))
        tag = f'"{picture.tag}"'
        headers = security_headers(page=False) | {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
        if visit.request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        start = visit.request.query_params.get("from", "0")
        if not start.isascii() or not start.isdecimal() or len(start) > 12:
            raise InputError("BL-INPUT-741", "`from` is no time", "give seconds since 1970")
        return Response(orjson.dumps(json_of(picture, int(start))), headers=headers, media_type="application/json")

    async def give_file(self, visit: Visit) -> Response:
        """``GET /console/overview.csv?chart=…``: the numbers of one chart or list."""
        name = _named(visit, (*CHARTS, *BREAKDOWNS))
        picture = await self._picture(period_of(_asked(visit), visit.zone))
        if name in CHARTS:
            body = files.chart_file(chart_of(picture, name), picture.period)
        else:
            body = files.written(*rows_for_file(breakdown_of(picture, name, self._desk.service, visit.lang, visit.text)))
        headers = security_headers(page=False) | {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="brightline-{name}-{picture.period.file_name}.csv"',
        }
        return Response(body, headers=headers, media_type="text/csv; charset=utf-8")

    async def _fragment(self, visit: Visit, template: str, values: Callable[[Visit, Picture], dict[str, Any]]) -> Response:
        picture = await self._picture(period_of(_asked(visit), visit.zone))
        if visit.request.query_params.get("seen") == picture.tag:
            return Response(status_code=204, headers=security_headers(page=False) | {"Cache-Control": "no-store"})
        return self._desk.render(visit, template, picture=picture, **values(visit, picture))

    async def _picture(self, period: Period) -> Picture:
        return await self._pictures.get(
            (period.key, period.last), lambda: read_picture(self._desk.store, self._desk.settings.tenant, period)
        )

    async def _standing(self) -> Standing:
        return await self._standings.get("", lambda: read_standing(self._desk.service))

    def _figures(self, visit: Visit, picture: Picture) -> dict[str, Any]:
        outcomes = picture.outcomes
        stopped = tuple(outcome for outcome in Outcome if outcome.stops)
        before = stretch_name(*picture.period.before, lang=visit.lang, zone=visit.zone, now=picture.period.now)
        return _words(visit) | {
            "before_said": before,
            "figures": figures_of(picture, visit.text),
            "decided": sum(outcomes.values()),
            "stopped": sum(outcomes.get(outcome, 0) for outcome in stopped),
            "stopped_list": list_address(picture, outcome=",".join(stopped)),
        }

    def _charts(self, visit: Visit, picture: Picture) -> dict[str, Any]:
        charts = charts_of(picture)
        return {
            "charts": [(chart, self._table(visit, chart, picture), drawn(chart, visit.text(chart.title))) for chart in charts],
            "line_name": _namer(visit),
        }

    def _breakdowns(self, visit: Visit, picture: Picture) -> dict[str, Any]:
        return _words(visit) | {"breakdowns": breakdowns_of(picture, self._desk.service, visit.lang, visit.text)}

    def _table(self, visit: Visit, chart: Chart, picture: Picture) -> Any:
        said = _namer(visit)
        unit = " (ms)" if chart.unit == "ms" else ""
        heads = [visit.text(_("Time")), *(said(line) + unit for line in chart.lines), *([visit.text(_("Calls"))] if chart.calls else [])]
        names = step_names(chart.starts, chart.step_s, lang=visit.lang, zone=visit.zone)
        running = visit.text(_("(not over yet)")) if picture.period.running else ""
        return table_of(chart, names, tuple(heads), running)

    def _times(self, visit: Visit, period: Period) -> dict[str, Any]:
        end = min(period.until, period.now)
        return {
            "stretch_said": stretch_name(period.since, end, lang=visit.lang, zone=visit.zone, now=period.now),
            "since_input": local_input(period.since, visit.zone),
            "until_input": local_input(end, visit.zone),
            "now_input": local_input(period.now, visit.zone),
            "zone_said": zone_name(period, visit.zone),
        }


def _asked(visit: Visit) -> Mapping[str, str]:
    """The parts of the address that name a stretch of time."""
    return {name: visit.request.query_params[name] for name in ("last", "since", "until") if name in visit.request.query_params}


def _named(visit: Visit, names: tuple[str, ...]) -> str:
    name = visit.request.query_params.get("chart", "")
    if name not in names:
        raise NotFound("BL-INPUT-744", "there is no chart of that name", f"permitted: {', '.join(names)}")
    return name


def _namer(visit: Visit) -> Any:
    """A function that says a line's name in the reader's language; outcomes have their words from ``marks.html``."""
    messages = catalogue(visit.lang)

    def said(line: Any) -> str:
        return messages.pgettext(line.context, line.name) if line.context else messages.gettext(line.name)

    return said


def _words(visit: Visit) -> dict[str, Any]:
    """The words of outcomes and the form of numbers, made once a page: hundreds of cells use them."""
    messages = catalogue(visit.lang)
    return {"outcome_words": {outcome: messages.pgettext("outcome", word) for outcome, word in OUTCOMES.items()}, "grouped": "{:,}".format}
