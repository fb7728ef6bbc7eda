from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from brightline.labels.errors import LabelError
from brightline.labels.watermark import embed, extract
from brightline.labels.watermark.image import tile_side

Scene = Callable[..., Image.Image]
PAYLOAD = 0xFEDCBA9876543210


def psnr(one: Image.Image, other: Image.Image, peak: float = 255) -> float:
    square = np.mean(np.square(np.asarray(one).astype(np.float64) - np.asarray(other).astype(np.float64)))
    return 10 * math.log10(peak**2 / square)


def test_no_picture_is_changed_more_than_40_db_allow(scene: Scene, key: bytes) -> None:
    loud = Image.effect_noise((300, 300), 90).convert("RGB")
    rounded = Image.fromarray(np.random.default_rng(1).normal(128, 16, (160, 160)).clip(0, 255).astype(np.uint8)).convert("RGB")
    for image in (scene(300, 300), loud, rounded, Image.new("RGB", (300, 300), (120, 130, 140)), Image.new("RGB", (300, 300), "white")):
        assert psnr(image, embed(image, PAYLOAD, key)) >= 40


def test_flat_areas_are_changed_less_than_loud_ones(key: bytes) -> None:
    image = Image.new("L", (400, 400), 128)
    image.paste(Image.effect_noise((200, 400), 60), (0, 0))
    change = np.abs(np.asarray(embed(image, PAYLOAD, key)).astype(int) - np.asarray(image))
    assert change[:, 220:].mean() < 0.6 * change[:, :180].mean()


def test_the_same_picture_payload_and_key_give_the_same_bytes(scene: Scene, key: bytes) -> None:
    assert embed(scene(), PAYLOAD, key).tobytes() == embed(scene(), PAYLOAD, key).tobytes()


def test_size_mode_and_info_stay(scene: Scene, key: bytes) -> None:
    image = scene(301, 177)
    image.info["icc_profile"] = b"a profile"
    marked = embed(image, PAYLOAD, key)
    assert (marked.size, marked.mode, marked.info) == (image.size, image.mode, image.info)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "P", "I;16"])
def test_each_mode_that_can_hold_a_mark_is_read_back(mode: str, scene: Scene, key: bytes) -> None:
    image = scene()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "P":
        image = image.quantize(256)
    elif mode == "LA":
        image = Image.merge("LA", (image.convert("L"), Image.new("L", image.size, 200)))
    else:
        image = image.convert(mode)
    marked = embed(image, PAYLOAD, key)
    assert marked.mode == ("RGB" if mode == "P" else mode)
    hit = extract(marked, key)
    assert hit is not None
    assert hit.payload == PAYLOAD


def test_transparency_is_kept_to_the_last_pixel(scene: Scene, key: bytes) -> None:
    image = scene()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    assert embed(image, PAYLOAD, key).getchannel("A").tobytes() == image.getchannel("A").tobytes()


def test_a_palette_with_a_transparent_colour_becomes_rgba(scene: Scene, key: bytes) -> None:
    image = scene().quantize(64)
    image.info["transparency"] = 3
    marked = embed(image, PAYLOAD, key)
    assert marked.mode == "RGBA"
    assert marked.getchannel("A").tobytes() == image.convert("RGBA").getchannel("A").tobytes()


def test_sixteen_bits_are_changed_as_little_as_eight(scene: Scene, key: bytes) -> None:
    image = Image.fromarray(np.asarray(scene().convert("L")).astype(np.uint16) * 257 + 3)
    assert psnr(image, embed(image, PAYLOAD, key), 65535) >= 39.9


@pytest.mark.parametrize("mode", ["1", "F", "I", "HSV", "LAB"])
def test_a_mode_that_cannot_hold_a_mark_is_refused_by_name(mode: str, key: bytes) -> None:
    with pytest.raises(LabelError, match=f"mode {mode}") as refused:
        embed(Image.new(mode, (200, 200)), PAYLOAD, key)
    assert refused.value.code == "BL-LABEL-062"


def test_an_animation_is_refused(tmp_path_factory: pytest.TempPathFactory, scene: Scene, key: bytes) -> None:
    path = tmp_path_factory.mktemp("animation") / "two.gif"
    scene(200, 200).save(path, save_all=True, append_images=[scene(200, 200, 2)])
    with Image.open(path) as image, pytest.raises(LabelError, match="animation") as refused:
        embed(image, PAYLOAD, key)
    assert refused.value.code == "BL-LABEL-062"


def test_a_picture_smaller_than_one_tile_is_refused(key: bytes) -> None:
    with pytest.raises(LabelError, match="127 × 500") as refused:
        embed(Image.new("RGB", (127, 500)), PAYLOAD, key)
    assert refused.value.code == "BL-LABEL-061"


@pytest.mark.parametrize(("payload", "strength"), [(-1, 1), (2**64, 1), (1, 0.1), (1, 5), (1, math.nan)])
def test_payload_and_strength_out_of_range_are_refused(payload: int, strength: float, key: bytes) -> None:
    with pytest.raises(LabelError) as refused:
        embed(Image.new("RGB", (200, 200)), payload, key, strength)
    assert refused.value.code == "BL-LABEL-063"


def test_twice_the_strength_costs_about_6_db(scene: Scene, key: bytes) -> None:
    image = scene()
    assert psnr(image, embed(image, PAYLOAD, key)) - psnr(image, embed(image, PAYLOAD, key, 2.0)) == pytest.approx(6, abs=0.5)


def test_tiles_grow_with_the_picture_and_never_keep_step_with_jpeg() -> None:
    sides = [tile_side((side, side)) for side in range(128, 20_000, 97)]
    assert sides == sorted(sides)
    assert min(sides) == 127
    assert max(sides) == 1023
    assert all(side % 2 for side in sides)
    assert tile_side((4096, 4096)) == 513


def test_tiles_begin_elsewhere_for_each_payload(key: bytes) -> None:
    # Otherwise the mean of many marked pictures would show the beacon to anybody.
    flat = Image.new("L", (508, 508), 128)
    changes = [np.asarray(embed(flat, payload, key)).astype(float) - 128 for payload in range(16)]
    assert np.mean(changes, axis=0).std() < 0.45 * np.mean([change.std() for change in changes])
