"""A label drawn on a picture: where it was asked for, large enough, legible, upright as people see it, and nothing else touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from brightline.labels.errors import LabelError, Unsupported
from brightline.labels.explicit.image import POSITIONS, Drawn, Position, draw_label
from brightline.labels.explicit.image_contrast import LEAST_CONTRAST
from brightline.labels.explicit.wording import wording
from brightline.labels.label import Attribute

SIZE = (400, 300)


def noise(size: tuple[int, int] = SIZE, seed: int = 1) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


def slope(size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


BACKGROUNDS = {
    "white": Image.new("RGB", SIZE, "white"),
    "black": Image.new("RGB", SIZE, "black"),
    "mid grey": Image.new("RGB", SIZE, (119, 119, 119)),
    "red": Image.new("RGB", SIZE, (255, 0, 0)),
    "busy": noise(),
    "slope": slope(),
    "stripes": Image.fromarray(np.tile(np.array([[0] * 3, [255] * 3], np.uint8), (SIZE[1], SIZE[0] // 2, 1))),
}


def unchanged_outside(before: Image.Image, drawn: Drawn) -> bool:
    old, new = np.array(before), np.array(drawn.image)
    left, top, right, bottom = drawn.box
    new[top:bottom, left:right] = old[top:bottom, left:right]
    return bool((old == new).all())


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("position", POSITIONS)
def test_the_label_is_legible_on_any_background_at_any_edge_and_corner(background: str, position: Position) -> None:
    before = BACKGROUNDS[background]
    drawn = draw_label(before, "AI生成", position=position)
    assert drawn.contrast >= LEAST_CONTRAST
    assert drawn.share >= 0.05
    assert unchanged_outside(before, drawn)
    left, top, right, bottom = drawn.box
    assert 0 <= left < right <= SIZE[0]
    assert 0 <= top < bottom <= SIZE[1]
    middle = ((left + right) / 2 / SIZE[0], (top + bottom) / 2 / SIZE[1])
    assert (middle[0] < 0.4) == ("left" in position)
    assert (middle[0] > 0.6) == ("right" in position)
    assert (middle[1] < 0.4) == ("top" in position)
    assert (middle[1] > 0.6) == ("bottom" in position)


@pytest.mark.parametrize("text", [wording(attribute, lang) for attribute in Attribute for lang in ("zh", "en")])
def test_the_ink_is_in_the_glyph_box_and_as_high_as_said(text: str) -> None:
    drawn = draw_label(Image.new("RGB", (1000, 800), "white"), text)
    ink = np.array(drawn.image.convert("L")) < 128
    rows, columns = np.where(ink.any(axis=1))[0], np.where(ink.any(axis=0))[0]
    left, top, right, bottom = drawn.glyph_box
    assert left <= columns[0]
    assert columns[-1] < right
    assert top <= rows[0]
    assert rows[-1] < bottom
    assert rows[-1] - rows[0] + 1 >= 0.05 * 800


def test_the_capital_letter_itself_reaches_five_percent() -> None:
    drawn = draw_label(Image.new("RGB", (1000, 1000), "white"), "AI生成", share=0.05)
    ink = np.array(drawn.image.convert("L")) < 128
    left, top, right, bottom = drawn.glyph_box
    letter = ink[top:bottom, left : left + (right - left) // 8]  # the A, first of four
    rows = np.where(letter.any(axis=1))[0]
    assert rows[-1] - rows[0] + 1 >= 50


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_bears_the_label_upright_where_people_see_it(orientation: int) -> None:
    stored = slope((300, 200))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.info["exif"] = exif.tobytes()
    drawn = draw_label(stored, "AI生成", position="bottom-left", plate=True)
    assert unchanged_outside(stored, drawn)
    drawn.image.getexif()[0x0112] = orientation
    seen = ImageOps.exif_transpose(drawn.image)
    plain = stored.copy()
    plain.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(plain)
    again = draw_label(Image.frombytes("RGB", upright.size, upright.tobytes()), "AI生成", position="bottom-left", plate=True)
    assert np.abs(np.array(seen, np.int16) - np.array(again.image, np.int16)).max() <= 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "I;16"])
def test_the_mode_of_the_picture_stays(mode: str) -> None:
    before = Image.fromarray(np.array(slope().convert("L"), np.uint16) * 257) if mode == "I;16" else slope().convert(mode)
    drawn = draw_label(before, "AI生成")
    assert drawn.image.mode == mode
    assert drawn.contrast >= LEAST_CONTRAST
    assert unchanged_outside(before, drawn)
    assert drawn.notes == ()


@pytest.mark.parametrize("mode", ["I", "F", "HSV", "LAB", "YCbCr"])
def test_a_raster_that_is_no_picture_to_look_at_is_refused(mode: str) -> None:
    raster = Image.new("LAB", SIZE) if mode == "LAB" else slope().convert(mode)
    with pytest.raises(Unsupported, match=mode):
        draw_label(raster, "AI生成")


def test_what_is_transparent_gets_a_plate_that_hides_whatever_shines_through() -> None:
    drawn = draw_label(Image.new("RGBA", SIZE, (255, 255, 255, 0)), "AI生成")
    assert drawn.has_plate
    assert drawn.image.crop(drawn.box).getchannel("A").getextrema() == (255, 255)
    assert drawn.image.getpixel((0, 0)) == (255, 255, 255, 0)


@pytest.mark.parametrize("key", [(255, 255, 255), (0, 0, 0)])
def test_no_pixel_of_the_label_has_the_colour_that_means_transparent(key: tuple[int, int, int]) -> None:
    before = Image.new("RGB", SIZE, (90, 90, 90))
    before.info["transparency"] = key
    drawn = draw_label(before, "AI生成")
    assert not (np.array(drawn.image.crop(drawn.box)) == key).all(axis=-1).any()


def test_a_palette_with_free_entries_gets_black_and_white() -> None:
    before = Image.new("P", SIZE, 0)
    before.putpalette([200, 30, 30, 210, 40, 40])
    drawn = draw_label(before, "AI生成")
    assert drawn.image.mode == "P"
    assert drawn.contrast > 20


def test_a_full_palette_of_one_tone_becomes_full_colours_and_says_so() -> None:
    before = Image.fromarray(np.resize(np.arange(256, dtype=np.uint8), (SIZE[1], SIZE[0])))
    before.putpalette([part for entry in range(256) for part in (200, 100 + entry // 8, 100 + entry % 8)])
    drawn = draw_label(before, "AI生成")
    assert drawn.image.mode == "RGB"
    assert drawn.contrast >= LEAST_CONTRAST
    assert "full colours" in drawn.notes[0]


def test_the_given_picture_stays_as_it_is() -> None:
    before = slope()
    digest = before.tobytes()
    draw_label(before, "AI生成")
    assert before.tobytes() == digest


@pytest.mark.parametrize("size", [(64, 64), (4000, 24), (60, 4000), (150, 90)])
def test_small_and_narrow_pictures_are_labelled_as_long_as_it_can_be_read(size: tuple[int, int]) -> None:
    drawn = draw_label(slope(size), "AI生成")
    assert drawn.glyph_px >= 9
    assert drawn.share >= 0.05


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (3000, 6), (7, 2000)])
def test_where_no_legible_label_fits_it_is_an_error_with_a_way_out(size: tuple[int, int]) -> None:
    with pytest.raises(LabelError, match=f"{size[0]} × {size[1]}") as refused:
        draw_label(slope(size), "AI生成")
    assert refused.value.code == "BL-LABEL-054"
    assert "5.6" in refused.value.hint


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"text": "原创"}, "BL-LABEL-051"),
        ({"text": "喆AI生成"}, "BL-LABEL-052"),
        ({"text": "AI生成", "share": 0.04}, "BL-LABEL-057"),
        ({"text": "AI生成", "share": 0.9}, "BL-LABEL-057"),
        ({"text": "AI生成", "position": "middle"}, "BL-LABEL-057"),
    ],
)
def test_a_label_that_would_not_comply_is_refused(arguments: dict[str, object], code: str) -> None:
    with pytest.raises(LabelError) as refused:
        draw_label(slope(), **arguments)  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.code == code


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 700),
    height=st.integers(1, 700),
    text=st.sampled_from(["AI生成", "人工智能生成合成", "Suspected AI-generated 疑似AI生成", "AI\n生成"]),
    position=st.sampled_from(POSITIONS),
    share=st.floats(0.05, 0.2),
)
def test_any_size_is_labelled_as_the_standard_asks_or_refused(width: int, height: int, text: str, position: Position, share: float) -> None:
    before = noise((width, height))
    try:
        drawn = draw_label(before, text, position=position, share=share)
    except LabelError as refused:
        assert refused.code == "BL-LABEL-054"
        return
    assert drawn.share >= 0.05
    assert drawn.contrast >= LEAST_CONTRAST
    assert unchanged_outside(before, drawn)
