"""Illegal content in documents, by the text engine's kernels and the goals of moderation: nothing is copied, nothing judged anew.

TC260-003, 5.2 a (GB/T 45654): keywords, classifiers and people filter corpora. A document is read as somebody's post. What its goals
find is kept with the goal's own grounds; where the context excuses it (news, medicine, study, help), it is kept as excused and
counts half, because a corpus without police warnings and textbooks would teach a model less about harm, not more.

A gate (``illegal_gate``) tells for all documents of a stretch at once where a goal could be met at all; the engine reads there. Stretches of
more than ``PIECE`` characters are read in pieces that overlap by what a goal's window can span, because the engine tells of a
short text at a glance that it holds nothing; around what a piece holds, the text is read again with all that an exception may
reach. Documents with many invisible characters, which stretch windows, are read whole.

Not found: what no goal covers (``risks.uncovered``), what nobody says in words, and political lists, which never ship (design.md, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

import pyarrow as pa

from brightline.corpus.annotators import characters
from brightline.corpus.annotators.batch import Stretch, by_stretches, version_of
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import Announced
from brightline.corpus.schema import FINDINGS
from brightline.curation.illegal_gate import Gate
from brightline.model import Finding, Outcome, Side
from brightline.moderation import goals_in_force
from brightline.moderation.detectors import shipped_goals_digest
from brightline.rulebook import load_rulebook
from brightline.text import TextEngine, TextStream
from brightline.text.engine import engine_version
from brightline.text.glance import AT_A_GLANCE, glance
from brightline.text.goals import MAX_ENTRY_CHARS, MAX_WITHIN
from brightline.text.index import BookIndex, SideIndex
from brightline.text.windows import MEMORY

__all__ = ["DOUBTFUL", "EXCUSED", "MANIFEST", "PIECE", "SCHEMA", "IllegalKernel", "announce", "kernel"]

SCHEMA = pa.schema([pa.field("findings", FINDINGS)])

PIECE = AT_A_GLANCE
"""Characters of a piece: the longest text of which the engine takes a glance."""

OVERLAP = MAX_WITHIN + MAX_ENTRY_CHARS
"""Characters that neighbouring pieces share: the widest window of a goal and one entry, so that each window lies in one piece."""

MANIFEST, DOUBTFUL, MILD = 1.0, 0.5, 0.3
"""Scores of goals that may stop a post by themselves, that ask for a person, that only notify or limit. Own choice, for policies to name."""

EXCUSED = 0.5
"""What a finding's score is multiplied with where its context excuses it. Own choice: it stays below what may drop."""

_CODE = "1"
_MOST_INVISIBLE = 64  # characters: more of them could stretch a window over the overlap of two pieces
_SIDE = Side.POST


def kernel(
    key_hex: str = "", lanes: Literal["block", "all"] = "block", models: bool = False, goal_files: Sequence[str] = ()
) -> IllegalKernel:
    """The kernel "illegal". ``lanes``: "all" reads also what is encoded or disguised, some fifteen times slower. ``models``: also the linear
    models of families, whose findings ask for a person, four times slower. ``goal_files``: the operator's own goals. Raises ``DataError`` as ``goals_in_force`` does.
    """
    if lanes not in ("block", "all"):
        raise CorpusError("BL-CORPUS-082", f"there are no lanes {lanes!r}", "choose block or all")
    return IllegalKernel(bytes.fromhex(key_hex), lanes == "all", models, tuple(map(Path, goal_files)))


def announce(
    key_hex: str = "", lanes: Literal["block", "all"] = "block", models: bool = False, goal_files: Sequence[str] = ()
) -> Announced | None:
    """Name and version, from the bytes of the shipped goals; ``None`` with models or goals of an operator, which have to be read for it."""
    if models or goal_files or lanes not in ("block", "all"):
        return None
    return Announced(IllegalKernel.name, version_of(_CODE, engine_version(shipped_goals_digest(), lanes == "all")))


