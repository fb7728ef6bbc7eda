"""What the tests of sound and video containers share: files made by ffmpeg, a label put in and proved, other people's readers."""

from __future__ import annotations

import json
import random
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Entry, Kept, Plan, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.proof import prove_pieces, same_media
from brightline.labels.sites import is_label
from brightline.labels.writing import written

TONE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1:sample_rate=44100")
PICTURE = ("-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=10")


@cache
def made(suffix: str, *arguments: str) -> bytes:
    """What ffmpeg writes, to a file and therefore with true lengths."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made{suffix}"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, str(path)], check=True, timeout=60)
        return path.read_bytes()


def labelled(container: Container, data: bytes, value: str, name: str = "") -> bytes:
    """``data`` with the label, the coded media proved to be the same, and the label the only one."""
    source = Source(data, name)
    before = container.read(source)
    plan = container.plan(source, value)
    result = written(source, plan)
    after = container.read(Source(result, name))
    prove_pieces(before, plan, after)
    same_media(source, before.media, Source(result, name), after.media)
    assert not after.gaps
    only = the_label(after)
    assert (only.value, only.standard) == (value, True)
    return result


def patched(container: Container, data: bytes, value: str) -> bytes | None:
    """``data`` with the label put in where it lies; None where the plan says that it cannot be."""
    plan = container.plan(Source(data), value)
    if plan.patches is None:
        return None
    result = bytearray(data)
    for patch in plan.patches:
        assert patch.offset <= len(result)
        result[patch.offset : patch.offset + len(patch.data)] = patch.data
    after = container.read(Source(bytes(result)))
    before = container.read(Source(data))
    assert before.media == after.media
    only = the_label(after)
    assert (only.value, only.standard) == (value, True)
    return bytes(result)


def the_label(reading: Reading) -> Entry:
    """The one entry with a label in it."""
    (only,) = [entry for entry in reading.entries if is_label(entry)]
    return only


def values(reading: Reading) -> dict[str, str]:
    """Entries by key."""
    return {entry.key: entry.value for entry in reading.entries}


def decoded(data: bytes, folder: Path, suffix: str) -> str:
    """One line a stream: what ffmpeg decodes, hashed."""
    path = folder / f"decoded{suffix}"
    path.write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0", "-f", "streamhash", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    assert "SHA256" in done.stdout
    return done.stdout


def ffprobe_tags(data: bytes, folder: Path, suffix: str) -> dict[str, str]:
    """Tags of format and streams as ffprobe shows them."""
    path = folder / f"probed{suffix}"
    path.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_entries", "format_tags:stream_tags", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    tags: dict[str, str] = dict(found.get("format", {}).get("tags", {}))
    for stream in found.get("streams", ()):
        tags.update(stream.get("tags", {}))
    return tags


def exiftool_tags(data: bytes, folder: Path, suffix: str) -> dict[str, Any]:
    """Tags as exiftool shows them, unknown ones too."""
    path = folder / f"read{suffix}"
    path.write_bytes(data)
    done = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", "-api", "largefilesupport=1", str(path)], capture_output=True, timeout=60)
    tags: dict[str, Any] = json.loads(done.stdout)[0]
    assert "ExifTool:Error" not in tags
    assert "ExifTool:Warning" not in tags
    return tags


def refused(container: Container, data: bytes, value: str) -> LabelError:
    """The error with which the plan refuses; reading, too, raises nothing but ``LabelError``."""
    with pytest.raises(LabelError) as problem:
        container.plan(Source(data), value)
    try_reading(container, data)
    return problem.value


def try_reading(container: Container, data: bytes) -> Reading | None:
    """What ``read`` says; None where it raises a ``LabelError``. Whatever else it raises comes out."""
    try:
        return container.read(Source(data))
    except LabelError:
        return None


def try_all(container: Container, data: bytes, value: str) -> None:
    """``read`` and ``plan`` on any bytes: an answer that holds, or a ``LabelError``, and few bytes read."""
    container.accepts(data[:4096], "")
    source = Source(data)
    try:
        reading: Reading | None = container.read(source)
    except LabelError:
        reading = None
    if reading is not None:
        assert all(0 <= start <= stop <= len(data) for start, stop in reading.media)
    try:
        plan = container.plan(source, value)
    except LabelError:
        return
    assert_plausible(plan, len(data))
    result = written(source, plan)
    assert the_label(container.read(Source(result))).value == value


def assert_plausible(plan: Plan, size: int) -> None:
    """Kept ranges lie in the original and do not overlap."""
    kept = sorted(piece for piece in plan.pieces if isinstance(piece, Kept))
    assert all(0 <= piece.start <= piece.stop <= size for piece in kept)
    assert all(before.stop <= after.start for before, after in pairwise(kept))


def mutated(data: bytes, seed: int, reach: int = 4096) -> bytes:
    """``data`` with a few bytes changed, put in or cut out near its beginning, or its end cut off."""
    dice = random.Random(seed)
    changed = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(min(len(changed), reach) or 1)
        match dice.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                changed[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\x80", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
            case 2:
                del changed[at : at + dice.randint(1, 32)]
            case 3:
                changed[at:at] = dice.randbytes(dice.randint(1, 16))
            case _:
                del changed[dice.randrange(len(changed) + 1) :]
        if not changed:
            return b""
    return bytes(changed)
