"""Metadata boxes of MP4 and QuickTime: ``meta`` with ``keys`` and ``ilst``, read from anywhere and written as the guide has it.

Follows the QuickTime file format (metadata atoms: ``keys`` gives names, an item of ``ilst`` has the number of its key, a
``data`` atom has a type and a locale) and Apple's older lists for music (``ilst`` with items named by four characters, and
``----`` with ``mean`` and ``name``). The label's place is TC260-PG-20257A, 6.1.1: the key ``AIGC`` of ``moov.udta.meta``, handler
``mdta``, its value a UTF-8 text (type 1). Values that are numbers or pictures are not read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from brightline.labels.containers.boxes import Box, BoxWalk, box_bytes, full_box, only, shown
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry, EntryKind
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.sites import is_label

__all__ = ["KEY", "LONGEST_BLOB", "STANDARD_PLACE", "Item", "Meta", "meta_with_label", "meta_without_labels", "read_meta", "text_of"]

KEY = b"AIGC"
STANDARD_PLACE = "mp4.moov.udta.meta"
LONGEST_BLOB = 65_536  # own choice: bytes without a known meaning are looked through up to this length

_MOST_KEYS = 65_536  # own choice: real files have some tens
_MOST_KEPT = 64 << 20  # own choice: cover pictures of some megabytes are copied when the list around them changes
_UTF8, _UTF16, _UNTYPED = 1, 2, 0  # QuickTime file format, well-known types


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an ``ilst`` with its textual values; ``key`` is the number of its name in ``keys``, 0 where it has none."""

    box: Box
    key: int
    name: str
    entries: tuple[Entry, ...]

    @property
    def is_label(self) -> bool:
        """True if it must not stay beside a new label: a label is in it, or it has the label's name over nothing."""
        return self.name == "AIGC" or any(is_label(entry) for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Meta:
    """One ``meta`` box: its handler, the names in ``keys`` (namespace, name), the items, and texts beside the list (``xml``)."""

    box: Box
    body: int
    handler: bytes
    keys: tuple[tuple[bytes, bytes], ...]
    items: tuple[Item, ...]
    others: tuple[tuple[Box, Entry], ...]
    children: tuple[Box, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All its textual entries in the order of the file."""
        found = [entry for item in self.items for entry in item.entries] + [entry for _, entry in self.others]
        return tuple(sorted(found, key=lambda entry: entry.offset))

    @property
    def takes_keys(self) -> bool:
        """True if a key can be added: the handler is ``mdta``, and no item has a number that only a new key would give a name."""
        nameless = any(item.key == 0 and int.from_bytes(item.box.kind) <= _MOST_KEYS for item in self.items)
        return self.handler == b"mdta" and not nameless

    @property
    def has_label(self) -> bool:
        """True if something here has to go when a label is written."""
        return any(item.is_label for item in self.items) or any(is_label(entry) for _, entry in self.others)


def read_meta(walk: BoxWalk, box: Box, place: str) -> Meta:
    """The ``meta`` box at ``box``; its entries stand at ``{place}.keys``, ``.ilst``, ``.freeform`` or ``.xml``."""
    children = walk.meta_children(box)
    handler = only(children, b"hdlr")
    keys_box, ilst = only(children, b"keys"), only(children, b"ilst")
    for kind in (b"keys", b"ilst"):
        if sum(child.kind == kind for child in children) > 1:
            walk.tell(Malformed(f"a meta box with two {shown(kind)} boxes", box.start))
    keys: tuple[tuple[bytes, bytes], ...] = ()
    if keys_box:
        try:
            keys = tuple(_keys(walk.payload(keys_box, MOST_VALUE_BYTES, 4), keys_box.start))
        except LabelError as problem:
            walk.tell(problem)
    items = tuple(_item(walk, item, keys, place) for item in walk.children(ilst.body, ilst.stop)) if ilst else ()
    others = [(xml, entry) for xml in children if xml.kind == b"xml " for entry in _xml(walk, xml, place)]
    name = walk.source.at_most(handler.body + 8, 4) if handler else b""
    return Meta(box, walk.meta_body(box), name, keys, items, tuple(others), tuple(children))


def meta_with_label(source: Source, meta: Meta | None, value: str) -> bytes:
    """A ``meta`` box with ``value`` as its only label, all other keys, items and boxes kept; a new one where there is none."""
    text = box_bytes(b"data", struct.pack(">II", _UTF8, 0), value.encode("ascii"))
    if meta is None:
        return full_box(b"meta", 0, 0, _HANDLER, _keys_box([(b"mdta", KEY)]), box_bytes(b"ilst", box_bytes((1).to_bytes(4), text)))
    keys, items = _without(source, meta)
    keys.append((b"mdta", KEY))
    items.append(box_bytes(len(keys).to_bytes(4), text))
    return _rebuilt(source, meta, keys, items)


def meta_without_labels(source: Source, meta: Meta) -> bytes:
    """The ``meta`` box without any label; nothing where it would say nothing else."""
    keys, items = _without(source, meta)
    meaningless = {b"hdlr", b"keys", b"ilst", b"free", b"skip"} | {box.kind for box, entry in meta.others if is_label(entry)}
    if not items and not keys and all(child.kind in meaningless for child in meta.children):
        return b""
    return _rebuilt(source, meta, keys, items)


def text_of(raw: bytes) -> str | None:
    """``raw`` as text if it is UTF-8 or UTF-16 without control characters, else None."""
    encoding = "utf-16" if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"
    try:
        text = raw.decode(encoding).rstrip("\x00")
    except UnicodeDecodeError:
        return None
    return text if all(character >= " " or character in "\t\r\n" for character in text) else None


# Reading


def _keys(table: bytes, offset: int) -> list[tuple[bytes, bytes]]:
    """``keys`` without version and flags: a count, then size, namespace and name of each (QuickTime file format)."""
    if len(table) < 4:
        raise Malformed("the table of keys is too short", offset)
    count = int.from_bytes(table[:4])
    if count > _MOST_KEYS:
        raise OverLimit(f"{count} keys; at most {_MOST_KEYS} are followed", offset)
    keys, at = [], 4
    for _ in range(count):
        size = int.from_bytes(table[at : at + 4])
        if size < 8 or at + size > len(table):
            raise Malformed("a key reaches beyond the table of keys", offset)
        keys.append((table[at + 4 : at + 8], table[at + 8 : at + size]))
        at += size
    return keys


def _item(walk: BoxWalk, box: Box, keys: tuple[tuple[bytes, bytes], ...], place: str) -> Item:
    number = int.from_bytes(box.kind)
    parts = walk.children(box.body, box.stop)
    if 0 < number <= len(keys):
        space, raw = keys[number - 1]
        name = raw.decode("utf-8", "replace")
        where, standard = f"{place}.keys", place == STANDARD_PLACE and (space, raw) == (b"mdta", KEY)
    elif box.kind == b"----":
        number, standard, where = 0, False, f"{place}.freeform"
        name = ":".join(_short_text(walk, part) for kind in (b"mean", b"name") for part in parts if part.kind == kind)
    else:
        number, standard, where, name = 0, False, f"{place}.ilst", shown(box.kind)
    entries = []
    for part in parts:
        if part.kind != b"data":
            continue
        value = _value(walk, part)
        if value:
            entries.append(Entry(where, name, value[0], box.start, box.size, value[1], standard))
    return Item(box, number, name, tuple(entries))


def _short_text(walk: BoxWalk, box: Box) -> str:
    return walk.text(box.body + 4, max(0, min(1024, box.stop - box.body - 4))).decode("utf-8", "replace")


def _value(walk: BoxWalk, data: Box) -> tuple[str, EntryKind] | None:
    """The text of a ``data`` box; None for a number, a picture, or what is too long (which is told)."""
    if data.stop - data.body < 8:
        walk.tell(Malformed("a data box is too short for its type", data.start))
        return None
    kind = int.from_bytes(walk.source.read(data.body, 4)) & 0xFFFFFF
    length = data.stop - data.body - 8
    most = LONGEST_BLOB if kind == _UNTYPED else MOST_VALUE_BYTES
    if kind not in (_UTF8, _UTF16, _UNTYPED) or (kind == _UNTYPED and length > most):
        return None
    if length > most:
        walk.tell(OverLimit(f"a text of {length} bytes", data.start))
        return None
    raw = walk.text(data.body + 8, length)
    if kind == _UTF16:
        return raw.decode("utf-16-be", "replace"), "text"
    if kind == _UTF8:
        return raw.decode("utf-8", "replace"), "text"
    text = text_of(raw)
    return (text, "text") if text is not None else (raw.decode("latin-1"), "blob")


def _xml(walk: BoxWalk, box: Box, place: str) -> list[Entry]:
    try:
        text = walk.payload(box, MOST_VALUE_BYTES, 4).decode("utf-8", "replace").rstrip("\x00")
    except LabelError as problem:
        walk.tell(problem)
        return []
    return [Entry(f"{place}.xml", "", text, box.start, box.size, "xmp" if "rdf:RDF" in text else "text")]


# Writing

_HANDLER = full_box(b"hdlr", 0, 0, bytes(4), b"mdta", bytes(12), b"\0")  # no manufacturer, no name


def _keys_box(keys: list[tuple[bytes, bytes]]) -> bytes:
    return full_box(b"keys", 0, 0, len(keys).to_bytes(4), *(box_bytes(space, name) for space, name in keys))


def _without(source: Source, meta: Meta) -> tuple[list[tuple[bytes, bytes]], list[bytes]]:
    """Keys and items that stay. A key goes when only labels used it, and the items behind it get its number."""
    kept = [item for item in meta.items if not item.is_label]
    used = {item.key for item in kept}
    freed = {item.key for item in meta.items if item.is_label} - used
    numbers, keys = {0: 0}, []
    for number, (space, name) in enumerate(meta.keys, 1):
        if number in freed or (name == KEY and number not in used):
            continue
        keys.append((space, name))
        numbers[number] = len(keys)
    items = []
    for item in kept:
        if item.box.size > _MOST_KEPT:
            raise OverLimit(f"a metadata item of {item.box.size} bytes", item.box.start)
        raw = source.read(item.box.start, item.box.size)
        items.append(raw if not item.key else raw[:4] + numbers[item.key].to_bytes(4) + raw[8:])
    return keys, items


def _rebuilt(source: Source, meta: Meta, keys: list[tuple[bytes, bytes]], items: list[bytes]) -> bytes:
    """The box with new ``keys`` and ``ilst`` where the old ones stood; everything else byte for byte."""
    head = source.read(meta.box.body, meta.body - meta.box.body)
    gone = {box.start for box, entry in meta.others if is_label(entry)}
    parts = [head]
    for child in meta.children:
        if child.kind == b"ilst" or child.kind == b"keys" or child.start in gone:
            continue
        if child.size > _MOST_KEPT:
            raise OverLimit(f"a metadata box of {child.size} bytes", child.start)
        if child.kind in (b"free", b"skip"):
            continue
        parts.append(source.read(child.start, child.size))
    if keys or only(meta.children, b"keys"):
        parts.append(_keys_box(keys))
    if items or only(meta.children, b"ilst"):
        parts.append(box_bytes(b"ilst", *items))
    return box_bytes(b"meta", *parts)
