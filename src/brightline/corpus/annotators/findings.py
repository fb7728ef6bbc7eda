"""Findings on their way into Arrow: collected row by row, turned into one column.

The evidence itself is not kept, only its hash under the installation's key, so that a log of findings gives nobody's data away.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from brightline.corpus.schema import FINDING

__all__ = ["MOST_OF_A_RULE", "FindingRows", "keyed_hash"]

MOST_OF_A_RULE = 50
"""Findings of one rule that are kept of a document. Own choice: more change no decision, and a hostile text would fill the table."""


def keyed_hash(evidence: str, key: bytes) -> str:
    """32 hex characters: BLAKE2b-128 (RFC 7693) of the evidence in UTF-8 under the key."""
    return hashlib.blake2b(evidence.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


class FindingRows:
    """The findings of some documents."""

    def __init__(self, texts: Sequence[str], key: bytes) -> None:
        self._texts = texts
        self._key = key
        self._found: dict[int, set[tuple[int, int, str, float, str]]] = {}
        self._counts: Counter[tuple[int, str]] = Counter()

    def add(self, row: int, rule: str, start: int, end: int, score: float, validator: str) -> None:
        """Note a finding; ``start`` and ``end`` in code points of the document. The same one twice counts once."""
        found = self._found.setdefault(row, set())
        new = (start, end, rule, score, validator)
        if new not in found and self._counts[row, rule] < MOST_OF_A_RULE:
            found.add(new)
            self._counts[row, rule] += 1

    def of(self, row: int) -> list[tuple[int, int, str, float, str]]:
        """``(start, end, rule, score, validator)`` of a document, in order."""
        return sorted(self._found.get(row, ()))

    def column(self) -> pa.Array:
        """The column: a list for every document, ordered by place and rule."""
        offsets, rows, rules, starts, ends, scores, validators = [0], [], [], [], [], [], []
        for row in range(len(self._texts)):
            for start, end, rule, score, validator in self.of(row) if row in self._found else ():
                rows.append(row)
                rules.append(rule)
                starts.append(start)
                ends.append(end)
                scores.append(score)
                validators.append(validator)
            offsets.append(len(rules))
        hashes = [keyed_hash(self._texts[row][start:end], self._key) for row, start, end in zip(rows, starts, ends, strict=True)]
        columns = [
            pa.array(rules, pa.string()),
            pa.array(starts, pa.int32()),
            pa.array(ends, pa.int32()),
            pa.array(hashes, pa.string()),
            pa.array(scores, pa.float32()),
            pa.array(validators, pa.string()),
        ]
        values = pa.StructArray.from_arrays(columns, fields=list(FINDING))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
