"""The base lane (``text.lanes``) of many documents at once: width, case, traditional and simplified forms, marks, invisible characters.

A line break stands between documents, where the row itself has a NUL, which the lanes drop: words of neighbours would run into one another.
Sentences and the skip lane are not told. A break stands behind so many invisible characters in a row as ``text.lanes`` has it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brightline.corpus.annotators.batch import Stretch
from brightline.text.lanes import BREAK, MAX_DROPPED, expanded, normalise
from brightline.text.tables import DROPPED, load_tables

__all__ = ["base_lane"]


def base_lane(stretch: Stretch) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The code points of the base lane, and where in ``joined`` each stands; worked out once for all who look at a stretch."""
    if "base_lane" not in stretch.noted:
        points = stretch.points.copy()
        points[stretch.starts[1:] - 1] = ord(BREAK)
        stretch.noted["base_lane"] = _of(points)
    lane: tuple[NDArray[np.uint32], NDArray[np.int64]] = stretch.noted["base_lane"]
    return lane


def _of(points: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    tables = load_tables()
    mapped = tables.base.take(points)
    raw = np.flatnonzero(mapped != DROPPED)
    if len(points) - len(raw) > MAX_DROPPED:  # perhaps all in a row, which breaks words apart
        piece = normalise(points.tobytes().decode("utf-32-le", "surrogatepass"))
        return np.frombuffer(piece.base.encode("utf-32-le", "surrogatepass"), np.uint32), np.asarray(piece.at, np.int64)
    return expanded(mapped.take(raw), raw, tables)
