"""The stage "decide": one decision for each document of a shard, written to ``decisions/NAME.parquet``.

Before it, once for the run, ``elect_standins`` looks at the documents in clusters and notes which text stays where a keeper does not.
Documents about which nothing is known but good are kept without looking at them one by one; for all others ``decide_document`` decides.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from brightline.corpus.deciding.annotations import ShardAnnotations, read_annotations
from brightline.corpus.deciding.document import Circumstances, Copy, DocumentDecision, SourceStanding, Titles, decide_document
from brightline.corpus.deciding.policy import Policy, shipped_policy
from brightline.corpus.deciding.standins import Member, StandIn, elect
from brightline.corpus.deciding.withdrawn import Withdrawn
from brightline.corpus.duplicates.clustering import CLUSTERS_FILE, members_name
from brightline.corpus.reading import read_shard
from brightline.corpus.schema import DECISIONS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

__all__ = ["STANDINS_FILE", "DecideTask", "elect_standins"]

STANDINS_FILE = "clusters/standins.parquet"

_STANDINS = pa.schema(
    [
        pa.field("cluster_id", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("exact", pa.bool_(), nullable=False),
    ]
)
_APPEALS = {"lifted": "restored", "freed": "restored"}  # as the table says it
_CODE = "4"
"""Changes whenever the same circumstances would be decided otherwise."""


@dataclass(frozen=True, slots=True)
class DecideTask:
    """``kernels``: kernel → version, all that have to have looked at a document. ``sources``: the register's standing of each source.
    ``withdrawn``: what upheld complaints take out. ``appeals``: document → open, restored, lifted, freed or upheld. ``titles``: rule → what reasons call it. ``reading``: needed where a complaint
    names a pattern in the text. ``clusters``: digest of what the stage ``cluster`` and ``elect_standins`` wrote. ``annotated``: digest of what
    the stage ``annotate`` wrote: documents that were read otherwise, or only now, are decided anew.
    """

    workspace: Workspace
    kernels: Mapping[str, str]
    sources: Mapping[str, SourceStanding]
    withdrawn: Withdrawn = field(default_factory=Withdrawn)
    appeals: Mapping[str, str] = field(default_factory=dict)
    policy: Policy = field(default_factory=shipped_policy)
    reading: ReadOptions = field(default_factory=ReadOptions)
    clusters: str = ""
    annotated: str = ""
    titles: Titles = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return "decide"

    @property
    def versions(self) -> Mapping[str, str]:
        """Decisions are made anew when any of this changes."""
        return {
            **{f"kernel {name}": version for name, version in self.kernels.items()},
            "annotated": self.annotated,
            "appeals": _digest(sorted(self.appeals.items())),
            "clusters": self.clusters,
            "decide": _CODE,
            "policy": self.policy.version,
            "reading": self.reading.digest,
            "sources": _digest(sorted(self.sources.items())),
            "titles": _digest(sorted(self.titles.items())),
            "withdrawn": _digest(repr(self.withdrawn)),
        }

    def __call__(self, shard: Shard) -> Mapping[str, object]:
        """Decide a shard. Counts: ``documents``, one for each outcome, and ``rules`` (decisive rule or ground → documents). A shard that nobody
        annotated has no documents and counts as ``left_out``."""
        if not _is_annotated(self.workspace, shard):
            return {"documents": 0, "left_out": 1, "outputs": {}}
        circumstances = _ShardDocuments(self, shard)
        copies = circumstances.copies(self._standins())
        decided = [circumstances.decided(row, copies.get(row)) for row in range(circumstances.rows)]
        written = self.workspace.write_table(f"decisions/{shard.name}.parquet", circumstances.table(decided), DECISIONS)
        outcomes = Counter(each.outcome for each in decided)
        rules = Counter(rule for each in decided for rule in each.rules)
        return {
            "documents": circumstances.rows,
            "left_out": 0,
            **{outcome: outcomes[outcome] for outcome in ("keep", "redact", "quarantine", "drop")},
            "rules": dict(sorted(rules.items())),
            "outputs": {f"decisions/{shard.name}.parquet": written.sha256},
        }

    def _standins(self) -> dict[str, StandIn]:
        if not self.workspace.exists(STANDINS_FILE):
            return {}
        rows = self.workspace.read_table(STANDINS_FILE).to_pylist()
        return {row["cluster_id"]: StandIn(row["doc_id"], row["exact"]) for row in rows}


def elect_standins(task: DecideTask, shards: Sequence[Shard]) -> DecideTask:
    """Note which text stays in clusters whose keeper does not (``standins``); the task that heeds it. Reads only shards with copies."""
    names = set(task.workspace.names("clusters/members/"))
    standins = elect(member for shard in shards if members_name(shard) in names for member in _ShardDocuments(task, shard).members())
    rows = [{"cluster_id": cluster, "doc_id": each.doc_id, "exact": each.exact} for cluster, each in standins.items()]
    written = task.workspace.write_table(STANDINS_FILE, pa.Table.from_pylist(rows, schema=_STANDINS), _STANDINS)
    exists = task.workspace.exists(CLUSTERS_FILE)
    digest = _digest([task.workspace.sha256(CLUSTERS_FILE) if exists else "", written.sha256])
    return replace(task, clusters=digest)


class _ShardDocuments:
    """A shard's documents and all that is known of them."""

    def __init__(self, task: DecideTask, shard: Shard) -> None:
        self._task = task
        self._shard = shard
        self._documents = task.workspace.read_table(f"documents/{shard.name}.parquet", ["doc_id", "source_id", "url"])
        self.rows = self._documents.num_rows
        self._ids: list[str] = self._documents["doc_id"].to_pylist()
        self._sources: list[str | None] = self._documents["source_id"].to_pylist()
        self._known: ShardAnnotations = read_annotations(task.workspace, shard, list(task.kernels), self.rows)
        self._withdrawn = dict(self._complaints())
        self._remarked = self._known.found.keys() | self._known.missing.keys() | self._withdrawn.keys()
        self._by_source: dict[str | None, DocumentDecision] = {}

    def decided(self, row: int, copy: Copy | None) -> DocumentDecision:
        """The decision on a document. What nothing is known of but its source is decided once for each source."""
        source_id = self._sources[row]
        appeal = self._task.appeals.get(self._ids[row], "")
        plain = copy is None and not appeal and row not in self._remarked
        if plain and source_id in self._by_source:
            return self._by_source[source_id]
        decision = decide_document(
            self._task.policy,
            Circumstances(
                source_id,
                None if source_id is None else self._task.sources.get(source_id),
                tuple(self._known.found.get(row, ())),
                copy,
                self._withdrawn.get(row, ""),
                tuple(self._known.missing.get(row, ())),
                appeal,
            ),
            self._task.titles,
        )
        if plain:
            self._by_source[source_id] = decision
        return decision

    def members(self) -> Iterator[Member]:
        """Its documents in clusters, with what would become of them if they were no copies."""
        for row in self._task.workspace.read_table(members_name(self._shard)).to_pylist():
            outcome = self.decided(row["row"], None).outcome
            yield Member(row["doc_id"], row["cluster_id"], row["keeper"], row["jaccard"], row["exact"], outcome)

    def copies(self, standins: Mapping[str, StandIn]) -> dict[int, Copy]:
        """Row → of what it is a copy, where that stays."""
        if not self._task.workspace.exists(members_name(self._shard)):
            return {}
        found: dict[int, Copy] = {}
        for row in self._task.workspace.read_table(members_name(self._shard)).to_pylist():
            keeper = row["cluster_id"]
            stays = standins.get(keeper, StandIn(keeper, True))
            if stays.doc_id and stays.doc_id != row["doc_id"] and not row["keeper"]:
                # Whoever has the keeper's own text was as good as compared with all that the keeper was compared with.
                compared = row["exact"] or stays.exact
                found[row["row"]] = Copy(stays.doc_id, row["exact"] and stays.exact, "" if compared else keeper)
        return found

    def table(self, decided: Sequence[DocumentDecision]) -> pa.Table:
        """The decisions as they are kept."""
        missing = [self._known.missing.get(row, []) for row in range(self.rows)]
        appeals = [_APPEALS.get(appeal := self._task.appeals.get(name, ""), appeal) for name in self._ids]
        columns: list[Any] = [
            self._documents["doc_id"],
            self._documents["source_id"],
            pa.array([each.outcome for each in decided], pa.string()),
            pa.array([list(each.rules) for each in decided], pa.list_(pa.string())),
            pa.array([each.reason_zh for each in decided], pa.string()),
            pa.array([each.reason_en for each in decided], pa.string()),
            pa.array(missing, pa.list_(pa.string())),
            pa.array(appeals, pa.string()),
        ]
        return pa.table(columns, schema=DECISIONS)

    def _complaints(self) -> Iterator[tuple[int, str]]:
        withdrawn = self._task.withdrawn
        if not withdrawn:
            return
        texts = self._texts() if withdrawn.needs_text else (None for _ in range(self.rows))
        urls = self._documents["url"].to_pylist()
        for row, (name, url, text) in enumerate(zip(self._ids, urls, texts, strict=True)):
            if complaint := withdrawn.complaint_about(doc_id=name, url=url, text=text):
                yield row, complaint

    def _texts(self) -> Iterator[str | None]:
        for batch in read_shard(self._shard, self._task.reading):
            yield from batch.documents["text"].to_pylist()


def _is_annotated(workspace: Workspace, shard: Shard) -> bool:
    return workspace.exists(f"documents/{shard.name}.parquet")


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=repr, ensure_ascii=False).encode()).hexdigest()[:16]
