"""The symbol lane: pictures that stand for a word (✈️ for 飞机, 🐔 for 鸡), from the reviewed table ``data/symbols.yaml``.

Skin tones and variation selectors after a picture belong to it. A sequence joined by ZWJ (👨‍👩‍👧) is one picture of its own: its
parts are no words, unless the table lists the sequence. Flags and keycaps are not touched, and
pictures between two Latin letters are separators, which the skip lane leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from brightline.errors import DataError
from brightline.text.lanes import base_form
from brightline.text.views import Edit

__all__ = ["SYMBOLS_FILE", "symbol_edits", "symbol_words"]

SYMBOLS_FILE = Path(__file__).parent / "data" / "symbols.yaml"

_ZWJ = "\u200d"
_MODIFIERS = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
_PICTURES = "\u2190-\u2bff\U0001f000-\U0001faff"  # two ranges: the regex engine is slow on single characters beyond the BMP
_MOST_JOINED = 10  # parts of a sequence; the longest of Unicode 15 has four
_PICTURE = re.compile(f"[{_PICTURES}]")
_PART = f"[{_PICTURES}]{_MODIFIERS}*"
_SEQUENCE = re.compile(f"{_PART}(?:{_ZWJ}{_PART}){{0,{_MOST_JOINED}}}")
_BESIDES = re.compile(f"{_MODIFIERS}|{_ZWJ}[\u2640\u2642]")  # ♀ ♂ change the person drawn, not the word


def symbol_edits(text: str) -> list[Edit]:
    """The pictures of ``text`` that stand for a word, each read as that word."""
    if text.isascii():
        return []
    if _PICTURE.search(text) is None:
        return []
    words = symbol_words()
    return [
        Edit(match.start(), match.end(), words[bare], "symbol")
        for match in _SEQUENCE.finditer(text)
        if (bare := _BESIDES.sub("", match[0])) in words and not _inside_word(text, match.start(), match.end())
    ]


def _inside_word(text: str, start: int, end: int) -> bool:
    """True between two Latin letters or digits: a separator there (p🌹orn), not a word."""
    beside = text[max(start - 1, 0) : start] + text[end : end + 1]
    return len(beside) == 2 and beside.isascii() and beside.isalnum()


@cache
def symbol_words(path: Path = SYMBOLS_FILE) -> Mapping[str, str]:
    """Picture, without selectors and skin tones → word. Raises ``DataError`` BL-DATA-241 with file and line."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.SequenceNode):
        raise DataError("BL-DATA-241", "the table of symbols is not a list", "write one row a picture", file=path.name, line=1)
    words: dict[str, str] = {}
    for row in node.value:
        values = {key.value: value.value for key, value in row.value} if isinstance(row, yaml.MappingNode) else {}
        line = row.start_mark.line + 1
        if set(values) != {"emoji", "reads", "why"} or not all(isinstance(value, str) and value.strip() for value in values.values()):
            raise DataError("BL-DATA-241", "a symbol's row is not {emoji, reads, why}", "fill in all three", file=path.name, line=line)
        emoji, reads = values["emoji"], values["reads"]
        if re.search(_MODIFIERS, emoji) or emoji in words or any(part.isalnum() or part.isascii() for part in emoji):
            raise DataError(
                "BL-DATA-241",
                f"{emoji} is listed twice, bears a selector or skin tone, or is no picture",
                "correct the row",
                file=path.name,
                line=line,
            )
        if base_form(reads) != reads:
            raise DataError(
                "BL-DATA-241", f"{reads} is not written as the base lane sees it", f"write {base_form(reads)}", file=path.name, line=line
            )
        words[emoji] = reads
    return words
