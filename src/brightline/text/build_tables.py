"""Builds ``data/lanes.npz``, the code-point tables of the base and skip lanes. Run at development time only:

    python -m brightline.text.build_tables

Needs OpenCC (the ``build`` dependency group) for traditional to simplified; everything else comes from ``unicodedata``
and from the small table below. What a code point becomes in the base lane: NFKC, case folding, marks dropped (general
categories Mn and Me), default-ignorable and control characters dropped, traditional to simplified character by
character, every line separator to a line feed. Each code point is mapped by itself, never in context: that is what keeps
offsets exact and lets a stream be normalised chunk by chunk.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import opencc  # type: ignore[import-untyped, unused-ignore]

from brightline.text.tables import CLAUSE, DOT, END, SEPARATOR, SPACE, TABLES_FILE

CODE_POINTS = 0x110000
REPLACEMENT = "\ufffd"  # what a lone surrogate becomes: matchers take Unicode scalar values only
LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"

# Default_Ignorable_Code_Point of Unicode 15 that is neither Cf nor a mark (DerivedCoreProperties.txt).
IGNORABLE = {0x115F, 0x1160, 0x3164, 0xFFA0, 0x2065, *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)}

# Sentence ends and clause ends after normalisation (full-width forms have become ASCII by then).
SENTENCE_ENDS = "。!?\n"
CLAUSE_ENDS = ",;"

# A CJK stroke that is written as a dot between characters.
STROKES_AS_SEPARATORS = "丶"


def own_table() -> dict[int, str]:
    """Look-alikes that NFKC leaves alone: negative circled and squared letters, dingbat digits, radicals used as characters."""
    table: dict[int, str] = {}
    for first in (0x1F150, 0x1F170):  # negative circled, negative squared Latin capitals
        table |= {first + n: chr(ord("a") + n) for n in range(26)}
    for first in (0x2776, 0x2780, 0x278A, 0x24F5):  # dingbat and double circled digits 1-10
        table |= {first + n: str(n + 1) for n in range(10)}
    table |= {0x24EB + n: str(n + 11) for n in range(10)}  # negative circled 11-20
    table[0x24FF] = "0"
    radicals = "⺟母⺠民⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟"
    return table | {ord(radicals[n]): radicals[n + 1] for n in range(0, len(radicals), 2)}


def base_of(character: str, simplified: opencc.OpenCC, own: dict[int, str]) -> str:
    """What one character becomes in the base lane: nothing, one character, or several."""
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        return REPLACEMENT
    if character in LINE_BREAKS:
        return "\n"
    if code in own:
        return own[code]
    if code in IGNORABLE or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""
    if unicodedata.category(character) == "Cc":
        return " " if character == "\t" else ""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    if len(text) == 3 and text[0] == "(" and text[2] == ")":  # ㈠ ⒜: the brackets are part of the drawing
        text = text[1]
    pieces = text if any("\uac00" <= piece <= "\ud7a3" for piece in text) else unicodedata.normalize("NFD", text)
    kept = "".join(piece for piece in pieces if unicodedata.category(piece) not in ("Mn", "Me", "Cf") and ord(piece) not in IGNORABLE)
    return "".join(simplified.convert(piece) if piece >= "\u2e80" else piece for piece in kept)


def class_of(character: str) -> int:
    """What the skip lane and the sentence splitter must know of a character of the base lane."""
    found = 0
    if unicodedata.category(character)[0] in "PZS" or character == "\n" or character in STROKES_AS_SEPARATORS:
        found |= SEPARATOR
    if character in SENTENCE_ENDS:
        found |= END
    if character in CLAUSE_ENDS:
        found |= CLAUSE
    if character == ".":
        found |= DOT
    if character == " ":
        found |= SPACE
    return found


def build() -> dict[str, np.ndarray]:
    """The arrays of the table file: changed code points and their targets, expansions, and non-zero classes."""
    simplified, own = opencc.OpenCC("t2s"), own_table()
    changed: list[int] = []
    targets: list[int] = []
    expanded: list[int] = []
    lengths: list[int] = []
    expansions: list[int] = []
    dropped: list[int] = []
    for code in range(CODE_POINTS):
        once = base_of(chr(code), simplified, own)
        text = "".join(base_of(piece, simplified, own) for piece in once)
        if "".join(base_of(piece, simplified, own) for piece in text) != text:
            raise ValueError(f"U+{code:04X} does not settle: {once!r} {text!r}")
        if text == chr(code):
            continue
        if not text:
            dropped.append(code)
        elif len(text) == 1:
            changed.append(code)
            targets.append(ord(text))
        else:
            expanded.append(code)
            lengths.append(len(text))
            expansions.extend(map(ord, text))
    classes = [(code, class_of(chr(code))) for code in range(CODE_POINTS)]
    marked = [(code, found) for code, found in classes if found]
    as_u4 = {"changed": changed, "targets": targets, "dropped": dropped, "expanded": expanded, "lengths": lengths, "expansions": expansions}
    return {name: np.array(values, np.uint32) for name, values in as_u4.items()} | {
        "classed": np.array([code for code, _ in marked], np.uint32),
        "classes": np.array([found for _, found in marked], np.uint8),
    }


def main(target: Path = TABLES_FILE) -> None:
    """Write the table file."""
    target.parent.mkdir(exist_ok=True)
    np.savez_compressed(target, allow_pickle=False, **build())


if __name__ == "__main__":
    main()
