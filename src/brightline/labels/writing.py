"""Carries out a ``Plan``: into bytes, into a new file, or in place; whatever goes wrong, the original is as it was.

* A new file is written beside its target under another name, synced, checked by the caller, and renamed over it: readers see
  the old file or the new one, never half of one.
* A patch in place is written under an *undo journal* (the old length, and each patch with the bytes that it overwrites, with
  their SHA-256), so that a crash between two writes is undone by the next call for that file (``recover``). A journal whose
  file somebody has replaced since is dropped: where neither the old nor the new bytes stand, nothing is put back.
* One writer at a time: an advisory lock on the file (``flock``); a second one is refused, and so is a file that changed since
  it was read.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from brightline.labels.containers.reading import Kept, Patch, Plan
from brightline.labels.containers.source import CHUNK, Source
from brightline.labels.errors import LabelError

__all__ = ["can_be_undone", "for_writing", "patch_in_place", "recover", "refusals", "undo_path", "write_new", "written"]

_UNDO_MAGIC = b"brightline-undo/2\n"
_BLOCK = 4096  # bytes of a block of most file systems; they share whole ones only
_BUFFER = (
    64 << 10
)  # own choice: measured as fast as a plain copy on ext4, where buffers from 256 kB on now and then take four times as long
_CLONE_RANGE = 0x4020940D  # linux/fs.h: FICLONERANGE
_UNDO_HEAD = struct.Struct(">QQQ")  # of each patch: offset, length of the old bytes, length of the new ones
_LONGEST_NAME = 200  # bytes; own choice: file systems permit 255 (POSIX NAME_MAX), of which the journal's ending takes 17
_LONGEST_UNDO = 64 << 20  # own choice: patches hold metadata; what would overwrite more is written as a new file


def written(source: Source, plan: Plan) -> bytes:
    """The labelled file as bytes: for files that came as bytes."""
    out = BytesIO()
    _put(source, plan, out)
    return out.getvalue()


def write_new(source: Source, plan: Plan, target: Path, check: Callable[[Path], None], *, like: Path | None = None) -> None:
    """Write the labelled file to ``target``, replacing what is there only after ``check`` has accepted it.

    ``like``: a file whose mode the new one gets. Raises ``LabelError`` (BL-LABEL-023 target not writable, -024 disk full) and
    whatever ``check`` raises; then nothing is left behind.
    """
    with refusals(target):
        _require_writable(target)
        fresh = target.with_name(f".brightline-{secrets.token_hex(8)}{target.suffix}")
        try:
            with fresh.open("xb") as out:
                _put(source, plan, out)
                out.flush()
                _sync(out.fileno())
            check(fresh)
            if like:
                fresh.chmod(like.stat().st_mode & 0o7777)
            fresh.replace(target)
            _sync_folder(target.parent)
        finally:
            fresh.unlink(missing_ok=True)


def _require_writable(target: Path) -> None:
    """A rename asks only for the folder's mode; a file that says that it is not to be written stays."""
    if target.exists() and not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextlib.contextmanager
def for_writing(path: Path) -> Iterator[BinaryIO]:
    """``path`` opened for reading and writing under a lock, recovered from a crash before.

    Raises ``LabelError``: BL-LABEL-021 somebody else is writing, -023 it may not be written to. Raises ``FileNotFoundError``.
    """
    with refusals(path), path.open("r+b", buffering=0) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(path) from None
        if os.fstat(handle.fileno()).st_ino != path.stat().st_ino:
            raise _busy(path)  # it was replaced between opening and locking
        _undo(path, handle)
        yield handle


def can_be_undone(patches: tuple[Patch, ...]) -> bool:
    """True if the journal of ``patches`` is small enough to be read again; others have to be written as a new file."""
    return sum(2 * len(patch.data) + _UNDO_HEAD.size for patch in patches) <= _LONGEST_UNDO - _BLOCK


