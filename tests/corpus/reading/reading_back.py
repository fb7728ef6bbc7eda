"""What comes out of a file: its documents, its texts, the reasons of what was passed over."""

from __future__ import annotations

from pathlib import Path

from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_shard
from brightline.corpus.shard import ReadOptions

OPTIONS = ReadOptions()


def read(path: Path, options: ReadOptions = OPTIONS, shard_bytes: int = 1 << 24) -> tuple[list[dict], list[dict]]:
    documents: list[dict] = []
    rejects: list[dict] = []
    for shard in plan_shards([str(path)], shard_bytes):
        for batch in read_shard(shard, options):
            documents += batch.documents.to_pylist()
            rejects += batch.rejects.to_pylist()
    return documents, rejects


def texts(path: Path, options: ReadOptions = OPTIONS, shard_bytes: int = 1 << 24) -> list[str]:
    return [row["text"] for row in read(path, options, shard_bytes)[0]]


def reasons(path: Path, options: ReadOptions = OPTIONS) -> list[str]:
    return [row["reason"] for row in read(path, options)[1]]


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
