"""Labelling a film of 200 MB: in place where it has room, else a new file that keeps its fast start; MP4 and Matroska.

    BRIGHTLINE_PEERS=/path/to/python python benchmarks/label_mp4.py [--megabytes 200] [--rounds 5] [--json]

Wall time of ``labels.mark`` as a user calls it, with lock, undo journal, three syncs to the disk and proof; *CPU* is this process's
share of it, the rest is waiting for the disk; *plan* is the part that reads and decides, without writing. The files are made once: some seconds of noise coded by x264, then repeated by ``ffmpeg -c copy`` with
its index behind (*moov last*), in a reserved room in front (*free fits*), in front without room (*fast start*), and as Matroska.
*again* labels the file that has just been labelled.

Peers in the same run, in turn with ours: a plain copy of the file and a sync (what a new file costs at least), ``ffmpeg -c copy``
with ``use_metadata_tags`` and, for the fast start, ``+faststart``, the same by PyAV, metatoolkit's own call (both in the interpreter that
``BRIGHTLINE_PEERS`` names, ``label_peers.py``), and ``exiftool`` with the key defined in a configuration; and whether a label is at the
guide's place, and only there, in what they wrote. Medians; the disk decides most of it, so trust ratios within one run.
Goals: at most 20 ms in place; at least 80 % of the plain copy's speed otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from brightline.labels.containers.source import opened
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.registry import container_for
from label_peers import is_labelled, labelled_by
from text import machine

CLIP = ("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=2,noise=alls=60:allf=t", "-f", "lavfi", "-i", "sine=duration=2")
CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "60M", "-c:a", "aac")
LAYOUTS: dict[str, tuple[str, ...]] = {
    "moov last": (".mp4",),
    "free fits": (".mp4", "-moov_size", "2000000"),
    "fast start": (".mp4", "-movflags", "+faststart"),
    "matroska": (".mkv",),
}
PRODUCER = "001191000000MA0BR1GHTQ10001"
LIBRARIES = ("PyAV", "metatoolkit")
PEERS = ("ffmpeg", "exiftool", *LIBRARIES)
EXIFTOOL_KEY = "%Image::ExifTool::UserDefined = ('Image::ExifTool::QuickTime::Keys' => { 'AIGC' => { Name => 'AIGC' } }); 1;\n"

_NUMBERS = count(1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = {"machine": machine(), "rounds": options.rounds, "rows": _measured(Path(folder), options.megabytes, options.rounds)}
    print(json.dumps(report, indent=2) if options.json else _table(report))
    return 0


def _measured(folder: Path, megabytes: int, rounds: int) -> list[dict[str, Any]]:
    clip = folder / "clip.mp4"
    _ffmpeg(*CLIP, *CODECS, str(clip))
    loops = max(1, megabytes * 1_000_000 // clip.stat().st_size)
    rows = []
    for name, (suffix, *arguments) in LAYOUTS.items():
        origin = folder / f"origin{suffix}"
        _ffmpeg("-stream_loop", str(loops), "-i", str(clip), "-c", "copy", *arguments, str(origin))
        rows.append({"layout": name} | _layout(folder, origin, name, rounds))
        origin.unlink()
    return rows


def _layout(folder: Path, origin: Path, name: str, rounds: int) -> dict[str, Any]:
    suffix = origin.suffix
    ours, peer = folder / f"ours{suffix}", folder / f"peer{suffix}"
    config = folder / "exiftool.config"
    config.write_text(EXIFTOOL_KEY)
    flags = "use_metadata_tags+faststart" if name == "fast start" else "use_metadata_tags"
    movflags = () if suffix == ".mkv" else ("-movflags", flags)
    with opened(origin) as source:
        container_for(source).plan(source, _label().to_json())
        plan_bytes = source.bytes_read
        is_in_place = container_for(source).plan(source, _label().to_json()).patches is not None
    times: dict[str, list[float]] = {}

    def measure(what: str, work: Callable[[], object]) -> None:
        os.sync()  # what others wrote before is not ours to wait for
        began, busy = time.perf_counter(), time.process_time()
        work()
        times.setdefault(what, []).append((time.perf_counter() - began) * 1e3)
        times.setdefault(f"{what}_cpu", []).append((time.process_time() - busy) * 1e3)

    seen: dict[str, bool] = {}
    for _ in range(rounds):
        _plain_copy(origin, ours)
        measure("plan", lambda: _plan(ours))
        if is_in_place:
            measure("in_place", lambda: mark(ours, _label(), in_place=True))
            measure("again", lambda: mark(ours, _label(), in_place=True))
        ours.unlink()
        measure("new_file", lambda: mark(origin, _label(), out=ours))
        if not is_in_place:
            measure("again", lambda: mark(ours, _label(), in_place=True))
        ours.unlink()
        measure("copy", lambda: _plain_copy(origin, peer))
        peer.unlink()
        copy = ("-i", str(origin), "-map", "0", "-c", "copy", *movflags, "-metadata", f"AIGC={_label().to_json()}", str(peer))
        measure("ffmpeg", lambda copy=copy: _ffmpeg(*copy))
        seen["ffmpeg"] = is_labelled(peer)
        if suffix == ".mp4":
            shutil.copyfile(origin, peer)
            command = ["exiftool", "-config", str(config), "-overwrite_original", f"-Keys:AIGC={_label().to_json()}", str(peer)]
            measure("exiftool", lambda command=command: subprocess.run(command, check=True, capture_output=True))
            seen["exiftool"] = is_labelled(peer)
        peer.unlink()
        for library in LIBRARIES:
            os.sync()
            if spent := labelled_by(library, [(origin, peer)], _label().to_json(), is_fast_start=name == "fast start"):
                times.setdefault(library, []).append(spent.wall_s * 1e3)
                seen[library] = is_labelled(peer)
                peer.unlink()
    return {
        "size_bytes": origin.stat().st_size,
        "plan_bytes_read": plan_bytes,
        "ms": {what: round(statistics.median(values), 1) for what, values in times.items()},
        "labelled_at_the_guide_s_place": seen,
    }


def _label() -> ImplicitLabel:
    """A label that differs from all before, of the same length."""
    return ImplicitLabel.first(PRODUCER, f"0190c2a4-7d10-7c3e-8f21-{next(_NUMBERS):012}")


def _plan(path: Path) -> None:
    with opened(path) as source:
        container_for(source).plan(source, _label().to_json())


def _plain_copy(origin: Path, target: Path) -> None:
    shutil.copyfile(origin, target)
    with target.open("rb+") as handle:
        os.fsync(handle.fileno())


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def _table(report: dict[str, Any]) -> str:
    lines = [
        f"{report['machine']} · medians of {report['rounds']} rounds, wall milliseconds",
        "layout          MB   plan (reads kB)   in place  of it CPU    again   new file   plain copy   of its speed   ffmpeg -c copy   exiftool       PyAV   metatoolkit",
    ]
    for row in report["rows"]:
        ms = row["ms"]
        places = row["labelled_at_the_guide_s_place"]
        cells = {
            what: f"{ms[what]:.1f}" if what in ms else "-"
            for what in ("plan", "in_place", "in_place_cpu", "again", "new_file", "copy", *PEERS)
        }
        marks = {what: cells[what] + ("" if places.get(what, True) else " *") for what in PEERS}
        lines.append(
            f"{row['layout']:12} {row['size_bytes'] / 1e6:5.0f} {cells['plan']:>7} {row['plan_bytes_read'] / 1e3:9.0f} {cells['in_place']:>10} {cells['in_place_cpu']:>10} "
            f"{cells['again']:>8} {cells['new_file']:>10} {cells['copy']:>12} {ms['copy'] / ms['new_file'] * 100:12.0f} % "
            f"{marks['ffmpeg']:>16} {marks['exiftool']:>10} {marks['PyAV']:>10} {marks['metatoolkit']:>13}"
        )
    return "\n".join([*lines, "* no label at the guide's place, or not only there"])


if __name__ == "__main__":
    sys.exit(main())
