"""The records of a shard as they stand in its file, each held against the document that was inspected.

A document's id is the digest of its place and its bytes, so a line of JSON Lines that has the id which was inspected *is* what was
inspected: it is only taken apart where its text has to be changed. Records of all other formats are taken apart to be written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from brightline.corpus.emitting.writing import Kept
from brightline.corpus.errors import RunError
from brightline.corpus.reading import ShardReading
from brightline.corpus.reading.fields import FieldNames
from brightline.corpus.reading.jsonl import entry_of_json, keys_of
from brightline.corpus.reading.lines import Line, lines_of
from brightline.corpus.reading.opening import opened
from brightline.corpus.reading.records import Entry
from brightline.corpus.schema import document_id
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["inspected_records", "other_documents", "unasked"]


def inspected_records(shard: Shard, reading: ReadOptions, ids: Sequence[str], needs_text: Callable[[int], bool]) -> Iterator[Kept]:
    """One record for each of ``ids`` (``doc_id`` of the documents that were inspected, in their order). ``needs_text``: whether the text
    of a row has to be known; of others it may be ``None`` (see ``Kept``).

    Raises ``RunError`` BL-CORPUS-068 where the input has other documents than were inspected.
    """
    found = _lines(shard, reading, ids, needs_text) if shard.format == "jsonl" else _records(shard, reading)
    row = -1
    for row, (name, record) in enumerate(found):
        if row >= len(ids) or name != ids[row]:
            raise other_documents(shard, f"record {row + 1} is not the one that was inspected", "inspect the corpus anew")
        yield record
    if row + 1 != len(ids):
        raise other_documents(shard, f"it has {row + 1} records, not {len(ids)}", "inspect the corpus anew")


def other_documents(shard: Shard, what: str, hint: str) -> RunError:
    """The error of a shard whose documents are not those that decisions were made on."""
    return RunError("BL-CORPUS-068", f"{shard.file}: {what}", hint)


def unasked() -> hashlib._Hash:
    """A digest for a reading of which nobody asks the digest: it takes bytes and forgets them."""
    return cast("hashlib._Hash", _Unasked())


class _Unasked:
    def update(self, _block: bytes) -> None:
        """Nothing is kept."""


def _records(shard: Shard, reading: ReadOptions) -> Iterator[tuple[str, Kept]]:
    """The documents of the input with all that they carry, and their ids."""
    for file in shard.files():
        fields = FieldNames(file, reading)
        for entry in ShardReading(file, reading).entries(every_field=True):
            if isinstance(entry, Entry):
                name, text = fields.text(entry.value)
                if isinstance(text, str):
                    kept = (
                        Kept(None, {"file": file.file, **entry.value}, name, text)
                        if shard.members
                        else Kept(entry.raw, entry.value, name, text)
                    )
                    yield document_id(file.file, entry.position, entry.content), kept


def _lines(shard: Shard, reading: ReadOptions, ids: Sequence[str], needs_text: Callable[[int], bool]) -> Iterator[tuple[str, Kept]]:
    """The same of JSON Lines, taken apart only where that is needed."""
    fields = FieldNames(shard, reading)
    keys = keys_of(reading.text)
    row = 0
    with opened(shard) as file:
        for line in lines_of(file, shard, reading, unasked()):
            if not isinstance(line, Line):
                continue
            name = document_id(shard.file, line.position, line.content)
            is_inspected = row < len(ids) and name == ids[row]
            # A return at the end would be taken for a part of the line's end when it is read again.
            if is_inspected and not needs_text(row) and not line.content.endswith(b"\r"):
                yield name, Kept(line.content, {}, "", None)
            else:
                entry = entry_of_json(*line, keys)
                field, text = fields.text(entry.value) if isinstance(entry, Entry) else ("", None)
                if not isinstance(entry, Entry) or not isinstance(text, str):
                    continue
                yield name, Kept(entry.raw, entry.value, field, text)
            row += 1
