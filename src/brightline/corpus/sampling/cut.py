"""A tenth of a large corpus, drawn without holding it: documents below a cut through their ranks, one cut for each stratum.

The smallest ranks as in ``drawing.py``, but coarsely: a first pass counts the first twelve bits of the ranks, 4,096 numbers a stratum; the cut is
the first value up to which the quota is reached; the second pass asks of each document whether it lies below. So at least the quota
is drawn and at most 1/4,096 of the stratum more; the cut is published, and any part of the corpus can be drawn on any machine alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from brightline.corpus.sampling.drawing import rank
from brightline.corpus.sampling.plans import Plan

__all__ = ["BITS", "Cut", "cut_for"]

BITS = 12
"""32 KiB a stratum, and a quota missed by 0.02 % of the stratum at most (own choice between the two)."""


@dataclass(frozen=True, slots=True)
class Cut:
    """``below``: a document of the stratum is drawn if the first bits of its rank are smaller."""

    below: Mapping[str, int]

    def draws(self, seed: bytes, doc_id: str, stratum: str) -> bool:
        """Whether a document belongs to the sample."""
        below = self.below.get(stratum, 0)
        return below > 0 and _prefix(seed, doc_id) < below

    def to_document(self) -> dict[str, int]:
        """The cut as JSON values."""
        return dict(sorted(self.below.items()))


def cut_for(plan: Plan, seed: bytes, documents: Iterable[tuple[str, str]]) -> Cut:
    """The cut that draws at least the plan's quota of each stratum, from all (document, stratum) pairs in any order."""
    counts = {name: np.zeros(1 << BITS, dtype=np.int64) for name in plan.strata}
    for doc_id, stratum in documents:
        if stratum in counts:
            counts[stratum][_prefix(seed, doc_id)] += 1
    below = {}
    for name, histogram in counts.items():
        quota = plan.quota(name)
        below[name] = int(np.searchsorted(np.cumsum(histogram), quota)) + 1 if quota > 0 else 0
    return Cut(below)


def _prefix(seed: bytes, doc_id: str) -> int:
    return int.from_bytes(rank(seed, doc_id)[:2]) >> (16 - BITS)
