"""The split lane (拆字): two characters that stand for the one they draw together. 氵去 is 法, 女干 is 奸, 弓虽 is 强.

The table has only pairs that ordinary people do not write side by side: components that never stand alone, and pairs that were not
seen in some six million characters of ordinary text (``build_splits``). Up to three separators may stand between the two parts, never
the end of a sentence or clause. Variants of a component (⺡, ⼥) count as the component.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from brightline.text.lanes import MAX_SKIPPED
from brightline.text.tables import load_tables
from brightline.text.views import Edit

__all__ = ["SPLITS_FILE", "split_edits", "split_parts"]

SPLITS_FILE = Path(__file__).parent / "data" / "splits.tsv"

# CJK Radicals Supplement: forms of components that normalisation leaves alone, each before the character that people type.
_RADICALS = "⺡氵⺘扌⺅亻⺉刂⺮竹⺾艹⻊足⺨犭⺖忄⺭礻⻂衤⺼月⻌辶⻏阝⻖阝⺊卜⺌小⺍小⺝月⺣灬⺤爫⺩王⺪疋⺫网⺬示⺯纟⺶羊⺷羊⺸羊⺹耂⺿艹⻀艹⻎辶⻟食⻠饣訁讠釒钅糹纟飠饣"

# What may stand between two parts: anything that is no letter, digit or character, and ends no sentence or clause.
_GAP = f'(?:[^\\w。！？!?，,、；;：:“”"\\r\\n\\v\\f\\x85\\u2028\\u2029]|_){{0,{MAX_SKIPPED}}}'


class _Splits(NamedTuple):
    """``found`` finds where two parts stand (group 1 and 2); ``whole`` knows for each pair the character, ``unless`` what may not follow."""

    found: re.Pattern[str]
    whole: dict[str, str]
    unless: dict[str, str]
    variants: dict[int, str]


def split_edits(text: str) -> list[Edit]:
    """The split characters of a text, to be read as one; any code points, time in proportion to the length."""
    splits = _splits()
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
    found = re.compile(f"[{''.join(sorted(first))}](?=({_GAP}[{''.join(sorted(second))}]))")
    return _Splits(found, whole, unless, variants)


def _variants(parts: set[str]) -> dict[int, str]:
    """Code points that draw a part and are none themselves: Kangxi and supplementary radicals."""
    base = load_tables().base
    radicals = np.arange(0x2F00, 0x2FE0)
    folded = {int(code): chr(base[code]) for code in radicals if base[code] <= 0x10FFFF}
    folded |= {ord(_RADICALS[at]): _RADICALS[at + 1] for at in range(0, len(_RADICALS), 2)}
    return {code: part for code, part in folded.items() if part in parts and chr(code) not in parts}
