"""Labels on documents: how long writing and reading take, beside the libraries of the formats on the same files.

    python benchmarks/label_documents.py [--seconds 2] [--json]

Goals (issue 5): PDF below 100 ms, Office below 40 ms a file, reading at least 200 files a second with at most 4 MB read of each.
Files are made here: a PDF of 300 pages with a table and one with cross-reference streams, Office documents with two pictures of 1 MB, a
book, a page of 200 kB, a Markdown text of 200 kB. ``plan`` is the handler alone, with its pieces put together in memory; ``write``
is ``labels.write_label`` from bytes to bytes with its proof (read back, other reader, digest of the content). Times are CPU time of one
core, exiftool's too, so that a busy machine does not change them much.

Peers: pypdf's incremental writer and its reader (the place in Info is the same); python-docx, python-pptx and openpyxl, which open and save
(only openpyxl has custom properties); exiftool for reading, kept open, its start not counted.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdf
from openpyxl.packaging.custom import StringProperty

from brightline.labels.containers.source import Source
from brightline.labels.explicit.documents import add_document_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import write_label
from brightline.labels.registry import container_for, read
from brightline.labels.writing import written

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.labels.conftest import PRODUCER_CODE
from tests.labels.containers import package_files, pdf_files

LABEL = ImplicitLabel.first(PRODUCER_CODE, "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
WORDS = "本内容由人工智能生成"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="spent on each figure")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = _files()
    rows = []
    for name, data in files.items():
        rows.append(_row(name, data, options.seconds))
    readers = _reading(files, options.seconds)
    if options.json:
        print(json.dumps({"files": rows, "reading": readers}, indent=2))
        return 0
    print(
        f"{'file':<16}{'kB':>8}{'plan ms':>9}{'write ms':>10}{'explicit ms':>13}{'read ms':>9}{'files/s':>9}{'kB read':>9}{'peer ms':>9}  peer"
    )
    for row in rows:
        print(
            f"{row['file']:<16}{row['kB']:>8.0f}{row['plan_ms']:>9.2f}{row['write_ms']:>10.2f}{row['explicit_ms'] or 0:>13.2f}"
            f"{row['read_ms']:>9.2f}{1000 / row['read_ms']:>9.0f}{row['read_kB']:>9.0f}{row['peer_ms'] or 0:>9.1f}  {row['peer']}"
        )
    for reader, rate in readers.items():
        print(f"reading all kinds, {reader}: {rate:.0f} files/s")
    return 0


def _row(name: str, data: bytes, seconds: float) -> dict[str, object]:
    value = LABEL.to_json()

    def plan() -> None:
        source = Source(data, name)
        written(source, container_for(source).plan(source, value))

    def explicit() -> None:
        source = Source(data, name)
        written(source, add_document_label(source, WORDS, "first").plan)

    labelled = write_label(data, LABEL, name=name).data
    assert labelled is not None
    peer, run = _peer(name, data)
    return {
        "file": name,
        "kB": len(data) / 1000,
        "plan_ms": _median_ms(plan, seconds),
        "write_ms": _median_ms(lambda: write_label(data, LABEL, name=name), seconds),
        "explicit_ms": None if name.endswith(("xlsx", "ofd")) else _median_ms(explicit, seconds),
        "read_ms": _median_ms(lambda: read(labelled, name), seconds),
        "read_kB": read(labelled, name).bytes_read / 1000,
        "peer": peer,
        "peer_ms": _median_ms(run, seconds) if run else None,
    }


def _median_ms(run: Callable[[], object], seconds: float) -> float:
    """CPU milliseconds of this process, the median of as many runs as fit."""
    run()
    taken = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken) < 3:
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return max(statistics.median(taken), 1e-6) * 1000


def _peer(name: str, data: bytes) -> tuple[str, Callable[[], object] | None]:
    def pdf() -> None:
        writer = pypdf.PdfWriter(io.BytesIO(data), incremental=True)
        writer.add_metadata({"/AIGC": LABEL.to_json()})
        writer.write(io.BytesIO())

    def word() -> None:
        docx.Document(io.BytesIO(data)).save(io.BytesIO())

    def excel() -> None:
        book = openpyxl.load_workbook(io.BytesIO(data))
        book.custom_doc_props.append(StringProperty(name="AIGC", value=LABEL.to_json()))
        book.save(io.BytesIO())

    def slides() -> None:
        pptx.Presentation(io.BytesIO(data)).save(io.BytesIO())

    return {
        "pdf": ("pypdf incremental", pdf),
        "docx": ("python-docx open and save, no label", word),
        "xlsx": ("openpyxl with the property", excel),
        "pptx": ("python-pptx open and save, no label", slides),
    }.get(name.rsplit(".")[-1], ("-", None))


def _reading(files: dict[str, bytes], seconds: float) -> dict[str, float]:
    """Files a second over labelled files on disk, all kinds in turn."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, data in files.items():
            path = Path(folder, name)
            path.write_bytes(write_label(data, LABEL, name=name).data or b"")
            paths.append(path)
        ours = len(paths) * 1000 / _median_ms(lambda: [read(path) for path in paths], seconds)
        pdfs = [path for path in paths if path.suffix == ".pdf"]
        pdfs_ours = len(pdfs) * 1000 / _median_ms(lambda: [read(path) for path in pdfs], seconds)
        by_pypdf = len(pdfs) * 1000 / _median_ms(lambda: [pypdf.PdfReader(path).metadata for path in pdfs], seconds)
        return {
            "Brightline, all kinds": ours,
            "exiftool -stay_open, all kinds": _by_exiftool(paths, seconds),
            "Brightline, PDF": pdfs_ours,
            "pypdf, PDF": by_pypdf,
        }


