"""Small generated media for the gateway's tests, and a provider code made for them."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import tempfile
import wave
from functools import cache
from pathlib import Path

from PIL import Image

from tests.labels.conftest import PRODUCER_CODE

__all__ = ["PRODUCER_CODE", "b64", "film", "label_of_image", "picture", "probe_tags", "seconds_of", "tone"]


def picture(form: str = "PNG", size: tuple[int, int] = (256, 192)) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    made = io.BytesIO()
    image.save(made, form)
    return made.getvalue()


@cache
def tone(form: str = "wav", seconds: float = 1.0) -> bytes:
    """A sine of 440 Hz, from ffmpeg; a ``stream`` is a WAV whose length nobody knew when it began."""
    kind = {"opus": "ogg", "aac": "adts", "pcm": "s16le", "stream": "wav"}.get(form, form)
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}:sample_rate=24000", "-ac", "1"]
    command += ["-c:a", "libopus"] if form == "opus" else []
    if form == "stream":
        return subprocess.run([*command, "-f", kind, "pipe:1"], check=True, capture_output=True, timeout=30).stdout
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "tone"
        subprocess.run([*command, "-f", kind, str(made)], check=True, timeout=30)
        return made.read_bytes()


@cache
def film(seconds: float = 1.0) -> bytes:
    """A small MP4 without sound, from ffmpeg."""
    source = f"testsrc2=size=192x144:rate=10:duration={seconds}"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "film.mp4"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        subprocess.run([*command, str(made)], check=True, timeout=30)
        return made.read_bytes()


def seconds_of(data: bytes) -> float:
    """How long a WAV is."""
    with wave.open(io.BytesIO(data)) as sound:
        return sound.getnframes() / sound.getframerate()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def label_of_image(data: bytes) -> dict[str, str]:
    """The implicit label as Pillow sees it in a PNG."""
    image = Image.open(io.BytesIO(data))
    image.load()
    (found,) = [text for text in image.info.values() if isinstance(text, str) and "ContentProducer" in text]
    label: dict[str, str] = json.loads(found[found.index("{") : found.rindex("}") + 1])
    return label.get("AIGC", label)  # type: ignore[return-value]  # wrapped or bare


def probe_tags(data: bytes, folder: Path) -> str:
    """All metadata of a sound or film as ffprobe prints them."""
    path = folder / "answer.bin"
    path.write_bytes(data)
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=format_name:format_tags:stream_tags", "-of", "json", str(path)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return shown.stdout.decode()
