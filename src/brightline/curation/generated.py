"""What of a corpus is known to be generated: labels in the text, what assistants say of themselves, and this installation's own answers.

GB 45438-2025 lets generated text carry its label (5.1, Annex E); the share of such text is a figure that TC260-003, 5.1, asks for when sources
are described, and models that are trained on their own answers degrade (Shumailov et al., Nature 631, 2024). This says *labelled* or
*known*, with the evidence. It never guesses by style: detectors of style fail across sources (../docs/corpus-annotations.md).

Own answers are told by the fingerprints of ``labels.fingerprints``. Workers have no database: ``write_snapshot`` writes what they need to
one file, once. The file holds the fingerprints' key and is as secret as that: mode 0600, and never part of a workspace.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from brightline.corpus.annotators.batch import Stretch, by_stretches, version_of
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.annotators.signals import shipped_digest, sightings
from brightline.corpus.errors import CorpusError
from brightline.corpus.schema import FINDINGS
from brightline.labels.fingerprints import LEAST_LETTERS, fingerprint
from brightline.labels.text_label import has_text_label

if TYPE_CHECKING:  # the store takes half a second to import, and a worker has no use for it
    from brightline.store.engine import Database

__all__ = ["SCHEMA", "GeneratedKernel", "keep_snapshot", "kernel", "write_snapshot"]

SCHEMA = pa.schema(
    [pa.field("findings", FINDINGS), pa.field("ai_share", pa.float32()), pa.field("labelled", pa.bool_()), pa.field("known", pa.bool_())]
)
"""``ai_share``: share of the characters that are labelled or known, 0–1. ``labelled``: the text says so itself. ``known``: own answers."""

_CODE = "1"
_WHOLE = frozenset(("generated.label", "generated.metadata", "generated.written_by"))
"""What speaks of the whole text; all else speaks of its paragraph."""

_SAYS_SO = 0.7
"""Score of a signal from which a text counts as generated: phrases of refusal, which people use too, stay findings."""

_LARGE_PART = 0.5
"""Share of a document's passages that must be known for it to be known, as ``labelling.records`` has it for copies."""
_LEAST_GRAMS = 4
"""Known passages of a document below which nothing is said: two texts on one subject share a phrase or two. Own choice."""
_TOO_COMMON = 1_000  # store.text_fingerprints: a gram in more fingerprints says nothing
_LINES_TRIED = 8  # lines of a document that are asked whether they are a label
_FORMAT = "1"


class _Snapshot(NamedTuple):
    key: bytes
    digests: frozenset[str]
    grams: NDArray[np.int64]
    version: str


def kernel(key_hex: str = "", snapshot: str = "") -> GeneratedKernel:
    """The kernel "generated". ``snapshot``: the file of ``write_snapshot``; without it nothing is known, only labelled.
    Raises ``CorpusError`` BL-CORPUS-083 if the file cannot be used.
    """
    return GeneratedKernel(bytes.fromhex(key_hex), _load(Path(snapshot)) if snapshot else None)


class GeneratedKernel:
    """Tells what of each document is known to be generated."""

    name = "generated"
    schema = SCHEMA

    def __init__(self, key: bytes, snapshot: _Snapshot | None) -> None:
        self._key = key
        self._snapshot = snapshot
        self.version = version_of(_CODE, shipped_digest("generated."), snapshot.version if snapshot else "")

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        return by_stretches(documents, SCHEMA, self._annotated)

    def _annotated(self, stretch: Stretch) -> pa.Table:
        found = FindingRows(stretch.texts, self._key)
        shares: dict[int, float] = {}
        labelled: set[int] = set()
        labels: dict[int, list[tuple[int, int]]] = {}
        for seen in sightings(stretch, "generated."):
            row, rule, text = seen.document, seen.signal.rule, stretch.texts[seen.document]
            if rule == "generated.label":
                if row not in labels:
                    labels[row] = _label_lines(text)
                if not any(start <= seen.end and seen.start <= end for start, end in labels[row]):
                    continue
            found.add(row, rule, seen.start, seen.end, seen.signal.score, "label" if rule == "generated.label" else "pattern")
            if seen.signal.score < _SAYS_SO:
                continue
            labelled.add(row)
            share = 1.0 if rule in _WHOLE else _paragraph_share(text, seen.start, seen.end)
            shares[row] = max(shares.get(row, 0.0), share)
        known = self._known(stretch, found, shares)
        rows = range(len(stretch))
        columns = [
            found.column(),
            pa.array([shares.get(row, 0.0) for row in rows], pa.float32()),
            pa.array([row in labelled for row in rows], pa.bool_()),
            pa.array([row in known for row in rows], pa.bool_()),
        ]
        return pa.table(columns, schema=SCHEMA)

    def _known(self, stretch: Stretch, found: FindingRows, shares: dict[int, float]) -> set[int]:
        known: set[int] = set()
        if self._snapshot is None:
            return known
        for row in np.flatnonzero(stretch.lengths >= LEAST_LETTERS).tolist():
            text = stretch.texts[row]
            share = _known_share(text, self._snapshot)
            if share >= _LARGE_PART:
                known.add(row)
                shares[row] = max(shares.get(row, 0.0), share)
                found.add(row, "generated.own_answer", 0, len(text), share, "fingerprint")
        return known


