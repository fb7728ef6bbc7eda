"""The stage "emit": the documents that stay, shard by shard, as ``clean/NAME.…``, with ``redactions/`` and ``lineage/`` beside them.

What is decided to be kept is written as it was read; what is decided to be redacted with every finding covered for which the policy says so.
Covered texts are looked at once more by the kernel that found the data (``proof``): what it still finds is covered as well, and a text
on which that does not come to an end within ``_LOOKS`` looks is held back and counted as ``unproven``. What is not covered was looked at
by that kernel already, on the same bytes. Then the file is read again and has to give exactly what was meant to be in it.

Not done: fields other than the text are not looked at and stay as they are, also where they name a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from brightline.corpus.annotating import annotation_name
from brightline.corpus.deciding.policy import Policy, shipped_policy
from brightline.corpus.emitting.reading_back import Account
from brightline.corpus.emitting.records import inspected_records, other_documents
from brightline.corpus.emitting.redacting import Redaction, Replace, Span, redact
from brightline.corpus.emitting.replacing import Style, replacement
from brightline.corpus.emitting.writing import Kept, clean_name, writer_for
from brightline.corpus.errors import RunError
from brightline.corpus.kernel import Kernel, KernelSpec, loaded_kernels
from brightline.corpus.schema import REDACTIONS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

__all__ = ["LINEAGE", "EmitTask"]

LINEAGE = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("out_file", pa.string(), nullable=False),
        pa.field("out_line", pa.int64(), nullable=False),  # 1-based line, row or record
    ]
)
"""From a record of the cleaned corpus to the record of the input that it is."""

_CODE = "1"
"""Changes whenever the same decisions would be written otherwise."""

_LOOKS = 8
"""Own choice: a placeholder names a kind of data, which can give the number beside it a context: a row of numbers takes a look each."""

_AT_ONCE = 2000
_AT_ONCE_BYTES = 8 * 1024 * 1024
"""Records that are held while their texts are covered and proved: as many as a reader's batch has, since kernels cost least for each then."""


class _Pending(NamedTuple):
    record: Kept
    row: int
    spans: list[Span]


class _Digested(Protocol):
    """What a workspace's sink is when its block has ended."""

    sha256: str


class _Covered(NamedTuple):
    """A text with everything covered, and whether that could be proved."""

    text: Redaction
    is_proven: bool


@dataclass(frozen=True, slots=True)
class EmitTask:
    """``kernels``: whose findings are covered where the policy says redact. ``style``, ``language``, ``key_hex``: as in ``replacement``.
    ``proof``: the kernel that looks at covered texts again, none for no second look. ``decisions``: shard number → digest of its decisions
    (``decisions_digests``), so that what was decided anew is emitted anew. ``out``: where ``clean/`` goes, the workspace itself if None.
    """

    workspace: Workspace
    kernels: tuple[str, ...] = ("personal",)
    reading: ReadOptions = field(default_factory=ReadOptions)
    style: Style = "placeholder"
    language: str = "zh"
    key_hex: str = ""
    proof: KernelSpec | None = None
    policy: Policy = field(default_factory=shipped_policy)
    decided: str = ""
    out: Workspace | None = None

    @property
    def stage(self) -> str:
        return "emit"

    @property
    def versions(self) -> Mapping[str, str]:
        """Shards are emitted anew when any of this changes."""
        key = hashlib.sha256(f"emit {self.key_hex}".encode()).hexdigest()[:16] if self.style == "pseudonym" else ""
        return {
            "decided": self.decided,
            "emit": _CODE,
            "kernels": ",".join(self.kernels),
            "out": self.out.uri if self.out else "",
            "policy": self.policy.version,
            "proof": self.proof.digest if self.proof else "",
            "style": f"{self.style} {self.language} {key}",
        }

    def prepare(self) -> None:
        """Load what every worker needs, before there is one."""
        loaded_kernels([self.proof] if self.proof else [])

    def __call__(self, shard: Shard) -> Mapping[str, object]:
        """Emit a shard. Counts: ``documents`` put out, ``redacted`` (documents), ``redactions`` (spans), ``unproven`` (held back), ``left_out`` (a
        shard on which nothing was decided).

        Raises ``RunError``: BL-CORPUS-067 where the file does not read back as it was meant, -068 where decisions and input differ.
        """
        if not self.workspace.exists(f"decisions/{shard.name}.parquet"):
            return {"documents": 0, "redacted": 0, "redactions": 0, "unproven": 0, "left_out": 1, "outputs": {}}
        return _Emission(self, shard).emitted()

    def covered(self, shard: Shard, wanted: Set[str]) -> Iterator[tuple[str, str]]:
        """Those documents of ``wanted`` that stay, each with its text as it is put out; one that would be held back has covered what could
        be. Writes nothing. Raises ``RunError`` BL-CORPUS-068 as the call does.
        """
        return _Emission(self, shard).covered(wanted)


