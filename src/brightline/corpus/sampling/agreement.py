"""How far two people agree: Cohen's κ with its interval, and the raw share beside it, because κ alone misleads where almost all passes.

Follows Cohen (1960) for κ and Fleiss, Cohen and Everitt (1969) for its standard error. Pairs are whoever looked first against whoever
looked second, as the sample has it; with a hundred people κ is that of the process, not of two persons.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from brightline.corpus.sampling.binomial import Interval, clopper_pearson

__all__ = ["Agreement", "agreement"]

_Z_95 = 1.959963984540054  # the normal quantile of 0.975


@dataclass(frozen=True, slots=True)
class Agreement:
    """``pairs``: documents that two people answered. ``raw``: share on which they agree, with its exact interval. ``kappa`` None where it
    is not defined: no pairs, or everybody gave one and the same answer, so that chance alone explains all of it; its interval None too where one
    of the two always said the same: κ is 0 then whatever the other said, and its standard error says nothing."""

    pairs: int
    agreed: int
    raw: float
    raw_interval: Interval
    kappa: float | None
    kappa_interval: Interval | None

    def to_document(self) -> dict[str, Any]:
        """The figures as JSON values, rounded to four digits."""
        return {
            "agreed": self.agreed,
            "kappa": None if self.kappa is None else round(self.kappa, 4),
            "kappa_interval": None if self.kappa_interval is None else [round(end, 4) for end in self.kappa_interval],
            "pairs": self.pairs,
            "raw": round(self.raw, 4),
            "raw_interval": [round(end, 4) for end in self.raw_interval],
        }


def agreement(answers: Iterable[tuple[str, str]]) -> Agreement:
    """The agreement of pairs of labels (first, second)."""
    cells = Counter(answers)
    pairs = sum(cells.values())
    agreed = sum(count for (first, second), count in cells.items() if first == second)
    raw = agreed / pairs if pairs else 0.0
    interval = clopper_pearson(agreed, pairs)
    rows, columns = Counter[str](), Counter[str]()
    for (first, second), count in cells.items():
        rows[first] += count
        columns[second] += count
    by_chance = sum(rows[label] * columns[label] for label in rows) / pairs**2 if pairs else 1.0
    if by_chance >= 1.0:
        return Agreement(pairs, agreed, raw, interval, None, None)
    kappa = (raw - by_chance) / (1.0 - by_chance)
    if len(rows) == 1 or len(columns) == 1:
        return Agreement(pairs, agreed, raw, interval, kappa, None)
    error = _standard_error(cells, rows, columns, pairs, raw, by_chance)
    ends = Interval(max(-1.0, kappa - _Z_95 * error), min(1.0, kappa + _Z_95 * error))
    return Agreement(pairs, agreed, raw, interval, kappa, ends)


def _standard_error(
    cells: Counter[tuple[str, str]], rows: Counter[str], columns: Counter[str], pairs: int, raw: float, by_chance: float
) -> float:
    """Of κ itself, not under the hypothesis that it is zero (Fleiss, Cohen and Everitt 1969, equation 14)."""
    kappa = (raw - by_chance) / (1.0 - by_chance)
    spread = 0.0
    for (first, second), count in cells.items():
        share = count / pairs
        if first == second:
            spread += share * (1.0 - (rows[first] + columns[first]) / pairs * (1.0 - kappa)) ** 2
        else:
            spread += (1.0 - kappa) ** 2 * share * ((columns[first] + rows[second]) / pairs) ** 2
    variance = (spread - (kappa - by_chance * (1.0 - kappa)) ** 2) / (pairs * (1.0 - by_chance) ** 2)
    return math.sqrt(max(0.0, variance))
