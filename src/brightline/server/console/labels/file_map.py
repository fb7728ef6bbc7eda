"""The map of a file: which bytes are the label, other metadata, the media, and everything between. Pure.

Drawn as a bar whose parts are as wide as they are long, but none narrower than can be seen: a label of 200 bytes in a film of
200 MB is the thing that one came to see. The numbers beside it are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from brightline.labels.containers.reading import Reading
from brightline.labels.sites import Site

__all__ = ["WIDTH", "Drawn", "Segment", "drawn", "map_of", "segments_of"]

WIDTH = 1000
"""Width of the bar in its own units."""

_LEAST = 7.0  # units: about six pixels on a wide screen, three on a phone
_MOST_SEGMENTS = 60  # own choice: more cannot be told apart
_MOST_ENTRIES = 200  # metadata entries that are named; own choice
_ORDER = {"label": 0, "quoted": 1, "metadata": 2, "media": 3, "other": 4}

Kind = Literal["label", "quoted", "metadata", "media", "other"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes ``start`` to ``stop`` (outside) of one kind; ``name`` is the field or place, ``site`` the number of the label (from 1)."""

    start: int
    stop: int
    kind: Kind
    name: str = ""
    site: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A segment in the bar: where it begins and how wide it is, in units of ``WIDTH``."""

    segment: Segment
    x: float
    width: float


def segments_of(reading: Reading, sites: Iterable[Site], size: int) -> list[Segment]:
    """The whole file from its first to its last byte, in order. What is claimed twice goes to the label, then to metadata."""
    claims = [
        Segment(site.offset, site.offset + site.length, "quoted" if site.quoted else "label", site.place, number)
        for number, site in enumerate(sites, 1)
        if site.offset >= 0
    ]
    named = (entry for entry in reading.entries[:_MOST_ENTRIES] if entry.offset >= 0)
    claims += [Segment(entry.offset, entry.offset + entry.length, "metadata", entry.key or entry.place) for entry in named]
    claims += [Segment(start, stop, "media") for start, stop in _few(reading.media)]
    inside = [
        replace(one, start=max(0, one.start), stop=min(size, one.stop)) for one in claims if one.start < size and one.stop > one.start
    ]
    free = [(0, size)] if size else []
    found: list[Segment] = []
    for claim in sorted(inside, key=lambda one: (_ORDER[one.kind], one.start)):
        left: list[tuple[int, int]] = []
        for start, stop in free:
            begin, end = max(start, claim.start), min(stop, claim.stop)
            if begin >= end:
                left.append((start, stop))
                continue
            found.append(replace(claim, start=begin, stop=end))
            left += [piece for piece in ((start, begin), (end, stop)) if piece[0] < piece[1]]
        free = left
    found += [Segment(start, stop, "other") for start, stop in free]
    return sorted(found, key=lambda one: one.start)


def drawn(segments: Sequence[Segment]) -> list[Drawn]:
    """The bar. Small parts are as wide as ``_LEAST``; the others share the rest by their length."""
    shown = _thinned(segments)
    whole = sum(one.stop - one.start for one in shown)
    if not whole:
        return []
    spare = WIDTH - _LEAST * len(shown)
    parts, at = [], 0.0
    for one in shown:
        width = _LEAST + spare * (one.stop - one.start) / whole
        parts.append(Drawn(one, round(at, 2), round(width, 2)))
        at += width
    return parts


def map_of(reading: Reading, sites: Iterable[Site], size: int) -> dict[str, Any]:
    """The map as JSON values: bar, rows (labels and metadata by themselves, media and the rest as sums)."""
    segments = segments_of(reading, sites, size)
    rows = [asdict(one) for one in segments if one.kind in ("label", "quoted")]
    rows += [asdict(one) for one in segments if one.kind == "metadata"][: _MOST_SEGMENTS - len(rows)]
    sums = []
    for kind in ("media", "other"):
        these = [one for one in segments if one.kind == kind]
        if these:
            length = sum(one.stop - one.start for one in these)
            sums.append({"kind": kind, "parts": len(these), "start": these[0].start, "stop": these[-1].stop, "bytes": length})
    bar = [{"kind": one.segment.kind, "x": one.x, "width": one.width} for one in drawn(segments)]
    return {"size": size, "bar": bar, "rows": sorted(rows, key=lambda row: row["start"]), "sums": sums}


def _few(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Media ranges that a map can show: neighbours joined, and of too many the whole stretch."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined if len(joined) <= _MOST_ENTRIES else [(joined[0][0], joined[-1][1])]


def _thinned(segments: Sequence[Segment]) -> list[Segment]:
    """At most ``_MOST_SEGMENTS``: what is no label is joined to what stands before it, the shortest first."""
    kept = list(segments)
    while len(kept) > _MOST_SEGMENTS:
        index = min(range(1, len(kept)), key=lambda at: _worth(kept[at - 1], kept[at]))
        before = kept[index - 1]
        kept[index - 1 : index + 1] = [replace(before, stop=kept[index].stop)]
    return kept


def _worth(before: Segment, segment: Segment) -> tuple[bool, bool, int]:
    """How much would be lost by joining ``segment`` to ``before``."""
    return segment.kind == "label", before.kind == "label", segment.stop - segment.start
