"""Trains the model of how a conversation sounds: ``python -m brightline.moderation.dialogue.build_model [--training training] [--data ../shared/data/open]``.

Taught by the texts of the weigher (``moderation.training.intents``: requests for harm, their harmless neighbours, ordinary texts; what is
written as a post or an answer counts less) and by the conversations of the ``dev`` part of ``authored/dialogues``, each as one text of all turns of
the user. Scales and thresholds come from the ``dev`` part too, but each author's conversations are judged by a model that had not read his;
``held`` conversations are only told of. The upper threshold also looks at ordinary prompts drawn into conversations. The same files give the same bytes.
Conversations of ``evals/`` are never read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.model import Side
from brightline.moderation import goal_book
from brightline.moderation.dialogue.leaning import MODEL, Leaning, LeaningModel, is_latin, leaning_of, probability_of, score_of
from brightline.moderation.training.fitting import Floats, quantised
from brightline.moderation.training.intents import IntentRow, Rows, fit_intent, intent_rows, rows_of
from brightline.moderation.training.validating import area_under_curve, platt, probabilities
from brightline.moderation.training.weigher import RULES
from brightline.moderation.weighing.reading import BITS, buckets_of, passages
from brightline.rulebook import load_rulebook
from brightline.text.linear import DAMPING
from brightline.text.weights import ModelCard, save_weights

__all__ = ["build"]

MOST_PASSAGES = 2  # of a turn
OTHER_SIDES, ORDINARY = 0.3, 0.2  # what a text counts that is no prompt, and one that is no neighbour of harm
CONVERSATION = 2.0  # what a conversation counts; 0, 2 and 6 were tried
HARMFUL_UNDER = 0.04  # the share of harmful conversations under the first threshold
HARMLESS_OVER, HARMLESS_ALONE = 0.06, 0.01  # the shares of harmless conversations over the second and over the third
AUTHORS = {"zh": "first", "en": "first", "zh2": "second", "zh3": "second"}
"""Who wrote which file of ``authored/dialogues``; a file of another name is another author's."""

CHANCE, CHANCE_TURNS, CHANCE_ABOVE = 2000, 4, 0.001  # conversations drawn from ordinary prompts; the share above the upper threshold
SEED = 20261123

CARD = ModelCard(
    "conversation", "疑似有害的对话", "Probably a harmful conversation", rules=RULES, problem_types=(4,), bits=BITS,
    slope=1.0, intercept=0.0, borderline=1.0, violating=1.0, sha256="",
)  # fmt: skip


class Conversation(NamedTuple):
    """The user's turns, and whether they ask for harm."""

    turns: tuple[str, ...]
    harmful: bool
    author: str
    is_dev: bool


class Texts(NamedTuple):
    """What teaches: single texts, then conversations, as numbers, with label, weight and author; single texts have none."""

    rows: Rows
    harmful: NDArray[np.bool_]
    shares: Floats
    authors: NDArray[np.str_]


def single_texts(training: Path, data: Path) -> list[IntentRow]:
    """The texts of the weigher but the older posts, each once, all as prompts."""
    found: dict[str, IntentRow] = {}
    for row in intent_rows(data, training / "authored"):
        if row.source != "authored first, posts":
            is_authored = row.source.startswith("authored")
            share = (1.0 if row.side is Side.PROMPT else OTHER_SIDES) if is_authored else ORDINARY
            found.setdefault(row.text, replace(row, side=Side.PROMPT, share=share))
    return list(found.values())


def conversations(training: Path) -> list[Conversation]:
    """The authored conversations, in the order of files and lines."""
    found = []
    for path in sorted((training / "authored/dialogues").glob("*.jsonl")):
        for line in path.read_text("utf-8").split("\n"):
            if line.strip():
                row = json.loads(line)
                turns = tuple(turn["text"] for turn in row["turns"] if turn["role"] == "user")
                found.append(Conversation(turns, bool(row["harmful"]), AUTHORS.get(path.stem, path.stem), row["part"] == "dev"))
    return found


def texts_of(singles: list[IntentRow], talks: list[Conversation]) -> Texts:
    """Everything as numbers: a single text is its windows, a conversation one row with the runs of all its turns."""
    rows = rows_of(singles)
    index = [np.concatenate([buckets_of(one) for turn in talk.turns for one in passages(turn)[:MOST_PASSAGES]]) for talk in talks]
    lengths = np.fromiter(map(len, index), np.int64, len(index))
    windows = len(rows.norms)
    return Texts(
        replace(
            rows,
            index=np.concatenate((rows.index, *index)),
            owner=np.concatenate((rows.owner, np.repeat(np.arange(len(index)) + windows, lengths))),
            norms=np.concatenate((rows.norms, np.sqrt(lengths + float(DAMPING)))),
            texts=np.concatenate((rows.texts, np.arange(len(index)) + len(singles))),
            count=len(singles) + len(index),
            kinds=np.concatenate((rows.kinds, np.zeros(len(index), np.int64))),
        ),
        np.array([*(row.harmful for row in singles), *(talk.harmful for talk in talks)]),
        np.array([*(row.share for row in singles), *(CONVERSATION if talk.is_dev else 0.0 for talk in talks)]),
        np.array([*("" for _ in singles), *(talk.author for talk in talks)]),
    )


