"""The list itself: a page of decisions, more of them while a search goes on, those that came since, and what to type into a field.

Pages are cut by key in both directions, so that rows that come or go never shift them. A search has a budget; where that ends
before the page is full, the page says how far back it has looked and goes on from there.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import RedirectResponse, Response

from brightline.errors import NotFound
from brightline.model import Door, Outcome
from brightline.server.console.decisions.backwards import page_before
from brightline.server.console.decisions.conditions import FLAGGED, Conditions, Fault, conditions_of
from brightline.server.console.decisions.counting import Count, count_of
from brightline.server.console.decisions.rows import Row, row_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.naming import goal_name, goal_names
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.store import Cursor, DecisionFilter, Found, SavedView, StoredDecision, Unreadable

__all__ = ["HOME", "Listing", "read_conditions"]

HOME = "/console/decisions"

_BUDGET_MS = 80.0  # of the 100 ms that a page may take (issue 3)
_MOST_NEWS = 50
_MODELS_OF_US = 30 * 86_400 * 1_000_000  # the models of the last month are offered
_NOT_CONDITIONS = ("than", "left", "undo")

_TABS = (
    ("", _("All")),
    ("outcome=flagged", _("Not simply allowed")),
    ("outcome=refuse,block", _("Refused or blocked")),
    ("outcome=review", _("For a person")),
    ("gaps=yes", _("Not fully inspected")),
)
_LAST = ("1h", "today", "24h", "7d", "30d")


class Piece(NamedTuple):
    """A piece of a sentence: words, or the name of the control that stands there."""

    text: str
    slot: str = ""


class Tab(NamedTuple):
    """A view above the list."""

    href: str
    name: str
    current: bool
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a page ends: ``full``; ``whole``: nothing lies behind; ``searching``: all back to ``to`` is looked through, ``on`` goes on."""

    state: Literal["full", "whole", "searching"]
    to: int | None = None
    on: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    rows: list[Row]
    reach: Reach
    newer: str | None
    older: str | None
    count: Count
    tail: int
    views: list[SavedView]


def read_conditions(visit: Visit, query: str | None = None) -> Conditions:
    """The conditions of this request's address, or of a query that came otherwise, for this reader.

    Whoever may not read texts may not look for one either: what is found would tell what stands there.
    """
    if query is None:
        pairs = [(name, value) for name, value in visit.request.query_params.multi_items() if name not in _NOT_CONDITIONS]
        query = urlencode(pairs)
    conditions = conditions_of(query, visit.clock, visit.desk.service)
    if "text" in conditions.values and not visit.can(Permission.TEXTS_READ):
        text = _("Your role does not read texts, so it cannot look for one.")
        fault = Fault("text", "BL-ACCESS-041", text, _("Remove this condition."))
        conditions = replace(conditions, faults={**conditions.faults, "text": fault})
    return conditions


def sentence(pattern: str) -> list[Piece]:
    """Cut ``Decisions of {type} under {rule}`` at its slots, so that each language has its own order of words.

    Punctuation that follows a control stays with it (``text`` beside ``slot``), so that no line begins with a comma.
    """
    pieces: list[Piece] = []
    for place, part in enumerate(re.split(r"\{([a-z]+)\}", pattern)):
        if place % 2:
            pieces.append(Piece("", part))
            continue
        rest = part.lstrip("，、。；,.;") if pieces else part
        if rest != part:
            pieces[-1] = Piece(part[: len(part) - len(rest)], pieces[-1].slot)
        if rest:
            pieces.append(Piece(rest))
    return pieces


