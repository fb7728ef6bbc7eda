"""What the tests of picture containers share: pictures made by Pillow, a label put in and proved, exiftool's view."""

from __future__ import annotations

import json
import random
import subprocess
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Kept, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel
from brightline.labels.proof import prove_label, prove_patches, prove_pieces, same_media
from brightline.labels.sites import Site, sites_in
from brightline.labels.writing import written

FOREIGN_XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Other 1.0">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b"<rdf:Description rdf:about='uuid:7' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
    b"  xmp:CreatorTool = 'A &amp; B'><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">\xe7\x8c\xab</rdf:li></rdf:Alt></dc:title>"
    b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
"""A packet of another writer: odd quotes and spaces, a name of its own in rdf:about, no room for padding."""


def picture(mode: str = "RGB", size: tuple[int, int] = (40, 24), seed: int = 1) -> Image.Image:
    """Noise, which shows every changed byte."""
    bands = {"1": 1, "L": 1, "P": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4, "I;16": 2}[mode]
    dice = random.Random(seed)
    if mode == "1":
        return Image.frombytes("L", size, dice.randbytes(size[0] * size[1])).convert("1")
    made = Image.frombytes(mode, size, dice.randbytes(size[0] * size[1] * bands))
    if mode == "P":
        made.putpalette(dice.randbytes(768))
    return made


@cache
def saved(format_: str, mode: str = "RGB", size: tuple[int, int] = (40, 24), frames: int = 1, **options: Any) -> bytes:
    """A picture as Pillow writes it; more ``frames`` make an animation or pages."""
    out = BytesIO()
    if frames > 1:
        options = {"save_all": True, "append_images": [picture(mode, size, seed) for seed in range(2, frames + 1)], **options}
    picture(mode, size).save(out, format_, **options)
    return out.getvalue()


def labelled(container: Container, data: bytes, label: ImplicitLabel) -> bytes:
    """``data`` with the label: proved as ``mark`` does it, the pixels as they were, and the same again when it is done twice."""
    source = Source(data)
    before = container.read(source)
    plan = container.plan(source, label.to_json())
    result = written(source, plan)
    after, _ = prove_label(result, "", label)
    assert after.reading.container == container.name
    prove_pieces(before, plan, after.reading)
    assert same_media(source, before.media, Source(result), after.reading.media)
    assert pixels(result) == pixels(data)
    again = container.plan(Source(result), label.to_json())
    assert written(Source(result), again) == result
    assert again.patches is not None
    prove_patches(after.reading, again.patches, after.reading)
    return result


def pixels(data: bytes) -> list[tuple[str, tuple[int, int], object, bytes, object]]:
    """Every frame as Pillow decodes it, with its timing."""
    frames = []
    with Image.open(BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            palette = image.getpalette() if image.mode == "P" else None
            frames.append((image.mode, image.size, palette, image.tobytes(), image.info.get("duration")))
    return frames


def labels_in(container: Container, data: bytes) -> list[Site]:
    """The labels that a reader finds."""
    return sites_in(container.read(Source(data)).entries)


def seen_by_exiftool(data: bytes, folder: Path, suffix: str) -> dict[str, str]:
    """All tags as exiftool shows them; it has no error and no complaint about the metadata."""
    path = folder / f"seen{suffix}"
    path.write_bytes(data)
    done = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", "-U", str(path)], capture_output=True, check=True, timeout=60)
    tags: dict[str, Any] = json.loads(done.stdout)[0]
    assert "ExifTool:Error" not in tags
    assert "ExifTool:Warning" not in tags
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in tags.items()}


def decoded_by_ffmpeg(data: bytes, folder: Path, suffix: str) -> str:
    """What ffmpeg decodes, frame by frame, hashed."""
    path = folder / f"decoded{suffix}"
    path.write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def refusal(container: Container, data: bytes) -> LabelError:
    """The error with which writing into ``data`` is refused; reading it gives an answer or such an error too."""
    with pytest.raises(LabelError) as problem:
        container.plan(Source(data), '{"Label":"1"}')
    reading_or_error(container, data)
    return problem.value


def reading_or_error(container: Container, data: bytes) -> Reading | LabelError:
    """What ``read`` answers. Whatever it raises that is no ``LabelError`` comes out."""
    try:
        return container.read(Source(data))
    except LabelError as problem:
        return problem


def assert_holds_on_any_bytes(container: Container, data: bytes, label: ImplicitLabel) -> None:
    """``read`` and ``plan`` give answers that hold, or a ``LabelError``, and nothing is read twenty times over."""
    container.accepts(data[:4096], "")
    source = Source(data)
    reading = reading_or_error(container, data)
    if isinstance(reading, Reading):
        assert all(0 <= start <= stop <= len(data) for start, stop in reading.media)
    try:
        plan = container.plan(source, label.to_json())
    except LabelError:
        return
    assert source.bytes_read <= 20 * len(data) + 65_536
    kept = sorted(piece for piece in plan.pieces if isinstance(piece, Kept))
    assert all(0 <= piece.start <= piece.stop <= len(data) for piece in kept)
    assert all(one.stop <= other.start for one, other in pairwise(kept))
    found = labels_in(container, written(source, plan))
    assert [site.label for site in found] == [label]
