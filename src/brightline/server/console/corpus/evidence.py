"""Which passage of a text somebody means: spans that a script counted, or words that were quoted into a field. Pure.

Positions are ``[start, end)`` in code points of the raw text, as everywhere. Without scripts a person copies the passage into a field;
line ends are then those of the form (CR LF), which is why white space is compared loosely.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from brightline.corpus.errors import CorpusError

__all__ = ["MOST_SPANS", "spans_in"]

MOST_SPANS = 50
"""Passages of one answer; own choice: whoever needs more means the whole text."""

_WORD = re.compile(r"\S+")
_SPAN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)


def spans_in(marked: str, quoted: str, text: str) -> tuple[tuple[int, int], ...]:
    """The spans in ``marked`` (``12-20 45-60``) and where the lines of ``quoted`` stand in ``text``, sorted, each once.

    Raises ``CorpusError`` BL-CORPUS-095 for what is no span of the text, -096 for a quoted passage that does not stand in it.
    """
    spans: set[tuple[int, int]] = set()
    for word in marked.split()[: MOST_SPANS + 1]:
        found = _SPAN.fullmatch(word)
        start, end = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 0 <= start < end <= len(text):
            raise CorpusError("BL-CORPUS-095", "a marked passage is no part of the text", "load the page again and mark it once more")
        spans.add((start, end))
    lines = [line.strip() for line in quoted.splitlines() if line.strip()]
    if len(spans) + len(lines) > MOST_SPANS:  # before any is looked for: each costs a walk through the text
        raise CorpusError("BL-CORPUS-095", f"more than {MOST_SPANS} passages are marked", "mark fewer, longer ones")
    spans.update(_place_of(line, text) for line in lines)
    return tuple(sorted(spans))


def _place_of(quote: str, text: str) -> tuple[int, int]:
    """The first place of a quoted line; runs of white space are as good as any other."""
    start = text.find(quote)
    if start >= 0:
        return start, start + len(quote)
    words = list(_WORD.finditer(text))
    joined_at = list(accumulate((len(word[0]) + 1 for word in words), initial=0))
    wanted = " ".join(quote.split())
    found = " ".join(word[0] for word in words).find(wanted)
    if found < 0:
        raise CorpusError("BL-CORPUS-096", "a quoted passage does not stand in the text", "copy it from the text, one passage a line")

    def place(at: int) -> int:  # in the text, of a character of a word in what was joined
        number = bisect_right(joined_at, at) - 1
        return words[number].start() + at - joined_at[number]

    return place(found), place(found + len(wanted) - 1) + 1
