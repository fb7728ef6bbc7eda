"""A shard: a piece of one input file that is worked on as a whole, and the key under which its outcome counts.

A shard that was done is never done again as long as its key is the same: the input's content, the rules and the code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol, runtime_checkable

__all__ = ["JournalTask", "Member", "ReadOptions", "Shard", "ShardTask", "WatchedTask", "shard_key"]


@dataclass(frozen=True, slots=True)
class Member:
    """One of several small files that are worked on together; its fields are called as in ``Shard``."""

    uri: str
    file: str
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class Shard:
    """``number``: its place in the run. ``uri``: the file; ``file``: the same relative to the corpus. ``begin``/``end``: bytes of it
    (``end`` 0: to its end; packed files are one shard), cut between records by the reader. ``format``: jsonl, parquet, csv, text, warc.
    ``size_bytes``, ``etag``: of the file when the run was planned (local: size and nanoseconds of change), so that a change is seen.
    ``members``: the files, where they are several small ones; ``uri`` and ``file`` are those of the first then, ``size_bytes`` is their sum.
    """

    number: int
    uri: str
    file: str
    format: str
    packed: str = ""  # gz, zst, bz2, xz or nothing
    begin: int = 0
    end: int = 0
    size_bytes: int = 0
    etag: str = ""
    first_line: int = 1  # number of the line in which the part begins, counted when planned; 0 in an object, which planning does not read
    members: tuple[Member, ...] = ()

    @property
    def name(self) -> str:
        """The name of its files in every folder of a workspace, without suffix."""
        return f"{self.number:06d}"

    def files(self) -> tuple[Shard, ...]:
        """What is read, file by file and in their order: itself, or each member as a shard of the same number."""
        return tuple(
            replace(self, uri=each.uri, file=each.file, size_bytes=each.size_bytes, etag=each.etag, members=()) for each in self.members
        ) or (self,)

    @property
    def file_names(self) -> tuple[str, ...]:
        """Of all files, relative to the corpus."""
        return tuple(each.file for each in self.members) or (self.file,)

    @property
    def uris(self) -> tuple[str, ...]:
        """Of all files."""
        return tuple(each.uri for each in self.members) or (self.uri,)

    @property
    def member_names(self) -> str:
        """Which files these are and where one ends, as a digest; nothing where it is one file."""
        names = "\0".join(f"{each.size_bytes} {each.file}" for each in self.members)
        return hashlib.sha256(names.encode()).hexdigest() if names else ""


def shard_key(shard: Shard, content_sha256: str, versions: Mapping[str, str]) -> str:
    """64 hex characters: content, what the shard is, and what works on it (kernel name → version; ``code`` → Brightline's)."""
    parts = [content_sha256, shard.file, shard.format, shard.packed, str(shard.begin), str(shard.end)]
    parts += [shard.member_names] if shard.members else []
    parts += [f"{name}={version}" for name, version in sorted(versions.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class ShardTask(Protocol):
    """What is done with each shard of a stage: a frozen dataclass that can be pickled. Writes its outputs through ``storage.Workspace``
    (temporary name, rename) and gives back counts and digests, JSON values only; the supervisor records them afterwards. A task with a method
    ``prepare`` is prepared in the process from which workers are forked; one with ``watched`` can say that it gets on with a long shard
    (``WatchedTask``), and one with ``forget`` and ``finish`` keeps something for the case that a shard has to be done again (``JournalTask``).
    """

    @property
    def stage(self) -> str: ...

    def __call__(self, shard: Shard) -> Mapping[str, object]: ...


@runtime_checkable
class WatchedTask(ShardTask, Protocol):
    """A task of which a worker that hangs can be told from one with a long shard."""

    def watched(self, moved: Callable[[], None]) -> ShardTask:
        """The same task, which calls ``moved`` now and then as long as it gets on."""
        ...


@runtime_checkable
class JournalTask(ShardTask, Protocol):
    """A task that leaves in the workspace what makes doing a shard again cheaper, until it is told that nobody will."""

    def forget(self, shard: Shard) -> None:
        """The shard's outcome is on record."""
        ...

    def finish(self, aside: Collection[int]) -> None:
        """The stage is through, but for the shards of these numbers."""
        ...


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Where a record's fields stand. Dotted names reach into objects (``meta.source``). ``source``: the source of rows that name none,
    ``None`` where rows have to name one. ``most_line_bytes``: a longer line goes to the reject table without being held in memory.
    """

    text: tuple[str, ...] = ("text", "content")
    record_id: tuple[str, ...] = ("id",)
    source_id: tuple[str, ...] = ("source_id", "source")
    url: tuple[str, ...] = ("url",)
    published_at: tuple[str, ...] = ("published_at", "date", "timestamp")
    licence: tuple[str, ...] = ("licence", "license")
    source: str | None = None
    sources_by_file: Mapping[str, str] = field(default_factory=dict)  # glob over ``Shard.file`` → source, first match counts
    text_unit: str = "file"  # TXT: a document is the whole "file", a "line" or a "paragraph"
    delimiter: str = ""  # CSV: empty where it is to be found out
    encodings: tuple[str, ...] = ()  # of text and CSV: "gb18030", or "glob=gb18030" over ``Shard.file``; the first that fits, else UTF-8
    most_line_bytes: int = 64 * 1024 * 1024
    most_unpacked_ratio: int = 200  # unpacked over packed bytes beyond the first 64 MiB: above it is a bomb (own choice)

    @property
    def digest(self) -> str:
        """16 hex characters of all of it: whoever reads otherwise finds other documents in the same bytes. The order of files' globs counts."""
        every = asdict(self) | {"sources_by_file": list(self.sources_by_file.items())}
        return hashlib.sha256(json.dumps(every, sort_keys=True).encode()).hexdigest()[:16]
