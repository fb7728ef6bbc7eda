"""``brightline decisions``: what was decided, newest first; one by its id; and the same findings judged again today."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.terminal import COLOURS, console, print_json
from brightline.config import load_settings
from brightline.errors import InputError, NotFound
from brightline.model import Door, Outcome
from brightline.pipeline import Pipeline
from brightline.rulebook import load_rulebook
from brightline.store import DecisionFilter, Store, StoredDecision

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)

_WIDE = 110  # columns from which door and model have room beside the id
_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


@app.callback()
def newest(
    context: typer.Context,
    outcome: Annotated[Outcome | None, typer.Option(help="Only this outcome.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only decisions that this rule carries.")] = None,
    door: Annotated[Door | None, typer.Option(help="Only this door.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this end user.")] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.")] = None,
    since: Annotated[str | None, typer.Option(help="Not older than: 2026-11-22, 2026-11-22T09:00 (UTC), or 30m, 12h, 7d.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 20,
    after: Annotated[str | None, typer.Option(help="Continue after this decision id.")] = None,
    as_json: _JSON = False,
) -> None:
    """List decisions, newest first."""
    if context.invoked_subcommand:
        return
    wanted = DecisionFilter(outcome=outcome, rule=rule, door=door, account=account, model=model, since=_moment(since) if since else None)
    with _opened() as store:
        found = store.decisions(wanted, after=after, limit=limit)
    if as_json:
        for stored in found:
            print_json(_document(stored))
        return
    if not found:
        console.print(
            "No decision matches."
            if since or outcome or rule or door or account or model
            else "No decision yet: send a request through the gateway, or `brightline check --record FILE`."
        )
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    wide = console.width >= _WIDE
    for heading in ("time (UTC)", "outcome", "rules", *(("door", "model") if wide else ()), "ledger", "id"):
        table.add_column(heading, no_wrap=True)
    for stored in found:
        decision = stored.decision
        more = f" +{len(decision.rules) - 1}" if len(decision.rules) > 1 else ""
        table.add_row(
            f"{decision.made_on:%Y-%m-%d %H:%M:%S}" if wide else f"{decision.made_on:%m-%d %H:%M:%S}",
            Text(decision.outcome.value, style=COLOURS[decision.outcome]),
            "".join(decision.rules[:1]) + more,
            *((decision.door.value, str(decision.request.get("model", ""))) if wide else ()),
            "pending" if stored.seq is None else str(stored.seq),
            decision.id,
        )
    console.print(table)


@app.command()
def show(decision_id: str, lang: Annotated[str, typer.Option(help="zh or en.")] = "", as_json: _JSON = False) -> None:
    """Show one decision with its rules and evidence."""
    settings = load_settings()
    stored = _stored(decision_id)
    if as_json:
        print_json(_document(stored))
        return
    language = lang or settings.language
    decision, rulebook = stored.decision, load_rulebook()
    console.print(
        Text(decision.outcome.value, style=f"bold {COLOURS[decision.outcome]}"),
        Text(decision.id),
        f"{decision.made_on:%Y-%m-%d %H:%M:%S} UTC",
    )
    if decision.reason(language):
        console.print(Text(decision.reason(language)))
    for rule in decision.rules:
        console.print(Text(f"  {rule:14} {rulebook.citation(rule, language)}"))
    for finding in decision.findings:
        console.print(
            Text(f"  {finding.part}: {finding.goal} ({finding.detector} {finding.detector_version}, lane {finding.lane})", style="bold")
        )
        for (part, span), evidence in zip(finding.places, finding.evidence, strict=True):
            console.print(Text(f"    {f'{part} ' if finding.parts else ''}{span.start}–{span.end}  {evidence!r}"))
        if finding.exceptions:
            console.print(Text(f"    exceptions seen: {', '.join(finding.exceptions)}"))
    for gap in decision.not_inspected:
        console.print(Text(f"  not inspected by {gap.detector}: {gap.part} ({gap.reason})", style="yellow"))
    console.print(
        Text(
            f"  ledger: {'pending' if stored.seq is None else f'entry {stored.seq}'}   statement: {settings.base_url}/d/{decision.token}",
            style="dim",
        )
    )


@app.command()
def replay(decision_id: str, as_json: _JSON = False) -> None:
    """Judge the stored findings again with the rules loaded now. Exit code 1 if the outcome differs."""
    decision = _stored(decision_id).decision
    pipeline = Pipeline(load_settings())
    now = pipeline.replay(decision)
    same = now.outcome is decision.outcome and now.rules == decision.rules
    if as_json:
        print_json(
            {
                "id": decision.id,
                "same": same,
                "stored": _gist(decision.outcome, decision.rules, decision.versions),
                "now": _gist(now.outcome, now.rules, pipeline.versions),
                "steps": list(now.steps),
            }
        )
    else:
        console.print(f"stored  {decision.outcome.value}  {' '.join(decision.rules)}")
        console.print(f"now     {now.outcome.value}  {' '.join(now.rules)}")
        for step in now.steps:
            console.print(Text(f"        {step}", style="dim"))
    raise typer.Exit(0 if same else 1)


def _gist(outcome: Outcome, rules: tuple[str, ...], versions: dict[str, str]) -> dict[str, Any]:
    return {"outcome": outcome, "rules": list(rules), "versions": versions}


def _stored(decision_id: str) -> StoredDecision:
    with _opened() as store:
        stored = store.decision(decision_id)
    if stored is None:
        raise NotFound(
            "BL-INPUT-404",
            f"no decision {decision_id}",
            "take the id from an answer's X-Brightline-Decision header or from `brightline decisions`",
        )
    return stored


def _opened() -> closing[Store]:
    return closing(Store.open(load_settings().effective_database_url))


def _document(stored: StoredDecision) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(stored.body)
    return document | {"ledger": {"state": "pending"} if stored.seq is None else {"state": "sequenced", "seq": stored.seq}}


def _moment(text: str) -> int:
    """UTC microseconds of a date, a time, or a length of time ago."""
    unit = {"m": "minutes", "h": "hours", "d": "days"}.get(text[-1:])
    try:
        if unit and text[:-1].isdigit():
            when = datetime.now(UTC) - timedelta(**{unit: int(text[:-1])})
        else:
            when = datetime.fromisoformat(text)
            when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    except (ValueError, OverflowError):
        raise InputError("BL-INPUT-025", f"{text!r} is not a time", "write 2026-11-22, 2026-11-22T09:00, 30m, 12h or 7d") from None
    return int(when.timestamp() * 1_000_000)
