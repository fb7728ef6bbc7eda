"""A labelled picture file: same format, same frames, same metadata, the label on every frame, and the rest as it was."""

from __future__ import annotations

import json
import struct
import subprocess
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageSequence, JpegImagePlugin
from PIL.PngImagePlugin import PngInfo

from brightline.labels.errors import LabelError, Malformed, OverLimit, ProofFailed, Unsupported
from brightline.labels.explicit import image_file
from brightline.labels.explicit.image_file import LabelledImage, label_image_file, opened_image
from brightline.labels.explicit.image_frames import Encoded
from brightline.labels.explicit.image_webp import estimated_quality

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # pytest resets the filter that the module sets

SIZE = (320, 220)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(shift: int = 0) -> Image.Image:
    across, down = np.meshgrid(np.linspace(0, 255, SIZE[0]), np.linspace(0, 255, SIZE[1]))
    rgb = np.stack([across, down, np.full_like(across, 120)], axis=-1)
    noisy = np.roll(rgb, shift, axis=1) + np.random.default_rng(1).integers(0, 9, rgb.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


FRAMES = [picture(40 * step) for step in range(4)]
PALETTES = [frame.quantize(60) for frame in FRAMES]


def exif(orientation: int = 1) -> bytes:
    block = Image.Exif()
    block[0x010E] = "a hill by the sea"
    block[0x0112] = orientation
    return block.tobytes()


def saved(image: Image.Image, kind: str, **settings: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


def moving(frames: list[Image.Image], kind: str, **settings: object) -> bytes:
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=[50, 120, 70, 200], **settings)


LOSSLESS: dict[str, Callable[[], bytes]] = {
    "png": lambda: saved(picture(), "PNG", exif=exif(), icc_profile=ICC),
    "png palette": lambda: saved(PALETTES[0], "PNG"),
    "png full palette": lambda: saved(picture().quantize(256), "PNG"),
    "png one bit": lambda: saved(picture().convert("1"), "PNG"),
    "png grey": lambda: saved(picture().convert("L"), "PNG"),
    "png grey alpha": lambda: saved(picture().convert("LA"), "PNG"),
    "png alpha": lambda: saved(picture().convert("RGBA"), "PNG"),
    "png 16 bit grey": lambda: saved(Image.fromarray(np.array(picture().convert("L"), np.uint16) * 257), "PNG"),
    "png transparent colour": lambda: saved(picture(), "PNG", transparency=(255, 255, 255)),
    "png palette with holes": lambda: saved(PALETTES[0], "PNG", transparency=bytes([0, 128, 255])),
    "apng": lambda: moving(FRAMES, "PNG", loop=3),
    "apng with a default image": lambda: saved(
        picture(90), "PNG", save_all=True, append_images=FRAMES, duration=[50, 120, 70, 200], default_image=True
    ),
    "gif": lambda: saved(PALETTES[0], "GIF", comment=b"by hand"),
    "gif with holes": lambda: saved(PALETTES[0], "GIF", transparency=7),
    "moving gif": lambda: moving(PALETTES, "GIF", loop=0),
    "moving gif with holes": lambda: moving(PALETTES, "GIF", loop=2, transparency=7, disposal=2),
    "webp lossless": lambda: saved(picture(), "WEBP", lossless=True, exif=exif(), xmp=XMP, icc_profile=ICC),
    "webp lossless alpha": lambda: saved(picture().convert("RGBA"), "WEBP", lossless=True),
    "moving webp": lambda: moving(FRAMES, "WEBP", lossless=True, loop=5),
    "tiff": lambda: saved(picture(), "TIFF", tiffinfo={270: "a hill", 700: XMP}),
    "tiff lzw": lambda: saved(picture(), "TIFF", compression="tiff_lzw", exif=exif()),
    "tiff group 4": lambda: saved(picture().convert("1"), "TIFF", compression="group4"),
    "tiff cmyk": lambda: saved(picture().convert("CMYK"), "TIFF", compression="tiff_deflate"),
    "tiff pages": lambda: saved(picture(), "TIFF", save_all=True, append_images=FRAMES, compression="tiff_adobe_deflate"),
}

LOSSY: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(picture(), "JPEG", quality=80, exif=exif(), icc_profile=ICC, comment=b"by hand", xmp=XMP),
    "jpeg progressive 4:4:4": lambda: saved(picture(), "JPEG", quality=40, progressive=True, subsampling=0),
    "jpeg grey": lambda: saved(picture().convert("L"), "JPEG"),
    "jpeg cmyk": lambda: saved(picture().convert("CMYK"), "JPEG", quality=90),
    "jpeg in rgb": lambda: saved(picture(), "JPEG", keep_rgb=True),
    "webp": lambda: saved(picture(), "WEBP", quality=70, exif=exif(), xmp=XMP, icc_profile=ICC),
    "moving lossy webp": lambda: moving(FRAMES, "WEBP", quality=60),
    "avif": lambda: saved(picture(), "AVIF", exif=exif(), xmp=XMP, icc_profile=ICC),
    "moving avif": lambda: moving(FRAMES, "AVIF"),
    "tiff jpeg": lambda: saved(picture(), "TIFF", compression="jpeg"),
}


