"""A labelled JPEG: same quantisation tables, same subsampling, same order of scans; all metadata segments of the original.

Only the coded picture comes from the encoder. Every APPn and COM segment of the original stays byte for byte, in its order
(ITU-T T.81, B.2.4.6), but for those that would lie about the new picture: Adobe's APP14 (it describes the coding, and the new one
stands in its place), the index of further pictures (CIPA DC-007, "MPF"), and a C2PA store (APP11).
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from PIL import JpegImagePlugin

from brightline.labels.errors import Malformed, Truncated
from brightline.labels.explicit.image_frames import Drawer, Encoded

__all__ = ["labelled"]

_APP0, _APP2, _APP11, _APP14, _COM, _SOS, _EOI = 0xE0, 0xE2, 0xEB, 0xEE, 0xFE, 0xDA, 0xD9
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in coded data FF is followed by 00 or a restart marker (B.1.1.5)

_FURTHER_PICTURES = "further pictures in the file (MPF: previews, depth or gain maps) were left out: they bear no label"
_C2PA = "the C2PA store of the unlabelled picture was left out: sign the new one with the old as its parent"
_THUMBNAIL = "a thumbnail in the metadata still shows the picture without the label"


def labelled(data: bytes, image: JpegImagePlugin.JpegImageFile, drawer: Drawer) -> Encoded:
    """Draw, encode, and put the original's segments back."""
    drawn = drawer.once(image)
    buffer = BytesIO()
    drawn.image.info.pop("comment", None)
    drawn.image.save(buffer, "JPEG", **_settings(image))
    result, notes = _with_segments(data, buffer.getvalue())
    return Encoded(result, drawn, drawn, 1, tuple(notes))


def _settings(image: JpegImagePlugin.JpegImageFile) -> dict[str, Any]:
    """The encoder's settings that come nearest to how ``image`` was coded."""
    tables = [list(image.quantization[layer[3]]) for layer in image.layer]
    while len(tables) > 1 and tables[-1] == tables[-2]:
        tables.pop()
    sampling = JpegImagePlugin.get_sampling(image)
    settings: dict[str, Any] = {"qtables": tables, "progressive": "progressive" in image.info}
    if len(image.layer) == 3:
        # Samplings without a name in Pillow (4:4:0, 4:1:1) keep all of their colour.
        settings["subsampling"] = sampling if sampling >= 0 else 0
        settings["keep_rgb"] = image.info.get("adobe_transform") == 0
    return settings


def _with_segments(original: bytes, coded: bytes) -> tuple[bytes, list[str]]:
    """``coded`` with the metadata of ``original`` in place of its own, and what was left out."""
    notes: list[str] = []
    kept: list[bytes] = []
    segments, scan = _segments(original)
    for marker, segment in segments:
        if marker == _APP2 and segment[4:8] == b"MPF\0":
            notes.append(_FURTHER_PICTURES)
        elif marker == _APP11 and segment[4:6] == b"JP":
            notes.append(_C2PA)
        elif _is_metadata(marker) and marker != _APP14:
            kept.append(segment)
            if b"\xff\xd8\xff" in segment:
                notes.append(_THUMBNAIL)
    trailing = len(original) - _end_of_image(original, scan)
    if trailing and _FURTHER_PICTURES not in notes:
        notes.append(f"{trailing} bytes behind the picture were left out")
    own, scan = _segments(coded)
    adobe = [segment for marker, segment in own if marker == _APP14]
    coding = [segment for marker, segment in own if not _is_metadata(marker)]
    return b"".join([b"\xff\xd8", *kept, *adobe, *coding, coded[scan:]]), list(dict.fromkeys(notes))


def _is_metadata(marker: int) -> bool:
    return _APP0 <= marker <= _APP0 + 15 or marker == _COM


def _segments(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """The marker segments before the first scan, each with its marker, and where that scan begins."""
    found: list[tuple[int, bytes]] = []
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise Malformed("a JPEG marker is missing", at)
        if marker == _SOS:
            return found, at
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _STANDALONE:
            at += 2
        else:
            stop = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            found.append((marker, data[at:stop]))
            at = stop
    raise Truncated(at, 4, len(data))


def _end_of_image(data: bytes, at: int) -> int:
    """Behind the EOI marker that ends the scans from ``at`` on; the file's end where there is none."""
    while (found := _MARKER.search(data, at)) is not None:
        at = found.start() + 2
        if data[at - 1] == _EOI:
            return at
        at += int.from_bytes(data[at : at + 2], "big")
    return len(data)
