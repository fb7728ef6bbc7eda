"""Operations: ``/healthz`` (the process lives), ``/readyz`` (it can do its work), ``/metrics`` (Prometheus)."""

from __future__ import annotations

import asyncio
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from brightline.errors import BrightlineError, StoreError
from brightline.service import Service

__all__ = ["readiness", "routes"]


def routes(service: Service) -> list[BaseRoute]:
    """The three routes. None needs a key; none shows text, names or settings."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = await asyncio.to_thread(readiness, service)
        ready = all(check["ok"] for check in checks.values())
        return JSONResponse({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)

    async def metrics(_: Request) -> Response:
        ledger = await asyncio.to_thread(service.ledger_state)
        service.metrics.ledger_size.set(ledger.size)
        service.metrics.ledger_pending.set(ledger.pending)
        service.metrics.ledger_halted.set(service.ledger_problem is not None)
        return Response(service.metrics.render(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def readiness(service: Service) -> dict[str, dict[str, Any]]:
    """What must hold for the service to take work: the database takes decisions and the ledger may be signed."""
    checks: dict[str, dict[str, Any]] = {}
    unwritable = service.store_problem
    try:
        service.ledger_state()
    except StoreError as problem:
        unwritable = problem
    checks["database"] = _check(unwritable)
    checks["ledger"] = _check(service.ledger_problem)
    checks["rules"] = {"ok": len(service.rulebook.rules) > 0, "rules": len(service.rulebook.rules)}
    return checks


def _check(problem: BrightlineError | None) -> dict[str, Any]:
    if problem is None:
        return {"ok": True}
    return {"ok": False, "code": problem.code, "problem": problem.message, "hint": problem.hint}
