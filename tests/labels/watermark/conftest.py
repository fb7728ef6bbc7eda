"""Pictures drawn for the tests of watermarks, and keys."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

Scene = Callable[..., Image.Image]


@pytest.fixture(scope="session")
def key() -> bytes:
    return bytes(range(32))


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Draws a picture of some width, height and seed: clouds of three colours with grain, as loud as a photograph."""

    def draw(width: int = 512, height: int = 512, seed: int = 1) -> Image.Image:
        rng = np.random.default_rng(seed)
        colours = []
        for _ in range(3):
            coarse = Image.fromarray(rng.integers(40, 215, (9, 9)).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
            fine = Image.fromarray(rng.integers(0, 60, (height // 4, width // 4)).astype(np.uint8)).resize((width, height))
            levels = np.asarray(coarse).astype(np.float32) + np.asarray(fine) - 30 + rng.normal(0, 3, (height, width))
            colours.append(Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)))
        return Image.merge("RGB", colours)

    return draw


@pytest.fixture(scope="session")
def saved() -> Callable[..., Image.Image]:
    """Puts a picture through a lossy file."""

    def through(image: Image.Image, kind: str = "JPEG", quality: int = 70) -> Image.Image:
        held = io.BytesIO()
        image.save(held, kind, quality=quality)
        return Image.open(io.BytesIO(held.getvalue()))

    return through
