"""What the weigher reads in a text: runs of one to three tokens, and runs of Latin letters, each hashed to a bucket.

A *token* of the base lane (``text.lanes``) is a Chinese character, a punctuation mark, a symbol, a Latin word as a whole, or a
number (every number is ``0``). Spaces are none. A mark stands before each clause and after the text: "帮我" that opens a clause asks
for something, in its middle it tells of something. Unlike the family models this reading keeps punctuation, because a question
and an order differ by little else. For endings and misspellings of words the Latin letters are read a second time, as runs of up to
four with one space between words.

The hash of a run is that of ``text.linear.grams``; tokens and letters have salts of their own. Everything is vectorised and wraps
on purpose; a Latin word is a polynomial over its letters, taken from prefix sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.model import Span
from brightline.text.lanes import Piece, normalise
from brightline.text.linear import SIZES, WINDOW_CHARS, distinct, grams
from brightline.text.linear import read as read_windows

__all__ = ["BITS", "Passage", "buckets_of", "passage_of", "passages", "runs_of"]

BITS = 18  # 2^18 buckets a side, as for the family models
_K = 0x9E3779B97F4A7C15  # odd: powers of it have inverses in 64-bit arithmetic
_INVERSE = pow(_K, -1, 1 << 64)
_START, _END, _ZERO, _SPACE = 1 << 32, (1 << 32) + 1, ord("0"), ord(" ")  # no code point is as large as a mark
_OTHER, _LETTER, _DIGIT, _GAP = range(4)
_KINDS = np.array(
    [_GAP if chr(c).isspace() else _DIGIT if chr(c).isdigit() else _LETTER if chr(c).islower() or c == 39 else _OTHER for c in range(129)],
    np.uint8,
)
"""The kinds of ASCII characters; all others are as the last: a token each."""
_WORD = np.uint64(1 << 63)
_LETTERS = np.uint64(1 << 40)

Codes = NDArray[np.uint64]
Buckets = NDArray[np.int64]


class Passage(NamedTuple):
    """A text, or a window of a long one: its tokens as codes and where each begins and ends in the base lane."""

    tokens: Codes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    letters: Codes
    piece: Piece
    offset: int

    def span(self, first: int, last: int) -> Span:
        """The raw characters of tokens ``first`` to ``last``; marks have none of their own."""
        begin, end = int(self.starts[first]), int(self.ends[last])
        return Span(self.offset + int(self.piece.at[begin]), self.offset + int(self.piece.at[max(begin, end - 1)]) + 1)


def passages(text: str, piece: Piece | None = None) -> list[Passage]:
    """The windows of ``text`` that hold a token, in order: those of ``text.linear.read``; any code points. ``piece``: its lanes, if known."""
    if len(text) <= WINDOW_CHARS:
        found = passage_of(text, 0, piece)
        return [found] if found else []
    windows = read_windows(text, piece)
    rims = [windows.span(start, start + 1).start for start, _ in windows.windows]
    pieces = [text[start:end] for start, end in zip([0, *rims[1:]], [*rims[1:], len(text)], strict=True)]
    return [found for piece, start in zip(pieces, [0, *rims[1:]], strict=True) if (found := passage_of(piece, start))]


def passage_of(text: str, offset: int = 0, piece: Piece | None = None) -> Passage | None:
    """One text as a passage; None if there is nothing but spaces. ``piece``: its base lane, if that is known."""
    piece = piece or normalise(text)
    codes = np.frombuffer(piece.base.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _KINDS.take(codes, mode="clip")
    inner = np.empty(len(codes), np.bool_)
    inner[:1] = False
    np.equal(kinds[1:], kinds[:-1], out=inner[1:])
    inner |= kinds == _GAP  # what goes on a word or number, or is no token
    inner &= kinds != _OTHER
    at = (~inner).nonzero()[0]
    if not len(at):
        return None
    values, here, ends = codes[at].astype(np.uint64), kinds[at], at + 1
    values[here == _DIGIT] = _ZERO
    letters = values[:0]
    is_run = (here == _LETTER) | (here == _DIGIT)
    if is_run.any():
        rims = np.append((~inner | (kinds == _GAP)).nonzero()[0], len(codes))
        ends = np.where(is_run, rims[np.searchsorted(rims, at, "right")], ends)
    is_word = here == _LETTER
    if is_word.any():
        values[is_word] = _words(codes.astype(np.uint64), at[is_word], ends[is_word])
        letters = _spelt(codes, kinds == _LETTER)
    return Passage(*_with_marks(values, at, ends, piece.clauses), letters, piece, offset)


def buckets_of(passage: Passage) -> Buckets:
    """The buckets of all runs of a passage, each once, ascending."""
    found = grams(passage.tokens, BITS)
    if len(passage.letters) > 1:
        # grams() makes runs of one to three: over pairs of letters they are the runs of two to four.
        pairs = passage.letters[:-1] * np.uint64(_INVERSE) + passage.letters[1:] + _LETTERS
        found = np.concatenate((found, grams(pairs, BITS)))
    return distinct(found)


def runs_of(passage: Passage) -> list[tuple[int, int, int]]:
    """Bucket, first and last token of every run of tokens."""
    buckets = grams(passage.tokens, BITS).tolist()
    count = len(passage.tokens)
    places = ((start, start + size - 1) for size in SIZES for start in range(count - size + 1))
    return [(bucket, first, last) for bucket, (first, last) in zip(buckets, places, strict=True)]


def _with_marks(
    values: Codes, at: NDArray[np.int64], ends: NDArray[np.int64], clauses: Sequence[int]
) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Tokens with a mark before each clause and one at the end. A mark stands where the token after it does, the last one where that before it does."""
    count = len(values)
    # Where a clause ends, the next token gets a mark before it; several ends in a row make one.
    opening = np.searchsorted(at, clauses, "right") if len(clauses) else at[:0]
    before = np.zeros(count + 1, np.int64)
    before[opening] = 1
    before[0] = before[count] = 1
    place = before.cumsum()[:-1] + np.arange(count)
    tokens = np.full(count + int(before.sum()), _START, np.uint64)
    tokens[place] = values
    tokens[-1] = _END
    before += 1
    before[count - 1] += 1
    owner = np.repeat(np.arange(count), before[:-1])
    return tokens, at[owner], ends[owner]


@cache
def _powers(size: int) -> tuple[Codes, Codes]:
    """The first powers of K and of its inverse."""
    up, down = np.ones(size, np.uint64), np.ones(size, np.uint64)
    up[1:], down[1:] = np.uint64(_K), np.uint64(_INVERSE)
    return np.multiply.accumulate(up), np.multiply.accumulate(down)


def _words(codes: Codes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Codes:
    """A code for each word: the same for the same letters wherever they stand."""
    up, down = _powers(1 << max(9, (len(codes) - 1).bit_length()))
    sums = np.concatenate((np.zeros(1, np.uint64), (codes * up[: len(codes)]).cumsum(dtype=np.uint64)))
    return np.asarray((sums[ends] - sums[starts]) * down[starts]) | _WORD


def _spelt(codes: NDArray[np.uint32], lower: NDArray[np.bool_]) -> Codes:
    """The Latin letters with one space before, between and after words."""
    gap = ~lower
    gap[1:] &= lower[:-1]  # of what is no letter, the first character after a word
    kept = np.where(lower, codes, np.uint32(_SPACE))[lower | gap]
    return np.concatenate(([_SPACE], kept, [_SPACE])).astype(np.uint64)