def weights_without(texts: Texts, author: str = "") -> Floats:
    """What is learnt from all texts but the conversations of that author."""
    shares = np.where(texts.authors == author, 0.0, texts.shares) if author else texts.shares
    return fit_intent(texts.rows, texts.harmful, shares).groups[: 1 << BITS]


def build(training: Path, data: Path, folder: Path) -> ModelCard:
    """Train, try, write; returns the card as written."""
    singles, talks = single_texts(training, data), conversations(training)
    texts = texts_of(singles, talks)
    blank = LeaningModel(CARD, np.zeros(0, np.float32), 0.0, ((1.0, 0.0), (1.0, 0.0)))
    scores, latin = np.zeros(len(talks)), np.zeros(len(talks), np.bool_)
    authors = np.array([talk.author for talk in talks])
    for author in sorted(set(authors.tolist())):
        model = blank._replace(weights=weights_without(texts, author).astype(np.float32))
        for number in (authors == author).nonzero()[0].tolist():
            leanings = [leaning_of(turn, model) for turn in talks[number].turns]
            scores[number], latin[number] = score_of(leanings), is_latin(leanings)
    asks, dev = np.array([talk.harmful for talk in talks]), np.array([talk.is_dev for talk in talks])
    scales = [platt(scores[dev & (latin == script)], asks[dev & (latin == script)]) for script in (False, True)]
    judged = np.array([probabilities(scores[n : n + 1], *scales[int(latin[n])])[0] for n in range(len(talks))])
    codes, unit = quantised(weights_without(texts))
    other, latin_scale = ((float(slope * unit), float(shift)) for slope, shift in scales)
    model = LeaningModel(CARD, codes.astype(np.float32) * np.abs(codes), 0.0, (other, latin_scale))
    harmless = float(np.quantile(judged[dev & asks], HARMFUL_UNDER))
    lower = float(np.quantile(judged[dev & ~asks], 1 - HARMLESS_OVER))
    upper = max(
        float(np.quantile(judged[dev & ~asks], 1 - HARMLESS_ALONE)), float(np.quantile(_by_chance(singles, model), 1 - CHANCE_ABOVE))
    )
    limits = {"harmless": min(harmless, lower), "borderline": lower, "violating": upper}
    parts = {"dev": dev, "held": ~dev}
    card = replace(
        CARD,
        borderline=lower,
        violating=upper,
        about={
            "goals": sorted(goal.id for goal in goal_book(load_rulebook())),
            "scales": [list(scale) for scale in model.scales],
            "harmless": round(limits["harmless"], 6),
            "rows": len(singles),
            "conversations": int(dev.sum()),
            "rows_sha256": _digest(singles, talks),
            "sources": ["authored/intents*", "authored/dialogues, dev", "ordinary texts (moderation/benign)", "open data of the weigher"],
            "licence": "as the weigher's card tells",
            "scale": "dev part of training/authored/dialogues, each author judged by a model that had not read his",
            "area_under_curve": {
                f"{author}, {name}": round(area_under_curve(judged[inside & asks], judged[inside & ~asks]), 4)
                for author in sorted(set(authors.tolist()))
                for name, part in parts.items()
                if len(set(asks[inside := part & (authors == author)].tolist())) > 1
            },
            "recall_above": {part: _above(judged[inside & asks], limits) for part, inside in parts.items()},
            "harmless_above": {part: _above(judged[inside & ~asks], limits) for part, inside in parts.items()},
        },
    )  # fmt: skip
    return save_weights(folder, card, codes)


def _above(judged: Floats, limits: dict[str, float]) -> dict[str, float]:
    return {name: round(float(np.mean(judged >= limit)), 4) for name, limit in limits.items()}


def _by_chance(singles: list[IntentRow], model: LeaningModel) -> Floats:
    """Conversations drawn from ordinary prompts."""
    rng = random.Random(SEED)  # noqa: S311 - a draw that can be repeated, no secret
    leanings: list[Leaning] = [leaning_of(row.text, model) for row in singles if row.source == "everyday texts"]
    return np.array([probability_of(rng.sample(leanings, CHANCE_TURNS), model) for _ in range(CHANCE)])


def _digest(singles: list[IntentRow], talks: list[Conversation]) -> str:
    state = hashlib.sha256()
    for text, harmful in (*((row.text, row.harmful) for row in singles), *(("\n".join(talk.turns), talk.harmful) for talk in talks)):
        state.update(f"{int(harmful)}\t{text}\n".encode("utf-8", "surrogatepass"))
    return state.hexdigest()


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
