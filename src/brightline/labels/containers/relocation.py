"""Where bytes land after edits, and tables of positions that follow them, for formats whose parts point at each other.

A table may become longer when its positions do, which moves what lies behind it; so tables are settled until nothing grows any
more. Used by MP4, HEIF and Matroska; what a table looks like is theirs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from brightline.labels.containers.edits import Edit
from brightline.labels.containers.reading import Range

__all__ = ["Change", "Moved", "Shift", "Table", "growth_of_parents", "on_whole_pages", "settled"]

_PAGE = 4096  # bytes of a block of most file systems, and of a page on x86-64

Moved = Callable[[int], int]
"""Where a byte of the original lies now."""

Parent = TypeVar("Parent", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Change(Generic[Parent]):
    """An edit with the structures around it, whose sizes follow."""

    edit: Edit
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True, slots=True)
class Table(Generic[Parent]):
    """A structure with positions: where it lies, what is around it, its bytes, and what they become when things moved."""

    place: Range
    parents: tuple[Parent, ...]
    raw: bytes
    rewritten: Callable[[bytes, Moved], bytes]


class Shift:
    """Where the bytes of the original lie after edits, which do not overlap."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._stops: list[int] = []
        self._growth = [0]
        for edit in sorted(edits):
            if _growth(edit):
                self._stops.append(edit.stop)
                self._growth.append(self._growth[-1] + _growth(edit))

    def moved(self, offset: int) -> int:
        """Where the byte at ``offset`` lies now: behind all that was put in front of it. Of bytes that an edit replaces, the
        first becomes the first of the replacement."""
        return offset + self._growth[bisect_right(self._stops, offset)]


def settled(changes: Sequence[Change[Parent]], tables: Sequence[Table[Parent]]) -> list[Change[Parent]]:
    """``changes`` and the tables whose positions moved by them. Raises what a table's ``rewritten`` raises."""
    known: dict[Range, Change[Parent]] = {}
    while True:
        shift = Shift(change.edit for change in [*changes, *known.values()])
        grew = False
        for table in tables:
            data = table.rewritten(table.raw, shift.moved)
            before = known.get(table.place)
            if before is None and data == table.raw:
                continue
            grew |= len(data) != (len(before.edit.data) if before else len(table.raw))
            known[table.place] = Change(Edit(*table.place, data), table.parents)
        if not grew:
            return [*changes, *known.values()]


def growth_of_parents(changes: Iterable[Change[Parent]]) -> dict[Parent, int]:
    """By how many bytes each structure around a change becomes longer; those that keep their length are left out."""
    growth: dict[Parent, int] = {}
    for change in changes:
        for parent in change.parents:
            growth[parent] = growth.get(parent, 0) + _growth(change.edit)
    return {parent: by for parent, by in growth.items() if by}


def on_whole_pages(edits_with: Callable[[int], list[Edit]], spare: int) -> list[Edit]:
    """The edits of ``edits_with(spare)`` with so much more room that what follows moves by whole pages.

    Then a file system that shares blocks (XFS, Btrfs) need not copy the media at all.
    """
    edits = edits_with(spare)
    missing = -sum(map(_growth, edits)) % _PAGE
    return edits_with(spare + missing) if missing else edits


def _growth(edit: Edit) -> int:
    return len(edit.data) - (edit.stop - edit.start)
