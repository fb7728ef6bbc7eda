"""Rooms for files on disk: bounded, emptied whatever happens, and swept after a crash."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.types import Message

from brightline.errors import BrightlineError, RateLimited, StoreError
from brightline.server.uploads import Room, Spool, SpooledResponse


def rooms(home: Path) -> list[Path]:
    return sorted((home / "spool").glob("spool-*/room-*"))


def test_a_room_is_there_while_it_is_used_and_gone_afterwards(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    async def use() -> None:
        async with spool.room() as room:
            (room.folder / "file.png").write_bytes(b"x")
            assert rooms(tmp_path) == [room.folder]

    asyncio.run(use())
    assert rooms(tmp_path) == []
    assert spool.open_rooms == 0


def test_nobody_else_may_look_into_a_room(tmp_path: Path) -> None:
    async def use() -> None:
        async with Spool(tmp_path).room() as room:
            assert {folder.stat().st_mode & 0o777 for folder in (room.folder, room.folder.parent, tmp_path / "spool")} == {0o700}

    asyncio.run(use())


def test_a_room_goes_when_its_work_fails_or_is_cancelled(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    async def fail(problem: BaseException) -> None:
        async with spool.room() as room:
            (room.folder / "file").touch()
            raise problem

    for problem in (ValueError("wrong"), asyncio.CancelledError()):
        with pytest.raises(type(problem)):
            asyncio.run(fail(problem))
        assert rooms(tmp_path) == []
    assert spool.open_rooms == 0


def test_more_rooms_than_there_are_must_wait(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_rooms=2)

    async def use() -> BrightlineError:
        async with spool.room(), spool.room():
            with pytest.raises(RateLimited) as caught:
                async with spool.room():
                    pass
        async with spool.room():
            return caught.value

    assert asyncio.run(use()).code == "BL-ACCESS-006"


def test_one_owner_leaves_room_for_others(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_rooms=4)

    async def use() -> BrightlineError:
        async with spool.room("a"), spool.room("a"):
            async with spool.room("a"), spool.room("b"):
                pass
            async with spool.room("a"):
                with pytest.raises(RateLimited) as caught:
                    async with spool.room("a"):
                        pass
                async with spool.room("b"):
                    return caught.value

    assert asyncio.run(use()).code == "BL-ACCESS-006"
    assert spool.open_rooms == 0


def test_no_more_files_are_worked_on_at_once_than_allowed(tmp_path: Path) -> None:
    spool = Spool(tmp_path, at_once=2)
    both, third = threading.Barrier(3), threading.Event()

    async def use() -> None:
        async with spool.room() as room:
            busy = [asyncio.ensure_future(room.work(both.wait, 30)) for _ in range(2)]
            late = asyncio.ensure_future(room.work(third.set))
            assert not third.is_set()
            await asyncio.to_thread(both.wait, 30)
            await asyncio.gather(*busy, late)

    asyncio.run(use())
    assert third.is_set()


def test_what_a_killed_process_left_is_swept_at_the_next_start_and_what_lives_is_not(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys\nfrom pathlib import Path\nfrom brightline.server.uploads import Spool\n"
        "async def use():\n    async with Spool(Path(sys.argv[1])).room() as room:\n"
        "        (room.folder / 'film.mp4').write_bytes(b'x'); os.kill(os.getpid(), 9)\nasyncio.run(use())\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60)
    assert [file.name for room in rooms(tmp_path) for file in room.iterdir()] == ["film.mp4"]

    async def use() -> None:
        first = Spool(tmp_path)
        assert rooms(tmp_path) == []
        async with first.room() as room:
            Spool(tmp_path)
            assert rooms(tmp_path) == [room.folder]

    asyncio.run(use())


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes: what a full disk is to a writer, within one process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    async def use() -> None:
        async with spool.room() as room:
            await room.work((room.folder / "big").write_bytes, bytes(1 << 20))

    with files_up_to(64 * 1024), pytest.raises(StoreError) as caught:
        asyncio.run(use())
    assert caught.value.code == "BL-STORE-013"
    assert rooms(tmp_path) == []


def test_another_error_of_the_system_stays_what_it_is(tmp_path: Path) -> None:
    async def use() -> None:
        async with Spool(tmp_path).room() as room:
            await room.work((room.folder / "missing").read_bytes)

    with pytest.raises(FileNotFoundError):
        asyncio.run(use())


def test_a_home_without_a_place_for_rooms_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"in the way")

    async def use() -> None:
        async with Spool(tmp_path).room():
            pass

    with pytest.raises(StoreError) as caught:
        asyncio.run(use())
    assert caught.value.code == "BL-STORE-013"


class TestResponses:
    """An answer that is a file."""

    async def _sent(self, room: Room, response: SpooledResponse, breaks_after: int = sys.maxsize) -> list[Message]:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            assert not room.folder.exists()
            if len(messages) >= breaks_after:
                raise OSError("the client has gone")
            messages.append(message)

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        await response({"type": "http"}, receive, send)
        return messages

    def test_bytes_and_files_go_out_in_order_with_their_length_and_nothing_lies_there_meanwhile(self, tmp_path: Path) -> None:
        content, spool = os.urandom(700_000), Spool(tmp_path)

        async def use() -> list[Message]:
            async with spool.room() as room:
                (room.folder / "file").write_bytes(content)
                response = SpooledResponse(room, [b"head", room.folder / "file", b"tail"], media_type="image/png", headers={"X-Name": "a"})
            assert room.folder.is_dir()
            assert spool.open_rooms == 1
            return await self._sent(room, response)

        start, *bodies = asyncio.run(use())
        headers = dict(start["headers"])
        assert b"".join(message["body"] for message in bodies) == b"head" + content + b"tail"
        assert headers[b"content-length"] == b"700008"
        assert (headers[b"content-type"], headers[b"x-name"]) == (b"image/png", b"a")
        assert max(len(message["body"]) for message in bodies) <= 1 << 18
        assert [message.get("more_body", False) for message in bodies[-2:]] == [True, False]
        assert (rooms(tmp_path), spool.open_rooms) == ([], 0)

    def test_a_client_that_breaks_off_leaves_no_file(self, tmp_path: Path) -> None:
        async def use() -> None:
            async with Spool(tmp_path).room() as room:
                (room.folder / "file").write_bytes(bytes(700_000))
                response = SpooledResponse(room, [room.folder / "file"], media_type="image/png", headers={})
            await self._sent(room, response, breaks_after=2)

        with pytest.raises(OSError, match="gone"):
            asyncio.run(use())
        assert rooms(tmp_path) == []
