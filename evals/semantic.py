"""What the semantic stage adds to the goals and the linear models, on pairs written apart from its exemplars; peers in the same run.

    .venv/bin/python evals/semantic.py [--pairs N] [--json]

A sample of the ``dev`` pairs of ``contrast/pairs`` (default 75 pairs, 150 texts: a text costs 10 to 100 ms). Of the texts that the first stage
leaves alone (allow or label), and of those that a linear model calls borderline, which is what the stage is asked about in service:

    found       harmful texts that the stage sends to a person: recall gained
    disturbed   benign twins that it sends there too
    ordinary    a sample of ``contrast/benign.jsonl``, everyday neighbours of harmful texts

beside three peers with the same exemplars, each with its threshold set the same way (the margin that 5 % of the authored twins reach, held out):
nearest neighbours by the same embedder (the mean of 8 on either side), nearest neighbours by shared pairs of characters (Jaccard), and the
stage's own rule over Jaccard instead of the embedder, which shows what the embedder is for. 95 % Wilson intervals; only totals; status 0.
Needs the optional extra; without it the script says so and ends.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from brightline.config import Settings
from brightline.inspector import Inspector
from brightline.model import Outcome, Part, Side
from brightline.moderation import goal_book
from brightline.moderation.build_exemplars import INTENTS, MOST_TWINS, Gathered, gathered
from brightline.moderation.families import FamilyModels
from brightline.moderation.semantic import Embedder, Semantic, VectorFile, open_embedder, shipped_exemplars
from brightline.moderation.semantic.exemplars import MOST_CHARS, key_of
from brightline.moderation.semantic.margin import RIDGE
from brightline.moderation.semantic.vectors import shipped_vectors
from brightline.rulebook import load_rulebook
from contrast import HERE, Share, read, read_pairs, share

NEIGHBOURS = 8
BUCKETS = 4096  # for pairs of characters

Kernel = np.ndarray[Any, np.dtype[np.float32]]


class Exemplars:
    """A peer: a likeness of texts, the exemplars' labels, and a rule that makes a margin of both."""

    def __init__(self, found: Gathered, within: Kernel, rule: Callable[[Kernel, Kernel, np.ndarray[Any, Any]], Kernel]) -> None:
        self.harmful, self.within, self.rule = found.harmful, within, rule
        margins = np.zeros(len(self.harmful), np.float32)
        for fold in np.unique(found.folds):
            out = found.folds == fold
            margins[out] = rule(within[np.ix_(out, ~out)], within[np.ix_(~out, ~out)], self.harmful[~out])
        authored = slice(len(found.own), len(found.own) + len(found.authored))
        self.threshold = float(np.quantile(margins[authored][~self.harmful[authored]], 1 - MOST_TWINS))

    def flags(self, near: Kernel) -> list[bool]:
        return [bool(margin >= self.threshold) for margin in self.rule(near, self.within, self.harmful)]


def neighbours(near: Kernel, within: Kernel, harmful: np.ndarray[Any, Any]) -> Kernel:
    def mean(side: np.ndarray[Any, Any]) -> Kernel:
        return np.sort(near[:, side], axis=1)[:, -NEIGHBOURS:].mean(axis=1)

    return mean(harmful) - mean(~harmful)


def weighted(near: Kernel, within: Kernel, harmful: np.ndarray[Any, Any]) -> Kernel:
    signs = np.where(harmful, 1.0, -1.0).astype(np.float32)
    return near @ np.linalg.solve(within + np.float32(RIDGE) * np.eye(len(within), dtype=np.float32), signs - signs.mean())


def incidence(texts: Sequence[str]) -> Kernel:
    """Which pairs of characters a text holds, hashed."""
    table = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in enumerate(texts):
        for left, right in pairwise(text[:MOST_CHARS]):
            table[row, (ord(left) * 31337 + ord(right)) * 2654435761 % 2**32 % BUCKETS] = 1.0
    return table


def jaccard(left: Kernel, right: Kernel) -> Kernel:
    both = left @ right.T
    return both / np.maximum(left.sum(axis=1)[:, None] + right.sum(axis=1)[None, :] - both, 1.0)


