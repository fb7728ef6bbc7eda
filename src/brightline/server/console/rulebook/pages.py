"""The pages of the rulebook: browse and search, a rule, a text, a problem type, the goals and one goal."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from brightline.model import Rule
from brightline.pipeline import Pipeline
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.frame.preferences import fold_of
from brightline.server.console.rulebook.fired import NOTHING, FiredCounts
from brightline.server.console.rulebook.listing import Asked, day_of, list_rules
from brightline.server.console.rulebook.overblocking import SHEETS, Sheet, as_csv, overblocking
from brightline.server.console.rulebook.power import power_of
from brightline.server.console.rulebook.shelf import Shelf, shelf_of
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.text import Goal, TextEngine
from brightline.text.goals import Example

__all__ = ["Pages"]

_BUDGETS = {"stop_all": 0.005, "review_all": 0.03}  # of all ordinary texts, by all goals together: issue 4


@dataclass(frozen=True, slots=True)
class Checked:
    """One example of a goal, run now: whether the goal was met, by what, and whether that is as it should be."""

    holds: bool
    evidence: tuple[str, ...]
    exceptions: tuple[str, ...]
    spent_us: float


class Pages:
    """The endpoints of the room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._fired = FiredCounts(desk.store)

    @property
    def _pipeline(self) -> Pipeline:
        return self._desk.service.pipeline  # replaced when rules change

    @property
    def _shelf(self) -> Shelf:
        return shelf_of(self._pipeline)

    async def browse(self, visit: Visit) -> Response:
        """``GET /console/rulebook``: the ways in, or the rules that an address asks for."""
        query = visit.request.query_params
        asked = Asked.of(query, self._shelf)
        day = day_of(query.get("on", ""), _today())
        if asked.empty:
            return await self._render(visit, "rulebook/browse.html", day=day, asked=asked, fired=await self._fired.all("type"))
        listing = await asyncio.to_thread(list_rules, asked, self._shelf, day)
        return await self._render(
            visit,
            "rulebook/list.html",
            day=day,
            asked=listing.asked,
            listing=listing,
            fired=await self._fired.all("rule"),
            fired_goals=await self._fired.all("goal"),
        )

    async def rule(self, visit: Visit) -> Response:
        """``GET /console/rulebook/{rule_id}``. A former id or number leads to the rule of today, which then says so."""
        asked = visit.request.path_params["rule_id"]
        rule = self._shelf.book.get(asked)
        if rule is None:
            return await self._unknown(visit, asked)
        if rule.id != asked:
            return self._desk.redirect(visit, f"{self._shelf.rule_path(rule)}?from={quote(asked[:100], safe='')}")
        goals = self._shelf.goals_of.get(rule.id, ())
        beside = Counter(other.id for goal in goals for other in self._shelf.rules_of(goal) if other is not rule)
        former = visit.request.query_params.get("from", "")
        if self._shelf.book.get(former) is not rule or former == rule.id:
            former = ""
        columns = (visit.text(_("Day")), visit.text(_("Decisions")))
        return await self._render(
            visit,
            "rulebook/rule.html",
            day=_today(),
            rule=rule,
            instrument=self._shelf.book.instruments[rule.instrument],
            former=former,
            left=self._shelf.book.stale(former) if former else None,
            former_ids=self._shelf.book.former_ids(rule.id),
            power=power_of(rule, self._shelf.book, _today(), [rule_id for rule_id, _count in beside.most_common()]),
            goals=goals,
            uses=self._shelf.uses_of.get(rule.id, ()),
            neighbours=self._neighbours(rule),
            mapped_from=[other for other in self._shelf.book.rules.values() if rule.id in other.maps_to],
            fired=await self._fired.one("rule", rule.id),
            fired_goals=await self._fired.all("goal"),
            drawing=await self._fired.drawing("rule", rule.id, visit.zone, visit.text(_("Decisions a day that rest on it")), columns),
        )

    async def text(self, visit: Visit) -> Response:
        """``GET /console/rulebook/texts/{instrument_id}``: one law, standard or notice with what the rulebook has of it."""
        instrument = self._shelf.book.instruments.get(visit.request.path_params["instrument_id"])
        if instrument is None:
            return await self._unknown(visit, visit.request.path_params["instrument_id"])
        rules = self._shelf.contents.get(instrument.id, ())
        return await self._render(
            visit, "rulebook/text.html", day=_today(), instrument=instrument, rules=rules, fired=await self._fired.all("rule")
        )

    async def problem_type(self, visit: Visit) -> Response:
        """``GET /console/rulebook/types/{number}``: what may follow for a problem type on a day, and what no text grounds."""
        given = visit.request.path_params["number"]
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 0
        if number not in self._shelf.book.bases:
            return await self._unknown(visit, given)
        day = day_of(visit.request.query_params.get("on", ""), _today())
        rules = [rule for rule in self._shelf.book.rules.values() if number in rule.problem_types]
        return await self._render(
            visit,
            "rulebook/type.html",
            day=day,
            number=number,
            basis=self._shelf.book.basis(number, day),
            campaign=self._shelf.in_order(rule for rule in rules if rule.editions),
            count=len(rules),
            goals=[goal for goal in self._shelf.goals if number in goal.types],
            fired=await self._fired.one("type", str(number)),
            fired_goals=await self._fired.all("goal"),
        )

    async def goals(self, visit: Visit) -> Response:
        """``GET /console/rulebook/goals``: all goals by family."""
        return await self._render(visit, "rulebook/goals.html", families=self._shelf.families, fired=await self._fired.all("goal"))

    async def over_blocking(self, visit: Visit) -> Response:
        """``GET /console/rulebook/over-blocking``: what the rules in force do to ordinary texts."""
        found = await asyncio.to_thread(overblocking, self._pipeline)
        listed = [cost for cost in found.costs if cost.number or cost.was]
        return await self._render(
            visit, "rulebook/overblocking.html", found=found, listed=listed, quiet=len(found.costs) - len(listed), budgets=_BUDGETS
        )

    async def over_blocking_csv(self, visit: Visit) -> Response:
        """``GET /console/rulebook/over-blocking.csv?of=``: goals and models, rules, domains, or entries with their prices."""
        wanted = visit.request.query_params.get("of", "goals")
        sheet: Sheet = next((each for each in SHEETS if each == wanted), "goals")

        def written() -> str:
            return as_csv(overblocking(self._pipeline), sheet, self._pipeline)

        headers = security_headers(page=False) | {"Content-Disposition": f'attachment; filename="brightline-over-blocking-{sheet}.csv"'}
        return Response(await asyncio.to_thread(written), media_type="text/csv; charset=utf-8", headers=headers)

    async def goal(self, visit: Visit) -> Response:
        """``GET /console/rulebook/goals/{goal_id}``; with ``?check=1`` its examples and twins are run now."""
        goal = self._shelf.by_goal_id.get(visit.request.path_params["goal_id"])
        if goal is None:
            return await self._unknown(visit, visit.request.path_params["goal_id"])
        checks = None
        if visit.request.query_params.get("check") == "1":
            checks = await asyncio.to_thread(_check, goal, self._pipeline.engine)
        if visit.is_htmx and checks is not None:
            return await self._render(visit, "rulebook/examples.html", goal=goal, checks=checks)
        columns = (visit.text(_("Day")), visit.text(_("Decisions")))
        return await self._render(
            visit,
            "rulebook/goal.html",
            day=_today(),
            goal=goal,
            rules=self._shelf.rules_of(goal),
            checks=checks,
            fired=await self._fired.one("goal", goal.id),
            drawing=await self._fired.drawing("goal", goal.id, visit.zone, visit.text(_("Decisions a day in which it was met")), columns),
        )

    async def _unknown(self, visit: Visit, asked: str) -> Response:
        """A page that offers what is near, instead of an end."""
        near = await asyncio.to_thread(lambda: self._shelf.finder.find(asked))
        return await self._render(visit, "rulebook/unknown.html", status=404, wanted=asked[:100], near=near, day=_today())

    def _neighbours(self, rule: Rule) -> tuple[Rule | None, Rule | None]:
        """The rules before and after in the same text."""
        rules = self._shelf.contents[rule.instrument]
        place = rules.index(rule)
        return (rules[place - 1] if place else None), (rules[place + 1] if place + 1 < len(rules) else None)

    async def _render(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page, written in a thread: that of a rule that many goals cite takes some ten milliseconds."""
        fold = fold_of(visit.user)
        return await asyncio.to_thread(
            self._desk.render, visit, template, status=status, shelf=self._shelf, fold=fold, NOTHING=NOTHING, **values
        )


def _check(goal: Goal, engine: TextEngine) -> tuple[list[Checked], list[Checked]]:
    """Run the examples that must hit and the twins that must pass."""
    return [_run(goal, each, engine, True) for each in goal.examples], [_run(goal, each, engine, False) for each in goal.twins]


def _run(goal: Goal, example: Example, engine: TextEngine, must_hit: bool) -> Checked:
    began = time.perf_counter()
    hits = [finding for finding in engine.scan(example.text, example.side) if finding.goal == goal.id]
    spent_us = (time.perf_counter() - began) * 1e6
    bare = [finding for finding in hits if not finding.exceptions]
    shown = (bare or hits)[:1]
    return Checked(
        holds=bool(bare) == must_hit,
        evidence=tuple(piece for finding in shown for piece in finding.evidence),
        exceptions=tuple(dict.fromkeys(name for finding in hits for name in finding.exceptions)),
        spent_us=spent_us,
    )


def _today() -> date:
    return datetime.now(UTC).date()
