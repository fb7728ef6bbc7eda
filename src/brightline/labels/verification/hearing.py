"""The rhythm stage: short-long-short-short in a sound (GB 45438-2025, 5.3), heard by ``explicit.audio`` through ffmpeg.

ffmpeg reads files, so bytes in memory go through a temporary one, a megabyte at a time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from brightline.labels.containers.source import Source

__all__ = ["FindRhythm", "hear_rhythm"]

FindRhythm = Callable[[Source], tuple[float, ...]]
"""Seconds at which the rhythm begins in a sound."""


def hear_rhythm(source: Source) -> tuple[float, ...]:
    """The seconds at which the rhythm begins. Raises ``LabelError`` where ffmpeg is absent or the sound cannot be decoded."""
    from brightline.labels.explicit.audio import rhythm_in

    if source.path is not None:
        return tuple(rhythm_in(source.path))
    with tempfile.NamedTemporaryFile(prefix="brightline-hearing-", suffix=Path(source.name).suffix) as copy:
        for piece in source.chunks(0, source.size):
            copy.write(piece)
        copy.flush()
        return tuple(rhythm_in(Path(copy.name)))
