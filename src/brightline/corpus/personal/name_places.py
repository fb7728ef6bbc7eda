"""Where Chinese names could stand in a run of texts, and what can be said of each such place: numbers of buckets for ``name_model``.

A place is a surname (``data/surnames.csv``) and one or two Chinese characters behind it. All of a batch is looked at together, by tables
over its characters. What is said of a place: the surname and the characters behind it, words of the dictionary that lie in it or across its
borders, up to ten characters before it and eight behind it, those with the signs between skipped, and the kinds of these signs. No sentence
is parsed, and nothing is looked at beyond the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from brightline.corpus.personal.name_words import COURTESIES, DATA, INTRODUCED, LABELS, RELATED
from brightline.corpus.personal.tables import not_names, surnames
from brightline.corpus.personal.views import FOLD
from brightline.text.tables import load_tables

__all__ = [
    "AFTER",
    "BEFORE",
    "EDGE",
    "NameTables",
    "Places",
    "apart",
    "are_words",
    "buckets",
    "characters",
    "cut",
    "folded",
    "hashed",
    "in_rows",
    "near",
    "near_dots",
    "places",
    "vouched",
    "word_keys",
]

Codes = npt.NDArray[np.uint16]
Integers = npt.NDArray[np.int64]

BEFORE, AFTER = 10, 8  # characters that are looked at (own choice: longer labels than six characters are rare)
EDGE = 16  # zeros that stand before and behind a run of texts, at the least as many as are looked at
BUCKETS = 1 << 20
_HAN = 1  # the kind of Chinese characters
_OTHERS, _HAN_FIRST, _HAN_LAST = 0xFFFF, 0x4E00, 0x9FFF
_DIGIT, _LETTER = ord("0"), ord("a")
_SIGNS = " \t\n:=|\"'“”‘’「」『』()[]{}<>【】《》〈〉*#-·/\\,、;_~…"
"""What may stand between a name and its label; beyond them the next word is looked at too."""
_NUMBER_NEAR, _GAPS = 40, 3  # characters to a long number, and signs between its first eight digits (own choice: 138 1234 5678)
_LONGEST_LABEL = 5
_PIECES = 28  # from this level on ``NameTables.words`` has pieces of longer words (training/names/dictionary.py)
_BETWEEN, _ROW_GAP = "、,;/|和与及跟同 \t\n", 2
"""What stands between names in a row, and how much of it (own choice: a comma and a space)."""
_NOTHING = np.uint32(0)
_SKIPPED = 5  # signs that are skipped at the most
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
    simplified = load_tables().base[_HAN_FIRST : _HAN_LAST + 1]
    within = (simplified >= _HAN_FIRST) & (simplified <= _HAN_LAST)
    table[_HAN_FIRST : _HAN_LAST + 1][within] = simplified[within]
    table[ord("\r")] = ord("\n")
    return table


@cache
def _reduced() -> Codes:
    """Characters as they count beside a name: all digits alike, letters without case."""
    table = np.arange(1 << 16, dtype=np.uint16)
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[ord("A") : ord("Z") + 1] += 32
    table[ord("\t")] = ord(" ")
    return table


@cache
def _kinds() -> npt.NDArray[np.uint16]:
    """A small number for each kind of character: what stands at the border of a name."""
    table = np.full(1 << 16, 15, np.uint16)
    table[_HAN_FIRST : _HAN_LAST + 1] = _HAN
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
def _marks(signs: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << 16, bool)
    table[[ord(sign) for sign in signs]] = True
    return table


@cache
def _given(never: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << 16, bool)
    table[_HAN_FIRST : _HAN_LAST + 1] = True
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
    marked = np.flatnonzero(_marks(signs)[codes])
    return np.searchsorted(marked, at - before) < np.searchsorted(marked, at + behind)


def apart(codes: Codes, signs: str) -> Integers:
    """Where a surname and the next character stand apart: by a space, as recognised print has them, or by one of some signs (markup,
    what nobody sees)."""
    single, _, _ = _surnames()
    kinds = _kinds()
    space = np.flatnonzero(codes == ord(" "))
    space = space[(kinds[codes[space + 1]] == _HAN) & (kinds[codes[space + 2]] != _HAN)]
    space = space[single[codes[space - 1]] & (kinds[codes[space - 2]] != _HAN)]
    sign = np.flatnonzero(_marks(signs)[codes])
    return np.concatenate([space, sign[single[codes[sign - 1]]]]) - 1


def near_dots(codes: Codes) -> Integers:
    """Dots in the middle of a line between Chinese characters."""
    kinds = _kinds()
    dots = np.flatnonzero(codes == ord("·"))
    return dots[(kinds[codes[dots - 1]] == _HAN) & (kinds[codes[dots + 1]] == _HAN)]  # type: ignore[no-any-return]  # numpy's


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


def buckets(codes: Codes, found: Places, tables: NameTables, part: int) -> Iterator[npt.NDArray[np.uint32]]:
    """What can be said of each place: one number below ``BUCKETS`` a place and template, template by template. ``part``: 0 for the name and
    its borders, 1 for all that stands beside it."""
    end = found.start + found.size
    near = _reduced()
    left = [near[codes[found.start - step]].astype(np.uint32) for step in range(1, BEFORE + 1 if part else 4)]
    right = [near[codes[end + step]].astype(np.uint32) for step in range(AFTER if part else 3)]
    for side in (left, right):  # what lies behind the border of a document is not looked at
        for nearer, farther in pairwise(side):
            farther[nearer == 0] = 0
    shift = found.double.astype(np.int64)
    last = codes[found.start + found.size - 1].astype(np.uint32)
    name = _Name(
        codes[found.start].astype(np.uint32) + (shift.astype(np.uint32) << np.uint32(16)),
        (found.size + 8 * shift).astype(np.uint32),
        codes[found.start + shift].astype(np.uint32),
        codes[found.start + shift + 1].astype(np.uint32),
        np.where(found.size - shift == 3, last, 0).astype(np.uint32),
        codes[found.start + found.size - 2].astype(np.uint32),
        last,
    )
    said = _beside(codes, found, name, left, right, tables) if part else _within(name, left, right, tables)
    for template, parts in enumerate(said, 100 * part):
        yield hashed(template, *parts) & np.uint32(BUCKETS - 1)


def vouched(codes: Codes, found: Places) -> npt.NDArray[np.bool_]:
    """Does something beside each place speak of a person: a label, a role or a form of address of two characters, a
    long number near by, or that several lines of the document begin so?"""
    if not len(found):
        return np.zeros(0, bool)
    end = found.start + found.size
    near = _reduced()
    left = [near[codes[found.start - step]].astype(np.uint32) for step in range(1, BEFORE + 1)]
    right = [near[codes[end + step]].astype(np.uint32) for step in range(AFTER)]
    for side in (left, right):
        for nearer, farther in pairwise(side):
            farther[nearer == 0] = 0
    before, behind = _long_numbers(codes, found.start, end)
    words = (_listed(_labels(), _beyond(left)[2]) >= 2) | (_listed(_courtesies(), _beyond(right)[2]) >= 2)
    heads = ((left[0] == 0) | (left[0] == ord("\n"))) & (right[0] == ord(":"))  # of lines of a chat: one alone is a headline
    document = np.searchsorted(np.flatnonzero(codes == 0), found.start)
    speaking = heads & np.isin(document, np.flatnonzero(np.bincount(document[heads]) >= 2))
    return words | (before > 0) | (behind > 0) | speaking  # type: ignore[no-any-return]  # numpy's


def cut(codes: Codes, found: Places) -> Places:
    """Places without a last character that stands behind names and in next to none: 姚明曾, 董卿称."""
    over = _marks(_BEHIND_NAMES)[codes[found.start + found.size - 1]] & (found.size - found.double == 3)
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
    signs = _marks(_BETWEEN)
    starts, ends = np.unique(found.start[sure]), np.unique(end[sure])
    beside = np.zeros(len(found), bool)
    within = np.ones(len(found), bool)
    without = np.ones(len(found), bool)
    for gap in range(1, _ROW_GAP + 1):
        within &= signs[codes[end + gap - 1]]
        without &= signs[codes[found.start - gap]]
        beside |= (within & np.isin(end + gap, starts)) | (without & np.isin(found.start - gap, ends))
    return beside


@dataclass(frozen=True, slots=True)
class _Name:
    """The characters of each place: its surname as one number, its shape, the end of the surname, the given name, the last two."""

    surname: npt.NDArray[np.uint32]
    shape: npt.NDArray[np.uint32]
    near_surname: npt.NDArray[np.uint32]
    one: npt.NDArray[np.uint32]
    two: npt.NDArray[np.uint32]
    last_but_one: npt.NDArray[np.uint32]
    last: npt.NDArray[np.uint32]


def _word(tables: NameTables, *parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return tables.words[word_keys(*parts)].astype(np.uint32)


def _within(name: _Name, left: list[npt.NDArray[np.uint32]], right: list[npt.NDArray[np.uint32]], tables: NameTables) -> Iterator[tuple[npt.NDArray[np.uint32], ...]]:  # fmt: skip
    surname, shape, near_surname, one, two, last = name.surname, name.shape, name.near_surname, name.one, name.two, name.last

    def word(*parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        return _word(tables, *parts)

    # the name
    yield (shape,)
    yield surname, shape
    yield one, shape
    yield two, shape
    yield surname, one
    yield one, two
    yield surname, one, two
    inside, begun, given = word(near_surname, one, two), word(near_surname, one), word(one, two)
    yield inside, begun, given, shape
    yield begun, shape, surname
    # its borders
    ended = word(last, right[0])
    begins, before = word(left[0], near_surname), word(left[1], left[0])
    follows = word(right[0], right[1])
    yield begins, before, shape
    yield ended, follows, shape
    yield word(left[0], near_surname, one), word(left[1], left[0], near_surname)
    yield word(name.last_but_one, last, right[0]), word(last, right[0], right[1]), shape
    yield word(left[2], left[1], left[0]), word(right[0], right[1], right[2])
    yield begins, left[0]
    yield ended, right[0]
    yield last, right[0]
    yield left[0], surname
    yield left[0], surname, one
    yield one, two, right[0]


def _beside(codes: Codes, found: Places, name: _Name, left: list[npt.NDArray[np.uint32]], right: list[npt.NDArray[np.uint32]], tables: NameTables) -> Iterator[tuple[npt.NDArray[np.uint32], ...]]:  # fmt: skip
    shape = name.shape
    inside, begun, given = (
        _word(tables, name.near_surname, name.one, name.two),
        _word(tables, name.near_surname, name.one),
        _word(tables, name.one, name.two),
    )
    kinds = _kinds()
    kind_left, kind_right = kinds[left[0]].astype(np.uint32), kinds[right[0]].astype(np.uint32)
    yield kind_left, kind_right, shape
    yield kind_left, kinds[left[1]].astype(np.uint32), kind_right, kinds[right[1]].astype(np.uint32)
    yield left[0], shape
    yield left[0], left[1]
    yield left[0], left[1], left[2]
    yield left[0], left[1], left[2], left[3]
    yield right[0], shape
    yield right[0], right[1]
    yield right[0], right[1], right[2]
    yield right[0], right[1], right[2], right[3]
    yield left[0], right[0]
    # beyond the signs beside it, and words of the lists there
    beyond_left, beyond_right = _beyond(left), _beyond(right)
    for (skipped, signs, beyond), other in ((beyond_left, kind_right), (beyond_right, kind_left)):
        yield signs, other
        yield beyond[0], beyond[1], np.minimum(skipped, 1).astype(np.uint32)
        yield beyond[0], beyond[1], beyond[2]
        yield beyond[0], beyond[1], beyond[2], beyond[3]
        yield beyond[0], beyond[1], signs
        yield beyond[0], signs, other
    yield _word(tables, beyond_left[2][1], beyond_left[2][0]), beyond_left[1]
    yield _word(tables, beyond_right[2][0], beyond_right[2][1]), beyond_right[1]
    label, courtesy = _listed(_labels(), beyond_left[2]), _listed(_courtesies(), beyond_right[2])
    yield label, courtesy, shape
    yield label, kind_right, np.minimum(beyond_left[0], 1).astype(np.uint32)
    yield label, begun, given, inside
    yield courtesy, kind_left
    yield courtesy, begun, given, inside
    # further away
    before_number, behind_number = _long_numbers(codes, found.start, found.start + found.size)
    yield before_number, behind_number, shape
    yield before_number, behind_number, kind_left, kind_right
    yield before_number, behind_number, begun, given
    digits = sum(((side == _DIGIT).astype(np.uint32) for side in right), np.zeros(len(found), np.uint32))
    yield digits, kind_left, kind_right
    yield sum(((side == _DIGIT).astype(np.uint32) for side in left), np.zeros(len(found), np.uint32)), kind_left


def _beyond(side: list[npt.NDArray[np.uint32]]) -> tuple[Integers, npt.NDArray[np.uint32], list[npt.NDArray[np.uint32]]]:
    """How many signs stand nearest, which kinds they are of (16 each, from the nearest), and the five characters beyond them."""
    marks, kinds = _marks(_SIGNS), _kinds()
    still = np.ones(len(side[0]), bool)
    skipped, signs = np.zeros(len(still), np.int64), np.zeros(len(still), np.uint32)
    beyond = side[:_LONGEST_LABEL]
    for step in range(_SKIPPED):
        still = still & marks[side[step]]
        if not still.any():
            break
        skipped += still
        if step < 3:
            signs = np.where(still, signs * np.uint32(16) + kinds[side[step]], signs).astype(np.uint32)
        further = [side[step + 1 + place] if step + 1 + place < len(side) else _NOTHING for place in range(_LONGEST_LABEL)]
        beyond = [np.where(still, far, near) for far, near in zip(further, beyond, strict=True)]
    return skipped, signs, beyond


def _listed(table: npt.NDArray[np.uint8], beyond: list[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """How long a word of a list stands beside each place, signs skipped (0 for none), the longest that does."""
    best = np.zeros(len(beyond[0]), np.uint32)
    for size in range(1, _LONGEST_LABEL + 1):
        best = np.where(table[hashed(2000 + size, *beyond[:size]) & np.uint32(len(table) - 1)] == size, size, best).astype(np.uint32)
    return best


@cache
def _labels() -> npt.NDArray[np.uint8]:
    """Words before names, read from the name outwards."""
    return _word_table([word[::-1] for word in _plain(f"{LABELS}|{RELATED}|{INTRODUCED}")])


@cache
def _courtesies() -> npt.NDArray[np.uint8]:
    """Words behind names."""
    return _word_table(_plain(f"{COURTESIES}|{DATA}"))


def _plain(alternation: str) -> list[str]:
    """The alternatives that are words of Chinese characters, with and without what may be left out."""
    words = set()
    for word in re.sub(r"\\s\{[0-9,]*\}", "", alternation).split("|"):
        for spelt in (word.replace("?", ""), re.sub(r".\?", "", word)):
            if 1 <= len(spelt) <= _LONGEST_LABEL and all(_HAN_FIRST <= ord(sign) <= _HAN_LAST for sign in spelt):
                words.add(spelt)
    return sorted(words)


def _word_table(words: list[str]) -> npt.NDArray[np.uint8]:
    """By key, how long the word is; some other word in sixty has the key of one by chance, and the model was learned with that."""
    table = np.zeros(1 << 16, np.uint8)
    for word in words:
        key = int(hashed(2000 + len(word), *(np.array([ord(sign)], np.uint32) for sign in word))[0]) & 0xFFFF
        table[key] = len(word)
    return table


def _long_numbers(codes: Codes, start: Integers, end: Integers) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Does a number of eight digits or more (a telephone, a paper) stand before and behind each place, in its document?"""
    digits = np.flatnonzero(_marks("0123456789")[codes])
    spread = digits[7:] - digits[:-7] <= 7 + _GAPS
    firsts, lasts, zeros = digits[:-7][spread], digits[7:][spread], np.flatnonzero(codes == 0)
    if not len(firsts):
        none = np.zeros(len(start), np.uint32)
        return none, none
    edge = zeros[np.searchsorted(zeros, start) - 1]
    nearest = lasts[np.maximum(np.searchsorted(lasts, start) - 1, 0)]
    before = (nearest < start) & (nearest > edge) & (nearest >= start - _NUMBER_NEAR)
    edge = zeros[np.minimum(np.searchsorted(zeros, end), len(zeros) - 1)]
    nearest = firsts[np.minimum(np.searchsorted(firsts, end), len(firsts) - 1)]
    behind = (nearest >= end) & (nearest < edge) & (nearest <= end + _NUMBER_NEAR)
    return before.astype(np.uint32), behind.astype(np.uint32)
