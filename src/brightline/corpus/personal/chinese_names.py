"""Names of people in Chinese characters under the heading of a column, which may stand far away. All other places: ``people``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import heading, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.likeness import likeness
from brightline.corpus.personal.name_words import COLUMN

__all__ = ["chinese_names_in_columns"]

_H = "\u4e00-\u9fff"
_MIDDLE = rf"(?:·[{_H}]{{1,8}}){{0,3}}"
_CELL = re.compile(rf"(?:(?:(?<=[|\t,\n])|^) *|(?<=  ))([{_H}]{{2,5}}{_MIDDLE}) *(?=[|\t,\n]|  |$)")
_LEAST = -1.2  # what the heading of a column lets pass (own choice: rare given names)


def chinese_names_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """Names under the heading of a column."""
    for match in _CELL.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and words(COLUMN).search(over) and (likeness(match.group(1)) > _LEAST or "·" in match.group(1)):
            yield Found("personal.name", *match.span(1), "column+surname", 0.7)
