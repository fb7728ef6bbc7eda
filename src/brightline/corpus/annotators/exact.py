"""Exact duplicates: SHA-256 of the normalised text, so that copies with another width, case or spacing meet.

Normalised is: NFKC (UAX #15), case folded (Unicode 3.13), every run of white space one space, none at the ends; then UTF-8. Anybody can
compute it again: ``" ".join(unicodedata.normalize("NFKC", text).casefold().split())``. Characters that become one character whatever
stands beside them go through a table for the whole batch; documents that have others (combining marks, accents that stand alone) go
one by one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from brightline.corpus.annotators.batch import Stretch, by_stretches, version_of
from brightline.corpus.kernel import Announced

__all__ = ["SCHEMA", "ExactKernel", "announce", "kernel", "normalised"]

SCHEMA = pa.schema([pa.field("sha256", pa.string()), pa.field("prefix", pa.int64())])
"""``sha256``: 64 hex characters. ``prefix``: its first eight bytes as a signed number, for joins."""

_CODE = "1"
_BY_HAND = 0xFFFFFFFF
_SPACE = 0x20


def kernel(key_hex: str = "") -> ExactKernel:
    """The kernel "exact", with its tables; the key is not needed."""
    _expands()
    return ExactKernel()


def announce(key_hex: str = "") -> Announced:
    """Name and version of the kernel, without its tables."""
    return Announced(ExactKernel.name, ExactKernel.version)


class ExactKernel:
    """Gives every document the hash of its normalised text."""

    name = "exact"
    schema = SCHEMA
    version = version_of(_CODE, unicodedata.unidata_version)

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        return by_stretches(documents, SCHEMA, _annotated)


def normalised(text: str) -> str:
    """What of a text counts when it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _annotated(stretch: Stretch) -> pa.Table:
    table, several = _table()
    folded = table.take(stretch.points)
    by_hand = set(stretch.documents_at(np.flatnonzero(folded == _BY_HAND)).tolist())
    at = np.flatnonzero(_expands().take(stretch.points))
    expanding = set(stretch.documents_at(at).tolist())
    expansions = [(chr(point), several[point]) for point in np.unique(stretch.points[at]).tolist()]
    is_space = folded == _SPACE
    kept = ~is_space
    kept[1:] |= ~is_space[:-1]
    separators = stretch.starts[1:] - 1
    kept[separators] = False
    # Spaces at the ends of documents: the one that is kept of a run at the beginning, and the last one before the separator.
    firsts = stretch.starts[:-1]
    kept[firsts[is_space[firsts]]] = False
    places = np.flatnonzero(kept)
    # What is done by hand may hold halves of characters here, which nobody looks at.
    written = folded.take(places).tobytes().decode("utf-32-le", "replace")
    digests = []
    begin = 0
    for row, end in enumerate(np.searchsorted(places, separators).tolist()):
        if row in by_hand:
            content = normalised(stretch.texts[row])
        else:
            content = written[begin:end].strip(" ")
            for character, instead in expansions if row in expanding else ():
                content = content.replace(character, instead)
        digests.append(hashlib.sha256(content.encode()).digest())
        begin = end
    prefixes = np.frombuffer(b"".join(digest[:8] for digest in digests), ">i8").astype(np.int64)
    return pa.table([pa.array([digest.hex() for digest in digests], pa.string()), pa.array(prefixes)], schema=SCHEMA)


_LOOKED_AT = ((0, 0x3400), (0x4DC0, 0x4E00), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xF900, 0x20000), (0x2F800, 0x2FA20), (0xE0000, 0xE0200))
"""Code points that may become another: all that are assigned in Unicode 17 but ideographs, Hangul syllables and private use."""


@cache
def _table() -> tuple[NDArray[np.uint32], Mapping[int, str]]:
    """Code point → what it becomes, ``_BY_HAND`` where that depends on its neighbours; and those that become several characters whatever
    stands beside them (``…``, ``℃``), which the first table leaves as they are."""
    table = np.arange(0x110000, dtype=np.uint32)
    several: dict[int, str] = {}
    composing = _second_halves()
    for point in chain.from_iterable(range(*block) for block in _LOOKED_AT):
        character = chr(point)
        folded = unicodedata.normalize("NFKC", character).casefold()
        if character.isspace():
            table[point] = _SPACE
        elif len(folded) == 1 and not (folded.isspace() or unicodedata.combining(character) or character in composing):
            table[point] = ord(folded)
        elif len(folded) > 1 and not any(each.isspace() or unicodedata.combining(each) or each in composing for each in folded):
            several[point] = folded
        else:
            table[point] = _BY_HAND
    table[0xD800:0xE000] = _BY_HAND
    for point in several.keys() & set(table[np.flatnonzero(table != np.arange(len(table)))].tolist()):
        table[point] = _BY_HAND  # another character becomes this one, which would then be taken for it
        del several[point]
    return table, several


@cache
def _expands() -> NDArray[np.bool_]:
    """Code point → whether it becomes several characters."""
    table = np.zeros(0x110000, np.bool_)
    table[list(_table()[1])] = True
    return table


def _second_halves() -> frozenset[str]:
    """Characters that may become one with the character before them (UAX #15: NFKC_Quick_Check=Maybe)."""
    jamo = {chr(point) for point in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    parts = (unicodedata.decomposition(chr(point)).split() for point in range(0x1F000) if not 0xD800 <= point < 0xE000)
    return frozenset(jamo | {chr(int(each[1], 16)) for each in parts if len(each) == 2 and not each[0].startswith("<")})
