"""Readers that are not ours, asked for the label at the very place that the guide names: not whether the bytes stand somewhere in the file.

A reader is asked about the formats that it supports; what it says is the text of the label, or nothing. exiftool gets one call for a whole
folder, because starting it takes longer than reading a file. It knows no chunk ``AIGC`` of WAV and AVI by name: ``-u -b`` shows it. What a
reader cannot read of the original either is not asked of it: exiftool no tags of Speex, ffprobe none behind an FLV string of over 1,023 bytes.
"""

from __future__ import annotations

import base64
import json
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml
from PIL import Image

__all__ = ["by_exiftool", "exiftool_place", "exiftool_supports", "readers_of", "same_label"]

_TC260 = "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"
_SIDECAR = ".aigc.json"

_EXIFTOOL_PLACES = {
    **dict.fromkeys(("png", "jpeg", "webp", "gif", "tiff", "avif", "heic", "svg"), "XMP-TC260:Aigc"),
    **dict.fromkeys(("mp4", "mov", "m4a"), "Keys:AIGC"),
    **dict.fromkeys(("matroska", "webm"), "Matroska:Aigc"),
    **dict.fromkeys(("wav", "avi"), "RIFF:Unknown_AIGC"),
    **dict.fromkeys(("flac", "ogg"), "Vorbis:Aigc"),
    "flv": "Flash:AIGC",
    "pdf": "PDF:AIGC",
    "mp3": "UserDefinedText",
}


def by_exiftool(folder: Path) -> dict[Path, dict[str, str]]:
    """File → tag (with its group) → value, for the tags in which a label can stand."""
    asked = ("-AIGC", "-Unknown_AIGC", "-UserDefinedText")
    done = subprocess.run(
        ["exiftool", "-j", "-a", "-u", "-b", "-G1", "-r", "-ext", "*", *asked, str(folder)], check=False, capture_output=True, timeout=300
    )
    rows: list[dict[str, Any]] = json.loads(done.stdout) if done.stdout.strip() else []
    return {Path(row.pop("SourceFile")): {tag: _text(str(value)) for tag, value in row.items()} for row in rows}


def _text(value: str) -> str:
    """exiftool puts binary values into Base64; a chunk of odd length has a zero byte behind it."""
    if value.startswith("base64:"):
        return base64.b64decode(value.removeprefix("base64:")).rstrip(b"\0").decode("utf-8", "replace")
    return value


def exiftool_place(tags: Mapping[str, str], format_: str) -> str:
    """The label among the tags of one file, at the place of its format."""
    place = _EXIFTOOL_PLACES.get(format_, "")
    if place == "UserDefinedText":
        texts = [value for tag, value in tags.items() if tag.startswith("ID3v2") and value.startswith("(AIGC) ")]
        return texts[0].removeprefix("(AIGC) ") if texts else ""
    return tags.get(place, "")


def exiftool_supports(file: Path, format_: str) -> bool:
    """Whether exiftool shows the place of the label in this file; it reads no tags of Speex."""
    return format_ in _EXIFTOOL_PLACES and file.suffix != ".spx"


def readers_of(original: Path, format_: str) -> dict[str, Callable[[Path], str]]:
    """The readers besides exiftool that support this file: ffprobe only where it reads the original without a complaint."""
    return {name: ask for name, ask in _READERS.get(format_, {}).items() if ask is not _by_ffprobe or not _complaint(original)}


def _complaint(file: Path) -> bytes:
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "json", f"file:{file.absolute()}"]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).stderr


def same_label(seen: str | Mapping[str, Any], fields: Mapping[str, str]) -> bool:
    """Whether what a reader shows are the seven keys with these values, and no others."""
    try:
        found = json.loads(seen) if isinstance(seen, str) else seen
    except ValueError:
        return False
    return isinstance(found, Mapping) and dict(found) == dict(fields)


