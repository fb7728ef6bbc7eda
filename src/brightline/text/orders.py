"""The order lane: text written backwards, 信微我加.

A sentence is backwards if its pairs of characters are those that people write the other way round, or its words are English backwards:
``order_edits`` reads it forwards. What is too short to tell, single words in other text, is found by matching the reversed entries over
the skip lane, which equals reversing the text: ``order_forms`` gives each entry as it would be seen there, or nothing where that cannot
be evidence: palindromes, words whose reverse is something that ordinary people write (女子 for 子女, priced on the benign profile), and
short runs of letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brightline.text.lanes import skip_form
from brightline.text.profile import load_profile
from brightline.text.shape_tables import english_words
from brightline.text.tables import DROPPED, END, SEPARATOR, load_tables
from brightline.text.views import Edit

__all__ = ["PAIRS_FILE", "order_edits", "order_form", "order_forms"]

PAIRS_FILE = Path(__file__).parent / "data" / "orders.npz"

LEAST_CHARACTERS = 2
LEAST_LETTERS = 6  # evil is live: English has many short words that are words backwards

# Shares of ordinary texts (text-and-gateway.md 3.2: a random word of three characters hits 0.78 % of posts, of four 0.51 %).
MOST_ORDINARY = 0.0002

# A sentence is backwards with so many signs of it, and so many times as many as signs that it is not. Measured: of 30,000 ordinary
# texts 4 are read so, 3 of them songs that play with it, and 9 in 10 of the seeds of evals/obfuscation.py put backwards.
LEAST_SIGNS = 3
TIMES_MORE = 2

_BITS = 22  # of the table of pairs: 4 MB, of which one place in 180 is taken by chance
_LEFT, _RIGHT = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)  # odd, so that every code point counts

_WORD = re.compile("[a-z]{4,}")
_SENTENCE = re.compile(r"[^。！？!?\n]+")


def order_edits(text: str) -> list[Edit]:
    """The sentences of a text that are written backwards, each to be read forwards; any code points, time in proportion to the length."""
    tables = load_tables()
    codes = tables.base[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)]
    codes[codes >= DROPPED] = ord("-")  # invisible: skipped as a separator is
    classes = tables.classes[codes]
    at = ((classes & SEPARATOR) == 0).nonzero()[0]
    if len(at) <= LEAST_SIGNS:
        return []
    kept = codes[at]
    pairs = _pairs()
    backwards = pairs[_place(kept[1:], kept[:-1])]
    signs = int(np.count_nonzero(backwards))
    letters = text.lower() if _WORD.search(text.lower()) else ""
    if signs < LEAST_SIGNS and not letters:
        return []
    forwards = pairs[_place(kept[:-1], kept[1:])]
    edits: list[Edit] = []
    for start, end in _sentences(text, classes):
        first, last = at.searchsorted((start, end))
        against, for_it = 0, 0
        if last - first > 1:
            for_it = int(np.count_nonzero(backwards[first : last - 1]))
            against = int(np.count_nonzero(forwards[first : last - 1]))
        if letters:
            known = english_words()
            words = _WORD.findall(letters, start, end)
            for_it += sum(word[::-1] in known for word in words)
            against += sum(word in known for word in words)
        if for_it >= LEAST_SIGNS and for_it >= TIMES_MORE * against:
            edits.append(Edit(start, end, text[start:end][::-1], "order"))
    return edits


def order_form(entry: str) -> str:
    """A list entry as reversed text has it, in the skip lane; empty if the entry cannot be carried."""
    return order_forms((entry,))[0]


def order_forms(entries: Sequence[str]) -> list[str]:
    """The form of each entry. Many at once cost little more than one: their prices are looked up together."""
    forms = [_reversed(skip_form(entry)) for entry in entries]
    shares = load_profile().shares(forms).overall
    return [form if share <= MOST_ORDINARY else "" for form, share in zip(forms, shares.tolist(), strict=True)]


def _reversed(form: str) -> str:
    backwards = form[::-1]
    if backwards == form or len(form) < LEAST_CHARACTERS:
        return ""
    return "" if form.isascii() and len(form) < LEAST_LETTERS else backwards


def _sentences(text: str, classes: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Where the sentences stand, without what ends them."""
    if not (classes & END).any():
        return [(0, len(text))]
    return [found.span() for found in _SENTENCE.finditer(text)]


def _place(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Where a pair stands in the table of pairs."""
    return ((left * _LEFT) ^ (right * _RIGHT)) >> np.uint32(32 - _BITS)


@cache
def _pairs() -> NDArray[np.bool_]:
    """True at the places of pairs that are written in this order and hardly ever in the other."""
    with np.load(PAIRS_FILE, allow_pickle=False) as file:
        pairs = file["pairs"].astype(np.uint32)
    table = np.zeros(1 << _BITS, np.bool_)
    table[_place(pairs[:, 0], pairs[:, 1])] = True
    return table
