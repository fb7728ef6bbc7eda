"""Regular expressions of goals: bounded, compiled by google-re2 (linear time), and usable on streams.

A pattern runs on the base lane, so its literals go through the same normaliser as the text. For streams a second
expression is derived that matches every *proper prefix* of what the pattern matches: searched at the end of the text it
gives the first position from which the pattern may still be completed, which is all a stream needs to hold back.
Derivation over the syntax tree P(x), "a beginning of x that x can still grow from":

    P(c) = ε      P(xy) = P(x) | x P(y)      P(x|y) = P(x) | P(y)      P(x{m,n}) = x{0,n-1} P(x)

Not supported, and rejected with a cure: anchors and ``\\b`` (they look at text outside the match), look-around,
back-references, flags, unbounded repeats.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import re2

from brightline.text.anchors import anchors_of
from brightline.text.lanes import normalise

__all__ = ["MAX_WIDTH", "Pattern", "PatternError", "compile_pattern"]

MAX_WIDTH = 80  # characters: longer evidence is a matter for slots; a stream holds back at most this much for a pattern
_ANY = "\uffff"  # no character of any text: stands for "many"
_MANY_HEADS = 4096  # beyond, the first character alone has to do
MIN_WIDTH = 2  # a single character is over-broad, as for words

_PROPERTY = re.compile(r"\\[pP](?:\{\^?\w+\}|\w)")
_PROPERTY_STAND_IN = 0xF0000  # private-use characters stand for \p{…} while Python's parser reads the pattern
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


class PatternError(ValueError):
    """The pattern cannot be used; ``cure`` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Pattern:
    """``full`` finds matches, ``prefix`` the first live position; ``firsts`` are the characters a match can begin with (None: many).

    ``heads`` are the beginnings of two characters that a match can have; one of a single character stands for all beginnings
    with it. Most positions that begin like a match do not go on like one, and heads tell without a search. ``anchors`` are
    at most two sets of literals: of each every match holds at least one. ``whole_numbers``: no match begins behind a digit.
    """

    source: str
    full: Any
    prefix: Any
    width: int
    firsts: frozenset[str] | None
    heads: frozenset[str]
    anchors: tuple[frozenset[str], ...]
    whole_numbers: bool = False

    def live_from(self, text: str, start: int) -> int:
        """Index of the first position from which more text could complete (or lengthen) a match; ``len(text)`` if none."""
        begin = max(start, len(text) - self.width)
        written = text[begin:].encode()  # google-re2 does not count characters then
        match = self.prefix.search(written)
        return len(text) if match is None else begin + len(written[: match.start()].decode())


@lru_cache(4096)
def compile_pattern(source: str) -> Pattern:
    """Parse, bound, normalise and compile; raises ``PatternError``.

    Remembered: rules that are read anew mostly hold the patterns that they held before, and patterns take a third of reading them.
    """
    properties: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        properties.append(found.group())
        return chr(_PROPERTY_STAND_IN + len(properties) - 1)

    try:
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always", FutureWarning)
            tree = sre.parse(_PROPERTY.sub(stand_in, source))
    except (re.error, OverflowError, RecursionError) as problem:
        raise PatternError(f"is not a regular expression: {problem}", "write it in google-re2 syntax") from None
    if any(issubclass(doubt.category, FutureWarning) for doubt in doubts):  # "[[:alpha:]]", "[ab&&c]": google-re2 may mean another set
        raise PatternError("has a class that can be read in two ways", r"write \[ for a bracket in a class, and no [:names:] of classes")
    if tree.state.flags & ~re.UNICODE:
        raise PatternError("sets flags", "leave flags out: the text is already folded to lower case and simplified characters")
    writer = _Writer(properties)
    full, prefix = writer.sequence(tree), writer.prefixes(tree)
    low, high = tree.getwidth()
    if high > MAX_WIDTH:
        raise PatternError(f"can match {high} characters", f"bound every repeat; at most {MAX_WIDTH} in all")
    if low < MIN_WIDTH:
        raise PatternError(f"can match {low} characters", f"make it need at least {MIN_WIDTH}: single characters are over-broad")
    firsts = writer.firsts(tree)
    if firsts == "any":
        raise PatternError(
            "can begin with any character", "begin with fixed characters or a small class; leading wildcards match everywhere"
        )
    try:
        compiled = re2.compile(full, _quiet()), _OnUse(f"(?:{prefix})\\z")
    except re2.error as problem:
        reason = problem.args[0].decode() if problem.args and isinstance(problem.args[0], bytes) else str(problem)
        raise PatternError(
            f"is refused by google-re2: {reason}", "write it in google-re2 syntax, without look-around or back-references"
        ) from None
    known = firsts if isinstance(firsts, frozenset) else None
    heads = writer.heads(tree, known) if known else frozenset()
    return Pattern(source, *compiled, writer.width(high), known, heads, anchors_of(tree, writer.text_of, writer.texts_of_class))