@cache
def original(kind: str) -> bytes:
    return (LOSSLESS | LOSSY)[kind]()


@cache
def labelled_once(kind: str) -> LabelledImage:
    return label_image_file(original(kind), "AI生成")


def shown(data: bytes) -> list[np.ndarray]:
    return [np.array(frame.convert("RGBA"), np.int16) for frame in ImageSequence.Iterator(Image.open(BytesIO(data)))]


def differences_outside(before: bytes, labelled: LabelledImage) -> np.ndarray:
    left, top, right, bottom = labelled.drawn.box
    found = []
    for old, new in zip(shown(before), shown(labelled.data), strict=True):
        apart = np.abs(old - new)
        apart[(old[..., 3] == 0) & (new[..., 3] == 0)] = 0
        apart[top:bottom, left:right] = 0
        found.append(apart)
    return np.stack(found)


def times(data: bytes) -> list[int]:
    return [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(Image.open(BytesIO(data)))]


@pytest.mark.parametrize("kind", LOSSLESS)
def test_outside_the_label_a_lossless_file_shows_what_it_showed(kind: str) -> None:
    before, labelled = original(kind), labelled_once(kind)
    assert differences_outside(before, labelled).max() == 0
    assert labelled.drawn.contrast >= 4.5


@pytest.mark.parametrize("kind", LOSSY)
def test_outside_the_label_a_lossy_file_shows_nearly_what_it_showed(kind: str) -> None:
    assert differences_outside(original(kind), labelled_once(kind)).mean() < 1.5


@pytest.mark.parametrize("kind", [*LOSSLESS, *LOSSY])
def test_format_mode_frames_times_and_loop_stay(kind: str) -> None:
    before, labelled = original(kind), labelled_once(kind)
    old, new = Image.open(BytesIO(before)), Image.open(BytesIO(labelled.data))
    assert (new.format, new.size) == (old.format, old.size)
    assert getattr(new, "n_frames", 1) == getattr(old, "n_frames", 1) == labelled.frames
    assert times(labelled.data) == times(before)
    assert new.info.get("loop") == old.info.get("loop")
    if "moving" not in kind and kind != "apng":
        assert new.mode == old.mode