def patch_in_place(path: Path, handle: BinaryIO, patches: tuple[Patch, ...], check: Callable[[Path], None]) -> None:
    """Apply ``patches`` to the file behind ``handle`` (from ``for_writing``), one after the other, and let ``check`` look at it.

    Raises ``LabelError`` (BL-LABEL-024 disk full) and whatever ``check`` raises; the file is then as it was.
    """
    size = handle.seek(0, os.SEEK_END)
    with refusals(path):
        _write_undo(path, handle, patches, size)
        try:
            for patch in patches:
                _put_at(handle, patch.offset, patch.data)
            _sync(handle.fileno())
            check(path)
        except BaseException:
            _undo(path, handle)
            raise
        undo_path(path).unlink()


def recover(path: Path) -> bool:
    """Undo what a crash left half done; True if there was something. A damaged journal means that patching had not begun."""
    if not undo_path(path).exists():
        return False
    with for_writing(path):
        return True


def undo_path(path: Path) -> Path:
    """Where the undo journal of ``path`` lies while it is patched; a name that leaves no room for the ending stands there as its digest."""
    name = path.name if len(os.fsencode(path.name)) <= _LONGEST_NAME else hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return path.with_name(f".{name}.brightline-undo")


# Pieces


def _put(source: Source, plan: Plan, out: BinaryIO) -> None:
    for piece in plan.pieces:
        if isinstance(piece, bytes):
            _put_all(out, piece)
        elif piece.stop - piece.start >= CHUNK and source.fileno() is not None and not isinstance(out, BytesIO):
            _copy(source, piece, out)
        else:
            for chunk in source.chunks(piece.start, piece.stop):
                _put_all(out, chunk)


def _copy(source: Source, piece: Kept, out: BinaryIO) -> None:
    """A long range from file to file: its blocks shared where the file system does that, else read and written through one buffer.

    Not copy_file_range(2): where blocks cannot be shared it copies through pipes, and from the middle of a file slower than this.
    """
    out.flush()
    at, taken_from, written_to = out.tell(), source.fileno(), out.fileno()
    shift, start = at - piece.start, piece.start
    edge = -start % _BLOCK
    shared = (piece.stop - start - edge) // _BLOCK * _BLOCK
    if taken_from is not None and shift % _BLOCK == 0 and _shared(taken_from, start + edge, shared, written_to, at + edge):
        _copied_through_a_buffer(source, Kept(start, start + edge), written_to, shift)
        start += edge + shared
    _copied_through_a_buffer(source, Kept(start, piece.stop), written_to, shift)
    out.seek(0, os.SEEK_END)


def _shared(taken_from: int, start: int, length: int, written_to: int, at: int) -> bool:
    """Let both files use the same blocks of the disk until one of them changes (FICLONERANGE, ioctl_ficlonerange(2): Btrfs, XFS, NFS 4.2)."""
    try:
        fcntl.ioctl(written_to, _CLONE_RANGE, struct.pack("qQQQ", taken_from, start, length, at))
    except OSError:
        return False
    return True


def _copied_through_a_buffer(source: Source, piece: Kept, written_to: int, shift: int) -> None:
    """Raises ``Truncated`` where the file became shorter while it was copied."""
    taken_from, start = source.fileno(), piece.start
    buffer = memoryview(bytearray(_BUFFER if start < piece.stop else 0))
    while taken_from is not None and start < piece.stop:
        wanted = min(piece.stop - start, _BUFFER - (start + shift) % _BUFFER)  # whole blocks of the target
        view = buffer[: os.preadv(taken_from, [buffer[:wanted]], start)]
        if not view:
            source.read(start, piece.stop - start)
        while view:
            count = os.pwrite(written_to, view, start + shift)
            view, start = view[count:], start + count


