"""Pairs of documents that may be copies: they agree in a band, and their sketches say that they share enough short grams.

Signatures are laid out on disk by band, one number a document, so that a band is sorted at a time. In a group of documents with the
same value all pairs are candidates up to ``ALL_PAIRS_UP_TO`` members. Larger groups (a phrase that thousands of documents share, or a
family of thousands of copies) give each member two partners only: the group's first document and the neighbour in the order of the
next band. That is the cap: it bounds work by the number of documents, and a pair that it skips has the other bands to be found by;
``Candidates.capped`` counts the members of such groups.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.groups import Groups, Rows, equal_rows

__all__ = ["ALL_PAIRS_UP_TO", "Candidates", "Pairs", "Signatures", "candidates"]

ALL_PAIRS_UP_TO = 16
"""Own choice: 120 pairs at most, about 8 for each document of a group."""

_PAIRS_AT_ONCE = 1_000_000  # 8 MB of keys; own choice
_ROWS_A_PART = 1 << 14  # pairs lie in files by so many first rows; own choice
_KEYS_AT_ONCE = 1 << 20  # pairs that are told apart and estimated together: 50 MB in all; own choice
_SKETCHES_AT_ONCE = 1 << 16  # pairs: 16 MB of two sketches; own choice
_BLOCK_BITS = np.uint64(16)  # rows whose sketches are mapped at once: 8 MB; own choice
_ROW_BITS = np.uint64(32)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_CHANCE = 1 / 256
"""The share of bytes in which two sketches agree that have nothing in common (Li and König 2010, b = 8)."""

_Keys = npt.NDArray[np.uint64]  # a pair in one number: the smaller row above, the larger below


class Pairs(NamedTuple):
    """Row numbers, ``first < second``, in ascending order, each pair once."""

    first: Rows
    second: Rows


@dataclass(frozen=True, slots=True)
class Signatures:
    """Bands and sketches of all documents in the order of rows: a file a band, one unsigned 32-bit number a document; one file of sketches,
    ``sketch`` bytes a document."""

    folder: Path
    bands: int
    sketch: int

    def path(self, band: int) -> Path:
        return self.folder / f"band-{band:03d}"

    def column(self, band: int) -> npt.NDArray[np.uint32]:
        """One number a document."""
        return np.fromfile(self.path(band), np.uint32)

    def sketches(self) -> Sketches:
        return Sketches(self.folder / "sketches", self.sketch)

    def append(self, bands: npt.NDArray[np.uint32], sketches: npt.NDArray[np.uint8]) -> None:
        """Add documents."""
        for band in range(self.bands):
            with self.path(band).open("ab") as file:
                file.write(np.ascontiguousarray(bands[:, band]).tobytes())
        with (self.folder / "sketches").open("ab") as file:
            file.write(sketches.tobytes())


class Sketches:
    """A file of sketches, ``size`` bytes each, mapped; of what was looked at no page stays with this process."""

    def __init__(self, path: Path, size: int) -> None:
        self._size = size
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def close(self) -> None:
        self._map.close()

    def agreements(self, keys: _Keys) -> npt.NDArray[np.int64]:
        """In how many bytes the sketches of each pair agree. ``keys``: ascending."""
        first, second = _rows(keys)
        # Second rows lie anywhere: block after block of them, or every page of the file would be in memory in the end.
        blocks = (second >> int(_BLOCK_BITS)).astype(np.uint16)
        order = np.argsort(blocks, kind="stable")
        cuts = np.flatnonzero(np.diff(blocks[order])) + 1
        agreements = np.zeros(len(keys), np.int64)
        sketches = np.frombuffer(self._map, np.uint8).reshape(-1, self._size)
        for block in np.split(order, cuts):
            for at in range(0, len(block), _SKETCHES_AT_ONCE):
                part = block[at : at + _SKETCHES_AT_ONCE]
                same: npt.NDArray[Any] = sketches[first[part]] == sketches[second[part]]
                agreements[part] = np.count_nonzero(same, axis=1)
            self._map.madvise(mmap.MADV_DONTNEED)
        return agreements


@dataclass(slots=True)
class Candidates:
    """What ``candidates`` counted: pairs that shared a band, and members of groups that were capped."""

    met: int = 0
    capped: int = 0


def candidates(
    signatures: Signatures, wanted: npt.NDArray[np.bool_], *, jaccard: float, most_rows: int, counted: Candidates
) -> Iterator[Pairs]:
    """The pairs among the ``wanted`` rows whose sketches say at least ``jaccard``, ascending, in pieces. Figures go to ``counted``."""
    if not wanted.any():
        return
    met = _Met(signatures.folder, len(wanted))
    for band in range(signatures.bands):
        following = signatures.column((band + 1) % signatures.bands)
        for groups in equal_rows(signatures.path(band), np.uint32, wanted, most_rows):
            counted.capped += int(groups.sizes[groups.sizes > ALL_PAIRS_UP_TO].sum())
            for keys in _proposals(groups, following):
                met.add(keys)
    least = jaccard + (1 - jaccard) * _CHANCE
    with closing(signatures.sketches()) as sketches:
        for keys in met.distinct():
            counted.met += len(keys)
            kept = keys[sketches.agreements(keys) >= least * signatures.sketch]
            if len(kept):
                yield Pairs(*_rows(kept))


class _Met:
    """Pairs that shared a band, on disk: a file for each part of the first rows, so that no file is ever read twice."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        self._bounds = np.arange(0, rows + _ROWS_A_PART, _ROWS_A_PART).astype(np.uint64) << _ROW_BITS

    def add(self, keys: _Keys) -> None:
        keys = _ordered(keys)
        cuts = np.searchsorted(keys, self._bounds)
        for part in np.flatnonzero(np.diff(cuts)).tolist():
            with self._path(part).open("ab") as file:
                file.write(keys[cuts[part] : cuts[part + 1]].tobytes())

    def distinct(self) -> Iterator[_Keys]:
        """All keys, each once, ascending, some at a time; the files are gone afterwards."""
        for part in range(len(self._bounds) - 1):
            path = self._path(part)
            if path.exists():
                for first, end in _ranges(path, part):
                    yield _ordered(np.concatenate([keys[(keys >= first) & (keys < end)] for keys in _read(path)]))
                path.unlink()

    def _path(self, part: int) -> Path:
        return self._folder / f"met-{part:06d}"


