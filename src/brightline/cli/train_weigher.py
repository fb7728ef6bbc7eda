"""``brightline train --shipped --family intent``: the weigher anew, judged on authors that it had not read before anything is written."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.errors import InputError
from brightline.moderation import goal_book
from brightline.moderation.families import check_grounds
from brightline.moderation.training.intents import intent_rows, rows_of
from brightline.moderation.training.shipped import FAMILIES
from brightline.moderation.training.weigher import RULES, AuthorResult, IntentBudgets, Judged, judge, save
from brightline.rulebook import load_rulebook

__all__ = ["INTENT", "train_weigher"]

INTENT = "intent"


def train_weigher(data: Path, authored: Path, out: Path, as_json: bool) -> None:
    """Train on open data and authored pairs; writes ``out``/intent."""
    rulebook, budgets = load_rulebook(), IntentBudgets()
    check_grounds(RULES, rulebook, datetime.now(UTC).date())
    rows = intent_rows(data, authored)
    if len({row.author for row in rows if row.harmful}) < 2:
        raise InputError(
            "BL-INPUT-866",
            f"{authored} holds harmful texts of one author or none: nothing could show what the model makes of other authors",
            "name training/authored of the repository: it holds intents, intents2 and intents3",
        )
    numbers = rows_of(rows)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=type(console)(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(INTENT)
        judged = judge(rows, numbers, budgets, lambda author: progress.update(task, description=f"{INTENT}: without {author}"))
    if not as_json:
        _show(judged)
    folder = out / INTENT
    written = save(
        rows, numbers, judged, budgets, [*(goal.id for goal in goal_book(rulebook)), *(f"model.{family}" for family in FAMILIES)], folder
    )
    if as_json:
        print_json({"family": INTENT, "folder": str(folder), "held_out": [asdict(each) for each in judged.table], "card": asdict(written)})
    else:
        console.print(
            f"wrote [bold]{folder}[/]: a finding from {written.violating:.4f}, reviews excused under {written.borderline:.4f}, "
            f"calibration error {judged.calibration_error:.3f}, SHA-256 {written.sha256[:16]}…"
        )


def _show(judged: Judged) -> None:
    table = Table(title=f"{INTENT}: each author judged by a model that had not read him", title_justify="left", box=None)
    for name in ("author or source", "harmful", "ordinary", "AUC", "found", "lost", "flagged", "excused"):
        table.add_column(name, justify="left" if name == "author or source" else "right")
    for each in judged.table:
        table.add_row(Text(each.source), *_cells(each))
    console.print(table)
    console.print(
        "found: harmful texts over the upper threshold; lost: under the lower one; flagged and excused: ordinary texts there", style="dim"
    )


def _cells(each: AuthorResult) -> list[str]:
    shares = (each.found, each.lost, each.flagged, each.excused)
    auc = "" if each.auc is None else f"{each.auc:.3f}"
    return [str(each.harmful), str(each.ordinary), auc, *("" if share is None else f"{share:.1%}" for share in shares)]
