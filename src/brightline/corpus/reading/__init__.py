"""Readers: a shard of any format in, batches of documents and rejects out. One bad line costs one line, and the table says which.

Every byte of an input is either in a document's record, or between records, or counted in a reject row; nothing is replaced silently,
and nothing larger than the longest permitted line is ever held.
"""

from __future__ import annotations

from brightline.corpus.reading.batches import Batch
from brightline.corpus.reading.records import Record
from brightline.corpus.reading.shards import ShardReading, read_records, read_shard

__all__ = ["Batch", "Record", "ShardReading", "read_records", "read_shard"]
