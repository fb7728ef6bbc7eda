"""WebP: the label in the chunk ``XMP ``, with VP8X made where there was none."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from brightline.labels.containers.riff import chunk_bytes
from brightline.labels.containers.source import Source, opened
from brightline.labels.containers.webp import WEBP
from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for
from brightline.labels.writing import written
from brightline.labels.xmp import with_label, xmp_values
from tests.labels.containers.pictures import (
    FOREIGN_XMP,
    assert_holds_on_any_bytes,
    decoded_by_ffmpeg,
    labelled,
    labels_in,
    picture,
    pixels,
    reading_or_error,
    refusal,
    saved,
    seen_by_exiftool,
)
from tests.labels.containers.sounding import mutated

OLD = '{"Label":"1","ContentProducer":"somebody","ProduceID":"7"}'
WRAPPED = '{"AIGC":' + OLD + "}"


def parts(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, payload) of each chunk, by a walk of the test's own that insists on right lengths and padding."""
    name, size, form = struct.unpack_from("<4sI4s", data)
    assert (name, size, form) == (b"RIFF", len(data) - 8, b"WEBP")
    at, found = 12, []
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        found.append((kind, data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    assert at == len(data)
    return found


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(chunk_bytes(name, payload) for name, payload in chunks)
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def extended(*more: tuple[bytes, bytes], flags: int = 0) -> bytes:
    """A picture with VP8X and ``more`` chunks behind the picture."""
    picture_chunk = dict(parts(saved("WEBP")))[b"VP8 "]
    head = bytes((flags, 0, 0, 0)) + (39).to_bytes(3, "little") + (23).to_bytes(3, "little")
    return webp((b"VP8X", head), (b"VP8 ", picture_chunk), *more)


def exif_with(comment: str) -> bytes:
    exif = Image.Exif()
    exif[0x0131] = "Other 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + comment.encode()
    return exif.tobytes()[6:]


def test_the_label_is_the_last_chunk_and_announced_in_a_new_vp8x(label: ImplicitLabel, tmp_path: Path) -> None:
    before = saved("WEBP")
    after = labelled(WEBP, before, label)
    (first, head), picture_chunk, (last, packet) = parts(after)
    assert (first, last) == (b"VP8X", b"XMP ")
    assert head == bytes((4, 0, 0, 0)) + (39).to_bytes(3, "little") + (23).to_bytes(3, "little")
    assert [picture_chunk] == parts(before)
    assert xmp_values(packet.decode()).label == label.to_json()
    assert seen_by_exiftool(after, tmp_path, ".webp")["XMP-TC260:Aigc"] == label.to_json()
    assert decoded_by_ffmpeg(after, tmp_path, ".webp") == decoded_by_ffmpeg(before, tmp_path, ".webp")
    with Image.open(BytesIO(after)) as image:
        assert xmp_values(image.info["xmp"].decode()).label == label.to_json()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (300, 17)])
def test_lossless_pictures_of_any_size_keep_alpha_and_pixels(mode: str, size: tuple[int, int], label: ImplicitLabel) -> None:
    before = saved("WEBP", mode, size, lossless=True)
    after = labelled(WEBP, before, label)
    flags, width, height = parts(after)[0][1][0], parts(after)[0][1][4:7], parts(after)[0][1][7:10]
    assert (int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1) == size
    assert bool(flags & 0x10) == (pixels(before)[0][0] == "RGBA")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_frame_of_an_animation_stays(mode: str, label: ImplicitLabel) -> None:
    before = saved("WEBP", mode, frames=4, duration=70, lossless=True)
    after = labelled(WEBP, before, label)
    assert len(pixels(after)) == 4
    assert [part for part in parts(after) if part[0] not in {b"VP8X", b"XMP "}] == parts(before)[1:]


