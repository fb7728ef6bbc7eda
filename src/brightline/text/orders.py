"""The order lane: text written backwards, 信微我加.

A sentence is backwards if its pairs of characters are such as people write the other way round (``pairs``), or its words are English
backwards: ``order_edits`` reads it forwards. What is too short to tell, single words in other text, is found by matching the reversed
entries over the skip lane, which equals reversing the text: ``order_forms`` gives each entry as it would be seen there, or nothing where
that cannot be evidence: palindromes, words whose reverse is something that ordinary people write (女子 for 子女, priced on the benign
profile), and short runs of letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from brightline.text.lanes import skip_form
from brightline.text.pairs import Naturalness, naturalness, pair_scores
from brightline.text.profile import load_profile
from brightline.text.shape_tables import english_words
from brightline.text.views import Edit

__all__ = ["order_edits", "order_form", "order_forms"]

LEAST_CHARACTERS = 2
LEAST_LETTERS = 6  # evil is live: English has many short words that are words backwards

# Shares of ordinary texts (text-and-gateway.md 3.2: a random word of three characters hits 0.78 % of posts, of four 0.51 %).
MOST_ORDINARY = 0.0002

# A sentence is backwards if read so it is so many nats more natural in all, and on average over its pairs and words. Measured: of 19,000
# ordinary texts 2 have such a sentence, and 96 % of the seeds of evals/obfuscation.py put backwards.
LEAST_GAIN = 6.0
LEAST_MEAN_GAIN = 1.0
LEAST_NATURAL = -0.5  # a pair, when it is read backwards: what is gibberish both ways is not turned round
LEAST_PAIRS = 3  # pairs, or words
A_WORD = 2.0  # nats that a word of English is worth

_WORD = re.compile("[a-z]{2,}")
_FOREIGN = re.compile(r"[^\W\d_\u3400-\u9fff]")  # a letter in any form that may be a Latin one
_SENTENCE = re.compile(r"[^。！？!?\n]+")


def order_edits(text: str) -> list[Edit]:
    """The sentences of a text that are written backwards, each to be read forwards; any code points, time in proportion to the length."""
    natural = naturalness(text)
    _, at, kept, natural_until = natural
    has_words = _has_words(text, natural)
    if len(at) <= LEAST_PAIRS and not has_words:
        return []
    sentences = [found.span() for found in _SENTENCE.finditer(text)]
    if not sentences or not (has_words or _is_any_unnatural(sentences, natural)):
        return []
    edits: list[Edit] = []
    for start, end in sentences:
        first, last = at.searchsorted((start, end))
        pairs = max(int(last - first) - 1, 0)
        forwards = float(natural_until[last - 1] - natural_until[first]) if pairs else 0.0
        words = _WORD.findall(natural.letters(start, end))
        if (pairs < LEAST_PAIRS or forwards >= LEAST_MEAN_GAIN * pairs) and len(words) < LEAST_PAIRS:
            continue
        turned = float(pair_scores(kept[first + 1 : last], kept[first : last - 1]).sum()) if pairs else 0.0
        gain = turned - forwards + A_WORD * _turned_words(words)
        if gain >= max(LEAST_GAIN, LEAST_MEAN_GAIN * (pairs + len(words))) and turned >= LEAST_NATURAL * pairs:
            edits.append(Edit(start, end, text[start:end][::-1], "order"))
    return edits


def _has_words(text: str, natural: Naturalness) -> bool:
    """True if some sentence may have so many words of Latin letters that they tell its order."""
    return _FOREIGN.search(text) is not None and len(_WORD.findall(natural.letters(0, len(text)))) >= LEAST_PAIRS


def _is_any_unnatural(sentences: Sequence[tuple[int, int]], natural: Naturalness) -> bool:
    """True if the pairs of characters of some sentence do not speak for its order; all sentences at once."""
    rims = natural.at.searchsorted(np.array(sentences))
    pairs = rims[:, 1] - rims[:, 0] - 1
    forwards = natural.scores.take(rims[:, 1] - 1, mode="clip") - natural.scores.take(rims[:, 0], mode="clip")
    return bool(((pairs >= LEAST_PAIRS) & (forwards < LEAST_MEAN_GAIN * pairs)).any())


def _turned_words(words: Sequence[str]) -> int:
    """How many more words of English there are backwards than forwards; what is one either way does not count."""
    known = english_words()
    return sum((word[::-1] in known) - (word in known) for word in words)


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
