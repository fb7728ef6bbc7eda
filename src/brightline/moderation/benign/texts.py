"""The ordinary texts, from ``<domain>.tsv``: who speaks (``person`` or ``model``), a tab, the text. Lines that begin with # are remarks.

What a person writes is looked at as a prompt, a post and a listing; what a model writes as an answer.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from brightline.errors import DataError

__all__ = ["OrdinaryText", "ordinary_texts", "read_texts"]

_FOLDER = Path(__file__).parent
_VOICES: dict[str, Literal["person", "model"]] = {"person": "person", "model": "model"}


class OrdinaryText(NamedTuple):
    """A text that nobody should be stopped for."""

    domain: str
    voice: Literal["person", "model"]
    text: str


@cache
def ordinary_texts() -> tuple[OrdinaryText, ...]:
    """All of them, domain by domain; read on first use."""
    return tuple(text for path in sorted(_FOLDER.glob("*.tsv")) for text in read_texts(path))


def read_texts(path: Path) -> list[OrdinaryText]:
    """The texts of one file; its name is the domain. Raises ``DataError`` BL-DATA-230 with file and line."""
    found: list[OrdinaryText] = []
    seen: set[str] = set()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        voice, _, text = line.partition("\t")
        if voice not in _VOICES or not text.strip() or "\t" in text:
            cure = "write person or model, a tab, and the text"
            raise DataError("BL-DATA-230", f"{line[:60]!r} is not an ordinary text", cure, file=str(path), line=number)
        if text in seen:
            raise DataError("BL-DATA-230", f"{text[:60]!r} stands twice", "keep one of them", file=str(path), line=number)
        seen.add(text)
        found.append(OrdinaryText(path.stem.replace("_", " "), _VOICES[voice], text))
    return found
