"""PNG and APNG: the label in front of the picture data, and everything else as it was."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from brightline.labels.containers.png import PNG
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for
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

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OLD = '{"Label":"1","ContentProducer":"somebody","ProduceID":"7"}'
WRAPPED = '{"AIGC":' + OLD + "}"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def itxt(keyword: str, text: str, *, packed: bool = False) -> bytes:
    data = text.encode()
    return chunk(b"iTXt", keyword.encode() + bytes((0, packed, 0)) + b"en\0\0" + (zlib.compress(data) if packed else data))


def parts(data: bytes) -> list[tuple[bytes, bytes]]:
    """(kind, body) of each chunk, by a walk of the test's own that insists on right CRCs."""
    assert data.startswith(SIGNATURE)
    at, found = 8, []
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", data, at + 8 + length)[0]
        found.append((kind, body))
        at += 12 + length
    return found


def put_in(data: bytes, *chunks: bytes, before: bytes = b"IDAT") -> bytes:
    """``data`` with ``chunks`` before its first chunk of the kind ``before``."""
    at = data.index(before) - 4
    return data[:at] + b"".join(chunks) + data[at:]


def behind_data(data: bytes, *chunks: bytes) -> bytes:
    return put_in(data, *chunks, before=b"IEND")


def exif_with(comment: str) -> bytes:
    exif = Image.Exif()
    exif[0x0131] = "Other 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + comment.encode()
    return exif.tobytes()[6:]


def raw_profile(name: str, data: bytes) -> str:
    lines = "\n".join(data.hex()[at : at + 72] for at in range(0, 2 * len(data), 72))
    return f"\n{name}\n{len(data):8}\n{lines}\n"


def test_the_label_is_an_xmp_text_behind_the_header_and_nothing_else_changes(label: ImplicitLabel, tmp_path: Path) -> None:
    before = saved("PNG")
    after = labelled(PNG, before, label)
    kinds = [kind for kind, _ in parts(after)]
    assert kinds[:2] == [b"IHDR", b"iTXt"]
    assert [part for part in parts(after) if part[0] != b"iTXt"] == parts(before)
    assert seen_by_exiftool(after, tmp_path, ".png")["XMP-TC260:Aigc"] == label.to_json()
    assert decoded_by_ffmpeg(after, tmp_path, ".png") == decoded_by_ffmpeg(before, tmp_path, ".png")
    with Image.open(BytesIO(after)) as image:
        assert xmp_values(image.text["XML:com.adobe.xmp"]).label == label.to_json()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_mode_keep_their_pixels(mode: str, label: ImplicitLabel) -> None:
    labelled(PNG, saved("PNG", mode), label)


def test_a_palette_with_transparency_and_a_colour_profile_stay(label: ImplicitLabel) -> None:
    out = BytesIO()
    picture("P").save(out, "PNG", transparency=bytes(range(200)), icc_profile=b"profile" * 30, dpi=(300, 300))
    after = labelled(PNG, out.getvalue(), label)
    assert {kind for kind, _ in parts(after)} >= {b"PLTE", b"tRNS", b"iCCP", b"pHYs"}


def test_every_frame_of_an_animation_stays(label: ImplicitLabel) -> None:
    before = saved("PNG", frames=4, duration=40)
    after = labelled(PNG, before, label)
    assert len(pixels(after)) == 4
    assert PNG.read(Source(after)).facts["layout"] == "animated"


