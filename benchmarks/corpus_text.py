"""The corpus of the benchmarks: natural sentences of several sources, recombined to any size, and 50,000 keywords.

Chinese comes from ``BRIGHTLINE_DATA`` (medical questions and answers, abstracts, headlines, reviews, songs, posts), English from its
instructions and from the documentation and docstrings of the packages that are installed here. Without that folder the sentences that
ship with Brightline are used, and ``made_up`` says so. Copies, personal data and the rest are planted by ``curation.example``.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from brightline.curation.example import Planted, base_sentences, make_example

__all__ = ["DATA", "keywords", "make", "sentences"]

DATA = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data"))
KEYWORDS = 50_000  # the figure of the reference (corpus.md, section 3)
_MOST_SENTENCES = 400_000  # each kind; more would only fill memory
_STOP = re.compile(r"(?<=[。！？!?])|(?<=\. )|\n+")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


def make(folder: Path, size_bytes: int, seed: int = 0) -> Planted:
    """Make the corpus and ``keywords.txt`` in ``folder``, unless they are there already."""
    done = folder / "planted.json"
    if done.exists():
        return Planted(**json.loads(done.read_text()))
    pool = sentences()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keywords.txt").write_text("\n".join(keywords(pool, seed)) + "\n", "utf-8")
    return make_example(folder, size_bytes, seed=seed, sentences=pool)


def sentences() -> tuple[str, ...]:
    """Sentences of 6 to 400 characters, Chinese and English, each once."""
    if not DATA.is_dir():
        return base_sentences()
    found: dict[str, None] = {}
    for texts in (_chinese(), _english()):
        kept = 0
        for text in texts:
            for piece in _STOP.split(text):
                piece = piece.strip()
                if 6 <= len(piece) <= 400 and piece not in found:
                    found[piece] = None
                    kept += 1
            if kept >= _MOST_SENTENCES:
                break
    return tuple(found)


def keywords(pool: tuple[str, ...], seed: int = 0) -> list[str]:
    """Chinese words of two to six characters: one in a hundred cut out of the text, the others drawn of its characters."""
    chance = random.Random(seed)
    runs = [run for sentence in pool for run in _HAN.findall(sentence)] or ["没有中文"]
    letters = "".join(chance.sample(runs, min(len(runs), 20_000)))
    found: set[str] = set()
    while len(found) < KEYWORDS:
        size = chance.randint(3, 6)
        run = chance.choice(runs)
        if chance.random() < 0.01 and len(run) >= size:
            at = chance.randrange(len(run) - size + 1)
            found.add(run[at : at + size])
        else:
            found.add("".join(chance.choices(letters, k=size)))
    return sorted(found)


def _chinese() -> Iterator[str]:
    for path in sorted(DATA.rglob("*")):
        if path.suffix == ".jsonl" or not path.is_file() or path.stat().st_size > 200_000_000:
            continue
        if path.suffix == ".csv":
            with path.open(encoding="gb18030" if "medical" in str(path) else "utf-8", errors="replace", newline="") as file:
                yield from (cell for row in csv.reader(file) for cell in row if not cell.isascii())
        elif path.suffix in (".tsv", ".txt") and "LICENSE" not in path.name:
            text = path.read_text("utf-8", "replace")
            yield from (cell for line in text.splitlines() for cell in line.split("\t") if not cell.isascii())
        elif path.name == "yuanqu.json":
            yield from ("\n".join(song["paragraphs"]) for song in json.loads(path.read_text("utf-8")))


def _english() -> Iterator[str]:
    packages = Path(sysconfig.get_paths()["purelib"])
    for path in sorted(packages.rglob("*.py")):
        if path.stat().st_size < 1_000_000:
            for text in re.findall(r'"""(.*?)"""', path.read_text("utf-8", "replace"), re.DOTALL):
                if text.isascii():
                    yield " ".join(text.split())
