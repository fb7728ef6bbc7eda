"""The words around a value that say what it is: before it, behind it, and the heading of its column in a table.

A value of seven digits proves nothing by itself; "病历号：" before it does. Words are looked for in the same paragraph and near by:
48 characters before and 16 behind (own choice: labels of forms and keys of JSON stand nearer, sentences are longer), and in the first
line of the table that the value's line belongs to.
"""

from __future__ import annotations

import re
from functools import lru_cache

from brightline.corpus.personal.last import of_last
from brightline.corpus.personal.listed import column_at
from brightline.corpus.personal.rules import RULES, placeholder

__all__ = ["after", "before", "heading", "nearest", "says", "words"]

_PLACEHOLDER = re.compile(
    r"\[(?:"
    + "|".join(sorted({re.escape(word) for rule in RULES for word in (placeholder(rule)[1:-1], placeholder(rule, "en")[1:-1])}))
    + r")\]"
)
BEFORE, AFTER = 48, 16
_SIGNS = tuple(map(re.compile, (r"\|", r"\t", r"(?<=\S) {2,}(?=\S)", r"[,;]")))  # between cells, the surest first
_VALUE = re.compile(r"[0-9]{4}|[:：=]")  # what no heading has: a line of JSON is no head of a table
_PAIR = re.compile(r"[^,;\s][^,;]{0,60}[,;][^,;\s][^,;]{0,60}")
_HEADING = r"\w[\w ]{0,23}(?:\([^(),;\n]{1,24}\))?"  # with a remark in brackets (own choice: headings of forms are no longer)
_PAIR_OF_HEADINGS = re.compile(rf"{_HEADING}[,;]{_HEADING}")
_LONGEST_ROW = 2000  # characters: longer lines are no rows of a table (own choice; keeps the work bounded)
_ROWS = 64  # lines that a table is followed upwards in a view


@lru_cache(256)
def words(pattern: str) -> re.Pattern[str]:
    """Words of a context, compiled: case does not count, and Latin words are whole words."""
    return re.compile(f"(?:{pattern})", re.IGNORECASE)


def before(text: str, start: int, reach: int = BEFORE) -> str:
    """What stands before a value in its paragraph."""
    near = _without_placeholders(text[max(0, start - reach) : start])
    cut = near.rfind("\n\n")
    return near if cut < 0 else near[cut + 2 :]


def after(text: str, end: int, reach: int = AFTER) -> str:
    """What stands behind a value in its line."""
    return _without_placeholders(text[end : end + reach].split("\n", 1)[0])


def _without_placeholders(near: str) -> str:
    """What Brightline put in the place of a value says what that was, not what stands beside it."""
    return _PLACEHOLDER.sub("[]", near) if "[" in near else near


def heading(text: str, start: int) -> str:
    """The heading of the value's column, or nothing: the same cell in the first line of the block, if both lines have as many cells;
    or the name in a list of columns (``listed``)."""
    if _has_lists(text):
        name = column_at(text, start)
        if name:
            return name
    begin = text.rfind("\n", max(0, start - _LONGEST_ROW), start) + 1
    if begin == 0:
        return ""
    rows = _rows(text)
    found = rows.get(begin)
    if found is None:
        found = _table(text, begin)
        if len(rows) >= _ROWS:
            rows.clear()
        rows[begin] = found
    sign, top = found
    if sign is None or not top:
        return ""
    over = sign.split(top)[len(sign.findall(text[begin : start + 1]))]
    return over if re.search(r"\w", over) and not _VALUE.search(over) else ""


@of_last
def _has_lists(text: str) -> bool:
    """Asked once for a view, not once for each of its values."""
    return "VALUES" in text or "values" in text


@of_last
def _rows(_text: str) -> dict[int, tuple[re.Pattern[str] | None, str]]:
    """What was found out about the last lines of a view, by where they begin."""
    return {}


def _table(text: str, begin: int) -> tuple[re.Pattern[str] | None, str]:
    """What stands between the cells of a line, and the first line of its table: those above it with as many cells."""
    stop = text.find("\n", begin, begin + _LONGEST_ROW)
    line = text[begin : stop if stop >= 0 else begin + _LONGEST_ROW]
    sign = next((sign for sign in _SIGNS if sign.search(line)), None)
    cells = len(sign.findall(line)) if sign else 0
    pair = sign is _SIGNS[-1] and cells == 1  # two cells, or a comma in a sentence
    if sign is None or (pair and _PAIR.fullmatch(line) is None):
        return None, ""
    top = ""
    for upper in reversed(text[max(0, begin - 8000) : begin - 1].split("\n")[-_ROWS:]):
        if not upper.strip():
            continue  # between rows of HTML
        if len(sign.findall(upper)) != cells:
            break
        top = upper
    return sign, "" if pair and _PAIR_OF_HEADINGS.fullmatch(top) is None else top


def says(pattern: str, text: str, start: int, end: int, reach: int = BEFORE) -> bool:
    """Do the words stand near the value, or over its column?"""
    wanted = words(pattern)
    return bool(wanted.search(before(text, start, reach)) or wanted.search(after(text, end)) or wanted.search(heading(text, start)))


def nearest(text: str, start: int, kinds: dict[str, str], reach: int = BEFORE) -> str:
    """Which kind's words stand nearest before the value (or over its column); "" if none does."""
    best, place = "", -1
    over = heading(text, start)
    near = over or before(text, start, reach)
    for kind, pattern in kinds.items():
        for match in words(pattern).finditer(near):
            if match.end() > place:
                best, place = kind, match.end()
    return best
