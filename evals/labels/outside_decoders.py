"""What a file shows, by decoders that are not ours: before and after labelling it has to be the same.

Pictures: Pillow (mode, size, palette, pixels, durations and colour profile of every frame) and ffmpeg (frames), each where it can open
the original. Sound and films: ffmpeg, every frame of every stream with its time, and every packet. PDF: PDFium, the pages as
bitmaps and their text. Drawings: librsvg, as pixels. Office: python-docx, openpyxl, python-pptx, and all parts of the package but the three that a property needs. Other
packages, pages and texts: their parsers, and their bytes without the label.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import yaml
from PIL import Image

__all__ = ["decoded"]

_PICTURES = frozenset({"png", "jpeg", "webp", "gif", "tiff", "avif"})
_SHOWN = ("transparency", "duration", "loop", "background", "gamma", "chromaticity", "disposal", "blend", "icc_profile", "dpi")
_PROPERTY_PARTS = frozenset({"[Content_Types].xml", "_rels/.rels", "docProps/custom.xml"})


def decoded(path: Path, format_: str) -> dict[str, str]:
    """Decoder → digest of all that it shows. Decoders that cannot open the file are left out."""
    answers = {name: decode(path) for name, decode in _decoders(format_)}
    return {name: answer for name, answer in answers.items() if answer}


def _decoders(format_: str) -> Iterator[tuple[str, Callable[[Path], str]]]:
    if format_ in _PICTURES:
        yield "Pillow", _by_pillow
        yield "ffmpeg", partial(_by_ffmpeg, packets_too=False)
    elif format_ == "heic":
        yield "ffmpeg (HEVC)", _by_hevc
    elif format_ in _DOCUMENTS:
        yield from _DOCUMENTS[format_].items()
    else:
        yield "ffmpeg", _by_ffmpeg


def _by_pillow(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with Image.open(path) as image:
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                pixels = image.tobytes()
                shown = {key: repr(image.info[key]) for key in _SHOWN if key in image.info}
                digest.update(
                    repr((image.mode, image.size, image.getpalette(), image.getexif().get(0x0112), sorted(shown.items()))).encode()
                )
                digest.update(pixels)
    except (OSError, ValueError, SyntaxError):
        return ""
    return digest.hexdigest()


def _by_ffmpeg(path: Path, *, packets_too: bool = True) -> str:
    """Every decoded frame and every packet with its times, as two lists in one process.

    Of pictures the frames alone: there a packet is the whole file, metadata included. For the same reason the digests of codec
    headers (``#extradata``) are left out, and of Ogg what ffmpeg hangs on the first packet (``S=``): both contain the comments.
    """
    frames, packets = path.with_name(f"{path.name}.frames"), path.with_name(f"{path.name}.packets")
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-copyts", "-i", f"file:{path.absolute()}"]
    command += ["-map", "0:v?", "-map", "0:a?", "-vsync", "passthrough", "-f", "framemd5", f"file:{frames.absolute()}"]
    if packets_too:
        command += ["-map", "0:v?", "-map", "0:a?", "-map", "0:s?", "-c", "copy", "-f", "framemd5", f"file:{packets.absolute()}"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        lines = (frames.read_bytes() + (packets.read_bytes() if packets_too else b"")).splitlines()
    except subprocess.CalledProcessError:
        return ""
    finally:
        frames.unlink(missing_ok=True)
        packets.unlink(missing_ok=True)
    listed = [line for line in lines if not line.startswith(b"#extradata")]
    if path.suffix in (".ogg", ".oga", ".ogv"):
        listed = [line.partition(b", S=")[0] for line in listed]
    return hashlib.sha256(b"\n".join(listed)).hexdigest() if any(line[:1].isdigit() for line in listed) else ""


def _by_hevc(path: Path) -> str:
    """ffmpeg 5.1 does not open HEIC: it decodes the primary item's stream, which a walk through the boxes takes out."""
    from tests.labels.containers.stills import annex_b

    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "hevc", "-i", "pipe:0", "-f", "framemd5", "-"]
    done = subprocess.run(command, input=annex_b(path.read_bytes()), check=True, capture_output=True, timeout=60)
    return hashlib.sha256(done.stdout).hexdigest()


# Documents


def _by_pdfium(path: Path) -> str:
    import pypdfium2

    digest = hashlib.sha256()
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            bitmap = page.render(scale=1)
            digest.update(bytes(bitmap.buffer))
            digest.update(page.get_textpage().get_text_range().encode())
        digest.update(repr([item.get_title() for item in document.get_toc()]).encode())
    return digest.hexdigest()


