"""How many pictures a second get their implicit label, on one core, beside exiftool, Pillow, metatoolkit and pyexiv2.

    BRIGHTLINE_PEERS=/path/to/python python benchmarks/label_images.py [--pictures 20] [--rounds 3] [--json]

Pictures of 1 to 2 MB (PNG, JPEG, WebP: noise over a gradient). Brightline is measured as ``plan`` alone (the labelled bytes, no proof),
through ``labels.mark`` from bytes to bytes, from path to path (the new file is synced to the disk), and in place over a label that
is there; ``mark`` parses its result anew, compares digests of the media and asks Pillow each time. Peers write the same seven
keys from path to path: exiftool in one process (``-stay_open``) with the guide's namespace as its configuration, Pillow by
re-saving with ``xmp=``, metatoolkit and pyexiv2 (in place) in the interpreter that ``BRIGHTLINE_PEERS`` names (``label_peers.py``). The best
round counts; a CPU second is one of the writer's process (the wall clock of a new file is mostly the disk's sync). For every writer, pixels
are compared and the label is looked for at the guide's place: one that re-encodes, or writes elsewhere, is no peer in quality.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from brightline.labels.containers.source import Source, opened
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.registry import container_for
from brightline.labels.writing import written
from brightline.labels.xmp import with_label
from label_peers import PICTURES, is_labelled, labelled_by

GOAL = 100.0  # pictures a second and core: the goal
LABEL = ImplicitLabel.first("001191000000MA0BR1GHTQ10001", "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
SIZES = {"png": (760, 560), "jpg": (1700, 1300), "webp": (860, 640)}  # 1 to 2 MB each

EXIFTOOL_CONFIG = """
%Image::ExifTool::UserDefined = ('Image::ExifTool::XMP::Main' => {
    TC260 => { SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::TC260' } } });
%Image::ExifTool::UserDefined::TC260 = (GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Image' },
    NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' }, WRITABLE => 'string', AIGC => { });
1;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One writer on one format. ``per_cpu_second`` is zero where it was not measured. ``pixels``: equal in all files, or not;
    ``labelled``: one label in each, at the guide's place, or not."""

    writer: str
    format: str
    megabytes: float
    per_second: float
    per_cpu_second: float
    pixels: bool
    labelled: bool
    note: str = ""


def picture(format_: str, seed: int) -> bytes:
    """Noise over a gradient: a photograph's size, none of its rights."""
    width, height = SIZES[format_]
    dice = np.random.default_rng(seed)
    ramp = np.linspace(0, 180, width)[None, :, None] + np.zeros((height, width, 3))
    pixels = (ramp + dice.integers(0, 75, (height, width, 3))).astype(np.uint8)
    out = BytesIO()
    options: dict[str, object] = {"png": {}, "jpg": {"quality": 92}, "webp": {"lossless": True, "method": 0}}[format_]
    Image.fromarray(pixels).save(out, {"jpg": "JPEG"}.get(format_, format_.upper()), **options)
    return out.getvalue()


def digest(data: bytes) -> str:
    with Image.open(BytesIO(data)) as image:
        return hashlib.sha256(image.convert("RGBA").tobytes()).hexdigest()


class Bench:
    """The files of one format, and how long each writer takes for all of them."""

    def __init__(self, format_: str, count: int, rounds: int, folder: Path) -> None:
        self.format, self.rounds, self.folder = format_, rounds, folder
        self.data = [picture(format_, seed) for seed in range(count)]
        self.paths = [folder / f"{number}.{format_}" for number in range(count)]
        for path, data in zip(self.paths, self.data, strict=True):
            path.write_bytes(data)
        self.made = [folder / f"made-{number}.{format_}" for number in range(count)]
        self.digests = [digest(data) for data in self.data]
        self.megabytes = sum(map(len, self.data)) / len(self.data) / 1e6

    def row(
        self,
        writer: str,
        write: Callable[[], list[bytes]],
        before: Callable[[], None] = lambda: None,
        note: str = "",
        *,
        is_outside: bool = False,
    ) -> Row:
        """The best of the rounds. ``write`` does all files and returns them."""
        best, best_cpu, results = float("inf"), float("inf"), []
        for _ in range(self.rounds):
            before()
            start, start_cpu = time.perf_counter(), time.process_time()
            results = write()
            best, best_cpu = min(best, time.perf_counter() - start), min(best_cpu, time.process_time() - start_cpu)
        if not results and not all(path.exists() for path in self.made):
            return Row(writer, self.format, self.megabytes, 0.0, 0.0, False, False, "does not write this format")
        return self.judged(writer, best, results or [path.read_bytes() for path in self.made], note, 0.0 if is_outside else best_cpu)

    def judged(self, writer: str, seconds: float, results: list[bytes], note: str = "", cpu_seconds: float = 0.0) -> Row:
        equal = [digest(data) for data in results] == self.digests
        labelled = all(map(is_labelled, results))
        assert labelled or note or not writer.startswith("brightline")
        per_cpu = len(self.data) / cpu_seconds if cpu_seconds else 0.0
        return Row(writer, self.format, self.megabytes, len(self.data) / seconds, per_cpu, equal, labelled, note)


def brightline(bench: Bench) -> list[Row]:
    def planned() -> list[bytes]:
        results = []
        for data in bench.data:
            source = Source(data)
            results.append(written(source, container_for(source).plan(source, LABEL.to_json())))
        return results

    def only_planned() -> list[bytes]:
        for path in bench.paths:
            with opened(path) as source:
                container_for(source).plan(source, LABEL.to_json())
        return bench.data

    def from_bytes() -> list[bytes]:
        return [mark(data, LABEL).data or b"" for data in bench.data]

    def from_path() -> list[bytes]:
        for came, made in zip(bench.paths, bench.made, strict=True):
            mark(came, LABEL, out=made)
        return []

    def in_place() -> list[bytes]:
        for made in bench.made:
            mark(made, LABEL, in_place=True)
        return []

    def clear() -> None:
        for made in bench.made:
            made.unlink(missing_ok=True)

    return [
        bench.row("brightline: plan of a file", only_planned, note="heads only"),
        bench.row("brightline: plan, bytes made", planned),
        bench.row("brightline: mark, bytes", from_bytes),
        bench.row("brightline: mark, path to path", from_path, clear),
        bench.row("brightline: mark, in place", in_place),
    ]


def pillow(bench: Bench) -> Row:
    packet = with_label(None, LABEL.to_json())

    def save() -> list[bytes]:
        for came, made in zip(bench.paths, bench.made, strict=True):
            with Image.open(came) as image:
                if bench.format == "png":
                    from PIL.PngImagePlugin import PngInfo

                    info = PngInfo()
                    info.add_itxt("XML:com.adobe.xmp", packet.decode())
                    image.save(made, pnginfo=info)
                else:
                    image.save(made, xmp=packet, **({"lossless": True, "method": 0} if bench.format == "webp" else {}))
        return []

    return bench.row("Pillow re-save", save)


def exiftool(bench: Bench) -> Row | None:
    config = bench.folder / "tc260.config"
    config.write_text(EXIFTOOL_CONFIG)
    value = LABEL.to_json()
    try:
        process = subprocess.Popen(
            ["exiftool", "-config", str(config), "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except FileNotFoundError:
        return None
    asked, answers = process.stdin, process.stdout
    assert asked is not None
    assert answers is not None

    def write() -> list[bytes]:
        for came, made in zip(bench.paths, bench.made, strict=True):
            asked.write(f"-XMP-TC260:AIGC={value}\n-o\n{made}\n{came}\n-execute\n")
            asked.flush()
            while "{ready}" not in answers.readline():
                pass
        return []

    def clear() -> None:
        for made in bench.made:
            made.unlink(missing_ok=True)

    try:
        return bench.row("exiftool -stay_open", write, clear, is_outside=True)
    finally:
        asked.write("-stay_open\nFalse\n")
        asked.close()
        process.wait(timeout=30)
        answers.close()


def elsewhere(bench: Bench, peer: str) -> Row | None:
    """A library in the peers' interpreter; None where it cannot be asked."""
    pairs = list(zip(bench.paths, bench.made, strict=True))
    rounds = [labelled_by(peer, pairs, LABEL.to_json()) for _ in range(bench.rounds)]
    spent = [one for one in rounds if one]
    if not spent:
        return None
    fastest, fastest_cpu = min(one.wall_s for one in spent), min(one.cpu_s for one in spent)
    return bench.judged(peer, fastest, [path.read_bytes() for path in bench.made], cpu_seconds=fastest_cpu)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pictures", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows: list[Row] = []
    for format_ in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(format_, options.pictures, options.rounds, Path(folder))
            rows += brightline(bench)
            rows += [row for row in (exiftool(bench), pillow(bench), *(elsewhere(bench, peer) for peer in PICTURES)) if row]
    if options.json:
        print(json.dumps({"machine": platform.platform(), "goal": GOAL, "rows": [asdict(row) for row in rows]}, indent=2))
        return
    table = Table(
        "format",
        "MB",
        "writer",
        "pictures/s",
        "a CPU second",
        "pixels",
        "label",
        title=f"Implicit label into pictures, one core (goal {GOAL:.0f}/s)",
    )
    for row in rows:
        cpu = f"{row.per_cpu_second:,.0f}" if row.per_cpu_second else ""
        pixels = row.note or ("equal" if row.pixels else "CHANGED")
        label = "" if row.note else ("at its place" if row.labelled else "NOT THERE")
        table.add_row(row.format, f"{row.megabytes:.2f}", row.writer, f"{row.per_second:,.0f}", cpu, pixels, label)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
