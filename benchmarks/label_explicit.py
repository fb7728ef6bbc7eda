"""Explicit labels: how long drawing one takes on a picture of one megapixel, in a file, on a film, in a sound, and what it changes.

    .venv/bin/python benchmarks/label_explicit.py [--rounds 20] [--json]

Goal (issue 5): 50 ms on a picture of one megapixel, encoding apart. Peers in the same run: Pillow's plain ``ImageDraw.text`` (white letters, no
measuring, no contrast, no plate) and, for files and films, ``ffmpeg -vf drawtext`` with its usual settings. Printed beside the times:
the least contrast of the label over all backgrounds, ours and the peer's, and how far pixels outside the label moved.
Times are medians of one process on a machine that may have other work: trust their ratios.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from brightline.labels.explicit.audio import label_audio
from brightline.labels.explicit.ffmpeg import run, version
from brightline.labels.explicit.fonts import LABEL_FONT
from brightline.labels.explicit.image import draw_label
from brightline.labels.explicit.image_contrast import worst_contrast
from brightline.labels.explicit.image_file import label_image_file
from brightline.labels.explicit.video import label_video

TEXT = "AI生成"
SIZE = (1280, 800)  # 1.02 megapixels


class Row(NamedTuple):
    """One measurement in milliseconds, and what the peer needs for the same."""

    what: str
    ours_ms: float
    peer: str
    peer_ms: float | None
    note: str = ""


def scene(seed: int = 1) -> Image.Image:
    """A picture with smooth and busy parts: clouds of noise at four scales."""
    random = np.random.default_rng(seed)
    total = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    for scale in (8, 32, 128, 400):
        small = random.integers(0, 256, (max(2, SIZE[1] // scale), max(2, SIZE[0] // scale), 3), dtype=np.uint8)
        total += np.asarray(Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC), np.float32) / 4
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def backgrounds() -> list[Image.Image]:
    """White, black, greys, clouds, checks: what a label has to be read on."""
    flat = [Image.new("RGB", SIZE, (grey,) * 3) for grey in (0, 60, 119, 180, 255)]
    checks = Image.fromarray((np.indices((SIZE[1], SIZE[0])).sum(axis=0) // 4 % 2 * 255).astype(np.uint8)).convert("RGB")
    return [*flat, checks, scene(1), scene(2)]


def plainly_drawn(image: Image.Image, font: ImageFont.FreeTypeFont) -> Image.Image:
    """What most programs do."""
    copy = image.copy()
    ImageDraw.Draw(copy).text((SIZE[0] - 200, SIZE[1] - 80), TEXT, font=font, fill="white")
    return copy


def median_ms(work: Callable[[], Any], rounds: int) -> float:
    """The median of ``rounds`` runs after one that does not count."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times) * 1000, 2)


def rasters(rounds: int) -> list[Row]:
    image, font = scene(), ImageFont.truetype(str(LABEL_FONT), 66)
    plain = median_ms(lambda: plainly_drawn(image, font), rounds)
    ours = median_ms(lambda: draw_label(image, TEXT), rounds)
    contrasts = [draw_label(background, TEXT).contrast for background in backgrounds()]
    box = (SIZE[0] - 200, SIZE[1] - 80, SIZE[0], SIZE[1])
    peers = [worst_contrast(np.asarray(background.crop(box)), 255) for background in backgrounds()]
    note = f"least contrast on {len(contrasts)} backgrounds {min(contrasts):.1f}, peer {min(peers):.1f}"
    rows = [Row("draw on 1 MP", ours, "Pillow text", plain, note)]
    for share in (0.05, 0.1):
        milliseconds = median_ms(partial(draw_label, image, TEXT, share=share), rounds)
        rows.append(Row(f"draw on 1 MP, {share:.0%}", milliseconds, "", None))
    large = scene().resize((8000, 5000))
    rows.append(Row("draw on 40 MP", median_ms(lambda: draw_label(large, TEXT), 3), "", None, "with the copy of the raster"))
    return rows


def files(rounds: int) -> list[Row]:
    rows = []
    image = scene()
    with tempfile.TemporaryDirectory() as folder:
        for kind, settings in (("JPEG", {"quality": 85}), ("PNG", {}), ("WEBP", {"quality": 80})):
            buffer = BytesIO()
            image.save(buffer, kind, **settings)
            data = buffer.getvalue()
            path = Path(folder) / f"a.{kind.lower()}"
            path.write_bytes(data)
            done = label_image_file(data, TEXT)
            moved = np.abs(np.asarray(Image.open(BytesIO(data)), np.int16) - np.asarray(Image.open(BytesIO(done.data)), np.int16))
            left, top, right, bottom = done.drawn.box
            moved[top:bottom, left:right] = 0
            ours = median_ms(partial(label_image_file, data, TEXT), max(3, rounds // 3))
            peer = median_ms(partial(drawtext, path, path.with_name("b" + path.suffix)), 3)
            rows.append(
                Row(
                    f"{kind} of 1 MP, decoded, drawn, encoded, proved",
                    ours,
                    "ffmpeg drawtext",
                    peer,
                    f"outside the label {moved.mean():.3f} of 255 on average",
                )
            )
    return rows


def drawtext(source: Path, target: Path) -> None:
    """The peer for files and films."""
    text = f"drawtext=fontfile={LABEL_FONT}:text={TEXT}:fontsize=66:fontcolor=white:x=w-tw-20:y=h-th-20"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), "-vf", text, "-c:a", "copy", str(target)], check=True)


def media() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film, sound = folder / "a.mp4", folder / "a.wav"
        picture = "testsrc2=size=1280x720:rate=25:duration=10"
        run(
            [
                "-f",
                "lavfi",
                "-i",
                picture,
                "-f",
                "lavfi",
                "-i",
                "sine=duration=10",
                "-c:v",
                "libx264",
                "-preset",
                "fast",
                "-pix_fmt",
                "yuv420p",
                str(film),
            ]
        )
        run(["-f", "lavfi", "-i", "anoisesrc=duration=60:amplitude=0.1", "-ac", "2", str(sound)])
        rows = [
            Row(
                "film of 10 s, 720p",
                median_ms(lambda: label_video(film, folder / "b.mp4", TEXT), 1),
                "ffmpeg drawtext",
                median_ms(lambda: drawtext(film, folder / "c.mp4"), 1),
                "ours with proof, and timed to 4 s",
            ),
            Row(
                "WAV of 60 s, stereo",
                median_ms(lambda: label_audio(sound, folder / "b.wav"), 1),
                "",
                None,
                "with three measurements of loudness",
            ),
        ]
        coded = folder / "a.mp3"
        run(["-i", str(sound), "-b:a", "128k", str(coded)])
        rows.append(Row("MP3 of 60 s, stereo", median_ms(lambda: label_audio(coded, folder / "b.mp3"), 1), "", None))
    return rows


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    rows = [*rasters(asked.rounds), *files(asked.rounds), *media()]
    if asked.json:
        print(
            json.dumps({"machine": platform.platform(), "ffmpeg": version(), "rows": [row._asdict() for row in rows]}, ensure_ascii=False)
        )
        return 0
    print(f"{'what':48} {'ours, ms':>10}  {'peer':16} {'ms':>10}  note")
    for row in rows:
        print(f"{row.what:48} {row.ours_ms:10.2f}  {row.peer:16} {'' if row.peer_ms is None else f'{row.peer_ms:.2f}':>10}  {row.note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
