"""Small corpora with copies in them, annotated by the real kernel through the real workspace and reader."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from brightline.corpus.duplicates.bands import kernel
from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_shard
from brightline.corpus.schema import DOCUMENTS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

READING = ReadOptions(source="test")

_SIGNS = "河石市信园窗铜银晨港机纸站乐林师冬桥山水田土火风云雨雪电光声色香味手足耳目心思言行走飞"
_LETTERS = "etaoinshrdlucmfwypvbgk"


def text(seed: int, length: int = 600, language: str = "en") -> str:
    """Words of about ``length`` characters that share no gram but by chance with those of another seed."""
    chooser = random.Random(f"{language}-{seed}")
    if language == "zh":
        return "".join(chooser.choice(_SIGNS) for _ in range(length))
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        words.append("".join(chooser.choices(_LETTERS, k=chooser.randrange(2, 10))))
    return " ".join(words)


def edited(original: str, share: float, seed: int = 0) -> str:
    """``share`` of the characters substituted, deleted or followed by a new one."""
    chooser = random.Random(f"{seed}-{len(original)}")
    letters = list(original)
    pool = [letter for letter in original if not letter.isspace()]
    for _ in range(round(share * len(original))):
        place = chooser.randrange(len(letters))
        match chooser.randrange(3):
            case 0:
                letters[place] = chooser.choice(pool)
            case 1:
                letters.insert(place, chooser.choice(pool))
            case _:
                del letters[place]
    return "".join(letters)


def corpus(folder: Path, rows: Sequence[dict[str, object]], *, shard_bytes: int = 1 << 24) -> tuple[Workspace, list[Shard]]:
    """Rows as JSONL with their bands annotated."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "input" / "corpus.jsonl"
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    shards = plan_shards([str(file)], shard_bytes)
    workspace = Workspace(str(folder / f"workspace-{shard_bytes}"))
    for shard in shards:
        annotate(workspace, shard)
    return workspace, shards


def annotate(workspace: Workspace, shard: Shard) -> None:
    batches = [batch.documents for batch in read_shard(shard, READING)]
    bands = kernel()
    documents = [batch.drop(["text"]).append_column(DOCUMENTS.field("chars"), _chars(batch)) for batch in batches]
    workspace.write_table(f"documents/{shard.name}.parquet", documents, DOCUMENTS)
    workspace.write_table(f"annotations/bands/{shard.name}.parquet", [bands.annotate(batch) for batch in batches], bands.schema)


def _chars(batch: pa.Table) -> pa.Array:
    return pa.array([len(each) for each in batch["text"].to_pylist()], pa.int32())
