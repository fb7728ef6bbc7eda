"""The kernel ``bands``: digest and MinHash values of each document, from which ``clustering`` finds its copies.

MinHash (Broder 1997) over anchors (``grams``), every band being one value: two documents whose sets of anchors have the Jaccard
similarity J agree in each band with probability J. A second set of values, one byte of each (b-bit MinHash, Li and König 2010), over the short grams by which
texts are compared, tells most pairs that merely share a sentence from copies before any text is read. What is left is verified on the
texts, so both only have to miss nothing. docs/corpus-duplicates.md shows why bands of one long gram beat the usual bands of several
short ones.

Not done: paragraphs that are copied into another document; texts of under ``least_chars`` characters are found by digest only.
"""

from __future__ import annotations

import hashlib
import unicodedata
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from brightline.corpus.duplicates.grams import ANCHOR, COMPARED, Hashes, rolling
from brightline.corpus.duplicates.normalising import Normalised, normalise, normalise_text, spans
from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import Announced, Kernel

__all__ = ["BANDS", "LEAST_CHARS", "SCHEMA", "SKETCH", "Bands", "announce", "kernel"]

BANDS = 32
"""Values a document. At 15 % of characters changed the anchors' Jaccard is 0.158, and two documents agree in at least one band with 0.996
(docs/corpus-duplicates.md has the curve)."""

SKETCH = 128
"""Bytes a document, one of each value. At 15 % the 5-grams' Jaccard is 0.285, its estimate has a standard deviation of 0.04."""

LEAST_CHARS = 48
"""Own choice: of two shorter texts, 15 % are six characters, by which a headline, an address or a result becomes another one."""

_Values = npt.NDArray[np.uint32]

_SEED = 20261123  # of the permutations; part of the version
_BLOCK = 1 << 16
"""Code points hashed at once: arrays of 512 kB stay in the cache. Own choice, measured on 20 MB of mixed text: hashing takes a third of
the time of 1 << 20; less than this, and more, is slower."""

SCHEMA = pa.schema(
    [
        pa.field("digest", pa.binary(16)),  # of the normalised text; null where nothing of the text remains
        pa.field("bands", pa.binary(4 * BANDS)),  # unsigned 32-bit numbers, little-endian; null: too short to be compared by anchors
        pa.field("sketch", pa.binary(SKETCH)),  # null as bands
        pa.field("grams", pa.int32()),  # characters of the normalised text
    ]
)


def kernel(key_hex: str = "", *, least_chars: int = LEAST_CHARS) -> Kernel:
    """The kernel, with the table by which texts are normalised. ``key_hex`` is not used: nothing here is evidence. Raises ``CorpusError``
    BL-CORPUS-060 for a length that cannot work."""
    normalise_text("")
    return _bands(least_chars)


def announce(key_hex: str = "", *, least_chars: int = LEAST_CHARS) -> Announced:
    """Name and version of the kernel, without the table. Raises as ``kernel``."""
    made = _bands(least_chars)
    return Announced(made.name, made.version)


def _bands(least_chars: int) -> Bands:
    if least_chars < ANCHOR:
        raise CorpusError("BL-CORPUS-060", f"least_chars is {least_chars}", f"an anchor alone has {ANCHOR} characters; use that or more")
    return Bands(least_chars)


class Bands:
    """See the module."""

    name = "bands"
    schema = SCHEMA

    def __init__(self, least_chars: int) -> None:
        self.least_chars = least_chars
        parts = (1, unicodedata.unidata_version, RMinHash.ALGORITHM_VERSION, _SEED, BANDS, SKETCH, ANCHOR, COMPARED, least_chars)
        self.version = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def annotate(self, documents: pa.Table) -> pa.Table:
        texts = normalise(documents["text"])
        lengths = np.diff(texts.offsets)
        bands = np.zeros((len(texts), BANDS), "<u4")
        sketch = np.zeros((len(texts), SKETCH), np.uint8)
        for first, end in spans(texts.offsets, _BLOCK):
            anchors, grams = _minima(_slice(texts, first, end))
            bands[first:end], sketch[first:end] = anchors, grams.astype(np.uint8)  # the low byte of each
        enough = pa.array(lengths >= self.least_chars)
        columns = [_digests(texts), *(pc.if_else(enough, _binaries(values), None) for values in (bands, sketch))]
        return pa.table([*columns, pa.array(lengths.astype(np.int32))], schema=SCHEMA)


def _slice(texts: Normalised, first: int, end: int) -> Normalised:
    offsets = texts.offsets[first : end + 1]
    return Normalised(texts.codes[offsets[0] : offsets[-1]], offsets - offsets[0])


def _binaries(values: npt.NDArray[Any]) -> pa.Array:
    """Rows of numbers as fixed binaries."""
    width = values.shape[1] * values.itemsize
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(values), [None, pa.py_buffer(values.tobytes())])


def _minima(texts: Normalised) -> tuple[_Values, _Values]:
    """The MinHash values of each text over its anchors and over its compared grams; of no meaning where a text has none.

    A text of more than a block is taken in pieces: the least value of a set is the least of its parts' least values.
    """
    if len(texts) > 1 or len(texts.codes) <= _BLOCK:
        return _values(texts)
    pieces = [texts.codes[start : start + _BLOCK + ANCHOR - 1] for start in range(0, len(texts.codes), _BLOCK)]
    whole = [_values(Normalised(piece, np.array([0, len(piece)], np.int64))) for piece in pieces if len(piece) >= ANCHOR]
    return np.minimum.reduce([anchors for anchors, _grams in whole]), np.minimum.reduce([grams for _anchors, grams in whole])


def _values(texts: Normalised) -> tuple[_Values, _Values]:
    anchors, grams = rolling(texts)
    offsets = texts.offsets.astype(np.uint64)
    return _least(anchors, offsets, BANDS), _least(grams, offsets, SKETCH)


def _least(hashes: Hashes, offsets: npt.NDArray[np.uint64], count: int) -> _Values:
    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, count, _SEED).to_rows()
    return np.fromiter(chain.from_iterable(rows), np.uint32, count * len(rows)).reshape(-1, count)


def _digests(texts: Normalised) -> pa.Array:
    """BLAKE2b-128 of each normalised text: the low halves of its code points, then the high ones where it has any."""
    low = texts.codes.astype("<u2")
    astral = bool(len(low)) and int(texts.codes.max()) > 0xFFFF
    digests: list[bytes | None] = []
    for start, end in zip(texts.offsets[:-1].tolist(), texts.offsets[1:].tolist(), strict=True):
        if start == end:
            digests.append(None)
            continue
        digest = hashlib.blake2b(low[start:end].data, digest_size=16)
        if astral and int(texts.codes[start:end].max()) > 0xFFFF:
            digest.update((texts.codes[start:end] >> 16).astype("<u2").data)
        digests.append(digest.digest())
    return pa.array(digests, pa.binary(16))
