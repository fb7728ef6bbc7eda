"""Counts one shard: its documents, annotations, rejects, decisions, redactions and lineage, by Arrow, without a word of text.

A shard is read whole and dropped, so memory is that of the largest shard. Not here: clusters, which reach over shards (``clusters.py``).
A document counts as inspected by a kernel where its row is there and not null in every column that tells; what is missing or null was
*not inspected*, and nothing here ever counts it as clean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from brightline.corpus.reporting.counts import LENGTHS, Counts, length_from
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace

__all__ = ["count_shard"]

_EXTRAS = {"language": ("language",), "rights": ("licence", "forbids_training"), "generated": ("ai_share", "labelled", "known")}
"""Columns beside ``findings`` that a report tells of, by kernel."""

_EXCUSED = "excused"
"""How the validator of a finding begins that stands in a lawful context (news, medicine, study …): counted apart."""

_LONGEST_NAME = 200
"""Characters of a source or licence that a report repeats (own choice; ids in the register have 64 at most)."""


def count_shard(workspace: Workspace, shard: Shard, kernels: Iterable[str]) -> Counts:
    """The sums of one shard. A file that is not there counts as nothing done; ``kernels`` are those that were to run."""
    counts = Counts()
    _count_rejects(counts, _read(workspace, f"rejects/{shard.name}.parquet", ["reason", "length"]))
    documents = _read(workspace, f"documents/{shard.name}.parquet", ["doc_id", "source_id", "licence", "chars"])
    if documents is None or not documents.num_rows:
        return counts
    sources = pc.utf8_slice_codeunits(pc.fill_null(documents.column("source_id"), ""), 0, _LONGEST_NAME)
    _count_documents(counts, documents, sources)
    stated = pc.utf8_slice_codeunits(pc.fill_null(documents.column("licence"), ""), 0, _LONGEST_NAME)
    said = pa.nulls(documents.num_rows, pa.string())
    wanted = sorted(kernels)
    by_all = pa.chunked_array([pa.repeat(bool(wanted), documents.num_rows)])
    for kernel in wanted:
        annotated = _annotations(workspace, kernel, shard)
        if annotated is None:
            by_all = pc.and_(by_all, False)
            continue
        annotated = _beside(documents, annotated)
        seen = _inspected(annotated)
        by_all = pc.and_(by_all, seen)
        counts.inspected[kernel] += _number(seen)
        if "findings" in annotated.column_names:
            _count_findings(counts, sources, annotated.column("findings"))
        if kernel == "language" and "language" in annotated.column_names:
            _count_languages(counts, documents, annotated.column("language"))
        elif kernel == "rights" and "licence" in annotated.column_names:
            said = annotated.column("licence")
            forbidden = pc.fill_null(annotated.column("forbids_training"), False)
            counts.forbids_training.update(sources.filter(forbidden).to_pylist())
        elif kernel == "generated" and "ai_share" in annotated.column_names:
            _count_generated(counts, documents, annotated)
    counts.inspected_by_all["documents"] += _number(by_all)
    counts.licences.update(zip(stated.to_pylist(), pc.fill_null(said, "").to_pylist(), strict=True))
    _count_decisions(counts, documents, sources, _read(workspace, f"decisions/{shard.name}.parquet"))
    _count_redactions(counts, _read(workspace, f"redactions/{shard.name}.parquet", ["doc_id", "rule"]))
    lineage = _read(workspace, f"lineage/{shard.name}.parquet", ["out_file"])
    if lineage is not None:
        counts.emitted["documents"] += lineage.num_rows
        counts.emitted["files"] += len(pc.unique(lineage.column("out_file")))
    return counts


def _count_documents(counts: Counts, documents: pa.Table, sources: pa.ChunkedArray) -> None:
    table = pa.table({"source": sources, "chars": pc.cast(documents.column("chars"), pa.int64())})
    grouped = table.group_by("source").aggregate([("chars", "count"), ("chars", "sum")])
    for source, number, characters in _rows(grouped, ["source", "chars_count", "chars_sum"]):
        counts.documents[source] += number
        counts.characters[source] += characters
    for characters, number in Counter(documents.column("chars").to_pylist()).items():
        counts.lengths[length_from(max(characters, LENGTHS[0]))] += number


def _inspected(annotated: pa.Table) -> pa.ChunkedArray:
    """Of each row, whether the kernel looked."""
    columns = [annotated.column(name) for name in annotated.column_names if name != "doc_id"]
    seen = pc.is_valid(columns[0])
    for column in columns[1:]:
        seen = pc.or_(seen, pc.is_valid(column))
    return seen


def _number(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.cast(mask, pa.int64())).as_py() or 0)


def _count_findings(counts: Counts, sources: pa.ChunkedArray, findings: pa.ChunkedArray) -> None:
    row = pc.list_parent_indices(findings)
    if not len(row):
        return
    flat = pc.list_flatten(findings)
    excused = pc.starts_with(pc.struct_field(flat, "validator"), _EXCUSED)
    table = pa.table({"row": row, "source": sources.take(row), "rule": pc.struct_field(flat, "rule"), "excused": excused})
    grouped = table.group_by(["source", "rule", "excused"]).aggregate([("row", "count"), ("row", "count_distinct")])
    for source, rule, is_excused, findings_of, documents in _rows(
        grouped, ["source", "rule", "excused", "row_count", "row_count_distinct"]
    ):
        if is_excused:
            counts.excused[source, rule] += findings_of
        else:
            counts.found[source, rule] += findings_of
            counts.found_in[source, rule] += documents


def _count_languages(counts: Counts, documents: pa.Table, language: pa.ChunkedArray) -> None:
    table = pa.table({"language": pc.fill_null(language, ""), "chars": pc.cast(documents.column("chars"), pa.int64())})
    grouped = table.group_by("language").aggregate([("chars", "count"), ("chars", "sum")])
    for name, number, characters in _rows(grouped, ["language", "chars_count", "chars_sum"]):
        counts.languages[name] += number
        counts.language_characters[name] += characters


def _count_generated(counts: Counts, documents: pa.Table, annotated: pa.Table) -> None:
    labelled = pc.fill_null(annotated.column("labelled"), False)
    known = pc.fill_null(annotated.column("known"), False)
    share = pc.cast(pc.fill_null(annotated.column("ai_share"), 0.0), pa.float64())
    characters = pc.cast(pc.round(pc.multiply(share, pc.cast(documents.column("chars"), pa.float64()))), pa.int64())
    for name, column in (("labelled", labelled), ("known", known), ("either", pc.or_(labelled, known))):
        counts.generated[name] += int(pc.sum(pc.cast(column, pa.int64())).as_py() or 0)
    counts.generated["characters"] += int(pc.sum(characters).as_py() or 0)


def _count_rejects(counts: Counts, rejects: pa.Table | None) -> None:
    if rejects is None or not rejects.num_rows:
        return
    grouped = rejects.group_by("reason").aggregate([("length", "count"), ("length", "sum")])
    for reason, number, size in _rows(grouped, ["reason", "length_count", "length_sum"]):
        counts.rejects[reason] += number
        counts.rejected_bytes[reason] += size


def _count_decisions(counts: Counts, documents: pa.Table, sources: pa.ChunkedArray, decisions: pa.Table | None) -> None:
    if decisions is None or not decisions.num_rows:
        return
    place = pc.index_in(decisions.column("doc_id"), value_set=documents.column("doc_id"))
    decided = pa.table(
        {
            "source": pc.fill_null(sources.take(place), ""),
            "chars": pc.cast(documents.column("chars").take(place), pa.int64()),
            "outcome": decisions.column("outcome"),
        }
    )
    for source, outcome, number, characters in _rows(
        decided.group_by(["source", "outcome"]).aggregate([("outcome", "count"), ("chars", "sum")]),
        ["source", "outcome", "outcome_count", "chars_sum"],
    ):
        counts.outcomes[source, outcome] += number
        counts.outcome_characters[outcome] += characters or 0
    ruled = decisions.column("rules")
    by_rule = pa.table({"rule": pc.list_flatten(ruled), "outcome": decided.column("outcome").take(pc.list_parent_indices(ruled))})
    for rule, outcome, number in _rows(
        by_rule.group_by(["rule", "outcome"]).aggregate([([], "count_all")]), ["rule", "outcome", "count_all"]
    ):
        counts.decided_by[rule, outcome] += number
    counts.quarantined_for.update(pc.list_flatten(decisions.column("not_inspected")).to_pylist())
    counts.appeals.update(state for state in decisions.column("appeal").to_pylist() if state)


def _count_redactions(counts: Counts, redactions: pa.Table | None) -> None:
    if redactions is None or not redactions.num_rows:
        return
    grouped = redactions.group_by("rule").aggregate([("doc_id", "count"), ("doc_id", "count_distinct")])
    for rule, spans, documents in _rows(grouped, ["rule", "doc_id_count", "doc_id_count_distinct"]):
        counts.redacted[rule] += spans
        counts.redacted_in[rule] += documents


def _annotations(workspace: Workspace, kernel: str, shard: Shard) -> pa.Table | None:
    """The columns that tell whether and what a kernel saw; the broad ones (bands, signatures) are not read where another tells as much."""
    name = f"annotations/{kernel}/{shard.name}.parquet"
    if not workspace.exists(name):
        return None
    with workspace.source(name) as file:
        schema = pq.read_schema(file)
    told = [column for column in ("findings", *_EXTRAS.get(kernel, ())) if column in schema.names]
    narrow = [field.name for field in schema if field.name != "doc_id" and not pa.types.is_nested(field.type)]
    every = [column for column in schema.names if column != "doc_id"]
    return workspace.read_table(name, ["doc_id", *(told or narrow or every)])


def _beside(documents: pa.Table, annotated: pa.Table) -> pa.Table:
    """The annotations in the order of the documents; null where a document has none."""
    if annotated.column("doc_id").equals(documents.column("doc_id")):
        return annotated
    return annotated.take(pc.index_in(documents.column("doc_id"), value_set=annotated.column("doc_id")))


def _read(workspace: Workspace, name: str, columns: Sequence[str] | None = None) -> pa.Table | None:
    return workspace.read_table(name, columns) if workspace.exists(name) else None


def _rows(table: pa.Table, columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(table.column(column).to_pylist() for column in columns), strict=True)
