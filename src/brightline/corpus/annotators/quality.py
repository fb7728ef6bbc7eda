"""Signals of low quality: gibberish, broken encoding, boilerplate, repetition, text that breaks off; signs of falsehood (``falsehood``) and spin (``spin``).

TC260-003, 5.2, asks for usable data; GB/T 45652 for cleaning. Most rules follow published filters, adapted to text without spaces between
words and measured (docs/corpus-annotations.md): Gopher (Rae et al. 2021, A1.1), C4 (Raffel et al. 2020, 2.2), RefinedWeb (Penedo et al. 2023,
G.2). All are information: a bad style is no ground to drop anything, and no score here reaches what a policy drops by default.

Not taken over: C4's curly bracket (drops all code) and terminal punctuation (headlines, poems, lists), Gopher's stop words (the kernel "language"
counts them) and mean word length.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from brightline.corpus.annotators import characters as kind
from brightline.corpus.annotators.batch import Stretch, stretches, version_of
from brightline.corpus.annotators.falsehood import Refutations, find_missing_dates, find_refuted_claims, read_refutations
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.annotators.repetition import Lines, lines_of, repeated_share
from brightline.corpus.annotators.signals import shipped_digest, sightings
from brightline.corpus.annotators.spin import find_spin, words_digest
from brightline.corpus.annotators.surprisal import letters_of, unusual_pairs
from brightline.corpus.schema import FINDINGS

__all__ = ["SCHEMA", "QualityKernel", "kernel"]

SCHEMA = pa.schema(
    [
        pa.field("findings", FINDINGS),
        pa.field("chars", pa.int32()),
        pa.field("repeated_share", pa.float32()),
        pa.field("unusual_share", pa.float32()),
    ]
)
"""``repeated_share``: passages that stood in the document before. ``unusual_share``: pairs of ideographs that nobody writes side by side."""

_CODE = "2"
_LEAST_CHARS = 200  # shorter documents have too few lines and passages to judge: own choice
_LEAST_LINES = 10

# Thresholds. Gopher's where they carry over; those marked "measured" were set on the ordinary sources of docs/corpus-annotations.md.
_REPEATED = 0.5  # Gopher: 0.1 of 10-grams; measured: answers, calls, songs, documentation reach 0.17, program code 0.36
_SAME_LINES = 0.3  # Gopher: share of duplicate lines
_BULLETS, _ELLIPSES = 0.9, 0.3  # Gopher: lines that begin with a bullet, that end with an ellipsis
_SHORT_LINE, _SHORT_LINES = 8, 0.8  # RefinedWeb's line-wise filter, in characters; measured
_SIGNS = 0.4  # Gopher: 0.1 of "#" and "…" a word; measured, of all that is no space: prose reaches 0.25, JSON and code 0.30
# Letters, and bits each; measured: English 2.8–3.8, code 3.5 (99 % below 4.7), a German, French, Polish sentence 4.1, 3.6, 5.2, rot13 6.6, chance 7.5.
_ODD_LETTERS, _ODD_BITS = 60, 5.6
_ODD_PAIRS, _ODD_SHARE = (
    20,
    0.6,
)  # pairs of ideographs, share of unusual ones; measured: songs 99.9 % below 0.58, posts 0.47, headlines 0.40
_ONE_CHARACTER = 30  # the same letter in a row; "哈哈哈哈" of people is shorter: own choice
_MIXED_WORDS = 3  # Latin and Cyrillic letters side by side: look-alikes (UTS #39, mixed scripts)
_BROKEN = 3  # replacement characters (U+FFFD) in a document
_KINDS = 3  # kinds of boilerplate that must meet: an article may have a privacy notice, and a navigation line
_KIND_CHARS = 400  # they must meet in a document of at most so many characters for each signal: own choice


def kernel(key_hex: str = "", refutations: str = "") -> QualityKernel:
    """The kernel "quality". ``refutations``: a JSONL library of refuted claims. Raises ``CorpusError`` BL-CORPUS-084 if it cannot be used."""
    return QualityKernel(bytes.fromhex(key_hex), read_refutations(Path(refutations)) if refutations else None)


class QualityKernel:
    """Measures documents, and finds what speaks against them."""

    name = "quality"
    schema = SCHEMA

    def __init__(self, key: bytes, refutations: Refutations | None) -> None:
        self._key = key
        self._refutations = refutations
        shipped = (shipped_digest("quality."), shipped_digest("falsehood."), shipped_digest("spin."), words_digest())
        rules = (*shipped, refutations.digest if refutations else "")
        self.version = version_of(_CODE, *rules)

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        tables, begin = [], 0
        published = documents.column("published_at").to_pylist() if "published_at" in documents.column_names else [None] * len(documents)
        for stretch in stretches(documents):
            dated = [bool(each) for each in published[begin : begin + len(stretch)]]
            tables.append(self._annotated(stretch, dated))
            begin += len(stretch)
        return pa.concat_tables(tables).combine_chunks() if tables else SCHEMA.empty_table()

    def _annotated(self, stretch: Stretch, dated: list[bool]) -> pa.Table:
        found = FindingRows(stretch.texts, self._key)
        counts = stretch.counts
        ink = stretch.lengths - counts[:, [kind.SPACE, kind.NEWLINE]].sum(axis=1)
        is_long = stretch.lengths >= _LEAST_CHARS
        pairs, unusual = unusual_pairs(stretch)
        unusual_share = unusual / np.maximum(pairs, 1)
        repeated = repeated_share(stretch, counts[:, kind.HAN] * 4 >= ink)
        letters = letters_of(stretch)
        bits = letters.bits / np.maximum(letters.letters, 1)
        signs = counts[:, [kind.PUNCTUATION, kind.OTHER, kind.CONTROL]].sum(axis=1) / np.maximum(ink, 1)
        whole = {
            "quality.gibberish": (
                ((letters.letters >= _ODD_LETTERS) & (letters.letters * 2 >= ink) & (bits >= _ODD_BITS))
                | ((pairs >= _ODD_PAIRS) & (pairs * 6 >= ink) & (unusual_share >= _ODD_SHARE)),
                0.5,
                "surprisal",
            ),
            "quality.no_letters": ((ink > 0) & (counts[:, _LETTERS].sum(axis=1) == 0), 0.3, "count"),
            "quality.repeated_passages": (is_long & (repeated >= _REPEATED), 0.4, "gopher"),
            "quality.symbols": (is_long & (signs >= _SIGNS), 0.3, "gopher"),
        }
        _note(whole, stretch, found)
        _judge_lines(stretch, lines_of(stretch), is_long, found)
        _find_runs(stretch, found)
        _find_words(stretch, found)
        find_spin(stretch, found)
        find_missing_dates(stretch, dated, found)
        if self._refutations is not None:
            find_refuted_claims(stretch, self._refutations, found)
        columns = [
            found.column(),
            pa.array(stretch.lengths.astype(np.int32)),
            pa.array(repeated.astype(np.float32)),
            pa.array(unusual_share.astype(np.float32)),
        ]
        return pa.table(columns, schema=SCHEMA)


_LETTERS = [kind.HAN, kind.KANA, kind.HANGUL, kind.LATIN, kind.CYRILLIC, kind.LETTER]


def _note(rules: dict[str, tuple[NDArray[np.bool_], float, str]], stretch: Stretch, found: FindingRows) -> None:
    """Rules that speak of a whole document."""
    for rule, (of_these, score, how) in rules.items():
        for row in np.flatnonzero(of_these).tolist():
            found.add(row, rule, 0, len(stretch.texts[row]), score, how)


def _judge_lines(stretch: Stretch, lines: Lines, is_long: NDArray[np.bool_], found: FindingRows) -> None:
    size = len(stretch)
    count = np.bincount(lines.document, minlength=size)
    least = np.maximum(count, 1)
    enough = is_long & (count >= _LEAST_LINES)
    points = stretch.points
    ink = np.flatnonzero((stretch.kinds != kind.SPACE) & (stretch.kinds != kind.NEWLINE))
    first = points[ink[np.minimum(np.searchsorted(ink, lines.start), max(len(ink) - 1, 0))]] if len(ink) else points[:0]
    last_at = ink[np.maximum(np.searchsorted(ink, lines.end) - 1, 0)] if len(ink) else lines.end[:0]
    last = points[last_at]
    dots = (last == 0x2026) | ((last == 0x2E) & (points[last_at - 1] == 0x2E) & (points[last_at - 2] == 0x2E))
    # Lines of a table or of code are short, too; prose ends its lines with a stop.
    short = (lines.end - lines.start <= _SHORT_LINE) & (stretch.kinds[last_at] != kind.PUNCTUATION) & (stretch.kinds[last_at] != kind.DIGIT)

    def share(of_these: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(lines.document[of_these], minlength=size) / least

    rules = {
        "quality.bullets": (enough & (share(np.isin(first, _BULLET_POINTS)) >= _BULLETS), 0.2, "gopher"),
        "quality.ellipses": (enough & (share(dots) >= _ELLIPSES), 0.2, "gopher"),
        "quality.navigation": (enough & (count >= 2 * _LEAST_LINES) & (share(short) >= _SHORT_LINES), 0.3, "refinedweb"),
        "quality.same_lines": (enough & (share(lines.again) >= _SAME_LINES), 0.3, "gopher"),
    }
    _note(rules, stretch, found)


_BULLET_POINTS = np.array([ord(each) for each in "-*•·●○▪◦‣∙◆◇■□➤►"], np.uint32)


def _find_runs(stretch: Stretch, found: FindingRows) -> None:
    """The same letter many times in a row, words of two alphabets, and characters that were lost."""
    points, kinds = stretch.points, stretch.kinds
    same = np.zeros(len(points), np.bool_)
    same[1:] = (points[1:] == points[:-1]) & np.isin(kinds[1:], _LETTERS)
    for row, start, end in stretch.runs(same, _ONE_CHARACTER):
        found.add(row, "quality.one_character", start - 1, end, 0.3, "count")
    if (kinds == kind.CYRILLIC).any():
        side_by_side = np.zeros(len(points), np.bool_)
        side_by_side[1:] = ((kinds[1:] == kind.CYRILLIC) & (kinds[:-1] == kind.LATIN)) | (
            (kinds[1:] == kind.LATIN) & (kinds[:-1] == kind.CYRILLIC)
        )
        _note_many(stretch, side_by_side, _MIXED_WORDS, "quality.mixed_scripts", 0.4, found)
    lost = points == 0xFFFD
    if lost.any():
        _note_many(stretch, lost, _BROKEN, "quality.mojibake", 0.6, found)


def _note_many(stretch: Stretch, marked: NDArray[np.bool_], least: int, rule: str, score: float, found: FindingRows) -> None:
    """A finding from the first to the last marked character of documents that have at least so many."""
    counts = np.bincount(stretch.document[marked], minlength=len(stretch))
    for row in np.flatnonzero(counts >= least).tolist():
        places = np.flatnonzero(marked[stretch.starts[row] : stretch.starts[row + 1]])
        found.add(row, rule, int(places[0]), int(places[-1]) + 1, score, "count")


def _find_words(stretch: Stretch, found: FindingRows) -> None:
    boilerplate: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for seen in sightings(stretch, "quality."):
        rule = seen.signal.rule
        if rule.startswith("quality.boilerplate."):
            boilerplate[seen.document].append((seen.start, seen.end, rule.rpartition(".")[2]))
        elif rule != "quality.truncated" or not stretch.texts[seen.document][seen.end :].strip():
            found.add(seen.document, rule, seen.start, seen.end, seen.signal.score, "pattern")
    for row, several in boilerplate.items():
        kinds = sorted({each for _, _, each in several})
        if len(kinds) >= _KINDS and len(stretch.texts[row]) <= _KIND_CHARS * len(several):
            start, end = min(each[0] for each in several), max(each[1] for each in several)
            found.add(row, "quality.boilerplate", start, end, 0.4, "+".join(kinds))
