"""Rows of equal values in a file of numbers, in bounded memory: range after range of values.

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

_READ_ROWS = 1 << 18  # own choice: what is read at once, 2 MB


class Groups(NamedTuple):
    """``rows``: members of groups of two or more, group after group, ascending within each; group ``i`` begins at ``starts[i]`` and has
    ``sizes[i]`` rows."""

    rows: Rows
    starts: Rows
    sizes: Rows


def equal_rows(path: Path, dtype: type[np.unsignedinteger[Any]], wanted: npt.NDArray[np.bool_], most_rows: int) -> Iterator[Groups]:
    """Groups of the ``wanted`` rows that have the same value. ``path``: one value of ``dtype`` a row; what does not fit is spread over files
    beside it, which are gone afterwards. At most about ``most_rows`` rows are held at once where values are spread evenly, as hashes are."""
    ranges = -(-int(wanted.sum()) // most_rows)
    bits = (ranges - 1).bit_length() if ranges > 1 else 0
    for values, rows in _spread(path, dtype, wanted, bits) if bits else [_whole(path, dtype, wanted)]:
        if groups := _grouped(values, rows):
            yield groups


def _whole(path: Path, dtype: type[np.unsignedinteger[Any]], wanted: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[Any], Rows]:
    pieces = list(_read(path, dtype, wanted))
    if not pieces:
        return np.zeros(0, dtype), np.zeros(0, np.int64)
    return np.concatenate([values for values, _rows in pieces]), np.concatenate([rows for _values, rows in pieces])


def _spread(
    path: Path, dtype: type[np.unsignedinteger[Any]], wanted: npt.NDArray[np.bool_], bits: int
) -> Iterator[tuple[npt.NDArray[Any], Rows]]:
    """Range after range of values, told apart by their first ``bits``: each has its file, so that all are read once and written once."""
    kept = np.dtype([("value", dtype), ("row", np.uint32)])  # 32 bits as in pairs (``clustering``)
    shift = dtype(np.dtype(dtype).itemsize * 8 - bits)
    files = [path.with_name(f"{path.name}-range-{number:05d}") for number in range(1 << bits)]
    for values, rows in _read(path, dtype, wanted):
        ranges = (values >> shift).astype(np.uint32)
        order = np.argsort(ranges, kind="stable")
        records = np.empty(len(order), kept)
        records["value"], records["row"] = values[order], rows[order]
        cuts = np.searchsorted(ranges[order], np.arange(len(files) + 1))
        for number in np.flatnonzero(np.diff(cuts)).tolist():
            with files[number].open("ab") as file:
                file.write(records[cuts[number] : cuts[number + 1]].tobytes())
    for each in files:
        if each.exists():
            records = np.fromfile(each, kept)
            each.unlink()
            yield np.ascontiguousarray(records["value"]), records["row"].astype(np.int64)


def _read(path: Path, dtype: type[np.unsignedinteger[Any]], wanted: npt.NDArray[np.bool_]) -> Iterator[tuple[npt.NDArray[Any], Rows]]:
    """The values of the wanted rows and which rows they are, some at a time."""
    with path.open("rb") as file:
        at = 0
        while len(values := np.fromfile(file, dtype, _READ_ROWS)):
            inside = np.flatnonzero(wanted[at : at + len(values)])
            yield values[inside], inside + at
            at += len(values)


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
