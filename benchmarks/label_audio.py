"""Labelling sound files: how many a second on one core, WAV, MP3, FLAC, Ogg Vorbis, Opus, and FLV and AVI beside them.

    BRIGHTLINE_PEERS=/path/to/python python benchmarks/label_audio.py [--seconds 60] [--files 40] [--json]

Four costs a file: *put in* (plan and write a new file), *mark* (the same with the proof that ``labels.mark`` makes), *in place*
(``labels.mark`` gives a labelled file another label where it lies), *read* (find the label and all other texts). Peers in the same run: ``ffmpeg -c copy`` with the metadata, one process a file, and whether
``ffprobe`` finds the label in what it wrote; PyAV copying the packets, metatoolkit, and mutagen, which writes into a copy, in the
interpreter that ``BRIGHTLINE_PEERS`` names (``label_peers.py``; none of them proves or syncs), and whether we find one label at the guide's
place in what each wrote; ``exiftool``, which writes none of these formats, reading all files in one process.
CPU seconds of this process, and of the libraries'; wall seconds for the programs. Medians of three rounds. Needs ffmpeg and exiftool on the path.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from brightline.labels.containers.source import opened
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.registry import container_for
from brightline.labels.sites import is_label
from brightline.labels.writing import write_new
from label_peers import is_labelled, labelled_by
from text import machine

ROUNDS = 3
SOUND = ("-f", "lavfi", "-i", "aevalsrc=0.3*sin(440*t*2*PI)+0.1*(random(0)-0.5):s=44100:d={seconds}:c=stereo")
FILM = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration={seconds}")
FORMATS: dict[str, tuple[str, ...]] = {
    ".wav": (*SOUND,),
    ".mp3": (*SOUND, "-b:a", "128k"),
    ".flac": (*SOUND,),
    ".ogg": (*SOUND, "-c:a", "libvorbis"),
    ".opus": (*SOUND, "-c:a", "libopus", "-ar", "48000"),
    ".flv": (*FILM, *SOUND, "-c:v", "flv1", "-c:a", "libmp3lame"),
    ".avi": (*FILM, *SOUND, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
}
LIBRARIES = ("PyAV", "metatoolkit", "mutagen")
STREAM_COMMENTS = frozenset({".ogg", ".opus"})  # ffmpeg keeps texts of Ogg by stream
LABEL = ImplicitLabel.first("001191000000MA0BR1GHTQ10001", "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")

_LABELS = cycle(ImplicitLabel.first(LABEL.content_producer, f"0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e1{digit}") for digit in "23")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="length of every file")
    parser.add_argument("--files", type=int, default=40, help="labelled in a round")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report: dict[str, Any] = {"machine": machine(), "seconds": options.seconds, "formats": {}}
    with tempfile.TemporaryDirectory() as folder:
        for suffix, arguments in FORMATS.items():
            report["formats"][suffix] = _measured(Path(folder), suffix, arguments, options.seconds, options.files)
    print(json.dumps(report, indent=2) if options.json else _table(report))
    return 0


def _measured(folder: Path, suffix: str, arguments: tuple[str, ...], seconds: int, files: int) -> dict[str, Any]:
    origin, target, peer = folder / f"origin{suffix}", folder / f"labelled{suffix}", folder / f"peer{suffix}"
    _ffmpeg(*(argument.format(seconds=seconds) for argument in arguments), "-metadata", "title=Tone", str(origin))
    where = "-metadata:s:a:0" if suffix in STREAM_COMMENTS else "-metadata"
    copy = ("-i", str(origin), "-map", "0", "-c", "copy", where, f"AIGC={LABEL.to_json()}", str(peer))
    put_in = _rate(lambda: _put_in(origin, target), files, time.process_time)
    marked = _rate(lambda: mark(origin, LABEL, out=target), files, time.process_time)
    again = folder / f"again{suffix}"
    shutil.copyfile(target, again)
    in_place = _rate(lambda: mark(again, next(_LABELS), in_place=True), files, time.process_time)
    read = _rate(lambda: _read(target), files, time.process_time)
    ffmpeg = _rate(lambda: _ffmpeg(*copy), 5, time.perf_counter)
    return {
        "size_bytes": origin.stat().st_size,
        "growth_bytes": target.stat().st_size - origin.stat().st_size,
        "put_in_per_s": put_in,
        "mark_per_s": marked,
        "in_place_per_s": in_place,
        "read_per_s": read,
        "read_bytes": _read(target),
        "ffmpeg_copy_per_s": ffmpeg,
        "ffmpeg_keeps_label": _kept_by(peer),
        "exiftool_read_per_s": _exiftool(target, files),
        "libraries": {library: found for library in LIBRARIES if (found := _library(library, origin, folder, files))},
        "exiftool_sees_label": LABEL.produce_id in subprocess.run(["exiftool", "-a", "-u", target], capture_output=True, text=True).stdout,
    }


def _put_in(origin: Path, target: Path) -> None:
    with opened(origin) as source:
        write_new(source, container_for(source).plan(source, LABEL.to_json()), target, lambda path: None)


def _read(path: Path) -> int:
    """Bytes read to find the label."""
    with opened(path) as source:
        reading = container_for(source).read(source)
        assert sum(map(is_label, reading.entries)) == 1
        assert not reading.gaps
        return source.bytes_read


def _kept_by(peer: Path) -> bool:
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags:stream_tags", peer]
    return LABEL.produce_id in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _library(library: str, origin: Path, folder: Path, files: int) -> dict[str, Any] | None:
    pairs = [(origin, folder / f"by-library-{number}{origin.suffix}") for number in range(files)]
    rounds = [spent for _ in range(ROUNDS) if (spent := labelled_by(library, pairs, LABEL.to_json()))]
    if not rounds:
        return None
    labelled = is_labelled(pairs[0][1])
    for _, made in pairs:
        made.unlink()
    return {
        "per_cpu_s": files / max(statistics.median(spent.cpu_s for spent in rounds), 1e-9),
        "per_s": files / max(statistics.median(spent.wall_s for spent in rounds), 1e-9),
        "labelled_at_the_guide_s_place": labelled,
    }


def _exiftool(path: Path, files: int) -> float:
    return (
        _rate(lambda: subprocess.run(["exiftool", "-j", *[str(path)] * files], capture_output=True, check=True), 1, time.perf_counter)
        * files
    )


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def _rate(work: Callable[[], object], times: int, clock: Callable[[], float]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        start = clock()
        for _ in range(times):
            work()
        rounds.append(times / max(clock() - start, 1e-9))
    return statistics.median(rounds)


def _table(report: dict[str, Any]) -> str:
    lines = [
        f"{report['machine']} · files of {report['seconds']} s",
        "format     size     put in       mark   in place       read    read   growth   ffmpeg copy            exiftool reads",
        "             MB    files/s    files/s    files/s    files/s      kB    bytes   files/s  keeps it       files/s  sees it",
    ]
    for suffix, row in report["formats"].items():
        lines.append(
            f"{suffix:6} {row['size_bytes'] / 1e6:8.2f} {row['put_in_per_s']:10.0f} {row['mark_per_s']:10.0f} {row['in_place_per_s']:10.0f} {row['read_per_s']:10.0f} "
            f"{row['read_bytes'] / 1e3:7.0f} {row['growth_bytes']:8} {row['ffmpeg_copy_per_s']:9.1f}  {row['ffmpeg_keeps_label']!s:8} "
            f"{row['exiftool_read_per_s']:13.1f}  {row['exiftool_sees_label']!s:8}"
        )
    lines += [
        "",
        f"{'':6}"
        + "".join(f"{library + ', files/CPU s':>26}" for library in LIBRARIES)
        + "   * no label at the guide's place, or not only there",
    ]
    for suffix, row in report["formats"].items():
        lines.append(f"{suffix:6}" + "".join(f"{_cell(row['libraries'].get(library)):>26}" for library in LIBRARIES))
    return "\n".join(lines)


def _cell(found: dict[str, Any] | None) -> str:
    return "-" if found is None else f"{found['per_cpu_s']:.0f}" + ("" if found["labelled_at_the_guide_s_place"] else " *")


if __name__ == "__main__":
    sys.exit(main())
