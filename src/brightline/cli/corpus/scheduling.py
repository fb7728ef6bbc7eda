"""``brightline corpus schedule``: which corpora are inspected every so many days, and which are due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.corpus.opened import BY, records
from brightline.cli.terminal import console, print_json
from brightline.corpus.sampling import due
from brightline.store import CorpusSchedules
from brightline.store.clock import now_us

__all__ = ["schedule"]


def schedule(
    corpus: Annotated[str, typer.Argument(help="Name of the corpus; all that have a schedule without it.")] = "",
    every: Annotated[int, typer.Option("--every", min=0, help="Inspect it every so many days. 0: show only.")] = 0,
    end: Annotated[bool, typer.Option("--end", help="Inspect it no more by schedule.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Set and show when corpora are to be inspected again. Exit code 1: one of them is due. `brightline doctor` says so too."""
    with records() as (store, settings):
        schedules = CorpusSchedules(store.database)
        if corpus and end:
            schedules.remove(corpus, by=BY, tenant=settings.tenant)
        elif corpus and every:
            schedules.set(corpus, every, by=BY, tenant=settings.tenant)
        rows = [each for each in schedules.all(tenant=settings.tenant) if not corpus or each.corpus == corpus]
    late = {each.corpus: each for each in due(rows, {}, now_us())}
    if as_json:
        for row in rows:
            print_json({"corpus": row.corpus, "every_days": row.every_days, "due": _day(row.due_at), "is_due": row.corpus in late})
    elif rows:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("corpus", "every", "due", ""):
            table.add_column(heading)
        for row in rows:
            state = Text("due", style="bold red") if row.corpus in late else Text("")
            table.add_row(Text(row.corpus), f"{row.every_days} days", _day(row.due_at), state)
        console.print(table)
    else:
        console.print("No corpus is inspected by schedule: brightline corpus schedule NAME --every 90")
    raise typer.Exit(int(bool(late)))


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).strftime("%Y-%m-%d")
