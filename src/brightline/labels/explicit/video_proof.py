"""Reads a labelled film back before it takes its place: every frame, every byte of sound, and the letters where they belong.

Frames are counted and sound compared by what the demuxer gives (ffmpeg's ``framehash``), the letters in decoded pictures. What is
not compared: the pictures outside the label; they were coded anew and differ by as much as the encoder's quality says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from brightline.labels.errors import ProofFailed
from brightline.labels.explicit.ffmpeg import INPUT, Probe, file_address, output, probe

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Expected", "prove"]

_NEAR = 60.0
"""Mean difference, of 255, of the letters from their ink; own choice: coding costs them up to 25, a missing label 100 and more."""

_SLACK_S = 0.1  # films of ten pictures a second have one in it; of slower ones the first stands long enough
_MOST_LIST_BYTES = 256 << 20  # about four million packets, ten hours of film; own choice


@dataclass(frozen=True, slots=True)
class Expected:
    """Letters (``mask``) of grey ``white`` in ``box`` of the stored pictures, in the frames at ``moments_s`` from the first."""

    mask: Image.Image
    box: tuple[int, int, int, int]
    white: int
    moments_s: tuple[float, ...]


def prove(source: Path, found: Probe, new: Path, expected: Expected, cancel: Event | None) -> int:
    """The number of frames, if ``new`` holds what was meant; ``found`` is what ``source`` holds. Raises ``ProofFailed`` BL-LABEL-056."""
    problems = []
    result = probe(new)
    before, after = _packets(source, found, cancel), _packets(new, result, cancel)
    if before[0] != after[0]:
        problems.append(f"{after[0]} frames instead of {before[0]}")
    if before[1] != after[1]:
        problems.append("sound or subtitles are not the same bytes")
    if not problems:
        problems += [
            f"the label cannot be seen at {moment:.1f} s"
            for moment, distance in zip(expected.moments_s, _distances(new, result, expected, cancel), strict=False)
            if distance > _NEAR
        ]
    if problems:
        raise ProofFailed(f"the labelled film does not read back as it should: {', '.join(problems)}", code="BL-LABEL-056")
    return after[0]


def _packets(path: Path, found: Probe, cancel: Event | None) -> tuple[int, list[str]]:
    """The number of the film's frames, and a digest of the bytes of every copied stream, in order."""
    film = found.of_kind("video")[0]
    copied = [stream.index for stream in found.streams if stream.kind in ("audio", "subtitle")]
    maps = [part for index in (film.index, *copied) for part in ("-map", f"0:{index}")]
    listed = output(
        [*INPUT, "-i", file_address(path), *maps, "-c", "copy", "-copyts", "-f", "framehash", "-hash", "md5", "-"],
        cancel=cancel,
        most_bytes=_MOST_LIST_BYTES,
    )
    frames = 0
    digests = [hashlib.sha256() for _ in copied]
    for line in listed.splitlines():
        parts = line.split(b",")
        if len(parts) != 6 or line.startswith(b"#"):
            continue
        if (number := int(parts[0])) == 0:
            frames += 1
        else:
            digests[number - 1].update(parts[4].strip() + b" " + parts[5].strip())  # size and hash, without the times
    return frames, [digest.hexdigest() for digest in digests]


def _distances(path: Path, found: Probe, expected: Expected, cancel: Event | None) -> list[float]:
    """For each moment the mean difference of the letters from their ink, in grey; fewer where the film ends before."""
    import numpy as np

    left, top, right, bottom = expected.box
    width, height = max(2, right - left), bottom - top
    film = found.of_kind("video")[0]
    later = expected.moments_s[1:]
    wanted = "+".join(
        ["eq(n,0)", *(f"between(t,{moment:.3f},{moment + _SLACK_S:.3f})*lt(prev_selected_t,{moment:.3f})" for moment in later)]
    )
    grey = output(
        [
            *INPUT, "-i", file_address(path), "-map", f"0:{film.index}", "-frames:v", str(len(expected.moments_s)), "-fps_mode", "passthrough",
            "-vf", f"setpts=PTS-STARTPTS,select='{wanted}',crop={width}:{height}:{left}:{top}:exact=1,format=gray", "-f", "rawvideo", "-",
        ],
        cancel=cancel,
    )  # fmt: skip
    letters = np.asarray(expected.mask.resize((width, height))) > 200
    if not letters.any() or len(grey) < width * height:
        return [255.0]
    pictures = np.frombuffer(grey[: len(grey) // (width * height) * width * height], np.uint8).reshape(-1, height, width).astype(np.int16)
    return [float(np.abs(picture - expected.white)[letters].mean()) for picture in pictures]
