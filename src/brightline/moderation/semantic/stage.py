"""The semantic stage over the parts of a request: which texts it takes, and what it finds in them.

For worker threads: embedding a message takes 10 to 600 ms of one core. The vectors of shipped exemplars are read, not computed; those of
the operator's goals are computed once, in a thread of their own, and kept in the home; until then the stage looks without them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brightline.errors import DataError
from brightline.model import Finding, NotInspected, Outcome, Part, Span
from brightline.moderation.semantic.embedder import Embedder, open_embedder
from brightline.moderation.semantic.exemplars import MOST_CHARS, Exemplar, exemplars_of, key_of, shipped_exemplars
from brightline.moderation.semantic.margin import Floats, likeness, similarity, weights_beside
from brightline.moderation.semantic.vectors import VectorFile, shipped_vectors
from brightline.text import Goal, GoalBook

__all__ = ["DETECTOR", "LANE", "MOST_TEXTS", "Semantic", "admitted"]

DETECTOR, LANE = "semantic", "semantic"
MOST_TEXTS = 4  # of one call: 2.4 s of a core at the very most, 0.2 s as a rule
MOST_OWN = 2000  # exemplars of the operator's goals: their weights are solved for together, in some 0.2 s
_AT_ONCE = 16
_SHOWN = 400  # characters of the text that a finding shows: a similarity says nothing about where
_SHOWN_EXEMPLAR = 200
_VERSION = "1"  # raised when the same vectors would find something else in the same text


def admitted(parts: Sequence[Part]) -> tuple[list[Part], list[NotInspected]]:
    """Those parts that one call looks at, and what of all of them is left out and why."""
    worded = [part for part in parts if part.text.strip()]
    gaps = [NotInspected(part.path, DETECTOR, f"only {MOST_TEXTS} texts of a call are compared by meaning") for part in worded[MOST_TEXTS:]]
    long = [part for part in worded[:MOST_TEXTS] if len(part.text) > MOST_CHARS]
    gaps += [NotInspected(part.path, DETECTOR, f"only the first {MOST_CHARS} characters are compared by meaning") for part in long]
    return worded[:MOST_TEXTS], gaps


@dataclass(frozen=True, slots=True)
class _Field:
    """All exemplars that speak. ``named``: by row, those that a finding can name: harmful ones of goals in force."""

    vectors: Floats
    weights: Floats
    named: Mapping[int, Exemplar]


class Semantic:
    """Compares texts with exemplars. ``look`` may be called from any thread; one text is embedded at a time."""

    def __init__(
        self, book: GoalBook, embedder: Embedder, held: VectorFile, more: Sequence[Exemplar] = (), home: Path | None = None
    ) -> None:
        """``held``: the vectors that ship; ``more``: exemplars beside those of the goals; ``home``: where own vectors are kept."""
        self._embedder = embedder
        self._held = held
        self._more = tuple(more)
        self._goals: dict[str, Goal] = {goal.id: goal for goal in book}
        self._one_at_a_time = threading.Lock()
        self._closing = threading.Event()
        self.book = book
        self.version = f"{_VERSION}+{held.model}+{held.table}"
        exemplars = exemplars_of(book, more)
        known = set(held.keys.tolist())
        own = tuple(one for one in exemplars if key_of(one.text) not in known)
        self.left_out = len(own[MOST_OWN:])
        """How many exemplars of the operator's goals do not speak, because there are too many."""
        self._shipped = {key_of(one.text): one for one in exemplars if one.harmful}
        self._field = self._field_with((), np.zeros((0, held.vectors.shape[1]), np.float32))
        self._own_file = home / "semantic" / "own.npz" if home is not None else None
        self._learning = threading.Thread(target=self._learn, args=(own[:MOST_OWN],), name="brightline-semantic", daemon=True)
        if own:
            self._learning.start()

    @classmethod
    def open(cls, book: GoalBook, home: Path | None = None) -> Semantic | None:
        """The stage over the goals in force; None if the optional extra is not installed.

        Raises ``DataError`` BL-DATA-270 to 273 if its files, or the package, are not those that belong together.
        """
        embedder = open_embedder()
        return None if embedder is None else cls(book, embedder, shipped_vectors(embedder.model), shipped_exemplars(), home)

    def over(self, book: GoalBook, home: Path | None = None) -> Semantic:
        """The same stage over other goals: after an operator changed theirs."""
        self.close()
        return Semantic(book, self._embedder, self._held, self._more, home)

    def look(self, parts: Sequence[Part]) -> list[Finding]:
        """A finding for each part that is nearer to harmful exemplars than to their twins, by enough; of every text the beginning."""
        texts = [part for part in parts if part.text.strip()]
        return [finding for part in texts if (finding := self._finding(part)) is not None]

    def margin(self, text: str) -> float:
        """How much nearer a text is to what is harmful than to what is not."""
        return self._read(text, self._field)[0]

    @property
    def threshold(self) -> float:
        """The margin from which on there is a finding."""
        return self._held.threshold

    def settle(self, timeout_s: float | None = None) -> bool:
        """Wait until the operator's exemplars speak too; False if they do not yet."""
        if self._learning.ident is not None:
            self._learning.join(timeout_s)
        return not self._learning.is_alive()

    def close(self) -> None:
        """End the thread that learns, after the texts it has in hand."""
        self._closing.set()
        self.settle()

    def _field_with(self, own: Sequence[Exemplar], vectors: Floats) -> _Field:
        held = self._held.vectors.astype(np.float32)
        named = {row: one for row, key in enumerate(self._held.keys.tolist()) if (one := self._shipped.get(key)) is not None}
        if not own:
            return _Field(held, self._held.weights, named)
        added = weights_beside(vectors, np.array([one.harmful for one in own]), held, self._held.weights)
        named |= {len(held) + row: one for row, one in enumerate(own) if one.harmful}
        return _Field(np.concatenate([held, vectors]), np.concatenate([self._held.weights, added]), named)

    def _learn(self, own: Sequence[Exemplar]) -> None:
        """Vectors of the operator's exemplars, from the home or anew; then they speak."""
        known = self._kept()
        missing = [one for one in own if key_of(one.text) not in known]
        for start in range(0, len(missing), _AT_ONCE):
            if self._closing.is_set():
                return
            batch = missing[start : start + _AT_ONCE]
            with self._one_at_a_time:
                vectors = self._embedder.vectors([one.text[:MOST_CHARS] for one in batch])
            for one, vector in zip(batch, self._held.projection(vectors).astype(np.float16), strict=True):
                known[key_of(one.text)] = vector
        rows = np.stack([known[key_of(one.text)] for one in own])
        self._field = self._field_with(own, rows.astype(np.float32))
        if missing:
            self._keep(own, rows)

    def _kept(self) -> dict[int, NDArray[np.float16]]:
        """What an earlier start kept; nothing if that was with other shipped vectors, or cannot be read: it is only a cache."""
        if self._own_file is None or not self._own_file.is_file():
            return {}
        try:
            kept = VectorFile.load(self._own_file)
        except DataError:
            return {}
        same = kept.model == self._held.model and np.array_equal(kept.projection.axes, self._held.projection.axes)
        return dict(zip(kept.keys.tolist(), kept.vectors, strict=True)) if same else {}

    def _keep(self, own: Sequence[Exemplar], rows: NDArray[np.float16]) -> None:
        if self._own_file is None:
            return
        keys = np.array([key_of(one.text) for one in own], np.uint64)
        weights = np.zeros(len(keys), np.float32)  # solved for at each start, beside the exemplars that ship then
        held = self._held
        with suppress(OSError):  # a home that cannot be written to costs the next start some seconds, nothing else
            self._own_file.parent.mkdir(parents=True, exist_ok=True)
            VectorFile(held.model, held.threshold, keys, rows, weights, held.projection, held.table).save(self._own_file)

    def _read(self, text: str, field: _Field) -> tuple[float, Floats]:
        with self._one_at_a_time:
            vectors = self._embedder.vectors([text[:MOST_CHARS]])
        near = likeness(self._held.projection(vectors), field.vectors)[0]
        return float(near @ field.weights), near

    def _finding(self, part: Part) -> Finding | None:
        field = self._field
        margin, near = self._read(part.text, field)
        if margin < self._held.threshold:
            return None
        fitting = [row for row, one in field.named.items() if part.side in self._goals[one.goal].effects]
        if not fitting:
            return None
        row = max(fitting, key=lambda row: near[row])
        exemplar = field.named[row]
        goal = self._goals[exemplar.goal]
        shown = part.text[:_SHOWN]
        return Finding(
            detector=DETECTOR,
            detector_version=self.version,
            goal=goal.id,
            rules=goal.rules,
            problem_types=goal.types,
            effect=min(goal.effects[part.side], Outcome.REVIEW, key=lambda outcome: outcome.severity),
            part=part.path,
            side=part.side,
            lane=LANE,
            spans=(Span(0, len(shown)),),
            evidence=(shown,),
            score=round(min(max(margin, 0.0), 1.0), 4),
            manifest=False,
            normalised=(f"{exemplar.text[:_SHOWN_EXEMPLAR]} ({similarity(float(near[row])):.2f})",),
            term=goal.term,
            note_zh=goal.notice_zh,
            note_en=goal.notice_en,
            excerpt=shown,
        )