def _by_exiftool(paths: list[Path], seconds: float) -> float:
    """Files a CPU second of exiftool, kept open; the CPU time of its start is measured apart and taken off."""
    rounds = max(3, int(seconds * 5))
    start = _exiftool_cpu_s([], 1)
    return len(paths) * rounds / max(1e-6, _exiftool_cpu_s(paths, rounds) - start)


def _exiftool_cpu_s(paths: list[Path], rounds: int) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    asked = "\n".join(["-q", "-q", "-j", "-AIGC", *(map(str, paths) if paths else ["-ver"]), "-execute"]) + "\n"
    subprocess.run(
        ["exiftool", "-stay_open", "True", "-@", "-"],
        input=asked * rounds + "-stay_open\nFalse\n",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        check=bool(paths),
        timeout=600,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _files() -> dict[str, bytes]:
    picture = random.Random(45438).randbytes(1_000_000)
    pages: dict[int, bytes] = pdf_files.one_page()
    kids = [pdf_files.PAGE]
    drawn = pdf_files.stream(b"BT /F1 12 Tf 20 120 Td " + b"(Some words of a page) Tj 0 -14 Td " * 60 + b"ET", deflated=True)
    for number in range(6, 6 + 2 * 299, 2):
        pages[number] = pages[pdf_files.PAGE].replace(b"4 0 R", b"%d 0 R" % (number + 1))
        pages[number + 1] = drawn
        kids.append(number)
    pages[pdf_files.PAGES] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    html = "<!doctype html><html><head><meta charset=utf-8><title>x</title></head><body>" + "<p>Some words of a page.</p>" * 7000
    epub = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": b'<container><rootfiles><rootfile full-path="p.opf"/></rootfiles></container>',
        "p.opf": b'<package><metadata><meta name="cover" content="c"/></metadata><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        b'</manifest><spine><itemref idref="a"/></spine></package>',
        "a.xhtml": b"<html><body>" + b"<p>Some words of a page.</p>" * 2000 + b"</body></html>",
        "cover.jpg": picture,
    }
    ofd = {"OFD.xml": b"<OFD><DocBody><DocInfo><DocID>1</DocID></DocInfo></DocBody></OFD>", "Doc_0/Res/a.png": picture}
    return {
        "table.pdf": pdf_files.classic(pages),
        "streams.pdf": pdf_files.compressed(pages),
        "report.docx": _with_media(package_files.word(), "word/media/", picture),
        "sheet.xlsx": _with_media(package_files.excel(), "xl/media/", picture),
        "slides.pptx": _with_media(package_files.powerpoint(), "ppt/media/", picture),
        "book.epub": package_files.zipped(epub, stored=("mimetype",)),
        "form.ofd": package_files.zipped(ofd),
        "page.html": html.encode(),
        "text.md": b"# Title\n\n" + b"Some words of a text.\n\n" * 9000,
    }


def _with_media(data: bytes, folder: str, picture: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        for number in range(2):
            package.writestr(f"{folder}image{number}.bin", picture)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
