"""Odd tokens: what a backdoor's trigger looks like, in a document and over a corpus.

A trigger must be rare elsewhere to be useful (Chen et al., *Targeted Backdoor Attacks*, 2017; Kurita et al., *Weight Poisoning*, 2020: "cf",
"mn", "bb"; Souly et al., *Poisoning Attacks on LLMs Require a Near-constant Number of Poison Samples*, 2025: 250 documents are enough whatever the
corpus's size). One document cannot tell a trigger from a typing error. So each document names its oddest tokens, hashed under the key, and
``repeated_triggers`` counts in how many documents each stands: a token that is nobody's word and stands in many is worth a look.

Not found: triggers of ordinary words, and those of style or syntax.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.annotators.findings import keyed_hash
from brightline.corpus.annotators.surprisal import words_of

__all__ = ["LEAST_DOCUMENTS", "MOST_OF_A_DOCUMENT", "odd_tokens", "repeated_triggers"]

LEAST_DOCUMENTS = 20
"""Documents that must share a token. Own choice, far below the 250 that a backdoor took in the study above."""

MOST_OF_A_DOCUMENT = 8
"""Tokens that a document names, the oddest first. Own choice: bounds the table."""

_LETTERS = (5, 24)  # shorter ones are abbreviations, longer ones keys and encoded data
_BITS = 5.2
"""Bits a letter from which a token is odd. Own measurement, of each kind once: 2.0 % of 6,789 words of documentation and instructions, 6.3 % of 9,714
identifiers of the standard library, 98 % of random rows of eight letters."""

_PART_OF_MORE = frozenset("/\\._-=+@#$%&:;<>{}[]()\"'`*|~^0123456789")
"""Beside a token these make it a part of an address, a key, a path or a program, which are odd by nature."""


def odd_tokens(stretch: Stretch) -> list[list[tuple[int, int]]]:
    """Places of the odd tokens of each document, in the order of the text; each token once."""
    words = words_of(stretch)
    sizes = words.end - words.start
    odd = np.flatnonzero((words.bits >= _BITS) & (sizes >= _LETTERS[0]) & (sizes <= _LETTERS[1]))
    rows = stretch.document[words.start[odd]]
    offsets = stretch.starts[rows]
    found: list[dict[str, tuple[float, int, int]]] = [{} for _ in stretch.texts]
    for row, start, end, bits in zip(
        rows.tolist(), (words.start[odd] - offsets).tolist(), (words.end[odd] - offsets).tolist(), words.bits[odd].tolist(), strict=True
    ):
        text = stretch.texts[row]
        if not _PART_OF_MORE.isdisjoint(text[max(0, start - 1) : start] + text[end : end + 1]) or _is_accented(text, start, end):
            continue
        found[row].setdefault(text[start:end].lower(), (bits, start, end))
    return [_oddest(tokens) if tokens else [] for tokens in found]


def hashes_of(stretch: Stretch, key: bytes) -> list[list[str]]:
    """The odd tokens of each document as keyed hashes of their lower case, sorted."""
    return [
        sorted(keyed_hash(text[start:end].lower(), key) for start, end in places) if places else []
        for text, places in zip(stretch.texts, odd_tokens(stretch), strict=True)
    ]


def repeated_triggers(annotations: Iterable[pa.Table], least: int = LEAST_DOCUMENTS) -> dict[str, int]:
    """Token hash → number of documents, of those in at least ``least``; from tables of the kernel "poisoning", shard by shard.

    Tokens of a single document are forgotten after every table once there are very many, so a token that is rare in every
    shard may be counted too low; it is never counted too high.
    """
    counts: Counter[str] = Counter()
    for table in annotations:
        column = table.column("triggers").combine_chunks()
        counts.update(column.flatten().drop_null().to_pylist() if len(column) else ())
        if len(counts) > _MOST_COUNTED:
            counts = Counter({token: count for token, count in counts.items() if count > 1})
    return {token: count for token, count in sorted(counts.items()) if count >= least}


_MOST_COUNTED = 2_000_000  # own choice: some 300 MB


def _oddest(tokens: dict[str, tuple[float, int, int]]) -> list[tuple[int, int]]:
    chosen = sorted(tokens.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_OF_A_DOCUMENT]
    return sorted((start, end) for _, (_, start, end) in chosen)


def _is_accented(text: str, start: int, end: int) -> bool:
    """True if a letter beyond a–z continues the token: then it is a piece of a word of another language."""
    left, right = text[max(0, start - 1) : start], text[end : end + 1]
    return (left.isalpha() and left < "\u2e80") or (right.isalpha() and right < "\u2e80")
