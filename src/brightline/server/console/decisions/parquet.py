"""Decisions as Parquet: typed columns, lists and records nested as they are, in row groups of 10,000.

The file is written from front to back: ``arro3`` takes record batches from an Arrow IPC stream that is made while it is read,
and hands out each row group as soon as it is full. So nothing but one batch and one row group is ever in memory and nothing on
disk. The footer comes last: a file that was broken off cannot be read, and so cannot be taken for a whole one.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any, NamedTuple, cast

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch, Schema, list_array, struct_array
from arro3.io import read_ipc_stream, write_ipc_stream, write_parquet

from brightline.server.console.decisions.formats import StatementUrl, Target, as_row, goals, named, problem_types, took_ms
from brightline.store import StoredDecision, Unreadable

__all__ = ["schema_of", "types_of", "write_decisions"]

_BATCH, _ROW_GROUP = 1_000, 10_000
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"  # Arrow IPC: the end of a stream


class _Column(NamedTuple):
    """A column: its type, its value in a row, and how an array is made of such values."""

    name: str
    type: DataType
    value: Callable[[Any], Any]
    array: Callable[[Sequence[Any]], Array]
    nullable: bool = False

    @property
    def field(self) -> Field:
        return Field(self.name, self.type, nullable=self.nullable)


def write_decisions(rows: Iterable[StoredDecision | Unreadable], target: Target, *, texts: bool, statement_url: StatementUrl) -> None:
    """Write all rows to ``target``, which is written from front to back only."""
    columns = _columns(texts, statement_url)
    reader = read_ipc_stream(cast(IO[bytes], _IpcStream(columns, map(as_row, rows))))
    write_parquet(reader, cast(IO[bytes], _File(target)), compression="zstd(3)", max_row_group_size=_ROW_GROUP, created_by="brightline")


def schema_of(*, texts: bool) -> Schema:
    """The schema of the file."""
    return Schema([column.field for column in _columns(texts, lambda _: "")])


def types_of(*, texts: bool) -> list[tuple[str, str]]:
    """Name and type of each column, in the words that readers of Parquet use."""
    columns = []
    for column in _columns(texts, lambda _: ""):
        words = str(column.type).strip().removeprefix("arro3.core.DataType<").removesuffix(">")
        for arrow, usual in _USUAL_WORDS:
            words = words.replace(arrow, usual)
        columns.append((column.name, words))
    return columns


_USUAL_WORDS = (
    ("non-null ", ""),
    ('Timestamp(µs, "UTC")', "timestamp[us, UTC]"),
    ("Utf8", "string"),
    ("Int64", "int64"),
    ("Float64", "double"),
    ("Boolean", "bool"),
    ("List(", "list("),
    ("Struct(", "struct("),
    ('"', ""),
)


class _File:
    """A target as the file that ``write_parquet`` wants."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def write(self, data: bytes) -> int:
        return self._target.write(bytes(data))

    def flush(self) -> None:
        """Nothing: the target passes on by itself."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Refused: what was written is on its way. (``arro3`` asks that files have this method, and does not call it.)"""
        raise io.UnsupportedOperation("seek")


class _IpcStream(io.RawIOBase):
    """An Arrow IPC stream that is made while it is read: the schema, one message a batch, the end."""

    def __init__(self, columns: Sequence[_Column], rows: Iterable[StoredDecision]) -> None:
        self._columns = columns
        self._schema = Schema([column.field for column in columns])
        self._messages = self._make(iter(rows))
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """``size`` bytes, fewer only at the end."""
        pieces, length = [self._left], len(self._left)
        while size < 0 or length < size:
            message = next(self._messages, None)
            if message is None:
                break
            pieces.append(message)
            length += len(message)
        whole = b"".join(pieces)
        end = len(whole) if size < 0 else size
        self._left = whole[end:]
        return whole[:end]

    def _make(self, rows: Iterator[StoredDecision]) -> Iterator[bytes]:
        # Each batch is written as a stream of its own, of which only the first keeps its schema and none its end.
        stream = self._stream([])
        head = 8 + struct.unpack_from("<i", stream, 4)[0]
        yield stream[:head]
        while batch := list(islice(rows, _BATCH)):
            yield self._stream(batch)[head : -len(_END)]
        yield _END

    def _stream(self, rows: Sequence[StoredDecision]) -> bytes:
        arrays = [column.array([column.value(row) for row in rows]) for column in self._columns]
        written = io.BytesIO()
        write_ipc_stream(RecordBatch.from_arrays(arrays, schema=self._schema), written, compression=None)
        return written.getvalue()


# Arrays of each kind of column


_TIME = DataType.timestamp("us", tz="UTC")


def _of(kind: DataType) -> Callable[[Sequence[Any]], Array]:
    return lambda values: Array(list(values), kind)


def _times(values: Sequence[int | None]) -> Array:
    return Array(list(values), DataType.int64()).cast(_TIME)


def _list(kind: DataType, members: Callable[[Sequence[Any]], Array]) -> Callable[[Sequence[Any]], Array]:
    def made(values: Sequence[Sequence[Any]]) -> Array:
        offsets = np.zeros(len(values) + 1, dtype=np.int32)
        np.cumsum([len(value) for value in values], out=offsets[1:])
        return list_array(Array(offsets), members([member for value in values for member in value]), type=kind)

    return made


