"""Reads a cleaned file again, by the reader that read the input."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from brightline.corpus.planning import plan_shards
from brightline.corpus.reading import read_shard
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

__all__ = ["texts_digest"]

_WHOLE_BYTES = 1 << 62


def texts_digest(workspace: Workspace, name: str, shard: Shard, reading: ReadOptions, framed: Callable[[str], bytes]) -> tuple[int, str]:
    """How many texts a cleaned file has, and the digest of them all. ``shard``: the input it was made of."""
    digest = hashlib.sha256()
    texts = 0
    # No line of ours is longer than the input's by more than what took something's place, and no file of ours is a bomb: whoever packs
    # better than the input was packed has a larger ratio for the same texts.
    reading = replace(
        reading, most_line_bytes=2 * reading.most_line_bytes, most_unpacked_ratio=_WHOLE_BYTES, delimiter=_delimiter(reading, name)
    )
    for planned in plan_shards([f"{workspace.uri}/{name}"], _WHOLE_BYTES):
        for batch in read_shard(planned, reading):
            for text in batch.documents["text"].to_pylist():
                digest.update(framed(text))
                texts += 1
    return texts, digest.hexdigest()


def _delimiter(reading: ReadOptions, name: str) -> str:
    return reading.delimiter or ("\t" if ".tsv" in name else ",")