def test_profile_exif_and_alpha_stay_with_their_flags(label: ImplicitLabel) -> None:
    out = BytesIO()
    picture("RGBA").save(out, "WEBP", icc_profile=b"profile" * 9, exif=exif_with("hello"))
    after = labelled(WEBP, out.getvalue(), label)
    assert parts(after)[0][1][0] == 0x20 | 0x10 | 0x08 | 0x04
    assert [name for name, _ in parts(after)][-2:] == [b"EXIF", b"XMP "]


def test_another_writers_packet_keeps_its_bytes_and_its_place(label: ImplicitLabel, tmp_path: Path) -> None:
    before = extended((b"XMP ", FOREIGN_XMP), (b"EXIF", exif_with("hello")), flags=0x0C)
    after = labelled(WEBP, before, label)
    assert [name for name, _ in parts(after)] == [b"VP8X", b"VP8 ", b"XMP ", b"EXIF"]
    head, tail = FOREIGN_XMP.split(b"</rdf:RDF>")
    packet = dict(parts(after))[b"XMP "]
    assert packet.startswith(head)
    assert packet.endswith(tail)
    tags = seen_by_exiftool(after, tmp_path, ".webp")
    assert (tags["XMP-xmp:CreatorTool"], tags["XMP-dc:Title"], tags["ExifIFD:UserComment"]) == ("A & B", "猫", "hello")


def test_a_packet_that_no_flag_announced_is_announced(label: ImplicitLabel) -> None:
    after = labelled(WEBP, extended((b"XMP ", FOREIGN_XMP), flags=0), label)
    assert parts(after)[0][1][0] == 0x04


def test_an_odd_last_chunk_without_padding_gets_it(label: ImplicitLabel) -> None:
    data = bytearray(extended((b"note", b"odd")))
    del data[-1]
    struct.pack_into("<I", data, 4, len(data) - 8)
    after = written(Source(bytes(data)), WEBP.plan(Source(bytes(data)), label.to_json()))
    assert (b"note", b"odd") in parts(after)
    assert pixels(after) == pixels(extended())


ODD_PLACES = {
    "EXIF": extended((b"EXIF", exif_with(WRAPPED)), flags=8),
    "EXIF with JPEG's head": extended((b"EXIF", b"Exif\0\0" + exif_with(WRAPPED)), flags=8),
    "a second packet": extended((b"XMP ", FOREIGN_XMP), (b"XMP ", with_label(None, OLD)), flags=4),
    "a private chunk": extended((b"note", b"AIGC" + OLD.encode())),
    "behind the end": extended() + b"AIGC" + OLD.encode(),
    "the attribute form": extended(
        (b"XMP ", FOREIGN_XMP.replace(b"xmp:CreatorTool", b"TC260:AIGC='" + OLD.encode() + b"' xmlns:TC260='u' xmp:CreatorTool"))
    ),
}


@pytest.mark.parametrize("place", ODD_PLACES)
def test_a_label_at_an_odd_place_is_read_and_taken_out(place: str, label: ImplicitLabel) -> None:
    data = ODD_PLACES[place]
    (found,) = labels_in(WEBP, data)
    assert found.fields["ContentProducer"] == "somebody"
    assert b"somebody" in data[found.offset : found.offset + found.length]
    after = labelled(WEBP, data, label)
    assert b"somebody" not in after
    if "EXIF" in place:
        assert "Other 1.0" in {entry.value for entry in WEBP.read(Source(after)).entries}


def test_only_heads_are_read_of_a_large_picture(tmp_path: Path, label: ImplicitLabel) -> None:
    path = tmp_path / "large.webp"
    picture("RGB", (800, 700)).save(path, lossless=True, method=0)
    assert path.stat().st_size > 1_000_000
    with opened(path) as source:
        assert WEBP.read(source).gaps == ()
        WEBP.plan(source, label.to_json())
        assert source.bytes_read < 20_000


def test_a_c2pa_store_is_named_and_not_searched() -> None:
    data = extended((b"C2PA", b"jumb" + WRAPPED.encode()))
    assert data[int(WEBP.read(Source(data)).facts["c2pa"]) :].startswith(b"jumb")
    assert labels_in(WEBP, data) == []


