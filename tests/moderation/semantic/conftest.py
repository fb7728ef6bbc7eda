"""A tiny embedder that counts characters, and a stage over two goals that it can tell apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from brightline.model import Side
from brightline.moderation.semantic import Exemplar, Semantic, VectorFile
from brightline.moderation.semantic.exemplars import exemplars_of, key_of
from brightline.moderation.semantic.margin import Projection, fitted
from brightline.text import GoalBook
from brightline.text.goals import Example

DIMENSIONS = 128
WIDTH = DIMENSIONS


@dataclass
class Counting:
    """One dimension for each of the characters that a text may hold; remembers what it was asked."""

    model: str = "counting-1"
    asked: list[str] = field(default_factory=list)

    def vectors(self, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        self.asked += texts
        rows = np.full((len(texts), WIDTH), 0.05, np.float32)
        for row, text in enumerate(texts):
            for character in text:
                rows[row, ord(character) % WIDTH] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def embedder() -> Counting:
    return Counting()


@pytest.fixture
def small_book(book: GoalBook) -> GoalBook:
    """Two shipped goals with examples and twins of one character each."""
    undress, fortune = book["likeness.undress"], book["fortune.request"]
    return GoalBook(
        (
            replace(
                undress,
                examples=(*(Example("甲" * n, Side.PROMPT, 1) for n in (2, 3)), Example("甲丁", Side.PROMPT, 1)),
                twins=(*(Example("甲乙" * n, Side.PROMPT, 1) for n in (1, 2)), Example("甲乙乙", Side.PROMPT, 1)),
            ),
            replace(
                fortune,
                examples=(*(Example("丙" * n, Side.PROMPT, 1) for n in (2, 3)), Example("丙丁", Side.PROMPT, 1)),
                twins=(*(Example("丙乙" * n, Side.PROMPT, 1) for n in (1, 2)), Example("丙乙乙", Side.PROMPT, 1)),
            ),
        ),
        "small",
    )


@pytest.fixture
def held(small_book: GoalBook, embedder: Counting) -> VectorFile:
    return vector_file(embedder, exemplars_of(small_book))


@pytest.fixture
def stage(small_book: GoalBook, embedder: Counting, held: VectorFile) -> Semantic:
    embedder.asked.clear()
    return Semantic(small_book, embedder, held)


@pytest.fixture
def stage_at(small_book: GoalBook, embedder: Counting, held: VectorFile) -> Callable[[GoalBook, Path | None], Semantic]:
    def make(book: GoalBook, home: Path | None = None) -> Semantic:
        made = Semantic(book, embedder, held, home=home)
        assert made.settle(30)
        return made

    return make


def vector_file(embedder: Counting, exemplars: Sequence[Exemplar]) -> VectorFile:
    vectors = embedder.vectors([one.text for one in exemplars])
    projection = Projection.of(vectors, DIMENSIONS)
    placed = projection(vectors).astype(np.float16)
    keys = np.array([key_of(one.text) for one in exemplars], np.uint64)
    weights = fitted(placed.astype(np.float32), np.array([one.harmful for one in exemplars]))
    return VectorFile(embedder.model, 0.5, keys, placed, weights, projection)