def test_another_writers_packet_keeps_its_bytes_and_its_chunk_its_place(label: ImplicitLabel, tmp_path: Path) -> None:
    before = put_in(saved("PNG"), itxt("Title", "猫"), itxt("XML:com.adobe.xmp", FOREIGN_XMP.decode()))
    after = labelled(PNG, before, label)
    assert [kind for kind, _ in parts(after)] == [kind for kind, _ in parts(before)]
    packet = next(body for kind, body in parts(after) if body.startswith(b"XML:com.adobe.xmp"))[22:]
    head, tail = FOREIGN_XMP.split(b"</rdf:RDF>")
    assert packet.startswith(head)
    assert packet.endswith(b"</rdf:RDF>" + tail)
    assert b"rdf:about='uuid:7' xmlns:TC260" in packet
    tags = seen_by_exiftool(after, tmp_path, ".png")
    assert (tags["XMP-xmp:CreatorTool"], tags["XMP-dc:Title"], tags["XMP-TC260:Aigc"]) == ("A & B", "猫", label.to_json())


def test_a_platforms_label_goes_in_place_into_the_padding(label: ImplicitLabel, platform: str) -> None:
    from brightline.labels.label import Attribute, propagated

    once = labelled(PNG, saved("PNG"), label)
    second = propagated(label, Attribute.IS, platform, "0190c2a4-0000-7c3e-8f21-5b1f5d0c9e11")
    plan = PNG.plan(Source(once), second.to_json())
    assert plan.patches is not None
    assert len(labelled(PNG, once, second)) == len(once)


def test_a_label_that_outgrows_the_padding_is_written_anew(label: ImplicitLabel, producer: str) -> None:
    once = labelled(PNG, saved("PNG"), label)
    longer = ImplicitLabel.first(producer, "7" * 1500)
    assert PNG.plan(Source(once), longer.to_json()).patches is None
    assert len(labelled(PNG, once, longer)) > len(once)


ODD_PLACES = {
    "text under the key": put_in(saved("PNG"), chunk(b"tEXt", b"AIGC\0" + WRAPPED.encode())),
    "packed text under the key": put_in(saved("PNG"), chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(OLD.encode()))),
    "international text": put_in(saved("PNG"), itxt("AIGC", OLD)),
    "packed international text": put_in(saved("PNG"), itxt("AIGC", WRAPPED, packed=True)),
    "a comment": put_in(saved("PNG"), chunk(b"tEXt", b"Comment\0" + WRAPPED.encode())),
    "escaped for HTML": put_in(saved("PNG"), chunk(b"tEXt", b"Comment\0" + WRAPPED.replace('"', "&quot;").encode())),
    "a packet behind the picture data": behind_data(saved("PNG"), itxt("XML:com.adobe.xmp", with_label(None, OLD).decode())),
    "a packed packet": put_in(saved("PNG"), itxt("XML:com.adobe.xmp", with_label(None, OLD).decode(), packed=True)),
    "a packet under tEXt": put_in(saved("PNG"), chunk(b"tEXt", b"XML:com.adobe.xmp\0" + with_label(None, OLD))),
    "an XMP profile in hex": put_in(
        saved("PNG"), chunk(b"tEXt", b"Raw profile type xmp\0" + raw_profile("xmp", with_label(None, OLD)).encode())
    ),
    "an EXIF profile in hex": put_in(
        saved("PNG"),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw_profile("exif", b"Exif\0\0" + exif_with(WRAPPED)).encode())),
    ),
    "EXIF": put_in(saved("PNG"), chunk(b"eXIf", exif_with(WRAPPED))),
    "a private chunk": put_in(saved("PNG"), chunk(b"aiGc", b"AIGC" + OLD.encode())),
    "behind the end": saved("PNG") + b"AIGC" + OLD.encode() + b" and more",
    "a packet behind the end": saved("PNG") + with_label(None, OLD),
}


@pytest.mark.parametrize("place", ODD_PLACES)
def test_a_label_at_an_odd_place_is_read_and_taken_out(place: str, label: ImplicitLabel) -> None:
    data = ODD_PLACES[place]
    (found,) = labels_in(PNG, data)
    assert found.fields["ContentProducer"] == "somebody"
    assert data[found.offset : found.offset + found.length]
    after = labelled(PNG, data, label)
    assert b"somebody" not in after


