"""GIF: the label in an application extension before the first frame; frames, timing and comments as they were."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from brightline.labels.containers.gif import GIF
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError
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

OLD = '{"Label":"1","ContentProducer":"somebody","ProduceID":"7"}'
WRAPPED = '{"AIGC":' + OLD + "}"
MAGIC = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
XMP_HEAD = b"\x21\xff\x0bXMP DataXMP"


def sub_blocks(data: bytes) -> bytes:
    return b"".join(bytes((len(data[at : at + 255]),)) + data[at : at + 255] for at in range(0, len(data), 255)) + b"\0"


def xmp_extension(packet: bytes) -> bytes:
    return XMP_HEAD + packet + MAGIC


def comment(text: str) -> bytes:
    return b"\x21\xfe" + sub_blocks(text.encode())


def still() -> bytes:
    return saved("GIF", "P", (6, 4))


def put_in(data: bytes, *extensions: bytes) -> bytes:
    """``data`` with ``extensions`` behind its screen and colours."""
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    return data[:at] + b"".join(extensions) + data[at:]


def before_trailer(data: bytes, *extensions: bytes) -> bytes:
    assert data.endswith(b";")
    return data[:-1] + b"".join(extensions) + b";"


def test_the_label_is_an_application_extension_and_nothing_else_changes(label: ImplicitLabel, tmp_path: Path) -> None:
    before = still()
    after = labelled(GIF, before, label)
    at = after.index(XMP_HEAD)
    end = after.index(MAGIC) + len(MAGIC)
    assert len(MAGIC) == 258
    assert after[6:at] + after[end:] == before[6:]
    assert after.startswith(b"GIF89a")
    assert xmp_values(after[at + len(XMP_HEAD) : end - len(MAGIC)].decode()).label == label.to_json()
    assert seen_by_exiftool(after, tmp_path, ".gif")["XMP-TC260:Aigc"] == label.to_json()
    assert decoded_by_ffmpeg(after, tmp_path, ".gif") == decoded_by_ffmpeg(before, tmp_path, ".gif")


def test_pillow_meets_the_extension_where_it_stands(label: ImplicitLabel) -> None:
    after = labelled(GIF, still(), label)
    with Image.open(BytesIO(after)) as image:
        name, at = image.info["extension"]
    assert name == b"XMP DataXMP"
    assert xmp_values(after[at : after.index(MAGIC, at)].decode()).label == label.to_json()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_pictures_of_every_mode_keep_their_pixels(mode: str, label: ImplicitLabel) -> None:
    labelled(GIF, saved("GIF", mode), label)


def test_every_frame_of_an_animation_stays_with_its_time_and_the_loop(label: ImplicitLabel, tmp_path: Path) -> None:
    before = saved("GIF", "P", frames=5, duration=(40, 50, 60, 70, 80), loop=3, disposal=2, comment=b"hello")
    after = labelled(GIF, before, label)
    assert [frame[4] for frame in pixels(after)] == [40, 50, 60, 70, 80]
    assert after.index(b"NETSCAPE2.0") < after.index(b"XMP DataXMP")
    assert decoded_by_ffmpeg(after, tmp_path, ".gif") == decoded_by_ffmpeg(before, tmp_path, ".gif")
    tags = seen_by_exiftool(after, tmp_path, ".gif")
    assert (tags["GIF:FrameCount"], tags["File:Comment"]) == ("5", "hello")


def test_a_file_of_the_first_version_becomes_one_of_the_second(label: ImplicitLabel) -> None:
    before = b"GIF87a" + saved("GIF", "L")[6:]
    after = labelled(GIF, before, label)
    assert after.startswith(b"GIF89a")


@pytest.mark.parametrize("place", [put_in, before_trailer])
def test_another_writers_packet_keeps_its_bytes_and_stands_where_readers_meet_it_first(
    place: Callable[..., bytes], label: ImplicitLabel, tmp_path: Path
) -> None:
    after = labelled(GIF, before_trailer(place(still(), xmp_extension(FOREIGN_XMP)), comment("hello")), label)
    head, tail = FOREIGN_XMP.split(b"</rdf:RDF>")
    at = after.index(XMP_HEAD + head)
    assert tail + MAGIC in after
    assert after.endswith(comment("hello") + b";")
    with Image.open(BytesIO(after)) as image:
        assert image.info["extension"] == (b"XMP DataXMP", at + len(XMP_HEAD))
    tags = seen_by_exiftool(after, tmp_path, ".gif")
    assert (tags["XMP-xmp:CreatorTool"], tags["XMP-dc:Title"]) == ("A & B", "猫")


def test_a_packet_in_sub_blocks_is_read_and_written_as_the_standard_has_it(label: ImplicitLabel, tmp_path: Path) -> None:
    before = before_trailer(still(), XMP_HEAD + sub_blocks(with_label(FOREIGN_XMP, OLD)))
    (found,) = labels_in(GIF, before)
    assert found.fields["ContentProducer"] == "somebody"
    after = labelled(GIF, before, label)
    assert seen_by_exiftool(after, tmp_path, ".gif")["XMP-xmp:CreatorTool"] == "A & B"


ODD_PLACES = {
    "a comment": before_trailer(still(), comment(WRAPPED)),
    "a comment in front": put_in(still(), comment(WRAPPED)),
    "a second packet": put_in(still(), xmp_extension(FOREIGN_XMP), xmp_extension(with_label(None, OLD))),
    "another application": put_in(still(), b"\x21\xff\x0bAIGCLABEL01" + sub_blocks(OLD.encode())),
    "an application's data": before_trailer(still(), b"\x21\xff\x0bOTHERAPP1.0" + sub_blocks(b"x" * 250 + b" " + WRAPPED.encode())),
    "behind the end": still() + b"AIGC" + OLD.encode(),
    "a short magic trailer": before_trailer(still(), XMP_HEAD + with_label(None, OLD) + MAGIC[1:]),
}


@pytest.mark.parametrize("place", ODD_PLACES)
def test_a_label_at_an_odd_place_is_read_and_taken_out(place: str, label: ImplicitLabel) -> None:
    data = ODD_PLACES[place]
    (found,) = labels_in(GIF, data)
    assert found.fields["ContentProducer"] == "somebody"
    assert data[found.offset : found.offset + found.length].replace(b"\xff", b"")
    after = labelled(GIF, data, label)
    assert b"somebody" not in after


def test_the_words_around_a_label_stay(label: ImplicitLabel) -> None:
    after = labelled(GIF, put_in(still(), comment("by hand: AIGC" + OLD + " thanks " + "x" * 300)), label)
    (words,) = [entry.value for entry in GIF.read(Source(after)).entries if entry.key == "Comment"]
    assert words.startswith("by hand: AIGC")
    assert words.endswith(" thanks " + "x" * 300)


def test_a_c2pa_store_is_named_and_not_searched() -> None:
    data = put_in(still(), b"\x21\xff\x0bC2PA_GIF\x01\0\0" + sub_blocks(b"jumb" + WRAPPED.encode()))
    assert int(GIF.read(Source(data)).facts["c2pa"]) == data.index(b"C2PA_GIF") + 11
    assert labels_in(GIF, data) == []


def test_the_media_leaves_loops_and_comments_out() -> None:
    data = put_in(saved("GIF", "P", frames=3, loop=0), comment("hello"))
    media = b"".join(data[start:stop] for start, stop in GIF.read(Source(data)).media)
    assert b"hello" not in media
    assert b"NETSCAPE" not in media
    assert media.count(b"\x21\xf9\x04") == 2 or media.count(b"\x21\xf9\x04") == 3


@pytest.mark.parametrize("count", [8, 30])
def test_large_animations_are_walked_over(count: int, tmp_path: Path, label: ImplicitLabel) -> None:
    path = tmp_path / "large.gif"
    frames = [picture("P", (400, 300), seed) for seed in range(count)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    with opened(path) as source:
        reading = GIF.read(source)
        assert reading.gaps == ()
        assert reading.media[-1].stop == path.stat().st_size - 1
        assert source.bytes_read < 4 << 20
        GIF.plan(source, label.to_json())
    if count == 30:
        assert path.stat().st_size > 4 << 20
        assert source.bytes_read < 400_000


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda data: data[:-1], "BL-LABEL-012", "the file ends at byte"),
        (lambda data: data[:12], "BL-LABEL-012", "the file ends at byte"),
        (lambda data: data[:-1] + b"?" + b";", "BL-LABEL-011", "no GIF block begins with 0x3F"),
        (lambda data: data[: 13 + 48] + b";" if data[10] & 0x80 else b"", "BL-LABEL-012", "ends"),
        (lambda data: b"GIF89a" + bytes(7) + b";", "BL-LABEL-011", "without a picture"),
        (lambda data: put_in(data, xmp_extension(b"<x:xmpmeta>")), "BL-LABEL-011", "not well-formed"),
        (lambda data: put_in(data, b"\x21\xfe\0" * 262_145), "BL-LABEL-014", "more than 262144 blocks"),
        (lambda data: put_in(data, *[comment("x" * 900_000)] * 10), "BL-LABEL-014", "more than 8388608 bytes"),
        (lambda data: put_in(data, b"\x21\xff\xff" + bytes(255) + b"\0"), "", ""),
    ],
)
def test_a_damaged_file_is_refused_and_says_why(change: object, code: str, says: str, label: ImplicitLabel) -> None:
    assert callable(change)
    data = change(still())
    if not code:  # an application name of any length is walked over
        labelled(GIF, data, label)
        return
    problem = refusal(GIF, data)
    assert says in problem.message
    assert problem.code == code


def test_a_file_cut_off_anywhere_is_refused() -> None:
    data = before_trailer(saved("GIF", "1", (6, 4), frames=2), comment(WRAPPED))
    for length in range(1, len(data)):
        problem = refusal(GIF, data[:length])
        assert problem.code in {"BL-LABEL-011", "BL-LABEL-012"}
        reading = reading_or_error(GIF, data[:length])
        assert isinstance(reading, LabelError) or reading.gaps


def test_the_first_bytes_decide_and_not_the_name() -> None:
    assert container_for(Source(still(), "holiday.png")) is GIF


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    label = ImplicitLabel.first("p", "7")
    assert_holds_on_any_bytes(GIF, data, label)
    assert_holds_on_any_bytes(GIF, b"GIF89a" + data, label)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ODD_PLACES)), st.integers(0, 1 << 32))
def test_any_damage_gets_an_answer(place: str, seed: int) -> None:
    assert_holds_on_any_bytes(GIF, mutated(ODD_PLACES[place], seed), ImplicitLabel.first("p", "7"))