class Listing:
    """The doors of the list."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, visit: Visit) -> Response:
        """``GET /console/decisions``."""
        conditions = read_conditions(visit)
        if conditions.faults:
            views = await asyncio.to_thread(self._desk.store.views.visible_to, visit.who.id)
            return self._render(visit, conditions, None, views)
        if visit.request.url.query and (there := _moved(visit, conditions)):
            return there
        page = await asyncio.to_thread(self._page, visit, conditions)
        if page is None:
            return _to(conditions.at())
        await self._opened(visit, page.rows)
        return self._render(visit, conditions, page, page.views)

    async def more(self, visit: Visit) -> Response:
        """``GET /console/decisions/more``: the next rows (``left`` of them) of a search that goes on, as a fragment."""
        conditions = self._usable(visit)
        left = visit.request.query_params.get("left", "")
        limit = int(left) if _COUNT.fullmatch(left) and int(left) <= conditions.rows else conditions.rows
        found = await asyncio.to_thread(
            self._desk.store.search, self._wanted(conditions), after=conditions.after, limit=limit, budget_ms=_BUDGET_MS
        )
        rows = self._rows(visit, conditions, found.rows)
        await self._opened(visit, rows)
        reach = _reach(conditions, found, limit)
        older = conditions.at(after=found.next) if reach.state == "full" and found.next else ""
        return self._desk.render(visit, "decisions/more.html", rows=rows, reach=reach, older=older, conditions=conditions)

    async def news(self, visit: Visit) -> Response:
        """``GET /console/decisions/news``: what got its place in the ledger since ``than``; 204 where there is nothing."""
        conditions = self._usable(visit)
        than = visit.request.query_params.get("than", "")
        if not than.isascii() or not than.isdecimal() or len(than) > 18:
            raise NotFound("BL-INPUT-768", "there is nothing to go on from", "reload the page")
        news = await asyncio.to_thread(self._desk.store.newer, self._wanted(conditions), int(than), limit=_MOST_NEWS)
        headers = {"Brightline-Position": str(news.position)}
        if not news.rows:
            return Response(status_code=204, headers=security_headers(page=False) | headers | {"Cache-Control": "no-store"})
        rows = self._rows(visit, conditions, news.rows)
        await self._opened(visit, rows)
        return self._desk.render(visit, "decisions/news.html", headers=headers, rows=rows, conditions=conditions, more=news.more)

    async def suggest(self, visit: Visit) -> Response:
        """``GET /console/decisions/suggestions/{of}``: the options of a field, as a fragment."""
        of = visit.request.path_params["of"]
        if of not in ("rule", "goal", "model", "key"):
            raise NotFound("BL-INPUT-404", "there are no suggestions for this field")
        options = await asyncio.to_thread(self._options, visit, of)
        return self._desk.render(visit, "decisions/suggestions.html", options=options)

    # Looking

    def _usable(self, visit: Visit) -> Conditions:
        """The conditions of a fragment. Only a page without faults asks for one."""
        conditions = read_conditions(visit)
        if conditions.faults:
            raise NotFound("BL-INPUT-768", "there is nothing to go on from", "reload the page")
        return conditions

    def _wanted(self, conditions: Conditions) -> DecisionFilter:
        return conditions.filter(self._desk.settings.tenant)

    def _page(self, visit: Visit, conditions: Conditions) -> _Page | None:
        """The page; None where it would be the first one, cut short."""
        store, wanted = self._desk.store, self._wanted(conditions)
        tail = store.tail()
        newer: Cursor | None
        older: Cursor | None
        if conditions.before is not None:
            found = page_before(store, wanted, conditions.before, limit=conditions.rows, budget_ms=_BUDGET_MS)
            if found.complete:
                return None
            newer = found.next
            older = Cursor.after(found.rows[-1]) if found.rows else conditions.before
            reach = (
                Reach("full") if len(found.rows) == conditions.rows else Reach("searching", found.searched_to, conditions.at(before=newer))
            )
        else:
            found = store.search(wanted, after=conditions.after, limit=conditions.rows, budget_ms=_BUDGET_MS)
            reach = _reach(conditions, found, conditions.rows)
            newer = conditions.after and (Cursor.after(found.rows[0]) if found.rows else conditions.after)
            older = found.next if reach.state == "full" else None
        return _Page(
            self._rows(visit, conditions, found.rows),
            reach,
            None if newer is None else conditions.at(before=newer),
            None if older is None else conditions.at(after=older),
            count_of(store, conditions, wanted, found),
            tail,
            store.views.visible_to(visit.who.id),
        )

    def _rows(self, visit: Visit, conditions: Conditions, stored: Iterable[StoredDecision | Unreadable]) -> list[Row]:
        reads, sought = visit.can(Permission.TEXTS_READ), conditions.values.get("text")
        return [row_of(each, self._desk.service, visit.lang, reader=visit.who, reads_texts=reads, sought=sought) for each in stored]

    async def _opened(self, visit: Visit, rows: Sequence[Row]) -> None:
        """Put on record whose sensitive texts a reader sees who has chosen not to have them folded."""
        opened = [row.id for row in rows if row.is_sensitive and row.line.state == "shown"]
        if opened:
            await visit.log("decision.opened", "the list of decisions", decisions=opened)

    # Showing

    def _render(self, visit: Visit, conditions: Conditions, page: _Page | None, views: Sequence[SavedView]) -> Response:
        return self._desk.render(
            visit,
            "decisions/list.html",
            status=200 if page else 400,
            page=page,
            sentence=sentence,
            tabs=_tabs(visit, conditions, views),
            outcomes=[outcome.value for outcome in Outcome],
            doors=[door.value for door in Door],
            stretches=[*_LAST, *({conditions.values.get("last", "")} - {"", *_LAST})],
            follows=page is not None and not conditions.after and not conditions.before and "until" not in conditions.values,
            back=quote(conditions.query, safe=""),
            **self.told(visit, conditions),
        )

    def told(self, visit: Visit, conditions: Conditions) -> dict[str, Any]:
        """What a template needs to say conditions in words."""
        bases = self._desk.rulebook.bases.values()
        return {
            "conditions": conditions,
            "types": [(str(base.problem_type), base.title_en if visit.lang == "en" else base.title_zh) for base in bases],
            "chosen_outcomes": _chosen_outcomes(conditions),
            "citation": self._citation(visit, conditions),
            "goal_words": self._goal_words(visit, conditions),
        }

    def count(self, conditions: Conditions, limit: int, budget_ms: float) -> Count:
        """How many decisions fit: from the tallies, else up to ``limit`` one by one."""
        wanted = self._wanted(conditions)
        found = self._desk.store.search(wanted, limit=limit, budget_ms=budget_ms)
        return count_of(self._desk.store, replace(conditions, after=None, before=None), wanted, found)

    def _citation(self, visit: Visit, conditions: Conditions) -> str:
        rule = conditions.values.get("rule", "")
        return self._desk.rulebook.citation(rule, visit.lang) if rule in self._desk.rulebook else rule

    def _goal_words(self, visit: Visit, conditions: Conditions) -> str:
        goal = conditions.values.get("goal", "")
        return goal_name(self._desk.service.pipeline, goal, visit.lang) or goal

    def _options(self, visit: Visit, of: str) -> list[tuple[str, str]]:
        if of == "rule":
            return [(each, self._desk.rulebook.citation(each, visit.lang)) for each in self._desk.rulebook.rules]
        if of == "goal":
            return [(each, name.of(visit.lang)) for each, name in goal_names(self._desk.service.pipeline).items()]
        tenant = self._desk.settings.tenant
        if of == "model":
            now = time.time_ns() // 1000
            return [
                (name, "") for name in self._desk.store.tallies.totals("model", now - _MODELS_OF_US, now, tenant=tenant).by_value() if name
            ]
        if not visit.can(Permission.KEYS_READ):
            return []
        return [(key.id, key.name) for key in self._desk.store.keys.list(tenant)]


def _reach(conditions: Conditions, found: Found, limit: int) -> Reach:
    if found.complete:
        return Reach("whole")
    if len(found.rows) >= limit or found.next is None:
        return Reach("full")
    return Reach("searching", found.searched_to, conditions.at(after=found.next))


def _tabs(visit: Visit, conditions: Conditions, views: Sequence[SavedView]) -> list[Tab]:
    query = "" if conditions.faults else conditions.query
    tabs = [Tab(_href(each), visit.text(name), each == query and not conditions.faults) for each, name in _TABS]
    return tabs + [Tab(_href(view.query), view.name, view.query == query, view.user_id != visit.who.id) for view in views]


def _href(query: str) -> str:
    return f"{HOME}?{query}" if query else HOME


def _chosen_outcomes(conditions: Conditions) -> list[str]:
    written = set(conditions.values.get("outcome", "").split(","))
    if FLAGGED in written:
        written |= {outcome.value for outcome in Outcome if outcome is not Outcome.ALLOW}
    return [outcome.value for outcome in Outcome if outcome.value in written]


def _moved(visit: Visit, conditions: Conditions) -> Response | None:
    """To the one address of these conditions, where the request came by another way of writing it."""
    kept = [(name, visit.request.query_params[name]) for name in ("lang", "theme", "undo") if name in visit.request.query_params]
    own = "&".join(piece for piece in (conditions.address_query, urlencode(kept)) if piece)
    given = [(name, value) for name, value in visit.request.query_params.multi_items() if (name, value) not in kept]
    is_own = given == parse_qsl(conditions.address_query, keep_blank_values=True) and not _AS_FORMS_WRITE.search(visit.request.url.query)
    return None if is_own else _to(own)


_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_AS_FORMS_WRITE = re.compile(r"%2C|%3A|\+", re.IGNORECASE)  # of ``,``, ``:`` and blanks, which our own addresses write otherwise


def _to(query: str) -> Response:
    headers = security_headers(page=False) | {"Cache-Control": "no-store"}
    return RedirectResponse(_href(query), 303, headers=headers)
