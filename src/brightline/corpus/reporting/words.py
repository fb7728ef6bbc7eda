"""The words of reports, in both languages: one table, ``data/words.csv`` (key, zh, en), sorted by key.

Nothing that comes from a corpus is ever looked up here without a fallback, so an unknown word shows itself.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["LANGS", "Lang", "catalogue", "said"]

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


def said(lang: Lang, key: str, default: str | None = None) -> str:
    """The words for ``key``, or ``default``. Raises ``KeyError`` where neither is there."""
    found = catalogue(lang).get(key, default)
    if found is None:
        raise KeyError(key)
    return found


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """All words of a language. Raises ``ValueError`` with file and line for a row that is incomplete, out of order or there twice."""
    table = files("brightline.corpus.reporting") / "data" / "words.csv"
    rows = csv.reader(io.StringIO(table.read_text("utf-8")))
    if next(rows, []) != ["key", "zh", "en"]:
        raise ValueError("words.csv:1: the columns are not key, zh, en")
    words: dict[str, str] = {}
    last = ""
    for row in rows:
        if len(row) != 3 or not all(row) or row[0] <= last:
            raise ValueError(f"words.csv:{rows.line_num}: {row!r} is incomplete, out of order, or there twice")
        last = row[0]
        words[last] = row[1 + LANGS.index(lang)]
    return words
