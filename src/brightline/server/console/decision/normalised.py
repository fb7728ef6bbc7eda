"""The same passage as the engine reads it: each lane with the evidence marked where it stands there, and what was changed.

Read anew with the engine loaded now, from the raw text that was kept; ``Finding.normalised`` holds what was matched when the
decision was made. Both are shown, so a difference between the two is seen and not explained away.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brightline.server.console.decision.invisible import Piece, pieces_of
from brightline.server.console.decision.passages import Passage, Run
from brightline.text.lanes import BREAK, Indices, normalise

__all__ = ["BREAK_SIGN", "Change", "LaneForm", "Reading", "read_passage"]

BREAK_SIGN = "\u23ce"  # the skip lane's break, which no entry contains

Kind = Literal["dropped", "case", "width", "script", "expanded"]

_MOST_CHANGES = 40


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a character of the raw text, and how often. ``now`` is empty where it was left out."""

    was: list[Piece]
    now: str
    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class LaneForm:
    """One lane of a passage; ``used`` is true if a finding was seen in it, ``same`` if it reads like the raw text."""

    lane: Literal["base", "skip"]
    runs: tuple[Run, ...]
    used: bool
    same: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage as the engine reads it. ``more_changes`` counts the kinds of changes that are not listed."""

    lanes: tuple[LaneForm, ...]
    changes: tuple[Change, ...]
    more_changes: int


def read_passage(passage: Passage, lanes_used: frozenset[str]) -> Reading:
    """Base and skip lane of a passage; ``lanes_used`` are those in which its findings were seen."""
    piece = normalise(passage.text)
    marked = _numbers_at(passage)
    base = _runs(piece.base, piece.at, marked, break_sign="")
    kept_raw = [int(piece.at[int(place)]) if int(place) < len(piece.at) else -1 for place in piece.kept_at]
    skip = _runs(piece.kept, kept_raw, marked, break_sign=BREAK_SIGN)
    changes = _changes(passage.text, piece.base, piece.at)
    return Reading(
        lanes=(
            LaneForm("base", base, "base" in lanes_used, piece.base == passage.text),
            LaneForm("skip", skip, "skip" in lanes_used, piece.kept == passage.text),
        ),
        changes=changes[:_MOST_CHANGES],
        more_changes=max(0, len(changes) - _MOST_CHANGES),
    )


def _numbers_at(passage: Passage) -> list[tuple[int, ...]]:
    """For each code point of the passage the findings that it is evidence of."""
    return [run.numbers for run in passage.runs for _ in run.text]


def _runs(text: str, raw_at: Indices, marked: Sequence[tuple[int, ...]], *, break_sign: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    for character, place in zip(text, raw_at, strict=True):
        numbers = () if character == BREAK or not 0 <= place < len(marked) else marked[int(place)]
        shown = break_sign + character if character == BREAK else character
        if runs and runs[-1].numbers == numbers:
            runs[-1] = Run(runs[-1].text + shown, numbers)
        else:
            runs.append(Run(shown, numbers))
    return tuple(runs)


def _changes(raw: str, base: str, at: Indices) -> tuple[Change, ...]:
    became = [""] * len(raw)
    for character, place in zip(base, at, strict=True):
        became[int(place)] += character
    counts = Counter((was, now) for was, now in zip(raw, became, strict=True) if was != now)
    return tuple(Change(pieces_of(was), now, _kind(was, now), count) for (was, now), count in counts.most_common())


def _kind(was: str, now: str) -> Kind:
    if not now:
        return "dropped"
    if len(now) > 1:
        return "expanded"
    if was.lower() == now or was.casefold() == now:
        return "case"
    compatible = unicodedata.normalize("NFKC", was)
    return "width" if compatible != was and compatible.casefold() == now else "script"
