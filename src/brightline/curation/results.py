"""What stages give back in Python: figures with a name, a table for a notebook, and the annotations as Arrow or as a Daft DataFrame."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from brightline.corpus.errors import RunError
from brightline.curation.places import place_of

if TYPE_CHECKING:
    import daft
    import pyarrow as pa

    from brightline.curation.runs import Run

__all__ = ["Annotations", "RejectedFor", "StageResult", "rejected_for"]


@dataclass(frozen=True, slots=True)
class StageResult:
    """``result["documents"]``: what a stage counted, by name. ``figures`` has all of it; ``run`` is the run's id."""

    stage: str
    run: str
    figures: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.figures[name]

    def __str__(self) -> str:
        return f"{self.stage}: " + ", ".join(f"{name} {value:,}" for name, value in self._numbers())

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{value:,}</td></tr>" for name, value in self._numbers())
        return f"<table><caption>{html.escape(self.stage)}</caption>{rows}</table>"

    def _numbers(self) -> Iterator[tuple[str, int]]:
        return ((name, value) for name, value in self.figures.items() if isinstance(value, int) and not isinstance(value, bool))


@dataclass(frozen=True, slots=True)
class Annotations:
    """The rows of one folder of a run's workspace (``documents``, ``annotations/personal``, ``decisions`` …). Nothing is read until asked for."""

    folder: str
    _run: Run = field(repr=False)

    def batches(self, rows: int = 16_384) -> Iterator[pa.Table]:
        """In pieces, in the order of the corpus: for what does not fit into memory."""
        for name in self._names():
            yield from self._run.workspace.batches(name, rows=rows)

    def to_arrow(self) -> pa.Table:
        """As one Arrow table; empty without columns where the stage was not run."""
        import pyarrow as pa

        tables = [self._run.workspace.read_table(name) for name in self._names()]
        return pa.concat_tables(tables) if tables else pa.table({})

    def to_daft(self) -> daft.DataFrame:
        """As a lazy Daft DataFrame over the Parquet files: filter, join and group without loading them. Raises ``RunError`` BL-CORPUS-034 where
        the stage was not run.
        """
        from brightline.corpus.engine.tables import frame_of

        names = self._names()
        if not names:
            raise RunError("BL-CORPUS-034", f"{self._run.workspace.uri} has no table in {self.folder!r}", "do the stage first")
        frame: daft.DataFrame = frame_of(self._run.workspace, names)
        return frame

    def _names(self) -> list[str]:
        return [name for shard in self._run.shards if self._run.workspace.exists(name := f"{self.folder}/{shard.name}.parquet")]


class RejectedFor(NamedTuple):
    """A reason for which something was rejected: how many times, and where the first time in the order of the corpus."""

    reason: str
    times: int
    place: str
    detail: str


def rejected_for(run: Run) -> list[RejectedFor]:
    """The reasons of all rejects of a run, the most frequent first."""
    first: dict[str, dict[str, Any]] = {}
    counts: Counter[str] = Counter()
    for batch in Annotations("rejects", run).batches():
        for each in batch.column("reason").value_counts().to_pylist():
            counts[each["values"]] += each["counts"]
        for reason in counts.keys() - first.keys():
            first[reason] = batch.slice(batch.column("reason").index(reason).as_py(), 1).to_pylist()[0]
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return [RejectedFor(each, counts[each], place_of(first[each]), first[each]["detail"]) for each in ordered]