def test_the_canvas_of_an_animation_belongs_to_its_media() -> None:
    data = saved("WEBP", frames=3)
    assert WEBP.read(Source(data)).media[0] == (24, 30)
    assert WEBP.read(Source(extended())).media[0].start == 30


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda data: data[:4] + b"\xff\xff\xff\xff" + data[8:], "BL-LABEL-012", "4294967295 bytes are expected"),
        (lambda data: data[:4] + b"\0\0\0\x80" + data[8:], "BL-LABEL-012", "2147483648 bytes are expected"),
        (lambda data: data[:16] + b"\xff\xff\xff\x7f" + data[20:], "BL-LABEL-012", "2147483647 bytes are expected"),
        (lambda data: data[:4] + struct.pack("<I", len(data) + 2) + data[8:], "BL-LABEL-012", "expected"),
        (lambda data: data[:4] + struct.pack("<I", len(data) - 12) + data[8:], "BL-LABEL-011", "longer than what it lies in"),
        (lambda data: webp((b"note", b"")), "BL-LABEL-011", "without a picture"),
        (lambda data: webp(), "BL-LABEL-011", "without chunks"),
        (lambda data: webp((b"VP8 ", bytes(20))), "BL-LABEL-011", "none of VP8 or VP8L"),
        (lambda data: webp((b"VP8X", bytes(4)), (b"VP8 ", bytes(20))), "BL-LABEL-011", "too short"),
        (lambda data: webp((b"note", b""), *parts(extended())), "BL-LABEL-011", "not the first chunk"),
        (lambda data: webp((b"ANMF", b"")) + b"", "BL-LABEL-011", "none of VP8 or VP8L"),
        (lambda data: webp(*parts(data), *[(b"note", b"")] * 10_001), "BL-LABEL-014", "more than 10000 chunks"),
        (lambda data: extended((b"XMP ", b"<x:xmpmeta>")), "BL-LABEL-011", "not well-formed"),
        (lambda data: extended((b"XMP ", b"<a/>")), "BL-LABEL-011", "begins with x:xmpmeta or rdf:RDF"),
        (lambda data: extended((b"XMP ", bytes(5 << 20))), "BL-LABEL-014", "XMP chunk of 5242880 bytes"),
        (lambda data: extended((b"EXIF", bytes(5 << 20))), "BL-LABEL-011", "5242880 bytes in a chunk EXIF"),
    ],
)
def test_a_damaged_file_is_refused_and_says_why(change: object, code: str, says: str) -> None:
    assert callable(change)
    problem = refusal(WEBP, change(saved("WEBP")))
    assert says in problem.message
    assert problem.code == code


def test_a_file_cut_off_anywhere_is_refused() -> None:
    data = extended((b"EXIF", exif_with(WRAPPED)), flags=8)
    for length in range(1, len(data)):
        problem = refusal(WEBP, data[:length])
        assert problem.code in {"BL-LABEL-011", "BL-LABEL-012"}
        reading = reading_or_error(WEBP, data[:length])
        assert isinstance(reading, LabelError) or reading.gaps


def test_the_first_bytes_decide_and_not_the_name() -> None:
    assert container_for(Source(saved("WEBP"), "sound.wav")) is WEBP


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    label = ImplicitLabel.first("p", "7")
    assert_holds_on_any_bytes(WEBP, data, label)
    assert_holds_on_any_bytes(WEBP, struct.pack("<4sI", b"RIFF", len(data) + 4) + b"WEBP" + data, label)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ODD_PLACES)), st.integers(0, 1 << 32))
def test_any_damage_gets_an_answer(place: str, seed: int) -> None:
    assert_holds_on_any_bytes(WEBP, mutated(ODD_PLACES[place], seed), ImplicitLabel.first("p", "7"))
