"""Latin words spread out and cut into pieces, put together again: h o w t o b.u.y is how to buy, Wha=ts A・p.p is Whats App.

A chain of pieces of letters is divided into known words as cheaply as it can be (a shortest path, as in the division of Chinese text into
words): a word is one step, a letter in none is dear, and a plain space between two words is more likely meant than one inside a word. Only
what is seen to be spread is read so: several gaps that no text has, and most letters in known words afterwards. What stands between two
words is then read as one space.
"""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import pairwise
from typing import NamedTuple

from brightline.text.shape_tables import english_words, field_words
from brightline.text.views import Edit

__all__ = ["spread_edits"]

LEAST_ODD_GAPS = 3  # in a text
LEAST_LETTERS = 6  # of a chain
LEAST_KNOWN = 0.75  # of the letters of a chain must be in known words afterwards
LONGEST_WORD = 20
MOST_PIECES = 4000  # of one text

_GAP = r"(?:[^\w\n。！？!?，,；;：:]|_|丶|、(?=[a-zA-Z0-9_丶、])){1,6}"
_PIECE = r"[a-zA-Z0-9']+"
_CHAIN = re.compile(rf"{_PIECE}(?:{_GAP}{_PIECE})+")
_PIECES = re.compile(_PIECE)
_LATIN = re.compile("[a-z]")
# Gaps that ordinary text seldom has: a single letter that is no word, or signs between two letters.
_ODD = re.compile(r"(?<![a-z0-9'’])[b-hj-z](?=[^\w\n]|_)|[a-z](?:[^\w\s'’,.;:!?()\-/]|[_丶、.\-/])[^\w\n]{0,2}(?=[a-z])")

# What one step costs. Fewer, longer words are better, the commonest are likelier; a letter in none costs as much as two words.
_WORD, _COMMON_WORD, _LETTER, _NUMBER = 3.0, 2.2, 6.0, 3.0
_COMMON = frozenset([
    "a", "i", "the", "of", "and", "to", "in", "is", "it", "you", "that", "he", "was", "for", "on", "are", "as", "with", "his", "they",
    "at", "be", "this", "have", "from", "or", "had", "by", "not", "but", "what", "all", "were", "we", "when", "your", "can", "said",
    "there", "use", "an", "each", "which", "she", "do", "how", "their", "if", "will", "up", "out", "many", "then", "them", "these", "so",
    "some", "her", "would", "make", "like", "him", "into", "time", "has", "look", "two", "more", "go", "see", "no", "way", "could", "my",
    "than", "been", "call", "who", "its", "now", "find", "down", "did", "get", "come", "made", "may", "me", "our", "us",
])  # fmt: skip
_OVER_SPACE = 1.0  # a plain space inside a word


_ENDINGS = ("'s", "s", "es", "ed", "er", "ers", "ing", "ly")


class _Piece(NamedTuple):
    start: int
    end: int
    spaced: bool  # a plain space and nothing else stands before it


def spread_edits(text: str, known: Container[str] = frozenset()) -> list[Edit]:
    """The letters before gaps of spread words, each with its gap, to be read without or with one space; any code points, linear time.

    ``known``: lower-case words that the entries are made of, which count beside the fields' words and common English ones.
    """
    lower = text.lower()
    if _LATIN.search(lower) is None or len(lower) != len(text) or len(_ODD.findall(lower)) < LEAST_ODD_GAPS:
        return []
    edits: list[Edit] = []
    left = MOST_PIECES
    for chain in _CHAIN.finditer(lower):
        found = list(_PIECES.finditer(lower, *chain.span()))
        left -= len(found)
        if left < 0:
            break
        if len(_ODD.findall(chain[0] + " ")) >= LEAST_ODD_GAPS:
            edits += _together(text, lower, [piece.span() for piece in found], known)
    return edits


def _together(text: str, lower: str, spans: list[tuple[int, int]], known: Container[str]) -> list[Edit]:
    """The edits of one chain; none if it does not come out as words."""
    pieces = [_Piece(start, end, lower[spans[n - 1][1] : start] == " " if n else False) for n, (start, end) in enumerate(spans)]
    letters = "".join(lower[start:end] for start, end, _ in pieces)
    if len(letters) < LEAST_LETTERS:
        return []
    rims: dict[int, bool] = {}  # where a piece begins in the letters → whether a plain space stands before
    at = 0
    for piece in pieces:
        rims[at] = piece.spaced
        at += piece.end - piece.start
    words = _divided(letters, rims, known)
    in_words = sum(len(word) for word in words if len(word) > 1 and _is_word(word, known))
    starts = set()
    at = 0
    for word in words:
        starts.add(at)
        at += len(word)
    joined = sum(rim not in starts for rim in rims)
    if in_words < LEAST_KNOWN * len(letters) or joined < LEAST_ODD_GAPS:
        return []
    edits: list[Edit] = []
    at = 0
    for before, after in pairwise(pieces):
        at += before.end - before.start
        reads = text[before.end - 1] + " " * (at in starts)
        if reads != text[before.end - 1 : after.start]:
            edits.append(Edit(before.end - 1, after.start, reads, "split"))
    return edits


def _divided(letters: str, rims: dict[int, bool], known: Container[str]) -> list[str]:
    """The cheapest way to divide the letters into words, which begin and end where pieces do."""
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    ends = [*sorted(rims)[1:], len(letters)]
    places = sorted(rims)
    for number, end in enumerate(ends):
        ways: list[tuple[float, int]] = []
        spaces = 0.0
        for start in reversed(places[: number + 1]):
            word = letters[start:end]
            if len(word) > LONGEST_WORD and start != places[number]:
                break
            ways.append((best[start][0] + _cost(word, known) + spaces, start))
            spaces += _OVER_SPACE * rims[start]
        best[end] = min(ways)
    words: list[str] = []
    end = len(letters)
    while end:
        start = best[end][1]
        words.append(letters[start:end])
        end = start
    return words[::-1]


def _cost(word: str, known: Container[str]) -> float:
    if word.isdigit():
        return _NUMBER
    if word in _COMMON:
        return _COMMON_WORD
    if len(word) > 1 and _is_word(word, known):
        return _WORD
    return _LETTER * len(word)


def _is_word(word: str, known: Container[str]) -> bool:
    """A known word or one of its forms."""
    if _is_known(word, known):
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) > 2 and stem != word and (_is_known(stem, known) or (ending[0] in "ei" and _is_known(stem + "e", known))):
            return True
    return False


def _is_known(word: str, known: Container[str]) -> bool:
    return word in known or word in english_words() or word in field_words()
