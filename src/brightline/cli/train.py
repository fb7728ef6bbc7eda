"""``brightline train``: a linear model from labelled texts, judged on sources that it did not see before anything is written.

    brightline train --data FILE.jsonl --data FOLDER --family NAME --out FOLDER

Rows are JSON objects with ``text``, ``label`` (1: of the family, 0: not) and ``source``; ``family`` on a harmful row keeps it for
that family. The cross-source table comes first: each source is judged by a model trained on the others. With a single source there
is no such table, and the command refuses, for a figure from the same source says nothing about other texts.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.cli.train_weigher import INTENT, train_weigher
from brightline.errors import InputError
from brightline.moderation.families import check_grounds
from brightline.moderation.training import Recipe, Row, SourceResult, Trial, read_rows, trial
from brightline.moderation.training import train as train_model
from brightline.moderation.training.shipped import FAMILIES, Family, card_of, rows_of
from brightline.rulebook import load_rulebook
from brightline.text.weights import ModelCard

__all__ = ["train"]


def train(
    data: Annotated[list[Path], typer.Option("--data", help="JSONL file, or folder of them; may be repeated.")],
    out: Annotated[Path, typer.Option("--out", help="Folder that gets a folder named as the family.")],
    family: Annotated[str, typer.Option("--family", help="Name of the family; findings stand under model.NAME.")] = "",
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Rule that grounds a review; may be repeated. Known families have theirs.")
    ] = None,
    problem_type: Annotated[list[int] | None, typer.Option("--type", min=1, max=13, help="Problem type; may be repeated.")] = None,
    title_zh: Annotated[str, typer.Option("--title-zh", help="What the family is called in Chinese.")] = "",
    title_en: Annotated[str, typer.Option("--title-en", help="What the family is called in English.")] = "",
    one_source: Annotated[
        bool, typer.Option("--i-know-one-source", help="Train although there is one source: figures then mean nothing.")
    ] = False,
    shipped: Annotated[
        bool,
        typer.Option(
            "--shipped", help="Make the shipped models anew: --data data/open --data training/authored (--family intent: the weigher)."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Train a model and write weights and card. Prints what held-out sources say first."""
    recipe = Recipe()
    if shipped:
        if len(data) != 2 or not all(path.is_dir() for path in data):
            raise InputError("BL-INPUT-864", "--shipped needs two folders", "--data the folder of open data --data training/authored")
        if family == INTENT:
            train_weigher(data[0], data[1], out, as_json)
            return
        chosen = [_known(family)] if family else list(FAMILIES.values())
        for each in chosen:
            rows = rows_of(each, *data)
            _make(rows, card_of(each, rows), recipe, out, one_source, as_json)
        return
    if not (family.isascii() and family.isidentifier() and family.islower()):
        raise InputError("BL-INPUT-865", f"{family!r} names no family", "--family with lower-case letters, digits and _, such as gambling")
    rows = read_rows(data, family)
    _make(rows, _card(family, rows, rule or [], problem_type or [], title_zh, title_en), recipe, out, one_source, as_json)


def _make(rows: list[Row], card: ModelCard, recipe: Recipe, out: Path, one_source: bool, as_json: bool) -> None:
    check_grounds(card.rules, load_rulebook(), datetime.now(UTC).date())
    sources = {row.held_out_with for row in rows}
    if len(sources) < 2 and not one_source:
        raise InputError(
            "BL-INPUT-866",
            f"all {len(rows)} texts come from one source ({', '.join(sorted(sources)) or 'none'}): nothing could show what the model makes of other texts",
            "add texts of another source, or say --i-know-one-source and do not trust the figures",
        )
    judged = _judged(rows, recipe, card.family)
    if not as_json:
        _show(card.family, judged)
    folder = out / card.family
    written = train_model(judged, recipe, card).save(folder)
    if as_json:
        print_json(
            {"family": card.family, "folder": str(folder), "held_out": [asdict(each) for each in judged.table], "card": asdict(written)}
        )
    else:
        console.print(
            f"wrote [bold]{folder}[/]: violating from {written.violating:.4f}, borderline from {written.borderline:.4f}, "
            f"calibration error {judged.calibration_error:.3f}, SHA-256 {written.sha256[:16]}…"
        )


def _judged(rows: list[Row], recipe: Recipe, family: str) -> Trial:
    if not sys.stderr.isatty():
        return trial(rows, recipe)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=type(console)(stderr=True), transient=True) as progress:
        task = progress.add_task(family)
        return trial(rows, recipe, lambda source: progress.update(task, description=f"{family}: without {source}"))


def _card(family: str, rows: list[Row], rules: list[str], types: list[int], title_zh: str, title_en: str) -> ModelCard:
    known = FAMILIES.get(family)
    if known is None and not rules:
        raise InputError(
            "BL-INPUT-867",
            f"{family!r} is a family of your own, so nothing grounds its reviews yet",
            "name rules with --rule, such as those of `brightline rules grounds TYPE`",
        )
    return ModelCard(
        family,
        title_zh or (known.title_zh if known else family),
        title_en or (known.title_en if known else family),
        tuple(rules) or (known.rules if known else ()),
        tuple(types) or (known.problem_types if known else (4,)),
        bits=0, slope=1.0, intercept=0.0, borderline=1.0, violating=1.0, sha256="",
        about={"sources": sorted({row.source for row in rows})},
    )  # fmt: skip


def _known(family: str) -> Family:
    if family not in FAMILIES:
        raise InputError("BL-INPUT-865", f"no shipped model is called {family!r}", f"one of {', '.join([*FAMILIES, INTENT])}")
    return FAMILIES[family]


def _show(family: str, judged: Trial) -> None:
    table = Table(title=f"{family}: each source judged by a model that did not see it", title_justify="left", box=None)
    for name in ("source", "harmful", "ordinary", "AUC", "recall", "recall ~", "flagged", "flagged ~"):
        table.add_column(name, justify="left" if name == "source" else "right")
    for each in judged.table:
        table.add_row(Text(each.source), *_cells(each))
    console.print(table)
    console.print("recall: harmful texts called violating (~: at least borderline); flagged: ordinary texts called so", style="dim")


def _cells(each: SourceResult) -> list[str]:
    shares = (each.recall, each.recall_borderline, each.flagged, each.flagged_borderline)
    auc = "" if each.auc is None else f"{each.auc:.3f}"
    return [str(each.harmful), str(each.ordinary), auc, *("" if share is None else f"{share:.2%}" for share in shares)]
