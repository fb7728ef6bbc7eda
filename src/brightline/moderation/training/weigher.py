"""The weigher's file: judged on authors that it did not read, trained on all of them, quantised, and written with its card."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brightline.moderation.training.cards import CARD_TEXT_FILE, held_out_line
from brightline.moderation.training.fitting import Floats, quantised
from brightline.moderation.training.intents import IntentRow, Rows, fit_intent, held_out_by_author
from brightline.moderation.training.open_data import LICENCES
from brightline.moderation.training.validating import area_under_curve, calibration_error, platt, probabilities
from brightline.moderation.weighing.reading import BITS
from brightline.moderation.weighing.weigher import GROUP_OF, GROUPS, SIDES
from brightline.text.weights import ModelCard, save_weights

__all__ = ["RULES", "AuthorResult", "IntentBudgets", "Judged", "judge", "save", "thresholds"]

RULES = ("ECO-6.10", "ECO-7", "CSL-49")
"""Rules that ground a review on every side whatever the family: bad information is kept off, and what is found is looked at."""

_PROBLEM_TYPES = (4,)  # content review, which names no kind of harm


@dataclass(frozen=True, slots=True)
class IntentBudgets:
    """What a finding may cost among texts that were held out, and what an excuse may lose.

    ``twins``: of all twins of an author, who wrote them to be mistaken; ``ordinary``: of each source of ordinary text; ``lost``: share of the
    harmful texts of all authors that lie under the lower threshold.
    """

    twins: float = 0.025
    ordinary: float = 0.02
    lost: float = 0.25


@dataclass(frozen=True, slots=True)
class AuthorResult:
    """What a model that had not read the author, or the source, makes of it. Shares of harmful and of ordinary texts."""

    source: str
    harmful: int
    ordinary: int
    auc: float | None
    found: float | None
    lost: float | None
    flagged: float | None
    excused: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores of texts held out, their scale, and the two thresholds as scores: under ``lower`` ordinary, from ``upper`` harmful."""

    scores: Floats
    slope: float
    intercept: float
    lower: float
    upper: float
    calibration_error: float
    table: tuple[AuthorResult, ...]

    def probability(self, score: float) -> float:
        return float(probabilities(np.asarray(score), self.slope, self.intercept))


def judge(rows: Sequence[IntentRow], numbers: Rows, budgets: IntentBudgets, told: Callable[[str], None] = lambda _: None) -> Judged:
    """Every author judged by a model that had not read him."""
    return thresholds(rows, held_out_by_author(rows, numbers, told), budgets)


def thresholds(rows: Sequence[IntentRow], scores: Floats, budgets: IntentBudgets) -> Judged:
    """Scale, thresholds and table of scores held out."""
    harmful, twins = np.array([row.harmful for row in rows]), np.array([row.twin for row in rows])
    sources = np.array([row.source for row in rows])
    known = np.isfinite(scores)
    pairs = known & (harmful | twins)
    slope, intercept = platt(scores[pairs], harmful[pairs])
    names = sorted(set(sources.tolist()))
    needed = [_least(scores[known & twins], budgets.twins)] if twins.any() else []
    for name in names:
        inside = scores[(sources == name) & known & ~harmful & ~twins]
        if len(inside):
            needed.append(_least(inside, budgets.ordinary))
    upper = float(np.nextafter(max(needed), np.inf))
    bad = np.sort(scores[known & harmful])
    lower = min(upper, float(bad[math.floor(len(bad) * budgets.lost)]))
    table = []
    for name in names:
        bad, good = scores[(sources == name) & known & harmful], scores[(sources == name) & known & ~harmful]
        table.append(
            AuthorResult(
                name, len(bad), len(good), area_under_curve(bad, good) if len(bad) and len(good) else None,
                *(_share(bad, lambda values: values >= upper), _share(bad, lambda values: values < lower)),
                *(_share(good, lambda values: values >= upper), _share(good, lambda values: values < lower)),
            )
        )  # fmt: skip
    return Judged(
        scores,
        slope,
        intercept,
        lower,
        upper,
        calibration_error(probabilities(scores[pairs], slope, intercept), harmful[pairs]),
        tuple(table),
    )


