"""Many documents as one array of code points: what all annotators look at, made once for a batch.

The documents of a batch stand in one row, a NUL between neighbours, so that an automaton or numpy passes over all of them at once.
Positions in the row become positions in a document by subtraction, which is what findings need (code points of the raw text).
A batch is cut into stretches of at most ``MOST_CHARS`` characters, so that memory is bounded by the longest document.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from brightline.corpus.annotators import characters

__all__ = ["MOST_CHARS", "SEPARATOR", "Stretch", "by_stretches", "stretches", "version_of"]

SEPARATOR = "\0"

MOST_CHARS = 1_000_000
"""Characters in a stretch, unless a single document has more. Measured on 3 to 5 MB: four times as many are slower, a third as many no faster."""


class Stretch:
    """Some documents in a row. Made once, read by several annotators; nothing in it changes.

    ``texts``: the documents. ``starts``: where each begins in ``joined``, and where a further one would.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self.lengths = lengths
        self.starts = np.concatenate(([0], np.cumsum(lengths + 1)))
        self.joined = SEPARATOR.join(texts) + SEPARATOR
        self.noted: dict[str, Any] = {}
        """What annotators found and others can use, by name."""

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def points(self) -> NDArray[np.uint32]:
        """The code points of ``joined``."""
        return np.frombuffer(self.joined.encode("utf-32-le", "surrogatepass"), np.uint32)

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """The kind (``characters``) of each code point."""
        return characters.kinds()[self.points]

    @cached_property
    def document(self) -> NDArray[np.int32]:
        """The number of the document of each code point."""
        return np.repeat(np.arange(len(self.texts), dtype=np.int32), self.lengths + 1)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many characters of each kind a document has: ``counts[document, kind]``. The NUL between documents is not counted."""
        size = characters.KINDS
        counted = np.bincount(self.document * np.int32(size) + self.kinds, minlength=len(self) * size).reshape(len(self), size)
        counted[:, characters.kinds()[0]] -= 1
        return counted

    @cached_property
    def lower(self) -> str:
        """``joined`` with A–Z in lower case: the same length, whatever else stands there."""
        return self.joined.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")

    def documents_at(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of the documents at positions of ``joined``."""
        found: NDArray[np.int64] = np.searchsorted(self.starts, positions, "right") - 1
        return found

    def runs(self, marked: NDArray[np.bool_], least: int) -> Iterator[tuple[int, int, int]]:
        """Runs of at least ``least`` marked characters: ``(document, start, end)``, positions in the document, in order."""
        edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).view(np.int8)))
        begins, ends = edges[::2], edges[1::2]
        long = ends - begins >= least
        begins, ends = begins[long], ends[long]
        numbers = self.documents_at(begins)
        offsets = self.starts[numbers]
        yield from zip(numbers.tolist(), (begins - offsets).tolist(), (ends - offsets).tolist(), strict=True)


def stretches(documents: pa.Table) -> tuple[Stretch, ...]:
    """The documents of a table (``schema.INPUT``) in order. The last table's are kept, because several kernels look at one table in a row."""
    kept = getattr(_last, "seen", None)
    if kept is None or kept[0] is not documents:
        _last.seen = kept = (documents, tuple(_cut(documents.column("text").to_pylist())))
    found: tuple[Stretch, ...] = kept[1]
    return found


def by_stretches(documents: pa.Table, schema: pa.Schema, annotate: Callable[[Stretch], pa.Table]) -> pa.Table:
    """What ``annotate`` makes of every stretch, below one another, in ``schema``."""
    tables = [annotate(stretch) for stretch in stretches(documents)]
    return pa.concat_tables(tables).combine_chunks() if tables else schema.empty_table()


def version_of(code: str, *rules: str | bytes) -> str:
    """A kernel's version: the number of its code and a digest of its rules."""
    digest = hashlib.sha256()
    for rule in rules:
        content = rule.encode() if isinstance(rule, str) else rule
        digest.update(len(content).to_bytes(8, "big") + content)
    return f"{code}+{digest.hexdigest()[:12]}"


def _cut(texts: list[str]) -> Iterator[Stretch]:
    begin = size = 0
    for number, text in enumerate(texts):
        if size and size + len(text) > MOST_CHARS:
            yield Stretch(texts[begin:number])
            begin, size = number, 0
        size += len(text) + 1
    if begin < len(texts):
        yield Stretch(texts[begin:])


_last = threading.local()
