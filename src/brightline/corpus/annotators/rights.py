"""Signs of other people's rights: notices, licences, numbers of publications, paywalls, marks on copies, and refusals of training.

GB/T 45654 (TC260-003, 5.2 b) asks who owns what a corpus holds, and 5.1 that refusals are honoured. A sign proves no infringement: what
follows depends on the source's licence and contract, which a document does not tell. What the signs are stands in
``data/signals_rights.tsv``; numbers are proved by their check digits. Not done: recognising a work that carries no sign.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyarrow as pa
from stdnum import isbn, issn

from brightline.corpus.annotators.batch import Stretch, by_stretches, version_of
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.annotators.signals import Sighting, shipped_digest, sightings
from brightline.corpus.errors import CorpusError
from brightline.corpus.schema import FINDINGS

__all__ = ["SCHEMA", "RightsKernel", "kernel", "licence_said"]

SCHEMA = pa.schema([pa.field("findings", FINDINGS), pa.field("licence", pa.string()), pa.field("forbids_training", pa.bool_())])
"""``licence``: the SPDX expression that the text names, null where it names none. ``forbids_training``: it refuses mining or training."""

_CODE = "1"
_LICENCES = Path(__file__).parent / "data" / "licences.tsv"
_REFUSALS = frozenset(("rights.tdm_opt_out", "rights.training_forbidden"))
_AFTER_A_NAME = 60  # characters behind a licence's name that may hold its version: "GNU General Public License as published …, version 3"
_SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+()-]+(?:\s+(?:AND|OR|WITH)\s+[\w.+()-]+)*)", re.IGNORECASE)
_PROVED = {"rights.isbn": ("isbn", isbn.is_valid), "rights.issn": ("issn", issn.is_valid)}


def kernel(key_hex: str = "") -> RightsKernel:
    """The kernel "rights". ``key_hex``: the key of the evidence hashes."""
    return RightsKernel(bytes.fromhex(key_hex))


class RightsKernel:
    """Finds signs of rights."""

    name = "rights"
    schema = SCHEMA

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.version = version_of(_CODE, shipped_digest("rights."), _LICENCES.read_bytes())

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        return by_stretches(documents, SCHEMA, self._annotated)

    def _annotated(self, stretch: Stretch) -> pa.Table:
        found = FindingRows(stretch.texts, self._key)
        licences: dict[int, str] = {}
        refused: set[int] = set()
        for seen in sightings(stretch, "rights."):
            rule = seen.signal.rule
            how = _proof(seen, stretch.texts[seen.document])
            if how is None:
                continue
            found.add(seen.document, rule, seen.start, seen.end, seen.signal.score, how)
            if rule in _REFUSALS:
                refused.add(seen.document)
            if rule == "rights.licence_header" and seen.document not in licences:
                said = licence_said(stretch.texts[seen.document][seen.start : seen.end + _AFTER_A_NAME])
                if said is not None:
                    licences[seen.document] = said
        rows = range(len(stretch))
        return pa.table(
            [
                found.column(),
                pa.array([licences.get(row) for row in rows], pa.string()),
                pa.array([row in refused for row in rows], pa.bool_()),
            ],
            schema=SCHEMA,
        )


def licence_said(text: str) -> str | None:
    """The SPDX expression or identifier of the licence that a header names; None if it is none of the known ones."""
    named = _SPDX.search(text)
    if named:
        return named.group(1).strip("()").rstrip(".")
    first = min(((match.start(), licence) for licence, expression in _licences() if (match := expression.search(text))), default=None)
    return first and first[1]


def _proof(seen: Sighting, text: str) -> str | None:
    """How a sighting was proved; None where it has a number whose check digit is wrong."""
    if seen.signal.rule not in _PROVED:
        return "pattern"
    name, is_valid = _PROVED[seen.signal.rule]
    expression = seen.signal.expression
    match = expression.match(text, seen.start) if expression else None
    return name if match and is_valid(re.sub(r"[\s—–-]", "", match.group(1))) else None


@cache
def _licences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Identifier and expression of every known licence. Raises ``CorpusError`` BL-CORPUS-081 where a row is wrong."""
    known = []
    for number, line in enumerate(_LICENCES.read_text("utf-8").splitlines()[1:], 2):
        cells = line.split("\t")
        if len(cells) != 3 or not all(cells):
            raise CorpusError("BL-CORPUS-081", f"{_LICENCES.name}, line {number}: wants licence, expression and source", "correct the row")
        known.append((cells[0], re.compile(cells[1], re.IGNORECASE)))
    return tuple(known)
