"""The visible label: which words of a picture are an explicit label, and whether it is where and as large as it should be.

Follows GB 45438-2025, 5.2: a text prompt with an AI element (人工智能 or AI) and a generation element (生成, 合成), at an edge or corner,
glyphs at least 5 % of the shorter side high. Boxes with text come from character recognition (``ocr``); everything here is
geometry and wording on plain values.

A picture may also *show* such words without carrying a label: a screenshot of an article, a slide, a poster about labels. So
the words must be a label's and nothing else (short, no denial, no talk of rules), and on a page full of text small print does
not count. What remains is a trace of generation, never a proof.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["SMALLEST_SHARE", "TextBox", "VisibleLabel", "visible_labels"]

SMALLEST_SHARE = 0.05
"""GB 45438-2025, 5.2: glyph height over the shorter side."""

_LONGEST_LABEL = 32  # characters without spaces; own choice: the longest wording that services are seen to draw has 24
_EDGE_SHARE = 0.12  # distance of a box from an edge over the shorter side; own choice: twice the glyph height and a margin
_PAGE_OF_TEXT = 12  # boxes from which on a picture is a page of text; own choice, a labelled poster rarely has more
_SAME_LINE = 0.5  # overlap in height of two boxes that are one line, over the smaller height; own choice
_WORD_GAP = 1.0  # gap between two boxes of one line over their height; own choice: a full-width space

# English stands beside Chinese: the standard names Chinese elements, services abroad draw English ones.
_AI = re.compile(r"人工智[能慧]|(?<![A-Za-z])A[I1l](?:(?![A-Za-z])|(?=gen|syn))|artificial\s?intelligence|AIGC", re.IGNORECASE)
_GENERATION = re.compile(r"生成|合成|generated|synthesi[sz]ed|created\s?by", re.IGNORECASE)
_DENIAL = re.compile(
    r"(?:非|不是|并非|没有|未|无|禁止|拒绝|不含|不得|反对)[^,，。;；]{0,6}(?:AI|人工智能)|\b(?:not?|never|without|non)\b[^,.;]{0,20}\bAI\b|AI[- ]?free",
    re.IGNORECASE,
)
_TALK = re.compile(r"办法|规定|规范|标准|标识|条例|通知|教程|课程|培训|大赛|如何|怎么|什么|为什么|[?？]|https?:|\bhow\b|\bwhat\b|\bwhy\b|\blaw\b|\brules?\b|\bcourse\b", re.IGNORECASE)  # fmt: skip
_CHINESE = re.compile("[一-鿿]")


@dataclass(frozen=True, slots=True)
class TextBox:
    """One line of recognised text: upright box in pixels of the picture, from its top left corner. ``right`` and ``bottom`` are outside."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Height of the glyphs in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class VisibleLabel:
    """An explicit label that was seen: its words, box, place (``bottom right`` …, ``inside``), and glyph height over the shorter side."""

    text: str
    box: TextBox
    place: str
    height_share: float

    @property
    def at_an_edge(self) -> bool:
        """True if it stands at an edge or corner, as 5.2 asks."""
        return self.place != "inside"

    @property
    def large_enough(self) -> bool:
        """True if the glyphs reach 5 % of the shorter side, measured to one pixel."""
        return self.height_share >= SMALLEST_SHARE


def visible_labels(boxes: Sequence[TextBox], width: int, height: int) -> tuple[VisibleLabel, ...]:
    """The explicit labels among the text of a picture of ``width`` × ``height`` pixels, in reading order."""
    if width <= 0 or height <= 0:
        return ()
    shorter = min(width, height)
    lines = _lines(boxes)
    page = len(lines) >= _PAGE_OF_TEXT
    found = []
    for box in lines:
        if not _is_wording(box.text):
            continue
        label = VisibleLabel(box.text.strip(), box, _place(box, width, height), round(box.height / shorter, 4))
        if page and not (label.at_an_edge and label.large_enough):
            continue
        found.append(label)
    return tuple(found)


def _is_wording(text: str) -> bool:
    """True for words that are a label and nothing else."""
    dense = "".join(text.split())
    longest = _LONGEST_LABEL if _CHINESE.search(dense) else 2 * _LONGEST_LABEL  # an English word has about five letters
    return bool(
        len(dense) <= longest and _AI.search(text) and _GENERATION.search(text) and not _DENIAL.search(text) and not _TALK.search(text)
    )


def _lines(boxes: Sequence[TextBox]) -> list[TextBox]:
    """Boxes that stand on one line with a gap of a character or less, put together; recognition cuts between scripts."""
    lines: list[TextBox] = []
    for box in sorted(boxes, key=lambda each: (each.left, each.top)):
        for index, line in enumerate(lines):
            overlap = min(line.bottom, box.bottom) - max(line.top, box.top)
            least = min(line.height, box.height)
            if least > 0 and overlap >= _SAME_LINE * least and -least <= box.left - line.right <= _WORD_GAP * least:
                joined = line.text + ("" if _CHINESE.search(line.text[-1:] + box.text[:1]) else " ") + box.text
                lines[index] = TextBox(joined, line.left, min(line.top, box.top), max(line.right, box.right), max(line.bottom, box.bottom))
                break
        else:
            lines.append(box)
    return sorted(lines, key=lambda each: (each.top, each.left))


def _place(box: TextBox, width: int, height: int) -> str:
    near = _EDGE_SHARE * min(width, height)
    vertical: Literal["top", "bottom", ""] = "top" if box.top <= near else "bottom" if height - box.bottom <= near else ""
    horizontal: Literal["left", "right", ""] = "left" if box.left <= near else "right" if width - box.right <= near else ""
    return " ".join(word for word in (vertical, horizontal) if word) or "inside"
