"""The sheet of a sample: all that an auditor needs to draw it again, in one JSON document without a word of the corpus.

Plan, commitment, seed (published when the sample is closed) and the inspected documents in their order. Who has the sheet and the corpus's
(document, stratum) pairs needs neither this installation nor its database: ``verify_sheet`` is HMAC-SHA-256 and a comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.drawing import sample_digest, verify_sample
from brightline.corpus.sampling.plans import Plan
from brightline.store import CorpusSamples
from brightline.store.engine import Database

__all__ = ["FORMAT", "sheet_of", "verify_sheet"]

FORMAT = "brightline-sample-sheet/1"


def sheet_of(database: Database, sample_id: str, *, tenant: str = "default") -> dict[str, Any]:
    """The sheet of a closed sample as JSON values.

    Raises ``NotFound`` BL-CORPUS-055; ``CorpusError`` BL-CORPUS-058 while the sample is open, since its seed would tell reviewers which
    documents are looked at twice.
    """
    samples = CorpusSamples(database)
    sample = samples.get(sample_id, tenant=tenant)
    if sample.status != "closed":
        raise CorpusError("BL-CORPUS-058", "this sample is still open", "close it; its seed is published then")
    documents = samples.doc_ids(sample.id)
    return {
        "commitment": str(sample.outcome.get("commitment", "")),
        "documents": documents,
        "documents_sha256": sample_digest(documents),
        "format": FORMAT,
        "kind": sample.kind,
        "plan": sample.plan,
        "run": sample.run,
        "sample": sample.id,
        "seed": str(sample.outcome.get("seed", "")),
    }


def verify_sheet(sheet: Mapping[str, Any], documents: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What is wrong with a sheet, given all (document, stratum) pairs of the population; nothing with the empty tuple.

    That the ledger has the same commitment from before the corpus was known, and the same digest of documents, is asked of the ledger.
    Raises ``CorpusError`` BL-CORPUS-051 for what is no sheet of a drawn sample.
    """
    try:
        if sheet["format"] != FORMAT:
            raise ValueError(f"format {sheet['format']!r}")
        plan, seed = Plan.from_document(sheet["plan"]), bytes.fromhex(sheet["seed"])
        inspected = [str(doc_id) for doc_id in sheet["documents"]]
        committed = str(sheet["commitment"])
    except (KeyError, TypeError, ValueError) as problem:
        raise CorpusError("BL-CORPUS-051", f"this is no sheet of a sample: {problem!r}", "take the sheet as it was exported") from problem
    if plan.kind == "technical":
        raise CorpusError(
            "BL-CORPUS-051", "a technical sample is a cut, its documents are counted and not listed", "draw it again by its cut"
        )
    if sample_digest(inspected) != sheet.get("documents_sha256"):
        return ("the list of documents was changed",)
    return verify_sample(plan, seed, committed, documents, inspected)
