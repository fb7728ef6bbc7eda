"""How a conversation sounds: a linear model over the user's turns, trained on requests and their harmless neighbours.

It has read what people ask for with bad and with good intent (``training/authored``), not which words a goal lists, so it tells apart
what words alone do not: who warns of a fraud and who plans one. It is read beside the goals, never instead of them: what
they put together over turns counts only if these turns do not sound harmless; a conversation that sounds harmful beyond doubt goes
to a person where a goal was begun; and what was found in a single turn is weighed by it (``Dialogue.weighed``).

It reads as the weigher does (``moderation.weighing.reading``). A turn is remembered as three numbers, the sum of the weights of its runs,
how many runs there are, and how many of them are Latin; a conversation is their sums. The score is that of all its turns plus that of the last
one; each script has a scale of its own, under ``about.scales`` of the model's card.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.errors import DataError
from brightline.model import Finding
from brightline.moderation.weighing.reading import buckets_of, passages
from brightline.moderation.weighing.weigher import is_excusable
from brightline.text.linear import DAMPING
from brightline.text.weights import CARD_FILE, ModelCard, load_weights

__all__ = [
    "MODEL",
    "SILENT",
    "Leaning",
    "LeaningModel",
    "counts_from",
    "is_latin",
    "leaning_model",
    "leaning_of",
    "may_excuse",
    "probability_of",
    "score_of",
    "sum_of",
]

MODEL = Path(__file__).parent / "model"

_END_CHARS = 1500
"""Of one turn: some five passages from each end."""

_SHORT_CHARS = 100
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*")


class Leaning(NamedTuple):
    """What the runs of a turn weigh together, how many there are, and how many of them stand in Latin text."""

    weight: float = 0.0
    runs: int = 0
    latin: int = 0


class LeaningModel(NamedTuple):
    """The card, a whole number for each bucket, and slope and intercept for texts of other scripts and for Latin ones.

    From ``card.violating`` on a goal begun is enough. Under ``card.borderline`` nothing counts that only broad words or a model say, under
    ``harmless`` not even what the goals for single texts say over turns.
    """

    card: ModelCard
    weights: NDArray[np.float32]
    harmless: float
    scales: tuple[tuple[float, float], tuple[float, float]]


SILENT = Leaning()
"""A turn without letters."""


@lru_cache(maxsize=1)
def leaning_model() -> LeaningModel:
    """The model that ships. Raises ``DataError`` BL-DATA-250 to 254 if its files are not what they were."""
    card, weights = load_weights(MODEL)
    try:
        (slope, shift), (latin_slope, latin_shift) = card.about["scales"]
        scales = (float(slope), float(shift)), (float(latin_slope), float(latin_shift))
        return LeaningModel(card, weights, float(card.about["harmless"]), scales)
    except (KeyError, TypeError, ValueError):
        raise DataError(
            "BL-DATA-251",
            "not the card of the model of conversations: expected harmless and two scales under about",
            "restore the folder, or train it anew: `python -m brightline.moderation.dialogue.build_model`",
            file=str(MODEL / CARD_FILE),
        ) from None


def leaning_of(text: str, model: LeaningModel | None = None) -> Leaning:
    """How one turn leans: its passage or, in a long message, its sentence that leans most, so that filler hides nothing.

    Of a very long one both ends are read.
    """
    model = model or leaning_model()
    found = SILENT
    for piece in (text,) if len(text) <= 2 * _END_CHARS else (text[:_END_CHARS], text[-_END_CHARS:]):
        sentences = _SENTENCE.findall(piece) if len(piece) > _SHORT_CHARS else ()
        for passage in (*passages(piece), *(one for sentence in sentences for one in passages(sentence))):
            buckets = buckets_of(passage)
            latin = len(buckets) if len(passage.letters) > len(passage.tokens) else 0
            leaning = Leaning(float(model.weights[buckets].sum(dtype=np.float64)), len(buckets), latin)
            if found is SILENT or _mean(leaning) > _mean(found):
                found = leaning
    return found


def may_excuse(finding: Finding) -> bool:
    """True for what was found in one turn and may be excused by the others: what is excusable in a single text too, and is asked for by a
    model, or by a goal that was there when the model was trained.
    """
    return is_excusable(finding) and (finding.goal.startswith("model.") or finding.goal in _known_goals())


def counts_from(goal: str, broad: bool) -> float:
    """From which probability on evidence of that goal counts: what broad words or a model say needs a conversation that leans to harm."""
    model = leaning_model()
    return model.card.borderline if broad or goal.startswith("model.") else model.harmless


def score_of(turns: Iterable[Leaning]) -> float:
    """The score of a conversation, the newest turn last."""
    together = list(turns)
    if not together:
        return 0.0
    return _mean(sum_of(together)) + _mean(together[-1])


def sum_of(turns: Iterable[Leaning]) -> Leaning:
    """All turns as one."""
    return Leaning(*map(sum, zip(*turns, strict=True)))


def is_latin(turns: Iterable[Leaning]) -> bool:
    """True of a conversation that is mostly in Latin script."""
    return sum(2 * turn.latin - turn.runs for turn in turns) > 0


def probability_of(turns: Iterable[Leaning], model: LeaningModel | None = None) -> float:
    """How probable it is, on the scale of the conversations it was tried on, that somebody asks for what must not be done."""
    together = list(turns)
    slope, intercept = (model or leaning_model()).scales[is_latin(together)]
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, slope * score_of(together) + intercept))))


@lru_cache(maxsize=1)
def _known_goals() -> frozenset[str]:
    goals = leaning_model().card.about.get("goals")
    return frozenset(map(str, goals)) if isinstance(goals, list) else frozenset()


def _mean(leaning: Leaning) -> float:
    return leaning.weight / math.sqrt(leaning.runs + DAMPING)
