"""Training the weigher (``moderation.weighing``): one model of intent over all families, judged on authors that it did not read.

A *reader* is told apart from a *filter* by the twins: ordinary texts in the words of the harmful ones. So the rows are authored pairs of
four authors, texts of posts, and ordinary texts of many sources. One author at a time, and with each a part of the ordinary sources, is
held out; thresholds, scale and table come from those scores alone, then one model is trained on everything.

The regression is that of ``fitting`` without its scaling, over weights that hold on every side and weights of a side (prompt, answer, public),
all pulled to zero alike: what is said alike everywhere is learnt from all texts, and "怎么" may mean one thing in a prompt and another in a post.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brightline.model import Side
from brightline.moderation.benign import ordinary_texts
from brightline.moderation.training.fitting import Floats, Ints, minimum
from brightline.moderation.training.open_data import benign_rows, cold_rows
from brightline.moderation.weighing.reading import BITS, buckets_of, passages
from brightline.moderation.weighing.weigher import DAMPING, GROUP_OF, GROUPS

__all__ = ["IntentRow", "Rows", "Weights", "fit_intent", "held_out_by_author", "intent_rows", "rows_of"]

STRENGTH = 10.0  # inverse of the L2 penalty; 2 to 10 were tried on authors held out: 10 was best for each
_ORDINARY_SHARE = 0.3  # what a text of an ordinary source counts: there are many, and they are far from the harm
_EVERYDAY_SHARE = 0.8  # of those that were written to be ordinary: they are near the harm on purpose
_POST_SHARE = 0.3  # of the older posts: they teach families more than intent
_MOST_ORDINARY = 900  # texts of a source
_MOST_WINDOWS = 2
_SIDES = (Side.POST, Side.PROMPT, Side.ANSWER, Side.LISTING)


@dataclass(frozen=True, slots=True)
class IntentRow:
    """One text. ``author``: who is held out together; ``source``: for whom shares are told; ``twin``: ordinary, but in words of harm."""

    text: str
    side: Side
    harmful: bool
    author: str
    source: str
    share: float = 1.0
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as numbers: ``index`` are places in the effective weights (group · 2^BITS + bucket), ``owner`` the window they occur in."""

    index: Ints
    owner: Ints
    norms: Floats
    texts: Ints
    count: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What a fit found: the weights of every group, and the bias."""

    groups: Floats
    bias: float

    def scores(self, rows: Rows) -> Floats:
        """The score of every text: its highest window's; minus infinity for a text without tokens."""
        sums = np.bincount(rows.owner, self.groups[rows.index], minlength=len(rows.norms)) / rows.norms
        best = np.full(rows.count, -np.inf)
        np.maximum.at(best, rows.texts, sums + self.bias)
        return best


def intent_rows(data: Path, authored: Path) -> list[IntentRow]:
    """All texts that teach intent, each once."""
    found = [*_authored(authored), *_posts(authored), *_ordinary(data)]
    return list({(row.text, row.side): row for row in reversed(found)}.values())[::-1]


def rows_of(rows: Sequence[IntentRow]) -> Rows:
    """The numbers of ``rows``: of each text the first windows."""
    index: list[Ints] = []
    texts: list[int] = []
    for number, row in enumerate(rows):
        place = GROUP_OF[row.side] << BITS
        for passage in passages(row.text)[:_MOST_WINDOWS]:
            index.append(buckets_of(passage) + place)
            texts.append(number)
    lengths = np.fromiter(map(len, index), np.int64, len(index))
    return Rows(
        np.concatenate(index) if index else np.zeros(0, np.int64),
        np.repeat(np.arange(len(index)), lengths),
        np.sqrt(lengths + float(DAMPING)),
        np.array(texts, np.int64),
        len(rows),
    )


