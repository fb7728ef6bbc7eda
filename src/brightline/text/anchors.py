"""Literals of which every match of a pattern holds at least one: a pattern whose anchors a text lacks need not be searched.

As RE2's own prefilter does it (re2/prefilter.h), over the syntax tree: every node has the texts that it matches *exactly*,
while they are few, or else a set of texts of which a match must hold one. A sequence joins exact neighbours and keeps the
best set. Anchors go into the automaton of the words, so that one pass over a text finds words and candidates for patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

__all__ = ["MOST_ANCHORS", "anchors_of"]

MOST_ANCHORS = 256  # of one pattern: more would only make the automaton larger
_LONGEST = 4  # characters: a longer literal tells little more
_LONG_ENOUGH = 2  # a literal of two characters is rare enough; among those, fewer is better

Texts = frozenset[str]
_NOTHING: Texts = frozenset([""])


class _Known(NamedTuple):
    """``exact``: all texts that a node matches, if they are few. ``holds``: texts of which every match holds one, if any are known."""

    exact: Texts | None
    holds: Texts | None


def anchors_of(
    tree: Iterable[Any], text_of: Callable[[int], str | None], texts_of_class: Callable[[Any], Iterable[str] | None]
) -> Texts | None:
    """The anchors of a syntax tree of Python's parser; None if it has none, or too many.

    ``text_of``: a code point as the lane has it, None for a stand-in of many. ``texts_of_class``: the same for the members of a class.
    """
    return _Reader(text_of, texts_of_class).sequence(tree).holds


class _Reader:
    def __init__(self, text_of: Callable[[int], str | None], texts_of_class: Callable[[Any], Iterable[str] | None]) -> None:
        self._text_of = text_of
        self._texts_of_class = texts_of_class

    def sequence(self, nodes: Iterable[Any]) -> _Known:
        run: Texts = _NOTHING  # exact texts of the neighbours read last
        best: Texts | None = None
        is_exact = True
        for op, value in nodes:
            node = self._node(str(op), value)
            joined = None if node.exact is None else _joined(run, node.exact)
            if joined is not None:
                run = joined
                continue
            best = _better(_better(best, run), node.holds)
            run, is_exact = node.exact or _NOTHING, False
        return _Known(run if is_exact else None, _better(best, run))

    def _node(self, op: str, value: Any) -> _Known:
        if op == "LITERAL":
            text = self._text_of(value)
            return _Known(None, None) if text is None else _exactly(frozenset([text]))
        if op == "IN":
            texts = self._texts_of_class(value)
            return _Known(None, None) if texts is None else _exactly(frozenset(texts))
        if op == "SUBPATTERN":
            return self.sequence(value[3])
        if op == "BRANCH":
            return _either([self.sequence(branch) for branch in value[1]])
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeated(int(value[0]), int(value[1]), self.sequence(value[2]))
        return _Known(None, None)

    def _repeated(self, low: int, high: int, once: _Known) -> _Known:
        if low == 0:
            return _exactly(once.exact | _NOTHING) if high == 1 and once.exact is not None else _Known(None, None)
        if once.exact is None:
            return once
        texts: Texts | None = _NOTHING
        held = once.holds
        for _ in range(low):
            texts = _joined(texts, once.exact)
            if texts is None:
                return _Known(None, held)
            held = _better(held, texts)
        return _Known(texts if low == high else None, held)


def _exactly(texts: Texts) -> _Known:
    return _Known(texts, _better(None, texts)) if len(texts) <= MOST_ANCHORS else _Known(None, None)


def _either(branches: list[_Known]) -> _Known:
    exact = [branch.exact for branch in branches if branch.exact is not None]
    if len(exact) == len(branches):
        return _exactly(frozenset().union(*exact))
    held = [branch.holds for branch in branches if branch.holds is not None]
    if len(held) < len(branches):
        return _Known(None, None)
    texts = frozenset().union(*held)
    return _Known(None, texts if len(texts) <= MOST_ANCHORS else None)


def _joined(left: Texts | None, right: Texts) -> Texts | None:
    """Each of ``left`` followed by each of ``right``; None if they become too many or too long."""
    if left is None or len(left) * len(right) > MOST_ANCHORS:
        return None
    joined = frozenset(before + after for before in left for after in right)
    return joined if max(map(len, joined)) <= max(_LONGEST, *map(len, left), *map(len, right)) else None


def _better(known: Texts | None, texts: Texts | None) -> Texts | None:
    """The set that tells more: whose shortest text is longer, then the smaller. A set with the empty text tells nothing."""
    if texts is None or "" in texts:
        return known
    if known is None:
        return texts

    def worth(each: Texts) -> tuple[int, int]:
        return min(_LONG_ENOUGH, *map(len, each)) if len(each) > 1 else min(_LONG_ENOUGH, len(next(iter(each)))), -len(each)

    return max(known, texts, key=worth)
