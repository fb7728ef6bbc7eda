"""Pictures for evals/watermark.py and benchmarks/watermark.py: drawn from a seed, and photographs of a folder.

Thirteen kinds, from what is easy for a mark (leaves, grain) to what is hard (flat drawings, pages of text, regular patterns). The drawn
ones are nobody's and are the same everywhere for the same numpy and Pillow. ``BRIGHTLINE_PHOTOS`` may name folders (joined by ``:``)
of photographs, such as the sample pictures that scikit-image and scikit-learn install; pictures of people are left out by name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

__all__ = ["KINDS", "PHOTOGRAPHS", "drawn", "photographs"]

PHOTOGRAPHS = (
    *(
        "chelsea.png",
        "coffee.png",
        "hubble_deep_field.jpg",
        "ihc.png",
        "motorcycle_left.png",
        "motorcycle_right.png",
        "retina.jpg",
        "rocket.jpg",
    ),
    *("brick.png", "camera.png", "coins.png", "grass.png", "gravel.png", "moon.png", "page.png", "china.jpg", "flower.jpg"),
)
"""scikit-image 0.26 and scikit-learn 1.7 install these; left out: the portrait and the faces, and drawings of under 400 pixels."""

_WORDS = ["content", "generated", "by", "artificial", "intelligence", "carries", "a", "label", "that", "everybody", "can", "see"]


def drawn(kind: str, size: int, seed: int) -> Image.Image:
    """A square picture of one of ``KINDS``."""
    return KINDS[kind](size, np.random.default_rng([seed, sum(kind.encode())])).convert("RGB")


def photographs(size: int) -> list[tuple[str, Image.Image]]:
    """The photographs as squares of ``size``; those that would have to be enlarged more than twice are left out."""
    found = []
    for folder in filter(None, os.environ.get("BRIGHTLINE_PHOTOS", "").split(":")):
        for name in PHOTOGRAPHS:
            path = Path(folder) / name
            if not path.exists():
                continue
            with Image.open(path) as opened:
                image = opened.convert("RGB")
            factor = size / min(image.size)
            if factor > 2.6:
                continue
            if factor > 0.5:
                image = image.resize(
                    (max(size, round(image.width * factor)), max(size, round(image.height * factor))), Image.Resampling.LANCZOS
                )
            left, top = (image.width - size) // 2, (image.height - size) // 2
            found.append((name, image.crop((left, top, left + size, top + size))))
    return found


def _noise(size: int, rng: np.random.Generator, fall: float, detail: int = 1024) -> NDArray[np.float32]:
    """Noise whose amplitude falls with the frequency to the power ``fall``, 0 to 1; made at ``detail`` pixels at most, then enlarged."""
    small = min(size, detail)
    frequency = np.hypot(np.fft.fftfreq(small)[:, None], np.fft.rfftfreq(small)[None, :])
    frequency[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((small, small), np.float32)) / frequency**fall
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, (small, small)).astype(np.float32)
    field = np.clip((field / field.std() + 2.2) / 4.4, 0, 1)
    if small == size:
        return field
    return np.asarray(Image.fromarray(field).resize((size, size), Image.Resampling.BICUBIC))


def _picture(levels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(levels * 255, 0, 255).astype(np.uint8))


def _coloured(field: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A field as a picture, through a palette of three colours."""
    low, middle, high = rng.uniform(0.02, 0.98, (3, 3)).astype(np.float32)
    x = field[..., None]
    return np.where(x < 0.5, low + (middle - low) * 2 * x, middle + (high - middle) * (2 * x - 1))


def _clouds(size: int, rng: np.random.Generator) -> Image.Image:
    return _picture(_coloured(_noise(size, rng, float(rng.uniform(1.4, 2.0))), rng))


def _grain(size: int, rng: np.random.Generator) -> Image.Image:
    levels = _coloured(_noise(size, rng, 1.8), rng) * 0.8 + 0.1
    return _picture(levels + rng.normal(0, rng.uniform(0.01, 0.06), (size, size, 1)).astype(np.float32))


def _fractal(size: int, rng: np.random.Generator) -> Image.Image:
    return _picture(_coloured(_noise(size, rng, float(rng.uniform(0.8, 1.2))), rng))


def _leaves(size: int, rng: np.random.Generator) -> Image.Image:
    """Dead leaves: discs of all sizes that hide one another have the statistics of photographs (Lee, Mumford, Huang 2001)."""
    image = Image.new("RGB", (size, size), (90, 90, 90))
    draw = ImageDraw.Draw(image)
    for _ in range(1500):
        radius = size * 0.012 / max(rng.random(), 0.02) ** 0.6
        x, y = rng.uniform(0, size, 2)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tuple(int(c) for c in rng.integers(10, 245, 3)))
    levels = np.asarray(image.filter(ImageFilter.GaussianBlur(0.8))).astype(np.float32) / 255
    return _picture(levels * (0.75 + 0.5 * _noise(size, rng, 1.0)[..., None]))


def _landscape(size: int, rng: np.random.Generator) -> Image.Image:
    down = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    sky = np.stack([0.35 + 0.4 * down, 0.55 + 0.3 * down, 0.85 + 0.1 * down], axis=-1).repeat(size, axis=1)
    ground = _noise(size, rng, 0.9)
    for depth in range(4):
        walk = np.cumsum(rng.standard_normal(size)) / size**0.5
        height = (0.35 + 0.15 * depth + 0.12 * np.interp(np.arange(size), np.arange(0, size, 8), walk[::8])).astype(np.float32)
        colour = np.array([0.25, 0.4 - 0.05 * depth, 0.35 - 0.07 * depth], np.float32) * (1.2 - 0.2 * depth)
        sky = np.where((down > height)[..., None], colour * (0.6 + 0.8 * ground[..., None]), sky)
    return _picture(sky + rng.normal(0, 0.008, (size, size, 3)).astype(np.float32))


