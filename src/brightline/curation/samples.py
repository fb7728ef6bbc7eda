"""Samples of a run: the population is streamed past the plan twice (count, draw), then the texts of the drawn documents are fetched.

    human      of what is kept, as it is put out: people look at 4,000 or more            SEC-D7
    technical  of what is kept, as it is put out: a tenth is inspected again              SEC-D8
    removed    of what was dropped, quarantined or redacted, as it came: was that right?
    source     of each source as it came, against the 5 % rule                             SEC-D1, SEC-D2

As it is put out: with personal data covered as ``emit`` covers it, in the style of the last emission or the usual one. So reviewers see no
number that was taken out, and one that was overlooked is a failure.

Seeds were committed to when the run began (``runs.py``). Plans, drawing and verdicts are ``corpus.sampling``'s; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from brightline.corpus.errors import CorpusError
from brightline.corpus.reading import read_shard
from brightline.corpus.sampling import (
    COMMITTED,
    Drawn,
    Plan,
    commitment,
    count_strata,
    derive_seed,
    draw,
    plan_human,
    plan_removed,
    plan_source_check,
    plan_technical,
    verify_sheet,
)
from brightline.corpus.shard import Shard
from brightline.curation.places import place_of
from brightline.curation.runs import Run
from brightline.curation.stages import emission, options_of, require_decisions
from brightline.curation.technical import look_again
from brightline.store import CorpusSamples, NewItem, StoredSample

__all__ = ["KINDS", "Kind", "draw_sample", "population", "population_of", "read_covered", "read_texts", "verify_drawn"]

Kind = Literal["human", "technical", "removed", "source"]
KINDS: tuple[Kind, ...] = ("human", "technical", "removed", "source")

_KEPT = ("keep", "redact")
_REMOVED = ("drop", "quarantine", "redact")
_LONGEST_TEXT = 100_000
"""Characters of a document that a reviewer gets (own choice: nobody reads 50 pages for one answer); the rest is said to be there."""


class Member(NamedTuple):
    """A document of a population: ``stratum`` is what the sample is stratified by."""

    doc_id: str
    source: str
    stratum: str


def draw_sample(run: Run, kind: Kind, *, size: int = 0, by: str) -> StoredSample:
    """Draw the sample of that kind from a run. ``size``: another number of documents than the standard's (human) or of each source.

    Raises ``CorpusError``: BL-CORPUS-093 for what is drawn from decisions before there are any, -052 for an empty population, -053 where the run
    has as many samples of the kind as seeds were committed to.
    """
    if kind != "source":
        require_decisions(run)
    samples, tenant = CorpusSamples(run.curation.store.database), run.curation.settings.tenant
    plan = _plan(kind, size, count_strata(member.stratum for member in population(run, kind)))
    plan = replace(plan, number=samples.next_number(run.id, plan.kind, plan.population, tenant=tenant))
    if plan.number > COMMITTED:
        raise CorpusError("BL-CORPUS-053", f"this run has {COMMITTED} samples of this kind", "inspect the corpus anew")
    seed = derive_seed(run.curation.key.sampling, run.id, plan.kind, plan.population, plan.number)
    if kind == "technical":
        return look_again(run, plan, seed, ((each.doc_id, each.stratum) for each in population(run, kind)), by=by)
    drawn = draw(plan, seed, ((each.doc_id, each.stratum) for each in population(run, kind)))
    wanted = {each.doc_id for each in drawn}
    sources = {each.doc_id: each.source for each in population(run, kind) if each.doc_id in wanted}
    found = {doc_id: (lineage, text) for doc_id, lineage, text in (read_covered if kind == "human" else read_texts)(run, wanted)}
    return samples.create(
        run=run.id,
        kind=plan.kind,
        plan=plan.to_document(),
        items=[_item(each, sources[each.doc_id], *found[each.doc_id]) for each in drawn],
        by=by,
        commitment=commitment(seed),
        tenant=tenant,
    )


def population(run: Run, kind: Kind) -> Iterator[Member]:
    """Every document that a sample of that kind may draw, shard by shard. Raises as ``draw_sample`` does."""
    if kind == "source":
        for table in _tables(run, "documents", ["doc_id", "source_id"]):
            yield from (Member(doc_id, source or "", source or "") for doc_id, source in _rows(table))
        return
    for table in _tables(run, "decisions", ["doc_id", "source_id", "outcome", "rules"]):
        for doc_id, source, outcome, rules in _rows(table):
            if kind == "removed" and outcome in _REMOVED:
                yield Member(doc_id, source or "", " ".join((outcome, *rules[:1])))
            elif kind != "removed" and outcome in _KEPT:
                yield Member(doc_id, source or "", source or "")


def population_of(run: Run, plan: Plan) -> Iterator[Member]:
    """The documents that a plan was made of. Raises as ``draw_sample`` does."""
    kind: Kind = "source" if plan.population == "all" else "removed" if plan.population == "removed" else "human"
    return population(run, kind)


def verify_drawn(run: Run, sheet: Mapping[str, Any], documents: Iterable[tuple[str, str]] | None = None) -> tuple[str, ...]:
    """What is wrong with the sheet of a sample of a run, by its documents and by this installation's ledger; nothing with the empty tuple.

    ``documents``: all (document, stratum) pairs of the population; the run's own without them. Raises ``CorpusError`` BL-CORPUS-051, -093.
    """
    problems = _against_the_ledger(run, sheet)
    if documents is None:
        documents = ((each.doc_id, each.stratum) for each in population_of(run, Plan.from_document(sheet["plan"])))
    return (*problems, *verify_sheet(sheet, documents))


def _against_the_ledger(run: Run, sheet: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        plan, told = Plan.from_document(sheet["plan"]), tuple(str(sheet[name]) for name in ("commitment", "sample", "documents_sha256"))
    except KeyError as problem:
        raise CorpusError("BL-CORPUS-051", f"this is no sheet of a sample: it has no {problem}", "take it as it was exported") from None
    samples, tenant = CorpusSamples(run.curation.store.database), run.curation.settings.tenant
    committed = samples.committed_seed(run.id, plan.kind, plan.population, plan.number, tenant=tenant)
    problems = ["the ledger has another commitment for this sample"] if committed != told[0] else []
    drawn = run.curation.store.audit.events(kind="corpus.sample_drawn", subject=told[1])
    if not any(event.detail.get("documents") == told[2] for event in drawn):
        problems.append("the ledger has no sample of these documents")
    return tuple(problems)


def read_texts(run: Run, wanted: AbstractSet[str]) -> Iterator[tuple[str, str, str]]:
    """Document, place and text, as it came, of those that are wanted, in the order of the corpus. Only their shards are read."""
    ids = pa.array(sorted(wanted), pa.string())
    for shard, _places in _holding(run, ids):
        for batch in read_shard(shard, run.plan.reading):
            chosen = batch.documents.filter(pc.is_in(batch.documents.column("doc_id"), value_set=ids))
            for row in chosen.select(["doc_id", "file", "line", "position", "text"]).to_pylist():
                yield row["doc_id"], place_of(row), row["text"]


def read_covered(run: Run, wanted: AbstractSet[str]) -> Iterator[tuple[str, str, str]]:
    """The same with the texts as they are put out; documents that are not are left out."""
    task = emission(run, **options_of(run, "emit"))
    for shard, places in _holding(run, pa.array(sorted(wanted), pa.string())):
        for doc_id, text in task.covered(shard, wanted):
            yield doc_id, places[doc_id], text


def _holding(run: Run, ids: pa.Array) -> Iterator[tuple[Shard, dict[str, str]]]:
    """The shards that hold these documents, and where each stands."""
    for shard in run.shards:
        name = f"documents/{shard.name}.parquet"
        if not run.workspace.exists(name):
            continue
        here = run.workspace.read_table(name, ["doc_id", "file", "line", "position"])
        here = here.filter(pc.is_in(here.column("doc_id"), value_set=ids))
        if here.num_rows:
            yield shard, {row["doc_id"]: place_of(row) for row in here.to_pylist()}


def _plan(kind: Kind, size: int, strata: Mapping[str, int]) -> Plan:
    sized = {"size": size} if size else {}
    if kind == "human":
        return plan_human(strata, **sized)
    if kind == "source":
        return plan_source_check(strata, **sized)
    if size:
        raise CorpusError("BL-CORPUS-094", f"a {kind} sample has the size that its statement needs", "leave the size out")
    return plan_technical(strata) if kind == "technical" else plan_removed(strata)


def _item(drawn: Drawn, source: str, lineage: str, text: str) -> NewItem:
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}\n[… {len(text) - _LONGEST_TEXT} …]"
    return NewItem(drawn.doc_id, source, drawn.stratum, drawn.double, lineage, text)


def _tables(run: Run, folder: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The tables of a folder, shard by shard; a shard that was put aside has none. Raises ``CorpusError`` BL-CORPUS-093."""
    found = False
    for shard in run.shards:
        if run.workspace.exists(name := f"{folder}/{shard.name}.parquet"):
            found = True
            yield from run.workspace.batches(name, columns, rows=16_384)
    if not found:
        raise CorpusError("BL-CORPUS-093", f"this run has no {folder} yet", f"brightline corpus decide {run.plan.corpus}")


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