def main() -> int:
    parser = argparse.ArgumentParser(description="What the semantic stage adds.")
    parser.add_argument("--pairs", type=int, default=75, help="at most so many dev pairs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options, _ = parser.parse_known_args()
    rulebook = load_rulebook()
    book = goal_book(rulebook)
    embedder = open_embedder()
    if embedder is None:
        print("SKIPPED semantic: the optional extra is not installed (pip install 'brightline[semantic]')")
        return 0
    held = shipped_vectors(embedder.model)
    stage = Semantic(book, embedder, held, shipped_exemplars())
    stage.settle()
    dev = [pair for pair in read_pairs(HERE / "pairs") if pair.part == "dev"]
    chosen = dev[:: max(1, -(-len(dev) // options.pairs))]
    benign = read(HERE / "benign.jsonl")
    everyday = benign[:: max(1, -(-len(benign) // options.pairs))]
    texts = [(pair.harmful, pair.side, "found") for pair in chosen] + [(pair.benign, pair.side, "disturbed") for pair in chosen]
    texts += [(one.text, one.side, "ordinary") for one in everyday]

    inspector, models = Inspector(Settings()), FamilyModels.load(rulebook)
    untouched = [inspector.inspect(text, side=side).outcome.severity < Outcome.NOTICE.severity for text, side, _ in texts]
    borderline = [bool(models.borderline(text)) for text, _, _ in texts]
    started = time.process_time()
    by_stage = [flagged(stage, text, side) for text, side, _ in texts]
    spent = time.process_time() - started

    flags = {
        "semantic stage": by_stage,
        **peers(embedder, held, gathered(book, Path(__file__).parents[1] / INTENTS), [text for text, _, _ in texts]),
    }
    found: dict[str, Any] = {
        "first stage leaves alone": {
            kind: str(share(sum(quiet for quiet, text in zip(untouched, texts, strict=True) if text[2] == kind), count(texts, kind)))
            for kind in ("found", "disturbed", "ordinary")
        }
    }
    for asked, mask in (
        ("borderline and left alone", [u and b for u, b in zip(untouched, borderline, strict=True)]),
        ("all left alone", untouched),
    ):
        found[asked] = {
            name: {
                kind: str(of(kind, [text[2] for text in texts], mask, flagged_by)) for kind in ("found", "disturbed", "ordinary")
            }
            for name, flagged_by in flags.items()
        }  # fmt: skip
    found["CPU ms a text"] = round(1000 * spent / len(texts), 1)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for part, rows in found.items():
        print(part, rows if not isinstance(rows, dict) else "")
        for name, row in rows.items() if isinstance(rows, dict) else ():
            print(f"  {name:<34}", row if isinstance(row, str) else "  ".join(f"{kind} {value}" for kind, value in row.items()))
    return 0


def flagged(stage: Semantic, text: str, side: Side) -> bool:
    """Whether a person would have to look: a technique alone is on record and nothing more."""
    return any(finding.effect.severity >= Outcome.NOTICE.severity for finding in stage.look([Part("text", side, text)]))


def peers(embedder: Embedder, held: VectorFile, found: Gathered, texts: Sequence[str]) -> dict[str, list[bool]]:
    known = dict(zip(held.keys.tolist(), held.vectors.astype(np.float32), strict=True))
    for text in found.texts:  # goals that were written since the vectors were built
        if key_of(text) not in known:
            known[key_of(text)] = held.projection(embedder.vectors([text]))[0]
    rows = np.stack([known[key_of(text)] for text in found.texts])
    placed = held.projection(np.concatenate([embedder.vectors([text[:MOST_CHARS]]) for text in texts]))
    words, asked = incidence(found.texts), incidence(texts)
    pairs = jaccard(words, words)
    return {
        "nearest neighbours, embedder": Exemplars(found, rows @ rows.T, neighbours).flags(placed @ rows.T),
        "nearest neighbours, Jaccard": Exemplars(found, pairs, neighbours).flags(jaccard(asked, words)),
        "same rule, Jaccard": Exemplars(found, pairs, weighted).flags(jaccard(asked, words)),
    }


def count(texts: Sequence[tuple[str, Side, str]], kind: str) -> int:
    return sum(text[2] == kind for text in texts)


def of(kind: str, kinds: Sequence[str], mask: Sequence[bool], flags: Sequence[bool]) -> Share:
    """The share flagged among those of one kind that the stage is asked about."""
    asked = [flag for flag, own, in_it in zip(flags, kinds, mask, strict=True) if own == kind and in_it]
    return share(sum(asked), len(asked))


if __name__ == "__main__":
    sys.exit(main())
