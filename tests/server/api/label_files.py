"""Files for the tests of the label routes, and what independent readers say of what came back."""

from __future__ import annotations

import io
import json
import subprocess
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from typing import Any

import httpx2 as httpx
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.server.face.site import Site

__all__ = ["aigc_of", "document_and_files", "film", "picture", "pixels", "spooled", "with_half_a_pair"]


@cache
def picture(form: str = "PNG", side: int = 96) -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(made, form)
    return made.getvalue()


@cache
def film() -> bytes:
    """A second of MP4, from ffmpeg."""
    call = "ffmpeg -v error -f lavfi -i testsrc=size=96x64:rate=8:duration=1 -movflags frag_keyframe+empty_moov -f mp4 pipe:1"
    return subprocess.run(call.split(), check=True, capture_output=True, timeout=30).stdout


def with_half_a_pair() -> bytes:
    """A PNG whose label has half of a surrogate pair in it: JSON writes it with an escape, UTF-8 cannot."""
    made, info = io.BytesIO(), PngInfo()
    info.add_itxt("AIGC", json.dumps({"Label": "1", "ContentProducer": "some\ud800body", "ProduceID": "n-1"}))
    Image.new("RGB", (64, 64)).save(made, "PNG", pnginfo=info)
    return made.getvalue()


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def aigc_of(data: bytes) -> dict[str, str]:
    """The label as exiftool sees it, wherever it stands."""
    call = ["exiftool", "-j", "-AIGC", "-"]
    (seen,) = json.loads(subprocess.run(call, input=data, check=True, capture_output=True, timeout=30).stdout)
    value = next(value for name, value in seen.items() if name.lower() == "aigc")
    label: dict[str, str] = json.loads(value) if isinstance(value, str) else value
    return label


def document_and_files(answer: httpx.Response) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    """The parts of ``answer=both``: the document, and (name, content) of the others."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + answer.content)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in message.iter_parts()}
    contents = {name: part.get_payload(decode=True) for name, part in parts.items()}
    assert all(isinstance(content, bytes) for content in contents.values())
    files = {name: (parts[name].get_filename() or "", contents[name]) for name in parts if name != "document"}
    return json.loads(contents["document"]), files  # type: ignore[arg-type, return-value]  # bytes, as asserted


def spooled(site: Site) -> list[str]:
    """Names of what lies in rooms at the moment."""
    return [str(path.name) for path in (site.service.settings.home / "spool").glob("spool-*/room-*/**/*")]
