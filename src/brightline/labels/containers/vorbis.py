"""Vorbis comments: the list of ``NAME=value`` texts that FLAC, Ogg Vorbis, Opus, Speex and Theora share.

Follows the Vorbis I specification, section 5: a vendor string and then texts, each with a 32-bit little-endian length, in
UTF-8; names are compared without regard to case. The label is the comment ``AIGC`` (TC260-PG-202510A). Comments that stay keep
their bytes, whatever they are, and so does all that follows the list (Vorbis' framing bit, RFC 7845's padding).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap
from brightline.labels.errors import Malformed, OverLimit
from brightline.labels.sites import is_label

__all__ = ["MOST_COMMENT_BYTES", "Comments", "Text", "entries_of", "parsed", "with_label", "without_labels"]

MOST_COMMENT_BYTES = 64 << 20
"""Length of a comment list that is read; own choice: covers in Base64 reach some 20 MB."""

_MOST_COMMENTS = 65_536  # own choice: real files have some dozens
_LABEL = b"AIGC="
_PICTURES = frozenset({"METADATA_BLOCK_PICTURE", "COVERART", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK"})  # Base64 of pictures, a number


@dataclass(frozen=True, slots=True)
class Text:
    """One comment: ``raw`` without its length, which stands at ``offset`` of the list."""

    offset: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Comments:
    """A list as it stands: ``tail`` is what follows the last comment."""

    vendor: bytes
    texts: tuple[Text, ...]
    tail: bytes

    def to_bytes(self) -> bytes:
        """The list as it is written."""
        lines = b"".join(struct.pack("<I", len(text.raw)) + text.raw for text in self.texts)
        return struct.pack("<I", len(self.vendor)) + self.vendor + struct.pack("<I", len(self.texts)) + lines + self.tail


EMPTY = Comments(b"Brightline", (), b"")
"""The list of a file that has none yet; the vendor string names the software (Vorbis I, 5.2.2)."""


def parsed(data: bytes, at: int = -1) -> Comments:
    """The list at the beginning of ``data``. ``at``: its offset in the file, for errors. Raises ``Malformed`` and ``OverLimit``."""
    vendor, place = _counted(data, 0, at)
    if place + 4 > len(data):
        raise Malformed("the comment list ends before its count", at)
    (count,) = struct.unpack_from("<I", data, place)
    if count > _MOST_COMMENTS:
        raise OverLimit(f"a list of {count} comments", at)
    place += 4
    texts: list[Text] = []
    for _ in range(count):
        raw, after = _counted(data, place, at)
        texts.append(Text(place, raw))
        place = after
    return Comments(vendor, tuple(texts), data[place:])


def entries_of(comments: Comments, place: str, where: tuple[int, int], gaps: list[Gap], *, standard: bool = True) -> list[Entry]:
    """The comments as entries, without pictures. ``where``: offset and length of the carrier in the file.

    ``standard``: this list is where the format's guide puts the label.
    """
    entries = [Entry(place, "vendor", comments.vendor.decode("utf-8", "replace"), *where)]
    for text in comments.texts:
        entry = _entry(text, place, where, standard)
        if entry.key.upper() in _PICTURES:
            continue
        if len(text.raw) > MOST_VALUE_BYTES:
            gaps.append(Gap(f"the comment {entry.key[:40]} has {len(text.raw)} bytes", where[0]))
        elif len(entries) == MOST_ENTRIES:
            gaps.append(Gap("further comments were left out", where[0]))
            break
        else:
            entries.append(entry)
    return entries


def with_label(comments: Comments, value: str) -> Comments:
    """The list with ``value`` as its only label: where the first one stood, else behind the others. Raises ``OverLimit``."""
    fresh = Text(-1, _LABEL + value.encode("ascii"))
    first = next((place for place, text in enumerate(comments.texts) if _is_label(text)), len(comments.texts))
    before, after = comments.texts[:first], comments.texts[first:]
    return Comments(comments.vendor, (*before, fresh, *(text for text in after if not _is_label(text))), comments.tail)


def without_labels(comments: Comments) -> Comments:
    """The list without labels. Raises ``OverLimit`` for comments that are too long to be looked into."""
    return Comments(comments.vendor, tuple(text for text in comments.texts if not _is_label(text)), comments.tail)


def _is_label(text: Text) -> bool:
    """An empty ``AIGC=`` is no label, but it would stand beside the new one."""
    if text.raw[:5].upper() == _LABEL:
        return True
    entry = _entry(text, "", (0, 0), standard=False)
    if entry.key.upper() in _PICTURES:
        return False
    if len(text.raw) > MOST_VALUE_BYTES:
        raise OverLimit(f"the comment {entry.key[:40]} has {len(text.raw)} bytes and cannot be searched for a label")
    return is_label(entry)


def _entry(text: Text, place: str, where: tuple[int, int], standard: bool) -> Entry:
    name, found, value = text.raw[: MOST_VALUE_BYTES + 1].partition(b"=")
    key = name.decode("utf-8", "replace") if found else "comment"
    shown = (value if found else name).decode("utf-8", "replace")
    return Entry(place, key, shown, *where, standard=standard and key.upper() == "AIGC")


def _counted(data: bytes, place: int, at: int) -> tuple[bytes, int]:
    """The bytes behind a length, and where they end."""
    if place + 4 > len(data):
        raise Malformed("the comment list ends in the middle of a length", at)
    (length,) = struct.unpack_from("<I", data, place)
    end = place + 4 + int(length)
    if end > len(data):
        raise Malformed(f"a comment of {length} bytes is longer than its list", at)
    return data[place + 4 : end], end
