"""Trains the model of how a conversation sounds: ``python -m brightline.moderation.dialogue.build_model [--training training] [--data ../shared/data/open]``.

Taught by single texts, requests for harm and their harmless neighbours (``authored/intents*``; what is written as a post or an answer
counts less), by the ordinary prompts that ship for pricing goals, and by inoffensive posts (COLD, train split). The scale and the lower threshold come from the
``dev`` half of ``authored/dialogues``, the upper one from the same and from ordinary prompts drawn into conversations. The same files
give the same bytes. Conversations of ``evals/`` are never read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from brightline.moderation import goal_book
from brightline.moderation.benign import ordinary_texts
from brightline.moderation.dialogue.leaning import MODEL, Leaning, LeaningModel, leaning_of, score_of
from brightline.moderation.training.fitting import Floats, Matrix, fit, quantised
from brightline.moderation.training.open_data import cold_rows
from brightline.moderation.training.validating import area_under_curve, platt, probabilities
from brightline.moderation.weighing.reading import BITS, buckets_of, passages
from brightline.rulebook import load_rulebook
from brightline.text.linear import DAMPING
from brightline.text.weights import ModelCard, save_weights

__all__ = ["build"]

STRENGTH = 40.0  # of 10 and 40 the better one on the dev half of authored/dialogues (area 0.90 and 0.89; with letters alone 0.83)
MOST_PASSAGES = 2  # of a text
OTHER_SIDES, ORDINARY = 0.3, 0.2  # what a text counts that is no prompt, and one that is no neighbour of harm
MOST_POSTS = 3000
DISTURBED_COUNTS = 2.0  # the middle threshold is the best for the dev half if one harmless conversation above it costs two

CHANCE, CHANCE_TURNS, CHANCE_ABOVE = 2000, 4, 0.001  # conversations drawn from ordinary prompts; the share above the upper threshold
SEED = 20261123


@dataclass(frozen=True, slots=True)
class Row:
    """A text and whether it asks for harm."""

    text: str
    harmful: bool
    counts: float


def rows_of(training: Path, data: Path) -> list[Row]:
    """The authored texts, each once, in the order of files and lines, then the ordinary prompts and posts."""
    rows: dict[str, Row] = {}
    for path in sorted((training / "authored").glob("intents*/**/*.jsonl")):
        for line in _lines(path):
            row = json.loads(line)
            counts = 1.0 if row.get("side", "prompt") == "prompt" else OTHER_SIDES
            rows.setdefault(row["text"], Row(row["text"], bool(row["label"]), counts))
    for ordinary in ordinary_texts():
        rows.setdefault(ordinary.text, Row(ordinary.text, False, ORDINARY))
    posts = list(cold_rows(data, harmful=False))
    for post in posts[:: max(1, len(posts) // MOST_POSTS)]:
        rows.setdefault(post.text, Row(post.text, False, ORDINARY))
    return list(rows.values())


def conversations(training: Path, part: str) -> Iterator[tuple[list[str], bool]]:
    """The user's turns of the authored conversations of that half, and whether they ask for harm."""
    for path in sorted((training / "authored/dialogues").glob("*.jsonl")):
        for line in _lines(path):
            row = json.loads(line)
            if row["part"] == part:
                yield [turn["text"] for turn in row["turns"] if turn["role"] == "user"], bool(row["harmful"])


