"""Where Chinese names could stand in a run of texts.

A place is a surname (``data/surnames.csv``) and one or two Chinese characters behind it. All of a batch is looked at together, by tables
over its characters. What can be said of a place: ``name_features``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from brightline.corpus.personal.tables import not_names, surnames
from brightline.corpus.personal.views import FOLD
from brightline.text.tables import load_tables

__all__ = [
    "BUCKETS",
    "DIGIT",
    "EDGE",
    "HAN_FIRST",
    "HAN_LAST",
    "Codes",
    "Integers",
    "NameTables",
    "Places",
    "apart",
    "are_words",
    "characters",
    "cut",
    "folded",
    "hashed",
    "in_rows",
    "kinds",
    "marks",
    "near",
    "near_dots",
    "places",
    "reduced",
    "word_keys",
]

Codes = npt.NDArray[np.uint16]
Integers = npt.NDArray[np.int64]

EDGE = 16  # zeros that stand before and behind a run of texts, at the least as many as are looked at
BUCKETS = 1 << 20
_HAN = 1  # the kind of Chinese characters
_OTHERS, HAN_FIRST, HAN_LAST = 0xFFFF, 0x4E00, 0x9FFF
DIGIT = ord("0")
_PIECES = 28  # from this level on ``NameTables.words`` has pieces of longer words (training/names/dictionary.py)
_BETWEEN, _ROW_GAP = "、,;/|和与及跟同 \t\n", 2
"""What stands between names in a row, and how much of it (own choice: a comma and a space)."""
_NO_PART = "的了吗呢吧啊么哪谁您你我他她它们这那不很把被给就都也"
"""No second or third character of a name (own choice; in real names they are next to never)."""
_NOT_ALONE = _NO_PART + "家氏某姓总哥姐嫂叔婶爷妈爸伯姨爹娘局处科"
"""No given name of one character: 张家, 李总 (own choice)."""


_BEHIND_NAMES = "曾称将则却仍又已没不就说问谈疑恐早"
"""What ends a place of three characters only where a name of two stands before it (own choice, by what was read in headlines)."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places of a run of texts: ``start`` into its characters, and how many characters the name would have (``size`` 2–4, ``double``: its
    surname has two)."""

    start: Integers
    size: Integers
    double: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    def only(self, which: npt.NDArray[np.bool_] | Integers) -> Places:
        """Some of them."""
        return Places(self.start[which], self.size[which], self.double[which])


@dataclass(frozen=True, slots=True)
class NameTables:
    """What the first look needs (one number a character, in 16ths): by ``first``, of a single given character (``only``) and of two (``left``,
    ``right``); and ``words``: the kind times four and how frequent (1–3) the word with a key is (``word_keys``), 0 for none."""

    first: npt.NDArray[np.int16]
    only: npt.NDArray[np.int16]
    left: npt.NDArray[np.int16]
    right: npt.NDArray[np.int16]
    words: npt.NDArray[np.uint8]


@cache
def _fold() -> Codes:
    table = np.arange(1 << 16, dtype=np.uint16)
    for code, meaning in FOLD.items():
        if code < 1 << 16:
            table[code] = ord(meaning)
    simplified = load_tables().base[HAN_FIRST : HAN_LAST + 1]
    within = (simplified >= HAN_FIRST) & (simplified <= HAN_LAST)
    table[HAN_FIRST : HAN_LAST + 1][within] = simplified[within]
    table[ord("\r")] = ord("\n")
    return table


@cache
def reduced() -> Codes:
    """Characters as they count beside a name: all digits alike, letters without case."""
    table = np.arange(1 << 16, dtype=np.uint16)
    table[ord("0") : ord("9") + 1] = DIGIT
    table[ord("A") : ord("Z") + 1] += 32
    table[ord("\t")] = ord(" ")
    return table


@cache
def kinds() -> npt.NDArray[np.uint16]:
    """A small number for each kind of character: what stands at the border of a name."""
    table = np.full(1 << 16, 15, np.uint16)
    table[HAN_FIRST : HAN_LAST + 1] = _HAN
    for kind, signs in enumerate(
        (
            "0123456789",
            "abcdefghijklmnopqrstuvwxyz",
            "\0",
            "\n",
            " ",
            ",、;",
            "。.!?！？…",
            ":=",
            "([{<【《「『“‘\"'",
            ")]}>】》」』”’",
            "|",
            "@",
            "-_~/\\·*#",
        ),
        2,
    ):
        table[[ord(sign) for sign in signs]] = kind
    return table


@cache
def marks(signs: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << 16, bool)
    table[[ord(sign) for sign in signs]] = True
    return table


@cache
def _given(never: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << 16, bool)
    table[HAN_FIRST : HAN_LAST + 1] = True
    table[[ord(sign) for sign in never]] = False
    return table


@cache
def _surnames() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], frozenset[int]]:
    """Which characters are surnames, with which one of two begins, and the latter as numbers (first << 16 | second)."""
    single, begins = np.zeros(1 << 16, bool), np.zeros(1 << 16, bool)
    pairs = set()
    for name in surnames():
        if len(name) == 1:
            single[ord(name)] = True
        else:
            begins[ord(name[0])] = True
            pairs.add(ord(name[0]) << 16 | ord(name[1]))
    return single, begins, frozenset(pairs)


def characters(text: str) -> Codes:
    """The code points of a text; those beyond the basic plane are all alike."""
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.minimum(wide, _OTHERS).astype(np.uint16)


def folded(codes: Codes) -> Codes:
    """Widths, dashes and spaces as ``views`` folds them, and traditional characters (OpenCC's t2s, one by one)."""
    return _fold()[codes]


def hashed(template: int, *parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """32 bits for what stands in some places, apart for each template."""
    key = np.full(len(parts[0]), (template * 0x9E3779B1 + 0x7F4A7C15) & 0xFFFFFFFF, np.uint32)
    for part in parts:
        key ^= part
        key *= np.uint32(0x85EBCA6B)
        key ^= key >> np.uint32(15)
    key *= np.uint32(0xC2B2AE35)
    key ^= key >> np.uint32(16)
    return key


def word_keys(*parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The keys of words of two or three characters in ``NameTables.words``."""
    return hashed(1000 + len(parts), *parts) & np.uint32((1 << 22) - 1)


def near(codes: Codes, signs: str, at: Integers, before: int, behind: int) -> npt.NDArray[np.bool_]:
    """Does one of some signs stand near each place? ``codes``: with ``EDGE`` zeros on both sides."""
    marked = np.flatnonzero(marks(signs)[codes])
    return np.searchsorted(marked, at - before) < np.searchsorted(marked, at + behind)


def apart(codes: Codes, signs: str) -> Integers:
    """Where a surname and the next character stand apart: by a space, as recognised print has them, or by one of some signs (markup,
    what nobody sees)."""
    single, _, _ = _surnames()
    kind_of = kinds()
    space = np.flatnonzero(codes == ord(" "))
    space = space[(kind_of[codes[space + 1]] == _HAN) & (kind_of[codes[space + 2]] != _HAN)]
    space = space[single[codes[space - 1]] & (kind_of[codes[space - 2]] != _HAN)]
    sign = np.flatnonzero(marks(signs)[codes])
    return np.concatenate([space, sign[single[codes[sign - 1]]]]) - 1


def near_dots(codes: Codes) -> Integers:
    """Dots in the middle of a line between Chinese characters."""
    kind_of = kinds()
    dots = np.flatnonzero(codes == ord("·"))
    return dots[(kind_of[codes[dots - 1]] == _HAN) & (kind_of[codes[dots + 1]] == _HAN)]  # type: ignore[no-any-return]  # numpy's


def places(codes: Codes, tables: NameTables, least: int) -> Places:
    """Where a name could stand, by its own characters alone: at least ``least`` 16ths. ``codes``: folded, ``EDGE`` zeros on both sides."""
    single, begins, pairs = _surnames()
    given, alone = _given(_NO_PART), _given(_NOT_ALONE)
    at = np.flatnonzero(single[codes[:-EDGE]])
    at = at[given[codes[at + 1]]]
    first, second, third = codes[at], codes[at + 1], codes[at + 2]
    base = tables.first[first].astype(np.int32)
    two = (base + tables.only[second] >= least) & alone[second]
    three = (base + tables.left[second] + tables.right[third] >= least) & given[third]
    starts, sizes, doubles = [at[two], at[three]], [2, 3], [False, False]
    pair = np.flatnonzero(begins[codes[:-EDGE]])
    if len(pair):
        pair = pair[
            [int(left) << 16 | int(right) in pairs for left, right in zip(codes[pair].tolist(), codes[pair + 1].tolist(), strict=True)]
        ]
        pair = pair[given[codes[pair + 2]]]
        starts += [pair[alone[codes[pair + 2]]], pair[given[codes[pair + 3]]]]
        sizes += [3, 4]
        doubles += [True, True]
    start = np.concatenate(starts)
    size = np.repeat(np.array(sizes), [len(part) for part in starts])
    double = np.repeat(np.array(doubles), [len(part) for part in starts])
    order = np.lexsort((size, start))
    return Places(start[order], size[order], double[order])


def cut(codes: Codes, found: Places) -> Places:
    """Places without a last character that stands behind names and in next to none: 姚明曾, 董卿称."""
    over = marks(_BEHIND_NAMES)[codes[found.start + found.size - 1]] & (found.size - found.double == 3)
    return Places(found.start, found.size - over, found.double)


@cache
def _not_names() -> Integers:
    """Words of two or three characters that are no names, each as one number."""
    words = [word.ljust(3, "\0") for word in not_names() if len(word) in (2, 3)]
    return np.array(sorted(ord(word[0]) << 32 | ord(word[1]) << 16 | ord(word[2]) for word in words), np.int64)


def are_words(codes: Codes, found: Places, tables: NameTables) -> npt.NDArray[np.bool_]:
    """Which places of two or three characters are words of the dictionary, and no names by it (白芷; one in twenty by chance), or stand in
    ``data/not_names.csv`` (谷丙)."""
    signs = [codes[found.start + step].astype(np.uint32) for step in range(3)]
    level = np.where(found.size == 2, tables.words[word_keys(*signs[:2])], np.where(found.size == 3, tables.words[word_keys(*signs)], 0))
    third = np.where(found.size == 3, signs[2], 0).astype(np.int64)
    key = (signs[0].astype(np.int64) << 32 | signs[1].astype(np.int64) << 16) | third
    return ((level > 0) & (level < _PIECES) | np.isin(key, _not_names())) & (found.size < 4)


def in_rows(codes: Codes, found: Places, sure: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which places stand next to a sure one, with nothing but a comma, a space or a word like 和 between: who are listed together vouch for one
    another. ``sure``: which places do."""
    end = found.start + found.size
    signs = marks(_BETWEEN)
    starts, ends = np.unique(found.start[sure]), np.unique(end[sure])
    beside = np.zeros(len(found), bool)
    within = np.ones(len(found), bool)
    without = np.ones(len(found), bool)
    for gap in range(1, _ROW_GAP + 1):
        within &= signs[codes[end + gap - 1]]
        without &= signs[codes[found.start - gap]]
        beside |= (within & np.isin(end + gap, starts)) | (without & np.isin(found.start - gap, ends))
    return beside
