"""Counts shards where they are worked on: a stage of its own, on one machine or on a cluster, whose sums the report only adds up.

The sums of a shard are a few kilobytes of JSON in ``figures/report/``; ``counted_of`` reads them again. At the size of one machine ``build``
counts as fast in its own process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from brightline.corpus.errors import RunError
from brightline.corpus.reporting.counting import count_shard
from brightline.corpus.reporting.counts import Counts
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.documents import canonical_json

__all__ = ["CountTask", "counted_of"]

_FOLDER = "figures/report"
_VERSION = "2"  # of the sums: raised when the same Parquet would be counted otherwise


@dataclass(frozen=True, slots=True)
class CountTask:
    """``kernels``: those that were to run. ``reads``: a digest of what the earlier stages left, so that a changed decision is counted again."""

    workspace: Workspace
    kernels: tuple[str, ...]
    reads: str = ""

    @property
    def stage(self) -> str:
        return "report"

    @property
    def versions(self) -> Mapping[str, str]:
        """What the sums depend on beside the shard."""
        return {"report": _VERSION, "reads": self.reads, "kernels": " ".join(sorted(self.kernels))}

    def __call__(self, shard: Shard) -> Mapping[str, object]:
        """Count one shard. Raises ``RunError`` where the workspace cannot be read or written."""
        counts = count_shard(self.workspace, shard, self.kernels)
        name = _name(shard)
        written = self.workspace.write_bytes(name, canonical_json(counts.to_document()))
        return {"documents": counts.total, "outputs": {name: written.sha256}}


def counted_of(workspace: Workspace, shards: Sequence[Shard]) -> Iterator[Counts]:
    """The sums of every shard that has documents; one without was put aside before and counts as nothing read.

    Raises ``RunError`` BL-CORPUS-071 for sums that cannot be read, and for documents that this stage did not count: a report that leaves
    them out would say that there are fewer.
    """
    for shard in shards:
        if not workspace.exists(_name(shard)):
            if workspace.exists(f"documents/{shard.name}.parquet"):
                raise RunError("BL-CORPUS-071", f"the documents of {shard.name} were not counted", "report again")
            continue
        try:
            yield Counts.from_document(orjson.loads(workspace.read_bytes(_name(shard))))
        except (KeyError, TypeError, ValueError) as problem:
            hint = "remove the folder figures/report of the workspace, and report again"
            raise RunError("BL-CORPUS-071", f"the sums {_name(shard)} cannot be read ({problem!r})", hint) from problem


def _name(shard: Shard) -> str:
    return f"{_FOLDER}/{shard.name}.json"
