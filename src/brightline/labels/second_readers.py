"""Readers that are not ours, asked whether they see the label that was just written.

In this process: Pillow for pictures, the zip and XML readers of Python's library for packages, pypdf for PDF. As programs,
only for a full proof and only where they are installed: exiftool and ffprobe. Each answers with the text that it saw.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

__all__ = ["LIBRARIES", "PROGRAMS", "seen_by_exiftool", "seen_by_ffprobe", "seen_by_library"]

_LONGEST_PACKET = 1 << 20  # own choice: an XMP packet with a thumbnail in it
_PROGRAM_TIMEOUT_S = 60.0  # own choice: ffprobe on a long file without an index reads for some seconds


def seen_by_library(container: str, file: Path | bytes) -> tuple[str, str] | None:
    """(reader, everything textual that it shows of the metadata); None where no library of others reads this format's place.

    Whatever the library raises comes out: to a reader that stumbles over our output, the output is wrong.
    """
    reader = LIBRARIES.get(container)
    if reader is None:
        return None
    return reader[0], reader[1](file)


def seen_by_exiftool(path: Path) -> str | None:
    """All that exiftool shows, as text; None where it is not installed, does not know the format, or takes too long."""
    # no configuration of whoever runs it: such files are programs
    done = _run("exiftool", "-config", "", "-j", "-G1", "-a", "-u", "-struct", str(path.absolute()))
    try:
        tags = json.loads(done.stdout)[0] if done else None
    except (ValueError, IndexError):
        return None
    return None if tags is None or "ExifTool:Error" in tags else "\n".join(map(_flat, tags.values()))


def seen_by_ffprobe(path: Path) -> str | None:
    """All tags of format and streams that ffprobe shows, as text; None where it is not installed, cannot read the file, or takes too long."""
    done = _run("ffprobe", "-v", "error", "-of", "json", "-show_entries", "format_tags:stream_tags", f"file:{path.absolute()}")
    if done is None or done.returncode:
        return None
    found = json.loads(done.stdout)
    tags = [found.get("format", {}).get("tags", {}), *(stream.get("tags", {}) for stream in found.get("streams", ()))]
    return "\n".join(str(value) for group in tags for value in group.values())


def _run(name: str, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """What a program of others said; None where it is not installed or did not end in time."""
    program = shutil.which(name)
    if program is None:
        return None
    try:
        return subprocess.run([program, *arguments], capture_output=True, timeout=_PROGRAM_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return None


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _by_pillow(file: Path | bytes) -> str:
    from PIL import Image

    with Image.open(BytesIO(file) if isinstance(file, bytes) else file) as image:
        info = image.info  # of PNG, what stands before the picture: where the label belongs; decoding it all would take ten times as long
        if image.format == "GIF":
            return _after_extension(file, info.get("extension"))
        texts = [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in info.values()]
        tags = getattr(image, "tag_v2", None)
        if tags is not None and 700 in tags:
            packet = tags[700]
            texts.append(packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet))
        return "\n".join(texts)


def _after_extension(file: Path | bytes, extension: tuple[bytes, int] | None) -> str:
    """What follows the XMP application extension that Pillow found; it gives only the place."""
    if extension is None or extension[0] != b"XMP DataXMP":
        return ""
    with BytesIO(file) if isinstance(file, bytes) else file.open("rb") as handle:
        handle.seek(extension[1])
        return handle.read(_LONGEST_PACKET).decode("utf-8", "replace")


def _by_zip(file: Path | bytes) -> str:
    texts: list[str] = []
    with zipfile.ZipFile(BytesIO(file) if isinstance(file, bytes) else file) as package:
        wanted = _custom_parts(package)
        for part in package.namelist():
            if part in wanted or part.endswith(("OFD.xml", ".opf")):
                root = ElementTree.fromstring(package.read(part))  # noqa: S314 - our own output, its size already bounded
                texts += [element.text or "" for element in root.iter()]
                texts += [value for element in root.iter() for value in element.attrib.values()]
    return "\n".join(texts)


def _custom_parts(package: zipfile.ZipFile) -> set[str]:
    """The parts of custom properties of an Office file, which need not have the usual name (ECMA-376-2, 10.1.2.3: content types)."""
    if "[Content_Types].xml" not in package.namelist():
        return set()
    types = ElementTree.fromstring(package.read("[Content_Types].xml"))  # noqa: S314 - as above
    named = [each for each in types if each.get("ContentType", "").endswith("custom-properties+xml")]
    return {each.get("PartName", "").lstrip("/") for each in named}


def _by_elementtree(file: Path | bytes) -> str:
    root = ElementTree.fromstring(file if isinstance(file, bytes) else file.read_bytes())  # noqa: S314 - as above; types with declarations are refused
    return "\n".join(element.text or "" for element in root.iter())


def _by_pypdf(file: Path | bytes) -> str:
    from pypdf import PdfReader

    metadata = PdfReader(BytesIO(file) if isinstance(file, bytes) else file).metadata
    return "\n".join(str(value) for value in (metadata or {}).values())


LIBRARIES: dict[str, tuple[str, Callable[[Path | bytes], str]]] = {
    **dict.fromkeys(("png", "jpeg", "webp", "gif", "tiff", "avif"), ("pillow", _by_pillow)),
    **dict.fromkeys(("docx", "xlsx", "pptx", "ooxml", "epub", "ofd"), ("zipfile", _by_zip)),
    "pdf": ("pypdf", _by_pypdf),
    "svg": ("elementtree", _by_elementtree),
}
"""Format → the reader in this process, and how it is asked."""

PROGRAMS: dict[str, Callable[[Path], str | None]] = {"exiftool": seen_by_exiftool, "ffprobe": seen_by_ffprobe}
"""Programs of others that a full proof asks."""
