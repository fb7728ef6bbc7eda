"""Natural texts of ``open/`` by source, for weights and thresholds of machine spin."""

from __future__ import annotations

import csv
import json
import os
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import distributions
from pathlib import Path

__all__ = ["documents", "english", "sources"]

DATA = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data")) / "open"
CALLS = 1_200  # dialogues of a file: they repeat one another


def sources() -> dict[str, list[str]]:
    """Chinese: name → texts."""
    talks = list(_table("medical-dialogue/internal_medicine_sample.csv", ("ask", "answer"), "gb18030"))
    songs = json.loads((DATA / "chinese-poetry/yuanqu.json").read_text("utf-8"))
    return {
        "posts": [row[0] for name in ("train", "dev") for row in _table(f"cold/{name}.csv", ("TEXT",))],
        "questions": [ask for ask, _ in talks],
        "answers": [answer for _, answer in talks],
        "headlines": [
            line.split("\t")[0] for line in (DATA / "news-headlines/thucnews_headlines_test.txt").read_text("utf-8").splitlines()
        ],
        "calls": [*_calls("normal")],
        "fraud calls": [*_calls("fraud")],
        "songs": ["\n".join(song["paragraphs"]) for song in songs],
    }


def english(folders: Iterable[Path]) -> Iterator[str]:
    """Documentation: descriptions of the installed packages, the standard library's sources, instructions, and further folders."""
    for package in distributions():
        yield str(package.metadata.get_payload() or package.metadata.get("Description") or "")
    for file in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        yield file.read_text("utf-8", "replace")
    for row in json.loads((DATA / "harmbench-val/harmless_test.json").read_text("utf-8")):
        yield f"{row['instruction']}\n{row.get('output', '')}"
    for folder in folders:
        for pattern in ("*.md", "*.rst", "*.txt"):
            yield from (file.read_text("utf-8", "replace") for file in sorted(folder.rglob(pattern)))


def documents(texts: Sequence[str], chars: int) -> list[str]:
    """Neighbouring texts put together until a document has so many characters."""
    found: list[str] = []
    parts: list[str] = []
    size = 0
    for text in texts:
        parts.append(text)
        size += len(text) + 1
        if size >= chars:
            found.append("\n".join(parts))
            parts, size = [], 0
    return found


def _table(name: str, columns: Sequence[str], encoding: str = "utf-8") -> Iterator[tuple[str, ...]]:
    with (DATA / name).open(encoding=encoding, errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield tuple(row[column] or "" for column in columns)


def _calls(kind: str) -> Iterator[str]:
    for file in sorted((DATA / "teleantifraud").glob(f"{kind}_*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for _, line in zip(range(CALLS), lines, strict=False):
                row = json.loads(line)
                turns = zip(row["left"], row["right"], strict=False)
                yield "\n".join(turn for pair in turns for turn in pair)