def _read(path: Path) -> Iterator[_Keys]:
    with path.open("rb") as file:
        while len(keys := np.fromfile(file, np.uint64, _KEYS_AT_ONCE)):
            yield keys


def _ranges(path: Path, part: int) -> Iterator[tuple[np.uint64, np.uint64]]:
    """The keys of a part, from one to before another, so that about ``_KEYS_AT_ONCE`` lie between, or all those of one row: the first of a
    large group meets all its members, so that some parts have many times as many as others."""
    begin = part * _ROWS_A_PART
    rows = np.zeros(_ROWS_A_PART, np.int64)
    for keys in _read(path):
        rows += np.bincount((keys >> _ROW_BITS).astype(np.int64) - begin, minlength=_ROWS_A_PART)
    ends = np.flatnonzero(np.diff(np.cumsum(rows) // _KEYS_AT_ONCE, append=np.iinfo(np.int64).max)) + 1
    for first, end in pairwise([0, *ends.tolist()]):
        yield np.uint64(begin + first) << _ROW_BITS, np.uint64(begin + end) << _ROW_BITS


def _proposals(groups: Groups, following: npt.NDArray[np.uint32]) -> Iterator[_Keys]:
    for size in np.unique(groups.sizes[groups.sizes <= ALL_PAIRS_UP_TO]).tolist():
        starts = groups.starts[groups.sizes == size]
        first, second = np.triu_indices(size, 1)
        for part in _parts(starts, len(first)):
            members = groups.rows[part[:, None] + np.arange(size)]
            yield _keys(members[:, first].reshape(-1), members[:, second].reshape(-1))
    large = groups.sizes > ALL_PAIRS_UP_TO
    if large.any():
        group = np.repeat(np.arange(len(groups.sizes)), groups.sizes)
        inside = large[group]
        group, members = group[inside], groups.rows[inside]
        leaders = groups.rows[groups.starts[group]]
        yield _keys(leaders, members)[leaders != members]
        order = np.lexsort((following[members], group))
        beside, together = members[order], group[order][1:] == group[order][:-1]
        yield _keys(beside[:-1][together], beside[1:][together])


def _parts(starts: Rows, pairs: int) -> Sequence[Rows]:
    return np.array_split(starts, max(1, -(-len(starts) * pairs // _PAIRS_AT_ONCE)))


def _keys(one: Rows, other: Rows) -> _Keys:
    keys: _Keys = (np.minimum(one, other).astype(np.uint64) << _ROW_BITS) | np.maximum(one, other).astype(np.uint64)
    return keys


def _rows(keys: _Keys) -> tuple[Rows, Rows]:
    return (keys >> _ROW_BITS).astype(np.int64), (keys & _LOW_HALF).astype(np.int64)


def _ordered(keys: _Keys) -> _Keys:
    """Each key once, ascending. ``keys`` is sorted in its place."""
    keys.sort()
    return keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
