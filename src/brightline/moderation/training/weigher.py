"""The weigher's file: judged on authors that it did not read, trained on all of them, quantised, and written with its card."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brightline.moderation.training.cards import CARD_TEXT_FILE, held_out_line
from brightline.moderation.training.fitting import Floats, Ints, quantised
from brightline.moderation.training.intents import IntentRow, Rows, fit_intent, held_out_by_author
from brightline.moderation.training.open_data import LICENCES
from brightline.moderation.training.validating import area_under_curve, calibration_error, platt, probabilities
from brightline.moderation.weighing.reading import BITS
from brightline.moderation.weighing.weigher import GROUP_OF, GROUPS, KINDS, SIDES
from brightline.text.weights import ModelCard, save_weights

__all__ = ["RULES", "AuthorResult", "IntentBudgets", "Judged", "judge", "save", "thresholds"]

RULES = ("ECO-6.10", "ECO-7", "CSL-49")
"""Rules that ground a review on every side whatever the family: bad information is kept off, and what is found is looked at."""

_PROBLEM_TYPES = (4,)  # content review, which names no kind of harm
_ENOUGH = 100  # harmful texts and twins of a kind: fewer do not set a scale
_ENOUGH_ORDINARY = 50  # ordinary texts of a source on a kind: of fewer no share can be told


@dataclass(frozen=True, slots=True)
class IntentBudgets:
    """What a finding may cost among texts that were held out, and what an excuse may lose.

    ``twins``: of all twins, whose authors wrote them to be mistaken; ``ordinary``: of each source of ordinary text, on each script and group of
    sides where there are enough of it; ``lost``: share of the harmful texts of all authors that lie under the lower threshold.
    """

    twins: float = 0.03
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
    """Texts held out: their log-odds, the scales that made them of scores, and the two thresholds: under ``lower`` ordinary, from ``upper`` harmful.

    ``scales``: slope and intercept of each of ``weighing.weigher.KINDS``; ``upper``: a threshold for each.
    """

    scores: Floats
    scales: Floats
    lower: float
    upper: Floats
    calibration_error: float
    table: tuple[AuthorResult, ...]

    def probability(self, log_odds: float) -> float:
        return float(probabilities(np.asarray(log_odds), 1.0, 0.0))


def judge(rows: Sequence[IntentRow], numbers: Rows, budgets: IntentBudgets, told: Callable[[str], None] = lambda _: None) -> Judged:
    """Every author judged by a model that had not read him."""
    return thresholds(rows, held_out_by_author(rows, numbers, told), numbers.kinds, budgets)


def thresholds(rows: Sequence[IntentRow], scores: Floats, kinds: Ints, budgets: IntentBudgets) -> Judged:
    """Scales, thresholds and table of scores held out. ``kinds``: of each text the place in ``KINDS``."""
    harmful, twins = np.array([row.harmful for row in rows]), np.array([row.twin for row in rows])
    sources = np.array([row.source for row in rows])
    known = np.isfinite(scores)
    pairs = known & (harmful | twins)
    scales = np.array([_scale(pairs & (kinds == kind), scores, harmful, pairs) for kind in range(len(KINDS))])
    scores = scales[kinds, 0] * scores + scales[kinds, 1]
    names = sorted(set(sources.tolist()))
    needed = np.full(len(KINDS), _least(scores[known & twins], budgets.twins) if twins.any() else -math.inf)
    for name in names:
        ordinary = (sources == name) & known & ~harmful & ~twins
        counts = np.bincount(kinds[ordinary], minlength=len(KINDS))
        few = (counts > 0) & (counts < _ENOUGH_ORDINARY)  # judged together
        for alike in (few, *(np.arange(len(KINDS)) == kind for kind in (counts >= _ENOUGH_ORDINARY).nonzero()[0])):
            inside = ordinary & alike[kinds]
            if inside.any():
                needed[alike] = np.maximum(needed[alike], _least(scores[inside], budgets.ordinary))
    needed[np.isinf(needed)] = needed.max()
    upper = np.nextafter(needed, np.inf)
    bad = np.sort(scores[known & harmful])
    lower = min(float(upper.min()), float(bad[math.floor(len(bad) * budgets.lost)]))
    over, under = scores >= upper[kinds], scores < lower
    table = []
    for name in names:
        bad, good = (sources == name) & known & harmful, (sources == name) & known & ~harmful
        table.append(
            AuthorResult(
                name, int(bad.sum()), int(good.sum()), area_under_curve(scores[bad], scores[good]) if bad.any() and good.any() else None,
                *(_share(over[bad]), _share(under[bad])),
                *(_share(over[good]), _share(under[good])),
            )
        )  # fmt: skip
    return Judged(
        scores,
        scales,
        lower,
        upper,
        calibration_error(probabilities(scores[pairs], 1.0, 0.0), harmful[pairs]),
        tuple(table),
    )


def _scale(inside: NDArray[np.bool_], scores: Floats, harmful: NDArray[np.bool_], pairs: NDArray[np.bool_]) -> tuple[float, float]:
    """The scale of a kind of texts, or that of all where there are too few of it."""
    enough = min(int(harmful[inside].sum()), int((~harmful[inside]).sum())) >= _ENOUGH
    chosen = inside if enough else pairs
    return platt(scores[chosen], harmful[chosen])


def save(rows: Sequence[IntentRow], numbers: Rows, judged: Judged, budgets: IntentBudgets, goals: Sequence[str], folder: Path) -> ModelCard:
    """Train on all rows and write weights, card, and the card in words."""
    harmful, shares = np.array([row.harmful for row in rows]), np.array([row.share for row in rows])
    found = fit_intent(numbers, harmful, shares)
    tables = found.groups.reshape(len(GROUPS), 1 << BITS)
    codes, unit = quantised(np.concatenate([tables[GROUP_OF[side]] for side in SIDES]))
    sources = sorted({row.source for row in rows})
    scales = [[float(slope * unit), float(shift + slope * found.bias)] for slope, shift in judged.scales.tolist()]
    about: dict[str, Any] = {
        "goals": sorted(goals),
        "scales": scales,
        "violating": [judged.probability(limit) for limit in judged.upper.tolist()],
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
        slope=scales[0][0], intercept=scales[0][1],
        borderline=judged.probability(judged.lower), violating=judged.probability(float(judged.upper.min())), sha256="", about=about,
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
        f"* A finding from probability {card.violating:.4f} ("
        + ", ".join(f"{kind} {limit:.4f}" for kind, limit in zip(KINDS, about["violating"], strict=True))
        + ")"
        f"; a review is excused under {card.borderline:.4f}\n"
        f"* Allowed among texts held out: {about['budgets']['twins']:.1%} of all twins and {about['budgets']['ordinary']:.1%} of each ordinary source flagged; "
        f"{about['budgets']['lost']:.0%} of harmful texts under the lower threshold\n"
        "* Scales (slope, intercept): "
        + "; ".join(f"{kind} {slope:.6f}, {shift:.3f}" for kind, (slope, shift) in zip(KINDS, about["scales"], strict=True))
        + "\n"
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


def _share(told: NDArray[np.bool_]) -> float | None:
    return float(told.mean()) if len(told) else None


def _digest(rows: Sequence[IntentRow]) -> str:
    state = hashlib.sha256()
    for row in rows:
        state.update(f"{int(row.harmful)}\t{row.side}\t{row.source}\t{row.text}\n".encode("utf-8", "surrogatepass"))
    return state.hexdigest()
