"""How things stand, now: one sentence, and a sign for each thing that must work.

From the same sources as ``/readyz`` (ops.py), so that the page and the load balancer never disagree. Nothing here looks at a
chosen stretch of time: it is the line that somebody reads in passing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import select

from brightline.errors import StoreError
from brightline.server.console.corpus.overdue import overdue_of
from brightline.server.console.doubt import Doubt, doubt_of
from brightline.server.console.overview.period import LAST
from brightline.server.face import msgid as _
from brightline.server.ops import readiness
from brightline.service import LedgerState, Service
from brightline.store import Store, Upstream
from brightline.store.tables import ledger_checkpoints

__all__ = ["Remark", "Standing", "read_standing"]

State = Literal["ok", "warn", "bad", "off", "wait"]
_SECOND = 1_000_000
_LATE_S = 10  # a decision is under a signed head within a second or two; ten mean that something is in the way
_ROUNDS = 20
_FAR_BEHIND = 5_000  # entries: more than half a minute of counting (benchmarks/store.py)
_RECENT_S = 300
_HOUR_S = LAST["1h"]
_ORDER: tuple[State, ...] = ("bad", "warn")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that needs a look: a sentence (msgid with ``values``), what to do, and where."""

    state: State
    text: str
    values: Mapping[str, Any]
    href: str
    hint: str = ""
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything at one glance. ``remarks`` are empty while all is well, else the worst comes first: before all, a log that does not
    verify (``doubt``)."""

    now: int
    ledger: LedgerState | None
    signed_at: int | None
    dialect: str
    size_bytes: int | None
    unwritten: int
    behind: int
    rules: int
    upstream_host: str
    upstream: Upstream
    gaps: int
    states: Mapping[str, State]
    remarks: tuple[Remark, ...] = field(default=())
    doubt: Doubt | None = None

    @property
    def state(self) -> State:
        """The worst of all."""
        return next((state for state in _ORDER if any(remark.state == state for remark in self.remarks)), "ok")

    @property
    def hour_ago(self) -> int:
        """Where the last hour begins, for links."""
        return self.now - _HOUR_S * _SECOND


def read_standing(service: Service) -> Standing:
    """Look at everything once. Blocks for a few milliseconds; never raises for what is wrong, but says it."""
    now = time.time_ns() // 1000
    checks = readiness(service)
    remarks: list[Remark] = []
    states: dict[str, State] = {}
    for name, href in (("database", "/console/health"), ("ledger", "/console/ledger"), ("rules", "/console/rulebook")):
        check = checks[name]
        states[name] = "ok" if check["ok"] else "bad"
        if not check["ok"]:
            remarks.append(_failed(name, check, href))
    ledger, signed_at, size_bytes, behind, gaps, doubt = None, None, None, 0, 0, None
    upstream = Upstream(None, None, "")
    try:
        store, tenant = service.store, service.settings.tenant
        ledger, signed_at, doubt = service.ledger_state(), _signed_at(store), doubt_of(service)
        size_bytes, behind = store.size_bytes(), store.tallies.behind()
        upstream = store.traffic.upstream(tenant=tenant)
        gaps = store.tallies.totals("not_inspected", now - _HOUR_S * _SECOND, now, tenant=tenant).total()
    except StoreError as problem:
        if states["database"] == "ok":
            states["database"] = "bad"
            remarks.append(Remark("bad", _TEXTS["database"], {"code": problem.code}, "/console/health", problem.hint))
    _look_at_doubt(doubt, states, remarks)
    _look_at_ledger(service, ledger, now, states, remarks)
    _look_at_counting(service, behind, states, remarks)
    _look_at_upstream(service, upstream, now, states, remarks)
    _look_at_corpora(service, states, remarks)
    return Standing(
        now=now,
        ledger=ledger,
        signed_at=signed_at,
        dialect=service.store.dialect,
        size_bytes=size_bytes,
        unwritten=service.journal.depth,
        behind=behind,
        rules=len(service.rulebook.rules),
        upstream_host=urlsplit(service.settings.upstream).netloc.rpartition("@")[2],
        upstream=upstream,
        gaps=gaps,
        states=states,
        remarks=tuple(sorted(remarks, key=lambda remark: _ORDER.index(remark.state))),
        doubt=doubt,
    )


_TEXTS = {
    "database": _("The database takes no decisions (%(code)s)."),
    "ledger": _("The ledger is halted and signs nothing (%(code)s)."),
    "rules": _("No rules are loaded."),
}


def _failed(name: str, check: Mapping[str, Any], href: str) -> Remark:
    return Remark("bad", _TEXTS[name], {"code": check.get("code", "")}, href, str(check.get("hint", "")))


_DOUBTS = {
    "finding": _("Found by the last verification of the whole ledger: %(number)s."),
    "head": _("The newest head in the database was not signed by the key of this ledger."),
    "record": _("The record of the last verification of the ledger is damaged."),
}
_WHAT_TO_DO = _(
    "Do not repair the rows by hand: copy the database as it is, restore a backup that verifies, then verify the whole log again."
)


def _look_at_doubt(doubt: Doubt | None, states: dict[str, State], remarks: list[Remark]) -> None:
    if doubt is None:
        return
    states["ledger"] = "bad"
    text, values = _DOUBTS[doubt.kind], {"number": doubt.number}
    remarks.insert(0, Remark("bad", text, values, "/console/ledger/verification", _WHAT_TO_DO, doubt.at))


def _look_at_ledger(service: Service, ledger: LedgerState | None, now: int, states: dict[str, State], remarks: list[Remark]) -> None:
    late_us = max(_LATE_S, _ROUNDS * service.settings.ledger_interval_s) * _SECOND
    if ledger is None or states["ledger"] == "bad" or ledger.oldest is None or now - ledger.oldest < late_us:
        return
    states["ledger"] = "warn"
    remarks.append(
        Remark(
            "warn",
            _("%(number)s entries wait for their place in the ledger."),
            {"number": ledger.pending},
            "/console/ledger",
            at=ledger.oldest,
        )
    )


def _look_at_counting(service: Service, behind: int, states: dict[str, State], remarks: list[Remark]) -> None:
    problem = service.tally_problem
    states["counting"] = "ok"
    if problem is not None:
        states["counting"] = "warn"
        remarks.append(
            Remark("warn", _("The figures on this page stand still (%(code)s)."), {"code": problem.code}, "/console/health", problem.hint)
        )
    elif behind > _FAR_BEHIND:
        states["counting"] = "wait"
        remarks.append(
            Remark("warn", _("The figures on this page are %(number)s decisions behind."), {"number": behind}, "/console/health")
        )


def _look_at_upstream(service: Service, upstream: Upstream, now: int, states: dict[str, State], remarks: list[Remark]) -> None:
    if not service.settings.upstream:
        states["upstream"] = "off"
        return
    answered, failed = upstream.answered_at, upstream.failed_at
    states["upstream"] = "wait" if answered is None and failed is None else "ok"
    if failed is None:
        return
    if answered is None or failed > answered:
        states["upstream"] = "bad"
        remarks.append(
            Remark("bad", _("The model service failed its last call (%(code)s)."), {"code": upstream.failure}, "/console/health", at=failed)
        )
    elif now - failed < _RECENT_S * _SECOND:
        states["upstream"] = "warn"
        remarks.append(
            Remark(
                "warn",
                _("The model service answers, but failed a call (%(code)s)."),
                {"code": upstream.failure},
                "/console/health",
                at=failed,
            )
        )


def _look_at_corpora(service: Service, states: Mapping[str, State], remarks: list[Remark]) -> None:
    """Corpora that are due for inspection again. Whoever has none scheduled reads nothing of it."""
    if states["database"] == "bad":
        return
    try:
        due = overdue_of(service.store, service.settings.tenant)
    except StoreError:
        return  # said of the database already
    if due:
        text = _("Corpora of training data that are due for inspection: %(number)s.")
        remarks.append(Remark("warn", text, {"number": len(due)}, "/console/corpus", at=due[0].due_at))


def _signed_at(store: Store) -> int | None:
    """When the newest head was signed (UTC microseconds)."""
    newest = select(ledger_checkpoints.c.saved_at).order_by(ledger_checkpoints.c.size.desc()).limit(1)
    with store.database.reading() as connection:
        found = connection.execute(newest).scalar()
    return None if found is None else int(found)
