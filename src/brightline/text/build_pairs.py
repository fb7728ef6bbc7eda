"""Builds ``data/pairs.npz``: how much more often than by chance two Chinese characters stand side by side.

    BRIGHTLINE_DATA=../shared/data python -m brightline.text.build_pairs TRAINING dict.txt

Development time only. ``TRAINING`` is the folder of our own authored texts, ``dict.txt`` the dictionary of jieba 0.42.1 (MIT): words with
their frequency. Beside them the texts of the benign profile and fraud calls. Kept are pairs, never a text.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from brightline.text.build_profile import ordinary_texts
from brightline.text.build_splits import fraud_calls, seen_in
from brightline.text.lanes import base_form
from brightline.text.pairs import FIRST_HAN, LAST_HAN, LOWEST, PAIRS_FILE, STEP

FEWEST = 2  # times that a pair must have been seen
AUTHORED_COUNTS = 3  # our own texts are few, and have the words that this is for
# A dictionary's frequencies are those of its words, sixty million of them, and know no pairs between words.
WORDS_COUNT = 0.15
LETTERS_OF_WORDS_COUNT = 0.05


def authored(folder: Path) -> Iterator[str]:
    """Our own texts."""
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("intents/*.jsonl")]):
        for line in path.read_text("utf-8").splitlines():
            yield str(json.loads(line).get("text", ""))


def words_of(dictionary: Path) -> Iterator[tuple[str, int]]:
    """The words of Chinese characters, in simplified form, and how often they were seen."""
    for line in dictionary.read_text("utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if all(map(_is_han, plain := base_form(word))):
            yield plain, int(count)


def _is_han(character: str) -> bool:
    return FIRST_HAN <= ord(character) <= LAST_HAN


def main(training: Path, dictionary: Path, target: Path = PAIRS_FILE) -> None:
    """Count and write."""
    folder = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data")) / "open"
    texts = [text for domain in ordinary_texts(folder).values() for text in domain]
    singles, seen = seen_in([*texts, *fraud_calls(folder), *list(authored(training)) * AUTHORED_COUNTS])
    letters: Counter[str] = Counter({character: count for character, count in singles.items() if _is_han(character)})
    pairs: Counter[str] = Counter({pair: count for pair, count in seen.items() if all(map(_is_han, pair))})
    weighted: Counter[str] = Counter()
    for word, count in words_of(dictionary):
        for character in word:
            letters[character] += LETTERS_OF_WORDS_COUNT * count  # type: ignore[assignment]
        for pair in map("".join, pairwise(word)):
            weighted[pair] += count
    for pair, count in weighted.items():
        pairs[pair] += WORDS_COUNT * count  # type: ignore[assignment]
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for pair, count in pairs.items():
        left[pair[0]] += count
        right[pair[1]] += count
    total, all_letters = sum(pairs.values()), sum(letters.values())
    levels: dict[int, int] = {}
    for pair, count in pairs.items():
        if count >= FEWEST:
            level = round((math.log((count - 0.5) * total / (left[pair[0]] * right[pair[1]])) - LOWEST) / STEP)
            if level > 0:
                levels[(ord(pair[0]) - FIRST_HAN) << 15 | (ord(pair[1]) - FIRST_HAN)] = min(level, 31)
    keys = np.array(sorted(levels), np.uint32)
    steps = np.diff(keys, prepend=np.uint32(0))
    known = sorted(character for character, count in letters.items() if count > FEWEST)
    np.savez_compressed(
        target,
        allow_pickle=False,
        steps=np.ascontiguousarray(steps.view(np.uint8).reshape(-1, 4).T),
        levels=np.array([levels[key] for key in keys.tolist()], np.uint8),
        characters=np.array(list(map(ord, known)), np.uint16),
        chances=np.array([math.log(letters[character] / all_letters) for character in known], np.float16),
    )
    sys.stdout.write(f"{target}: {len(keys)} pairs, {len(known)} characters, {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
