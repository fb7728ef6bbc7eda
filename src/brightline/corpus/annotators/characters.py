"""What kind of character each code point is: one look-up for a whole batch.

Scripts by the blocks of Unicode 16 (Blocks.txt) that hold them; everything else by general category, as Python knows it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CONTROL",
    "CYRILLIC",
    "DIGIT",
    "HAN",
    "HANGUL",
    "HIDDEN",
    "KANA",
    "KINDS",
    "LATIN",
    "LETTER",
    "NEWLINE",
    "OTHER",
    "PUNCTUATION",
    "SPACE",
    "kinds",
]

OTHER, HAN, KANA, HANGUL, LATIN, CYRILLIC, LETTER, DIGIT, SPACE, NEWLINE, PUNCTUATION, HIDDEN, CONTROL = range(13)
KINDS = 13

_BLOCKS = (
    (HAN, (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)),
    (KANA, (0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)),
    (HANGUL, (0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)),
    (LATIN, (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x1E00, 0x1EFF), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)),
    (CYRILLIC, (0x400, 0x52F)),
    (NEWLINE, (0x0A, 0x0D), (0x85, 0x85), (0x2028, 0x2029)),
    # Default_Ignorable_Code_Point of Unicode, as far as it stands in running text: what nobody sees.
    (HIDDEN, (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F)),
    (
        HIDDEN,
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xE0000, 0xE0FFF),
    ),
    (CONTROL, (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xFFFD, 0xFFFD), (0xE000, 0xF8FF)),
)


@cache
def kinds() -> NDArray[np.uint8]:
    """Code point → kind."""
    points = np.arange(0x110000, dtype=np.uint32)
    points[0xD800:0xE000] = 0  # lone surrogates are no characters, and numpy would refuse to ask about them
    written = points.view("<U1")
    table = np.where(np.strings.isspace(written), SPACE, np.where(_printable(written), PUNCTUATION, OTHER)).astype(np.uint8)
    table[np.strings.isalpha(written)] = LETTER
    table[np.strings.isnumeric(written)] = DIGIT
    for kind, *blocks in _BLOCKS:
        for first, last in blocks:
            table[first : last + 1] = kind
    return table


def _printable(written: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Assigned characters below the private planes: what is neither letter nor digit nor space among them is punctuation or a symbol."""
    found = np.zeros(len(written), np.bool_)
    found[:_LAST_ASKED] = np.fromiter(map(str.isprintable, written[:_LAST_ASKED].tolist()), np.bool_, _LAST_ASKED)
    return found


_LAST_ASKED = 0x20000  # beyond there are ideographs, tags and private use
