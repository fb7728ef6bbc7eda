"""Builds ``data/profile.npz``: how often ordinary people write what. Run at development time only:

    BRIGHTLINE_DATA=../shared/data python -m brightline.text.build_profile

Reads open data sets (licences in ``data/README.md``) and keeps of them hashed counts, never a text. Development and test splits that
measure over-blocking elsewhere are left out. A text stands for what would be inspected as a whole: a post, a headline, a question
with its title, an answer, a song, an instruction, a phone call.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from brightline.text.profile import PROFILE_FILE, Profile, save_profile

FEWEST_TEXTS = 2  # half the size of a full count, and what only one person wrote is not in it


def ordinary_texts(folder: Path) -> dict[str, list[str]]:
    """The ordinary texts under ``folder``, by domain, without repetitions."""
    health = list(_rows(folder / "medical-dialogue/internal_medicine_sample.csv", "gb18030"))
    domains = {
        "posts": [row["TEXT"] for row in _rows(folder / "cold/train.csv", "utf-8-sig") if row["label"] == "0"],
        "headlines": [line.rpartition("\t")[0] for line in _text(folder / "news-headlines/thucnews_headlines_test.txt").splitlines()],
        "health questions": [f"{row['title']}\n{row['ask']}" for row in health],
        "health answers": [row["answer"] for row in health],
        "poetry": ["\n".join(song["paragraphs"]) for song in json.loads(_text(folder / "chinese-poetry/yuanqu.json"))],
        "English instructions": [row["instruction"] for row in json.loads(_text(folder / "harmbench-val/harmless_test.json"))],
        "phone calls": list(_calls(folder / "teleantifraud/normal_normal_dialogues-20250303_015751.jsonl")),
    }
    return {domain: [text for text in dict.fromkeys(texts) if text.strip()] for domain, texts in domains.items()}


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _rows(path: Path, encoding: str) -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield from csv.DictReader(file)


def _calls(path: Path) -> Iterator[str]:
    for line in _text(path).splitlines():
        call = json.loads(line)
        yield "\n".join([*call["left"], *call["right"]])


def main() -> None:
    """Count and write."""
    folder = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data")) / "open"
    profile = Profile.of(ordinary_texts(folder), FEWEST_TEXTS)
    save_profile(profile, PROFILE_FILE)
    counted = ", ".join(f"{domain} {texts}" for domain, texts in zip(profile.domains, profile.texts, strict=True))
    sys.stdout.write(f"{PROFILE_FILE}: {len(profile.keys)} runs, {PROFILE_FILE.stat().st_size} bytes; texts: {counted}\n")


if __name__ == "__main__":
    main()