class _Emission:
    """One shard as it is written."""

    def __init__(self, task: EmitTask, shard: Shard) -> None:
        self._task = task
        self._shard = shard
        self._out = task.out or task.workspace
        self._name = clean_name(shard)
        self._replace: Replace = replacement(task.style, task.language, task.key_hex, _is_valid)
        self._kernel: Kernel | None = loaded_kernels([task.proof])[0] if task.proof else None
        self._documents = task.workspace.read_table(f"documents/{shard.name}.parquet", ["doc_id", "file", "line", "position"])
        decisions = task.workspace.read_table(f"decisions/{shard.name}.parquet", ["doc_id", "outcome"])
        if not decisions["doc_id"].equals(self._documents["doc_id"]):
            raise other_documents(shard, "the decisions are not those on its documents", "decide the corpus anew")
        self._ids: list[str] = self._documents["doc_id"].to_pylist()
        self._outcomes: list[str] = decisions["outcome"].to_pylist()
        self._spans = self._to_cover()
        self._meant = Account()
        self._rows: list[int] = []  # of what was written
        self._out_lines: list[int] = []
        self._redactions: list[tuple[str, str, int, int, int, int, str, str]] = []
        self._redacted = self._unproven = 0

    def emitted(self) -> Mapping[str, object]:
        workspace, name = self._task.workspace, self._shard.name
        with self._out.sink(self._name) as sink, writer_for(self._shard, self._task.reading, sink) as writer:
            for pending in self._batches(self._spans.keys()):
                covered = self._covered(pending)
                for place, each in enumerate(pending):
                    its = covered.get(place)
                    if its is None or its.is_proven:
                        text = its.text if its is not None and its.text.replaced else None
                        self._note(each, text, writer.write(each.record, text.text if text else None))
        written_sha256 = cast("_Digested", sink).sha256
        self._prove_written()
        lineage = workspace.write_table(f"lineage/{name}.parquet", self._lineage(), LINEAGE)
        redactions = workspace.write_table(f"redactions/{name}.parquet", _table(self._redactions, REDACTIONS), REDACTIONS)
        outputs = {f"lineage/{name}.parquet": lineage.sha256, f"redactions/{name}.parquet": redactions.sha256}
        elsewhere: dict[str, dict[str, str]] = {}
        (outputs if self._out == workspace else elsewhere.setdefault(self._out.uri, {}))[self._name] = written_sha256
        return {
            "documents": len(self._rows),
            "redacted": self._redacted,
            "redactions": len(self._redactions),
            "unproven": self._unproven,
            "left_out": 0,
            "clean_sha256": written_sha256,
            "outputs": outputs,
            "elsewhere": elsewhere,
        }

    def covered(self, wanted: Set[str]) -> Iterator[tuple[str, str]]:
        rows = {row for row, name in enumerate(self._ids) if name in wanted}
        for pending in self._batches(rows):
            asked = [each for each in pending if each.row in rows]
            covered = self._covered(asked)
            for place, each in enumerate(asked):
                yield self._ids[each.row], covered[place].text.text if place in covered else each.record.text or ""

    def _batches(self, read: Set[int]) -> Iterator[list[_Pending]]:
        """The records that stay, some at a time. ``read``: rows whose texts are needed."""
        held: list[_Pending] = []
        size = 0
        records = inspected_records(self._shard, self._task.reading, self._ids, read.__contains__)
        for row, record in enumerate(records):
            if self._outcomes[row] in ("keep", "redact"):
                held.append(_Pending(record, row, self._spans.get(row, [])))
                size += len(record.raw or record.text or "")
            if len(held) == _AT_ONCE or size >= _AT_ONCE_BYTES:
                yield held
                held, size = [], 0
        yield held

    def _covered(self, pending: Sequence[_Pending]) -> dict[int, _Covered]:
        """By place, the texts in which something is to be covered."""
        spans = {place: list(each.spans) for place, each in enumerate(pending) if each.spans}
        texts = {place: pending[place].record.text or "" for place in spans}
        done = {place: redact(texts[place], its, self._replace) for place, its in spans.items()}
        open_ones = list(spans)
        for _look in range(_LOOKS if self._kernel else 0):
            left = self._left(done, open_ones)
            for place, more in left.items():
                spans[place] += more
                done[place] = redact(texts[place], spans[place], self._replace)
            open_ones = list(left)
        unproven = self._left(done, open_ones).keys() if self._kernel else set()
        self._unproven += len(unproven)
        return {place: _Covered(text, place not in unproven) for place, text in done.items()}

    def _left(self, done: Mapping[int, Redaction], places: Sequence[int]) -> dict[int, list[Span]]:
        """What the proof still finds in covered texts, as spans of the raw texts. What took something's place is not looked at."""
        if not places or self._kernel is None:
            return {}
        looked = self._kernel.annotate(pa.table({"text": pa.array([done[place].text for place in places], pa.large_string())}))
        left: dict[int, list[Span]] = {}
        for number, span, outcome in _findings(looked["findings"], self._task.policy):
            redaction = done[places[number]]
            if outcome == "redact" and not redaction.within_replaced(span.start, span.end):
                start, end = redaction.raw_span(span.start, span.end)
                left.setdefault(places[number], []).append(span._replace(start=start, end=end))
        return left

    def _note(self, pending: _Pending, text: Redaction | None, out_line: int) -> None:
        row = pending.row
        self._meant.add(pending.record.raw, text.text if text else pending.record.text)
        self._rows.append(row)
        self._out_lines.append(out_line)
        if text:
            self._redacted += 1
            self._redactions += [
                (self._ids[row], each.rule, each.start, each.end, each.out_start, each.out_end, each.placeholder, each.evidence_hash)
                for each in text.replaced
            ]

    def _lineage(self) -> pa.Table:
        documents = self._documents.take(pa.array(self._rows, pa.int64()))
        out_file = pa.array([self._name] * len(self._rows), pa.string())
        return documents.append_column("out_file", out_file).append_column("out_line", pa.array(self._out_lines, pa.int64()))

    def _to_cover(self) -> dict[int, list[Span]]:
        """Row → spans to cover, of documents that are to be redacted."""
        redacting = np.array([outcome == "redact" for outcome in self._outcomes], bool)
        spans: dict[int, list[Span]] = {}
        if not redacting.any():
            return spans
        for kernel in self._task.kernels:
            name = annotation_name(kernel, self._shard)
            if not self._task.workspace.exists(name):
                continue
            table = self._task.workspace.read_table(name, ["findings"])
            for row, span, outcome in _findings(table["findings"], self._task.policy):
                if redacting[row] and outcome == "redact":
                    spans.setdefault(row, []).append(span)
        return spans

    def _prove_written(self) -> None:
        """Read the file again: exactly what was meant, in its order."""
        agrees, found = self._meant.agrees(self._out, self._name, self._shard, self._task.reading)
        if not agrees:
            self._out.remove(self._name)
            raise RunError(
                "BL-CORPUS-067",
                f"{self._name} does not read back as it was written ({found} of {len(self._meant)} texts)",
                "report it with the input's format: the cleaned file was removed, the input is as it was",
            )


def _is_valid(value: str) -> bool:
    from brightline.corpus.emitting.validity import is_valid  # every detector: only whoever makes pseudonyms asks

    return is_valid(value)


def _findings(column: pa.ChunkedArray, policy: Policy) -> Iterator[tuple[int, Span, str]]:
    """Row, span, and what the policy says of it. A licence never lifts the covering of anything."""
    lists = column.combine_chunks()
    rows: list[int] = pc.list_parent_indices(lists).to_pylist()
    for row, found in zip(rows, pc.list_flatten(lists).to_pylist(), strict=True):
        outcome = policy.row_of(found["rule"]).outcome_of(found["score"], found["validator"], licensed=False)
        yield row, Span(found["start"], found["end"], found["rule"], found["evidence_hash"]), outcome


def _table(rows: Iterable[Sequence[object]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)], schema=schema)
