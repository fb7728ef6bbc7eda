"""Lists of columns that stand apart from their values: ``INSERT INTO t (name, qq) VALUES ('x', '123456')`` of SQL (ISO/IEC 9075-2, 14.11).

The name of a column is the heading of the value at its place. Values are read as a lexer would: quoted ones whole, two quotes or a
backslash for one inside; parentheses of functions are counted. No database's dialect is parsed further.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from brightline.corpus.personal.last import of_last

__all__ = ["column_at"]

_LIST = re.compile(r"\(([^()']{1,2000})\)\s{0,8}VALUES\s{0,8}(?=\()", re.IGNORECASE)
_TOKEN = re.compile(r"'(?:[^'\\]|\\.|''){0,4000}'|\"(?:[^\"\\]|\\.){0,4000}\"|[(),;]|[^'\"(),;]+|['\"]", re.DOTALL)
_MOST_TOKENS = 20_000  # of one statement that are read in a view (own choice; keeps the work bounded)


def column_at(text: str, start: int) -> str:
    """The name of the column that a list gives the value at ``start``; "" where none does."""
    begins, ends, names = _values(text)
    place = bisect_right(begins, start) - 1
    return names[place] if place >= 0 and start < ends[place] else ""


@of_last
def _values(text: str) -> tuple[list[int], list[int], list[str]]:
    begins: list[int] = []
    ends: list[int] = []
    names: list[str] = []
    done = 0
    for statement in _LIST.finditer(text):
        if statement.start() < done:
            continue
        columns = [name.strip(' \t\r\n`"[]') for name in statement.group(1).split(",")]
        depth, column = 0, 0
        for many, token in enumerate(_TOKEN.finditer(text, statement.end())):
            sign = token.group()
            done = token.end()
            if many > _MOST_TOKENS or (sign == ";" and depth == 0):
                break
            if sign == "(":
                depth, column = depth + 1, 0 if depth == 0 else column
            elif sign == ")":
                depth -= 1
            elif sign == "," and depth == 1:
                column += 1
            elif depth == 0 and sign.strip(" \t\r\n,"):
                break  # RETURNING, ON DUPLICATE KEY …
            elif depth >= 1 and column < len(columns) and sign.strip():
                begins.append(token.start())
                ends.append(token.end())
                names.append(columns[column])
    return begins, ends, names