def save(rows: Sequence[IntentRow], numbers: Rows, judged: Judged, budgets: IntentBudgets, goals: Sequence[str], folder: Path) -> ModelCard:
    """Train on all rows and write weights, card, and the card in words."""
    harmful, shares = np.array([row.harmful for row in rows]), np.array([row.share for row in rows])
    found = fit_intent(numbers, harmful, shares)
    tables = found.groups.reshape(len(GROUPS), 1 << BITS)
    codes, unit = quantised(np.concatenate([tables[GROUP_OF[side]] for side in SIDES]))
    sources = sorted({row.source for row in rows})
    about: dict[str, Any] = {
        "goals": sorted(goals),
        "rows": len(rows),
        "rows_sha256": _digest(rows),
        "budgets": asdict(budgets),
        "calibration_error": round(judged.calibration_error, 4),
        "held_out": [
            {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(each).items()} for each in judged.table
        ],
        "sources": sources,
        "licences": {name: licence._asdict() for name, licence in LICENCES.items() if any(source.startswith(name) for source in sources)},
    }
    card = ModelCard(
        "intent", "疑似有害意图", "Probably meant to harm", RULES, _PROBLEM_TYPES, bits=BITS + 2,
        slope=judged.slope * unit, intercept=judged.intercept + judged.slope * found.bias,
        borderline=judged.probability(judged.lower), violating=judged.probability(judged.upper), sha256="", about=about,
    )  # fmt: skip
    written = save_weights(folder, card, codes)
    (folder / CARD_TEXT_FILE).write_text(described(written), "utf-8")
    return written


def described(card: ModelCard) -> str:
    """Markdown of a weigher's card. The same card gives the same text."""
    about = card.about
    lines = [
        "| author or source | harmful | ordinary | AUC | found | harmful under the lower threshold | ordinary flagged | ordinary under the lower threshold |",
        "|---|---|---|---|---|---|---|---|",
        *(held_out_line(each, ("found", "lost", "flagged", "excused"), digits=1) for each in about["held_out"]),
    ]
    parts = [
        f"# Model card: {card.family} ({card.title_zh})",
        f"{card.title_en}. Hashed runs of tokens and Latin letters, logistic regression, {len(SIDES)} tables of {1 << BITS} int8 weights. It sends a text to review, or excuses a review that a goal asks for; it never stops one. "
        "Written by `brightline train`; do not edit.",
        f"* Rules that ground the review: {', '.join(card.rules)}\n"
        f"* A finding from probability {card.violating:.4f}; a review is excused under {card.borderline:.4f}\n"
        f"* Allowed among texts held out: {about['budgets']['twins']:.1%} of all twins and {about['budgets']['ordinary']:.1%} of each ordinary source flagged; "
        f"{about['budgets']['lost']:.0%} of harmful texts under the lower threshold\n"
        f"* Calibration error (harmful texts and twins held out): {about['calibration_error']:.3f}\n"
        f"* Trained on {about['rows']} texts (SHA-256 {about['rows_sha256'][:16]}…), weights SHA-256 {card.sha256[:16]}…",
        "## Held out, one author at a time",
        "Each line is the work of a model that had not read the author or the source.",
        "\n".join(lines),
        "## Data",
        "\n".join(f"* {name}: {entry['origin']} ({entry['licence']})" for name, entry in about["licences"].items()),
    ]
    return "\n\n".join(parts) + "\n"


def _least(scores: Floats, share: float) -> float:
    """The score over which at most that share of ``scores`` lies."""
    return float(np.sort(scores)[len(scores) - 1 - math.floor(len(scores) * share)])


def _share(scores: Floats, holds: Callable[[Floats], Any]) -> float | None:
    return float(np.mean(holds(scores))) if len(scores) else None


def _digest(rows: Sequence[IntentRow]) -> str:
    state = hashlib.sha256()
    for row in rows:
        state.update(f"{int(row.harmful)}\t{row.side}\t{row.source}\t{row.text}\n".encode("utf-8", "surrogatepass"))
    return state.hexdigest()
