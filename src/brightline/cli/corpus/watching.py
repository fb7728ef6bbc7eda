"""A live line for each stage of a run: shards, bytes a second, time left, documents, rejects, shards put aside. On stderr, and only
where somebody looks at it, so that ``--json`` and pipes stay clean.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

if TYPE_CHECKING:
    from brightline.corpus.engine import Progress

__all__ = ["watching"]


@contextmanager
def watching(quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """What stages tell their progress to."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with Bars(
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[seen]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def told(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bars.add_task(progress.stage, total=None, seen="")
            bars.update(tasks[progress.stage], total=max(progress.bytes_total, 1), completed=progress.bytes_done, seen=seen(progress))

        yield told


def seen(progress: Progress) -> str:
    """The figures of a stage in one line."""
    words = [f"{progress.done}/{progress.total} shards", f"{progress.rate / 1e6:.1f} MB/s"]
    if progress.eta_s is not None and progress.done + progress.quarantined < progress.total:
        words.append(f"{_duration(progress.eta_s)} left")
    words.append(f"{progress.documents:,} documents")
    words += [f"{progress.rejected:,} rejected"] if progress.rejected else []
    words += [f"[red]{progress.quarantined} put aside[/]"] if progress.quarantined else []
    return " · ".join(words)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
