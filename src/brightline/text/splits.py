"""The split lane (拆字): what was taken apart is put together. 氵去 is 法, 女干 is 奸, 弓虽 is 强; 加 微*信 看、片 is 加微信看片.

Characters: two parts that stand for the one they draw together. The table has only pairs that ordinary people do not write side by side: components that never stand alone, and pairs that were not
seen in some six million characters of ordinary text (``build_splits``). Up to three separators may stand between the two parts, never
the end of a sentence or clause. Variants of a component (⺡, ⼥) count as the component.

Sentences: characters with separators between them again and again. The skip lane sees single words through that; read as it was meant, the
text can be seen by patterns too. Spaces between phrases are no spreading: the pieces must be short, two characters on average.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from brightline.text.lanes import MAX_SKIPPED
from brightline.text.pairs import pair_scores
from brightline.text.symbols import symbol_words
from brightline.text.tables import load_tables
from brightline.text.views import Edit, without_overlaps

__all__ = ["SPLITS_FILE", "split_edits", "split_parts"]

SPLITS_FILE = Path(__file__).parent / "data" / "splits.tsv"

# CJK Radicals Supplement: forms of components that normalisation leaves alone, each before the character that people type.
_RADICALS = "⺡氵⺘扌⺅亻⺉刂⺮竹⺾艹⻊足⺨犭⺖忄⺭礻⻂衤⺼月⻌辶⻏阝⻖阝⺊卜⺌小⺍小⺝月⺣灬⺤爫⺩王⺪疋⺫网⺬示⺯纟⺶羊⺷羊⺸羊⺹耂⺿艹⻀艹⻎辶⻟食⻠饣訁讠釒钅糹纟飠饣"

# What may stand between two parts: anything that is no letter, digit or character, and ends no sentence or clause.
_PLAIN_SEPARATOR = '[^\\w。！？!?，,、；;：:“”"\\r\\n\\v\\f\\x85\\u2028\\u2029]'
_SEPARATOR = f"(?:{_PLAIN_SEPARATOR}|[_丶])"
_GAP = f"{_SEPARATOR}{{0,{MAX_SKIPPED}}}"

# A sentence is spread out with so many gaps in a row, between pieces of so many characters at most, and on average; or, whatever the
# average, if the characters on both sides of the gaps belong together (nats a pair, see ``pairs``). That alone tells gaps made by 、
# from lists, of which there may be some among others.
LEAST_GAPS = 3
LONGEST_PIECE = 8
AVERAGE_PIECE = 2.5
LEAST_NATURAL = 1.0
_HAN = "\u3400-\u4e35\u4e37-\u9fff"  # without 丶
_PLAIN = re.compile(f"(?:{_PLAIN_SEPARATOR}|、)(?=[{_HAN}0-9A-Za-z])")  # the last of a gap
_BETWEEN = re.compile(
    f"(?:(?<=[{_HAN}])|(?<=(?<![0-9A-Za-z])[0-9A-Za-z]))(?:{_SEPARATOR}|、){{1,{MAX_SKIPPED}}}(?=[{_HAN}]|[0-9A-Za-z](?![0-9A-Za-z]))"
)


class _Splits(NamedTuple):
    """``found`` finds where two parts stand; ``whole`` knows for each pair the character, ``unless`` what may not follow.

    ``beside`` finds the same parts as two groups, ``written`` has all pairs in all forms of their parts: most texts have none of them.
    """

    found: re.Pattern[str]
    beside: re.Pattern[str]
    written: frozenset[str]
    whole: dict[str, str]
    unless: dict[str, str]
    variants: dict[int, str]


def split_edits(text: str) -> list[Edit]:
    """The split characters of a text, to be read as one, and characters with the separators after them, to be read without; any code
    points, time in proportion to the length.
    """
    pairs = _pairs(text)
    gaps = _spread(text)
    return _together(text, pairs, gaps) if gaps else pairs


def _pairs(text: str) -> list[Edit]:
    splits = _splits()
    if splits.written.isdisjoint(map("".join, splits.beside.findall(text))):
        return []
    edits: list[Edit] = []
    done = 0
    for found in splits.found.finditer(text):
        start, end = found.start(), found.end(1)
        if start < done:
            continue
        parts = _parts(found, splits)
        whole = splits.whole.get(parts)
        if whole is not None and not _is_ordinary(text, end, splits.unless.get(parts), splits):
            edits.append(Edit(start, end, whole, "split"))
            done = end
    return edits


def _parts(found: re.Match[str], splits: _Splits) -> str:
    return (found[0] + found[1][-1]).translate(splits.variants)


def _is_ordinary(text: str, end: int, unless: str | None, splits: _Splits) -> bool:
    """True if what follows makes a word with a reviewed pair: 女干部. Not if that is itself the first part of another: 力口才戈."""
    if unless is None or end == len(text) or text[end] not in unless:
        return False
    following = splits.found.match(text, end)
    return following is None or _parts(following, splits) not in splits.whole


def _spread(text: str) -> list[tuple[int, int]]:
    """Where separators stand in sentences that are spread out."""
    last_of_gaps = _PLAIN.findall(text)
    lists, others = last_of_gaps.count("、"), text.count("_") + text.count("丶")
    if len(last_of_gaps) + others < LEAST_GAPS or 2 * (len(last_of_gaps) - lists + others) < LEAST_GAPS:
        return []
    gaps = [gap.span() for gap in _BETWEEN.finditer(text)]
    if len(gaps) < LEAST_GAPS:
        return []
    pictures = symbol_words()
    scores = pair_scores(
        np.array([ord(text[start - 1]) for start, _ in gaps], np.uint32), np.array([ord(text[end]) for _, end in gaps], np.uint32)
    ).tolist()
    found: list[tuple[int, int]] = []
    row: list[tuple[int, int, float]] = []
    for start, end, natural in [*((*gap, score) for gap, score in zip(gaps, scores, strict=True)), (len(text) + LONGEST_PIECE + 1, 0, 0.0)]:
        if row and start - row[-1][1] > LONGEST_PIECE:
            if _is_spread(text, row):
                found += (
                    (begin, until) for begin, until, score in row if score >= LEAST_NATURAL or pictures.keys().isdisjoint(text[begin:until])
                )
            row = []
        row.append((start, end, natural))
    return found


def _is_spread(text: str, row: list[tuple[int, int, float]]) -> bool:
    beside_han = [gap for gap in row if text[gap[0] - 1] >= "\u3400" or text[gap[1]] >= "\u3400"]
    lists = sum("、" in text[start:end] for start, end, _ in row)
    if len(beside_han) < LEAST_GAPS or 2 * lists > len(row):
        return False
    between = [natural for start, end, natural in row if text[start - 1] >= "\u3400" <= text[end]]
    if len(between) >= LEAST_GAPS and sum(between) >= LEAST_NATURAL * len(between):
        return True
    inside = row[-1][0] - row[0][1] - sum(end - start for start, end, _ in row[1:-1])
    return not lists and inside <= AVERAGE_PIECE * (len(row) - 1)


def _together(text: str, pairs: list[Edit], gaps: list[tuple[int, int]]) -> list[Edit]:
    """Both kinds of edits; a character and the gap after it are one edit, whether or not it was drawn by two."""
    whole_until = {edit.end: edit for edit in pairs}
    edits = {edit.start: edit for edit in pairs}
    for start, end in gaps:
        before = whole_until.get(start)
        if before is not None:
            edits[before.start] = before._replace(end=end)
        elif not any(
            edit.start < end and start - 1 < edit.end for edit in (edits.get(start - 1), edits.get(start - 2)) if edit is not None
        ):
            edits[start - 1] = Edit(start - 1, end, text[start - 1], "split")
    return without_overlaps(edits.values())


@cache
def split_parts() -> dict[str, list[str]]:
    """Character → the pairs that are read as it."""
    parts: dict[str, list[str]] = {}
    for pair, whole in _splits().whole.items():
        parts.setdefault(whole, []).append(pair)
    return parts


@cache
def _splits() -> _Splits:
    rows = [line.split("\t") for line in SPLITS_FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    whole = {pair: character for pair, character, *_ in rows}
    unless = {row[0]: row[2] for row in rows if len(row) > 2}
    variants = _variants({part for pair in whole for part in pair})
    first = {pair[0] for pair in whole}
    second = {pair[1] for pair in whole}
    for code, part in variants.items():
        first |= {chr(code)} if part in first else set()
        second |= {chr(code)} if part in second else set()
    firsts, seconds = f"[{''.join(sorted(first))}]", f"[{''.join(sorted(second))}]"
    forms = {part: [part] for pair in whole for part in pair}
    for code, part in variants.items():
        forms[part].append(chr(code))
    written = frozenset(left + right for pair in whole for left in forms[pair[0]] for right in forms[pair[1]])
    beside = re.compile(f"({firsts})(?={_GAP}({seconds}))")
    return _Splits(re.compile(f"{firsts}(?=({_GAP}{seconds}))"), beside, written, whole, unless, variants)


def _variants(parts: set[str]) -> dict[int, str]:
    """Code points that draw a part and are none themselves: Kangxi and supplementary radicals."""
    base = load_tables().base
    radicals = np.arange(0x2F00, 0x2FE0)
    folded = {int(code): chr(base[code]) for code in radicals if base[code] <= 0x10FFFF}
    folded |= {ord(_RADICALS[at]): _RADICALS[at + 1] for at in range(0, len(_RADICALS), 2)}
    return {code: part for code, part in folded.items() if part in parts and chr(code) not in parts}
