"""The Arrow tables of a corpus: what every stage reads and writes. One row of ``documents`` is one document of the input.

Spans are ``[start, end)`` in code points of the raw text, never of a normalised one. A null is *not inspected*, never clean.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa

__all__ = ["CLUSTERS", "DECISIONS", "DOCUMENTS", "FINDING", "FINDINGS", "INPUT", "REDACTIONS", "REJECTS", "document_id"]

FINDING = pa.struct(
    [
        pa.field("rule", pa.string(), nullable=False),  # dotted: personal.id_card, rights.copyright_notice, illegal.gambling.site …
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("evidence_hash", pa.string(), nullable=False),  # 32 hex: BLAKE2b-128 of the evidence under the installation's key
        pa.field("score", pa.float32(), nullable=False),  # 0–1
        pa.field("validator", pa.string(), nullable=False),  # how it was proved: "cn.ric", "luhn+bin+context", "pattern", "goal"
    ]
)
FINDINGS = pa.list_(FINDING)

INPUT = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source_id", pa.string()),  # null: the row names no registered source, which is flagged and never guessed
        pa.field("file", pa.string(), nullable=False),  # relative to the corpus, with "/"
        pa.field("position", pa.int64(), nullable=False),  # bytes into the (unpacked) file; for Parquet the number of the row
        pa.field("line", pa.int64(), nullable=False),  # line, row or record, from 1; 0 in a part of an object, whose lines nobody counted
        pa.field("record_id", pa.string()),  # what the row calls itself
        pa.field("url", pa.string()),
        pa.field("published_at", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("text", pa.large_string(), nullable=False),
    ]
)
"""What a reader makes and kernels get, in batches."""

DOCUMENTS = pa.schema([*(field for field in INPUT if field.name != "text"), pa.field("chars", pa.int32(), nullable=False)])
"""What is kept of a document: where it stands, no word of it."""

REJECTS = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("length", pa.int64(), nullable=False),  # bytes that were passed over
        pa.field("reason", pa.string(), nullable=False),  # a stable word: not_json, not_utf8, no_text_field, wrong_type, too_long …
        pa.field("detail", pa.string(), nullable=False),
    ]
)

CLUSTERS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("cluster_id", pa.string(), nullable=False),  # the keeper's doc_id
        pa.field("keeper", pa.bool_(), nullable=False),
        pa.field("jaccard", pa.float32(), nullable=False),  # verified, to the keeper; 1.0 for the keeper itself
        pa.field("exact", pa.bool_(), nullable=False),  # the same normalised text
    ]
)

DECISIONS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source_id", pa.string()),
        pa.field("outcome", pa.string(), nullable=False),  # keep · redact · drop · quarantine
        pa.field("rules", pa.list_(pa.string()), nullable=False),  # rulebook ids and corpus rules that made it so
        pa.field("reason_zh", pa.string(), nullable=False),
        pa.field("reason_en", pa.string(), nullable=False),
        pa.field("not_inspected", pa.list_(pa.string()), nullable=False),  # names of kernels that did not run on it
        pa.field("appeal", pa.string(), nullable=False),  # "" · open · restored · upheld
    ]
)

REDACTIONS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),  # in the raw text
        pa.field("end", pa.int32(), nullable=False),
        pa.field("out_start", pa.int32(), nullable=False),  # in the text that was put out
        pa.field("out_end", pa.int32(), nullable=False),
        pa.field("placeholder", pa.string(), nullable=False),
        pa.field("evidence_hash", pa.string(), nullable=False),
    ]
)


def document_id(file: str, position: int, content: bytes) -> str:
    """32 hex characters: SHA-256 (its first half) of where the document stands in its corpus and of its bytes as they were read.

    It depends on no shard, no engine and no order, so that an auditor who has the corpus draws the same sample again; two copies of
    one text in one corpus are two documents.
    """
    return hashlib.sha256(f"{file}\0{position}\0".encode() + content).hexdigest()[:32]
