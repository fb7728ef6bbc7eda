"""A long download: written by a thread of its own, sent as it is made, in constant memory, and accounted for at its end.

The writer fills one piece while a few others wait for the network; then it waits too. Where the reader breaks off, the
writer is stopped at its next piece. Whatever happens, ``ended`` is called once with what was really sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Literal, NamedTuple

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

__all__ = ["BrokenOff", "Download", "Sent", "Sink"]

_PIECE_BYTES = 65_536
_WAITING_PIECES = 4
_LONGEST_WAIT_S = 0.5  # a slow search shows its first rows at once


class Sent(NamedTuple):
    """What went out: ``whole``, ``broken off`` by the reader, or ``failed`` on our side; bytes and their SHA-256 (hex)."""

    how: Literal["whole", "broken off", "failed"]
    size_bytes: int
    sha256: str


class BrokenOff(Exception):
    """Nobody reads any more: raised in the writer's thread."""


class Sink:
    """Where the writer puts its bytes: a binary file that can only be written. Safe for one thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING_PIECES)
        self._pieces: list[bytes] = []
        self._size = 0
        self._passed_at = 0.0
        self.stopped = threading.Event()

    def write(self, data: bytes) -> int:
        """Take some bytes; waits while the network is slower. Raises ``BrokenOff``."""
        if self.stopped.is_set():
            raise BrokenOff
        self._pieces.append(bytes(data))
        self._size += len(data)
        if self._size >= _PIECE_BYTES or time.monotonic() - self._passed_at >= _LONGEST_WAIT_S:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Pass on what was written so far."""
        if self._size:
            self._pass(b"".join(self._pieces))
            self._pieces, self._size, self._passed_at = [], 0, time.monotonic()

    def close(self) -> None:
        """The end of the file."""
        self.flush()
        self._pass(None)

    async def next(self) -> bytes | None:
        """The next piece, None at the end."""
        return await self._queue.get()

    def _pass(self, piece: bytes | None) -> None:
        waiting = asyncio.run_coroutine_threadsafe(self._queue.put(piece), self._loop)
        while True:
            try:
                waiting.result(_LONGEST_WAIT_S)
                return
            except FutureTimeout:
                if self.stopped.is_set() or self._loop.is_closed():
                    waiting.cancel()
                    raise BrokenOff from None
            except FutureCancelled:
                raise BrokenOff from None


class Download(Response):
    """A response whose body ``write`` makes in a thread; ``ended`` learns what was sent."""

    def __init__(
        self,
        write: Callable[[Sink], None],
        *,
        media_type: str,
        headers: Mapping[str, str],
        ended: Callable[[Sent], Awaitable[None]],
    ) -> None:
        self._write = write
        self._ended = ended
        super().__init__(media_type=media_type, headers=headers)
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send head, pieces and end; then account for it."""
        sink = Sink(asyncio.get_running_loop())
        problems: list[BaseException] = []
        thread = threading.Thread(target=_run, args=(self._write, sink, problems), name="brightline-export", daemon=True)
        digest, size = hashlib.sha256(), 0
        how: Literal["whole", "broken off", "failed"] = "broken off"
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            thread.start()
            while (piece := await _unless(gone, sink.next())) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                digest.update(piece)
                size += len(piece)
            if problems:
                how = "failed"
                raise problems[0]
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            how = "whole"
        except (BrokenOff, OSError):
            pass  # the reader went away: said in the account below
        finally:
            gone.cancel()
            sink.stopped.set()
            await asyncio.shield(self._ended(Sent(how, size, digest.hexdigest())))


def _run(write: Callable[[Sink], None], sink: Sink, problems: list[BaseException]) -> None:
    try:
        write(sink)
    except BrokenOff:
        return
    except BaseException as problem:
        if sink.stopped.is_set():
            return
        problems.append(problem)
    with contextlib.suppress(BrokenOff):
        sink.close()


async def _gone(receive: Receive) -> None:
    """Return when the client has."""
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return


async def _unless(gone: asyncio.Future[None], piece: Awaitable[bytes | None]) -> bytes | None:
    """The piece. Raises ``BrokenOff`` if the client goes first."""
    coming = asyncio.ensure_future(piece)
    waiting: set[asyncio.Future[Any]] = {coming, gone}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()
        raise BrokenOff
    return coming.result()
