"""Text in pictures, by the optional extra ``ocr`` (rapidocr with its PP-OCR weights, on the CPU): what ``visible`` judges.

The stage is asked for by name and never silently left out: without the extra it raises, and ``verify`` says ``not_inspected``.
The detector's boxes are larger than the letters; ``_GLYPH_SHARE`` takes that off, as measured. Only the first frame is read.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from PIL import Image

from brightline.labels.errors import Unsupported
from brightline.labels.verification.visible import TextBox

__all__ = ["ocr_is_installed", "read_text"]

_LEAST_SCORE = 0.5  # rapidocr's own default (text_score); below it lines are guesses
_LONGEST_SIDE = 2000  # rapidocr's own default (max_side_len); larger pictures are made smaller by it
_GLYPH_SHARE = 0.60
"""Height of the glyph 生 over the height of its detected box: 0.54 to 0.68 in 30 drawn labels of 3 to 8 % on three sizes of pictures
(rapidocr 3, 2026-11-23). So a height is known to about a tenth, and a label just below 5 % is a warning, not a defect."""

_LATIN_SHARE = 0.47
"""The same for a capital in a line of Latin letters, whose box also holds what reaches below: 0.42 to 0.51 in 15."""


def ocr_is_installed() -> bool:
    """True if the extra ``ocr`` is there."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def read_text(picture: Image.Image) -> list[TextBox]:
    """The lines of text in ``picture`` with their boxes in its pixels. Raises ``Unsupported`` where the extra is not installed."""
    if not ocr_is_installed():
        raise Unsupported("text in pictures cannot be read here", "install the extra: pip install brightline[ocr]")
    answer = _engine()(np.asarray(picture.convert("RGB"))[:, :, ::-1])  # the engine reads BGR, as OpenCV does
    if answer.boxes is None or answer.txts is None:
        return []
    found = []
    for corners, text, score in zip(answer.boxes, answer.txts, answer.scores, strict=True):
        if score >= _LEAST_SCORE and text.strip():
            found.append(upright(corners, text))
    return found


def upright(corners: Any, text: str) -> TextBox:
    """The upright box of four detected corners (x, y), as high as the letters in it: the detector's margin is taken off at top and bottom."""
    points = np.asarray(corners, dtype=float)
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    share = _GLYPH_SHARE if any("\u4e00" <= character <= "\u9fff" for character in text) else _LATIN_SHARE
    margin = (bottom - top) * (1 - share) / 2
    return TextBox(text, float(left), float(top + margin), float(right), float(bottom - margin))


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error", "Global.max_side_len": _LONGEST_SIDE, "Global.text_score": _LEAST_SCORE})
