"""A signing credential, and one small file of each format that can carry a manifest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import docx
import pytest
from PIL import Image
from pypdf import PdfWriter

from brightline.labels.provenance import Credential
from tests.labels.containers import stills

PICTURES = ("png", "jpg", "webp", "gif", "tiff", "avif")
_FFMPEG = {
    "mp4": ["-f", "lavfi", "-i", "testsrc=d=0.6:s=64x64:r=5", "-f", "lavfi", "-i", "sine=d=0.6", "-movflags", "+faststart"],
    "mov": ["-f", "lavfi", "-i", "testsrc=d=0.6:s=64x64:r=5"],
    "avi": ["-f", "lavfi", "-i", "testsrc=d=0.6:s=64x64:r=5", "-c:v", "mjpeg"],
    "m4a": ["-f", "lavfi", "-i", "sine=d=0.6"],
    "wav": ["-f", "lavfi", "-i", "sine=d=0.6"],
    "mp3": ["-f", "lavfi", "-i", "sine=d=0.6"],
    "flac": ["-f", "lavfi", "-i", "sine=d=0.6"],
    "mkv": ["-f", "lavfi", "-i", "sine=d=0.2"],
}
MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "mkv": "video/x-matroska",
    "heic": "image/heic",
    "svg": "image/svg+xml",
}


@pytest.fixture(scope="session")
def credential() -> Credential:
    """Our own root and leaf."""
    return Credential.made("Brightline test")


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An unlabelled file by suffix."""
    folder = tmp_path_factory.mktemp("samples")
    made = {suffix: folder / f"sample.{suffix}" for suffix in MEDIA_TYPES}
    picture = Image.effect_noise((48, 32), 60).convert("RGB")
    for suffix in PICTURES:
        picture.save(made[suffix])
    for suffix, arguments in _FFMPEG.items():
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, str(made[suffix])], check=True, timeout=60)
    document = PdfWriter()
    document.add_blank_page(100, 100)
    document.write(made["pdf"])
    docx.Document().save(str(made["docx"]))
    made["heic"].write_bytes(stills.heic())
    made["svg"].write_text('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>')
    return made
