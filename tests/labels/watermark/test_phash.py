from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from brightline.labels.errors import LabelError
from brightline.labels.watermark import PerceptualHash, agrees, distance, embed, extract, perceptual_hash
from brightline.labels.watermark.phash import AGREE

Scene = Callable[..., Image.Image]


def test_a_hash_is_kept_as_16_digits() -> None:
    held = PerceptualHash(0x0123456789ABCDEF)
    assert held.to_hex() == "0123456789abcdef"
    assert PerceptualHash.from_hex(held.to_hex()) == held


@pytest.mark.parametrize("digits", ["", "0123", "0123456789abcdeg", "0123456789ABCDEF", " 123456789abcdef", "0" * 32])
def test_what_is_no_hash_is_refused(digits: str) -> None:
    with pytest.raises(LabelError) as refused:
        PerceptualHash.from_hex(digits)
    assert refused.value.code == "BL-LABEL-064"


def test_the_mark_itself_hardly_moves_the_hash(scene: Scene, key: bytes) -> None:
    assert distance(perceptual_hash(scene()), perceptual_hash(embed(scene(), 1, key))) <= 3


def test_strangers_differ_in_about_half_the_bits(scene: Scene) -> None:
    hashes = [perceptual_hash(scene(256, 256, seed)) for seed in range(20)]
    apart = [distance(one, other) for number, one in enumerate(hashes) for other in hashes[:number]]
    assert 28 <= np.mean(apart) <= 36
    assert min(apart) > AGREE - 10
    assert sum(value <= AGREE for value in apart) <= 4


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.transpose(Image.Transpose.ROTATE_90),
        lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        lambda image: image.rotate(2.5, Image.Resampling.BICUBIC),
        lambda image: image.transpose(Image.Transpose.TRANSPOSE).rotate(-2, Image.Resampling.BICUBIC),
        lambda image: image.resize((320, 256)),
        lambda image: image.crop((20, 15, 620, 500)),
    ],
)
def test_a_hit_agrees_with_its_record_however_the_picture_was_turned(
    change: Callable[[Image.Image], Image.Image], scene: Scene, key: bytes
) -> None:
    marked = embed(scene(640, 512), 9, key)
    changed = change(marked)
    hit = extract(changed, key)
    assert hit is not None
    assert agrees(hit, perceptual_hash(marked), changed)


def test_a_mark_that_was_copied_onto_another_picture_is_found_but_not_believed(scene: Scene, key: bytes) -> None:
    original, other = scene(512, 512, 1), scene(512, 512, 7)
    marked = embed(original, 9, key)
    lifted = np.asarray(marked).astype(int) - np.asarray(original)
    forged = Image.fromarray(np.clip(np.asarray(other) + lifted, 0, 255).astype(np.uint8))
    hit = extract(forged, key)
    assert hit is not None
    assert hit.payload == 9
    assert not agrees(hit, perceptual_hash(marked), forged)


def test_transparency_and_16_bits_are_hashed_as_they_look(scene: Scene) -> None:
    image = scene()
    plain = perceptual_hash(image)
    seen = image.copy()
    seen.putalpha(255)
    assert perceptual_hash(seen) == plain
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    assert distance(perceptual_hash(deep), plain) <= 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16"])
def test_a_picture_of_any_mode_has_a_hash(mode: str) -> None:
    assert 0 <= perceptual_hash(Image.new(mode, (30, 20))).bits < 2**64
