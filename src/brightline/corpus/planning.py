"""From what a person names (files, folders, globs, ``s3://`` prefixes) to shards, in an order that depends on names alone.

A file is called by its path relative to what all inputs have in common, so that a corpus that is moved keeps its document ids. Plain
JSONL and Parquet are cut into byte ranges; what is packed, quoted over lines or nested is one shard; small texts can be joined, several in
one shard. Files whose format nobody here reads
become shards too: the reader puts them into the reject table, so that coverage counts them. Names that begin with ``.`` or ``_`` are
left out, as Hive and Spark do.
"""

from __future__ import annotations

import glob as globbing
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, NamedTuple

import orjson

from brightline.corpus.errors import CorpusError
from brightline.corpus.objects import bucket_files, is_remote, storage_faults
from brightline.corpus.shard import Member, Shard

__all__ = ["DEFAULT_SHARD_BYTES", "FORMATS", "SMALL_BYTES", "plan_document", "plan_shards", "shards_of_plan"]

DEFAULT_SHARD_BYTES = 16 * 1024 * 1024
"""Own choice: what a killed worker costs is at most a few seconds of work, and a worker's memory stays far under 1 GB."""

SMALL_BYTES = 256 * 1024
"""Texts up to this are worth joining: to open and close a shard in every stage costs the time of about so many bytes (own choice, measured
with 2,000 texts of 1.6 kB: 64 CPU-ms a shard)."""

_MOST_JOINED = 500
"""Files of a shard (own choice: the cost of a shard is a tenth of a millisecond each then, and one that is gone puts no more aside)."""

FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "text",
    ".text": "text", ".md": "text", ".warc": "warc", ".wet": "warc",
}  # fmt: skip
_PACKINGS = {".gz": "gz", ".zst": "zst", ".zstd": "zst", ".bz2": "bz2", ".xz": "xz"}
_CUT = ("jsonl", "parquet")
_SMALLEST_SHARD_BYTES = 1
_COUNTED_BYTES = 4 * 1024 * 1024


class _File(NamedTuple):
    uri: str
    size_bytes: int
    etag: str


def plan_shards(inputs: Sequence[str], shard_bytes: int = DEFAULT_SHARD_BYTES, *, small_bytes: int = 0) -> list[Shard]:
    """The shards of a corpus, numbered in the order of their files' names. ``small_bytes``: plain text files up to this size that follow
    one another are joined into shards of ``shard_bytes`` at most.

    Raises ``CorpusError``: BL-CORPUS-001 an input that is not there or holds no file, -002 a ``shard_bytes`` that cuts nothing, -009 a
    file whose name is no text.
    """
    if shard_bytes < _SMALLEST_SHARD_BYTES:
        raise CorpusError("BL-CORPUS-002", f"shards of {shard_bytes} bytes hold nothing", "16777216 is what is usual")
    if not inputs:
        raise CorpusError("BL-CORPUS-001", "no input is named", "name files, folders, globs or s3:// prefixes")
    files: dict[str, _File] = {}
    roots = []
    for each in inputs:
        root, found = _remote(each) if is_remote(each) else _local(each)
        if not found:
            raise CorpusError("BL-CORPUS-001", f"{each!r} holds no file that can be read", "check the name; hidden files are left out")
        roots.append(root)
        files.update((file.uri, file) for file in found)
    base = _common(roots)
    odd = next((file.uri for file in files.values() if not _is_text(file.uri)), "")
    if odd:
        shown = odd.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        raise CorpusError(
            "BL-CORPUS-009", f"the name of the file {shown} is no UTF-8", "rename it: documents are known by their file's name"
        )
    named = sorted((_relative(file.uri, base), file) for file in files.values())
    pieces = (piece for name, file in named for piece in _pieces(name, file, shard_bytes))
    return [replace(piece, number=number) for number, piece in enumerate(_joined(pieces, min(small_bytes, shard_bytes), shard_bytes))]


def plan_document(shards: Sequence[Shard]) -> bytes:
    """The shards as canonical JSON, for ``plan.json``."""
    rows = [{name: getattr(shard, name) for name in Shard.__slots__} for shard in shards]
    return orjson.dumps({"format": "brightline-corpus-plan/1", "shards": rows}, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)


def shards_of_plan(document: bytes) -> list[Shard]:
    """The shards of a ``plan.json``. Raises ``CorpusError`` BL-CORPUS-003 if it is none."""
    try:
        plan = orjson.loads(document)
        if plan["format"] != "brightline-corpus-plan/1":
            raise ValueError(plan["format"])
        return [Shard(**(row | {"members": tuple(Member(**each) for each in row.get("members", ()))})) for row in plan["shards"]]
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError("BL-CORPUS-003", f"this is no plan of a corpus ({error})", "inspect the corpus anew") from error