def _page(size: int, rng: np.random.Generator) -> Image.Image:
    image = Image.new("L", (size, size), 255)
    draw = ImageDraw.Draw(image)
    points = int(rng.integers(max(9, size // 80), max(12, size // 40)))
    font = ImageFont.load_default(points)
    margin = size // 14
    for top in range(margin, size - margin, int(points * 1.5)):
        if rng.random() < 0.1:
            continue
        words = " ".join(rng.choice(_WORDS, 40))
        while draw.textlength(words, font) > size - 2 * margin:
            words = words.rpartition(" ")[0]
        draw.text((margin, top), words, font=font, fill=int(rng.integers(0, 40)))
    return image


def _plot(size: int, rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(image)
    box, width = (size // 8, size // 12, size - size // 12, size - size // 8), max(1, size // 400)
    for line in np.linspace(box[1], box[3], 7):
        draw.line((box[0], line, box[2], line), fill=(220, 220, 220), width=width)
    for _ in range(int(rng.integers(2, 5))):
        colour = tuple(int(c) for c in rng.integers(20, 220, 3))
        x = np.linspace(box[0], box[2], 80)
        y = np.clip(np.cumsum(rng.standard_normal(80)) * size / 50 + size / 2, box[1], box[3])
        draw.line(list(map(tuple, np.stack([x, y], axis=1).tolist())), fill=colour, width=2 * width)
    for bar in range(8):
        left = box[0] + bar * (box[2] - box[0]) / 8
        draw.rectangle((left + 4, rng.uniform(size * 0.6, size * 0.85), left + size / 20, box[3]), fill=(70, 130, 180))
    draw.rectangle(box, outline="black", width=width)
    draw.text((size // 3, size // 40), "share of labelled answers", font=ImageFont.load_default(max(10, size // 32)), fill="black")
    return image


def _drawing(size: int, rng: np.random.Generator) -> Image.Image:
    """Flat shapes on a flat ground: the hardest kind, nothing hides a mark."""
    image = Image.new("RGB", (size, size), tuple(int(c) for c in rng.integers(120, 256, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(7):
        x, y = rng.uniform(0, size, 2)
        w, h = rng.uniform(size / 10, size / 2, 2)
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=tuple(int(c) for c in rng.integers(0, 256, 3)))
    return image


def _gradient(size: int, rng: np.random.Generator) -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 1, size, dtype=np.float32), np.linspace(0, 1, size, dtype=np.float32))
    a, b = rng.uniform(-1, 1, 2)
    return _picture(_coloured(np.clip(0.5 + a * (x - 0.5) + b * (y - 0.5), 0, 1).astype(np.float32), rng))


def _screen(size: int, rng: np.random.Generator) -> Image.Image:
    """A screenshot: bars, cards, text, a picture."""
    image = Image.new("RGB", (size, size), (244, 245, 247))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(9, size // 60))
    draw.rectangle((0, 0, size, size // 14), fill=(32, 56, 100))
    for row in range(4):
        top = size // 10 + row * size // 5
        draw.rounded_rectangle((size // 20, top, size - size // 20, top + size // 6), size // 80, fill="white", outline=(210, 214, 220))
        for line in range(3):
            draw.text((size // 4, top + size // 40 + line * size // 24), " ".join(rng.choice(_WORDS, 8)), font=font, fill=(60, 60, 70))
        image.paste(_leaves(256, rng).resize((size // 8, size // 8)), (size // 14, top + size // 50))
    return image


def _weave(size: int, rng: np.random.Generator) -> Image.Image:
    """A regular pattern with its own lattice."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    one, two = rng.uniform(5, 40, 2)
    angle = rng.uniform(0, np.pi)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    levels = 0.5 + 0.25 * np.sign(np.sin(2 * np.pi * u / one)) * np.abs(np.sin(np.pi * v / two)) + 0.1 * (_noise(size, rng, 0.6) - 0.5)
    return _picture(_coloured(np.clip(levels, 0, 1).astype(np.float32), rng))


def _painting(size: int, rng: np.random.Generator) -> Image.Image:
    """Smooth strokes: noise through warped coordinates, as image models like to paint."""
    field, bend = _noise(size, rng, 1.7), _noise(size, rng, 2.0)
    swirl = 0.5 + 0.5 * np.sin(18 * field + 9 * bend)
    light = 0.7 + 0.3 * _noise(size, rng, 2.0)[..., None]
    return _picture(_coloured(swirl.astype(np.float32), rng) * light)


def _bokeh(size: int, rng: np.random.Generator) -> Image.Image:
    """A sharp subject before a blurred ground."""
    ground = _leaves(size, rng).filter(ImageFilter.GaussianBlur(size / 40))
    mask = Image.new("L", (size, size), 0)
    x, y = rng.uniform(size * 0.3, size * 0.7, 2)
    ImageDraw.Draw(mask).ellipse((x - size / 5, y - size / 4, x + size / 5, y + size / 4), fill=255)
    ground.paste(_fractal(size, rng), mask=mask.filter(ImageFilter.GaussianBlur(2)))
    return ground


KINDS: dict[str, Callable[[int, np.random.Generator], Image.Image]] = {
    "clouds": _clouds,
    "grain": _grain,
    "fractal": _fractal,
    "leaves": _leaves,
    "landscape": _landscape,
    "page": _page,
    "plot": _plot,
    "drawing": _drawing,
    "gradient": _gradient,
    "screen": _screen,
    "weave": _weave,
    "painting": _painting,
    "bokeh": _bokeh,
}
