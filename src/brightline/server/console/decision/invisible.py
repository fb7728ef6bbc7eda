"""Characters that a reader would not see, made visible: so that a text looks like what it is.

A text is cut into pieces: ordinary ones, and single characters that show nothing or turn the direction of what follows.
The page writes each of the latter into an element of its own, isolated where it would turn its surroundings, with its
short name and its full one (Unicode Standard, chapters 5.21 and 23). Joined, the pieces are the text again.

Joiners and variation selectors inside an emoji belong to it and stay with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Piece", "Unseen", "pieces_of", "unseen_in"]


class Piece(NamedTuple):
    """A piece of a text. ``shown`` is what stands on the page; ``sign`` and ``name`` are empty for ordinary text.

    ``shown`` differs from ``text`` only where HTML cannot carry the character (controls, lone surrogates). ``turns`` is true for
    characters that change the direction of writing.
    """

    text: str
    shown: str
    sign: str = ""
    name: str = ""
    turns: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """How often a character that nobody sees occurs in a text."""

    sign: str
    name: str
    code: str
    count: int


# Controls but tab and newline, format characters, spaces of unusual width, fillers, variation selectors, tags, surrogates:
# Default_Ignorable_Code_Point and the categories Cc, Cf, Zl, Zp, Zs, without the ordinary and the ideographic space and
# without the few format characters that have a shape (Arabic number signs, hieroglyph joiners).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SIGNS = {
    "\x00": "NUL",
    "\x08": "BS",
    "\r": "CR",
    "\x1b": "ESC",
    "\x7f": "DEL",
    "\xa0": "NBSP",
    "\xad": "SHY",
    "\u061c": "ALM",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u2028": "LS",
    "\u2029": "PS",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2060": "WJ",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\ufe0e": "VS15",
    "\ufe0f": "VS16",
    "\ufeff": "BOM",
}
_CONTROLS = {"\x00": "NULL", "\x08": "BACKSPACE", "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE", "\x7f": "DELETE"}
_SELECTORS, _JOINER = "\ufe0e\ufe0f", "\u200d"
_PART_OF_AN_EMOJI = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


def pieces_of(text: str) -> list[Piece]:
    """``text`` in pieces."""
    found: list[Piece] = []
    here = 0
    for match in _UNSEEN.finditer(text):
        at = match.start()
        if _belongs_to_emoji(text, at):
            continue
        if at > here:
            found.append(Piece(text[here:at], text[here:at]))
        found.append(_unseen(match.group()))
        here = at + 1
    if here < len(text):
        found.append(Piece(text[here:], text[here:]))
    return found


def unseen_in(texts: Iterable[str]) -> list[Unseen]:
    """What nobody sees in these texts, the most frequent first."""
    counts = Counter(piece.text for text in texts for piece in pieces_of(text) if piece.sign)
    listed = [(_unseen(character), count) for character, count in counts.most_common()]
    return [Unseen(piece.sign, piece.name, _code(piece.text), count) for piece, count in listed]


@lru_cache(1024)
def _unseen(character: str) -> Piece:
    number = ord(character)
    if number < 0x20:
        shown = chr(0x2400 + number)  # Control Pictures
    elif number == 0x7F:
        shown = "\u2421"
    elif 0x80 <= number < 0xA0:
        shown = "\u2426"
    elif 0xD800 <= number < 0xE000:
        shown = "\ufffd"
    else:
        shown = character
    name = unicodedata.name(character, "") or _CONTROLS.get(character, "")
    return Piece(character, shown, _SIGNS.get(character) or _code(character), name, character in _TURNING)


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _belongs_to_emoji(text: str, at: int) -> bool:
    """True for a selector directly after a symbol, and for a joiner between two (UTS #51, emoji sequences)."""
    before = text[at - 1] if at else ""
    if text[at] in _SELECTORS:
        return before != "" and (before in "#*0123456789\u203c\u2049" or unicodedata.category(before) in ("So", "Sm"))
    if text[at] != _JOINER:
        return False
    place = at - 1
    while place > 0 and text[place] in _PART_OF_AN_EMOJI:
        place -= 1
    after = text[at + 1 : at + 2]
    return place >= 0 and after != "" and unicodedata.category(text[place]) == "So" and unicodedata.category(after) == "So"
