"""``brightline doctor``: does this installation have what it needs, and what to do where not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.config import load_settings
from brightline.errors import BrightlineError
from brightline.examination import Check, failed, machine_check, secret_checks, service_checks, settings_check, upstream_check
from brightline.service import Service

__all__ = ["doctor"]


def doctor(as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False) -> None:
    """Check the installation. Exit code 0 if all is well (notes are advice), 1 if something needs a hand."""
    checks = list(examine())
    if as_json:
        print_json([_row(check) for check in checks])
    else:
        for check in checks:
            mark = _mark(check)
            console.print(mark.append(Text(f"{check.name:12} {check.seen}", style="default")))
            if check.advice:
                console.print(Text(f"       → {check.advice}", style="dim"))
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def examine() -> Iterator[Check]:
    """All checks, each on its own: one that fails does not hide the others."""
    yield machine_check()
    try:
        settings = load_settings()
    except BrightlineError as problem:
        yield failed("settings", problem)
        return
    yield settings_check(settings)
    yield from secret_checks(settings)
    yield from upstream_check(settings)
    try:
        service = Service.open(settings)
    except BrightlineError as problem:
        yield failed("service", problem)
        return
    with service:
        try:
            service.sequencer.drain()
        except BrightlineError as problem:
            yield failed("ledger", problem)
        yield from service_checks(service)


def _mark(check: Check) -> Text:
    if not check.ok:
        return Text("look ", style="bold red")
    return Text("note ", style="yellow") if check.note else Text("ok   ", style="green")


def _row(check: Check) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "note": check.note, "seen": check.seen, "cure": check.advice}
