"""Labels in texts and bytes that have another purpose or none: what follows a picture's end, private chunks, comments.

Bytes are shown as entries only where they speak of a label (``AIGC`` or a key of Annex E stands in them), so that ordinary
private data costs nothing. Taking a label out of bytes leaves white space in its place: no offset in them changes.
"""

from __future__ import annotations

import re

from brightline.labels.containers.edits import Edit
from brightline.labels.containers.reading import Entry, Gap
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit
from brightline.labels.sites import is_label, sites_in
from brightline.labels.xmp import packet_text, without_label

__all__ = [
    "LARGEST_OPAQUE",
    "LARGEST_TRAILER",
    "bytes_without_labels",
    "opaque_entries",
    "text_without_labels",
    "trailing",
    "trailing_edits",
]

LARGEST_OPAQUE = 1 << 20
"""Bytes of one chunk of unknown meaning that are searched; own choice: more of them are pictures, and become a ``Gap``."""

LARGEST_TRAILER = 16 << 20
"""Bytes behind a picture's end that are searched; own choice: the films of motion photos have 2 to 6 MB."""

_WORDS = (b"aigc", b"contentproducer", b"contentpropagator", b"serviceprovider")
_BEFORE, _AFTER = 65_536, 65_536  # own choice: around a word in much data, the packet or object that it stands in
_MOST_WINDOWS = 64  # own choice
_PACKET = re.compile(rb"<x:x[am]pmeta[\s>]")
_PACKET_ENDS = (b"</x:xmpmeta>", b"</x:xapmeta>")
_MOST_ROUNDS = 64  # own choice: labels in one block


def opaque_entries(data: bytes, offset: int, place: str, key: str = "") -> list[Entry]:
    """What ``data``, which lies at ``offset``, has to say about labels: XMP packets in it, and the rest as a ``blob``.

    Of more than 1 MiB, the surroundings of the first 64 words that speak of a label.
    """
    entries: list[Entry] = []
    for at, stop in _windows(data)[:_MOST_WINDOWS]:
        part = data[at:stop]
        packets = _packets(part)
        entries += [
            Entry(f"{place}.XMP", key, packet_text(part[start:end], strict=False), offset + at + start, end - start, "xmp")
            for start, end in packets
        ]
        rest = _blanked(part, packets)
        if _speaks(rest):
            entries.append(Entry(place, key, rest.decode("latin-1"), offset + at, len(part), "blob"))
    return entries


def bytes_without_labels(data: bytes) -> bytes:
    """``data`` with every label that ``opaque_entries`` shows as white space. Raises ``Malformed`` or ``OverLimit`` where that cannot be done."""
    if not any(is_label(entry) for entry in opaque_entries(data, 0, "")):
        return data
    clean = bytearray(data)
    windows = _windows(data)
    if len(windows) > _MOST_WINDOWS:
        raise OverLimit(f"labels are spoken of at more than {_MOST_WINDOWS} places of the bytes behind the picture")
    for start, stop in windows:
        clean[start:stop] = _cleaned(data[start:stop])
    if any(is_label(entry) for entry in opaque_entries(bytes(clean), 0, "")):
        raise Malformed("a label among bytes of unknown meaning cannot be taken out")
    return bytes(clean)


def text_without_labels(text: str) -> str:
    """``text`` without the labels in it; empty where it was nothing else. Raises ``Malformed`` where that cannot be done."""
    for _ in range(_MOST_ROUNDS):
        found = [site.raw for site in sites_in([Entry("", "", text, 0, len(text))])]
        if not found:
            return text.strip() and text
        for raw in found:
            text = text.replace(raw, "")
    raise Malformed("a text holds more labels than can be taken out")


def trailing(source: Source, start: int, place: str) -> tuple[list[Entry], list[Gap]]:
    """Entries among the bytes behind the end of the format proper; more than ``LARGEST_TRAILER`` of them are a ``Gap``."""
    length = source.size - start
    if length <= 0:
        return [], []
    if length > LARGEST_TRAILER:
        return [], [Gap(f"{length} bytes behind the end of the picture", start)]
    data = source.read(start, length)
    more = len(_windows(data)) > _MOST_WINDOWS
    return opaque_entries(data, start, place), [Gap("labels are spoken of at too many places behind the picture", start)] if more else []


def trailing_edits(source: Source, start: int) -> list[Edit]:
    """Labels that ``trailing`` shows as white space. Raises ``Malformed`` where that cannot be done."""
    length = source.size - start
    if not 0 < length <= LARGEST_TRAILER:
        return []
    data = source.read(start, length)
    clean = bytes_without_labels(data)
    return [Edit(start, source.size, clean)] if clean != data else []


def _speaks(data: bytes) -> bool:
    lower = data.lower()
    return any(word in lower for word in _WORDS)


def _windows(data: bytes) -> list[tuple[int, int]]:
    """Where to look: all of a little data that speaks of a label, of much data the surroundings of the words."""
    if len(data) <= LARGEST_OPAQUE:
        return [(0, len(data))] if _speaks(data) else []
    lower = data.lower()
    found: list[tuple[int, int]] = []
    hits: list[int] = []
    for word in _WORDS:
        at = lower.find(word)
        while at >= 0:
            hits.append(at)
            at = lower.find(word, at + _AFTER // 2)
    for hit in sorted(hits):
        start, stop = max(0, hit - _BEFORE), min(len(data), hit + _AFTER)
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], stop
        else:
            found.append((start, stop))
    return found


def _cleaned(data: bytes) -> bytes:
    clean = bytearray(data)
    for start, stop in _packets(data):
        rest = without_label(data[start:stop]) or b""
        if len(rest) > stop - start:
            raise Malformed("an XMP packet grows when its label is taken out", start)
        clean[start:stop] = rest.ljust(stop - start, b" ")
    packets = _packets(clean)
    outside = _blanked(bytes(clean), packets).decode("latin-1")
    for _ in range(_MOST_ROUNDS):
        found = [site.raw for site in sites_in([Entry("", "", outside, 0, len(outside), "blob")])]
        if not found:
            break
        for raw in found:
            outside = outside.replace(raw, " " * len(raw))
    result = bytearray(outside.encode("latin-1"))
    for start, stop in packets:
        result[start:stop] = clean[start:stop]
    if len(result) != len(data):
        raise Malformed("a label among bytes of unknown meaning cannot be taken out")
    return bytes(result)


def _packets(data: bytes | bytearray) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    while len(found) < _MOST_ROUNDS and (begin := _PACKET.search(data, at)):
        ends = [end + len(mark) for mark in _PACKET_ENDS if (end := data.find(mark, begin.end())) >= 0]
        if not ends:
            break
        at = min(ends)
        found.append((begin.start(), at))
    return found


def _blanked(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    clean = bytearray(data)
    for start, stop in spans:
        clean[start:stop] = b" " * (stop - start)
    return bytes(clean)