@pytest.mark.parametrize("kind", [*LOSSLESS, *LOSSY])
def test_every_frame_bears_the_label(kind: str) -> None:
    labelled = label_image_file(original(kind), "AI生成", plate=True)
    left, top, right, bottom = labelled.drawn.box
    for frame in shown(labelled.data):
        box = frame[top:bottom, left:right, :3].mean(axis=-1)
        assert box.max() - box.min() > 100


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "webp lossless", "avif", "tiff lzw", "tiff"])
def test_an_independent_reader_finds_the_metadata_as_before(kind: str, tmp_path: Path) -> None:
    before = original(kind)
    kept = []
    told_anew = ("Strip", "Orientation") if kind.startswith("tiff") else ("Strip",)  # an upright TIFF page needs no orientation
    for name, data in (("before", before), ("after", labelled_once(kind).data)):
        file = tmp_path / name
        file.write_bytes(data)
        listed = json.loads(subprocess.run(["exiftool", "-j", "-G1", "-a", str(file)], capture_output=True, check=True).stdout)[0]
        groups = ("IFD0", "XMP", "ICC_Profile", "ICC-header", "File:Comment")
        kept.append({key: value for key, value in listed.items() if key.startswith(groups) and not any(word in key for word in told_anew)})
    assert kept[0] == kept[1]
    assert kept[0]


def test_the_metadata_segments_of_a_jpeg_stay_byte_for_byte() -> None:
    before = LOSSY["jpeg"]()
    after = label_image_file(before, "AI生成").data
    assert before[: before.index(b"\xff\xdb")] == after[: after.index(b"\xff\xdb")]


def test_a_jpeg_keeps_its_tables_its_sampling_and_its_order() -> None:
    before = LOSSY["jpeg progressive 4:4:4"]()
    old = Image.open(BytesIO(before))
    new = Image.open(BytesIO(label_image_file(before, "AI生成").data))
    assert new.quantization == old.quantization  # type: ignore[attr-defined]  # Pillow's JPEG reader has it
    assert JpegImagePlugin.get_sampling(new) == JpegImagePlugin.get_sampling(old) == 0
    assert "progressive" in new.info


def test_foreign_chunks_of_a_png_stay_in_their_places() -> None:
    texts = PngInfo()
    texts.add_text("Software", "a paint box")
    texts.add_itxt("Title", "海边", "zh", "题")
    texts.add(b"vpAg", b"\0\1\2")
    before = saved(picture(), "PNG", pnginfo=texts, dpi=(300, 300))
    after = label_image_file(before, "AI生成").data

    def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
        found, at = [], 8
        while at < len(data):
            length, kind = struct.unpack_from(">I4s", data, at)
            found.append((kind, data[at + 8 : at + 8 + length]))
            assert zlib.crc32(data[at + 4 : at + 8 + length]) == int.from_bytes(data[at + 8 + length : at + 12 + length], "big")
            at += 12 + length
        return [(kind, b"" if kind == b"IDAT" else body) for kind, body in found if kind != b"IDAT" or found[-2][0] != b"IDAT"]

    assert [chunk for chunk in chunks(after) if chunk[0] != b"IDAT"] == [chunk for chunk in chunks(before) if chunk[0] != b"IDAT"]


def test_a_gif_keeps_comments_and_application_blocks() -> None:
    before = LOSSLESS["moving gif"]()
    xmp = b"!\xff\x0bXMP DataXMP" + b"\x05hello" + b"\0"
    before = before[:-1] + xmp + b"!\xfe\x02hi\0;"
    after = label_image_file(before, "AI生成").data
    assert xmp in after
    assert b"!\xfe\x02hi\0" in after
    assert after.count(b"NETSCAPE2.0") == 1


