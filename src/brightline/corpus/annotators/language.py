"""The language of a document, told by its scripts and a few function words; no model, nothing downloaded.

Enough for counting a corpus by language (GB/T 45654, 5.1: several sources for each language) and for choosing what may be asked of
a text. Chinese is told apart as simplified and traditional by characters that only one of the two has (the text engine's table), Latin text as
English by the share of its commonest words. It does not name other Latin languages, and calls a document ``mixed`` rather than guess.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from brightline.corpus.annotators import characters as kind
from brightline.corpus.annotators.batch import Stretch, by_stretches, version_of
from brightline.text.tables import load_tables

__all__ = ["LANGUAGES", "SCHEMA", "LanguageKernel", "kernel"]

LANGUAGES = ("zh-Hans", "zh-Hant", "zh", "ja", "ko", "en", "latin", "other", "code", "mixed", "none")
"""``zh``: Chinese of which no character says simplified or traditional. ``none``: fewer than ``_LEAST_LETTERS`` letters."""

SCHEMA = pa.schema([pa.field("language", pa.string()), pa.field("chinese_share", pa.float32())])
"""``chinese_share``: ideographs among the letters, 0–1; of Japanese too."""

_CODE = "1"
_LEAST_LETTERS = 4  # own choice: "ok" and "哈哈" tell nothing
_MOST_OF_IT = 0.7  # own choice: an English word has five letters where a Chinese one has two, so a half would be a quarter of the words
_A_TENTH = 0.1  # labels.text_label: a tenth of the letters is about a third of the words
_KANA_OF_JAPANESE = 0.2  # own choice: Japanese prose is about half kana; Chinese texts quote some
_ENGLISH = 0.12
"""Share of ``_COMMON`` among words. Own measurement: documentation 0.18–0.31, instructions 0.20 (median; commands have fewer), program code 0.14; a
German, French and Polish sentence 0."""
_COMMON = (
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "that",
    "it",
    "for",
    "was",
    "on",
    "are",
    "with",
    "this",
    "be",
    "you",
    "not",
    "or",
    "have",
    "from",
    "what",
    "how",
    "your",
    "can",
    "my",
    "does",
    "which",
    "they",
    "will",
    "about",
)
_CODE_MARKS = 0.045
"""Share of ``{}();=<>_[]\\`` among all characters. Own measurement: source files 0.036–0.092 (median 0.054), so that those with much prose are not called
code; Markdown up to 0.02, instructions as JSON 0.042."""


def kernel(key_hex: str = "") -> LanguageKernel:
    """The kernel "language"; the key is not needed."""
    return LanguageKernel()


class LanguageKernel:
    """Names the language of every document."""

    name = "language"
    schema = SCHEMA
    version = version_of(_CODE, *_COMMON)

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        return by_stretches(documents, SCHEMA, _annotated)


def _annotated(stretch: Stretch) -> pa.Table:
    counts = stretch.counts
    scripts = counts[:, [kind.HAN, kind.KANA, kind.HANGUL, kind.LATIN, kind.CYRILLIC, kind.LETTER]]
    letters = scripts.sum(axis=1)
    share = scripts / np.maximum(letters, 1)[:, None]
    han, kana, hangul, latin = share[:, 0], share[:, 1], share[:, 2], share[:, 3]
    other = share[:, 4] + share[:, 5]
    hints = _shapes()[stretch.points]
    simplified, traditional = _per_document(stretch, hints == 1), _per_document(stretch, hints == 2)
    marks = _per_document(stretch, hints == 3) / np.maximum(stretch.lengths, 1)
    common = _common_words(stretch)
    japanese = (han + kana >= _MOST_OF_IT) & (kana >= _KANA_OF_JAPANESE * (han + kana))
    chinese = (han >= _MOST_OF_IT) & ~japanese
    choices = [
        (letters < _LEAST_LETTERS, "none"),
        ((latin >= 0.9) & (marks >= _CODE_MARKS), "code"),
        (japanese, "ja"),
        (chinese & (traditional > simplified), "zh-Hant"),
        (chinese & (simplified > 0), "zh-Hans"),
        (chinese, "zh"),
        (hangul >= _MOST_OF_IT, "ko"),
        ((latin >= _MOST_OF_IT) & (han < _A_TENTH) & (common >= _ENGLISH), "en"),
        ((latin >= _MOST_OF_IT) & (han < _A_TENTH), "latin"),
        (other >= _MOST_OF_IT, "other"),
    ]
    language = np.select([each for each, _ in choices], [name for _, name in choices], "mixed")
    return pa.table([pa.array(language.tolist(), pa.string()), pa.array(han.astype(np.float32))], schema=SCHEMA)


def _per_document(stretch: Stretch, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(stretch.document[marked], minlength=len(stretch))


def _common_words(stretch: Stretch) -> NDArray[np.float64]:
    """The share of the commonest English words among a document's words of Latin letters."""
    points, is_latin = stretch.points, stretch.kinds == kind.LATIN
    begins = is_latin.copy()
    begins[1:] &= ~is_latin[:-1]
    ends = is_latin.copy()
    ends[:-1] &= ~is_latin[1:]
    first, last = np.flatnonzero(begins), np.flatnonzero(ends)
    lengths = last - first + 1
    short = lengths <= _LONGEST_COMMON
    key = np.zeros(int(short.sum()), np.uint64)
    places, sizes = first[short], lengths[short]
    for place in range(_LONGEST_COMMON):
        here = np.minimum(places + place, len(points) - 1)
        letter = np.where(place < sizes, points[here] | 0x20, 0).astype(np.uint64)
        key = (key << np.uint64(8)) | (letter & np.uint64(0xFF))
    words = np.bincount(stretch.document[first], minlength=len(stretch))
    hits = np.bincount(stretch.document[places[np.isin(key, _common_keys())]], minlength=len(stretch))
    return np.asarray(hits / np.maximum(words, 1))


_LONGEST_COMMON = max(map(len, _COMMON))


@cache
def _common_keys() -> NDArray[np.uint64]:
    return np.array([int.from_bytes(word.encode().ljust(_LONGEST_COMMON, b"\0"), "big") for word in _COMMON], np.uint64)


@cache
def _shapes() -> NDArray[np.uint8]:
    """Code point → 1 simplified only, 2 traditional only, 3 a mark of program code; 0 for all else.

    The base lane maps traditional to simplified. What it maps to and does not map itself is simplified, unless both use it (后, 里).
    """
    base = load_tables().base
    table = np.zeros(0x110000, np.uint8)
    points = np.arange(0x4E00, 0xA000, dtype=np.uint32)
    targets = base[points]
    changed = (targets != points) & (targets >= 0x4E00) & (targets < 0xA000)
    table[points[changed]] = 2
    simplified = np.setdiff1d(targets[changed], points[changed])
    table[np.setdiff1d(simplified, np.array([ord(each) for each in _BOTH], np.uint32))] = 1
    table[[ord(each) for each in "{}();=<>_[]\\"]] = 3
    return table


_BOTH = "后里面干只台云松曲系范致表准谷升冬占吁回向布当志折制卜卷于舍征斗朱郁历参发合同据托扣抵拐涂布周升吊岩岳并庄弦愿念才扎搜攀暗杆杠杯果栗梁欲气沾泛灶炮熏猫皋秘秋筑篱糊糕纤胡脚腊药苏荡蔑蕴虫蛎裁谷踊酸采里铲锤鉴须饥默"
"""Simplified forms that traditional texts write too, with another meaning (The Unicode Standard, Unihan: kTraditionalVariant lists itself)."""
