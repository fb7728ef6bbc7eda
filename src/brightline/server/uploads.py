"""Files that come in over HTTP: spooled to disk as they arrive, worked on in a bounded pool, sent back as a stream.

No file lies in memory whole. Each request has a *room*, a folder of its own under ``home/spool``, which goes when the answer has
been made, when the client breaks off and when anything fails. Rooms lie in a folder of their spool, whose lock ends with the
process: what a killed process left is swept at the next start, and what another process still works on is left alone.
A body is one file as it is, or ``multipart/form-data`` (RFC 7578) with named files and short text fields (``received.py``).
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
import tempfile
import threading
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from brightline.errors import RateLimited, StoreError
from brightline.labels.errors import LabelError

__all__ = ["Room", "Spool", "SpooledResponse", "Upload", "no_place"]

_T = TypeVar("_T")

_AT_ONCE = max(2, os.cpu_count() or 2)
"""Files worked on at the same time. Own choice: marking and ffmpeg fill a core each."""

_MOST_ROOMS = 32  # requests with a file, waiting ones included; own choice: what a disk holds, and a client waits for
_SILENCE_S = 60.0  # own choice: a client that takes nothing for a minute has gone
_CHUNK_BYTES = 1 << 18
_LOCK = "lock"
_NO_PLACE = "BL-STORE-013"
_NO_ROOM_TO_WRITE = "BL-LABEL-024"
_FREE_SPACE = "the operator should free space in the home folder"
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived: where it lies, what its sender called it (no folders), and how long it is."""

    path: Path
    name: str
    size: int


class Room:
    """The folder of one request."""

    def __init__(self, spool: Spool, folder: Path, owner: str) -> None:
        self.folder = folder
        self.owner = owner
        self.is_handed_over = False  # to a response, which closes it when it has been sent
        self._spool = spool
        self._is_open = True

    async def work(self, function: Callable[..., _T], *args: Any, **named: Any) -> _T:
        """Run what blocks on the spool's threads. A disk that is full is ``StoreError`` BL-STORE-013."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._spool.pool, partial(function, *args, **named))
        except OSError as problem:
            if problem.errno in _DISK:
                raise no_place(problem) from None
            raise
        except LabelError as problem:
            if problem.code == _NO_ROOM_TO_WRITE:  # in a room it is this service's disk that is full, not the caller's
                raise StoreError(_NO_PLACE, "the file that was made cannot be kept until it is sent", _FREE_SPACE) from None
            raise

    async def close(self) -> None:
        """Remove the folder and all in it, and give the place to the next; once is enough."""
        if self._is_open:
            self._is_open = False
            self._spool.leave(self.owner)
            await self.clear()

    async def clear(self) -> None:
        """Remove the folder and all in it; the place stays taken."""
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, self.folder, True))


class Spool:
    """The rooms of one door.

    ``most_rooms`` bounds what it takes in, three quarters of it what one owner brings (own choice: a single slow or hostile key leaves
    room for the others), ``at_once`` what it works on at the same time.
    """

    def __init__(self, home: Path, *, most_rooms: int = _MOST_ROOMS, at_once: int = _AT_ONCE) -> None:
        self.pool = ThreadPoolExecutor(at_once, thread_name_prefix="brightline-file")
        self.open_rooms = 0
        self._root = home / "spool"
        self._most_rooms = most_rooms
        self._most_of_one = max(1, most_rooms * 3 // 4)
        self._of_owner: Counter[str] = Counter()
        self._own: Path | None = None
        self._making = threading.Lock()
        _sweep(self._root)

    @asynccontextmanager
    async def room(self, owner: str = "") -> AsyncIterator[Room]:
        """A room that is closed on the way out, unless it was handed over to the response. ``owner``: whose it is, where that is known.

        Raises ``RateLimited`` BL-ACCESS-006 while all are taken, or all that one owner gets; ``StoreError`` BL-STORE-013 where the disk
        has no place.
        """
        if self.open_rooms >= self._most_rooms or (owner and self._of_owner[owner] >= self._most_of_one):
            raise RateLimited("BL-ACCESS-006", "too many files are being worked on at the moment", "try again soon", retry_after_s=5)
        self.open_rooms += 1
        self._of_owner[owner] += 1
        try:
            folder = await asyncio.to_thread(self._made)
        except BaseException as problem:
            self.leave(owner)
            if isinstance(problem, OSError):
                raise no_place(problem) from None
            raise
        room = Room(self, folder, owner)
        try:
            yield room
        except BaseException:
            await room.close()
            raise
        if not room.is_handed_over:
            await room.close()

    def leave(self, owner: str) -> None:
        """Give the place of a room to the next."""
        self.open_rooms -= 1
        self._of_owner[owner] -= 1
        if not self._of_owner[owner]:
            del self._of_owner[owner]

    def _made(self) -> Path:
        with self._making:
            if self._own is None or not self._own.is_dir():
                self._own, lock = _claimed(self._root)
                weakref.finalize(self, _given_up, self._own, lock)
        return Path(tempfile.mkdtemp(prefix="room-", dir=self._own))


class SpooledResponse(Response):
    """An answer made of bytes and of files in a room, in that order.

    The files are opened and their names removed before the first byte leaves, so that nothing stays however sending ends.
    """

    def __init__(self, room: Room, pieces: Sequence[bytes | Path], *, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(None, media_type=media_type, headers=headers)
        self.headers["content-length"] = str(sum(len(piece) if isinstance(piece, bytes) else piece.stat().st_size for piece in pieces))
        self._pieces = pieces
        self._room = room
        room.is_handed_over = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and leave nothing behind. A client that takes nothing for a minute is cut off: the answer stays unfinished."""
        try:
            with ExitStack() as stack:
                opened = [piece if isinstance(piece, bytes) else stack.enter_context(piece.open("rb", 0)) for piece in self._pieces]
                await self._room.clear()
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                for piece in opened:
                    if isinstance(piece, bytes):
                        await _taken(send, piece)
                        continue
                    while chunk := await asyncio.to_thread(piece.read, _CHUNK_BYTES):
                        await _taken(send, chunk)
                await send({"type": "http.response.body", "body": b""})
        finally:
            await self._room.close()


def no_place(problem: OSError) -> StoreError:
    """What a caller is told when the disk takes no more."""
    return StoreError(_NO_PLACE, f"the file cannot be kept while it is worked on: {problem.strerror}", _FREE_SPACE)


async def _taken(send: Send, data: bytes) -> None:
    async with asyncio.timeout(_SILENCE_S):
        await send({"type": "http.response.body", "body": data, "more_body": True})


def _claimed(root: Path) -> tuple[Path, int]:
    """A folder for the rooms of one spool, and the lock that keeps it as long as this process lives."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(root):
        folder = Path(tempfile.mkdtemp(prefix="spool-", dir=root))
        lock = os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _given_up(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _sweep(root: Path) -> None:
    """Remove what killed processes left: folders whose lock nobody holds."""
    if not root.is_dir():
        return
    with _alone(root):
        for folder in root.glob("spool-*"):
            try:
                with (folder / _LOCK).open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            except BlockingIOError:
                continue
            except FileNotFoundError:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process makes or sweeps folders meanwhile."""
    with (root / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
