"""How a conversation sounds: a linear model over the n-grams of the user's turns, trained on requests and their harmless neighbours.

It has read what people ask for with bad and with good intent (``training/authored``), not which words a goal lists, so it tells apart
what words alone do not: who warns of a fraud and who plans one. It is read beside the goals, never instead of them:
what the goals put together over turns counts only if the conversation does not sound harmless, and a conversation that sounds
harmful beyond doubt goes to a person where a goal was begun.

A turn is remembered as two numbers, the sum of its n-grams' weights and how many n-grams there are; a conversation is their
sums. The score is that of all its turns plus that of the last one, on the scale of the model's card.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from brightline.text.linear import DAMPING, LinearModel, distinct, grams, read

__all__ = ["MODEL", "SILENT", "Leaning", "leaning_model", "leaning_of", "probability", "score_of"]

MODEL = Path(__file__).parent / "model"

_END_CHARS = 1500
"""Of one turn: five windows of the model from each end."""


class Leaning(NamedTuple):
    """What the n-grams of a turn weigh together, and how many there are."""

    weight: float = 0.0
    grams: int = 0


SILENT = Leaning()
"""A turn without letters."""


@lru_cache(maxsize=1)
def leaning_model() -> LinearModel:
    """The model that ships. Raises ``DataError`` BL-DATA-250 to 254 if its files are not what they were."""
    return LinearModel.load(MODEL)


def leaning_of(text: str, model: LinearModel | None = None) -> Leaning:
    """How one turn leans: its window that leans most, so that nothing is hidden in a long message. Of that, both ends are read."""
    model = model or leaning_model()
    found = SILENT
    for piece in (text,) if len(text) <= 2 * _END_CHARS else (text[:_END_CHARS], text[-_END_CHARS:]):
        reading = read(piece)
        for start, end in reading.windows:
            buckets = distinct(grams(reading.letters[start:end], model.card.bits))
            leaning = Leaning(float(model.weights[buckets].sum(dtype=np.float64)), len(buckets))
            if found is SILENT or _mean(*leaning) > _mean(*found):
                found = leaning
    return found


def score_of(turns: Iterable[Leaning]) -> float:
    """The score of a conversation, the newest turn last."""
    together = list(turns)
    if not together:
        return 0.0
    return _mean(sum(turn.weight for turn in together), sum(turn.grams for turn in together)) + _mean(*together[-1])


def probability(score: float, model: LinearModel | None = None) -> float:
    """How probable it is, on the scale of the conversations it was tried on, that somebody asks for what must not be done."""
    card = (model or leaning_model()).card
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, card.slope * score + card.intercept))))


def _mean(weight: float, count: int) -> float:
    return weight / math.sqrt(count + DAMPING)
