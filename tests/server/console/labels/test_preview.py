"""The picture beside a verdict: small, upright, without metadata; and where a box of the file lies on it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from brightline.server.console.labels.preview import Preview, preview_of

ORIENTATIONS = range(1, 9)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_box_of_the_stored_raster_is_found_on_the_upright_picture(tmp_path: Path, orientation: int) -> None:
    """The box is painted red in the file as it is stored; on the preview the told box is where the red is."""
    image = Image.new("RGB", (300, 200), "white")
    image.paste("red", (200, 120, 260, 150))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "turned.png", exif=exif)
    preview = preview_of(tmp_path / "turned.png", tmp_path / "small.png")
    assert preview is not None
    with Image.open(tmp_path / "small.png") as small:
        assert small.size == (preview.width, preview.height)
        red = small.convert("RGB").split()[1].point(lambda level: 255 - level).getbbox()
    assert preview.seen((200, 120, 260, 150)) == red
    assert preview.told([preview.seen((200, 120, 260, 150))])["boxes"][0]["width"] == red[2] - red[0]


def test_a_large_picture_is_made_small_and_its_boxes_with_it(tmp_path: Path) -> None:
    Image.new("RGB", (4_000, 1_000)).save(tmp_path / "wide.jpg")
    preview = preview_of(tmp_path / "wide.jpg", tmp_path / "small.png")
    assert preview is not None
    assert (preview.width, preview.height, preview.of_width, preview.of_height) == (960, 240, 4_000, 1_000)
    assert preview.told([(1_000, 500, 2_000, 1_000)])["boxes"] == [{"x": 240.0, "y": 120.0, "width": 240.0, "height": 120.0}]


def test_nothing_of_the_metadata_goes_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (50, 40)).save(tmp_path / "private.jpg", exif=exif, comment=b"and with whom", icc_profile=b"\x00" * 200)
    preview_of(tmp_path / "private.jpg", tmp_path / "small.png")
    small = (tmp_path / "small.png").read_bytes()
    assert b"where I live" not in small
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.info == {}


def test_transparency_and_palettes_are_kept_to_be_seen(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).quantize().save(tmp_path / "clear.png")
    assert preview_of(tmp_path / "clear.png", tmp_path / "small.png") == Preview(40, 40, 40, 40)
    with Image.open(tmp_path / "small.png") as small:
        assert small.mode == "RGBA"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_or_broken_has_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "thing").write_bytes(content)
    assert preview_of(tmp_path / "thing", tmp_path / "small.png") is None


def test_a_picture_that_would_fill_the_memory_is_not_decoded(tmp_path: Path) -> None:
    Image.new("1", (8_000, 7_000)).save(tmp_path / "bomb.png")
    assert preview_of(tmp_path / "bomb.png", tmp_path / "small.png") is None