def _struct(columns: Sequence[_Column]) -> Callable[[Sequence[Any]], Array]:
    def made(values: Sequence[Any]) -> Array:
        return struct_array(
            [column.array([column.value(value) for value in values]) for column in columns], fields=[column.field for column in columns]
        )

    return made


def _text(name: str, value: Callable[[Any], str]) -> _Column:
    return _Column(name, DataType.utf8(), lambda each: _clean(value(each)), _of(DataType.utf8()))


def _maybe(name: str, kind: DataType, value: Callable[[Any], Any]) -> _Column:
    array = _times if kind == _TIME else _of(kind)
    return _Column(name, kind, value, array, nullable=True)


def _plain(name: str, kind: DataType, value: Callable[[Any], Any]) -> _Column:
    return _Column(name, kind, value, _times if kind == _TIME else _of(kind))


def _many(name: str, kind: DataType, value: Callable[[Any], Sequence[Any]]) -> _Column:
    listed = DataType.list(Field("item", kind, nullable=False))
    clean = (lambda each: [_clean(text) for text in value(each)]) if kind == DataType.utf8() else value
    return _Column(name, listed, clean, _list(listed, _of(kind)))


def _records(name: str, columns: Sequence[_Column], value: Callable[[Any], Sequence[Any]]) -> _Column:
    listed = DataType.list(Field("item", DataType.struct([column.field for column in columns]), nullable=False))
    return _Column(name, listed, value, _list(listed, _struct(columns)))


def _clean(text: str) -> str:
    """Text that UTF-8 can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


# What stands in them


def _columns(texts: bool, statement_url: StatementUrl) -> list[_Column]:
    utf8, int64, float64 = DataType.utf8(), DataType.int64(), DataType.float64()
    columns = [
        _text("id", lambda row: row.decision.id),
        _plain("made_at", _TIME, lambda row: row.decision.made_at),
        _text("outcome", lambda row: row.decision.outcome.value),
        _text("ground", lambda row: row.decision.ground.value),
        _text("mode", lambda row: row.decision.mode),
        _text("automated", lambda row: row.decision.automated),
        _maybe("supersedes", utf8, lambda row: row.decision.supersedes),
        _text("door", lambda row: row.decision.door.value),
        _text("item_kind", lambda row: row.decision.item_kind.value),
        _many("problem_types", int64, lambda row: problem_types(row.decision)),
        _many("rules", utf8, lambda row: row.decision.rules),
        _many("goals", utf8, lambda row: goals(row.decision)),
        _records("findings", _finding_columns(texts), lambda row: row.decision.findings),
        _records(
            "not_inspected",
            [_text("part", lambda gap: gap.part), _text("detector", lambda gap: gap.detector), _text("reason", lambda gap: gap.reason)],
            lambda row: row.decision.not_inspected,
        ),
        _text("model", lambda row: named(row.decision, "model")),
        _text("endpoint", lambda row: named(row.decision, "endpoint")),
        _text("status", lambda row: named(row.decision, "status")),
        _maybe("took_ms", float64, lambda row: took_ms(row.decision)),
        _text("account", lambda row: row.decision.account),
        _text("api_key", lambda row: row.decision.api_key),
        _maybe("ledger_seq", int64, lambda row: row.seq),
        _maybe("erased_at", _TIME, lambda row: row.erased_at),
        _text("rulebook", lambda row: row.decision.versions.get("rulebook", "")),
        _text("reason_zh", lambda row: row.decision.reason_zh),
        _text("reason_en", lambda row: row.decision.reason_en),
    ]
    if texts:
        sampled = [_text("part", lambda pair: pair[0]), _text("text", lambda pair: pair[1])]
        columns += [
            _records("sampled_texts", sampled, lambda row: tuple(row.decision.texts.items())),
            _text("item_digest", lambda row: row.decision.item_digest),
            _text("statement_url", lambda row: statement_url(row.decision) if row.decision.token else ""),
        ]
    return columns


def _finding_columns(texts: bool) -> list[_Column]:
    utf8, int64 = DataType.utf8(), DataType.int64()
    spans = [_plain("start", int64, lambda span: span.start), _plain("end", int64, lambda span: span.end)]
    columns = [
        _text("detector", lambda each: each.detector),
        _text("detector_version", lambda each: each.detector_version),
        _text("goal", lambda each: each.goal),
        _many("rules", utf8, lambda each: each.rules),
        _many("problem_types", int64, lambda each: each.problem_types),
        _text("effect", lambda each: each.effect.value),
        _text("part", lambda each: each.part),
        _text("side", lambda each: each.side.value),
        _text("lane", lambda each: each.lane),
        _plain("score", DataType.float64(), lambda each: float(each.score)),
        _plain("manifest", DataType.bool(), lambda each: each.manifest),
        _many("exceptions", utf8, lambda each: each.exceptions),
        _records("spans", spans, lambda each: each.spans),
        _many("parts", utf8, lambda each: each.parts),
        _maybe("term", utf8, lambda each: each.term),
    ]
    if texts:
        columns += [
            _many("evidence", utf8, lambda each: each.evidence),
            _many("normalised", utf8, lambda each: each.normalised),
            _text("excerpt", lambda each: each.excerpt),
        ]
    return columns