def test_a_gif_frame_of_too_many_colours_is_reduced_and_said() -> None:
    halves = []
    for side in range(2):
        frame = Image.new("P", SIZE, 0)
        frame.putpalette([part for entry in range(256) for part in (entry, 255 * side, 40)])
        frame.paste(Image.fromarray(np.resize(np.arange(256, dtype=np.uint8), (SIZE[1], SIZE[0] // 2))), (side * SIZE[0] // 2, 0))
        frame.info["transparency"] = 0
        halves.append(frame)
    before = saved(halves[0], "GIF", save_all=True, append_images=halves[1:], disposal=1, duration=100)
    labelled = label_image_file(before, "AI生成")
    assert any("255 colours" in note for note in labelled.notes)


def test_a_turned_jpeg_stays_turned_and_is_labelled_as_seen() -> None:
    before = saved(picture(), "JPEG", exif=exif(6))
    labelled = label_image_file(before, "AI生成")
    assert Image.open(BytesIO(labelled.data)).getexif()[0x0112] == 6
    left, top, right, bottom = labelled.drawn.box
    assert right - left < bottom - top  # written along the stored picture's height
    assert left > SIZE[0] / 2  # the bottom as people see it is the right side as it is stored
    assert bottom < SIZE[1] / 2


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_tiff_page_is_written_upright_with_the_label_upright(orientation: int) -> None:
    before = saved(picture(), "TIFF", tiffinfo={274: orientation})
    labelled = label_image_file(before, "AI生成")
    assert differences_outside(before, labelled).max() == 0
    left, top, right, bottom = labelled.drawn.box
    assert right - left > bottom - top
    assert 274 not in Image.open(BytesIO(labelled.data)).tag_v2  # type: ignore[attr-defined]  # Pillow's TIFF reader has it


def test_what_would_no_longer_be_true_is_left_out_and_said() -> None:
    plain = saved(picture(), "JPEG", exif=exif())
    c2pa = b"\xff\xeb" + (20).to_bytes(2, "big") + b"JP" + bytes(16)
    further = b"\xff\xe2" + (10).to_bytes(2, "big") + b"MPF\0" + bytes(4)
    thumbnail = b"\xff\xe3" + (10).to_bytes(2, "big") + b"\xff\xd8\xff" + bytes(5)
    labelled = label_image_file(plain[:2] + c2pa + further + thumbnail + plain[2:] + plain, "AI生成")
    assert c2pa not in labelled.data
    assert further not in labelled.data
    assert thumbnail in labelled.data
    assert len(labelled.notes) == 3
    assert any("C2PA" in note for note in labelled.notes)
    assert "trailing" not in label_image_file(plain, "AI生成").notes
    assert any("4 bytes behind" in note for note in label_image_file(plain + b"tail", "AI生成").notes)


def test_a_png_manifest_of_the_old_picture_is_left_out_and_said() -> None:
    plain = saved(picture(), "PNG")
    body = b"caBXjumbf"
    chunk = struct.pack(">I", 5) + body + struct.pack(">I", zlib.crc32(body))
    labelled = label_image_file(plain[:33] + chunk + plain[33:], "AI生成")
    assert b"caBX" not in labelled.data
    assert any("C2PA" in note for note in labelled.notes)


@pytest.mark.parametrize("quality", [5, 20, 40, 60, 75, 85, 95, 100])
def test_the_quality_of_a_webp_is_read_from_its_quantiser(quality: int) -> None:
    data = saved(picture(), "WEBP", quality=quality)
    at = data.index(b"VP8 ")
    assert abs(estimated_quality(data[at + 8 :]) - quality) <= 3


def test_labelling_twice_keeps_a_lossless_picture_the_same() -> None:
    once = label_image_file(saved(picture(), "PNG"), "AI生成", plate=True)
    twice = label_image_file(once.data, "AI生成", plate=True)
    assert differences_outside(once.data, twice).max() == 0


# What follows the label in the same pass


@pytest.mark.parametrize("kind", ["png", "png palette", "png one bit", "apng", "moving gif", "webp lossless", "tiff pages", "jpeg"])
def test_a_second_change_is_made_to_every_frame_after_the_label(kind: str) -> None:
    seen: list[bytes] = []

    def brighter(image: Image.Image) -> Image.Image:
        assert image.mode in ("L", "RGB", "RGBA")
        seen.append(image.tobytes())
        return image.point(lambda value: min(255, value + 40)) if image.mode != "RGBA" else image

    before = original(kind)
    both = label_image_file(before, "AI生成", plate=True, then=brighter)
    assert len(seen) == both.frames
    if kind != "moving gif":  # the palette of a GIF has no room for it
        assert np.abs(shown(both.data)[0][5, 5, :3] - shown(before)[0][5, 5, :3]).max() >= 30
    only = label_image_file(before, None, then=brighter)
    assert only.drawn.text == ""
    assert len(seen) == 2 * both.frames


def test_a_second_change_may_not_resize() -> None:
    with pytest.raises(LabelError) as refused:
        label_image_file(LOSSLESS["png"](), None, then=lambda image: image.resize((10, 10)))
    assert refused.value.code == "BL-LABEL-056"


# What cannot be drawn on


def test_sixteen_bit_colour_is_refused_rather_than_halved() -> None:
    rows = b"".join(b"\0" + bytes(6 * 40) for _ in range(40))
    chunks = [(b"IHDR", struct.pack(">2I5B", 40, 40, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    with pytest.raises(Unsupported, match="16 bits"):
        label_image_file(data, "AI生成")


@pytest.mark.parametrize("data", [b"", b"AI", b"BM" + bytes(60), b"%PDF-1.7\n", b"\x00\x00\x00\x18ftypheic" + bytes(100)])
def test_what_is_no_picture_of_a_known_kind_is_unsupported(data: bytes) -> None:
    with pytest.raises(Unsupported):
        label_image_file(data, "AI生成")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "moving gif", "tiff", "avif", "apng"])
def test_a_truncated_file_is_an_error_and_no_output(kind: str) -> None:
    data = original(kind)
    for share in (0.02, 0.2, 0.5, 0.9):
        with pytest.raises(LabelError):
            label_image_file(data[: int(len(data) * share)], "AI生成")


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    head = struct.pack(">2I5B", 60000, 60000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    data += struct.pack(">I", 1) + b"IDAT" + b"x" + struct.pack(">I", zlib.crc32(b"IDATx"))
    with pytest.raises(OverLimit):
        label_image_file(data, "AI生成")


def test_a_picture_of_many_large_frames_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_file, "MOST_FRAME_PIXELS", 3 * SIZE[0] * SIZE[1])
    with pytest.raises(OverLimit, match="4 frames"):
        label_image_file(LOSSLESS["moving gif"](), "AI生成")
    monkeypatch.setattr(image_file, "MOST_FILE_BYTES", 1000)
    with pytest.raises(OverLimit, match="bytes"):
        label_image_file(LOSSLESS["png"](), "AI生成")


def test_a_result_without_the_label_is_never_given_back() -> None:
    before = LOSSLESS["png"]()
    good = label_image_file(before, "AI生成")
    with pytest.raises(ProofFailed, match="frame 1") as refused:
        image_file._prove(before, Encoded(before, good.drawn, good.drawn))
    assert refused.value.code == "BL-LABEL-056"
    with pytest.raises(ProofFailed, match="exif"):
        image_file._prove(before, Encoded(saved(good.drawn.image, "PNG"), good.drawn, good.drawn))


def test_a_path_and_an_open_file_serve_as_well_as_bytes(tmp_path: Path) -> None:
    file = tmp_path / "picture.jpg"  # the wrong ending: what counts is the content
    file.write_bytes(LOSSLESS["png"]())
    by_path = label_image_file(file, "AI生成")
    with file.open("rb") as handle:
        assert label_image_file(handle, "AI生成").data == by_path.data
    assert by_path.format == "PNG"


def test_a_picture_is_opened_within_the_same_limits() -> None:
    assert opened_image(LOSSLESS["moving gif"]()).size == SIZE
    with pytest.raises(Unsupported):
        opened_image(b"no picture")
    with pytest.raises(LabelError) as refused:
        opened_image(LOSSY["jpeg"]()[:900])
    assert refused.value.code == "BL-LABEL-055"


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(["png", "jpeg", "moving gif", "webp", "tiff", "apng", "moving webp"]), data=st.data())
def test_a_mutated_file_gives_a_labelled_picture_or_an_error_of_ours(kind: str, data: st.DataObject) -> None:
    content = bytearray(original(kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(st.integers(0, 255))
    try:
        assert label_image_file(bytes(content), "AI生成").drawn.share >= 0.05
    except LabelError as refused:
        assert refused.code.startswith("BL-LABEL-")


@given(data=st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((Unsupported, Malformed, LabelError)):
        label_image_file(data, "AI生成")
