"""The same label by the tools that people would take: exiftool with the guide's names in its configuration, ffmpeg without encoding anew, Pillow
saving again. Each gets its best chance (ffmpeg the option without which MP4 loses the field, Pillow the quality of the original)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageSequence, PngImagePlugin

from brightline.labels.xmp import with_label

__all__ = ["WRITERS"]

_PICTURES = frozenset({"png", "jpeg", "webp", "gif", "tiff", "avif"})
_KEYED = frozenset({"mp4", "mov", "m4a"})
_STREAMS = frozenset({"matroska", "webm", "avi", "flv", "wav", "mp3", "flac", "ogg"}) | _KEYED

_EXIFTOOL_CONFIG = """
%Image::ExifTool::UserDefined = (
    'Image::ExifTool::XMP::Main' => { TC260 => { SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::TC260' } } },
    'Image::ExifTool::QuickTime::Keys' => { AIGC => { } },
    'Image::ExifTool::PDF::Info' => { AIGC => { } });
%Image::ExifTool::UserDefined::TC260 = (GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Image' },
    NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' }, WRITABLE => 'string', AIGC => { });
1;
"""


def _by_exiftool(files: Iterable[tuple[Path, str]], value: str, out: Path) -> None:
    config = out / "exiftool.config"
    config.write_text(_EXIFTOOL_CONFIG, "utf-8")
    places = {**dict.fromkeys(_PICTURES | {"heic"}, "XMP-TC260:AIGC"), **dict.fromkeys(_KEYED, "Keys:AIGC"), "pdf": "PDF:AIGC"}
    groups: dict[str, list[Path]] = {}
    for file, format_ in files:
        groups.setdefault(places.get(format_, ""), []).append(file)
    for place, named in groups.items():
        if place:
            command = ["exiftool", "-config", str(config), "-q", "-q", "-m", f"-{place}={value}", "-o", f"{out}/", *map(str, named)]
            subprocess.run(command, check=False, capture_output=True, timeout=300)
    config.unlink()


def _by_ffmpeg(files: Iterable[tuple[Path, str]], value: str, out: Path) -> None:
    for file, format_ in files:
        if format_ in _STREAMS:
            command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", f"file:{file}", "-map", "0", "-c", "copy", "-strict", "-2"]
            command += ["-metadata:s:a:0" if format_ == "ogg" else "-metadata", f"AIGC={value}"]
            command += ["-movflags", "use_metadata_tags"] if format_ in _KEYED else []
            target = out / file.name
            if subprocess.run([*command, f"file:{target}"], check=False, capture_output=True, timeout=120).returncode:
                target.unlink(missing_ok=True)


def _by_pillow(files: Iterable[tuple[Path, str]], value: str, out: Path) -> None:
    packet = with_label(None, value)
    for file, format_ in files:
        target = out / file.name
        if format_ not in _PICTURES:
            continue
        try:
            with Image.open(file) as image:
                frames = getattr(image, "n_frames", 1)
                options = _options(image.format or "", packet)
                if frames > 1:
                    first, *more = [frame.copy() for frame in ImageSequence.Iterator(image)]
                    first.save(target, image.format, save_all=True, append_images=more, **options)
                else:
                    image.save(target, image.format, **options)
        except (OSError, ValueError, SyntaxError, TypeError, KeyError):
            target.unlink(missing_ok=True)


def _options(format_: str, packet: bytes) -> dict[str, Any]:
    """How Pillow is given the packet; it has no way for GIF."""
    match format_:
        case "PNG":
            texts = PngImagePlugin.PngInfo()
            texts.add_itxt("XML:com.adobe.xmp", packet.decode())
            return {"pnginfo": texts}
        case "TIFF":
            return {"tiffinfo": {700: packet}}
        case "JPEG":
            return {"quality": "keep", "xmp": packet}
        case _:
            return {"xmp": packet}


WRITERS: dict[str, Callable[[Iterable[tuple[Path, str]], str, Path], None]] = {
    name: write
    for name, write, program in (
        ("exiftool", _by_exiftool, "exiftool"),
        ("ffmpeg -c copy", _by_ffmpeg, "ffmpeg"),
        ("Pillow saving again", _by_pillow, "python3"),
    )
    if shutil.which(program)
}
"""Tool → how it writes the label into (file, format) pairs; what it cannot write is not there afterwards."""
