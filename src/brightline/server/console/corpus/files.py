"""The files of a run, opened for reading: where documents stand, what was found in them, and their text, read from the input again.

Needs the extra ``corpus``; everything else of this room works without it, so what needs it is imported on use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from brightline.corpus.errors import NotInstalled
from brightline.curation.plan import RunPlan
from brightline.store import CorpusRun

if TYPE_CHECKING:
    from brightline.corpus.deciding.looking import FoundDocument
    from brightline.corpus.duplicates.viewing import ClustersPage, Member
    from brightline.corpus.shard import ReadOptions, Shard
    from brightline.corpus.storage import Workspace

__all__ = ["Decided", "Files", "Place"]

_PLAN = "plan.json"


class Place(NamedTuple):
    """A row of a run: where a list goes on."""

    shard: int
    row: int


class Decided(NamedTuple):
    """A document as a list of decisions shows it."""

    place: Place
    doc_id: str
    source_id: str | None
    outcome: str
    rules: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Files:
    """The workspace of a run with its shards, and how its input is read."""

    workspace: Workspace
    shards: list[Shard]
    reading: ReadOptions

    @classmethod
    def of(cls, run: CorpusRun) -> Files:
        """Open them. Raises ``NotInstalled`` BL-CORPUS-020, ``RunError`` where the workspace cannot be read, ``CorpusError`` BL-CORPUS-005."""
        try:
            from brightline.corpus.planning import shards_of_plan
            from brightline.corpus.storage import Workspace
        except ImportError as problem:
            raise NotInstalled(missing=problem.name or "") from None
        workspace = Workspace(run.workspace)
        return cls(workspace, shards_of_plan(workspace.read_bytes(_PLAN)), RunPlan.from_document(run.plan).reading)

    def find(self, *, limit: int = 20, **wanted: Any) -> list[FoundDocument]:
        """Documents by ``doc_id``, ``record_id``, or ``file`` and ``line``. Raises ``CorpusError`` BL-CORPUS-060 where nothing is asked."""
        from brightline.corpus.deciding.looking import find_documents

        return find_documents(self.workspace, self.shards, limit=limit, **wanted)

    def text(self, shard: Shard, row: int) -> str:
        """The raw text of a document. Raises ``CorpusError`` BL-CORPUS-062 and what the reader raises, where the input changed."""
        from brightline.corpus.deciding.looking import text_of

        return text_of(shard, self.reading, row)

    def clusters(self, after: int, limit: int) -> ClustersPage:
        """Groups of near duplicates, the largest first."""
        from brightline.corpus.duplicates.viewing import clusters_page

        return clusters_page(self.workspace, after=after, limit=limit)

    def members(self, cluster_id: str, limit: int) -> list[Member]:
        """Who is in a group: the keeper first, then those that are most like it."""
        from brightline.corpus.duplicates.viewing import cluster_members

        return cluster_members(self.workspace, self.shards, cluster_id, limit=limit)

    def shard(self, number: int) -> Shard:
        """The shard of that number."""
        return next(shard for shard in self.shards if shard.number == number)

    def decided(self, outcome: str, rule: str = "", after: Place | None = None) -> Iterator[Decided]:
        """Documents with that outcome (and, if asked, decided by that rule), in the order of the corpus, behind ``after``.

        Shard by shard: whoever takes fifty reads no more than needed.
        """
        for shard in self.shards:
            name = f"decisions/{shard.name}.parquet"
            if (after is not None and shard.number < after.shard) or not self.workspace.exists(name):
                continue
            begin = after.row + 1 if after is not None and shard.number == after.shard else 0
            yield from self._decided_in(shard, name, outcome, rule, begin)

    def _decided_in(self, shard: Shard, name: str, outcome: str, rule: str, begin: int) -> Iterator[Decided]:
        documents = self.workspace.read_table(f"documents/{shard.name}.parquet", ["file", "line"])
        row = 0
        for batch in self.workspace.batches(name, ["doc_id", "source_id", "outcome", "rules"]):
            outcomes, rules = batch["outcome"].to_pylist(), batch["rules"].to_pylist()
            for here, (is_it, by) in enumerate(zip(outcomes, rules, strict=True)):
                at = row + here
                if at < begin or is_it != outcome or (rule and rule not in by):
                    continue
                place = documents.slice(at, 1).to_pylist()[0]
                told = batch.slice(here, 1).to_pylist()[0]
                yield Decided(Place(shard.number, at), told["doc_id"], told["source_id"], is_it, tuple(by), place["file"], place["line"])
            row += batch.num_rows
