"""The texts that the shipped models are trained on: open data with permissive licences and authored text.

``data/open`` lies outside the repository (``BRIGHTLINE_DATA``); what may not be trained on is never opened here. Authored texts
are in ``training/authored`` of the repository, a file a kind; a third of the voices at a time is one source.

Left out because recall on authored texts fell with them (docs/models.md): the harmful calls of TeleAntiFraud and the questions of jade-db.
The goals' examples gave next to nothing, and would change the weights with every goal.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from brightline.moderation.training.rows import Row

__all__ = ["LICENCES", "authored_rows", "benign_rows", "cold_rows"]


class Licence(NamedTuple):
    """Where a set comes from and under which licence."""

    origin: str
    licence: str


LICENCES = {
    "cold": Licence("thu-coai/COLDataset, train split", "Apache-2.0"),
    "calls": Licence("JimmyMa99/TeleAntiFraud, synthetic telephone dialogues", "Apache-2.0"),
    "instructions": Licence("AdversariaLLM's copy of HarmBench, harmless instructions", "MIT"),
    "medical": Licence("Toyhom/Chinese-medical-dialogue-data", "MIT"),
    "news": Licence("649453932/Chinese-Text-Classification-Pytorch, headlines", "MIT"),
    "poetry": Licence("chinese-poetry/chinese-poetry", "MIT"),
    "authored": Licence("written for Brightline", "Apache-2.0"),
}

_AUTHORED_PARTS = 3


def cold_rows(data: Path, *, harmful: bool) -> Iterator[Row]:
    """COLD's train split: by topic with both labels for abuse, else its inoffensive half as one ordinary source."""
    with (data / "cold" / "train.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if harmful:
                yield Row(row["TEXT"], row["label"] == "1", f"cold {row['topic']}")
            elif row["label"] == "0":
                yield Row(row["TEXT"], False, "cold, inoffensive")


def benign_rows(data: Path) -> Iterator[Row]:
    """Ordinary text of six kinds and five sources."""
    for line in (data / "news-headlines" / "thucnews_headlines_test.txt").read_text("utf-8").splitlines():
        yield Row(line.rsplit("\t", 1)[0], False, "news")
    for song in json.loads((data / "chinese-poetry" / "yuanqu.json").read_text("utf-8")):
        yield Row("\n".join(song["paragraphs"]), False, "poetry")
    with (data / "medical-dialogue" / "internal_medicine_sample.csv").open(encoding="gb18030", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield Row(row["ask"], False, "medical questions", "medical")
            yield Row(row["answer"], False, "medical answers", "medical")
    yield from (Row(text, False, "calls, ordinary", "calls") for text in _calls(data))
    for instruction in json.loads((data / "harmbench-val" / "harmless_test.json").read_text("utf-8")):
        yield Row(instruction["instruction"], False, "instructions")


def authored_rows(folder: Path, families: Sequence[str]) -> Iterator[Row]:
    """Authored posts: the harmful ones of these families and all benign ones; harmful ones of other families are left out.

    Three authors wrote them: the first one's voices are three sources, the posts of the second (``intents2/posts``) and of the third
    (``intents3/posts``) three each that are held out together. What everybody says (``intents3/everyday``) is three sources of its own.
    """
    for part, name, author in (
        (folder, "", ""), (folder / "intents2" / "posts", " posts", " posts"), (folder / "intents3" / "posts", " posts 3", " posts 3"),
        (folder / "intents3" / "everyday", " everyday", ""),
    ):  # fmt: skip
        for file in sorted(part.glob("*.jsonl")):
            for line in file.read_text("utf-8").split("\n"):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not row["label"] or row["family"] in families:
                    voice = str(row.get("source") or row.get("voice") or row["text"])
                    number = hashlib.sha256(voice.encode()).digest()[0] % _AUTHORED_PARTS
                    yield Row(row["text"], bool(row["label"]), f"authored{name} {'ABC'[number]}", f"authored{author}" if author else "")


def _calls(data: Path) -> Iterator[str]:
    for file in sorted((data / "teleantifraud").glob("normal_*.jsonl")):
        for line in file.read_text("utf-8").split("\n"):
            if line:
                yield "\n".join(json.loads(line)["left"])