def _by_pillow(path: Path) -> str:
    with Image.open(path) as image:
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or getattr(image, "tag_v2", {}).get(700, b"")
        text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
    start, stop = text.find("<x:xmpmeta"), text.rfind("</x:xmpmeta>")
    if min(start, stop) < 0:
        return ""
    root = ElementTree.fromstring(text[start : stop + len("</x:xmpmeta>")])  # noqa: S314 - files that this evaluation made
    return root.findtext(f".//{_TC260}", "")


def _by_ffprobe(path: Path) -> str:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_entries", "format_tags:stream_tags", f"file:{path.absolute()}"]
    shown = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    places = [shown.get("format", {}), *shown.get("streams", [])]
    return next((place["tags"]["AIGC"] for place in places if "AIGC" in place.get("tags", {})), "")


def _by_pypdf(path: Path) -> str:
    from pypdf import PdfReader

    return str((PdfReader(path).metadata or {}).get("/AIGC", ""))


def _by_openpyxl(path: Path) -> str:
    import openpyxl

    values = [each.value for each in openpyxl.load_workbook(path).custom_doc_props.props if each.name == "AIGC"]
    return str(values[0]) if len(values) == 1 else ""


def _by_docx(path: Path) -> str:
    import docx

    return _property(docx.Document(str(path)).part.package)


def _by_pptx(path: Path) -> str:
    import pptx

    return _property(pptx.Presentation(str(path)).part.package)


def _property(package: Any) -> str:
    """The custom property among the parts that an Office library follows the relationships to."""
    blobs = [part.blob for part in package.iter_parts() if str(part.partname) == "/docProps/custom.xml"]
    found = [each for blob in blobs for each in ElementTree.fromstring(blob) if each.get("name") == "AIGC"]  # noqa: S314 - as above
    return "".join(found[0].itertext()) if len(found) == 1 else ""


def _by_zip(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name.endswith(".opf") or name == "OFD.xml"]
        roots = [ElementTree.fromstring(package.read(name)) for name in names]  # noqa: S314 - as above
    found = [each for root in roots for each in root.iter() if "AIGC" in (each.get("name"), each.get("Name"))]
    return found[0].get("content") or found[0].text or "" if len(found) == 1 else ""


def _by_element_tree(path: Path) -> str:
    """The label in the metadata of a drawing."""
    root = ElementTree.parse(path).getroot()  # noqa: S314 - as above
    found = [each.text or "" for group in root.iter("{http://www.w3.org/2000/svg}metadata") for each in group.iter(_TC260)]
    return found[0] if len(found) == 1 else ""


def _by_html_parser(path: Path) -> str:
    found: list[str] = []

    class Metas(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "meta" and ("name", "AIGC") in attrs:
                found.append(dict(attrs).get("content") or "")

    parser = Metas()
    parser.feed(path.read_bytes().decode("utf-8", "replace"))
    parser.close()
    return found[0] if len(found) == 1 else ""


def _by_yaml(path: Path) -> str:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    front = yaml.safe_load(data.split(b"---", 2)[1]) if data.startswith(b"---") else {}
    return json.dumps(front.get("AIGC", ""))


def _by_json(path: Path) -> str:
    return json.dumps(json.loads(path.with_name(path.name + _SIDECAR).read_bytes()).get("AIGC", ""))


_READERS: dict[str, dict[str, Callable[[Path], str]]] = {
    **{format_: {"Pillow": _by_pillow} for format_ in ("png", "jpeg", "webp", "tiff", "avif")},
    **{format_: {"ffprobe": _by_ffprobe} for format_ in ("mp4", "mov", "m4a", "matroska", "webm", "flv", "mp3", "flac", "ogg")},
    "pdf": {"pypdf": _by_pypdf},
    "xlsx": {"openpyxl": _by_openpyxl},
    "docx": {"python-docx": _by_docx},
    "pptx": {"python-pptx": _by_pptx},
    "epub": {"zipfile, ElementTree": _by_zip},
    "ofd": {"zipfile, ElementTree": _by_zip},
    "svg": {"ElementTree": _by_element_tree},
    "html": {"html.parser": _by_html_parser},
    "markdown": {"PyYAML": _by_yaml},
    "text": {"json (side-car)": _by_json},
}
"""Format → the readers that support it, besides exiftool."""
