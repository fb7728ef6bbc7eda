"""The tags of Matroska and WebM: read with what they are about, and made anew without labels or with one.

Follows RFC 9559: Tags (5.1.8), Targets (5.1.8.1.1), SimpleTag (5.1.8.1.2), which may stand inside one another. The label's place is a
SimpleTag named ``AIGC`` in a Tag about the whole file (TC260-PG-20257A); one about a track, a chapter or an attachment is a label
at another place. It does not know where tags lie in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers.ebml import CRC32, VOID, EbmlWalk, Element, element
from brightline.labels.containers.reading import MOST_VALUE_BYTES, Entry
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.sites import is_label

__all__ = ["LONGEST_BLOB", "LONGEST_TAGS", "TAGS", "has_label", "label_tag", "tag_entries", "tags_without_labels", "text"]

TAGS = 0x1254C367
LONGEST_TAGS = 16 << 20  # own choice: tags of a thousand chapters have some hundred kB
LONGEST_BLOB = 65_536  # own choice: bytes without a known meaning are looked through up to this length

_TAG, _TARGETS, _SIMPLE_TAG = 0x7373, 0x63C0, 0x67C8
_NAME, _STRING, _BINARY = 0x45A3, 0x4487, 0x4485
_SCOPES = {0x63C5: "track", 0x63C9: "edition", 0x63C4: "chapter", 0x63C6: "attachment"}  # the UID elements of Targets
_DEEPEST = 8  # own choice: tags about tags about tags; real files nest two levels
_KEY = "AIGC"


@dataclass(frozen=True, slots=True)
class _SimpleTag:
    element: Element
    name: str
    entry: Entry | None
    inner: tuple[_SimpleTag, ...]

    @property
    def is_label(self) -> bool:
        return self.name == _KEY or (self.entry is not None and is_label(self.entry))

    @property
    def holds_label(self) -> bool:
        return self.is_label or any(tag.holds_label for tag in self.inner)

    def entries(self) -> Iterator[Entry]:
        if self.entry:
            yield self.entry
        for tag in self.inner:
            yield from tag.entries()


def tag_entries(walk: EbmlWalk, tags: Element) -> Iterator[Entry]:
    """The texts of a ``Tags`` element, at ``matroska.Tags.SimpleTag`` or, for a track, ``matroska.Tags.track`` and so on."""
    for _, simple in _tags(walk, tags):
        for tag in simple:
            yield from tag.entries()


def has_label(walk: EbmlWalk, tags: Element) -> bool:
    """True if something in it has to go when a label is written elsewhere."""
    return any(tag.holds_label for _, simple in _tags(walk, tags) for tag in simple)


def tags_without_labels(walk: EbmlWalk, tags: Element) -> bytes:
    """The children of a ``Tags`` element without labels; a Tag in which nothing stays goes too. A CRC-32 is kept as it is.

    Nothing where no Tag stays.
    """
    if tags.size > LONGEST_TAGS:
        raise OverLimit(f"tags of {tags.size} bytes", tags.start)
    simple_tags = dict(_tags(walk, tags))
    parts, stays = [], False
    for child in walk.children(tags.body, tags.stop):
        simple = simple_tags.get(child, ())
        if child.id == VOID:
            continue
        if not any(tag.holds_label for tag in simple):
            parts.append(walk.source.read(child.start, child.size))
        elif any(not tag.is_label for tag in simple):
            parts.append(_kept(walk, child, simple))
        else:
            continue
        stays |= child.id != CRC32
    return b"".join(parts) if stays else b""


def label_tag(value: str) -> bytes:
    """A Tag about the whole file with the label."""
    simple = element(_SIMPLE_TAG, element(_NAME, _KEY.encode()), element(_STRING, value.encode("ascii")))
    return element(_TAG, element(_TARGETS), simple)


def text(walk: EbmlWalk, child: Element, most: int = MOST_VALUE_BYTES) -> str:
    """The string in ``child``; zero bytes at its end mean nothing (RFC 8794, 7.4 and 7.5)."""
    return walk.payload(child, most).split(b"\0")[0].decode("utf-8", "replace")


def _tags(walk: EbmlWalk, tags: Element) -> Iterator[tuple[Element, tuple[_SimpleTag, ...]]]:
    for tag in walk.children(tags.body, tags.stop):
        if tag.id != _TAG:
            continue
        children = walk.children(tag.body, tag.stop)
        scope = _scope(walk, children)
        yield tag, tuple(_simple_tag(walk, child, scope, 0) for child in children if child.id == _SIMPLE_TAG)


def _scope(walk: EbmlWalk, children: list[Element]) -> str:
    """What a Tag is about: nothing for the whole file, else ``track`` … A UID of 0 means all of them (RFC 9559, 5.1.8.1.1.3)."""
    for targets in children:
        if targets.id == _TARGETS:
            for child in walk.children(targets.body, targets.stop):
                if child.id in _SCOPES and any(walk.source.at_most(child.body, min(8, child.stop - child.body))):
                    return _SCOPES[child.id]
    return ""


def _simple_tag(walk: EbmlWalk, simple: Element, scope: str, depth: int) -> _SimpleTag:
    if depth == _DEEPEST:
        walk.tell(Malformed("tags inside tags without end", simple.start))
        return _SimpleTag(simple, "", None, ())
    name, value, is_blob, inner = "", None, False, []
    for child in walk.children(simple.body, simple.stop):
        try:
            if child.id == _NAME:
                name = text(walk, child, LONGEST_BLOB)
            elif child.id == _STRING:
                value = text(walk, child)
            elif child.id == _BINARY and child.size <= LONGEST_BLOB and value is None:
                value, is_blob = walk.payload(child, LONGEST_BLOB).decode("latin-1"), True
            elif child.id == _SIMPLE_TAG:
                inner.append(_simple_tag(walk, child, scope, depth + 1))
        except LabelError as problem:
            walk.tell(problem)
    entry = None
    if value is not None:
        standard = name == _KEY and not scope and depth == 0 and not is_blob
        place = f"matroska.Tags.{scope or 'SimpleTag'}"
        entry = Entry(place, name, value, simple.start, simple.size, "blob" if is_blob else "text", standard)
    return _SimpleTag(simple, name, entry, tuple(inner))


def _kept(walk: EbmlWalk, parent: Element, simple: tuple[_SimpleTag, ...]) -> bytes:
    """A Tag or SimpleTag without the labels in it. Its CRC-32 goes, as it would be wrong."""
    by_start = {tag.element.start: tag for tag in simple}
    parts = []
    for child in walk.children(parent.body, parent.stop):
        tag = by_start.get(child.start)
        if child.id == CRC32 or (tag and tag.is_label):
            continue
        raw = _kept(walk, child, tag.inner) if tag and tag.holds_label else walk.source.read(child.start, child.size)
        parts.append(raw)
    return element(parent.id, *parts)
