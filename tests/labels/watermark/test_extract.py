from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from brightline.labels.errors import LabelError
from brightline.labels.watermark import embed, extract

Scene = Callable[..., Image.Image]
Change = Callable[[Image.Image], Image.Image]
PAYLOAD = 0xFEDCBA9876543210
TURN = Image.Transpose


@pytest.fixture(scope="module")
def marked(scene: Scene, key: bytes) -> Image.Image:
    return embed(scene(720, 640), PAYLOAD, key)


HARMLESS: dict[str, Change] = {
    "as made": lambda image: image,
    "half the size": lambda image: image.resize((360, 320), Image.Resampling.LANCZOS),
    "twice the size": lambda image: image.resize((1440, 1280), Image.Resampling.BICUBIC),
    "an odd size": lambda image: image.resize((523, 465), Image.Resampling.BICUBIC),
    "a tenth cropped": lambda image: image.crop((31, 17, 714, 623)),
    "half cropped": lambda image: image.crop((131, 117, 640, 570)),
    "turned by 1 degree": lambda image: image.rotate(1, Image.Resampling.BICUBIC),
    "turned by 3 degrees": lambda image: image.rotate(-3, Image.Resampling.BICUBIC),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "grey": lambda image: image.convert("L"),
    "framed": lambda image: Image.composite(image, Image.new("RGB", image.size, "white"), Image.new("L", image.size, 255)).crop(
        (-90, -40, 800, 700)
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_mark_survives_what_platforms_do_to_pictures(name: str, marked: Image.Image, key: bytes) -> None:
    hit = extract(HARMLESS[name](marked), key)
    assert hit is not None
    assert hit.payload == PAYLOAD


@pytest.mark.parametrize(("kind", "quality"), [("JPEG", 70), ("JPEG", 50), ("WEBP", 60), ("AVIF", 60)])
def test_a_mark_survives_lossy_files(kind: str, quality: int, marked: Image.Image, key: bytes, saved: Callable[..., Image.Image]) -> None:
    hit = extract(saved(marked, kind, quality), key)
    assert hit is not None
    assert hit.payload == PAYLOAD


def test_a_screenshot_of_a_part_at_another_size_is_read(marked: Image.Image, key: bytes, saved: Callable[..., Image.Image]) -> None:
    part = marked.crop((23, 41, 700, 620))
    hit = extract(saved(part.resize((494, 423), Image.Resampling.BICUBIC), "JPEG", 80), key)
    assert hit is not None
    assert hit.payload == PAYLOAD


@pytest.mark.parametrize(
    ("turn", "angle", "mirrored"),
    [
        (TURN.FLIP_LEFT_RIGHT, 0, True),
        (TURN.FLIP_TOP_BOTTOM, 180, True),
        (TURN.ROTATE_90, 90, False),
        (TURN.ROTATE_180, 180, False),
        (TURN.ROTATE_270, -90, False),
        (TURN.TRANSPOSE, 90, True),
        (TURN.TRANSVERSE, -90, True),
    ],
)
def test_turned_and_mirrored_pictures_are_read_and_said_to_be_so(
    turn: Image.Transpose, angle: float, mirrored: bool, marked: Image.Image, key: bytes
) -> None:
    hit = extract(marked.transpose(turn), key)
    assert hit is not None
    assert (hit.payload, hit.mirrored) == (PAYLOAD, mirrored)
    assert abs(hit.angle) == pytest.approx(180) if angle == 180 else hit.angle == pytest.approx(angle)


def test_a_hit_says_at_which_scale_angle_and_offset_the_tiles_lie(scene: Scene, key: bytes) -> None:
    marked = embed(scene(1024, 1024), PAYLOAD, key)  # tiles of 129 pixels
    whole, shifted = extract(marked, key), extract(marked.crop((20, 10, 1024, 1024)), key)
    assert whole is not None
    assert shifted is not None
    moved = [(before - after) % 1 for before, after in zip(whole.offset, shifted.offset, strict=True)]
    assert moved == pytest.approx([20 / 129, 10 / 129], abs=0.01)
    halved = extract(marked.resize((512, 512), Image.Resampling.LANCZOS), key)
    assert halved is not None
    assert halved.scale == pytest.approx(64.5 / 127, abs=0.01)  # 127: what embed would use for 512 pixels
    tilted = extract(marked.rotate(2, Image.Resampling.BICUBIC), key)
    assert tilted is not None
    assert tilted.angle == pytest.approx(2, abs=0.1)


def test_a_long_picture_is_read_from_its_middle(scene: Scene, key: bytes) -> None:
    hit = extract(embed(scene(300, 3000), PAYLOAD, key), key)
    assert hit is not None
    assert hit.payload == PAYLOAD


def test_a_large_picture_made_small_is_read_like_one_that_was_small(scene: Scene, key: bytes) -> None:
    marked = embed(scene(2000, 1600), PAYLOAD, key)
    for size in (2000, 1600), (600, 480):
        hit = extract(marked.resize(size, Image.Resampling.LANCZOS), key)
        assert hit is not None
        assert hit.payload == PAYLOAD


def test_a_white_page_with_text_carries_a_mark_through_jpeg(key: bytes, saved: Callable[..., Image.Image]) -> None:
    page = Image.new("RGB", (900, 900), "white")
    page.paste((20, 20, 20), (100, 100, 700, 110))
    hit = extract(saved(embed(page, PAYLOAD, key), "JPEG", 70), key)
    assert hit is not None
    assert hit.payload == PAYLOAD


def test_an_unmarked_picture_holds_nothing(scene: Scene, key: bytes) -> None:
    assert all(extract(scene(300, 260, seed), key) is None for seed in range(12))


def test_another_key_reads_nothing(marked: Image.Image, key: bytes) -> None:
    assert extract(marked, key[::-1]) is None
    assert extract(marked, key + b"!") is None


def test_a_short_key_is_refused_before_anything_is_read(marked: Image.Image) -> None:
    with pytest.raises(LabelError) as refused:
        extract(marked, b"short")
    assert refused.value.code == "BL-LABEL-060"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (47, 300), (130, 128), (64, 2000)])
def test_empty_pictures_of_any_mode_and_shape_hold_nothing(mode: str, size: tuple[int, int], key: bytes) -> None:
    assert extract(Image.new(mode, size), key) is None


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 400), height=st.integers(1, 400), seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0, 1, 20, 200]))
def test_noise_of_any_size_holds_nothing_and_raises_nothing(width: int, height: int, seed: int, spread: int) -> None:
    noise = np.random.default_rng(seed).normal(128, spread, (height, width))
    assert extract(Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)), bytes(range(32))) is None


def test_a_regular_pattern_does_not_pass_for_a_mark(key: bytes) -> None:
    y, x = np.mgrid[0:600, 0:600]
    for period in (7, 12.9, 64):
        pattern = 128 + 60 * np.sin(2 * np.pi * x / period) * np.sin(2 * np.pi * y / period)
        assert extract(Image.fromarray(pattern.astype(np.uint8)), key) is None


def test_numbers_that_are_none_are_taken_for_black(key: bytes) -> None:
    assert extract(Image.fromarray(np.full((200, 200), np.nan, np.float32)), key) is None