def write_snapshot(database: Database, target: Path, key: bytes, *, tenant: str = "default") -> int:
    """Write the fingerprints of the answers that are kept to ``target`` (a new file, mode 0600); how many answers they are of.

    Raises ``CorpusError`` BL-CORPUS-083 if the file is there already, ``StoreError`` as the database does.
    """
    from sqlalchemy import func, select

    from brightline.store.clock import now_us
    from brightline.store.tables import text_fingerprints, text_grams

    heads = text_fingerprints.c
    alive = (heads.tenant == tenant) & (heads.expires_at > now_us())
    with database.reading() as connection:
        digests = sorted(row.digest for row in connection.execute(select(heads.digest).where(alive)))
        query = (
            select(text_grams.c.gram)
            .join(text_fingerprints, text_grams.c.fingerprint == heads.id)
            .where(alive)
            .group_by(text_grams.c.gram)
            .having(func.count() <= _TOO_COMMON)
        )
        grams = np.sort(np.fromiter((row.gram for row in connection.execute(query)), np.int64))
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CorpusError("BL-CORPUS-083", f"{target.name} is there already", "name a new file, or remove it") from None
    with os.fdopen(descriptor, "wb") as file:
        np.savez(
            file,
            format=np.array(_FORMAT),
            key=np.frombuffer(key, np.uint8),
            digests=np.array(digests, "U32"),
            grams=grams,
            allow_pickle=False,
        )
    return len(digests)


def keep_snapshot(database: Database, folder: Path, key: bytes, *, tenant: str = "default") -> tuple[Path, int]:
    """Write a snapshot of today's fingerprints under the name of what is in it, so that a run that is gone on with finds what it began with;
    its place, and how many answers it is of. Raises as ``write_snapshot``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f".{os.getpid()}.npz"
    fresh.unlink(missing_ok=True)
    known = write_snapshot(database, fresh, key, tenant=tenant)
    return fresh.rename(folder / f"{_load(fresh).version}.npz"), known


def _load(file: Path) -> _Snapshot:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as content:
            if str(content["format"]) != _FORMAT:
                raise ValueError("written by another version")
            digests, grams = content["digests"].tolist(), content["grams"].astype(np.int64)
            key = content["key"].astype(np.uint8).tobytes()
    except (OSError, EOFError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:  # numpy's, of files that are none of its own
        raise CorpusError(
            "BL-CORPUS-083", f"{file.name} is no snapshot of fingerprints ({error})", "write it with write_snapshot"
        ) from error
    return _Snapshot(key, frozenset(digests), grams, version_of(_FORMAT, "".join(digests), grams.tobytes()))


def _known_share(text: str, snapshot: _Snapshot) -> float:
    """The share of a text's passages that stand in own answers; 1 for an answer as it was."""
    made = fingerprint(text, snapshot.key)
    if made is None:
        return 0.0
    if made.digest in snapshot.digests:
        return 1.0
    shared = _count_in(made.grams, snapshot.grams)
    return shared / len(made.grams) if shared >= _LEAST_GRAMS else 0.0


def _count_in(grams: Collection[int], known: NDArray[np.int64]) -> int:
    if not len(known):
        return 0
    asked = np.fromiter(grams, np.int64, len(grams))
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return int((known[at] == asked).sum())


def _label_lines(text: str) -> list[tuple[int, int]]:
    """Places of the lines that make a text labelled: the first and the last ones that are a label; none if the text has no label."""
    if not has_text_label(text):
        return []
    places, begin = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            places.append((begin, begin + len(line.rstrip())))
        begin += len(line)
    tried = places[:_LINES_TRIED] + places[_LINES_TRIED:][-_LINES_TRIED:]
    chosen = [(start, end) for start, end in tried if has_text_label(text[start:end])]
    return chosen or tried


def _paragraph_share(text: str, start: int, end: int) -> float:
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return ((last if last >= 0 else len(text)) - first) / len(text)