class IllegalKernel:
    """Finds illegal content."""

    name = "illegal"
    schema = SCHEMA

    def __init__(self, key: bytes, late_lanes: bool, models: bool, goal_files: tuple[Path, ...]) -> None:
        rulebook = load_rulebook()
        self._key = key
        book = goals_in_force(rulebook, goal_files)
        self._engine = TextEngine(book, late_lanes)
        self._goals = tuple(goal for goal in book if _SIDE in goal.effects)
        self._gate = None if late_lanes else Gate(self._goals)
        self._models = None
        told = self._engine.version
        if models:
            from brightline.moderation.families import FamilyModels

            self._models = FamilyModels.load(rulebook, on=datetime.now(UTC).date())
            told += self._models.version
        self.version = version_of(_CODE, told)

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        return by_stretches(documents, SCHEMA, self._annotated)

    def _annotated(self, stretch: Stretch) -> pa.Table:
        found = FindingRows(stretch.texts, self._key)
        invisible = stretch.counts[:, characters.HIDDEN] > _MOST_INVISIBLE
        regions = self._gate.regions(stretch) if self._gate else {row: [(0, len(text))] for row, text in enumerate(stretch.texts)}
        known: dict[str, list[tuple[Finding, int]]] = {}
        for row, places in regions.items():
            text = stretch.texts[row]
            for start, end in places:
                for finding, offset in self._remembered(text[start:end], bool(invisible[row]), known):
                    first, last = _extent(finding)
                    # What touches a rim of what was read may be a piece of a longer word; what counts stands well inside.
                    if (offset + first > 0 or start == 0) and (start + offset + last < end or end == len(text)):
                        found.add(
                            row,
                            f"illegal.{finding.goal}",
                            start + offset + first,
                            start + offset + last,
                            _score(finding),
                            _validator(finding),
                        )
        if self._models is not None:
            for row, text in enumerate(stretch.texts):
                for finding in self._models.findings(text, _SIDE):
                    found.add(row, f"illegal.{finding.goal}", *_extent(finding), _score(finding), _validator(finding))
        return pa.table([found.column()], schema=SCHEMA)

    def _remembered(self, text: str, whole: bool, known: dict[str, list[tuple[Finding, int]]]) -> list[tuple[Finding, int]]:
        """The findings of a text, each with where what was read began; what was read before in this stretch is not read again."""
        if text not in known:
            known[text] = list(self._read(text, whole))
        return known[text]

    def _read(self, text: str, whole: bool) -> Iterator[tuple[Finding, int]]:
        if whole or len(text) <= PIECE:
            for finding in self._scan(text):
                yield finding, 0
            return
        for start, end in _around(self._places(text), len(text)):
            for finding in self._scan(text[start:end]):
                yield finding, start

    def _scan(self, text: str) -> list[Finding]:
        """What the engine finds in a text. In the block lanes a glance is enough for most: where no goal has all its slots, none is met."""
        if self._gate is None:
            return self._engine.scan(text, _SIDE)
        sight = glance(self._index, text) if len(text) <= AT_A_GLANCE else None
        if sight is not None and not sight.goals:
            return []
        stream = TextStream(self._index, self._engine.version, "", None)
        stream.read_whole(text, sight)
        return stream.findings

    @cached_property
    def _index(self) -> SideIndex:
        """The goals of posts, compiled: only where the gate lets anything through."""
        return SideIndex(BookIndex(self._goals), _SIDE)

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Where the evidence of anything stands, piece by piece."""
        places: list[tuple[int, int]] = []
        for begin in range(0, len(text) - OVERLAP, PIECE - OVERLAP):
            findings = self._scan(text[begin : begin + PIECE])
            places += ((begin + first, begin + last) for first, last in map(_extent, findings))
        return sorted(places)


def _around(places: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The stretches that hold the places and all that an exception to them may reach; those that touch are one."""
    merged: list[tuple[int, int]] = []
    for start, end in places:
        start, end = max(0, start - MEMORY), min(length, end + MEMORY)
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _extent(finding: Finding) -> tuple[int, int]:
    return min(span.start for span in finding.spans), max(span.end for span in finding.spans)


def _score(finding: Finding) -> float:
    asked = DOUBTFUL if finding.effect.severity >= _REVIEW else MILD
    score = MANIFEST if finding.effect.stops and finding.manifest else asked
    return score * finding.score * (EXCUSED if finding.exceptions else 1.0)


def _validator(finding: Finding) -> str:
    if finding.exceptions:
        return "excused:" + ",".join(finding.exceptions)
    return "model" if finding.detector == "models" else "goal"


_REVIEW = Outcome.REVIEW.severity
"""From here on a goal asks for a person."""
