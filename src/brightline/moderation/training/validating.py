"""Judging a model on sources that it did not see: out-of-source scores, thresholds, calibration, the cross-source table.

For every source (or domain of sources) a model is trained on all others and scores it. The thresholds, the probability scale
and the table come from these scores alone; then one model is trained on everything. In-source figures are not made at all:
they mislead (data/README.md: a fraud model with an AUC of 1.000 on its own source had 0.493 on another).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brightline.moderation.training.fitting import Floats, Matrix, fit
from brightline.moderation.training.rows import Row, importance

__all__ = [
    "Budgets",
    "SourceResult",
    "area_under_curve",
    "calibration_error",
    "held_out_scores",
    "platt",
    "probabilities",
    "table_of",
    "thresholds_of",
]


@dataclass(frozen=True, slots=True)
class Budgets:
    """Shares of ordinary text that may be flagged, in sources of ordinary text alone, and in those that hold harmful text too.

    A mixed source's ordinary part is near the harm on purpose (the same topics, the same words): it may cost more.
    """

    violating: float = 0.003
    borderline: float = 0.03
    violating_mixed: float = 0.03
    borderline_mixed: float = 0.10


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What a model that did not see the source makes of it. Shares are of its harmful and of its ordinary texts."""

    source: str
    harmful: int
    ordinary: int
    auc: float | None
    recall: float | None
    recall_borderline: float | None
    flagged: float | None
    flagged_borderline: float | None


def held_out_scores(
    rows: Sequence[Row],
    matrix: Matrix,
    strength: float,
    training_only: NDArray[np.bool_],
    told: Callable[[str], None] = lambda _: None,
) -> Floats:
    """For every text the score by a model trained without its source; minus infinity for ``training_only`` texts.

    ``told`` hears the name of each source before its turn.
    """
    harmful = np.array([row.harmful for row in rows])
    domains = np.array([row.held_out_with for row in rows])
    scores = np.full(len(rows), -np.inf)
    for domain in sorted(set(domains)):
        told(domain)
        inside = domains == domain
        rest = [row for row, held in zip(rows, inside, strict=True) if not held]
        if len({row.harmful for row in rest}) < 2:
            continue
        counts = np.zeros(len(rows))
        counts[~inside] = importance(rest)
        weights = fit(matrix.of(~inside), harmful, counts, strength)
        judged = inside & ~training_only
        scores[judged] = matrix.of(judged).scores(weights)[judged]
    return scores


def thresholds_of(rows: Sequence[Row], scores: Floats, budgets: Budgets) -> tuple[float, float]:
    """The lowest scores (borderline, violating) at which every source's ordinary texts stay within the budgets.

    Always over 0, the score of a text of which a model knows nothing.
    """
    found = []
    for alone, mixed in ((budgets.borderline, budgets.borderline_mixed), (budgets.violating, budgets.violating_mixed)):
        needed = [np.nextafter(0.0, 1.0)]
        for source in {row.source for row in rows}:
            ordinary = np.sort([score for row, score in zip(rows, scores, strict=True) if row.source == source and not row.harmful])
            ordinary = ordinary[np.isfinite(ordinary)]
            if len(ordinary):
                is_mixed = any(row.harmful for row in rows if row.source == source)
                allowed = math.floor(len(ordinary) * (mixed if is_mixed else alone))
                needed.append(np.nextafter(ordinary[len(ordinary) - 1 - allowed], np.inf))
        found.append(float(max(needed)))
    return found[0], max(found)


def table_of(rows: Sequence[Row], scores: Floats, thresholds: tuple[float, float]) -> list[SourceResult]:
    """One line a source. The AUC of a source with one label only is against all other sources' texts of the other label."""
    harmful = np.array([row.harmful for row in rows])
    sources = np.array([row.source for row in rows])
    known = np.isfinite(scores)
    found = []
    for source in sorted(set(sources.tolist())):
        inside = (sources == source) & known
        bad, good = scores[inside & harmful], scores[inside & ~harmful]
        against = (bad if len(bad) else scores[harmful & known], good if len(good) else scores[~harmful & known])
        found.append(
            SourceResult(
                source,
                len(bad),
                len(good),
                area_under_curve(*against) if len(against[0]) and len(against[1]) else None,
                *(float(np.mean(bad >= limit)) if len(bad) else None for limit in reversed(thresholds)),
                *(float(np.mean(good >= limit)) if len(good) else None for limit in reversed(thresholds)),
            )
        )
    return found


def area_under_curve(harmful: Floats, ordinary: Floats) -> float:
    """The share of pairs in which the harmful text has the higher score, ties counting half (Mann–Whitney)."""
    ordered = np.sort(ordinary)
    below = np.searchsorted(ordered, harmful, "left") + np.searchsorted(ordered, harmful, "right")
    return float(below.mean() / 2 / len(ordered))


def probabilities(scores: Floats, slope: float, intercept: float) -> Floats:
    """What the scale that ``platt`` finds makes of scores; ``ModelCard.probability`` for many at once."""
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * scores + intercept, -60, 60))))


def platt(scores: Floats, harmful: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of the logistic that best turns scores into probabilities, both kinds counting alike (Platt 1999).

    Newton's method, with the smoothed targets that Platt gives.
    """
    known = np.isfinite(scores)
    x, y = scores[known], harmful[known]
    positive, negative = int(y.sum()), int((~y).sum())
    target = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    share = np.where(y, 0.5 / positive, 0.5 / negative)
    centre, spread = float(x.mean()), float(x.std()) or 1.0
    z = (x - centre) / spread
    a, b = 1.0, 0.0
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(a * z + b, -40, 40)))
        gap, bend = share * (p - target), share * p * (1 - p)
        gradient = np.array([gap @ z, gap.sum()])
        hessian = np.array([[bend @ (z * z), bend @ z], [bend @ z, bend.sum()]]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        a, b = a - float(np.clip(step[0], -1, 1)), b - float(np.clip(step[1], -1, 1))
        if float(np.abs(step).max()) < 1e-8:
            break
    a = max(a, 1e-3)
    return a / spread, b - a * centre / spread


def calibration_error(probabilities: Floats, harmful: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over equal bins, both kinds counting alike (Naeini et al. 2015)."""
    share = np.where(harmful, 0.5 / max(1, harmful.sum()), 0.5 / max(1, (~harmful).sum()))
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            error += abs(float(share[inside] @ (probabilities[inside] - harmful[inside])))
    return error
