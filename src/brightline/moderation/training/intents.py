"""Training the weigher (``moderation.weighing``): one model of intent over all families, judged on authors that it did not read.

A *reader* is told apart from a *filter* by the twins: ordinary texts in the words of the harmful ones. So the rows are authored pairs of
seven authors, texts of posts, and ordinary texts of many sources. One author at a time, and with each a part of the ordinary sources, is
held out; thresholds, scale and table come from those scores alone, then one model is trained on everything.

The regression has weights that hold on every side and weights of a side (prompt, answer, public): what is said alike everywhere is learnt from
all texts, and "怎么" may mean one thing in a prompt and another in a post. All are pulled to zero, those of frequent buckets more (``RARER``).
Beside each text by itself, each harmful text of a pair is to score higher than its own twin (``PAIRS``): what both say teaches nothing there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brightline.model import Side
from brightline.moderation.benign import ordinary_texts
from brightline.moderation.training.fitting import Floats, Ints, minimum
from brightline.moderation.training.open_data import benign_rows, cold_rows
from brightline.moderation.weighing.reading import BITS, buckets_of, passages
from brightline.moderation.weighing.weigher import DAMPING, GROUP_OF, GROUPS, kind_of

__all__ = ["IntentRow", "Rows", "Weights", "fit_intent", "held_out_by_author", "intent_rows", "pairs_of", "rows_of"]

STRENGTH = 40.0  # inverse of the L2 penalty; 10 to 80 were tried on authors held out
RARER = 0.25  # a bucket in n texts counts n^-RARER; 0 to 0.45 were tried: each author who was held out was told better than with 0
PAIRS = 1.5  # what a pair counts beside its two texts; 0 to 4 were tried
_ORDINARY_SHARE = 0.3  # what a text of an ordinary source counts: there are many, and they are far from the harm
_EVERYDAY_SHARE = 0.8  # of those that were written to be ordinary: they are near the harm on purpose
_POST_SHARE = 0.3  # of the older posts: they teach families more than intent
_TYPICAL = 16.0  # a bucket in so many texts keeps its scale
_PLAIN = "everyday"  # the folder of what everybody says; its texts have nothing to do with one another
_EVERYDAY = "ordinary"  # the family under which authors wrote texts that are nobody's twins
_MOST_ORDINARY = 900  # texts of a source
_MOST_WINDOWS = 2
_SIDES = (Side.POST, Side.PROMPT, Side.ANSWER, Side.LISTING)
_SIDES_OF_POSTS = (Side.POST, Side.POST, Side.PROMPT)  # people's quarrels are nobody's answers


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
    """Rows as numbers: ``index`` are places in the effective weights (group · 2^BITS + bucket), ``owner`` the window they occur in.

    ``pairs``: the first windows of a harmful text and its twin, a row each. ``kinds``: of each text the place in ``weigher.KINDS``.
    """

    index: Ints
    owner: Ints
    norms: Floats
    texts: Ints
    count: int
    pairs: Ints
    kinds: Ints


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
    kinds = np.zeros(len(rows), np.int64)
    for number, row in enumerate(rows):
        place = GROUP_OF[row.side] << BITS
        for passage in reversed(passages(row.text)[:_MOST_WINDOWS]):
            kinds[number] = kind_of(passage, row.side)
            index.append(buckets_of(passage) + place)
            texts.append(number)
    lengths = np.fromiter(map(len, index), np.int64, len(index))
    first = {text: window for window, text in enumerate(texts)}
    pairs = [(first[one], first[other]) for one, other in pairs_of(rows) if one in first and other in first]
    return Rows(
        np.concatenate(index) if index else np.zeros(0, np.int64),
        np.repeat(np.arange(len(index)), lengths),
        np.sqrt(lengths + float(DAMPING)),
        np.array(texts, np.int64),
        len(rows),
        np.array(pairs, np.int64).reshape(-1, 2),
        kinds,
    )


def pairs_of(rows: Sequence[IntentRow]) -> list[tuple[int, int]]:
    """The numbers of harmful texts and of their twins: a run of harmful texts and as long a run of twins after it, in the same order."""
    runs: list[tuple[str, list[int]]] = []
    for (kind, _), members in groupby(enumerate(rows), key=lambda each: (_kind(each[1]), each[1].source)):
        runs.append((kind, [number for number, _ in members]))
    return [
        pair
        for (kind, harmful), (next_kind, twins) in pairwise(runs)
        if kind == "harmful" and next_kind == "twin" and len(harmful) == len(twins)
        for pair in zip(harmful, twins, strict=True)
    ]


def _kind(row: IntentRow) -> str:
    """What a text can be in a pair."""
    if row.share < 1:
        return "neither"
    return "harmful" if row.harmful else "twin" if row.twin else "neither"


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
    scale = np.bincount(shared_of, np.bincount(index, minlength=len(used)), minlength=len(everywhere)) ** -RARER * _TYPICAL**RARER
    scales = np.concatenate((scale, scale[shared_of]))
    place = np.cumsum(taught) - 1
    one, other = place[rows.pairs[taught[rows.pairs].all(1)]].T
    of_pairs = STRENGTH * PAIRS

    def weights_of(point: Floats) -> Floats:
        """Of every bucket on a side: the weight that holds everywhere and its own."""
        values = point * scales
        return np.asarray(values[: len(everywhere)][shared_of] + values[len(everywhere) :])

    def loss(point: Floats) -> tuple[float, Floats]:
        scores = np.bincount(owner, weights_of(point[:-1])[index], minlength=len(norms)) / norms
        margins = signs * (scores + point[-1])
        leads = scores[one] - scores[other]
        pull = -signs * weights / (1.0 + np.exp(np.clip(margins, -40, 40)))
        value = float(weights @ np.logaddexp(0.0, -margins)) + of_pairs * float(np.logaddexp(0.0, -leads).sum())
        bias_pull = pull.sum()
        lift = -of_pairs / (1.0 + np.exp(np.clip(leads, -40, 40)))
        pull = pull + np.bincount(one, lift, minlength=len(pull)) - np.bincount(other, lift, minlength=len(pull))
        slope = np.bincount(index, (pull / norms)[owner], minlength=len(used))
        gradient = np.concatenate((np.bincount(shared_of, slope, minlength=len(everywhere)), slope)) * scales + point[:-1]
        return value + 0.5 * float(point[:-1] @ point[:-1]), np.append(gradient, bias_pull)

    found = minimum(loss, np.zeros(len(everywhere) + len(used) + 1))
    groups = np.zeros((len(GROUPS), 1 << BITS))
    groups[:, everywhere] = (found[:-1] * scales)[: len(everywhere)]
    groups.ravel()[used] = weights_of(found[:-1])
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
    """Pairs of harmful texts and twins: those of the first authors, and of others who had not read a goal, a folder each."""
    places = [(folder / "intents", "first")]
    places += [(place, f"{place.name}{number}") for number in ("2", "3") for place in sorted((folder / f"intents{number}").glob("*/"))]
    for place, author in places:
        for file in sorted(place.glob("*.jsonl")):
            for row in _lines(file):
                harmful, everyday = bool(row["label"]), row["family"] == _EVERYDAY
                share = _EVERYDAY_SHARE if everyday else 1.0
                with_whom = _WITH[_part(row["text"], len(_WITH))] if place.name == _PLAIN else author
                yield IntentRow(
                    row["text"],
                    Side(row.get("side", "prompt")),
                    harmful,
                    with_whom,
                    f"authored {author}",
                    share,
                    not harmful and not everyday,
                )


def _posts(folder: Path) -> Iterator[IntentRow]:
    for file in sorted(folder.glob("*.jsonl")):
        for row in _lines(file):
            yield IntentRow(row["text"], Side.POST, bool(row["label"]), "first", "authored first, posts", _POST_SHARE, not row["label"])


_HELD_OUT_WITH = {
    "news": "zh2", "poetry": "en2", "calls, ordinary": "en3", "medical questions": "posts2", "medical answers": "posts2", "instructions": "zh3",
}  # fmt: skip
_WITH = ("first", "zh2", "zh3", "en2", "en3", "posts2", "posts3")  # authors, each held out with a part of the everyday texts


def _ordinary(data: Path) -> Iterator[IntentRow]:
    """Ordinary texts, on each side in turn that they could stand on; a source is held out together with one of the authors."""
    taken: dict[str, int] = {}
    for row in (*benign_rows(data), *cold_rows(data, harmful=False)):
        number = taken[row.source] = taken.get(row.source, 0) + 1
        if not row.harmful and number <= _MOST_ORDINARY:
            sides = _SIDES_OF_POSTS if row.source == "cold, inoffensive" else _SIDES
            side = sides[number % len(sides)]
            yield IntentRow(row.text, side, False, _HELD_OUT_WITH.get(row.source, "first"), row.source, _ORDINARY_SHARE)
    for number, text in enumerate(ordinary_texts()):
        side = Side.ANSWER if text.voice == "model" else (Side.POST, Side.PROMPT, Side.LISTING)[number % 3]
        author = _WITH[_part(text.domain, len(_WITH))]
        yield IntentRow(text.text, side, False, author, "everyday texts", _EVERYDAY_SHARE)


def _part(name: str, of: int) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % of


def _lines(file: Path) -> Iterator[dict[str, str]]:
    yield from (json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip())
