"""What an installation needs, looked at one by one: the same for ``brightline doctor`` and for the console's page of health.

A check says what it saw as a sentence with places for values, so that a page can say it in the reader's language. Nothing here
repairs anything, and ``upstream_check`` alone talks to another machine: callers decide when.
"""

from __future__ import annotations

import platform
import shutil
import stat
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select, text

from brightline.config import Settings
from brightline.errors import BrightlineError
from brightline.service import Service
from brightline.store.schema import status
from brightline.store.tables import ledger_checkpoints

__all__ = [
    "PROBLEM",
    "Check",
    "failed",
    "machine_check",
    "secret_checks",
    "service_checks",
    "settings_check",
    "upstream_check",
    "without_password",
]

PROBLEM = "%(code)s: %(problem)s"
"""The sentence of a check that ended in an error of ours."""

_LEAST_FREE_BYTES = 500 * 1024 * 1024  # room for about a million decisions of 500 bytes
_MOST_SKEW_S = 5.0  # two clocks that agree so far keep the order of entries plausible to a reader
_MOST_PENDING_S = 60.0  # the longest ledger_interval_s; what waits longer is not being sequenced


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what, whether it is well, what was seen, what to do if not. ``saying`` and ``cure`` take ``values``."""

    name: str
    ok: bool
    saying: str
    cure: str = ""
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def seen(self) -> str:
        """What was seen, in English."""
        return self.saying % self.values

    @property
    def advice(self) -> str:
        """What to do, in English; empty if all is well."""
        return "" if self.ok else self.cure % self.values


def failed(name: str, problem: BrightlineError) -> Check:
    """A check that could not be made."""
    return Check(name, False, PROBLEM, "%(hint)s", {"code": problem.code, "problem": problem.message, "hint": problem.hint})


def machine_check() -> Check:
    """The Python that runs this."""
    return Check(
        "python",
        sys.version_info >= (3, 11),
        "Python, version %(version)s",
        "Install Python 3.11 or newer.",
        {"version": platform.python_version()},
    )


def settings_check(settings: Settings) -> Check:
    """That there are settings, and the two that matter most for what is decided."""
    values = {"tenant": settings.tenant, "strictness": settings.strictness.value}
    return Check("settings", True, "tenant %(tenant)s, strictness %(strictness)s", values=values)


def secret_checks(settings: Settings) -> Iterator[Check]:
    """That nobody else on this machine can read the keys."""
    for path in sorted((settings.home / "keys").glob("*")):
        if path.is_file():
            values = {"file": path.name, "path": str(path)}
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield Check("secrets", False, "%(file)s readable by others too", "Run: chmod 600 %(path)s", values)
            else:
                yield Check("secrets", True, "%(file)s readable by its owner only", values=values)


def service_checks(service: Service) -> Iterator[Check]:
    """Everything about an opened service, each on its own: one that fails does not hide the others."""
    checks: dict[str, Callable[[Service], Iterator[Check]]] = {
        "rulebook": _rules,
        "database": _database,
        "disk": _disk,
        "clock": _clock,
        "ledger": _ledger,
    }
    for name, look in checks.items():
        try:
            yield from look(service)
        except BrightlineError as problem:
            yield failed(name, problem)


def upstream_check(settings: Settings) -> Iterator[Check]:
    """Ask the model service for its list of models, which costs nothing. Follows no redirect: the request carries the key."""
    if not settings.upstream:
        yield Check("upstream", True, "built-in sandbox (no BRIGHTLINE_UPSTREAM set)")
        return
    started = time.monotonic()
    named = without_password(settings.upstream)
    headers = {"Authorization": f"Bearer {settings.upstream_key}"} if settings.upstream_key else {}
    # The settings admit http and https addresses only.
    request = urllib.request.Request(f"{settings.upstream}/models", headers=headers)  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=settings.upstream_connect_timeout_s) as answer:
            code, told = answer.status, answer.headers.get("Date", "")
    except urllib.error.HTTPError as problem:
        code, told = problem.code, problem.headers.get("Date", "")
        problem.close()
    except OSError as problem:
        values: dict[str, str | int | float] = {"upstream": named, "problem": str(problem)}
        cure = "Start the model service, or correct BRIGHTLINE_UPSTREAM."
        yield Check("upstream", False, "%(upstream)s does not answer: %(problem)s", cure, values)
        return
    took = round(time.monotonic() - started, 2)
    values = {"upstream": named, "status": code, "seconds": f"{took:.2f}"}
    refused = code in (401, 403)
    cure = "Check upstream_key: the model service does not accept it." if refused else "Look at the log of the model service."
    yield Check("upstream", code < 500 and not refused, "%(upstream)s answered %(status)s in %(seconds)s s", cure, values)
    yield from _skew("the model service", _told_time(told))


def without_password(address: str) -> str:
    """A URL without the name and password that may stand in it."""
    try:
        pieces = urlsplit(address)
        if "@" not in pieces.netloc:
            return address
        return urlunsplit(pieces._replace(netloc="…@" + pieces.netloc.rpartition("@")[2]))
    except ValueError:
        return "…"


def _rules(service: Service) -> Iterator[Check]:
    rules = service.rulebook.rules.values()
    verified = sum(rule.verified for rule in rules)
    values: dict[str, str | int | float] = {"rules": len(rules), "verified": verified, "digest": service.rulebook.digest[:12]}
    yield Check("rulebook", verified > 0, "%(rules)s rules, %(verified)s verified, digest %(digest)s", "Install Brightline again.", values)
    yield Check("goals", True, "text engine %(version)s", values={"version": service.pipeline.engine.version})
    yield _own_rules(service)


def _own_rules(service: Service) -> Check:
    """The operator's goal files and terms: whether what lies there is in force, and what was demoted for its price."""
    if service.rule_watch.problem is not None:
        return failed("own rules", service.rule_watch.problem)
    demoted = sorted(service.pipeline.engine.book.demoted)
    if demoted:
        cure = "Narrow them: `brightline rules price` shows which ordinary texts they hit."
        return Check("own rules", False, "demoted to review for their price: %(goals)s", cure, {"goals": ", ".join(demoted)})
    return Check("own rules", True, "%(files)s files in force", values={"files": len(service.rule_watch.files())})


