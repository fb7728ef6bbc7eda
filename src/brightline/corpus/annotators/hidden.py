"""Text that a reader does not see and a model does: invisible characters that carry something.

What is looked for, each with where it comes from:

* Tag characters (U+E0020–E007F; Unicode 16, 23.9) outside the flags of regions (emoji tag sequences, UTS #51, ED-14a): they spell ASCII
  that nobody sees. One is enough.
* Two or more variation selectors in a row: a character has one at most (UTS #37; UTS #51), more carry bytes.
* ``LEAST_RUN`` invisible characters in a row (own choice: writing systems that need joiners never need four), and many scattered ones.
* Overrides of the writing direction (U+202D, U+202E): what is shown is not what is read (Boucher and Anderson, Trojan Source, 2021).

A byte order mark at the beginning is nobody's message, and joiners inside words of scripts that join are spelling.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from brightline.corpus.annotators import characters as kind
from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.annotators.findings import FindingRows

__all__ = ["LEAST_RUN", "find_hidden"]

LEAST_RUN = 4
_MANY = 16
"""Scattered invisible characters that make a document conspicuous, if they are more than one in a hundred characters. Own choice."""

_LONGEST_FLAG = 7
_FLAG = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""A region's subdivision in tags, and the cancel tag (UTS #51, ED-14a); also where the black flag before it got lost, as old tools do."""


def find_hidden(stretch: Stretch, found: FindingRows) -> None:
    """Note the hidden text of the documents of a stretch."""
    hidden = stretch.kinds == kind.HIDDEN
    if not hidden.any():
        return
    points = stretch.points
    _tags(stretch, points, found)
    selectors = ((points >= 0xFE00) & (points <= 0xFE0F)) | ((points >= 0xE0100) & (points <= 0xE01EF))
    for row, start, end in stretch.runs(selectors, 2):
        found.add(row, "poisoning.variation_bytes", start, end, 0.9, "unicode.selectors")
    silent = hidden & ~selectors & ~_tagged(points)
    silent[stretch.starts[:-1]] &= points[stretch.starts[:-1]] != 0xFEFF
    for row, start, end in stretch.runs(silent, LEAST_RUN):
        found.add(row, "poisoning.zero_width", start, end, 0.9, "unicode.invisible")
    _scattered(stretch, silent, found)
    overrides = (points == 0x202D) | (points == 0x202E)
    for row, start, end in stretch.runs(overrides, 1):
        until = stretch.texts[row].find("\u202c", end, end + 200)
        found.add(row, "poisoning.bidi_override", start, until + 1 if until >= 0 else end, 0.7, "unicode.bidi")


def _tagged(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return (points >= 0xE0001) & (points <= 0xE007F)


def _tags(stretch: Stretch, points: NDArray[np.uint32], found: FindingRows) -> None:
    for row, start, end in stretch.runs(_tagged(points), 1):
        if end - start <= _LONGEST_FLAG and _FLAG.fullmatch(stretch.texts[row][start:end]):
            continue
        found.add(row, "poisoning.tag_characters", start, end, 1.0, "unicode.tags")


def _scattered(stretch: Stretch, silent: NDArray[np.bool_], found: FindingRows) -> None:
    """Documents with many invisible characters, none of them between letters of scripts that join (Arabic, Indic: ``LETTER``)."""
    kinds = stretch.kinds
    joins = np.zeros(len(silent), np.bool_)
    joins[1:-1] = (kinds[:-2] == kind.LETTER) & (kinds[2:] == kind.LETTER)
    # A joiner after a symbol builds an emoji of several (UTS #51, ED-16).
    joins[1:] |= (stretch.points[1:] == 0x200D) & (kinds[:-1] != kind.LATIN) & (kinds[:-1] != kind.HAN)
    # Soft hyphens and breaks for long words are typography, thousands of them in a book.
    plain = silent & ~joins & (stretch.points != 0xAD)
    counts = np.bincount(stretch.document[plain], minlength=len(stretch))
    many = (counts >= _MANY) & (counts * 100 > stretch.lengths)
    for row in np.flatnonzero(many).tolist():
        places = np.flatnonzero(plain[stretch.starts[row] : stretch.starts[row + 1]])
        found.add(row, "poisoning.zero_width", int(places[0]), int(places[-1]) + 1, 0.6, "unicode.scattered")
