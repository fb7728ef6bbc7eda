"""The code-point tables of the base and skip lanes, read once from ``data/lanes.npz`` (built by ``build_tables``).

Numpy look-up tables over all 0x110000 code points: one gather normalises a whole text. Values above the last code point
mark what does not map one to one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLAUSE", "DOT", "DROPPED", "END", "SEPARATOR", "SPACE", "TABLES_FILE", "Tables", "load_tables"]

TABLES_FILE = Path(__file__).parent / "data" / "lanes.npz"

LAST_CODE_POINT = 0x10FFFF
DROPPED = 0x110000  # in ``Tables.base``: the code point disappears; DROPPED + 1 + n: it becomes expansion n

# Bits of ``Tables.classes``, asked about characters of the base lane.
SEPARATOR = 1  # general categories P, Z, S: left out of the skip lane
END = 2  # ends a sentence
CLAUSE = 4  # ends a clause
DOT = 8  # a full stop: ends a sentence when a space follows
SPACE = 16


@dataclass(frozen=True, slots=True)
class Tables:
    """``base``: code point → code point, DROPPED or DROPPED + 1 + n. Expansion n is ``expansions[starts[n]:][:lengths[n]]``."""

    base: NDArray[np.uint32]
    lengths: NDArray[np.int64]
    starts: NDArray[np.int64]
    expansions: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    digest: str


@cache
def load_tables() -> Tables:
    """The shipped tables; read on first use, about 5 MB in memory, shared by all engines of a process."""
    content = TABLES_FILE.read_bytes()
    with np.load(TABLES_FILE, allow_pickle=False) as file:
        base = np.arange(LAST_CODE_POINT + 1, dtype=np.uint32)
        base[file["changed"]] = file["targets"]
        base[file["dropped"]] = DROPPED
        expanded = file["expanded"]
        base[expanded] = DROPPED + 1 + np.arange(len(expanded), dtype=np.uint32)
        lengths = file["lengths"].astype(np.int64)
        classes = np.zeros(LAST_CODE_POINT + 1, np.uint8)
        classes[file["classed"]] = file["classes"]
        starts = np.cumsum(lengths) - lengths
        return Tables(base, lengths, starts, file["expansions"], classes, hashlib.sha256(content).hexdigest())
