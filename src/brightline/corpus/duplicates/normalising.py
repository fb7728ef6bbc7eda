"""The view of a text in which duplicates are looked for: its letters, digits and marks, folded; nothing else.

Each code point is folded on its own: NFKC where that gives one code point (full-width forms, circled digits, half-width kana),
then lower case. White space, punctuation, symbols, controls and variation selectors fall out, so that copies with another
typography are the same text. Everything is a table and a gather over whole batches: no loop over characters.

Not done: traditional to simplified, compositions over several code points (NFKC proper); a text in the other script is a
translation for us, no copy.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Codes", "Normalised", "normalise", "normalise_text", "spans"]

Codes = npt.NDArray[np.uint32]

_PLANES = 0x20000
"""Up to here the table is made character by character. The planes of ideographs above it are kept as they are, planes 14 to 16
(tags, private use) fall out."""

_IDEOGRAPHS_END = 0x40000
_FOLD_TO_THEMSELVES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4))
"""Ideographs and Hangul syllables (Unicode 14 and later): a third of the table, made without looking at them one by one."""

_VARIATION_SELECTORS = (0xFE00, 0xFE10)


@dataclass(frozen=True, slots=True)
class Normalised:
    """``codes``: the folded code points of all texts behind one another; text ``i`` is ``codes[offsets[i]:offsets[i + 1]]``."""

    codes: Codes
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def text(self, number: int) -> Codes:
        return self.codes[self.offsets[number] : self.offsets[number + 1]]


def normalise(texts: pa.ChunkedArray | pa.Array) -> Normalised:
    """All texts of a column; a null is an empty text."""
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    column = pc.fill_null(column.cast(pa.large_string()), "")
    lengths = pc.utf8_length(column).to_numpy(zero_copy_only=False)
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    return _fold(np.frombuffer(_joined(column).encode("utf-32-le"), np.uint32), ends)


def normalise_text(text: str) -> Codes:
    """One text."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _fold(raw, np.array([0, len(raw)], np.int64)).codes


def _joined(column: pa.Array) -> str:
    """The texts of a column in one, from its buffers."""
    _validity, offsets, data = column.buffers()
    if data is None:
        return ""
    bounds = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return str(memoryview(data)[bounds[0] : bounds[-1]], "utf-8")


def _fold(raw: Codes, ends: npt.NDArray[np.int64]) -> Normalised:
    folded = _table().take(raw)
    kept = np.flatnonzero(folded)
    return Normalised(folded.take(kept), np.searchsorted(kept, ends).astype(np.int64))


@cache
def _table() -> Codes:
    """Code point → folded code point, 0 for what falls out."""
    table = np.zeros(0x110000, np.uint32)
    begin = 0
    for start, end in (*_FOLD_TO_THEMSELVES, (_PLANES, _PLANES)):
        table[begin:start] = [_folded(code) for code in range(begin, start)]
        table[start:end] = np.arange(start, end)
        begin = end
    table[_PLANES:_IDEOGRAPHS_END] = np.arange(_PLANES, _IDEOGRAPHS_END)
    start, end = _VARIATION_SELECTORS
    table[start:end] = 0
    return table


def _folded(code: int) -> int:
    character = chr(code)
    if unicodedata.category(character)[0] not in "LNM":
        return 0
    composed = unicodedata.normalize("NFKC", character)
    lowered = (composed if len(composed) == 1 else character).lower()
    return ord(lowered) if len(lowered) == 1 else code


def spans(offsets: npt.NDArray[np.int64], most: int) -> list[tuple[int, int]]:
    """Neighbouring texts in groups of at most ``most`` code points, one at least: ``(first, end)`` of each group."""
    if len(offsets) == 1:
        return []
    cuts = [0]
    while cuts[-1] < len(offsets) - 1:
        end = int(np.searchsorted(offsets, offsets[cuts[-1]] + most, side="right")) - 1
        cuts.append(max(end, cuts[-1] + 1))
    return list(pairwise(cuts))