def test_two_labels_become_one(label: ImplicitLabel) -> None:
    packet = itxt("XML:com.adobe.xmp", with_label(FOREIGN_XMP, OLD).decode())
    data = behind_data(put_in(saved("PNG"), packet, chunk(b"tEXt", b"AIGC\0" + OLD.encode())), packet)
    assert len(labels_in(PNG, data)) == 3
    after = labelled(PNG, data, label)
    assert b"somebody" not in after
    assert after.count(b"A &amp; B") == 2  # what else the two packets say stays


def test_the_words_around_a_label_stay(label: ImplicitLabel) -> None:
    data = put_in(saved("PNG"), chunk(b"tEXt", b"Comment\0by hand: AIGC" + OLD.encode() + b" thanks"), chunk(b"eXIf", exif_with(WRAPPED)))
    after = labelled(PNG, data, label)
    comment = dict(parts(after))[b"tEXt"]
    assert comment.startswith(b"Comment\0by hand: AIGC")
    assert comment.endswith(b" thanks")
    texts = {entry.key: entry.value for entry in PNG.read(Source(after)).entries}
    assert texts["Software"] == "Other 1.0"


def test_ordinary_texts_are_read_and_kept(label: ImplicitLabel) -> None:
    info = PngInfo()
    info.add_text("parameters", "a cat\nSteps: 20, Sampler: Euler a")
    info.add_text("Description", "Grüße", zip=True)
    info.add_itxt("Title", "猫", "zh", "标题")
    out = BytesIO()
    picture().save(out, "PNG", pnginfo=info)
    after = labelled(PNG, out.getvalue(), label)
    texts = {entry.key: entry.value for entry in PNG.read(Source(after)).entries}
    assert (texts["parameters"], texts["Description"], texts["Title"]) == ("a cat\nSteps: 20, Sampler: Euler a", "Grüße", "猫")
    assert [part for part in parts(after) if b"XML:com" not in part[1]] == parts(out.getvalue())


def test_a_c2pa_store_is_named_and_its_bytes_are_not_read() -> None:
    data = put_in(saved("PNG"), chunk(b"caBX", b"jumb" + b'AIGC{"Label":"1"}'))
    reading = PNG.read(Source(data))
    assert data[int(reading.facts["c2pa"]) :].startswith(b"jumb")
    assert reading.entries == ()


def test_only_heads_are_read_of_a_large_picture(tmp_path: Path, label: ImplicitLabel) -> None:
    path = tmp_path / "large.png"
    picture("RGB", (900, 700)).save(path, compress_level=0)
    assert path.stat().st_size > 1_800_000
    with opened(path) as source:
        assert PNG.read(source).gaps == ()
        PNG.plan(source, label.to_json())
        assert source.bytes_read < 20_000


def test_the_media_is_what_decides_the_pixels() -> None:
    data = put_in(saved("PNG"), chunk(b"tEXt", b"Comment\0hello"), chunk(b"gAMA", struct.pack(">I", 45455)))
    media = b"".join(data[start:stop] for start, stop in PNG.read(Source(data)).media)
    assert b"hello" not in media
    assert all(kind in media for kind in (b"IHDR", b"gAMA", b"IDAT"))


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_bomb_of_text_is_not_inflated(kind: bytes) -> None:
    body = zlib.compress(bytes(200 << 20), 9)
    data = put_in(saved("PNG"), chunk(kind, b"Comment\0\0" + body if kind == b"zTXt" else b"Comment\0\x01\0\0\0" + body))
    reading = PNG.read(Source(data))
    assert [gap.reason for gap in reading.gaps] == [f"{kind.decode()}: compressed text inflates to more than 4194304 bytes (at byte 33)"]
    assert isinstance(refusal(PNG, data), OverLimit)


