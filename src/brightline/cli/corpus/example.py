"""``brightline corpus example``: a corpus of any size to try everything on, with a register and a list of what was planted in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from brightline.cli.terminal import console, print_json
from brightline.errors import InputError

__all__ = ["example"]


def example(
    folder: Annotated[Path, typer.Argument(help="Folder that gets corpus/, sources.yaml and planted.json.")],
    mb: Annotated[float, typer.Option("--mb", min=0.05, max=1_000_000, help="Size in MB.")] = 10,
    seed: Annotated[int, typer.Option(help="Another number gives another corpus.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Make a corpus: the same bytes for the same size and seed. All persons in it are invented."""
    from brightline.curation.example import make_example

    if (folder / "corpus").exists():
        raise InputError("BL-CORPUS-099", f"{folder} holds a corpus already", "name a new folder")
    try:
        planted = make_example(folder, round(mb * 1e6), seed=seed)
    except OSError as problem:
        raise InputError("BL-CORPUS-099", f"{folder} cannot be written: {problem.strerror}", "name a folder of yours") from None
    if as_json:
        print_json({"folder": str(folder), **asdict(planted)})
        return
    console.print(f"{planted.documents:,} documents, {planted.size_bytes / 1e6:,.1f} MB in {folder}/corpus", soft_wrap=True)
    console.print(
        f"  [dim]→ brightline corpus register {folder}/sources.yaml\n  → brightline corpus inspect {folder}/corpus --name NAME[/]",
        soft_wrap=True,
    )
