"""Matroska and WebM files: made by ffmpeg in its ways, and by hand with indexes of every kind."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence

from brightline.labels.containers.ebml import EbmlWalk, Element, element, void
from brightline.labels.containers.matroska import level_1, segments_of
from brightline.labels.containers.matroska_tags import TAGS
from brightline.labels.containers.source import Source
from tests.labels.containers.sounding import made

EBML, SEGMENT, CLUSTER, INFO, TRACKS, ATTACHMENTS = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0x1941A469
SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
CUES, CUE_POINT, CUE_TRACK_POSITIONS, CUE_CLUSTER_POSITION, CUE_CODEC_STATE = 0x1C53BB6B, 0xBB, 0xB7, 0xF1, 0xEA
TAG, TARGETS, SIMPLE_TAG, NAME, STRING, BINARY = 0x7373, 0x63C0, 0x67C8, 0x45A3, 0x4487, 0x4485
TRACK_UID, TITLE = 0x63C5, 0x7BA9
OLD = '{"AIGC":{"Label":"1","ContentProducer":"OLD","ProduceID":"0"}}'

HEAD = element(EBML, element(0x4282, b"matroska"))
FILM = ("-f", "lavfi", "-i", "testsrc=duration=2:size=64x48:rate=10", "-f", "lavfi", "-i", "sine=duration=2")


def recording(suffix: str = ".mkv", *options: str) -> bytes:
    codecs = ("-c:v", "libvpx", "-c:a", "libopus") if suffix == ".webm" else ("-c:v", "libx264", "-g", "5", "-c:a", "aac")
    return made(suffix, *FILM, *codecs, "-metadata", "title=Before", *options)


def simple(name: str, value: str, *inner: bytes) -> bytes:
    return element(SIMPLE_TAG, element(NAME, name.encode()), element(STRING, value.encode()), *inner)


def tag(*simple_tags: bytes, track: int | None = None) -> bytes:
    return element(TAG, element(TARGETS, b"" if track is None else element(TRACK_UID, bytes([track]))), *simple_tags)


def tags(*tag_elements: bytes, crc: bool = False) -> bytes:
    return element(TAGS, summed(b"".join(tag_elements)) if crc else b"".join(tag_elements))


def summed(body: bytes) -> bytes:
    """``body`` behind its CRC-32."""
    return element(0xBF, zlib.crc32(body).to_bytes(4, "little")) + body


def unknown(name: int, body: bytes, width: int = 1) -> bytes:
    """An element of unknown size, as live writers make them."""
    return name.to_bytes(4) + {1: b"\xff", 8: b"\x01" + b"\xff" * 7}[width] + body


def clusters(count: int = 3, length: int = 40) -> list[bytes]:
    """``count`` clusters of ``length`` bytes of media."""
    return [element(CLUSTER, element(0xE7, bytes([number])), element(0xA3, bytes([65 + number]) * length)) for number in range(count)]


def seek(name: int, position: int, width: int = 1) -> bytes:
    return element(SEEK, element(SEEK_ID, name.to_bytes(4)), element(SEEK_POSITION, position.to_bytes(width)))


def segment(body: bytes, width: int = 8) -> bytes:
    return HEAD + element(SEGMENT, body, size_width=width)


def indexed(
    parts: Sequence[tuple[int, bytes]],
    *,
    room: int = 0,
    width: int = 2,
    crc: bool = False,
    named: Iterable[int] = (TAGS, CUES, INFO),
    cues_in_front: bool = False,
    wrap: Callable[[bytes], bytes] = segment,
) -> bytes:
    """A recording of ``parts`` (ID, bytes) with a SeekHead and cues that point to every cluster, ``room`` behind the SeekHead."""
    places: dict[int, int] = {}
    starts: list[int] = []
    for _ in range(4):  # positions settle after a few rounds
        points = [
            element(
                CUE_POINT,
                element(CUE_TRACK_POSITIONS, element(CUE_CLUSTER_POSITION, start.to_bytes(width)), element(CUE_CODEC_STATE, b"\0")),
            )
            for start in starts
        ]
        cues = element(CUES, summed(b"".join(points)) if crc else b"".join(points))
        heads = b"".join(seek(name, places.get(name, 0), width) for name in named)
        body = element(SEEK_HEAD, summed(heads) if crc else heads) + void(room)
        starts = []
        every = [(CUES, cues), *parts] if cues_in_front else [*parts, (CUES, cues)]
        for name, data in every:
            if name == CLUSTER:
                starts.append(len(body))
            else:
                places[name] = len(body)
            body += data
    return wrap(body)


def parts_of(data: bytes) -> list[Element]:
    """The elements of the first Segment."""
    walk = EbmlWalk(Source(data), [])
    return level_1(walk, segments_of(walk)[0])


def cued(data: bytes) -> list[bytes]:
    """What the cues point to: the first four bytes there."""
    return [data[at : at + 4] for at in _positions(data, CUES, CUE_CLUSTER_POSITION)]


def sought(data: bytes) -> dict[int, int]:
    """What the SeekHead names, and the ID that really is there."""
    ids = _positions(data, SEEK_HEAD, SEEK_ID, relative=False)
    places = _positions(data, SEEK_HEAD, SEEK_POSITION)
    return {name: int.from_bytes(data[at : at + 4]) for name, at in zip(ids, places, strict=True)}


def _positions(data: bytes, parent: int, name: int, *, relative: bool = True) -> list[int]:
    source = Source(data)
    walk = EbmlWalk(source, [])
    base = segments_of(walk)[0].body if relative else 0
    found: list[int] = []

    def look(here: Element) -> None:
        for child in walk.children(here.body, here.stop):
            if child.id == name:
                found.append(base + int.from_bytes(source.read(child.body, child.stop - child.body)))
            elif child.id in (SEEK, CUE_POINT, CUE_TRACK_POSITIONS):
                look(child)

    for part in parts_of(data):
        if part.id == parent:
            look(part)
    return found


def sums_hold(data: bytes) -> int:
    """How many elements at level 1 carry a CRC-32, all of which have to be right."""
    count = 0
    for part in parts_of(data):
        body = data[part.body : part.stop]
        if body[:2] == b"\xbf\x84":
            assert zlib.crc32(body[6:]).to_bytes(4, "little") == body[2:6], f"{part.id:X}"
            count += 1
    return count
