"""The index of Matroska: SeekHead and Cues, made anew for the places to which elements moved.

Follows RFC 9559: SeekHead (5.1.1), Cues (5.1.5), and positions that count from the first byte of the Segment's payload (4.5, 16). A
number keeps its width where the new value fits; CRC-32 elements of what changes are computed anew.
"""

from __future__ import annotations

from brightline.labels.containers.ebml import CRC32, VOID, EbmlWalk, Element, checksummed, element, number, size_field
from brightline.labels.containers.matroska_tags import TAGS
from brightline.labels.containers.relocation import Moved
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed

__all__ = ["CUES", "SEEK_HEAD", "moved_cues", "names_tags", "seek_head_body", "with_body"]

SEEK_HEAD, CUES = 0x114D9B74, 0x1C53BB6B

_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_CUE_MASTERS = frozenset({CUES, 0xBB, 0xB7, 0xDB})  # Cues, CuePoint, CueTrackPositions, CueReference
_CUE_POSITIONS = frozenset({0xF1, 0xEA, 0x97, 0xEB})  # CueClusterPosition, CueCodecState, CueRefCluster, CueRefCodecState
_OPTIONAL = frozenset({0xEA, 0xEB})  # of these 0 means "none" (RFC 9559, 5.1.5.1.2.6)
_LONGEST_NUMBER = 8


def names_tags(source: Source, seek_head: Element) -> bool:
    """True if the SeekHead says where tags are."""
    walk = EbmlWalk(source)
    return any(_target(walk, seek)[0] == TAGS for seek in walk.children(seek_head.body, seek_head.stop) if seek.id == _SEEK)


def seek_head_body(raw: bytes, moved: Moved, tags_at: int | None = None) -> bytes:
    """The children of the SeekHead ``raw`` with positions as ``moved`` has them (both count from the Segment's payload).

    ``tags_at``: a position that becomes the only one of tags; None leaves their entries like the others.
    """
    walk = EbmlWalk(Source(raw))
    whole = walk.element_at(0, len(raw))
    parts = []
    for child in walk.children(whole.body, whole.stop):
        if child.id == VOID:
            continue
        piece = raw[child.start : child.stop]
        if child.id == _SEEK:
            name, position, width = _target(walk, child)
            if name == TAGS and tags_at is not None:
                continue
            if moved(position) != position:
                piece = _seek(name, moved(position), width)
        parts.append(piece)
    if tags_at is not None:
        parts.append(_seek(TAGS, tags_at))
    return checksummed(b"".join(parts))


def moved_cues(raw: bytes, moved: Moved) -> bytes:
    """The Cues ``raw`` for clusters that moved; ``moved`` counts from the Segment's payload."""
    walk = EbmlWalk(Source(raw))
    whole = walk.element_at(0, len(raw))
    body = _cues(walk, raw, whole, moved)
    return raw if body == raw[whole.body : whole.stop] else with_body(raw, whole, body)


def with_body(raw: bytes, old: Element, body: bytes) -> bytes:
    """The element ``old`` at the beginning of ``raw`` around other children; its size keeps its width where it can."""
    name = raw[: (old.id.bit_length() + 7) // 8]
    return name + size_field(len(body), old.body - old.start - len(name)) + body


def _cues(walk: EbmlWalk, raw: bytes, parent: Element, moved: Moved) -> bytes:
    parts = []
    for child in walk.children(parent.body, parent.stop):
        piece = raw[child.start : child.stop]
        if child.id in _CUE_MASTERS:
            body = _cues(walk, raw, child, moved)
            if body != raw[child.body : child.stop]:
                piece = with_body(piece, child._replace(start=0, body=child.body - child.start), body)
        elif child.id in _CUE_POSITIONS:
            width = child.stop - child.body
            position = _number(walk, child)
            if moved(position) != position and not (child.id in _OPTIONAL and position == 0):
                piece = element(child.id, number(moved(position), width))
        parts.append(piece)
    return checksummed(b"".join(parts))


def _target(walk: EbmlWalk, seek: Element) -> tuple[int, int, int]:
    """ID and position of a Seek, and the width of the position. Raises ``Malformed`` where one is missing."""
    name = position = None
    width = 1
    for child in walk.children(seek.body, seek.stop):
        if child.id == _SEEK_ID:
            name = _number(walk, child)
        elif child.id == _SEEK_POSITION:
            position, width = _number(walk, child), child.stop - child.body
        elif child.id not in (VOID, CRC32):
            raise Malformed("an unknown element in a Seek", seek.start)
    if name is None or position is None:
        raise Malformed("a Seek without ID or position", seek.start)
    return name, position, width


def _seek(name: int, position: int, width: int = 1) -> bytes:
    return element(_SEEK, element(_SEEK_ID, number(name)), element(_SEEK_POSITION, number(position, width)))


def _number(walk: EbmlWalk, child: Element) -> int:
    return int.from_bytes(walk.payload(child, _LONGEST_NUMBER))
