"""``brightline db``: bring the tables up to date, see where the database stands, copy it, examine what is stored."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from brightline.cli.terminal import console, print_json
from brightline.config import load_settings
from brightline.store import Store, checking, schema
from brightline.store.engine import Database

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


@app.command()
def migrate(as_json: _JSON = False) -> None:
    """Bring the tables up to date. Starting the service does this too; doing it twice does nothing."""
    settings = load_settings()
    if not settings.database_url:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(Database(settings.effective_database_url)) as database:
        changed = schema.migrate(database)
    if as_json:
        print_json({"revision": schema.HEAD, "changed": changed})
    else:
        console.print(
            f"Tables brought up to revision {schema.HEAD}." if changed else f"Nothing to do: the tables have revision {schema.HEAD}."
        )


@app.command()
def status(as_json: _JSON = False) -> None:
    """Show which database this is and how much is in it. Exit code 1 if its tables are not up to date."""
    settings = load_settings()
    with closing(Database(settings.effective_database_url)) as database:
        found = schema.status(database)
        facts: dict[str, Any] = {
            "database": database.url.render_as_string(hide_password=True),
            "revision": found.revision,
            "newest": found.head,
            "up_to_date": found.up_to_date,
        }
    if found.up_to_date:
        with closing(Store.open(settings.effective_database_url, migrate=False)) as store:
            waiting, oldest = store.ledger.waiting()
            facts |= {
                "decisions": {outcome.value: number for outcome, number in sorted(store.counts().items())},
                "ledger_pending": waiting,
                "oldest_pending_at": oldest,
                "size_bytes": store.size_bytes(),
            }
    if as_json:
        print_json(facts)
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for name, value in facts.items():
            shown = ", ".join(f"{number} {outcome}" for outcome, number in value.items()) or "none" if isinstance(value, dict) else value
            table.add_row(name.replace("_", " "), "—" if shown is None else str(shown))
        console.print(table)
        if not found.up_to_date:
            console.print("→ brightline db migrate")
    raise typer.Exit(0 if found.up_to_date else 1)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A file that does not exist yet.", dir_okay=False)],
    as_json: _JSON = False,
) -> None:
    """Copy a SQLite database while the service runs. PostgreSQL: use pg_dump."""
    with closing(Store.open(load_settings().effective_database_url, migrate=False)) as store:
        store.back_up(target)
    if as_json:
        print_json({"backup": str(target), "size_bytes": target.stat().st_size})
    else:
        console.print(f"Copied to {target}, {target.stat().st_size:,} bytes. Keep the ledger's key and head with it (docs/store.md).")


@app.command()
def check(as_json: _JSON = False) -> None:
    """Examine the database and every stored decision. Exit code 1 if something is wrong. The log: brightline ledger verify."""
    with (
        closing(Store.open(load_settings().effective_database_url, migrate=False)) as store,
        Progress(console=console, transient=True, disable=as_json or not os.isatty(1)) as progress,
    ):
        task = progress.add_task("decisions", total=None)
        problems = list(checking.check(store.database, lambda done, total: progress.update(task, completed=done, total=total)))
        number = sum(store.counts().values())
    if as_json:
        print_json({"ok": not problems, "decisions": number, "problems": [problem._asdict() for problem in problems]})
    elif problems:
        for problem in problems:
            console.print(f"{problem.subject}: {problem.what}", style="red", markup=False)
        console.print(f"{len(problems)} problems in {number} decisions. Restore a backup; docs/store.md says how.")
    else:
        console.print(f"All is well: {number} decisions, each as the ledger committed to it.")
    raise typer.Exit(1 if problems else 0)
