"""The content binding of formats without C2PA stays as it is when a label is written and when it is replaced (the others: test_c2pa.py)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest

from brightline.labels.containers.source import opened
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import read
from brightline.labels.security import Sm2Key, media_digest, sign_label, verify_label

_SOUND = ["-f", "lavfi", "-i", "sine=d=0.5"]
_PICTURES = ["-f", "lavfi", "-i", "testsrc=d=0.5:s=64x64:r=5"]
_FFMPEG = {"mkv": _PICTURES, "flv": [*_PICTURES, "-c:v", "flv"], "ogg": _SOUND, "opus": _SOUND}


def _sample(suffix: str, folder: Path) -> Path:
    path = folder / f"sample.{suffix}"
    match suffix:
        case "docx":
            docx.Document().save(str(path))
        case "xlsx":
            openpyxl.Workbook().save(path)
        case "pptx":
            pptx.Presentation().save(str(path))
        case "md":
            path.write_text("# 标题\n\n正文\n", "utf-8")
        case "html":
            path.write_text("<!doctype html><html><head><title>t</title></head><body>x</body></html>", "utf-8")
        case _:
            subprocess.run(["ffmpeg", "-v", "error", *_FFMPEG[suffix], str(path)], check=True, timeout=60)
    return path


def _digest(path: Path) -> str:
    with opened(path) as source:
        return media_digest(source, read(path).reading.media)


@pytest.mark.parametrize("suffix", ["mkv", "flv", "ogg", "opus", "docx", "xlsx", "pptx", "md", "html"])
def test_writing_and_replacing_the_label_leaves_the_binding(suffix: str, tmp_path: Path, label: ImplicitLabel) -> None:
    sample, labelled, replaced = _sample(suffix, tmp_path), tmp_path / f"labelled.{suffix}", tmp_path / f"replaced.{suffix}"
    key, digest = Sm2Key.of(4711), _digest(sample)
    write_label(sample, sign_label(label, key), out=labelled)
    write_label(labelled, sign_label(label, key, media_digest=digest), out=replaced)
    (site,) = read(replaced).labels
    assert site.label is not None
    assert verify_label(site.label, media_digest=_digest(replaced)).media == "same"
    assert _digest(labelled) == digest
