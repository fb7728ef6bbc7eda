"""Makes the model of Chinese names: ``src/brightline/corpus/personal/data/names.npz``.

    python training/names/train.py --labelled FOLDER --dictionary jieba/dict.txt [--data ../shared/data] [--without SOURCE] [--out FILE]

``FOLDER`` holds ordinary texts of ``open/`` in which LAC marked people (``label.py``). README.md says what goes in and why. Two logistic
regressions: one over the characters of a name alone (what is worth a second look), one over all that ``name_places`` says.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from clauses import in_clauses, lists, somebody
from sklearn.linear_model import LogisticRegression
from texts import Names, Text, filled, forms, pronouns

from brightline.corpus.personal import name_places as np_
from brightline.corpus.personal.likeness import _TITLES
from brightline.corpus.personal.tables import surnames

HERE = Path(__file__).parent
SCALE = 16  # weights are whole numbers of 16ths
PUBLIC = ("headlines", "cold")
"""Sources in which public persons are named: nobody whom a rule for personal data is to take out."""
SOURCES = ("headlines", "authored", "tele", "medical", "cold")


def words_of(dictionary: Path) -> tuple[np.ndarray, list[tuple[str, int]], list[str]]:
    """The table of words by key, given names with how often they were counted, and words that begin like a surname."""
    table = np.zeros(1 << 22, np.uint8)
    given: Counter[str] = Counter()
    like: list[str] = []
    for line in dictionary.read_text("utf-8").splitlines():
        word, count, kind = line.split(" ")
        many = int(count)
        if kind.startswith("nr"):
            if kind == "nr" and len(word) in (2, 3) and word[0] in surnames() and re.fullmatch("[\u4e00-\u9fff]+", word):
                given[word[1:]] += 1
            continue
        if len(word) in (2, 3) and many >= 3 and re.fullmatch("[\u4e00-\u9fff]+", word):
            level = min(1 + int(np.log10(many / 3) * 1.5), 7)
            key = int(np_.word_keys(*(np.array([ord(sign)], np.uint32) for sign in word))[0])
            table[key] = max(table[key], level)
        if word[0] in surnames() and 2 <= len(word) <= 4 and many >= 5 and re.fullmatch("[\u4e00-\u9fff]+", word):
            like += [word] * min(1 + many // 200, 6)
    return table, [(name, many) for name, many in given.items() if all("\u4e00" <= sign <= "\u9fff" for sign in name)], like


def _given_words(dictionary: Path) -> Iterator[str]:
    """Words of two characters that are no names: some people are called like one (彩云, 立新)."""
    for line in dictionary.read_text("utf-8").splitlines():
        word, count, kind = line.split(" ")
        if len(word) == 2 and not kind.startswith("nr") and 3 <= int(count) <= 2000 and re.fullmatch("[\u4e00-\u9fff]+", word):
            yield word


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

    def add(self, texts: Sequence[Text], weight: float, *, partly_unknown: bool, public: float = -1.0, full: bool) -> None:
        """``partly_unknown``: where a span is crossed but not met nobody knows. ``public``: if not negative, who is named is a public person,
        and is no name with this weight."""
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
        keep = ~(crossed & ~met) if partly_unknown else np.ones(len(found), bool)
        reachable = sum(chr(codes[s]) in surnames() for s, _ in known)
        self.names += reachable
        self.lost += reachable - int(met.sum())
        found, met = found.only(keep), met[keep]
        weight_of = np.where(met, public if public >= 0 else 1.0, weight)
        met &= public < 0
        if full:
            self.features.append(
                np.stack([bucket for part in (0, 1) for bucket in np_.buckets(codes, found, self.tables, part)], axis=1).astype(np.int32)
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
    parser.add_argument("--dictionary", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--without", default="")
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
    words, counted, like = words_of(options.dictionary)
    names = Names(rng, counted, [*_given_words(options.dictionary)])
    templates = [line for line in (HERE / "sentences.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")]
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
    sets.append(("lists", [*islice(lists(rng, names, people), options.forms // 3)], 1.0, False, -1.0))
    for source in used:
        texts = list(labelled(options.labelled, source))
        sets.append((source, texts, options.ordinary, True, options.public if source in PUBLIC else -1.0))
        if source in PUBLIC:
            continue
        named = list(pronouns((text for text, _ in texts), rng, names))
        rng.shuffle(named)
        sets.append((f"{source}, named", named[: options.named], 1.0, True, -1.0))
        plain = [text for text, spans in texts if not spans]
        rng.shuffle(plain)
        sets.append((f"{source}, clauses", [*islice(in_clauses(plain, rng, names, people), options.clauses)], 1.0, True, -1.0))
    songs = json.loads((options.data / "open/chinese-poetry/yuanqu.json").read_text("utf-8"))
    sets.append(("songs", [("\n".join(song["paragraphs"]), []) for song in songs[::2]], options.ordinary, False, -1.0))
    zeros = np.zeros(65536, np.int16)
    rows = Rows(np_.NameTables(zeros, zeros, zeros, zeros, words), -10000)
    for _, texts, weight, unknown, public in sets:
        rows.add(texts, weight, partly_unknown=unknown, public=public, full=False)
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
    for name, texts, weight, unknown, public in sets:
        before = sum(map(len, rows.labels))
        rows.add(texts, weight, partly_unknown=unknown, public=public, full=True)
        print(f"{name}: {len(texts)} texts, {sum(map(len, rows.labels)) - before} places, {rows.labels[-1].sum()} names", flush=True)
    features, labels_, weights = np.concatenate(rows.features), np.concatenate(rows.labels), np.concatenate(rows.weights)
    model = LogisticRegression(C=options.c, max_iter=100).fit(csr(features, np_.BUCKETS), labels_, weights)
    whole = np.round(model.coef_[0] * SCALE).clip(-127, 127).astype(np.int8)
    print(f"{features.shape[1]} templates, intercept {model.intercept_[0]:.2f}, {np.count_nonzero(whole)} weights", flush=True)
    within = sum(
        1 for _ in np_.buckets(np.zeros(64, np.uint16) + 0x738B, np_.Places(np.array([20]), np.array([2]), np.array([False])), tables, 0)
    )
    partial = whole[features[:, :within]].astype(np.int32).sum(axis=1)
    total = partial + whole[features[:, within:]].astype(np.int32).sum(axis=1) + round(model.intercept_[0] * SCALE)
    early = int(np.quantile(partial[labels_ & (total >= 0)], 1 - options.early))
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
