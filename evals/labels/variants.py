"""What the lossless evaluation labels: one file for each way of writing a format, by the encoders that people use.

A *variant* is an encoder with a set of options (interlaced 16-bit PNG by ffmpeg, fragmented MP4 with AV1 …). It can be made with
several contents: ``number`` seeds them, so two runs make the same pictures and sounds. Pictures are in ``variants_pictures.py``, sound and
films in ``variants_streams.py``, documents in ``variants_documents.py``.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

__all__ = ["Variant", "by_ffmpeg", "picture"]

_SIZES = ((96, 64), (33, 57), (128, 128), (1, 9), (250, 17))  # odd sizes too: rows that end within a byte, blocks that are cut


@dataclass(frozen=True, slots=True)
class Variant:
    """``format``: what the table calls it. ``encoder``: who writes it, counted for the goal of 20. ``make(path, number)`` writes one."""

    format: str
    suffix: str
    encoder: str
    options: str
    make: Callable[[Path, int], None]


def picture(number: int, mode: str = "RGB", least: int = 1) -> Image.Image:
    """A picture of ``mode``: a gradient with noise and shapes; at least ``least`` pixels on each side."""
    dice = np.random.default_rng(number)
    width, height = (max(side, least) for side in _SIZES[number % len(_SIZES)])
    ramp = np.linspace(0, 180, width)[None, :, None] + np.linspace(0, 40, height)[:, None, None]
    colours = (ramp + dice.integers(0, 36, (height, width, 4))).astype(np.uint8)
    image = Image.fromarray(colours, "RGBA")
    ImageDraw.Draw(image).ellipse((width // 4, height // 4, width // 2, height // 2), fill=(200, 30, number % 256, 128))
    if mode in ("I;16", "I;16B"):
        deep = (ramp[:, :, 0] * 300 + dice.integers(0, 3000, (height, width))).astype("<u2" if mode == "I;16" else ">u2")
        return Image.frombytes(mode, (width, height), deep.tobytes())
    if mode == "F":
        return Image.fromarray((ramp[:, :, 0] / 255 + dice.random((height, width))).astype(np.float32), "F")
    if mode == "I":
        return Image.fromarray((ramp[:, :, 0] * 100_000).astype(np.int32), "I")
    if mode == "P":
        return image.convert("RGB").quantize(64)
    if mode == "LAB":
        return Image.merge("LAB", image.split()[:3])
    return image if mode == "RGBA" else image.convert("RGB").convert(mode) if mode not in ("LA",) else image.convert("LA")


def by_ffmpeg(path: Path, *arguments: str) -> None:
    """Run ffmpeg with ``arguments``, bit-exact so that two runs write the same bytes. Raises ``CalledProcessError``."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-bitexact", *arguments, "-bitexact", f"file:{path.absolute()}"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
