"""The linear models of all families over one text: findings that send to review, and verdicts for the slower stages.

A model's finding is a reason for a person to look, never more: its effect is ``review``, it is never manifest, and a model whose
rules do not ground a review is refused at load (``BL-DATA-255``). The n-grams of a text are hashed once for all models. What
the models are, what they were trained on and how they fare on sources that they did not see: docs/models.md and each card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.errors import DataError
from brightline.model import Finding, Outcome, Side
from brightline.rulebook import Rulebook
from brightline.rulebook.policy import permitted
from brightline.text.findings import evidence_of
from brightline.text.lanes import Piece
from brightline.text.linear import LinearModel, Reading, Verdict, read, sums
from brightline.text.weights import CARD_FILE, ModelCard

__all__ = ["DETECTOR", "LANE", "LEAST_LETTERS", "SHIPPED", "SHIPPED_BUDGET", "FamilyModels", "check_grounds"]

DETECTOR, LANE = "models", "model"
SHIPPED = Path(__file__).parent / "models"

SHIPPED_BUDGET = 0.01
"""The share of each ordinary source that a shipped model may flag by itself. What is flagged is weighed once more before anything follows: the
weigher excuses most of it."""

LEAST_LETTERS = {Side.PROMPT: 8, Side.ANSWER: 8, Side.POST: 6, Side.LISTING: 6}
"""A family asks for nothing on fewer letters. Of 85 plain short messages that nobody had written for training (你谁啊, 地址发我一下), models flagged four,
all under 8; pieces of talk are plain in a conversation, and an advert on a wall may be short."""

_MOST_SPANS = 5
_VERSION = "1"  # raised when the same models would find something else in the same text


class _Judged(NamedTuple):
    model: LinearModel
    score: float
    window: tuple[int, int]

    @property
    def verdict(self) -> Verdict:
        return self.model.verdict(self.score)


class _Group(NamedTuple):
    """Models with equally many buckets, their weights side by side: one look-up for all."""

    bits: int
    models: tuple[LinearModel, ...]
    table: NDArray[np.int16]


class FamilyModels:
    """All models of an installation. Immutable and safe to share between threads."""

    def __init__(self, models: Iterable[LinearModel]) -> None:
        by_bits = groupby(sorted(models, key=lambda model: (model.card.bits, model.card.family)), key=lambda model: model.card.bits)
        self._groups = tuple(_grouped(bits, tuple(group)) for bits, group in by_bits)
        self.models = tuple(sorted((model for group in self._groups for model in group.models), key=lambda model: model.card.family))
        self._least_violating = {model.card.family: model.least_violating for model in self.models}
        told = ":".join(f"{model.card.family}={model.card.sha256}/{model.card.borderline}/{model.card.violating}" for model in self.models)
        self.version = f"{_VERSION}+{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @classmethod
    def load(cls, rulebook: Rulebook, folders: Sequence[Path] = (), on: date | None = None, budget: float | None = None) -> FamilyModels:
        """The shipped models, then those in the operator's folders (a model a subfolder), which replace shipped ones of the same family.

        ``budget`` takes the upper thresholds at which that share of each ordinary source is flagged, of those that the cards list
        (0.003, 0.005, 0.01); by default that of ``SHIPPED_BUDGET`` for shipped models, and the operator's cards' own.
        Raises ``DataError`` BL-DATA-250 to 255 with the file and the cure.
        """
        found: dict[str, LinearModel] = {}
        for folder in (SHIPPED, *folders):
            if not folder.is_dir():
                raise DataError("BL-DATA-250", "no such folder", "name a folder that holds a folder for each model", file=str(folder))
            for card in sorted(folder.glob(f"*/{CARD_FILE}")):
                model = LinearModel.load(card.parent)
                allowed = SHIPPED_BUDGET if budget is None and folder == SHIPPED else budget
                if allowed is not None:
                    model = replace(model, card=_at_budget(model.card, allowed, card))
                check_grounds(model.card.rules, rulebook, on or datetime.now(UTC).date(), str(card))
                found[model.card.family] = model
        return cls(found.values())

    def findings(self, text: str, side: Side, path: str = "", piece: Piece | None = None) -> list[Finding]:
        """A finding for each family that the text violates, in the order of family names. Depends on the whole text alone.

        A text of fewer than ``LEAST_LETTERS`` letters has none: too little to tell a family's posts from talk.
        ``piece``: the lanes of the text, if they are known.
        """
        reading = read(text, piece)
        if len(reading.letters) < LEAST_LETTERS[side]:
            return []
        return [
            self._finding(judged, verdict, reading, text, side, path)
            for judged in self._judge(reading)
            if judged.score >= self._least_violating[judged.model.card.family] and (verdict := judged.verdict).level == "violating"
        ]

    def verdicts(self, text: str) -> list[Verdict]:
        """What every model says, in the order of family names; nothing for a text without letters."""
        return [judged.verdict for judged in self._judge(read(text))]

    def borderline(self, text: str) -> list[Verdict]:
        """The verdicts that a slower stage should look at: borderline and violating, most probable first."""
        doubtful = [verdict for verdict in self.verdicts(text) if verdict.level != "safe"]
        return sorted(doubtful, key=lambda verdict: (-verdict.probability, verdict.family))

    def _judge(self, reading: Reading) -> list[_Judged]:
        best: dict[str, _Judged] = {}
        for group in self._groups:
            for window in reading.windows:
                totals, norm = sums(reading.letters[window[0] : window[1]], group.table, group.bits)
                for model, total in zip(group.models, totals, strict=True):
                    known = best.get(model.card.family)
                    if known is None or total / norm > known.score:
                        best[model.card.family] = _Judged(model, total / norm, window)
        return [best[family] for family in sorted(best)]

    def _finding(self, judged: _Judged, verdict: Verdict, reading: Reading, text: str, side: Side, path: str) -> Finding:
        card = judged.model.card
        spans = tuple(span for span, _ in judged.model.evidence(reading, judged.window, _MOST_SPANS))
        # A score over the threshold always has n-grams that speak for it, unless the bias alone does: then the window is the evidence.
        spans = spans or (reading.span(*judged.window),)
        evidence = evidence_of(spans, lambda start, end: text[start:end], len(text))
        return Finding(
            detector=DETECTOR,
            detector_version=self.version,
            goal=card.goal,
            rules=card.rules,
            problem_types=card.problem_types,
            effect=Outcome.REVIEW,
            part=path,
            side=side,
            lane=LANE,
            spans=evidence.spans,
            evidence=evidence.texts,
            score=round(verdict.probability, 4),
            manifest=False,
            excerpt=evidence.excerpt,
            excerpt_start=evidence.excerpt_start,
        )


def _grouped(bits: int, models: tuple[LinearModel, ...]) -> _Group:
    """One table for all, of which each model keeps its column."""
    table = np.ascontiguousarray(np.stack([model.weights.astype(np.int16) for model in models], axis=1))
    return _Group(bits, tuple(replace(model, weights=table[:, number]) for number, model in enumerate(models)), table)


def _at_budget(card: ModelCard, budget: float, file: Path) -> ModelCard:
    lines = card.about.get("at_other_budgets")
    listed = {line.get("ordinary"): line.get("violating") for line in lines if isinstance(line, dict)} if isinstance(lines, list) else {}
    limit = listed.get(budget)
    if not isinstance(limit, float) or not 0 < limit <= 1:
        raise DataError(
            "BL-DATA-251",
            f"the card has no threshold for a budget of {budget:g}",
            f"choose one of {', '.join(f'{each:g}' for each in listed if isinstance(each, float)) or 'none: train the model anew'}",
            file=str(file),
        )
    limit = min(limit, card.violating)  # the list is rounded; no budget in it is tighter than the card's own
    return replace(card, violating=limit, borderline=min(card.borderline, limit))


def check_grounds(rules: Sequence[str], rulebook: Rulebook, on: date, file: str = "") -> None:
    """Raises ``DataError`` BL-DATA-255 unless the rules ground a review on every side; ``file`` is named in the message."""
    for side in Side:
        if Outcome.REVIEW not in permitted(rules, side, on, rulebook, manifest=False):
            raise DataError(
                "BL-DATA-255",
                f"the rules {', '.join(rules)} do not ground a review of the side {side} on {on}",
                "name rules of the rulebook that do: `brightline rules grounds TYPE`",
                file=file,
            )
