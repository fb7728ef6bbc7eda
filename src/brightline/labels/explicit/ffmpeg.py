"""The one place that runs ffmpeg: finds it, asks what a file holds, and lets it work with progress, cancellation and a time limit.

The program is a process of its own (its licence depends on how it was built), found on PATH; ``ffprobe`` has to lie there too.
Arguments never pass through a shell, and file names go as ``file:`` addresses, so that a leading ``-``, a colon or a
percent sign mean nothing. A file from outside may be a play list that names other files: only containers that hold their own
media are opened (``format_whitelist``), and only files (``protocol_whitelist``).

Not done: the wheel ``imageio-ffmpeg`` is no stand-in, because it has no ``ffprobe``.
"""

from __future__ import annotations

import json
import re
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any

from brightline.labels.errors import LabelError, OverLimit

__all__ = ["INPUT", "Probe", "Progress", "Stream", "encoders", "file_address", "filters", "output", "probe", "program", "run", "version"]

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1, a few times a second."""

_CONTAINERS = (
    "aac,ac3,aiff,amr,asf,avi,caf,flac,flv,gif,image2,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,mxf,ogg,"
    "png_pipe,rawvideo,s16le,f32le,w64,wav"
)
INPUT = ("-protocol_whitelist", "file,pipe,fd", "-format_whitelist", _CONTAINERS)
"""What stands before every ``-i`` of a file from outside."""

_LONGEST_S = 6 * 3600.0
"""Own choice: a film of two hours at a third of its speed."""

_PROBE_S = 30.0  # headers only; own choice
_ASKED_S = 10.0  # ffmpeg lists what it has in some 50 ms; own choice
_PATIENCE_S = 3.0  # from asking a process to end to ending it; own choice
_LOOK_S = 0.1  # between two looks at the cancellation; what a person takes for at once
_LAST_WORDS_BYTES = 4096
_MOST_OUTPUT_BYTES = 64 << 20  # of a process whose output is read here; own choice


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a file. ``kind``: video, audio, subtitle, attachment or data. ``raw``: all that ffprobe says."""

    index: int
    kind: str
    codec: str
    raw: Mapping[str, Any]

    @property
    def is_cover(self) -> bool:
        """A still picture beside the sound, not a film."""
        return bool(self.raw.get("disposition", {}).get("attached_pic"))

    def number(self, key: str, default: float = 0.0) -> float:
        """A value that ffprobe gives as text, such as ``start_time``."""
        return _number(self.raw.get(key), default)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file holds. ``container``: ffmpeg's names of its format, the first of which says the family."""

    container: str
    duration_s: float
    start_s: float
    streams: tuple[Stream, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    chapters: int = 0

    def of_kind(self, kind: str) -> tuple[Stream, ...]:
        """The streams of one kind, covers left out."""
        return tuple(stream for stream in self.streams if stream.kind == kind and not stream.is_cover)


def program(name: str = "ffmpeg") -> str:
    """Where ``ffmpeg`` or ``ffprobe`` lies. Raises ``LabelError`` BL-LABEL-050 where it is not on PATH."""
    found = shutil.which(name)
    if found is None:
        raise LabelError(
            "BL-LABEL-050",
            f"the program {name} was not found",
            "labels on sound and films need it: install ffmpeg (apt-get install ffmpeg) so that it lies on PATH",
        )
    return found


def version() -> str:
    """``5.1.9-0+deb12u1`` or the like, as the program says it. Raises as ``run``."""
    said = _asked("-version").split()
    return said[2] if len(said) > 2 else "?"


def encoders() -> frozenset[str]:
    """The names of the encoders that this build has. Raises as ``run``."""
    return _listed("-encoders")


def filters() -> frozenset[str]:
    """The names of the filters that this build has. Raises as ``run``."""
    return _listed("-filters")


def _listed(what: str) -> frozenset[str]:
    # " V..... libx264   …" and " ..C overlay   VV->V   …"; the key above the list has "=" in the place of a name
    return frozenset(re.findall(r"^ [A-Z.]{2,6} ([\w-]+) ", _asked(what), re.MULTILINE))


def _asked(what: str) -> str:
    found = program()
    return _said(found, Path(found).stat().st_mtime_ns, what)


@lru_cache(maxsize=16)
def _said(_program: str, _changed_ns: int, what: str) -> str:
    """What the program that lies there, as it was changed last, says of itself."""
    return output([what], timeout_s=_ASKED_S).decode("utf-8", "replace")


def file_address(path: Path) -> str:
    """``path`` for ffmpeg, whatever characters it holds."""
    return f"file:{path.absolute()}"


def probe(path: Path) -> Probe:
    """What the file at ``path`` holds.

    Raises ``LabelError``: BL-LABEL-050 without ffprobe, -059 if it is no sound or film, or one whose container may name other files.
    """
    found = json.loads(
        output(
            ["-v", "error", *INPUT, "-show_format", "-show_streams", "-show_chapters", "-of", "json", file_address(path)],
            tool="ffprobe",
            timeout_s=_PROBE_S,
        )
    )
    about = found.get("format", {})
    return Probe(
        str(about.get("format_name", "")),
        _number(about.get("duration")),
        _number(about.get("start_time")),
        tuple(
            Stream(int(stream["index"]), str(stream.get("codec_type", "data")), str(stream.get("codec_name", "")), stream)
            for stream in found.get("streams", [])
        ),
        {str(key): str(value) for key, value in about.get("tags", {}).items()},
        len(found.get("chapters", [])),
    )


def run(
    arguments: Sequence[str],
    *,
    duration_s: float = 0.0,
    progress: Progress | None = None,
    cancel: Event | None = None,
    timeout_s: float = _LONGEST_S,
) -> None:
    """Let ffmpeg work on ``arguments`` (all but the program and its reporting).

    ``progress`` hears the share of ``duration_s`` that is done, and 1 at the end. Raises ``LabelError``: BL-LABEL-050 without the
    program, -058 if ``cancel`` was set (the process has ended then), -059 with its last words if it failed or took too long.
    """
    own = ["-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-nostats", "-progress", "pipe:1"]

    def hear(line: bytes) -> None:
        if progress is not None and duration_s > 0 and line.startswith(b"out_time_us=") and line[12:].isdigit():
            progress(min(1.0, int(line[12:]) / 1e6 / duration_s))

    with _process([program(), *own, *arguments], cancel, timeout_s) as chunks:
        rest = b""
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                hear(line.strip())
    if progress is not None:
        progress(1.0)


def output(
    arguments: Sequence[str],
    *,
    tool: str = "ffmpeg",
    cancel: Event | None = None,
    timeout_s: float = _LONGEST_S,
    most_bytes: int = _MOST_OUTPUT_BYTES,
) -> bytes:
    """What ``tool`` writes to its standard output. Raises as ``run``, and ``OverLimit`` beyond ``most_bytes``."""
    own = ["-hide_banner"] if tool == "ffprobe" else ["-hide_banner", "-nostdin", "-loglevel", "error"]
    parts: list[bytes] = []
    size = 0
    with _process([program(tool), *own, *arguments], cancel, timeout_s) as chunks:
        for chunk in chunks:
            size += len(chunk)
            if size > most_bytes:
                raise OverLimit(f"{tool} gives more than {most_bytes} bytes")
            parts.append(chunk)
    return b"".join(parts)


@contextmanager
def _process(command: Sequence[str], cancel: Event | None, timeout_s: float) -> Iterator[Iterator[bytes]]:
    """Start ``command`` and give what it writes; it has ended when the block is left, whatever happens in it."""
    tool = Path(command[0]).name
    # S603: a list of arguments, no shell
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = bytearray()
    try:
        yield _heard(process, said, cancel, time.monotonic() + timeout_s, tool)
        if process.wait(_PATIENCE_S) != 0 or _DISK_FULL in said:
            raise _failed(f"{tool} failed", said)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


_DISK_FULL = b"No space left on device"  # some versions say so and end as if all were well


def _heard(process: subprocess.Popen[bytes], said: bytearray, cancel: Event | None, until: float, tool: str) -> Iterator[bytes]:
    """Chunks of standard output until both pipes end; standard error's last bytes gather in ``said``."""
    with selectors.DefaultSelector() as waiting:
        for pipe in (process.stdout, process.stderr):
            waiting.register(pipe, selectors.EVENT_READ)  # type: ignore[arg-type]  # both are pipes
        while waiting.get_map():
            for key, _ in waiting.select(_LOOK_S):
                chunk = key.fileobj.read1(1 << 16)  # type: ignore[union-attr]  # a buffered pipe
                if not chunk:
                    waiting.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    yield chunk
                else:
                    said += chunk
                    del said[:-_LAST_WORDS_BYTES]
            if cancel is not None and cancel.is_set():
                raise LabelError("BL-LABEL-058", f"{tool} was cancelled", "nothing was written")
            if time.monotonic() > until:
                raise _failed(f"{tool} took too long", said)


def _failed(what: str, said: bytes | bytearray) -> LabelError:
    words = " · ".join(line.strip() for line in bytes(said).decode("utf-8", "replace").splitlines()[-4:] if line.strip())
    return LabelError(
        "BL-LABEL-059",
        f"{what}: {words or 'it gave no reason'}",
        "the file is damaged, not a sound or film, or there is no room; nothing was changed",
    )


def _number(value: Any, default: float = 0.0) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return default