def test_many_bombs_cost_no_more_than_a_few() -> None:
    body = b"Comment\0\0" + zlib.compress(bytes(3 << 20), 9)
    data = put_in(saved("PNG"), *[chunk(b"zTXt", body)] * 400)
    reading = PNG.read(Source(data))
    assert len(reading.entries) == 2
    assert len(reading.gaps) == 398
    assert refusal(PNG, data).code == "BL-LABEL-014"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: put_in(data, b"\x80\0\0\0tEXt"), "no chunk begins here"),
        (lambda data: put_in(data, b"\xff\xff\xff\xfftEXt"), "no chunk begins here"),
        (lambda data: put_in(data, b"\x7f\xff\xff\xfftEXt"), "ends inside a chunk tEXt of 2147483647 bytes"),
        (lambda data: put_in(data, b"\0\0\0\0t\0Xt"), "no chunk begins here"),
        (lambda data: data[:8] + chunk(b"tEXt", b"a\0b") + data[8:], "first chunk of a PNG is an IHDR"),
        (lambda data: SIGNATURE + chunk(b"IHDR", bytes(13)) + chunk(b"IEND"), "no picture"),
        (lambda data: put_in(data, chunk(b"tEXt", b"no keyword")), "without a keyword"),
        (lambda data: put_in(data, chunk(b"iTXt", b"Title\0\0")), "ends inside its head"),
        (lambda data: put_in(data, chunk(b"zTXt", b"Title\0\0broken")), "cannot be inflated"),
    ],
)
def test_a_damaged_file_is_refused_and_says_where(change: object, says: str) -> None:
    assert callable(change)
    problem = refusal(PNG, change(saved("PNG")))
    assert isinstance(problem, Malformed)
    assert says in problem.message
    assert problem.code == "BL-LABEL-011"


def test_a_broken_text_is_a_gap_and_the_rest_is_read() -> None:
    data = put_in(saved("PNG"), chunk(b"tEXt", b"no keyword"), chunk(b"tEXt", b"AIGC\0" + OLD.encode()))
    reading = PNG.read(Source(data))
    assert len(reading.gaps) == 1
    assert len(labels_in(PNG, data)) == 1


def test_a_file_cut_off_anywhere_is_refused() -> None:
    data = put_in(saved("PNG", size=(3, 2)), chunk(b"tEXt", b"AIGC\0" + OLD.encode()))
    for length in range(1, len(data)):
        problem = refusal(PNG, data[:length])
        assert problem.code in {"BL-LABEL-011", "BL-LABEL-012"}
        reading = reading_or_error(PNG, data[:length])
        assert isinstance(reading, LabelError) or reading.gaps


def test_a_hundred_thousand_chunks_are_over_the_limit() -> None:
    data = put_in(saved("PNG"), b"\0\0\0\0teXt\0\0\0\0" * 132_000)
    assert isinstance(refusal(PNG, data), OverLimit)
    assert isinstance(reading_or_error(PNG, data), OverLimit)


def test_a_second_file_behind_the_picture_is_said_not_to_be_inspected() -> None:
    reading = PNG.read(Source(saved("PNG") + bytes(17 << 20)))
    assert [gap.reason for gap in reading.gaps] == ["17825792 bytes behind the end of the picture"]


def test_the_first_bytes_decide_and_not_the_name() -> None:
    assert container_for(Source(saved("PNG"), "holiday.jpg")) is PNG


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    label = ImplicitLabel.first("p", "7")
    assert_holds_on_any_bytes(PNG, data, label)
    assert_holds_on_any_bytes(PNG, SIGNATURE + data, label)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ODD_PLACES)), st.integers(0, 1 << 32))
def test_any_damage_gets_an_answer(place: str, seed: int) -> None:
    assert_holds_on_any_bytes(PNG, mutated(ODD_PLACES[place], seed), ImplicitLabel.first("p", "7"))


def test_a_reading_without_gaps_is_complete() -> None:
    reading = PNG.read(Source(saved("PNG")))
    assert reading == Reading("png", (), reading.media, (), {"width": "40", "height": "24"})
