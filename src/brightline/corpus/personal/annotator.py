"""The kernel "personal": for each document the personal data in it, with exact spans and a keyed hash of the evidence.

The hash is keyed, so that nobody who reads the log can try all telephone numbers. A document that cannot be looked at stays null.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib import metadata, resources

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from brightline.corpus.errors import CorpusError
from brightline.corpus.personal.families import FAMILIES
from brightline.corpus.personal.finder import BETWEEN, find_in
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.rules import RULES
from brightline.corpus.schema import FINDINGS

__all__ = ["PersonalKernel"]

CODE = 6  # goes up whenever the detectors could find something else in the same text
_SCHEMA = pa.schema([pa.field("findings", FINDINGS)])
_MOST_BYTES = 32 << 20  # looked at together: twice as much in memory at a time (own choice)


class PersonalKernel:
    """``key_hex``: 16–64 bytes. ``detectors``: ids of rules that are looked for, all if None. Raises ``CorpusError`` BL-CORPUS-082."""

    name = "personal"
    schema = _SCHEMA

    def __init__(self, key_hex: str, detectors: Sequence[str] | None = None) -> None:
        self._key = _key(key_hex)
        unknown = sorted(set(detectors or ()) - set(RULES))
        if unknown:
            raise CorpusError("BL-CORPUS-082", f"there is no rule {', '.join(unknown)}", f"use some of: {', '.join(RULES)}")
        self._wanted = frozenset(RULES if detectors is None else detectors)
        self.version = _version(self._wanted)

    def annotate(self, documents: pa.Table) -> pa.Table:
        """One row of findings for each row of ``documents``, empty where nothing was found."""
        texts = documents.column("text")
        rows: list[list[dict[str, object]] | None] = []
        for chunk in texts.chunks:
            for begin, end in _slices(chunk):
                rows.extend(self._findings(chunk.slice(begin, end - begin)))
        return pa.table({"findings": pa.array(rows, FINDINGS)}, schema=_SCHEMA)

    def _findings(self, texts: pa.Array) -> list[list[dict[str, object]] | None]:
        written, bounds = _together(texts)
        rows: list[list[dict[str, object]] | None] = [[] if known else None for known in texts.is_valid().to_pylist()]
        for number, found in find_in(written, bounds):
            text = written[bounds[number] : bounds[number + 1]].decode()
            rows[number] = [self._row(hit, text) for hit in found if hit.rule in self._wanted]
        return rows

    def _row(self, hit: Found, text: str) -> dict[str, object]:
        evidence = text[hit.start : hit.end].encode()
        digest = hashlib.blake2b(evidence, key=self._key, digest_size=16).hexdigest()
        return {
            "rule": hit.rule,
            "start": hit.start,
            "end": hit.end,
            "evidence_hash": digest,
            "score": hit.score,
            "validator": hit.validator,
        }


def _key(key_hex: str) -> bytes:
    try:
        key = bytes.fromhex(key_hex)
    except ValueError:
        key = b""
    if not 16 <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise CorpusError("BL-CORPUS-082", "the key for evidence hashes is not 16 to 64 bytes in hex", "pass the installation's own key")
    return key


def _version(wanted: frozenset[str]) -> str:
    """16 hex characters over tables, traces, the libraries that check numbers, the rules asked for and the code's number."""
    digest = hashlib.sha256(f"personal {CODE} {sorted(wanted)} {[(family.name, family.traces) for family in FAMILIES]}".encode())
    for library in ("python-stdnum", "phonenumbers"):
        digest.update(f"{library} {metadata.version(library)}".encode())
    tables = resources.files("brightline.corpus.personal").joinpath("data")
    for table in sorted(tables.iterdir(), key=lambda entry: entry.name):
        digest.update(table.read_bytes())
    return digest.hexdigest()[:16]


def _slices(texts: pa.Array) -> Iterator[tuple[int, int]]:
    """Rows that are looked at together: as many as ``_MOST_BYTES`` hold, at least one."""
    sizes = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
    begin, size = 0, 0
    for row, more in enumerate(sizes.tolist()):
        if size and size + more > _MOST_BYTES:
            yield begin, row
            begin, size = row, 0
        size += more
    if len(sizes) > begin:
        yield begin, len(sizes)


def _together(texts: pa.Array) -> tuple[bytes, list[int]]:
    """The texts in UTF-8 with ``BETWEEN`` between them, and where each begins (nulls are empty)."""
    binary = pc.fill_null(texts.cast(pa.large_binary()), b"")
    lengths = pc.binary_length(binary).to_numpy(zero_copy_only=False).astype(np.int64) + len(BETWEEN)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    bounds[-1] -= len(BETWEEN)
    listed = pa.ListArray.from_arrays(pa.array([0, len(binary)], pa.int32()), binary)
    joined = pc.binary_join(listed, pa.scalar(BETWEEN, pa.large_binary()))
    return joined[0].as_py(), bounds.tolist()
