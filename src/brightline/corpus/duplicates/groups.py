"""Rows of equal values in a file of numbers, in bounded memory: the file is gone through once for each range of values.

What is found does not depend on how many ranges there are: equal values lie in one range.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Groups", "Rows", "equal_rows"]

Rows = npt.NDArray[np.int64]

_READ_ROWS = 1 << 20


class Groups(NamedTuple):
    """``rows``: members of groups of two or more, group after group, ascending within each; group ``i`` begins at ``starts[i]`` and has
    ``sizes[i]`` rows."""

    rows: Rows
    starts: Rows
    sizes: Rows


def equal_rows(path: Path, dtype: type[np.unsignedinteger[Any]], wanted: npt.NDArray[np.bool_], most_rows: int) -> Iterator[Groups]:
    """Groups of the ``wanted`` rows that have the same value. ``path``: one value of ``dtype`` a row. At most about ``most_rows`` rows are
    held at once where values are spread evenly, as hashes are."""
    ranges = -(-int(wanted.sum()) // most_rows)
    bits = (ranges - 1).bit_length() if ranges > 1 else 0
    shift = np.dtype(dtype).itemsize * 8 - bits
    for part in range(1 << bits):
        values, rows = _part(path, dtype, wanted, part, shift if bits else None)
        if groups := _grouped(values, rows):
            yield groups


def _part(
    path: Path, dtype: type[np.unsignedinteger[Any]], wanted: npt.NDArray[np.bool_], part: int, shift: int | None
) -> tuple[npt.NDArray[Any], Rows]:
    found: list[npt.NDArray[Any]] = []
    places: list[Rows] = []
    with path.open("rb") as file:
        at = 0
        while len(values := np.fromfile(file, dtype, _READ_ROWS)):
            chosen = wanted[at : at + len(values)]
            if shift is not None:
                chosen = chosen & ((values >> dtype(shift)) == part)
            inside = np.flatnonzero(chosen)
            found.append(values[inside])
            places.append(inside + at)
            at += len(values)
    return (np.concatenate(found), np.concatenate(places)) if found else (np.zeros(0, dtype), np.zeros(0, np.int64))


def _grouped(values: npt.NDArray[Any], rows: Rows) -> Groups | None:
    order = np.argsort(values, kind="stable")
    values = values[order]
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])) if len(values) else np.zeros(0, np.int64)
    sizes = np.diff(np.concatenate([starts, [len(values)]]))
    several = sizes > 1
    if not several.any():
        return None
    kept = rows[order[np.repeat(several, sizes)]]
    sizes = sizes[several]
    return Groups(kept, np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int64), sizes.astype(np.int64))
