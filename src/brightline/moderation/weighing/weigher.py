"""The weigher: one linear model of intent over all families, beside goals that know words and models that know families.

Goals find words; a twin has the same words and means no harm. The weigher is trained on such pairs (``moderation.training.intents``) and does
two things with one number, and neither is more than a person's look:

* from ``violating`` on a text gets a finding ``model.intent`` of effect review, if nothing else asks for anything: a goal that helps with a
  notice knows better what serves the person than a number does;
* under ``borderline`` a review that a goal or a family's model asks for stays on record, excused by the context ``ordinary``.

What stops, labels, helps or notifies is never excused, nor what concerns minors, what stands in a disguise, what the operator's terms ask for,
or what an operator's own goal asks for. Without the weigher every finding stands.

The score of a passage is the sum of the weights of its buckets on its side over ``sqrt(buckets + DAMPING)``; the highest passage counts. Sums are
of whole numbers, so a text has one score on every machine. Slots and exceptions of the goals as further features were tried, and brought
nothing for authors who had not read the goals (docs/models.md).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.errors import DataError
from brightline.model import Finding, Outcome, Side, Span
from brightline.moderation.weighing.reading import BITS, Passage, buckets_of, passages, runs_of
from brightline.text.lanes import Piece
from brightline.text.weights import CARD_FILE, ModelCard, load_weights

__all__ = ["DAMPING", "GOAL", "GROUPS", "GROUP_OF", "LONGEST_EXCUSED", "ORDINARY", "SHIPPED", "SIDES", "Weighed", "Weigher", "is_excusable"]

DAMPING = 16  # as ``text.linear``
GROUPS = ("prompt", "answer", "public")
GROUP_OF = {Side.PROMPT: 0, Side.ANSWER: 1, Side.POST: 2, Side.LISTING: 2}
"""Posts and listings are learnt together: both address everybody, and there are few listings."""

SIDES = (Side.PROMPT, Side.ANSWER, Side.POST, Side.LISTING)
"""The order of the tables in the file: four of 2^BITS."""

LONGEST_EXCUSED = (
    150  # characters: nineteen in twenty of the pairs that it learnt from are shorter; it does not speak for what it knows too little of
)

GOAL = "model.intent"
ORDINARY = "ordinary"
SHIPPED = Path(__file__).parent / "intent"
TRAIN = "`brightline train --shipped --family intent`"

_DETECTOR, _LANE, _VERSION = "models", "model", "2"
_MOST_SPANS, _EXCERPT, _STRONGEST = 5, 200, 10  # as the family models'
_FILE_BITS = BITS + 2
_NEVER_EXCUSED = ("minors.",)
_PLAIN_LANES = ("base", _LANE)  # words that stand there as they are, or a model's n-grams of them: whoever disguises them is not ordinary


def is_excusable(finding: Finding) -> bool:
    """True of a review by words that stand there as they are, and that nobody said must stand: no more than that is ever excused.

    Never what stops, labels, helps or notifies, what concerns minors, what stands in a disguise, or what the operator's terms ask for.
    """
    return (
        finding.effect is Outcome.REVIEW
        and not finding.exceptions
        and finding.term is None
        and finding.lane in _PLAIN_LANES
        and not finding.goal.startswith(_NEVER_EXCUSED)
    )


class Weighed(NamedTuple):
    """How probable it is that a text means harm, and the passage that says so most."""

    probability: float
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Weigher:
    """The model of intent. Immutable and safe to share between threads. ``goals``: the goals and models whose reviews it may excuse."""

    card: ModelCard
    tables: NDArray[np.int16]
    goals: frozenset[str]
    version: str

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> Weigher:
        """Read weights and card of a folder. Raises ``DataError`` BL-DATA-250 to 254 with the file and the cure."""
        card, weights = load_weights(folder)
        goals = card.about.get("goals")
        if card.bits != _FILE_BITS or not isinstance(goals, list) or not all(isinstance(goal, str) for goal in goals):
            raise DataError(
                "BL-DATA-251",
                f"not the card of a weigher: expected {_FILE_BITS} bits and the names of goals under about.goals",
                f"restore the folder, or train it anew: {TRAIN}",
                file=str(folder / CARD_FILE),
            )
        told = f"{_VERSION}:{card.sha256}/{card.slope}/{card.intercept}/{card.borderline}/{card.violating}:{sorted(goals)}"
        version = f"{_VERSION}+{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        return cls(card, weights.astype(np.int16).reshape(len(SIDES), 1 << BITS), frozenset(goals), version)

    def excusing(self, goals: Iterable[str]) -> Weigher:
        """The weigher that may excuse reviews of these goals too: of those that ship."""
        return replace(self, goals=self.goals.union(goals))

    def weigh(self, text: str, side: Side, piece: Piece | None = None) -> Weighed:
        """What the text means on that side; a text without tokens means nothing. ``piece``: its lanes, if they are known."""
        best, chosen = -math.inf, None
        for passage in passages(text, piece):
            if (score := self._score(passage, side)) > best:
                best, chosen = score, passage
        if chosen is None:
            return Weighed(0.0, None)
        return Weighed(self.card.probability(best), chosen)

    def findings(self, text: str, side: Side, path: str, findings: Sequence[Finding], piece: Piece | None = None) -> list[Finding]:
        """All ``findings`` of one whole text as the weigher leaves them: reviews excused or not, and its own where it is sure and alone."""
        weighed = self.weigh(text, side, piece)
        if weighed.probability < self.card.borderline and len(text) <= LONGEST_EXCUSED:
            return [replace(one, exceptions=(ORDINARY,)) if self.may_excuse(one) else one for one in findings]
        asked = any(not one.exceptions and one.effect is not Outcome.ALLOW for one in findings)
        if weighed.probability >= self.card.violating and weighed.passage is not None and not asked:
            return [*findings, self._finding(weighed.probability, weighed.passage, text, side, path)]
        return list(findings)

    def evidence(self, passage: Passage, side: Side, *, against: bool = False) -> list[Span]:
        """The stretches of the raw text that speak most for harm (or ``against`` it), in reading order; adjoining ones are merged."""
        table, sign = self.tables[SIDES.index(side)], -1 if against else 1
        runs = [(sign * int(table[bucket]), first, last) for bucket, first, last in runs_of(passage)]
        strongest = sorted((run for run in runs if run[0] > 0), key=lambda run: (-run[0], run[1]))[:_STRONGEST]
        merged: list[tuple[int, Span]] = []
        for weight, span in sorted(((weight, passage.span(first, last)) for weight, first, last in strongest), key=lambda each: each[1]):
            if merged and span.start <= merged[-1][1].end:
                before, known = merged[-1]
                merged[-1] = before + weight, Span(known.start, max(known.end, span.end))
            else:
                merged.append((weight, span))
        return sorted(span for _, span in sorted(merged, key=lambda each: (-each[0], each[1]))[:_MOST_SPANS])

    def _score(self, passage: Passage, side: Side) -> float:
        buckets = buckets_of(passage)
        return int(self.tables[SIDES.index(side)].take(buckets).sum(dtype=np.int64)) / math.sqrt(len(buckets) + DAMPING)

    def may_excuse(self, finding: Finding) -> bool:
        """True of a review that may be excused, by a goal or family that ships."""
        return finding.goal in self.goals and is_excusable(finding)

    def _finding(self, probability: float, passage: Passage, text: str, side: Side, path: str) -> Finding:
        spans = tuple(self.evidence(passage, side)) or (passage.span(0, len(passage.tokens) - 1),)
        start = max(0, spans[0].start - _EXCERPT)
        return Finding(
            detector=_DETECTOR,
            detector_version=self.version,
            goal=GOAL,
            rules=self.card.rules,
            problem_types=self.card.problem_types,
            effect=Outcome.REVIEW,
            part=path,
            side=side,
            lane=_LANE,
            spans=spans,
            evidence=tuple(text[span.start : span.end] for span in spans),
            score=round(probability, 4),
            manifest=False,
            excerpt=text[start : spans[-1].end + _EXCERPT],
            excerpt_start=start,
        )
