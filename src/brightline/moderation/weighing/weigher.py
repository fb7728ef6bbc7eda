"""The weigher: one linear model of intent over all families, beside goals that know words and models that know families.

Goals find words; a twin has the same words and means no harm. The weigher is trained on such pairs (``moderation.training.intents``) and does
two things with one number, and neither is more than a person's look:

* from ``violating`` on a text gets a finding ``model.intent`` of effect review, if nothing else asks for anything: a goal that helps with a
  notice knows better what serves the person than a number does;
* under ``borderline`` a review that a goal or a family's model asks for stays on record, excused by the context ``ordinary``. Reviews of families
  that are right more often stand at less, of those that are wrong more often at more (``TRUSTED``).

What stops, labels, helps or notifies is never excused, nor what concerns minors, what stands in a disguise, what the operator's terms ask for,
or what an operator's own goal asks for. Without the weigher every finding stands.

The score of a passage is the sum of the weights of its buckets on its side over ``sqrt(buckets + DAMPING)``. Each script and group of sides has a
scale of its own that turns scores into log-odds: an English request is much harder to tell from its twin than a Chinese answer, and one threshold
is to mean the same for both. The highest passage counts. Sums are of whole numbers, so a text has one score on every machine. Slots and exceptions of the goals as further features were tried, and brought
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

__all__ = [
    "DAMPING", "GOAL", "GROUPS", "GROUP_OF", "KINDS", "LONGEST_EXCUSED", "ORDINARY", "SHIPPED", "SIDES", "TRUSTED", "Weighed", "Weigher",
    "is_excusable", "kind_of",
]  # fmt: skip

DAMPING = 16  # as ``text.linear``
GROUPS = ("prompt", "answer", "public")
GROUP_OF = {Side.PROMPT: 0, Side.ANSWER: 1, Side.POST: 2, Side.LISTING: 2}
"""Posts and listings are learnt together: both address everybody, and there are few listings."""

KINDS = tuple(f"{script} {group}" for script in ("other", "latin") for group in GROUPS)
"""What has a scale of its own, in the order of the card's ``about.scales``."""

TRUSTED = {
    "abuse": 2.0, "sexual": 2.0, "gambling": 1.2, "gore": 0.9, "labels": 0.8, "mills": 0.9, "fraud": 0.5,
    "black_market": -0.5, "likeness": -0.5,
}  # fmt: skip
"""By family, how much less (log-odds) a text need weigh for a review to stand. Chosen on texts of six authors who had not read the goals, each weighed
by a model that had not read him: these families are right more often than others whose texts weigh as much, or cost no ordinary source anything
(docs/models.md)."""

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
_OF_MODELS = "model."  # before the family whose model made a finding
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


