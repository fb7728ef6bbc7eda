"""Expressions of ``re`` behind a gate of google-re2: a linear automaton says first whether, and from where on, they could match at all.

Detectors look around (``(?<!…)``, ``(?=…)``), which google-re2 cannot, and ``re`` tries them at every place, which takes a hundred times
as long. The gate is the same expression without what it looks around for and without bounds of length, so it matches wherever the
expression does and at the same place; most pieces of text never pass it. What is found is the same with and without gates.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2

from brightline.corpus.personal.last import of_last

__all__ = ["Gated", "Which", "gate_of", "gated"]

_MOST = 32  # repetitions that a gate counts; more are "any number" (own choice: keeps its automaton small)
_MEMORY = 32 << 20  # bytes at most for the automaton of a gate (own choice); with less it is slower, never wrong
_SPACE = r"\t\n\v\f\r \x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"  # str.isspace
_WIDE = {"CATEGORY_DIGIT": r"\p{Nd}", "CATEGORY_SPACE": _SPACE, "CATEGORY_WORD": r"\p{L}\p{N}_"}
_NARROW = {"CATEGORY_DIGIT": "0-9", "CATEGORY_SPACE": r"\t\n\f\r ", "CATEGORY_WORD": "0-9A-Za-z_"}
_ANY = r"(?s:.)"
_TRIES = 8  # places that the gate is asked about in a text, then the rest is for ``re`` (own choice: keeps the work linear)
_DOTLESS = ("\u0130", "\u0131")  # for ``re`` an i where case does not count, for google-re2 none


class Gated:
    """An expression with its gate; ``pattern`` is the expression itself."""

    __slots__ = ("_gate", "pattern")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self._gate: Any = None

    def finditer(self, text: str, focus: int = 0) -> Iterator[re.Match[str]]:
        """As ``re.Pattern.finditer``."""
        place = focus
        for _ in range(_TRIES):
            place = self._first(text, place)
            if place < 0:
                return
            match = self.pattern.match(text, place)
            place += 1
            if match is not None and match.end() >= place:
                yield match
                place = match.end()
        yield from self.pattern.finditer(text, place)

    def _first(self, text: str, focus: int) -> int:
        """No match begins before; -1: none at all."""
        if self._gate is None:
            self._gate = _compiled(gate_of(self.pattern))
        written, as_ascii = _written(text)
        if not as_ascii and any(sign in text for sign in _DOTLESS):
            return focus
        begin = focus if as_ascii or focus == 0 else len(text[:focus].encode("utf-8", "surrogatepass"))
        match = self._gate.search(written, begin)
        if match is None:
            return -1
        return int(match.start()) if as_ascii else len(written[: match.start()].decode("utf-8", "surrogatepass"))


class Which:
    """Which of many expressions could match somewhere in a text: one automaton for all of their gates."""

    def __init__(self, expressions: Sequence[str], flags: int = 0) -> None:
        self._expressions = [re.compile(expression, flags) for expression in expressions]
        self._set: Any = None

    def of(self, text: str) -> Sequence[int]:
        """Their numbers in order; all of them where the automaton cannot tell."""
        every = range(len(self._expressions))
        if self._set is None:
            self._set = re2.Set.SearchSet(_options())
            for expression in (*map(gate_of, self._expressions), _ANY):
                self._set.Add(expression.encode())
            self._set.Compile()
        written, as_ascii = _written(text)
        if not text or (not as_ascii and any(sign in text for sign in _DOTLESS)):
            return every
        found = self._set.Match(written)
        return sorted(found)[:-1] if found else every  # the last matches in any text: its memory was not enough


def gated(expression: str, flags: int = 0) -> Gated:
    """``re.compile`` with a gate."""
    return Gated(re.compile(expression, flags))


@of_last
def _written(text: str) -> tuple[bytes, bool]:
    """A view in UTF-8, which several detectors read one after the other, and whether it is all ASCII."""
    return text.encode("utf-8", "surrogatepass"), text.isascii()


@cache
def _compiled(expression: str) -> Any:
    return re2.compile(expression.encode(), _options())


def _options() -> Any:
    options = re2.Options()
    options.never_capture = True
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


def gate_of(pattern: re.Pattern[str]) -> str:
    """The gate of an expression, for google-re2. It is made from what ``re`` itself reads in the expression."""
    parser = importlib.import_module("re._parser")  # the only reader of its own syntax that Python has
    gate = _sequence(parser.parse(pattern.pattern, pattern.flags))
    return f"(?i:{gate})" if pattern.flags & re.IGNORECASE else gate


def _sequence(items: Any) -> str:
    return "".join(_item(str(kind), value) for kind, value in items)


def _item(kind: str, value: Any) -> str:
    if kind == "LITERAL":
        return _sign(value)
    if kind == "NOT_LITERAL":
        return f"[^{_sign(value)}]"
    if kind == "IN":
        return _class(value)
    if kind == "BRANCH":
        return f"(?:{'|'.join(_sequence(branch) for branch in value[1])})"
    if kind == "SUBPATTERN":
        _, more, less, inner = value
        flags = "i" if more & re.IGNORECASE else "-i" if less & re.IGNORECASE else ""
        return f"(?{flags}:{_sequence(inner)})"
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = value
        counted = f"{{{min(least, _MOST)},{int(most) if most <= _MOST else ''}}}"
        return f"(?:{_sequence(inner)}){counted}"
    if kind == "ATOMIC_GROUP":
        return f"(?:{_sequence(value)})"
    if kind in ("AT", "ASSERT", "ASSERT_NOT"):
        return ""
    return f"{_ANY}*" if kind.startswith("GROUPREF") else _ANY


def _class(items: Sequence[tuple[Any, Any]]) -> str:
    negated = str(items[0][0]) == "NEGATE"
    parts = []
    for kind, value in items[negated:]:
        if str(kind) == "LITERAL":
            parts.append(_sign(value))
        elif str(kind) == "RANGE":
            parts.append(f"{_sign(value[0])}-{_sign(value[1])}")
        elif str(value) in _WIDE:
            parts.append((_NARROW if negated else _WIDE)[str(value)])
        elif not negated:
            return _ANY  # what is no digit, no space or no word
    return f"[{'^' if negated else ''}{''.join(parts)}]" if parts else _ANY


def _sign(code: int) -> str:
    return rf"\x{{{code:x}}}"
