"""Two texts side by side: what each has that the other has not, character by character. Pure.

Myers' idea (1986) that a difference is the shortest script of edits is followed by ``difflib`` only by approximation, which is enough
for eyes. Sentences are matched first and characters only within those that differ, because matching characters of whole documents
takes time in the square of their length, and in its cube where few different ones repeat. What would take too long is shown as different
from the first to the last place where it differs. Long stretches that are the same are folded to their edges.

Does not decide whether two texts are duplicates: that is the verified Jaccard of ``corpus/duplicates``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from brightline.server.console.decision.invisible import Piece, pieces_of

__all__ = ["MOST_CHARS", "Comparison", "Stretch", "compare"]

MOST_CHARS = 20_000
"""Code points of a text that are compared; as many as a page shows of one text (``decision/passages.py``)."""

_MOST_WORK = 30_000_000  # steps that one comparison may take at worst; own choice: about two seconds, seldom a hundredth of it
_KEPT_AT_EDGES = 80  # code points of what is the same that stay beside a difference; own choice: about one line
_FOLDED_FROM = 240  # a shorter stretch is not worth a fold
_SENTENCE = re.compile(r"[^\n。！？!?；;.]*[\n。！？!?；;.]*")


class Stretch(NamedTuple):
    """A piece of one of the texts. ``same``: the other has it too; ``only``: it has not; ``fold``: the same, and too long to show."""

    kind: Literal["same", "only", "fold"]
    text: str

    @property
    def pieces(self) -> list[Piece]:
        """It with its invisible characters told apart."""
        return pieces_of(self.text)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both texts in stretches; joined, they are the texts as far as they were compared. ``cut``: at least one is longer than that."""

    left: tuple[Stretch, ...]
    right: tuple[Stretch, ...]
    cut: bool

    @property
    def is_same(self) -> bool:
        """True where nothing differs."""
        return not any(stretch.kind == "only" for stretch in (*self.left, *self.right))


def compare(left: str, right: str) -> Comparison:
    """The two texts, of each the first ``MOST_CHARS`` code points."""
    first, second = left[:MOST_CHARS], right[:MOST_CHARS]
    sides: tuple[list[tuple[bool, str]], list[tuple[bool, str]]] = ([], [])
    sentences = _SENTENCE.findall(first), _SENTENCE.findall(second)
    left_to_do = _MOST_WORK - _work(*sentences)
    for is_same, one, other in _pairs(*sentences) if left_to_do >= 0 else _ends(first, second):
        work = 0 if is_same else _work(one, other)
        if not work or work > left_to_do:
            for same, piece, its in [(True, one, other)] if is_same else _ends(one, other):
                _add(sides, same, piece, its)
            continue
        left_to_do -= work
        for same, piece, its in _pairs(one, other):
            _add(sides, same, piece, its)
    return Comparison(_stretches(sides[0]), _stretches(sides[1]), len(left) > MOST_CHARS or len(right) > MOST_CHARS)


def _work(one: list[str] | str, other: list[str] | str) -> int:
    """Steps that ``difflib`` takes at worst: each pass looks at all pairs of equal members, and each pass may find a single one."""
    counts = Counter(other)
    return min(len(one), len(other)) * sum(number * counts[member] for member, number in Counter(one).items())


def _ends(one: str, other: str) -> Iterator[tuple[bool, str, str]]:
    """What is the same at both ends, and all between as different."""
    most = min(len(one), len(other))
    head = next((at for at in range(most) if one[at] != other[at]), most)
    tail = next((at for at in range(most - head) if one[-1 - at] != other[-1 - at]), most - head)
    yield True, one[:head], other[:head]
    yield False, one[head : len(one) - tail], other[head : len(other) - tail]
    yield True, one[len(one) - tail :], other[len(other) - tail :]


def _pairs(one: list[str] | str, other: list[str] | str) -> Iterator[tuple[bool, str, str]]:
    """Matching and differing parts of two sequences of strings, in order."""
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield tag == "equal", "".join(one[a:b]), "".join(other[c:d])


def _add(sides: tuple[list[tuple[bool, str]], list[tuple[bool, str]]], is_same: bool, one: str, other: str) -> None:
    for side, text in zip(sides, (one, other), strict=True):
        if not text:
            continue
        if side and side[-1][0] == is_same:
            side[-1] = (is_same, side[-1][1] + text)
        else:
            side.append((is_same, text))


def _stretches(side: list[tuple[bool, str]]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for number, (is_same, text) in enumerate(side):
        if not is_same:
            found.append(Stretch("only", text))
            continue
        head = 0 if number == 0 and len(side) > 1 else _KEPT_AT_EDGES
        tail = 0 if number == len(side) - 1 and len(side) > 1 else _KEPT_AT_EDGES
        if len(text) < _FOLDED_FROM or len(side) == 1:
            found.append(Stretch("same", text))
            continue
        parts = (("same", text[:head]), ("fold", text[head : len(text) - tail]), ("same", text[len(text) - tail :]))
        found += [Stretch(kind, part) for kind, part in parts if part]  # type: ignore[arg-type]  # mypy widens literals in tuples
    return tuple(found)
