"""What a container handler says about a file: its textual metadata, where the media lies, and what could not be looked at.

A handler does not know what a label is. It lists every textual metadata entry that may carry one (``Entry``), in the order
of the file; ``brightline.labels.sites`` finds labels in entries, ``brightline.labels.verification`` the traces of generators. It
names the byte ranges that determine the decoded media (``media``), so that a writer can prove that none of them changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

__all__ = ["MOST_ENTRIES", "MOST_VALUE_BYTES", "Entry", "EntryKind", "Gap", "Kept", "Patch", "Plan", "Range", "Reading", "without_media"]

MOST_ENTRIES = 4096
"""Entries kept of one file; own choice. More become a ``Gap``: not inspected, never silently clean."""

MOST_VALUE_BYTES = 4 << 20
"""Bytes kept of one entry; own choice: XMP packets with embedded thumbnails reach some hundred kB. More become a ``Gap``."""

EntryKind = Literal["text", "xmp", "yaml", "html", "blob"]
"""``text``: a plain string (JSON may be in it) · ``xmp``: an XMP packet · ``yaml``: front matter · ``html``: an attribute of a
meta element · ``blob``: bytes without a known meaning, shown as latin-1 text."""


class Range(NamedTuple):
    """Half-open range of bytes of the file."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One textual metadata entry: ``place`` is a stable id (``png.iTXt``, ``mp4.moov.udta.meta.keys``), ``key`` its name in the file.

    ``offset`` and ``length`` give the bytes of the whole carrier (chunk, segment, atom, frame, object) in the file; inside a
    compressed part of a package they are those of the part's stored bytes. ``value`` is decoded text. ``standard`` is true
    exactly where the TC260 guide of that format puts the label (TC260-PG-20257A to -202510A), or, for formats that no guide names,
    where Brightline proposes to put it.
    """

    place: str
    key: str
    value: str
    offset: int
    length: int
    kind: EntryKind = "text"
    standard: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in the file that was not inspected, and why. ``offset`` -1 where there is no single place."""

    reason: str
    offset: int = -1


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as its handler read it.

    ``media``: ranges, in decoding order, that determine the decoded media (pixels, samples, pages); the *coded media
    selection* whose SHA-256 is the content binding. ``gaps``: what was not inspected; a reading without gaps is complete.
    ``facts``: small things that later stages need, by documented names: ``c2pa`` (offset of a JUMBF store, as decimal
    text), ``signed`` ("pdf"), ``width``, ``height``, ``layout`` ("moov-first", "moov-last", "fragmented") …
    """

    container: str
    entries: tuple[Entry, ...]
    media: tuple[Range, ...] = ()
    gaps: tuple[Gap, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def without_media(what: str, offset: int = -1) -> Gap:
    """The gap of a file in which its structure was seen, and no media: what is missing may have held the label.

    ``what`` names what was looked for: "picture data (IDAT)". A file cut off behind its head, and a lone part of a stream, are such.
    """
    return Gap(f"no {what} in the file: it is a part of one, or was cut off", offset)


class Kept(NamedTuple):
    """A range of the original that goes into the output as it is."""

    start: int
    stop: int


class Patch(NamedTuple):
    """Bytes that replace as many bytes of the original at ``offset``; at the original's end they make it longer."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """How to make the labelled file: the output is ``pieces`` one after the other; nothing is written by the handler itself.

    ``patches``: the same label by changes in place, in the order in which they must reach the disk, for formats where that
    moves no media byte (MP4); the resulting bytes may differ from ``pieces`` (room in a ``free`` box), the label may not.
    None where the file must be written anew.
    """

    pieces: tuple[Kept | bytes, ...]
    patches: tuple[Patch, ...] | None = None
