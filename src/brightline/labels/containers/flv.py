"""FLV: the label is the text ``AIGC`` of the script data ``onMetaData`` (TC260-PG-20257A; rules.md, 2.5).

Follows Adobe's "Video File Format Specification" 10.1, Annex E (tags, script data) and ``flv_amf.py``. Script data that get longer
move what follows; the positions that some writers keep in it (``keyframes.filepositions``, ``lastkeyframelocation``,
``filesize``) move along. A file without ``onMetaData`` gets one. XMP in ``onXMPData`` is read and cleared of labels.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.flv_amf import Budget, Member, Value, member_bytes, value_at
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap, Plan, Range, Reading, without_media
from brightline.labels.containers.relocation import Shift
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated
from brightline.labels.sites import is_label

__all__ = ["FLV"]

_SCRIPT = 18  # E.4.1: 8 is audio, 9 video, 18 script data
_MEDIA_TYPES = frozenset({8, 9})
_KNOWN_TYPES = frozenset({8, 9, _SCRIPT})
_ENCRYPTED = 0x20  # E.4.1: the filter bit of the tag type
_TAG_HEADER = 11
_KIND_AND_LENGTH = struct.Struct(">I")  # E.4.1: one byte and three
_MOST_TAGS = 2_000_000  # own choice: ten hours at 30 pictures and 25 blocks of sound a second
_MOST_SCRIPTS = 10_000  # own choice: cue points of a long recording
_MOST_SCRIPT_BYTES = 64 << 20  # own choice: they are held in memory; an index of a day of key frames has 2 MB
_READ_THROUGH = 4 << 20  # files up to this length are read through, which is quicker; of longer ones the headers only (own choice)
_WINDOW = 65_536
_NAME = "onMetaData"


@dataclass(frozen=True, slots=True)
class _Script:
    """A script tag ``[offset, stop)``, the length behind it included; its data is read whole."""

    offset: int
    stop: int
    head: bytes
    data: bytes


class _Flv:
    name = "flv"
    media_types = ("video/x-flv", "video/flv")
    suffixes = (".flv",)

    def accepts(self, head: bytes, name: str) -> bool:
        return len(head) >= 9 and head[:4] == b"FLV\x01" and int.from_bytes(head[5:9], "big") >= 9

    def read(self, source: Source) -> Reading:
        gaps: list[Gap] = []
        entries: list[Entry] = []
        media: list[Range] = []
        budget = Budget()
        start = _first_tag(source)
        try:
            for part in _parts(source, start):
                if isinstance(part, Range):
                    media.append(part)
                    continue
                try:
                    entries += _entries(part, budget)
                except LabelError as problem:
                    gaps.append(Gap(f"script data cannot be read: {problem}", part.offset))
        except LabelError as problem:
            gaps.append(Gap(f"the tags cannot be followed: {problem}", media[-1].stop if media else start))
        gaps += () if media else (without_media("tag of sound or pictures", start),)
        if len(entries) > MOST_ENTRIES:
            gaps.append(Gap(f"{len(entries) - MOST_ENTRIES} entries were left out"))
        return Reading(self.name, tuple(entries[:MOST_ENTRIES]), tuple(media), tuple(gaps))

    def plan(self, source: Source, value: str) -> Plan:
        start = _first_tag(source)
        scripts = [part for part in _parts(source, start) if isinstance(part, _Script)]
        budget = Budget()
        names = [_named(script, budget)[0] for script in scripts]
        host = scripts[names.index(_NAME)] if _NAME in names else None
        changed = {script: _with_label(script, value if script is host else None) for script in scripts}
        edits = [_edit(script, data) for script, data in changed.items() if data != script.data]
        if host is None:
            fresh = member_bytes("", _NAME)[2:] + struct.pack(">BI", 8, 1) + member_bytes("AIGC", value) + b"\0\0\x09"
            edits.append(Edit(start, start, _tag(bytes([_SCRIPT]) + bytes(10), fresh)))
        shift = Shift(edits)
        moved = [_with_label(_relocated(script, shift, source.size), value if script is host else None) for script in scripts]
        again = [_edit(script, data) for script, data in zip(scripts, moved, strict=True) if data != script.data]
        return planned([*again, *(edit for edit in edits if edit.start == edit.stop)], source.size)


FLV: Container = _Flv()


def _first_tag(source: Source) -> int:
    """Where the first tag begins. Raises ``Malformed``, ``Truncated``."""
    head = source.read(0, 13)
    start = int.from_bytes(head[5:9], "big")  # E.2: DataOffset, 9 in version 1
    if head[:4] != b"FLV\x01" or start < 9:
        raise Malformed("this is not an FLV file of version 1", 0)
    if start + 4 > source.size:
        raise Truncated(start, 4, source.size)
    return start + 4  # PreviousTagSize0


def _parts(source: Source, at: int) -> Iterator[Range | _Script]:
    """Script tags, and the ranges of all other tags between them. Raises ``Malformed``, ``Truncated``, ``OverLimit``."""
    begun, count, scripts, size, end = at, 0, 0, 0, source.size
    window_at, window = at, b""
    span = _WINDOW if end <= _READ_THROUGH else _TAG_HEADER
    while at < end:
        if at + _TAG_HEADER > window_at + len(window):
            window_at, window = at, source.read(at, max(_TAG_HEADER, min(span, end - at)), ahead=False)
        at, passed = _behind_media(window, window_at, at, end)
        count += passed + 1
        if count > _MOST_TAGS:
            raise OverLimit(f"more than {_MOST_TAGS} tags", at)
        if at + _TAG_HEADER > window_at + len(window):
            count -= 1
            continue
        (word,) = _KIND_AND_LENGTH.unpack_from(window, at - window_at)
        kind, tag_stop = word >> 24, at + _TAG_HEADER + (word & 0xFFFFFF)
        if kind & ~_ENCRYPTED not in _KNOWN_TYPES:
            raise Malformed(f"a tag of the unknown type {kind}", at)
        if tag_stop > end:
            raise Truncated(at, tag_stop - at, end)
        stop = tag_stop + 4 if tag_stop + 4 < end else end  # the length behind the last tag is sometimes missing
        if kind == _SCRIPT:
            if begun < at:
                yield Range(begun, at)
            scripts, size = scripts + 1, size + tag_stop - at
            if scripts > _MOST_SCRIPTS or size > _MOST_SCRIPT_BYTES:
                raise OverLimit(f"{scripts} script tags with {size} bytes", at)
            whole = source.read(at, tag_stop - at)
            yield _Script(at, stop, whole[:_TAG_HEADER], whole[_TAG_HEADER:])
            begun = stop
        at = stop
    if begun < at:
        yield Range(begun, at)


def _behind_media(window: bytes, window_at: int, at: int, end: int) -> tuple[int, int]:
    """Where the first tag begins that is neither sound nor pictures, or whose header ``window`` does not hold; and how many were passed."""
    unpack, stop = _KIND_AND_LENGTH.unpack_from, len(window) - _TAG_HEADER
    place = before = at - window_at
    passed = 0
    while place <= stop:
        word = unpack(window, place)[0]
        if word >> 24 not in _MEDIA_TYPES:
            break
        before, place = place, place + (word & 0xFFFFFF) + _TAG_HEADER + 4
        passed += 1
    if window_at + place > end:  # the last of them ends behind the file, or goes without the length behind it
        return window_at + before, passed - 1
    return window_at + place, passed


def _named(script: _Script, budget: Budget | None = None) -> tuple[str, Value | None]:
    """Name and value of script data (E.4.4.1); an empty name where it is something else. Raises ``Malformed``, ``OverLimit``."""
    if script.data[:1] != b"\x02":
        return "", None
    name = value_at(script.data, 0, budget)
    return name.text, value_at(script.data, name.stop, budget) if name.stop < len(script.data) else None


def _entries(script: _Script, budget: Budget) -> list[Entry]:
    name, value = _named(script, budget)
    return [entry for member in value.members for entry in _member_entries(script, name, member)] if value else []


def _member_entries(script: _Script, name: str, member: Member) -> Iterator[Entry]:
    where = script.offset + _TAG_HEADER + member.start, member.value.stop - member.start
    place = f"flv.{name or 'script'}"
    text = member.value.text
    if len(text) > MOST_VALUE_BYTES:
        raise OverLimit(f"{member.key} has {len(text)} characters", where[0])
    if name == "onXMPData" and text:
        yield Entry(place, "XMP", text, *where, kind="xmp")
    elif text:
        yield Entry(place, member.key, text, *where, standard=name == _NAME and member.key == "AIGC")
    elif member.value.members:
        yield Entry(place, member.key, json.dumps(_plain(member.value), ensure_ascii=False), *where)


def _plain(value: Value) -> object:
    """An object as JSON has it; only texts and numbers, which is all that a label could be made of."""
    if value.members:
        return {member.key: _plain(member.value) for member in value.members}
    return value.text if value.number is None else value.number


def _with_label(script: _Script, label: str | None) -> bytes:
    """The data of ``script`` with ``label`` as its only label, or without any. Raises ``Malformed``, ``OverLimit``."""
    name, value = _named(script)
    if value is None or value.members_stop < 0:
        if label is None:
            return script.data
        raise Malformed("onMetaData holds no object", script.offset)
    edits: list[Edit] = []
    gone = 0
    for member in value.members:
        if not (member.key.upper() == "AIGC" or any(map(is_label, _member_entries(script, name, member)))):
            continue
        replacement = _xmp_member(member) if name == "onXMPData" else b""
        gone += not replacement
        if label is not None and not edits:
            replacement, gone = member_bytes("AIGC", label), gone - 1
        edits.append(Edit(member.start, member.value.stop, replacement))
    if label is not None and not edits:
        edits.append(Edit(value.members_stop, value.members_stop, member_bytes("AIGC", label)))
        gone -= 1
    if value.counted_at >= 0 and gone:
        (count,) = struct.unpack_from(">I", script.data, value.counted_at)
        edits.append(Edit(value.counted_at, value.counted_at + 4, struct.pack(">I", max(0, min(count - gone, 0xFFFFFFFF)))))
    return _applied(script.data, edits)


def _xmp_member(member: Member) -> bytes:
    from brightline.labels.xmp import without_label

    packet = without_label(member.value.text.encode("utf-8"))
    return member_bytes(member.key, packet.decode("utf-8")) if packet else b""


def _relocated(script: _Script, shift: Shift, size: int) -> _Script:
    """``script`` with the positions in it as they are after the edits; its length is the same."""
    name, value = _named(script)
    if name != _NAME or value is None:
        return script
    edits: list[Edit] = []

    def follow(number: Value, ends: bool = False) -> None:
        position = number.number
        if position is None or not 0 < position <= size or position != int(position) or (ends and position != size):
            return
        edits.append(Edit(number.start + 1, number.stop, struct.pack(">d", float(shift.moved(int(position))))))

    for member in value.members:
        if member.key == "filesize":
            follow(member.value, ends=True)
        elif member.key == "lastkeyframelocation":
            follow(member.value)
        elif member.key == "keyframes":
            for inner in member.value.members:
                for item in inner.value.items if inner.key == "filepositions" else ():
                    follow(item)
    return _Script(script.offset, script.stop, script.head, _applied(script.data, edits))


def _applied(data: bytes, edits: list[Edit]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for start, stop, replacement in sorted(edits, key=lambda edit: edit.start):
        pieces += [data[at:start], replacement]
        at = stop
    return b"".join([*pieces, data[at:]])


def _edit(script: _Script, data: bytes) -> Edit:
    return Edit(script.offset, script.stop, _tag(script.head, data))


def _tag(head: bytes, data: bytes) -> bytes:
    """A whole tag with this header, and the length behind it (E.3, E.4.1). Raises ``OverLimit``."""
    if len(data) >= 1 << 24:
        raise OverLimit(f"script data of {len(data)} bytes")
    return head[:1] + len(data).to_bytes(3, "big") + head[4:] + data + struct.pack(">I", _TAG_HEADER + len(data))
