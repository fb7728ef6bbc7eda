"""EXIF: the texts in its directories as entries, and a label that stands in one of them emptied without moving a byte.

Follows CIPA DC-008 (EXIF 3.0): 4.6.5 (ImageDescription … Copyright), 4.6.6 (UserComment with its eight bytes of character
code); Microsoft's XP tags are UTF-16. TC260-PG-20259A, Annex B allows a label in UserComment, in the wrapped form; Brightline
reads it there and writes XMP. Opaque fields (MakerNote, IPTC …) are shown where they are small or speak of a label; those over
256 KiB are pictures and colour profiles and are not searched. It never adds a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry, Gap, Patch
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed
from brightline.labels.ifd import Directory, Field, Tiff, read_tiff
from brightline.labels.xmp import packet_text, without_label

__all__ = ["XMP_TAG", "emptied", "exif_entries", "exif_reading", "exif_without_label", "field_entries"]

XMP_TAG = 700
"""The field of an XMP packet: ISO 16684-3, 1.1.2 (TIFF); some writers put it into EXIF blocks as well."""

_NAMES = {
    0x010D: "DocumentName",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x011D: "PageName",
    0x0131: "Software",
    0x013B: "Artist",
    0x013C: "HostComputer",
    XMP_TAG: "XMP",
    0x8298: "Copyright",
    0x83BB: "IPTC",
    0x8649: "Photoshop",
    0x927C: "MakerNote",
    0x9286: "UserComment",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9D: "XPAuthor",
    0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject",
    0xA420: "ImageUniqueID",
    0xA430: "CameraOwnerName",
    0xA436: "ImageTitle",
    0xA437: "Photographer",
    0xA438: "ImageEditor",
}
_USER_COMMENT, _MAKER_NOTE = 0x9286, 0x927C
_TEXT_TYPES = frozenset({2, 129})  # ASCII; UTF-8 since EXIF 3.0
_OPAQUE_TYPES = frozenset({1, 6, 7})
_UTF16 = frozenset(range(0x9C9B, 0x9CA0))
_LARGEST_OPAQUE = 256 << 10  # own choice, see above
_LARGEST_NOTE = 64 << 10  # own choice: MakerNotes over that hold previews, and are only shown if they speak of a label
_NAMES_OF_LABELS = (b"AIGC", b"ContentProducer", b"ServiceProvider")
_CODES = {b"ASCII\0\0\0": "utf-8", b"JIS\0\0\0\0\0": "iso2022_jp", b"UNICODE\0": "utf-16", b"\0" * 8: "utf-8"}  # DC-008, table 9


def exif_entries(blob: bytes, offset: int, place: str) -> list[Entry]:
    """The texts of an EXIF block (from its TIFF head on) that lies at ``offset`` of the file.

    Raises ``Malformed``, ``Truncated`` or ``OverLimit`` where a directory cannot be followed, links in a circle among them.
    """
    source = Source(blob)
    entries, gaps = field_entries(source, read_tiff(source, strict=True), offset, place)
    if gaps:
        raise Malformed(gaps[0].reason, gaps[0].offset)
    return entries


def exif_reading(blob: bytes, offset: int, place: str) -> tuple[list[Entry], list[Gap]]:
    """As ``exif_entries``, but what cannot be followed is a ``Gap``, and the rest is read on. Never raises."""
    source = Source(blob)
    try:
        tiff = read_tiff(source, strict=False)
    except LabelError as problem:
        return [], [Gap(f"EXIF: {problem.message}", offset)]
    entries, gaps = field_entries(source, tiff, offset, place)
    return entries, [Gap(f"EXIF: {gap.reason}", offset + max(gap.offset, 0)) for gap in (*tiff.gaps, *gaps)]


def exif_without_label(blob: bytes) -> bytes:
    """``blob`` with every label emptied in place (zero bytes in a text, white space in XMP); its length and all other bytes as before.

    Raises ``Malformed``, ``Truncated`` or ``OverLimit`` where a directory cannot be followed.
    """
    source = Source(blob)
    changed = bytearray(blob)
    for patch in emptied(source, read_tiff(source, strict=True)):
        changed[patch.offset : patch.offset + len(patch.data)] = patch.data
    return bytes(changed)


def field_entries(source: Source, tiff: Tiff, offset: int, place: str, standard: Directory | None = None) -> tuple[list[Entry], list[Gap]]:
    """The texts in ``tiff``'s fields, and what could not be read. ``standard``: the directory whose XMP field is the guide's place."""
    entries: list[Entry] = []
    gaps: list[Gap] = []
    for directory, field in _speaking(tiff):
        if field.size > MOST_VALUE_BYTES:
            gaps.append(Gap(f"the field {_name(field.tag)} has {field.size} bytes", field.at))
            continue
        try:
            entry = _entry(field, source.read(field.value_at, field.size), tiff.order, offset, place)
        except LabelError as problem:
            gaps.append(Gap(f"the field {_name(field.tag)}: {problem.message}", field.at))
            continue
        if entry is not None and entry.value:
            is_standard = field.tag == XMP_TAG and directory is standard
            entries.append(entry if not is_standard else _at_standard_place(entry))
    return entries, gaps


def emptied(source: Source, tiff: Tiff, but: Field | None = None) -> Iterator[Patch]:
    """What to overwrite so that no field of ``tiff`` holds a label, except ``but``, which the caller replaces. Raises ``LabelError``."""
    from brightline.labels.sites import is_label

    for _, field in _speaking(tiff):
        if but is not None and field.at == but.at:
            continue
        value = source.read(field.value_at, field.size)
        entry = _entry(field, value, tiff.order, 0, "exif")
        if entry is None or not is_label(entry):
            continue
        if entry.kind == "xmp":
            rest = without_label(value) or b""
            if len(rest) > field.size:
                raise Malformed("an XMP packet grows when its label is taken out", field.value_at)
            data = rest.ljust(field.size, b" ")
        elif entry.kind == "blob":
            data = _blanked(entry, value)
        else:
            prefix = value[:8] if field.tag == _USER_COMMENT and value[:8] in _CODES else b""
            data = prefix + bytes(field.size - len(prefix))
        yield Patch(field.value_at, data)


def _speaking(tiff: Tiff) -> Iterable[tuple[Directory, Field]]:
    """The fields in which text can stand."""
    for directory in tiff.directories:
        for field in directory.fields:
            is_opaque = field.type in _OPAQUE_TYPES and (field.tag in _NAMES or 16 < field.size <= _LARGEST_OPAQUE)
            if field.size and (field.type in _TEXT_TYPES or is_opaque):
                yield directory, field


def _entry(field: Field, value: bytes, order: str, offset: int, place: str) -> Entry | None:
    name, at = _name(field.tag), offset + field.value_at
    if field.tag == XMP_TAG:
        return Entry(f"{place}.XMP", "XMP", packet_text(value, strict=False), at, field.size, "xmp")
    if field.tag == _USER_COMMENT:
        return Entry(place, name, _user_comment(value, order), at, field.size)
    if field.tag in _UTF16:
        return Entry(place, name, value.decode("utf-16-le", "replace").rstrip("\0"), at, field.size)
    if field.type in _TEXT_TYPES:
        return Entry(place, name, _decoded(value).rstrip("\0").replace("\0", "\n"), at, field.size)
    if (field.tag == _MAKER_NOTE and len(value) <= _LARGEST_NOTE) or b"aigc" in value.lower() or b"ContentProducer" in value:
        return Entry(place, name, value.decode("latin-1"), at, field.size, "blob")
    return None


def _user_comment(value: bytes, order: str) -> str:
    code = _CODES.get(value[:8])
    if code is None:  # no character code at all: seen in the wild, and then it is plain text
        return _decoded(value).rstrip("\0 ")
    text = value[8:]
    if not text.strip(b"\0 "):
        return ""
    if any(name in text for name in _NAMES_OF_LABELS):  # single bytes, whatever the code says: writers put UTF-8 behind UNICODE
        return _decoded(text).rstrip("\0 ")
    if code == "iso2022_jp":
        return text.decode(code, "replace").rstrip("\0 ")
    if code == "utf-8":
        return _decoded(text).rstrip("\0 ")
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", "replace").rstrip("\0 ")
    # DC-008 does not say which byte order UNICODE has; most follow the block's own, some always one.
    orders = ("utf-16-le", "utf-16-be") if order == "<" else ("utf-16-be", "utf-16-le")
    readings = [text.decode(name, "replace").rstrip("\0 ") for name in orders]
    return max(readings, key=lambda reading: sum(character < "\x80" for character in reading))


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _blanked(entry: Entry, value: bytes) -> bytes:
    """An opaque field with its labels as white space; everything around them stays."""
    from brightline.labels.sites import is_label, sites_in

    text = entry.value
    for site in sites_in([entry]):
        text = text.replace(site.raw, " " * len(site.raw))
    blanked = text.encode("latin-1")
    cleaned = Entry(entry.place, entry.key, text, entry.offset, entry.length, "blob")
    if is_label(cleaned) or len(blanked) != len(value):
        raise Malformed(f"a label in the field {entry.key} cannot be taken out", entry.offset)
    return blanked


def _at_standard_place(entry: Entry) -> Entry:
    return Entry(entry.place, entry.key, entry.value, entry.offset, entry.length, entry.kind, standard=True)


def _name(tag: int) -> str:
    return _NAMES.get(tag, f"0x{tag:04X}")
