from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from brightline.labels.watermark import embed
from brightline.labels.watermark.extract import _grey, _prepared
from brightline.labels.watermark.search import lattices, spectrum_of
from brightline.labels.watermark.tile import layout


@pytest.mark.parametrize(("factor", "angle"), [(1.0, 0.0), (0.6, 0.0), (0.8, 2.0), (1.3, -1.0)])
def test_scale_and_angle_are_found_from_the_power_alone(factor: float, angle: float, scene: Callable[..., Image.Image], key: bytes) -> None:
    marked = embed(scene(900, 900), 7, key)  # tiles of 113 | at least 127 pixels
    changed = marked.rotate(angle, Image.Resampling.BICUBIC).resize((round(900 * factor),) * 2, Image.Resampling.LANCZOS)
    grey, shrunk = _grey(changed)
    flat = _prepared(grey)
    best = max(lattices(spectrum_of(flat), flat.shape, layout(key), 90.0, 3), key=lambda lattice: lattice.score)
    assert best.down == pytest.approx(127 * factor * shrunk, rel=0.003)
    assert best.right == pytest.approx(127 * factor * shrunk, rel=0.003)
    assert math.degrees(best.angle) == pytest.approx(angle, abs=0.12)


def test_the_spectrum_of_noise_is_even(key: bytes) -> None:
    noise = np.random.default_rng(1).normal(0, 1, (500, 700)).astype(np.float32)
    spectrum = spectrum_of(noise)
    assert float(spectrum.relative.mean()) == pytest.approx(1, abs=0.02)
    assert all(lattice.score < 8 for lattice in lattices(spectrum, noise.shape, layout(key), 80.0, 3))


def test_a_picture_without_any_difference_is_searched_without_a_division_by_zero(key: bytes) -> None:
    with np.errstate(all="raise"):
        found = lattices(spectrum_of(np.zeros((128, 200), np.float32)), (128, 200), layout(key), 127.0, 3)
    assert all(math.isfinite(lattice.score) for lattice in found)
