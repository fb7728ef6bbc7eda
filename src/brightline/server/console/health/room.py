"""The pages of health. They look when they are opened; only the button asks the model service, and that call costs nothing."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, NamedTuple

import orjson
from starlette.responses import Response

from brightline import __version__
from brightline.errors import StoreError
from brightline.examination import PROBLEM, Check, machine_check, secret_checks, service_checks, settings_check, upstream_check
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.doubt import Doubt, doubt_of
from brightline.server.console.health.words import NAMES
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.server.ops import readiness
from brightline.service import Service

__all__ = ["HealthRoom", "live_checks"]

_MOST_IN_JOURNAL = 5_000  # the journal's largest batch is of that order: more is a queue that grows
_PACKAGES = ("starlette", "fastapi", "uvicorn", "sqlalchemy", "cryptography", "pydantic", "jinja2")


class Probe(NamedTuple):
    """What the model service answered, and when (UTC microseconds)."""

    at: int
    checks: tuple[Check, ...]


class HealthRoom:
    """The state of one process and of what it stands on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._service = desk.service
        self._began = time.time_ns() // 1000
        self._probe: Probe | None = None
        self._probing = asyncio.Lock()

    async def show(self, visit: Visit) -> Response:
        """``GET /console/health``."""
        return self._desk.render(visit, "health/health.html", **await self._found(), **self._facts())

    async def part(self, visit: Visit) -> Response:
        """``GET /console/health/part``: the checks, which the page renews by itself."""
        return self._desk.render(visit, "health/checks.html", **await self._found())

    async def document(self, visit: Visit) -> Response:
        """``GET /console/health.json``: the same for programs."""
        found = await self._found()
        document = {
            "ok": found["well"],
            "checks": [
                {"name": check.name, "ok": check.ok, "note": check.note, "seen": check.seen, "cure": check.advice}
                for check in [*found["checks"], *found["probed"]]
            ],
            "readiness": found["ready"],
            "process": self._facts()["process"] | {"began": self._began},
            "versions": self._facts()["versions"],
        }
        headers = security_headers(page=False) | {"Cache-Control": "no-store"}
        return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), media_type="application/json", headers=headers)

    async def probe(self, visit: Visit) -> Response:
        """``POST /console/health/probe``: ask the model service for its list of models, once at a time."""
        async with self._probing:
            checks = await asyncio.to_thread(lambda: tuple(upstream_check(self._service.settings)))
            self._probe = Probe(time.time_ns() // 1000, checks)
        return self._desk.redirect(visit, "/console/health", said=_("The model service was asked for its list of models."))

    async def _found(self) -> dict[str, Any]:
        def look() -> tuple[list[Check], dict[str, dict[str, Any]], Doubt | None]:
            return list(live_checks(self._service)), readiness(self._service), _doubt(self._service)

        checks, ready, doubt = await asyncio.to_thread(look)
        probed = list(self._probe.checks) if self._probe else []
        return {
            "checks": checks,
            "doubt": doubt,
            "probed": probed,
            "probed_at": self._probe.at if self._probe else None,
            "ready": ready,
            "well": all(check.ok for check in [*checks, *probed]) and all(check["ok"] for check in ready.values()),
            "names": NAMES,
            "is_problem": lambda check: check.saying == PROBLEM,
        }

    def _facts(self) -> dict[str, Any]:
        return {
            "began": self._began,
            "process": {"pid": os.getpid(), "host": platform.node(), "system": platform.platform(terse=True)},
            "versions": {"brightline": __version__, "python": sys.version.split()[0]} | {name: version(name) for name in _PACKAGES},
        }


def live_checks(service: Service) -> Iterator[Check]:
    """Everything that can be looked at without asking anybody else."""
    yield from service_checks(service)
    yield _verification(_doubt(service))
    yield _journal(service)
    yield _changes(service)
    yield settings_check(service.settings)
    yield from secret_checks(service.settings)
    yield machine_check()


def _doubt(service: Service) -> Doubt | None:
    try:
        return doubt_of(service)
    except StoreError:
        return None  # the check of the database says so


def _verification(doubt: Doubt | None) -> Check:
    cure = "Copy the database as it is, restore a backup that verifies, then verify the whole log again."
    if doubt is None:
        return Check("verification", True, "nothing known speaks against the log", cure)
    values: dict[str, str | int | float] = {"number": doubt.number}
    if doubt.kind == "finding":
        return Check("verification", False, "the last verification of the whole log found %(number)s", cure, values)
    return Check("verification", False, "the newest head, or the record of the last verification, is damaged", cure)


def _journal(service: Service) -> Check:
    depth = service.journal.depth
    cure = "The database is slower than the calls. Look at its disk, or let more processes share the work."
    return Check("journal", depth <= _MOST_IN_JOURNAL, "%(depth)s decisions are on their way to the disk", cure, {"depth": depth})


def _changes(service: Service) -> Check:
    state = service.live_settings.state
    values: dict[str, str | int | float] = {
        "count": len(state.from_console),
        "waiting": len(state.waiting),
        "overruled": len(state.overruled),
    }
    if not state.waiting and not state.overruled:
        return Check("changes", True, "%(count)s changed in the console, none waits", values=values)
    saying = "%(count)s changed in the console; %(waiting)s wait for the next start, %(overruled)s do not hold"
    return Check("changes", False, saying, "Look at the page of settings; start the service again for those that wait.", values)
