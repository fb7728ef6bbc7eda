"""Which of the places where a Chinese name could stand hold one: a sum of weights, learned from invented and ordinary texts.

``data/names.npz`` (training/names/README.md: what it was learned from, how, and how well): whole numbers, so that the same text has the same
sum on every machine. 16 are one natural logarithm of the odds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import IO

import numpy as np
import numpy.typing as npt

from brightline.corpus.personal.name_features import buckets
from brightline.corpus.personal.name_places import Codes, NameTables, Places, places

__all__ = ["ONE", "NameModel", "likelihood", "name_model", "read_model"]

ONE = 16  # the sum that makes something e times likelier


@dataclass(frozen=True, slots=True)
class NameModel:
    """``weights``: by bucket. ``least``: of the first look, by the characters alone. ``early``: of the second, by name and borders."""

    weights: npt.NDArray[np.int8]
    intercept: int
    tables: NameTables
    least: int
    early: int

    def places(self, codes: Codes) -> Places:
        """Where the characters alone could be a name. ``codes``: folded, with zeros on both sides."""
        return places(codes, self.tables, self.least)

    def sums(self, codes: Codes, found: Places) -> tuple[Places, npt.NDArray[np.int32]]:
        """The places that are left when the name and its borders are weighed, and for each the logarithm of the odds that it holds a name,
        in 16ths."""
        total = self._weighed(codes, found, 0)
        left = total >= self.early
        found, total = found.only(left), total[left]
        return found, total + self._weighed(codes, found, 1) + np.int32(self.intercept)

    def _weighed(self, codes: Codes, found: Places, part: int) -> npt.NDArray[np.int32]:
        total = np.zeros(len(found), np.int32)
        if len(found):
            for bucket in buckets(codes, found, self.tables, part):
                total += self.weights[bucket]
        return total


@cache
def name_model() -> NameModel:
    """The model that ships."""
    with resources.files("brightline.corpus.personal").joinpath("data", "names.npz").open("rb") as file:
        return read_model(file)


def read_model(file: IO[bytes]) -> NameModel:
    """A model as ``training/names/train.py`` writes it."""
    with np.load(file, allow_pickle=False) as kept:
        words = np.zeros(1 << 22, np.uint8)
        words[np.cumsum(kept["words"].astype(np.int64))] = kept["levels"]
        tables = NameTables(kept["first"], kept["only"], kept["left"], kept["right"], words)
        return NameModel(kept["weights"], int(kept["intercept"]), tables, int(kept["least"]), int(kept["early"]))


def likelihood(total: int) -> float:
    """The share of such places that hold a name, by the model's own word, 0.05–0.99."""
    return min(max(round(1 / (1 + math.exp(-max(min(total / ONE, 20.0), -20.0))), 2), 0.05), 0.99)
