"""Compares what two files decode to: pixels of every frame, samples, frames of every stream. By other people's decoders.

Pillow for pictures, ffmpeg (``-f streamhash``) for sound and video where it is installed. Documents have no decoder here:
their media are stored parts that the coded comparison already covers, which the answer says.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

from brightline.labels.errors import ProofFailed
from brightline.labels.proof import ProofStep

__all__ = ["compare_decoded", "pixels", "streams"]

_PICTURES = frozenset({"png", "jpeg", "webp", "gif", "tiff", "avif", "heif"})
_STREAMS = frozenset({"mp4", "mov", "m4a", "matroska", "webm", "avi", "flv", "wav", "mp3", "flac", "ogg"})
_DECODE_TIMEOUT_S = 3600.0  # own choice: an hour of decoding; a full proof of a long film is asked for on purpose


def compare_decoded(container: str, before: Path | bytes, after: Path | bytes, name: str) -> ProofStep:
    """Decode both and compare. Raises ``ProofFailed`` (BL-LABEL-026) where the media differ or the result cannot be decoded."""
    if container in _PICTURES:
        found = _pixels_or_none(before), _pixels_or_none(after)
    elif container in _STREAMS and shutil.which("ffmpeg"):
        found = streams(before, name), streams(after, name)
    else:
        return ProofStep("media.decoded", "not_inspected", "no decoder here for this format")
    if found[0] is None:
        return ProofStep("media.decoded", "not_inspected", "the original itself cannot be decoded here")
    if found[0] != found[1]:
        raise ProofFailed("the decoded media of the result differs from the original's", code="BL-LABEL-026")
    return ProofStep("media.decoded", "passed", found[0])


def pixels(file: Path | bytes) -> str:
    """SHA-256 over size, mode, palette and pixels of every frame, as Pillow decodes them. Raises what Pillow raises."""
    from PIL import Image

    state = hashlib.sha256()
    with Image.open(BytesIO(file) if isinstance(file, bytes) else file) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            state.update(f"{image.mode} {image.size} {image.info.get('duration', 0)}".encode())
            palette = image.getpalette() if image.mode == "P" else None
            state.update(bytes(palette or ()))
            state.update(image.tobytes())
    return f"sha256 {state.hexdigest()}"


def streams(file: Path | bytes, name: str = "") -> str | None:
    """One line a stream with the hash of its decoded frames and their times; None where ffmpeg cannot decode the file, or not in time."""
    if isinstance(file, bytes):
        with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as held:
            held.write(file)
            held.flush()
            return streams(Path(held.name))
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-i",
        f"file:{file.absolute()}",
        "-map",
        "0",
        "-f",
        "streamhash",
        "-hash",
        "sha256",
        "-",
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_DECODE_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 and done.stdout else None


def _pixels_or_none(file: Path | bytes) -> str | None:
    from PIL import Image

    try:
        return pixels(file)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow raises over files that it does not decode
        return None
