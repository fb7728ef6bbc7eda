"""Patterns whose matches must also pass a check that no regular expression can make: a check digit, a list of units.

To the engine they are patterns like any other, on streams too: what may still become a match is known from the expression alone, and which
matches there are is said of each place by itself (leftmost first, not inside a number, passing), so wherever a search begins it finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from brightline.text.patterns import Pattern, compile_pattern

__all__ = ["Check", "checked_pattern"]

Check = Callable[[str], bool]

_STRETCH = 512  # characters that are searched at once behind a match that fails its check


def checked_pattern(source: str, check: Check, name: str) -> Pattern:
    """A pattern whose matches must also pass ``check``; where one fails, the next may begin at its second character. No match begins
    inside a number. ``name`` stands for it where a pattern of a goal file has its source. Raises ``PatternError``.
    """
    plain = compile_pattern(source)
    return replace(plain, source=name, full=_Checked(plain, check), whole_numbers=True)


class _Checked:
    """A compiled expression that gives those matches only that pass a check and do not begin inside a number.

    google-re2 encodes the whole text anew for each search, so after a match that fails the search goes on in stretches.
    """

    def __init__(self, pattern: Pattern, check: Check) -> None:
        self._expression = pattern.full
        self._check = check
        self._width = pattern.width

    def search(self, text: str | bytes, position: int = 0) -> Any:
        match = self._expression.search(text, position)
        if match is None or self._counts(text, match.start(), match.group()):
            return match
        return self._further(text, match.start())

    def fullmatch(self, text: str) -> Any:
        match = self._expression.fullmatch(text)
        return match if match is not None and self._counts(text, 0, text) else None

    def finditer(self, text: str) -> Iterator[Any]:
        match = self.search(text)
        while match is not None:
            yield match
            match = self.search(text, match.end())

    def _further(self, text: str | bytes, failed: int) -> Any:
        longest = self._width * (4 if isinstance(text, bytes) else 1)
        position = self._after(text, failed)
        while position < len(text):
            match = self._expression.search(text[position : position + _STRETCH + longest])
            if match is None or match.start() >= _STRETCH:  # so near the end of the stretch that it may be cut
                position += _STRETCH
                continue
            start = position + match.start()
            if self._counts(text, start, match.group()):
                return self._expression.search(text[: start + longest], start)
            position = self._after(text, start)
        return None

    @staticmethod
    def _after(text: str | bytes, start: int) -> int:
        """Where the next match may begin: not inside the number that ``start`` stands in."""
        position = start + 1
        if _is_digit(text[start : start + 1]):
            while _is_digit(text[position : position + 1]):
                position += 1
        return position

    def _counts(self, text: str | bytes, start: int, found: str | bytes) -> bool:
        if start > 0 and _is_digit(found[:1]) and _is_digit(text[start - 1 : start]):
            return False
        return self._check(found.decode() if isinstance(found, bytes) else found)


def _is_digit(character: str | bytes) -> bool:
    return character.isascii() and character.isdigit()
