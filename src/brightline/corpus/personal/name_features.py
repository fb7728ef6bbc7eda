"""What can be said of each place where a Chinese name could stand: numbers of buckets for ``name_model``, and whether anything vouches for it.

The surname and the characters behind it, words of the dictionary that lie in it or across its borders, up to ten characters before it and
eight behind it, those with the signs between skipped, and the kinds of these signs. No sentence is parsed, and nothing is looked at beyond
the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from brightline.corpus.personal.name_places import (
    BUCKETS,
    DIGIT,
    HAN_FIRST,
    HAN_LAST,
    Codes,
    Integers,
    NameTables,
    Places,
    hashed,
    kinds,
    marks,
    reduced,
    word_keys,
)
from brightline.corpus.personal.name_words import COURTESIES, DATA, INTRODUCED, LABELS, RELATED

__all__ = ["AFTER", "BEFORE", "buckets", "vouched"]

BEFORE, AFTER = 10, 8  # characters that are looked at (own choice: longer labels than six characters are rare)
_SIGNS = " \t\n:=|\"'“”‘’「」『』()[]{}<>【】《》〈〉*#-·/\\,、;_~…"
"""What may stand between a name and its label; beyond them the next word is looked at too."""
_NUMBER_NEAR, _GAPS = 40, 3  # characters to a long number, and signs between its first eight digits (own choice: 138 1234 5678)
_LONGEST_LABEL = 5
_NOTHING = np.uint32(0)
_SKIPPED = 5  # signs that are skipped at the most


def buckets(codes: Codes, found: Places, tables: NameTables, part: int) -> Iterator[npt.NDArray[np.uint32]]:
    """What can be said of each place: one number below ``BUCKETS`` a place and template, template by template. ``part``: 0 for the name and
    its borders, 1 for all that stands beside it."""
    end = found.start + found.size
    near = reduced()
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
    near = reduced()
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
    kind_of = kinds()
    kind_left, kind_right = kind_of[left[0]].astype(np.uint32), kind_of[right[0]].astype(np.uint32)
    yield kind_left, kind_right, shape
    yield kind_left, kind_of[left[1]].astype(np.uint32), kind_right, kind_of[right[1]].astype(np.uint32)
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
    digits = sum(((side == DIGIT).astype(np.uint32) for side in right), np.zeros(len(found), np.uint32))
    yield digits, kind_left, kind_right
    yield sum(((side == DIGIT).astype(np.uint32) for side in left), np.zeros(len(found), np.uint32)), kind_left


def _beyond(side: list[npt.NDArray[np.uint32]]) -> tuple[Integers, npt.NDArray[np.uint32], list[npt.NDArray[np.uint32]]]:
    """How many signs stand nearest, which kinds they are of (16 each, from the nearest), and the five characters beyond them."""
    is_sign, kind_of = marks(_SIGNS), kinds()
    still = np.ones(len(side[0]), bool)
    skipped, signs = np.zeros(len(still), np.int64), np.zeros(len(still), np.uint32)
    beyond = side[:_LONGEST_LABEL]
    for step in range(_SKIPPED):
        still = still & is_sign[side[step]]
        if not still.any():
            break
        skipped += still
        if step < 3:
            signs = np.where(still, signs * np.uint32(16) + kind_of[side[step]], signs).astype(np.uint32)
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
            if 1 <= len(spelt) <= _LONGEST_LABEL and all(HAN_FIRST <= ord(sign) <= HAN_LAST for sign in spelt):
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
    digits = np.flatnonzero(marks("0123456789")[codes])
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
