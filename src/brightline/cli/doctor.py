"""``brightline doctor``: does this installation have what it needs, and what to do where not."""

from __future__ import annotations

import platform
import shutil
import stat
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.config import Settings, load_settings
from brightline.errors import BrightlineError
from brightline.service import Service

__all__ = ["doctor"]

_LEAST_FREE_BYTES = 500 * 1024 * 1024  # room for about a million decisions of 500 bytes


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what, whether it is well, what was seen, what to do if not."""

    name: str
    ok: bool
    seen: str
    cure: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False) -> None:
    """Check the installation. Exit code 0 if all is well, 1 if something needs a hand."""
    checks = list(examine())
    if as_json:
        print_json([_row(check) for check in checks])
    else:
        for check in checks:
            mark = Text("ok   ", style="green") if check.ok else Text("look ", style="bold red")
            console.print(mark.append(Text(f"{check.name:12} {check.seen}", style="default")))
            if not check.ok and check.cure:
                console.print(Text(f"       → {check.cure}", style="dim"))
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def examine() -> Iterator[Check]:
    """All checks, each on its own: one that fails does not hide the others."""
    yield Check("python", sys.version_info >= (3, 11), platform.python_version(), "install Python 3.11 or newer")
    try:
        settings = load_settings()
    except BrightlineError as problem:
        yield Check("settings", False, problem.message, problem.hint)
        return
    yield Check("settings", True, f"tenant {settings.tenant}, strictness {settings.strictness.value}")
    yield from _keys(settings)
    yield from _upstream(settings)
    try:
        service = Service.open(settings)
    except BrightlineError as problem:
        yield Check("service", False, f"{problem.code}: {problem.message}", problem.hint)
        return
    with service:
        for name, examine_one in _CHECKS.items():
            try:
                yield from examine_one(service, settings)
            except BrightlineError as problem:
                yield Check(name, False, f"{problem.code}: {problem.message}", problem.hint)


def _rules(service: Service, _: Settings) -> Iterator[Check]:
    rules = service.rulebook.rules.values()
    verified = sum(rule.verified for rule in rules)
    yield Check("rulebook", verified > 0, f"{len(rules)} rules, {verified} verified, digest {service.rulebook.digest[:12]}")
    yield Check("goals", True, f"text engine {service.pipeline.engine.version}")


def _database(service: Service, settings: Settings) -> Iterator[Check]:
    state = service.ledger_state()
    yield Check("database", True, f"{service.store.dialect}, {state.size + state.pending} decisions")
    free = shutil.disk_usage(settings.home).free
    yield Check(
        "disk",
        free > _LEAST_FREE_BYTES,
        f"{free // 1024**2} MB free for {settings.home}",
        "free some space: without it decisions cannot be stored and answers are held back",
    )


def _ledger(service: Service, _: Settings) -> Iterator[Check]:
    service.sequencer.drain()
    state = service.ledger_state()
    yield Check("ledger", True, f"{service.signer.origin}, {state.size} entries under a signed head, {state.pending} pending")


def _keys(settings: Settings) -> Iterator[Check]:
    for path in sorted((settings.home / "keys").glob("*")):
        if path.is_file():
            loose = stat.S_IMODE(path.stat().st_mode) & 0o077
            yield Check("secrets", not loose, f"{path.name} readable by {'others too' if loose else 'its owner only'}", f"chmod 600 {path}")


def _upstream(settings: Settings) -> Iterator[Check]:
    if not settings.upstream:
        yield Check("upstream", True, "built-in sandbox (no BRIGHTLINE_UPSTREAM set)")
        return
    started = time.monotonic()
    headers = {"Authorization": f"Bearer {settings.upstream_key}"} if settings.upstream_key else {}
    # The settings admit http and https addresses only.
    request = urllib.request.Request(f"{settings.upstream}/models", headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=settings.upstream_connect_timeout_s) as answer:  # noqa: S310
            status = answer.status
    except urllib.error.HTTPError as problem:
        status = problem.code
    except OSError as problem:
        yield Check(
            "upstream", False, f"{settings.upstream} does not answer: {problem}", "start the model service or correct BRIGHTLINE_UPSTREAM"
        )
        return
    yield Check(
        "upstream",
        status < 500,
        f"{settings.upstream} answered {status} in {time.monotonic() - started:.2f} s",
        "look at the model service's log",
    )


_CHECKS: dict[str, Callable[[Service, Settings], Iterator[Check]]] = {
    "rulebook": _rules,
    "database": _database,
    "ledger": _ledger,
}


def _row(check: Check) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "seen": check.seen, "cure": check.cure}