def kind_of(passage: Passage, side: Side) -> int:
    """The place in ``KINDS`` of a passage on that side: Latin if its letters are more than its tokens."""
    return GROUP_OF[side] + (len(GROUPS) if len(passage.letters) > len(passage.tokens) else 0)


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
    scales: tuple[tuple[float, float], ...]
    """Slope and intercept of each of ``KINDS``."""
    violating: tuple[float, ...]
    """Of each of ``KINDS`` the probability from which on a text gets a finding; the lowest is the card's."""

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> Weigher:
        """Read weights and card of a folder. Raises ``DataError`` BL-DATA-250 to 254 with the file and the cure."""
        card, weights = load_weights(folder)
        goals, scales, limits = card.about.get("goals"), _scales(card.about.get("scales")), _limits(card.about.get("violating"))
        fits = card.bits == _FILE_BITS and scales and limits
        if not fits or not isinstance(goals, list) or not all(isinstance(goal, str) for goal in goals):
            raise DataError(
                "BL-DATA-251",
                f"not the card of a weigher: expected {_FILE_BITS} bits, and under about: goals, {len(KINDS)} scales, {len(KINDS)} violating",
                f"restore the folder, or train it anew: {TRAIN}",
                file=str(folder / CARD_FILE),
            )
        told = f"{_VERSION}:{card.sha256}/{scales}/{card.borderline}/{card.violating}/{limits}:{sorted(goals)}"
        version = f"{_VERSION}+{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        return cls(card, weights.astype(np.int16).reshape(len(SIDES), 1 << BITS), frozenset(goals), version, scales, limits)

    def excusing(self, goals: Iterable[str]) -> Weigher:
        """The weigher that may excuse reviews of these goals too: of those that ship."""
        return replace(self, goals=self.goals.union(goals))

    def weigh(self, text: str, side: Side, piece: Piece | None = None) -> Weighed:
        """What the text means on that side; a text without tokens means nothing. ``piece``: its lanes, if they are known."""
        best, chosen = -math.inf, None
        for passage in passages(text, piece):
            if (odds := self._log_odds(passage, side)) > best:
                best, chosen = odds, passage
        if chosen is None:
            return Weighed(0.0, None)
        return Weighed(_probability(best), chosen)

    def findings(self, text: str, side: Side, path: str, findings: Sequence[Finding], piece: Piece | None = None) -> list[Finding]:
        """All ``findings`` of one whole text as the weigher leaves them: reviews excused or not, and its own where it is sure and alone."""
        weighed = self.weigh(text, side, piece)
        if len(text) <= LONGEST_EXCUSED:
            findings = [replace(one, exceptions=(ORDINARY,)) if self.excuses(one, weighed.probability) else one for one in findings]
        asked = any(not one.exceptions and one.effect is not Outcome.ALLOW for one in findings)
        if not asked and self.is_violating(weighed, side):
            return [*findings, self._finding(weighed, text, side, path)]
        return list(findings)

    def is_violating(self, weighed: Weighed, side: Side) -> bool:
        """True of a text on that side that gets a finding, unless something else asks for anything."""
        return weighed.passage is not None and weighed.probability >= self.violating[kind_of(weighed.passage, side)]

    def excuses(self, finding: Finding, probability: float) -> bool:
        """True of a review that a text of that probability does not bear out."""
        return probability < self._excused_under(finding.goal) and self.may_excuse(finding)

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

    def _log_odds(self, passage: Passage, side: Side) -> float:
        buckets = buckets_of(passage)
        slope, intercept = self.scales[kind_of(passage, side)]
        score = int(self.tables[SIDES.index(side)].take(buckets).sum(dtype=np.int64)) / math.sqrt(len(buckets) + DAMPING)
        return slope * score + intercept

    def _excused_under(self, goal: str) -> float:
        trust = TRUSTED.get(goal.removeprefix(_OF_MODELS).partition(".")[0], 0.0)
        limit = self.card.borderline
        return min(_probability(math.log(limit / (1.0 - limit)) - trust), self.card.violating) if trust and limit < 1 else limit

    def may_excuse(self, finding: Finding) -> bool:
        """True of a review that may be excused, by a goal or family that ships."""
        return finding.goal in self.goals and is_excusable(finding)

    def _finding(self, weighed: Weighed, text: str, side: Side, path: str) -> Finding:
        probability, passage = weighed
        assert passage is not None  # noqa: S101 - a text without one is not violating
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


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, log_odds))))


def _scales(found: object) -> tuple[tuple[float, float], ...]:
    """Those of a card; nothing if they are none."""
    rows = found if isinstance(found, list) and len(found) == len(KINDS) else []
    pairs = [tuple(row) for row in rows if isinstance(row, list) and len(row) == 2 and all(type(each) is float for each in row)]
    holds = len(pairs) == len(KINDS) and all(math.isfinite(slope) and slope > 0 and math.isfinite(shift) for slope, shift in pairs)
    return tuple((float(slope), float(shift)) for slope, shift in pairs) if holds else ()


def _limits(found: object) -> tuple[float, ...]:
    """The thresholds of a card; nothing if they are none."""
    limits = found if isinstance(found, list) and len(found) == len(KINDS) else []
    return tuple(limits) if all(type(limit) is float and 0 < limit <= 1 for limit in limits) else ()