def build(training: Path, data: Path, folder: Path) -> ModelCard:
    """Train, try, write; returns the card as written."""
    rows = rows_of(training, data)
    matrix = _matrix_of([row.text for row in rows])
    harmful = np.array([row.harmful for row in rows])
    codes, _unit = quantised(fit(matrix, harmful, np.array([row.counts for row in rows]), STRENGTH))
    weights = codes.astype(np.float32)
    card = ModelCard(
        "conversation", "疑似有害的对话", "Probably a harmful conversation", rules=("QL25-1.4a",), problem_types=(4,), bits=BITS,
        slope=1.0, intercept=0.0, borderline=1.0, violating=1.0, sha256="",
    )  # fmt: skip
    model = LeaningModel(card, weights * np.abs(weights), harmless=0.0)
    halves = {part: _scores(list(conversations(training, part)), model) for part in ("dev", "held")}
    scores, asks = halves["dev"]
    slope, intercept = platt(scores, asks)

    def chance(score: float) -> float:
        return float(probabilities(np.asarray(score), slope, intercept))

    lower = max(
        sorted(scores[asks]), key=lambda limit: float(np.mean(scores[asks] >= limit) - DISTURBED_COUNTS * np.mean(scores[~asks] >= limit))
    )
    least = float(scores[asks].min())  # what no harmful conversation of the dev half sounds like
    upper = max(float(np.quantile(_by_chance(rows, model), 1 - CHANCE_ABOVE)), float(np.quantile(scores[~asks], 0.98)), lower)
    card = replace(
        card,
        slope=slope,
        intercept=intercept,
        borderline=chance(lower),
        violating=chance(upper),
        about={
            "goals": sorted(goal.id for goal in goal_book(load_rulebook())),
            "harmless": round(chance(least), 6),
            "rows": len(rows),
            "harmful": int(harmful.sum()),
            "rows_sha256": hashlib.sha256("\n".join(f"{int(row.harmful)}\t{row.text}" for row in rows).encode("utf-8", "surrogatepass")).hexdigest(),
            "sources": ["authored/intents*", "ordinary texts (moderation/benign)", "COLD train, inoffensive"],
            "licence": "Apache-2.0, all of them",
            "scale": "dev half of training/authored/dialogues",
            "area_under_curve": {part: round(area_under_curve(s[h], s[~h]), 4) for part, (s, h) in halves.items()},
            "recall_above": {
                part: {name: round(float(np.mean(s[h] >= limit)), 4) for name, limit in (("harmless", least), ("borderline", lower), ("violating", upper))}
                for part, (s, h) in halves.items()
            },
            "harmless_above": {
                part: {name: round(float(np.mean(s[~h] >= limit)), 4) for name, limit in (("harmless", least), ("borderline", lower), ("violating", upper))}
                for part, (s, h) in halves.items()
            },
        },
    )  # fmt: skip
    return save_weights(folder, card, codes)


def _matrix_of(texts: list[str]) -> Matrix:
    found = [(number, buckets_of(passage)) for number, text in enumerate(texts) for passage in passages(text)[:MOST_PASSAGES]]
    lengths = np.array([len(buckets) for _, buckets in found])
    return Matrix(
        np.concatenate([buckets for _, buckets in found]),
        np.repeat(np.arange(len(found)), lengths),
        np.sqrt(lengths + float(DAMPING)),
        np.array([number for number, _ in found]),
        len(texts),
        BITS,
    )


def _scores(found: list[tuple[list[str], bool]], model: LeaningModel) -> tuple[Floats, np.ndarray]:
    scores = [score_of(leaning_of(text, model) for text in texts) for texts, _ in found]
    return np.array(scores), np.array([asks for _, asks in found])


def _by_chance(rows: list[Row], model: LeaningModel) -> Floats:
    """Scores of conversations drawn from ordinary prompts."""
    rng = random.Random(SEED)  # noqa: S311 - a draw that can be repeated, no secret
    leanings: list[Leaning] = [leaning_of(row.text, model) for row in rows if row.counts == ORDINARY]
    return np.array([score_of(rng.sample(leanings, CHANCE_TURNS)) for _ in range(CHANCE)])


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the model of how a conversation sounds.")
    parser.add_argument("--training", type=Path, default=Path("training"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data/open"), help="folder that holds cold/train.csv")
    parser.add_argument("--to", type=Path, default=MODEL)
    options = parser.parse_args()
    card = build(options.training, options.data, options.to)
    sys.stdout.write(
        json.dumps({"borderline": card.borderline, "violating": card.violating, **card.about}, ensure_ascii=False, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