class _OnUse:
    """An expression that is compiled anew when it is first searched, once it is known to compile: only streams ask for it."""

    __slots__ = ("_compiled", "_source")

    def __init__(self, source: str) -> None:
        re2.compile(source, _quiet())
        self._source = source
        self._compiled: Any = None

    def search(self, text: bytes) -> Any:
        if self._compiled is None:
            self._compiled = re2.compile(self._source, _quiet())
        return self._compiled.search(text)


class _Writer:
    """Writes a syntax tree of Python's parser as google-re2 text, literals normalised."""

    def __init__(self, properties: list[str]) -> None:
        self._properties = properties
        self._longest_expansion = 1

    def width(self, raw_width: int) -> int:
        return raw_width * self._longest_expansion

    def sequence(self, nodes: Iterable[Any]) -> str:
        return "".join(self._node(str(op), value) for op, value in nodes)

    def prefixes(self, nodes: Iterable[Any]) -> str:
        listed = list(nodes)
        if not listed:
            return ""
        (op, value), rest = listed[0], listed[1:]
        own = self._prefix(str(op), value)
        if not rest:
            return own
        return f"(?:{own}|{self._node(str(op), value)}(?:{self.prefixes(rest)}))"

    def firsts(self, nodes: Iterable[Any]) -> frozenset[str] | str:
        """Characters that a match can begin with; "many" for a class too wide to list, "any" for a wildcard."""
        found: frozenset[str] = frozenset()
        for op, value in nodes:
            mine, optional = self._first(str(op), value)
            if isinstance(mine, str):
                return mine
            found |= mine
            if not optional:
                break
        return found

    def heads(self, nodes: Iterable[Any], firsts: frozenset[str]) -> frozenset[str]:
        """The first two characters that matches can have; only the first where the second may be many."""
        found = self._heads(nodes)
        if found is None:
            return firsts
        open_ended = {head[0] for head in found if head[1:] == _ANY or len(head) == 1}
        return frozenset(open_ended | {head for head in found if head[0] not in open_ended})

    def _heads(self, nodes: Iterable[Any]) -> frozenset[str] | None:
        """Beginnings of up to two characters, ``_ANY`` for a character of a wide class; None if they are too many to list."""
        found: frozenset[str] | None = frozenset([""])
        for op, value in nodes:
            found = _joined(found, self._heads_of(str(op), value))
            if found is None or all(len(head) == 2 for head in found):
                break
        return found

    def _heads_of(self, op: str, value: Any) -> frozenset[str] | None:
        if op == "LITERAL":
            return frozenset([_ANY if self._property(value) else self._text(value)[:2]])
        if op == "IN":
            listed = self._first_of_class(value)
            return frozenset([_ANY]) if isinstance(listed, str) else listed
        if op == "BRANCH":
            branches = [self._heads(branch) for branch in value[1]]
            known = [branch for branch in branches if branch is not None]
            return frozenset().union(*known) if len(known) == len(branches) else None
        if op == "SUBPATTERN":
            return self._heads(value[3])
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            once = self._heads(inner)
            reached: frozenset[str] | None = frozenset([""])
            every: set[str] = {""} if low == 0 else set()
            for times in range(1, min(int(high), max(int(low), 2)) + 1):
                reached = _joined(reached, once)
                if reached is None:
                    return None
                if times >= low:
                    every |= reached
            return frozenset(every)
        return frozenset([_ANY])

    def _first(self, op: str, value: Any) -> tuple[frozenset[str] | str, bool]:
        if op == "LITERAL":
            return ("many", False) if self._property(value) else (frozenset(self._text(value)[0]), False)
        if op in ("ANY", "NOT_LITERAL"):
            return "any", False
        if op == "IN":
            return self._first_of_class(value), False
        if op == "BRANCH":
            branches = [self.firsts(branch) for branch in value[1]]
            wide = [branch for branch in branches if isinstance(branch, str)]
            optional = any(branch.getwidth()[0] == 0 for branch in value[1])
            return (min(wide) if wide else frozenset().union(*(b for b in branches if not isinstance(b, str)))), optional
        if op == "SUBPATTERN":
            return self.firsts(value[3]), value[3].getwidth()[0] == 0
        return self.firsts(value[2]), value[0] == 0 or value[2].getwidth()[0] == 0

    def text_of(self, code: int) -> str | None:
        """A literal as the lane has it; None for a property, which many characters have."""
        return None if self._property(code) else self._text(code)

    def texts_of_class(self, members: Any) -> frozenset[str] | None:
        """The members of a class as the lane has them, if they can be listed."""
        listed = self._first_of_class(members)
        return None if isinstance(listed, str) else listed

    def _first_of_class(self, members: Any) -> frozenset[str] | str:
        found: set[str] = set()
        for op, value in members:
            if str(op) == "NEGATE":
                return "any"
            if str(op) == "RANGE" and value[1] - value[0] < 64:
                found.update(self._text(code)[0] for code in range(value[0], value[1] + 1))
            elif str(op) == "LITERAL" and not self._property(value):
                found.add(self._text(value)[0])
            elif str(op) == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
                found.update("0123456789")
            else:
                return "many"
        return frozenset(found)

    def _node(self, op: str, value: Any) -> str:
        if op == "LITERAL":
            return self._property(value) or _group(re2.escape(self._text(value)))
        if op == "NOT_LITERAL":
            return f"[^{self._member(value)}]"
        if op == "ANY":
            return "."
        if op == "IN":
            return self._class(value)
        if op == "BRANCH":
            return "(?:" + "|".join(self.sequence(branch) for branch in value[1]) + ")"
        if op == "SUBPATTERN":
            self._no_flags(value)
            return f"(?:{self.sequence(value[3])})"
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            self._bounded(high)
            return f"(?:{self.sequence(inner)}){{{low},{high}}}" + ("?" if op == "MIN_REPEAT" else "")
        if op == "AT":
            raise PatternError("has an anchor or \\b", "leave ^, $ and \\b out: a stream has no ends, and \\b does not work beside Chinese")
        raise PatternError(f"uses {op.lower().replace('_', ' ')}", "write it without look-around, back-references and possessive repeats")

    def _prefix(self, op: str, value: Any) -> str:
        if op == "LITERAL":
            text = "" if self._property(value) else self._text(value)
            return "|".join(re2.escape(text[:length]) for length in range(len(text))) if len(text) > 1 else ""
        if op == "BRANCH":
            return "(?:" + "|".join(self.prefixes(branch) for branch in value[1]) + ")"
        if op == "SUBPATTERN":
            return f"(?:{self.prefixes(value[3])})"
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            _, high, inner = value
            self._bounded(high)
            return f"(?:{self.sequence(inner)}){{0,{max(high - 1, 0)}}}(?:{self.prefixes(inner)})" if high else ""
        return ""

    def _class(self, members: Any) -> str:
        text = ""
        for op, value in members:
            if str(op) == "NEGATE":
                text += "^"
            elif str(op) == "LITERAL":
                text += self._member(value)
            elif str(op) == "RANGE":
                text += self._range(*value)
            elif str(value) in _CATEGORIES:
                text += _CATEGORIES[str(value)]
        return f"[{text}]"

    def _member(self, code: int) -> str:
        known = self._property(code)
        if known:
            return known
        text = self._text(code)
        if len(text) != 1:
            raise PatternError(
                f"has {chr(code)!r} in a class, which normalises to {text!r}", "write it as an alternative (a|b) outside the class"
            )
        return f"\\x{{{ord(text):X}}}"

    def _range(self, first: int, last: int) -> str:
        ends = self._text(first), self._text(last)
        if len(ends[0]) == len(ends[1]) == 1 and ord(ends[1]) - ord(ends[0]) == last - first:
            return f"\\x{{{ord(ends[0]):X}}}-\\x{{{ord(ends[1]):X}}}"
        return f"\\x{{{first:X}}}-\\x{{{last:X}}}"

    def _text(self, code: int) -> str:
        text = normalise(chr(code)).base
        if not text:
            raise PatternError(f"contains U+{code:04X}, which the base lane drops", "leave invisible characters and marks out")
        self._longest_expansion = max(self._longest_expansion, len(text))
        return text

    def _property(self, code: int) -> str:
        index = code - _PROPERTY_STAND_IN
        return self._properties[index] if 0 <= index < len(self._properties) else ""

    @staticmethod
    def _bounded(high: Any) -> None:
        if int(high) > MAX_WIDTH:
            times = f"a repeat of up to {high}" if int(high) < int(sre.MAXREPEAT) else "an unbounded repeat"
            raise PatternError(f"has {times}", f"write {{m,n}} instead of * or +, with n at most {MAX_WIDTH}")

    @staticmethod
    def _no_flags(value: Any) -> None:
        if value[1] or value[2]:
            raise PatternError("sets flags", "leave flags out: the text is already folded to lower case and simplified characters")


def _joined(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    """Each of ``left`` followed by each of ``right``, cut to two characters; None if either is None or they become too many."""
    if left is None or right is None or len(left) * len(right) > _MANY_HEADS:
        return None
    return frozenset((head + tail)[:2] for head in left for tail in right)


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    return options


def _group(text: str) -> str:
    return text if len(text) <= 2 else f"(?:{text})"
