"""How many files a second are verified on one core, and how much of each is read, beside exiftool over the same files.

    python benchmarks/label_verify.py [--copies 40] [--rounds 3] [--json]

Files of everyday sizes in all common formats, each labelled where its guide wants it (pictures of 1 to 2 MB, a film of 64 MB, a sound
of 8 MB, documents of 20 kB to 3 MB), and as many without a label. Measured is ``verify`` from a path to its whole answer: labels,
signatures, traces, all checks, verdict; no character recognition, no watermark. Time is the wall clock of the best round in one thread;
``read`` is ``Source.bytes_read``, the bytes asked of the operating system. Goals: 200 files a second over all kinds, 4 MB read of each.

Peer: exiftool in one process (``-stay_open``), told to print all tags as JSON. It reads most of the same metadata and gives no verdict.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.verification import verify
from tests.labels.quirks import file_forms as forms

LEAST_FILES_PER_SECOND = 200  # the goal
MOST_READ_BYTES = 4 << 20  # the goal, for each file
LABEL = ImplicitLabel.first("001191000000MA0BR1GHTQ10001", "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
FILM_BYTES, SOUND_BYTES = 64 << 20, 8 << 20


@dataclass(frozen=True)
class Row:
    """One kind of file: size of the labelled one, what is read of it at most, and files a second."""

    kind: str
    size: int
    read_bytes: int
    files_per_second: float
    exiftool_per_second: float


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--copies", type=int, default=40, help="verifications of each file in a round")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="brightline-verify-") as folder, _exiftool() as peer:
        rows = [_row(kind, paths, chosen.copies, chosen.rounds, peer) for kind, paths in _files(Path(folder))]
    per_second = len(rows) / sum(1 / row.files_per_second for row in rows)
    peer_per_second = len(rows) / sum(1 / row.exiftool_per_second for row in rows)
    most_read = max(row.read_bytes for row in rows)
    met = per_second >= LEAST_FILES_PER_SECOND and most_read <= MOST_READ_BYTES
    if chosen.json:
        print(
            json.dumps(
                {"rows": [asdict(row) for row in rows], "files_per_second": per_second, "most_read": most_read, "met": met}, indent=2
            )
        )
        return int(not met)
    table = Table("file", "size kB", "read kB", "files/s", "exiftool files/s", title=f"verify, one core, {platform.machine()}")
    for row in rows:
        table.add_row(
            row.kind,
            f"{row.size / 1e3:,.0f}",
            f"{row.read_bytes / 1e3:,.1f}",
            f"{row.files_per_second:,.0f}",
            f"{row.exiftool_per_second:,.0f}",
        )
    console = Console()
    console.print(table)
    console.print(
        f"one of each: {per_second:,.0f} files/s (goal {LEAST_FILES_PER_SECOND}), exiftool {peer_per_second:,.0f}; "
        f"most read of one file {most_read / 1e3:,.0f} kB (goal {MOST_READ_BYTES / 1e3:,.0f})"
    )
    return int(not met)


def _row(kind: str, paths: Sequence[Path], copies: int, rounds: int, peer: Peer) -> Row:
    answers = [verify(path) for path in paths]
    states = [str(answer.state) for answer in answers]
    if states != ["confirmed", "none"]:
        raise SystemExit(f"{kind}: {states}, {[gap.reason for answer in answers for gap in answer.gaps if gap.decides]}")
    best = min(_seconds(paths, copies) for _ in range(rounds))
    best_of_peer = min(peer.seconds(paths, max(2, copies // 8)) / max(2, copies // 8) for _ in range(rounds))
    read = max(answer.bytes_read for answer in answers)
    return Row(kind, paths[0].stat().st_size, read, copies * len(paths) / best, len(paths) / best_of_peer)


def _seconds(paths: Sequence[Path], copies: int) -> float:
    began = time.perf_counter()
    for _ in range(copies):
        for path in paths:
            verify(path)
    return time.perf_counter() - began


class Peer:
    """exiftool as a running process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self._ask("-stay_open", "False")
        self._process.wait(timeout=10)

    def seconds(self, paths: Sequence[Path], copies: int) -> float:
        """Time to print all tags of each path, ``copies`` times."""
        began = time.perf_counter()
        for _ in range(copies):
            for path in paths:
                self._ask("-j", "-a", "-G", "-s", str(path), "-execute")
                assert self._process.stdout is not None
                while not self._process.stdout.readline().startswith("{ready}"):
                    pass
        return time.perf_counter() - began

    def _ask(self, *arguments: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n".join(arguments) + "\n")
        self._process.stdin.flush()


def _exiftool() -> Peer:
    command = ["exiftool", "-stay_open", "True", "-@", "-"]
    return Peer(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))


def _files(folder: Path) -> Iterator[tuple[str, tuple[Path, Path]]]:
    """For each kind the path of a labelled file and of the same file without a label."""
    for kind, name, data in _plain():
        plain, labelled = folder / f"plain-{name}", folder / f"labelled-{name}"
        plain.write_bytes(data)
        if plain.suffix == ".html":  # no guide names a place in HTML: the label is put in by hand
            meta = f'<head><meta name="AIGC" content="{html.escape(LABEL.to_json())}">'
            labelled.write_bytes(data.replace(b"<head>", meta.encode(), 1))
        else:
            write_label(plain, LABEL, out=labelled)
        yield kind, (labelled, plain)


def _plain() -> Iterator[tuple[str, str, bytes]]:
    rng = np.random.default_rng(20261123)
    yield "PNG", "a.png", _picture(rng, (760, 560), "png")
    yield "JPEG with EXIF", "a.jpg", _picture(rng, (1500, 1100), "jpeg", quality=92, exif=_camera())
    yield "WebP", "a.webp", _picture(rng, (1300, 1000), "webp", quality=92)
    yield "TIFF", "a.tif", _picture(rng, (760, 560), "tiff")
    yield "GIF", "a.gif", _picture(rng, (900, 700), "gif")
    yield "AVIF", "a.avif", _picture(rng, (640, 480), "avif")
    yield "MP4", "a.mp4", forms.mp4(b"", rng.bytes(FILM_BYTES))
    yield "WAV", "a.wav", forms.wav(samples=rng.bytes(SOUND_BYTES))
    yield "MP3", "a.mp3", forms.mp3("comment", "take 3") + (b"\xff\xfb\x90\xc4" + bytes(413)) * 9000
    yield "PDF", "a.pdf", _paper(120)
    yield (
        "DOCX",
        "a.docx",
        forms.docx({"Reviewed": "yes"}, {"dc:title": "report"}, text="".join(map(chr, rng.integers(0x4E00, 0x9000, 200_000)))),
    )
    yield "Markdown", "a.md", ("# 报告\n\n" + "正文一段，谈标识办法。\n\n" * 2000).encode()
    yield (
        "HTML",
        "a.html",
        ("<!doctype html><html><head><title>t</title></head><body>" + "<p>正文一段。</p>\n" * 2000 + "</body></html>").encode(),
    )


def _picture(rng: np.random.Generator, size: tuple[int, int], kind: str, **options: object) -> bytes:
    noise = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, kind, **options)
    return out.getvalue()


def _camera() -> Image.Exif:
    tags = Image.Exif()
    tags.update({0x010F: "Made-up", 0x0110: "D850", 0x0131: "Firmware 1.2", 0x0132: "2026:01:02 03:04:05"})
    tags.get_ifd(0x8769).update({0x829A: (1, 250), 0x8827: 400, 0x9286: b"ASCII\0\0\0holiday"})
    return tags


def _paper(pages: int) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": "On labels", "/Keywords": "AIGC, GB 45438-2025"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
