"""From labelled rows to a model: judged on sources it did not see, then trained on all, quantised, and written with its card."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brightline.errors import InputError
from brightline.moderation.training.cards import CARD_TEXT_FILE, described
from brightline.moderation.training.fitting import Floats, Matrix, fit, matrix_of, quantised
from brightline.moderation.training.rows import Row, importance, thinned, with_losses
from brightline.moderation.training.validating import (
    Budgets,
    SourceResult,
    calibration_error,
    held_out_scores,
    platt,
    probabilities,
    table_of,
    thresholds_of,
)
from brightline.text.weights import ModelCard, save_weights

__all__ = ["Recipe", "Trained", "Trial", "train", "trial"]

_OTHER_BUDGETS = (0.005, 0.01)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything besides the rows that a model depends on. ``most`` bounds the rows of a source and label, ``bits`` the buckets (2^bits).

    ``losses``: sources that hold harmful texts are learnt from with lossy copies beside them.
    """

    bits: int = 18
    strength: float = 4.0
    most: int = 2000
    seed: int = 20261122
    losses: bool = True
    budgets: Budgets = field(default_factory=Budgets)


@dataclass(frozen=True, slots=True)
class Trial:
    """What sources say that the model did not see: the table, scale and thresholds. ``rows`` and ``matrix`` end with the lossy copies."""

    rows: tuple[Row, ...]
    matrix: Matrix
    copies: NDArray[np.bool_]
    scores: Floats
    table: tuple[SourceResult, ...]
    slope: float
    intercept: float
    thresholds: tuple[float, float]
    calibration_error: float

    def probability(self, score: float) -> float:
        """What a score says on this trial's scale."""
        return float(1 / (1 + np.exp(-np.clip(self.slope * score + self.intercept, -60, 60))))


@dataclass(frozen=True, slots=True)
class Trained:
    """A model's codes and the card to be written with them."""

    card: ModelCard
    codes: NDArray[np.int8]

    def save(self, folder: Path) -> ModelCard:
        """Write weights, card, and the card in words; returns the card with its hash."""
        written = save_weights(folder, self.card, self.codes)
        (folder / CARD_TEXT_FILE).write_text(described(written), "utf-8")
        return written


def trial(rows: Sequence[Row], recipe: Recipe, told: Callable[[str], None] = lambda _: None) -> Trial:
    """Judge the rows source by source. Raises ``InputError`` BL-INPUT-863 if there is nothing to tell apart."""
    kept = thinned(list(dict.fromkeys(rows)), recipe.most, recipe.seed)
    if len({row.harmful for row in kept}) < 2:
        raise InputError("BL-INPUT-863", "all texts have the same label", "give harmful texts (label 1) and ordinary ones (label 0)")
    mixed = {row.source for row in kept if row.harmful}
    copies = with_losses([row for row in kept if row.source in mixed], recipe.seed) if recipe.losses else []
    every = (*kept, *copies)
    matrix = matrix_of([row.text for row in every], recipe.bits)
    training_only = np.arange(len(every)) >= len(kept)
    scores = held_out_scores(every, matrix, recipe.strength, training_only, told)
    harmful = np.array([row.harmful for row in every])
    known = np.isfinite(scores)
    if len(set(harmful[known].tolist())) < 2:
        # One source has all harmful or all ordinary texts: nothing was judged without it. The caller was asked whether to go on.
        scores = np.where(training_only, -np.inf, matrix.scores(fit(matrix, harmful, importance(every), recipe.strength)))
        known = np.isfinite(scores)
    slope, intercept = platt(scores, harmful)
    error = calibration_error(probabilities(scores[known], slope, intercept), harmful[known])
    thresholds = thresholds_of(kept, scores[: len(kept)], recipe.budgets)
    table = table_of(kept, scores[: len(kept)], thresholds)
    return Trial(every, matrix, training_only, scores, tuple(table), slope, intercept, thresholds, error)


def train(judged: Trial, recipe: Recipe, card: ModelCard) -> Trained:
    """One model over all rows of a trial. ``card`` gives family, titles, rules and what is known of the data; the rest is filled in."""
    harmful = np.array([row.harmful for row in judged.rows])
    codes, unit = quantised(fit(judged.matrix, harmful, importance(judged.rows), recipe.strength))
    borderline, violating = (judged.probability(limit) for limit in judged.thresholds)
    about = {
        **card.about,
        "recipe": {name: value for name, value in asdict(recipe).items() if name != "bits"},
        "rows": len(judged.rows) - int(judged.copies.sum()),
        "rows_sha256": _digest(judged.rows),
        "calibration_error": round(judged.calibration_error, 4),
        "at_other_budgets": _at_other_budgets(judged, recipe),
        "held_out": [_rounded(asdict(each)) for each in judged.table],
    }
    # A code's unit goes into the scale: what is stored are whole numbers.
    return Trained(
        replace(
            card,
            bits=recipe.bits,
            slope=judged.slope * unit,
            intercept=judged.intercept,
            borderline=borderline,
            violating=violating,
            about=about,
        ),
        codes,
    )


def _at_other_budgets(judged: Trial, recipe: Recipe) -> list[dict[str, float]]:
    """Where the upper threshold would lie if more ordinary text might be flagged, and the recall on held-out sources there."""
    kept = [row for row, copy in zip(judged.rows, judged.copies, strict=True) if not copy]
    scores = judged.scores[: len(kept)]
    harmful = np.array([row.harmful for row in kept]) & np.isfinite(scores)
    found = []
    for share in (recipe.budgets.violating, *_OTHER_BUDGETS):
        _, limit = thresholds_of(kept, scores, replace(recipe.budgets, violating=share))
        recall = float(np.mean(scores[harmful] >= limit)) if harmful.any() else 0.0
        found.append({"ordinary": share, "violating": round(judged.probability(limit), 6), "recall": round(recall, 4)})
    return found


def _digest(rows: Sequence[Row]) -> str:
    state = hashlib.sha256()
    for row in rows:
        state.update(f"{int(row.harmful)}\t{row.source}\t{row.text}\n".encode("utf-8", "surrogatepass"))
    return state.hexdigest()


def _rounded(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in line.items()}