def _pieces(name: str, file: _File, shard_bytes: int) -> Iterator[Shard]:
    form, packed = _format_of(name)
    whole = Shard(0, file.uri, name, form, packed, 0, 0, file.size_bytes, file.etag)
    if form not in _CUT or packed or file.size_bytes <= shard_bytes:
        yield whole
        return
    count = -(-file.size_bytes // shard_bytes)
    # Equal parts: a last shard of a few bytes would leave its worker idle.
    cuts = [file.size_bytes * number // count for number in range(count + 1)]
    if form != "jsonl":
        firsts = [1] * count
    elif is_remote(file.uri):  # to count an object's lines is to read all of it before anything begins
        firsts = [1] + [0] * (count - 1)
    else:
        firsts = _first_lines(file.uri, cuts[1:-1])
    for number in range(count):
        yield replace(whole, begin=cuts[number], end=cuts[number + 1], first_line=firsts[number])


def _joined(pieces: Iterable[Shard], small_bytes: int, shard_bytes: int) -> Iterator[Shard]:
    """The same with small texts put together, as many as follow one another."""
    held: list[Shard] = []
    size = 0
    for piece in pieces:
        # What is empty, or gone already, stands alone: nothing else is put aside with it.
        is_small = piece.format == "text" and not piece.packed and 0 < piece.size_bytes <= small_bytes
        if held and (not is_small or size + piece.size_bytes > shard_bytes or len(held) == _MOST_JOINED):
            yield _together(held)
            held, size = [], 0
        if is_small:
            held.append(piece)
            size += piece.size_bytes
        else:
            yield piece
    if held:
        yield _together(held)


def _together(pieces: Sequence[Shard]) -> Shard:
    first = pieces[0]
    if len(pieces) == 1:
        return first
    members = tuple(Member(piece.uri, piece.file, piece.size_bytes, piece.etag) for piece in pieces)
    etag = hashlib.sha256("\0".join(each.etag for each in members).encode()).hexdigest()[:32]
    return replace(first, size_bytes=sum(each.size_bytes for each in members), etag=etag, members=members)


def _first_lines(path: str, cuts: Sequence[int]) -> list[int]:
    """The number of the line that each part begins in or with: 1, and one more for each line end before its cut."""
    firsts, lines, at = [1], 0, 0
    with Path(path).open("rb", buffering=0) as file:
        for cut in cuts:
            while at < cut:
                block = file.read(min(_COUNTED_BYTES, cut - at))
                if not block:
                    break
                lines += block.count(b"\n")
                at += len(block)
            firsts.append(lines + 1)
    return firsts


def _format_of(name: str) -> tuple[str, str]:
    path = PurePosixPath(name.lower())
    packed = _PACKINGS.get(path.suffix, "")
    suffix = PurePosixPath(path.stem).suffix if packed else path.suffix
    return FORMATS.get(suffix, "unknown"), packed


def _local(given: str) -> tuple[str, list[_File]]:
    given = given.removeprefix("file://")
    path = Path(given)
    if path.is_dir():
        root = path.resolve()
        return str(root), [_stat(name) for name in _walk(root) if _is_seen(name.relative_to(root)) and _is_meant(name)]
    if path.is_file():
        return str(path.resolve().parent), [_stat(path.resolve())]
    if not globbing.has_magic(given):
        return "", []
    fixed = Path(given)
    while globbing.has_magic(str(fixed)):
        fixed = fixed.parent
    root = fixed.resolve()
    found = (Path(name).relative_to(fixed) for name in globbing.iglob(given, recursive=True))
    return str(root), [_stat(root / name) for name in found if _is_seen(name) and _is_meant(root / name)]


def _walk(root: Path) -> Iterator[Path]:
    """All files below a folder, those behind links to folders too, and no folder twice: a link may lead back."""
    seen: set[tuple[int, int]] = set()
    for folder, folders, inside in os.walk(root, followlinks=True):
        stat = Path(folder).stat()
        if (stat.st_dev, stat.st_ino) in seen:
            folders.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        folders.sort()  # of two ways to one folder the first by name counts
        yield from (Path(folder) / name for name in inside)


def _remote(given: str) -> tuple[str, list[_File]]:
    bucket = bucket_files()
    at = given.removeprefix("s3://").rstrip("/")
    try:
        if globbing.has_magic(at):
            fixed = PurePosixPath(at)
            while globbing.has_magic(str(fixed)):
                fixed = fixed.parent
            root, found = str(fixed), bucket.glob(at, detail=True)
        else:
            found = bucket.find(at, detail=True)
            root = at if not (len(found) == 1 and at in found) else at.rpartition("/")[0]
    except storage_faults() as error:
        raise CorpusError("BL-CORPUS-001", f"{given!r} cannot be listed ({error})", "check address, rights and AWS_ENDPOINT_URL") from error
    files = [_object(info) for name, info in found.items() if info["type"] == "file" and _is_seen(PurePosixPath(name[len(root) :]))]
    return f"s3://{root}", files


def _is_meant(path: Path) -> bool:
    """Whether it is a file, or a link to one that is not there: that is a shard that cannot be read, and is told."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _stat(path: Path) -> _File:
    try:
        stat = path.stat()
    except OSError:
        return _File(str(path), 0, "")
    return _File(str(path), stat.st_size, f"{stat.st_size}-{stat.st_mtime_ns}")


def _object(info: Any) -> _File:
    return _File(f"s3://{info['name']}", int(info["size"]), str(info["ETag"]).strip('"'))


def _is_seen(relative: PurePath) -> bool:
    return not any(part.startswith((".", "_")) for part in relative.parts)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _common(roots: Sequence[str]) -> str:
    """What all inputs have in common; nothing where some are files and some are objects."""
    first, *others = [root.split("/") for root in roots]
    shared = len(first)
    for other in others:
        alike = (index for index, (mine, its) in enumerate(zip(first, other, strict=False)) if mine != its)
        shared = min(shared, len(other), next(alike, shared))
    return "/".join(first[:shared])


def _relative(uri: str, base: str) -> str:
    return (uri.removeprefix(base) if base else uri.removeprefix("s3://")).lstrip("/")