def fit_intent(rows: Rows, harmful: NDArray[np.bool_], shares: Floats) -> Weights:
    """The weights that explain ``harmful`` best; a text of share 0 teaches nothing."""
    taught = (shares > 0)[rows.texts]
    inside = taught[rows.owner]
    index, owner = rows.index[inside], (np.cumsum(taught) - 1)[rows.owner[inside]]
    norms, texts = rows.norms[taught], rows.texts[taught]
    signs, weights = np.where(harmful, 1.0, -1.0)[texts], STRENGTH * shares[texts]
    # Only buckets that occur get weights of their own: all others would stay at zero.
    used, index = np.unique(index, return_inverse=True)
    everywhere, shared_of = np.unique(used & ((1 << BITS) - 1), return_inverse=True)

    def weights_of(point: Floats) -> Floats:
        """Of every bucket on a side: the weight that holds everywhere and its own."""
        return np.asarray(point[: len(everywhere)][shared_of] + point[len(everywhere) : -1])

    def loss(point: Floats) -> tuple[float, Floats]:
        margins = signs * (np.bincount(owner, weights_of(point)[index], minlength=len(norms)) / norms + point[-1])
        pull = -signs * weights / (1.0 + np.exp(np.clip(margins, -40, 40)))
        value = float(weights @ np.logaddexp(0.0, -margins)) + 0.5 * float(point[:-1] @ point[:-1])
        slope = np.bincount(index, (pull / norms)[owner], minlength=len(used))
        gradient = np.concatenate((np.bincount(shared_of, slope, minlength=len(everywhere)), slope, [pull.sum()]))
        gradient[:-1] += point[:-1]
        return value, gradient

    found = minimum(loss, np.zeros(len(everywhere) + len(used) + 1))
    groups = np.zeros((len(GROUPS), 1 << BITS))
    groups[:, everywhere] = found[: len(everywhere)]
    groups.ravel()[used] = weights_of(found)
    return Weights(groups.ravel(), float(found[-1]))


def held_out_by_author(rows: Sequence[IntentRow], numbers: Rows, told: Callable[[str], None] = lambda _: None) -> Floats:
    """For every text the score by a model that was trained without its author."""
    harmful, shares = np.array([row.harmful for row in rows]), np.array([row.share for row in rows])
    authors = np.array([row.author for row in rows])
    scores = np.full(len(rows), -np.inf)
    for author in sorted(set(authors.tolist())):
        told(author)
        inside = authors == author
        scores[inside] = fit_intent(numbers, harmful, np.where(inside, 0.0, shares)).scores(numbers)[inside]
    return scores


def _authored(folder: Path) -> Iterator[IntentRow]:
    """Pairs of harmful texts and twins: those of the first authors, and of three who had not read a goal."""
    for place in (folder / "intents", *sorted((folder / "intents2").glob("*/"))):
        author = "first" if place.name == "intents" else place.name
        for file in sorted(place.glob("*.jsonl")):
            for row in _lines(file):
                harmful = bool(row["label"])
                # Hardly anybody else writes English: without the author nothing would be learnt of it, so half of the families is left out.
                held_out = f"en {_part(file.stem, 2)}" if author == "en" else author
                yield IntentRow(row["text"], Side(row.get("side", "prompt")), harmful, held_out, f"authored {author}", 1.0, not harmful)


def _posts(folder: Path) -> Iterator[IntentRow]:
    for file in sorted(folder.glob("*.jsonl")):
        for row in _lines(file):
            yield IntentRow(row["text"], Side.POST, bool(row["label"]), "first", "authored first, posts", _POST_SHARE, not row["label"])


_HELD_OUT_WITH = {"news": "zh", "poetry": "en 0", "calls, ordinary": "en 1", "medical questions": "posts", "medical answers": "posts"}


def _ordinary(data: Path) -> Iterator[IntentRow]:
    """Ordinary texts, on each side in turn; a source is held out together with one of the authors."""
    taken: dict[str, int] = {}
    for row in (*benign_rows(data), *cold_rows(data, harmful=False)):
        number = taken[row.source] = taken.get(row.source, 0) + 1
        if not row.harmful and number <= _MOST_ORDINARY:
            side = _SIDES[number % len(_SIDES)]
            yield IntentRow(row.text, side, False, _HELD_OUT_WITH.get(row.source, "first"), row.source, _ORDINARY_SHARE)
    for number, text in enumerate(ordinary_texts()):
        side = Side.ANSWER if text.voice == "model" else (Side.POST, Side.PROMPT, Side.LISTING)[number % 3]
        author = ("first", "zh", "en 0", "en 1", "posts")[_part(text.domain, 5)]
        yield IntentRow(text.text, side, False, author, "everyday texts", _EVERYDAY_SHARE)


def _part(name: str, of: int) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % of


def _lines(file: Path) -> Iterator[dict[str, str]]:
    yield from (json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip())