def _database(service: Service) -> Iterator[Check]:
    state = service.ledger_state()
    found = status(service.store.database)
    values: dict[str, str | int | float] = {
        "dialect": service.store.dialect,
        "entries": state.size + state.pending,
        "revision": str(found.revision),
    }
    if service.store_problem is not None:
        yield failed("database", service.store_problem)
        return
    saying = "%(dialect)s, %(entries)s decisions and events, tables of revision %(revision)s"
    yield Check("database", found.up_to_date, saying, "Run: brightline db migrate", values)


def _disk(service: Service) -> Iterator[Check]:
    free = shutil.disk_usage(service.settings.home).free
    yield Check(
        "disk",
        free > _LEAST_FREE_BYTES,
        "%(free)s MB free for %(home)s",
        "Free some space: without it decisions cannot be stored and answers are held back.",
        {"free": free // 1024**2, "home": str(service.settings.home)},
    )


def _clock(service: Service) -> Iterator[Check]:
    with service.store.database.reading() as connection:
        if service.store.dialect == "postgresql":
            now: Any = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
            yield from _skew("the database server", float(now))
            return
        newest = connection.execute(select(ledger_checkpoints.c.saved_at).order_by(ledger_checkpoints.c.size.desc()).limit(1)).scalar()
    # Without another clock to hold it against, a head from the future still shows that this one was set back.
    ahead = (newest or 0) / 1_000_000 - time.time()
    values: dict[str, str | int | float] = {"now": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}", "seconds": f"{max(ahead, 0):.0f}"}
    if ahead > _MOST_SKEW_S:
        cure = "Set the clock by a time server: the times of decisions and entries come from it."
        yield Check("clock", False, "%(now)s UTC, %(seconds)s s before the last signed head", cure, values)
    else:
        yield Check("clock", True, "%(now)s UTC, not before the last signed head", values=values)


def _ledger(service: Service) -> Iterator[Check]:
    if service.ledger_problem is not None:
        yield failed("ledger", service.ledger_problem)
        return
    state = service.ledger_state()
    waited = 0.0 if state.oldest is None else max(0.0, time.time() - state.oldest / 1_000_000)
    values: dict[str, str | int | float] = {
        "origin": service.signer.origin,
        "entries": state.size,
        "pending": state.pending,
        "seconds": f"{waited:.0f}",
    }
    if waited > _MOST_PENDING_S:
        saying = "%(origin)s, %(entries)s entries; the oldest of %(pending)s pending events waits for %(seconds)s s"
        yield Check("ledger", False, saying, "Look at the log of the service: nothing is being sequenced.", values)
    else:
        yield Check("ledger", True, "%(origin)s, %(entries)s entries under a signed head, %(pending)s pending", values=values)


def _skew(whose: str, told: float | None) -> Iterator[Check]:
    if told is None:
        return
    skew = time.time() - told
    ok = abs(skew) <= _MOST_SKEW_S
    values: dict[str, str | int | float] = {"seconds": f"{abs(skew):.1f}"}
    cure = "Set both clocks by a time server: the times of decisions and entries come from them."
    if whose == "the database server":
        yield Check("clock", ok, "%(seconds)s s apart from the clock of the database server", cure, values)
    else:
        yield Check("clock", ok, "%(seconds)s s apart from the clock of the model service", cure, values)


def _told_time(header: str) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp()
    except ValueError:
        return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        return None
