"""What a rendered report consists of: sections with paragraphs, figures, tables and plots, in one language, without any markup.

Page (``html.py``), paper (``pdf.py``) and card (``markdown.py``) draw the same outline, so that they cannot say different things.
Text is text: whoever draws it escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brightline.corpus.reporting.words import Lang, said

__all__ = ["Bars", "Block", "Columns", "Figures", "Items", "Note", "Outline", "Section", "State", "Table", "number", "percent", "share"]


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph. ``strong``: what must not be overlooked."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Names with one value each, to be read at a glance."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class State:
    """A cell that is a state: ``word`` for people, ``kind`` met · not_met · not_shown or an outcome, for sign and colour."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: heading and whether it holds numbers. ``more``: how many further rows the JSON has; 0 where it is whole."""

    caption: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str | State]]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Bars:
    """A list of bars: name, length (any number, compared with the longest), and what is written beside it."""

    caption: str
    columns: tuple[str, str]
    rows: Sequence[tuple[str, int, str]]
    color: str = "c-1"
    more: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars side by side, each a stack of layers (name, colour, values), from the ground up."""

    caption: str
    first_column: str
    names: Sequence[str]
    layers: Sequence[tuple[str, str, Sequence[int]]]


Block = Note | Items | Figures | Table | Bars | Columns


@dataclass(frozen=True, slots=True)
class Section:
    """``name`` is stable, for links."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole document: ``facts`` stand under the title."""

    lang: Lang
    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]


def number(value: int) -> str:
    """Thousands by commas, as both of our languages write them."""
    return f"{value:,}"


def percent(lang: Lang, value: str | None) -> str:
    """Decimal text as a percentage; a dash where there is none."""
    if not value:
        return "–"
    return f"{value}%" if lang == "zh" else f"{value} %"


def share(lang: Lang, rated: Mapping[str, Any] | None) -> str:
    """A rate of the document: percentage and both counts."""
    if rated is None or rated["percent"] is None:
        return "–"
    return said(lang, "share").format(percent=percent(lang, rated["percent"]), count=number(rated["count"]), of=number(rated["of"]))