def _put_all(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


def _put_at(handle: BinaryIO, offset: int, data: bytes) -> None:
    handle.seek(offset)
    _put_all(handle, data)


# The undo journal: magic, old size, count; offset, lengths, old and new bytes of each patch; SHA-256 of all before


def _write_undo(path: Path, handle: BinaryIO, patches: tuple[Patch, ...], size: int) -> None:
    body = bytearray(_UNDO_MAGIC + struct.pack(">QQ", size, len(patches)))
    for patch in patches:
        handle.seek(patch.offset)
        old = handle.read(max(0, min(len(patch.data), size - patch.offset)))
        body += _UNDO_HEAD.pack(patch.offset, len(old), len(patch.data)) + old + patch.data
    journal = undo_path(path)
    try:
        with journal.open("xb") as out:  # never through a link that somebody has laid there
            os.fchmod(out.fileno(), 0o600)
            out.write(body + hashlib.sha256(body).digest())
            out.flush()
            _sync(out.fileno())
    except OSError:
        journal.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _undo(path: Path, handle: BinaryIO) -> None:
    journal = undo_path(path)
    try:
        raw = journal.read_bytes() if journal.stat().st_size <= _LONGEST_UNDO else b""
    except FileNotFoundError:
        return
    body, digest = raw[:-32], raw[-32:]
    if body.startswith(_UNDO_MAGIC) and hashlib.sha256(body).digest() == digest:
        size, count = struct.unpack_from(">QQ", body, len(_UNDO_MAGIC))
        changes = list(_changes(body, len(_UNDO_MAGIC) + 16, count))
        if _is_between(handle, size, changes):
            for change in changes:
                _put_at(handle, change.offset, change.old)
            handle.truncate(size)
            _sync(handle.fileno())
    journal.unlink(missing_ok=True)


class _Change(NamedTuple):
    """One patch as the journal has it."""

    offset: int
    old: bytes
    new: bytes

    def wants(self, at: int) -> int | None:
        """The byte that the patch puts at this place of the file; None where it puts none."""
        return self.new[at - self.offset] if 0 <= at - self.offset < len(self.new) else None


def _changes(body: bytes, at: int, count: int) -> Iterator[_Change]:
    for _ in range(count):
        offset, before, after = _UNDO_HEAD.unpack_from(body, at)
        at += _UNDO_HEAD.size
        yield _Change(offset, body[at : at + before], body[at + before : at + before + after])
        at += before + after


def _is_between(handle: BinaryIO, size: int, changes: list[_Change]) -> bool:
    """True if a crash can have left the file like this: as long as before, as behind, or between; each byte of a patch as before or as
    some patch wants it (beyond the old end also zero: the system may have made the file longer before it wrote there)."""
    now = handle.seek(0, os.SEEK_END)
    if not size <= now <= max([size, *(change.offset + len(change.new) for change in changes)]):
        return False
    for change in changes:
        handle.seek(change.offset)
        there = handle.read(max(0, min(len(change.new), now - change.offset)))
        before = change.old.ljust(len(there), b"\x00")
        if there in (before[: len(there)], change.new[: len(there)]):
            continue
        for at, (byte, *known) in enumerate(zip(there, before, change.new, strict=False)):
            if byte not in known and not any(byte == other.wants(change.offset + at) for other in changes):
                return False
    return True


# Around the file system


def _busy(path: Path) -> LabelError:
    return LabelError("BL-LABEL-021", f"{path.name} is being labelled by somebody else", "wait for the other process, then try again")


@contextlib.contextmanager
def refusals(target: Path) -> Iterator[None]:
    """Turns what a file system refuses around ``target`` into ``LabelError``: BL-LABEL-023 not writable, -024 no room."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise LabelError(
                "BL-LABEL-024", f"no room for {target.name}: {problem.strerror}", "make room on the disk; the original is as it was"
            ) from None
        if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ENOTDIR):
            raise LabelError(
                "BL-LABEL-023", f"{target.name} cannot be written: {problem.strerror}", "check who may write there, or name another place"
            ) from None
        raise


_sync = os.fdatasync if hasattr(os, "fdatasync") else os.fsync
"""The bytes of a file and its length on the disk; its times may follow later (fdatasync(2))."""


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
