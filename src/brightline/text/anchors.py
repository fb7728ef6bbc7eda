"""Literals that every match of a pattern holds: a pattern whose anchors a text lacks need not be searched.

As RE2's own prefilter does it (re2/prefilter.h), over the syntax tree: every node has the texts that it matches *exactly*,
while they are few, or else sets of texts of each of which a match must hold one. A sequence joins exact neighbours and keeps
the two sets that ordinary texts hold least often (``profile``). Anchors go into the automaton of the words, so that one pass finds
words and candidates for patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from brightline.text.profile import load_profile

__all__ = ["anchors_of"]

_MOST_TEXTS = 256  # of one set: more would only make the automaton larger
_LONGEST = 4  # characters: a longer literal tells little more
# Shares of ordinary texts that are assumed to hold what the profile does not tell.
_SEPARATOR, _LETTER, _RARE = 0.8, 0.3, 0.0005
_NEXT = 0.2  # by which another character makes a literal rarer
_COMMON = frozenset(" \n,.:;!?()\"'，。、！？：；“”（）《》…")
_MOST_SHARE = 0.4  # of a second set: one that more texts hold costs more hits than it spares searches

Texts = frozenset[str]
_NOTHING: Texts = frozenset([""])


class _Known(NamedTuple):
    """``exact``: all texts that a node matches, if they are few. ``holds``: sets of each of which every match holds a text."""

    exact: Texts | None
    holds: tuple[Texts, ...]


_UNKNOWN = _Known(None, ())


def anchors_of(
    tree: Iterable[Any], text_of: Callable[[int], str | None], texts_of_class: Callable[[Any], Iterable[str] | None]
) -> tuple[Texts, ...]:
    """The anchors of a syntax tree of Python's parser: no set if none is known, at most two, the rarer first.

    ``text_of``: a code point as the lane has it, None for a stand-in of many. ``texts_of_class``: the same for the members of a class.
    """
    rarest = sorted(dict.fromkeys(_Reader(text_of, texts_of_class).sequence(tree).holds), key=_share)[:2]
    return tuple(texts for number, texts in enumerate(rarest) if number == 0 or _share(texts) < _MOST_SHARE)


class _Reader:
    def __init__(self, text_of: Callable[[int], str | None], texts_of_class: Callable[[Any], Iterable[str] | None]) -> None:
        self._text_of = text_of
        self._texts_of_class = texts_of_class

    def sequence(self, nodes: Iterable[Any]) -> _Known:
        run: Texts = _NOTHING  # exact texts of the neighbours read last
        holds: list[Texts] = []
        is_exact = True
        for op, value in nodes:
            node = self._node(str(op), value)
            joined = None if node.exact is None else _joined(run, node.exact)
            if joined is not None:
                run = joined
                continue
            holds += _telling(run)
            if node.exact is None:
                holds += node.holds
            run, is_exact = node.exact or _NOTHING, False
        return _Known(run if is_exact else None, (*holds, *_telling(run)))

    def _node(self, op: str, value: Any) -> _Known:
        if op == "LITERAL":
            text = self._text_of(value)
            return _UNKNOWN if text is None else _exactly(frozenset([text]))
        if op == "IN":
            texts = self._texts_of_class(value)
            return _UNKNOWN if texts is None else _exactly(frozenset(texts))
        if op == "SUBPATTERN":
            return self.sequence(value[3])
        if op == "BRANCH":
            return _either([self.sequence(branch) for branch in value[1]])
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            return _repeated(int(value[0]), int(value[1]), self.sequence(value[2]))
        return _UNKNOWN


def _repeated(low: int, high: int, once: _Known) -> _Known:
    if low == 0:
        return _exactly(once.exact | _NOTHING) if high == 1 and once.exact is not None else _UNKNOWN
    if once.exact is None:
        return once
    texts = once.exact
    for _ in range(low - 1):
        longer = _joined(texts, once.exact)
        if longer is None:
            return _Known(None, _telling(texts))
        texts = longer
    return _Known(texts if low == high else None, _telling(texts))


def _exactly(texts: Texts) -> _Known:
    return _Known(texts, _telling(texts)) if len(texts) <= _MOST_TEXTS else _UNKNOWN


def _either(branches: list[_Known]) -> _Known:
    exact = [branch.exact for branch in branches if branch.exact is not None]
    if len(exact) == len(branches):
        return _exactly(frozenset().union(*exact))
    held = [min(branch.holds, key=_share) for branch in branches if branch.holds]
    if len(held) < len(branches):
        return _UNKNOWN
    texts = frozenset().union(*held)
    return _Known(None, (texts,) if len(texts) <= _MOST_TEXTS else ())


def _joined(left: Texts, right: Texts) -> Texts | None:
    """Each of ``left`` followed by each of ``right``; None if they become too many or too long."""
    if len(left) * len(right) > _MOST_TEXTS:
        return None
    joined = frozenset(before + after for before in left for after in right)
    return joined if max(map(len, joined)) <= max(_LONGEST, *map(len, left), *map(len, right)) else None


def _telling(texts: Texts) -> tuple[Texts, ...]:
    """The set, unless it has the empty text: then it tells nothing."""
    return () if "" in texts else (texts,)


def _share(texts: Texts) -> float:
    """About how many of ``texts`` an ordinary text holds."""
    return sum(min(map(_character_share, text)) * _NEXT ** (len(text) - 1) for text in texts)


def _character_share(character: str) -> float:
    otherwise = _SEPARATOR if character in _COMMON else _LETTER if character.isascii() and character.isalnum() else _RARE
    return _character_shares().get(character, otherwise)


@cache
def _character_shares() -> dict[str, float]:
    characters = [chr(code) for code in range(0x4E00, 0xA000)] + [str(digit) for digit in range(10)]
    shares = load_profile().shares(characters).overall.tolist()
    return {character: share for character, share in zip(characters, shares, strict=True) if share > _RARE}
