"""The least number of edits between pieces of text and any stretch of a window, thousands of pieces at a time.

Levenshtein distance (characters substituted, inserted, deleted) where the beginning and the end of the window cost nothing: Myers, A fast
bit-vector algorithm for approximate string matching based on dynamic programming, Journal of the ACM 46, 1999, in the form of Hyyrö (2003). A
column of the table is two words of 64 bits, and a piece has at most so many characters; each step takes one character of all windows.

Unlike the longest common subsequence it tells unrelated texts apart even where letters are few: of strands of DNA 45 % have to be changed
(docs/corpus-duplicates.md).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from brightline.corpus.duplicates.normalising import Codes

__all__ = ["LONGEST", "OUTSIDE", "least_edits"]

LONGEST = 64
"""Characters of a piece: one machine word."""

OUTSIDE = 0xFFFFFFFF
"""Stands in a window where its text has no character; no code point."""

_ONE = np.uint64(1)


def least_edits(pieces: Codes, windows: Codes) -> npt.NDArray[np.int64]:
    """For each row of ``pieces`` (rows × characters, at most ``LONGEST``) the edits that make it a stretch of the same row of ``windows``."""
    rows, size = pieces.shape
    equal = np.zeros((rows, LONGEST), bool)
    above, below = np.full(rows, np.iinfo(np.uint64).max, np.uint64), np.zeros(rows, np.uint64)  # the column's steps of +1 and of -1
    score = np.full(rows, size, np.int64)
    least = score.copy()
    last = np.uint64(size - 1)
    for at in range(windows.shape[1]):
        np.equal(pieces, windows[:, at : at + 1], out=equal[:, :size])
        met = np.packbits(equal, axis=1, bitorder="little").view("<u8")[:, 0]
        diagonal = ((met & above) + above ^ above) | met
        right, left = below | ~(diagonal | above), above & diagonal
        score += (right >> last & _ONE).astype(np.int64)
        score -= (left >> last & _ONE).astype(np.int64)
        np.minimum(least, score, out=least)
        # No bit comes in below: a stretch may begin anywhere.
        right, left = right << _ONE, left << _ONE
        met = met | below
        above, below = left | ~(met | right), right & met
    return least
