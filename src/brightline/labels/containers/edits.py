"""Changes to a file as a list of replaced ranges, and the plan that they make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from brightline.labels.containers.reading import Kept, Patch, Plan
from brightline.labels.errors import Malformed

__all__ = ["Edit", "planned"]


class Edit(NamedTuple):
    """``data`` stands in the result where ``[start, stop)`` of the original stood; ``start == stop`` puts something in between."""

    start: int
    stop: int
    data: bytes


def planned(edits: Iterable[Edit], size: int) -> Plan:
    """The plan for a file of ``size`` bytes. Where every edit keeps its length, the plan can be carried out in place as well.

    Raises ``Malformed`` where two edits overlap: then the file's own parts do.
    """
    pieces: list[Kept | bytes] = []
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.stop))
    at = 0
    for start, stop, data in ordered:
        if start < at:
            raise Malformed("two parts of the file overlap", start)
        if start > at:
            pieces.append(Kept(at, start))
        if data:
            pieces.append(data)
        at = stop
    if at < size:
        pieces.append(Kept(at, size))
    in_place = all(len(data) == stop - start for start, stop, data in ordered)
    return Plan(tuple(pieces), tuple(Patch(start, data) for start, _, data in ordered if data) if in_place else None)
