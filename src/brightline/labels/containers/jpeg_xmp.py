"""XMP in JPEG: packets of one segment, and what does not fit into one (extended XMP).

Follows ISO 16684-3, 1.1.3: the header ``http://ns.adobe.com/xap/1.0/`` and 65,502 bytes at most in the main packet; what is
more goes into segments ``http://ns.adobe.com/xmp/extension/`` with the MD5 of the whole as its name, which the main packet
states in ``xmpNote:HasExtendedXMP``. An extension without a packet that names it is read all the same.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from brightline.labels.containers.jpeg_segments import Segment
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import Unsupported
from brightline.labels.xmp import with_label, without_label

__all__ = ["EXTENSION_HEADER", "XMP_HEADER", "Extension", "extension_segments", "extensions", "labelled_segments", "renamed", "segment"]

XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION_HEADER = b"http://ns.adobe.com/xmp/extension/\0"
_LONGEST_PACKET = 65_502  # ISO 16684-3, 1.1.3.1
_LONGEST_PORTION = 65_400  # ISO 16684-3, 1.1.3.1: suggested size of a portion
_HEAD = len(EXTENSION_HEADER) + 40  # the name in hex, the whole length, the portion's offset
_XPACKET = re.compile(rb"<\?xpacket[^>]*\?>")
_PADDING = re.compile(rb"[ \t\r\n]{2,}(?=<\?xpacket end)")
_NOTE = re.compile(rb"""\s+xmpNote:HasExtendedXMP\s*=\s*(?:"[^"]*"|'[^']*')|<xmpNote:HasExtendedXMP>[^<]*</xmpNote:HasExtendedXMP>""")


@dataclass(frozen=True, slots=True)
class Extension:
    """One extended packet, put together from its segments."""

    name: bytes
    packet: bytes
    segments: tuple[Segment, ...]


def segment(marker: int, payload: bytes) -> bytes:
    """A marker segment with its length."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def extensions(source: Source, segments: Iterable[Segment]) -> tuple[list[Extension], list[Gap]]:
    """The extended packets whose portions lie in ``segments``; incomplete ones, and ones over the limit, are gaps."""
    groups: dict[tuple[bytes, int], list[tuple[int, Segment]]] = {}
    gaps: list[Gap] = []
    for part in segments:
        if part.stop - part.body < _HEAD:
            gaps.append(Gap("a segment of extended XMP that ends inside its head", part.start))
            continue
        name, whole, offset = struct.unpack(">32sII", source.read(part.body + len(EXTENSION_HEADER), 40))
        groups.setdefault((name, whole), []).append((offset, part))
    found: list[Extension] = []
    budget = MOST_VALUE_BYTES
    for (name, whole), parts in groups.items():
        parts.sort()
        sizes = [part.stop - part.body - _HEAD for _, part in parts]
        is_whole = [offset for offset, _ in parts] == [sum(sizes[:number]) for number in range(len(sizes))] and sum(sizes) == whole
        if whole > budget or not is_whole:
            gaps.append(Gap("extended XMP that is incomplete or too large", parts[0][1].start))
            continue
        budget -= whole
        packet = b"".join(source.read(part.body + _HEAD, size) for (_, part), size in zip(parts, sizes, strict=True))
        found.append(Extension(name, packet, tuple(part for _, part in parts)))
    return found, gaps


def extension_segments(packet: bytes) -> tuple[bytes, bytes]:
    """(name, segments) of ``packet`` as extended XMP."""
    name = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    heads = ((offset, packet[offset : offset + _LONGEST_PORTION]) for offset in range(0, len(packet), _LONGEST_PORTION))
    return name, b"".join(
        segment(0xE1, EXTENSION_HEADER + name + struct.pack(">II", len(packet), offset) + portion) for offset, portion in heads
    )


def renamed(packet: bytes, old: bytes, new: bytes | None) -> bytes:
    """The main ``packet`` naming the extension ``new`` instead of ``old``; naming none where ``new`` is None."""
    if new is not None:
        return packet.replace(old, new).replace(old.lower(), new)
    return _NOTE.sub(lambda note: b"" if old.lower() in note[0].lower() else note[0], packet)


def labelled_segments(packet: bytes | None, value: str, *, is_extended: bool) -> bytes:
    """The segments of ``packet`` with the label: one, or, where it outgrows one, a small packet and the old one as extended XMP.

    Raises ``Unsupported`` where the packet is full and ``is_extended`` already, and what ``with_label`` raises.
    """
    labelled = with_label(packet, value)
    if len(labelled) > _LONGEST_PACKET:
        labelled = _PADDING.sub(b"\n", labelled)
    if len(labelled) <= _LONGEST_PACKET:
        return segment(0xE1, XMP_HEADER + labelled)
    rest = without_label(packet or b"")
    if is_extended or rest is None:
        raise Unsupported("the XMP packet is full and has an extension already", "take some of its metadata out first")
    name, extended = extension_segments(_XPACKET.sub(b"", rest).strip())
    opening = b"\n  <rdf:Description"
    note = opening + b' rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="' + name + b'"/>'
    main = with_label(None, value).replace(opening, note + opening, 1)
    return segment(0xE1, XMP_HEADER + main) + extended