def _by_docx(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return _of([*(f"{each.style.name}: {each.text}" for each in document.paragraphs), *cells, str(document.core_properties.author)])


def _by_openpyxl(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path)
    rows = [(sheet.title, cell.coordinate, cell.value, cell.font.b) for sheet in book for row in sheet.iter_rows() for cell in row]
    return _of([*map(repr, rows), *(f"{each.name}={each.value}" for each in book.custom_doc_props.props if each.name != "AIGC")])


def _by_pptx(path: Path) -> str:
    import pptx

    show = pptx.Presentation(str(path))
    shapes = [shape for slide in show.slides for shape in slide.shapes]
    return _of([f"{shape.name} {shape.left} {shape.text_frame.text if shape.has_text_frame else ''}" for shape in shapes])


def _parts(path: Path) -> str:
    """All parts but those that a custom property needs, as Python's zip reader unpacks them, in their order."""
    with zipfile.ZipFile(path) as package:
        return _of(
            [f"{name} {hashlib.sha256(package.read(name)).hexdigest()}" for name in package.namelist() if name not in _PROPERTY_PARTS]
        )


def _package(path: Path) -> str:
    """All parts; of the one with the label, all elements but the label's own."""
    shown = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            data = package.read(name)
            if name.endswith(".opf") or name == "OFD.xml":
                shown.append(f"{name} {_elements(ElementTree.fromstring(data))}")  # noqa: S314 - files that this evaluation made
            else:
                shown.append(f"{name} {hashlib.sha256(data).hexdigest()}")
    return _of(shown)


def _elements(root: ElementTree.Element) -> list[tuple[str, dict[str, str], str]]:
    labels = {id(each) for each in root.iter() if "AIGC" in (each.get("name"), each.get("Name"))}
    around = {id(each) for each in root.iter() if len(each) and all(id(child) in labels for child in each)}
    return [(each.tag, each.attrib, (each.text or "").strip()) for each in root.iter() if id(each) not in labels | around]


def _drawing(path: Path) -> str:
    """All elements of a drawing but its metadata."""
    root = ElementTree.parse(path).getroot()  # noqa: S314 - as above
    hidden = {id(each) for group in root.iter("{http://www.w3.org/2000/svg}metadata") for each in group.iter()}
    return _of([repr((each.tag, each.attrib, each.text, each.tail)) for each in root.iter() if id(each) not in hidden])


def _by_html_parser(path: Path) -> str:
    data = path.read_bytes()
    encoding = "gb18030" if b'charset="gb18030"' in data else "utf-8-sig"

    class Seen(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if ("name", "AIGC") not in attrs:
                self.seen.append(f"<{tag} {attrs}>")

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.handle_starttag(tag, attrs)

        def handle_endtag(self, tag: str) -> None:
            self.seen.append(f"</{tag}>")

        def handle_data(self, data: str) -> None:
            self.seen.append(data)

        def handle_decl(self, decl: str) -> None:
            self.seen.append(f"<!{decl}>")

    parser = Seen()
    parser.feed(data.decode(encoding))
    parser.close()
    return _of(["".join(parser.seen)])


def _by_yaml(path: Path) -> str:
    """The front matter without the label as a YAML reader sees it, and the bytes behind it."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    front, body = {}, data
    if data.startswith(b"---"):
        _, head, body = data.split(b"---", 2)
        front = yaml.safe_load(head) or {}
        front.pop("AIGC", None)
    return _of([json.dumps(front, ensure_ascii=False), repr(body.lstrip(b"\r\n"))])


def _by_bytes(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _of(shown: list[str]) -> str:
    return hashlib.sha256("\n".join(shown).encode("utf-8", "surrogatepass")).hexdigest()


_DOCUMENTS: dict[str, dict[str, Callable[[Path], str]]] = {
    "pdf": {"PDFium": _by_pdfium},
    "docx": {"python-docx": _by_docx, "zipfile": _parts},
    "xlsx": {"openpyxl": _by_openpyxl, "zipfile": _parts},
    "pptx": {"python-pptx": _by_pptx, "zipfile": _parts},
    "epub": {"zipfile, ElementTree": _package},
    "ofd": {"zipfile, ElementTree": _package},
    "svg": {"librsvg (ffmpeg)": partial(_by_ffmpeg, packets_too=False), "ElementTree": _drawing},
    "html": {"html.parser": _by_html_parser},
    "markdown": {"PyYAML": _by_yaml},
    "text": {"bytes": _by_bytes},
}
