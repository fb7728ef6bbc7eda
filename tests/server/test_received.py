"""Bodies with files as they come over the wire: in any pieces, never beyond their limit, and nothing that was not announced."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from brightline.errors import BrightlineError, InputError, StoreError, TooLarge, TooSlow
from brightline.server.received import clean_name, received
from brightline.server.uploads import Spool
from tests.server.test_uploads import files_up_to, rooms

BOUNDARY = "----a-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, file_name: str | None = None, extra: str = "") -> bytes:
    disposition = f'form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name is not None else "") + extra
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def got(
    chunks: Sequence[bytes],
    kind: str = MULTIPART,
    *,
    limit: int = 1 << 20,
    files: Collection[str] = ("file",),
    fields: Collection[str] = (),
    name: str = "",
    length: int | None = None,
    breaks_off: bool = False,
) -> tuple[dict[str, tuple[str, str, bytes]], dict[str, str]]:
    """What ``received`` makes of a body that comes in ``chunks``: files as (name on disk, name, content), and fields."""
    messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"} if breaks_off else {"type": "http.request", "body": b"", "more_body": False})
    headers = [(b"content-type", kind.encode())] + ([(b"content-length", str(length).encode())] if length is not None else [])

    async def receive() -> Message:
        return messages.pop(0)

    async def use(home: Path) -> tuple[dict[str, tuple[str, str, bytes]], dict[str, str]]:
        async with Spool(home).room() as room:
            request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
            came = await received(request, room, limit, files=files, fields=fields, name=name)
            for file in came.files.values():
                assert file.size == file.path.stat().st_size
            return {key: (file.path.name, file.name, file.path.read_bytes()) for key, file in came.files.items()}, came.fields

    with tempfile.TemporaryDirectory() as home:
        try:
            return asyncio.run(use(Path(home)))
        finally:
            assert rooms(Path(home)) == []


def refused(kind: type[BrightlineError], *args: object, **named: object) -> str:
    with pytest.raises(kind) as caught:
        got(*args, **named)  # type: ignore[arg-type]  # handed on as they come
    return caught.value.code


class TestRaw:
    """The body is the file."""

    def test_it_is_the_file_under_the_name_of_the_query(self) -> None:
        assert got([b"ab", b"", b"c"], "image/png", name="cat.PNG")[0] == {"file": ("file.png", "cat.PNG", b"abc")}

    def test_without_a_name_and_without_a_kind_it_is_a_file_all_the_same(self) -> None:
        assert got([b"abc"], "")[0] == {"file": ("file", "", b"abc")}

    def test_an_empty_body_is_an_empty_file(self) -> None:
        assert got([], "image/png")[0] == {"file": ("file", "", b"")}

    def test_a_form_of_a_web_page_is_no_file(self) -> None:
        with pytest.raises(HTTPException) as caught:
            got([b"a=b"], "application/x-www-form-urlencoded")
        assert caught.value.status_code == 415

    @pytest.mark.parametrize("wanted", [{"files": ("before", "after")}, {"fields": ("recipient",)}])
    def test_where_more_is_wanted_than_one_file_only_a_form_will_do(self, wanted: dict[str, tuple[str, ...]]) -> None:
        with pytest.raises(HTTPException) as caught:
            got([b"abc"], "image/png", **wanted)  # type: ignore[arg-type]  # files or fields
        assert caught.value.status_code == 415


class TestForms:
    """The body is multipart/form-data."""

    def test_files_and_fields_come_by_their_names(self) -> None:
        body = form(part("before", b"1", "a.jpg"), part("note", "说明".encode()), part("after", b"22", "b.webp"))
        files, fields = got([body], files=("before", "after"), fields=("note",))
        assert files == {"before": ("before.jpg", "a.jpg", b"1"), "after": ("after.webp", "b.webp", b"22")}
        assert fields == {"note": "说明"}

    @settings(max_examples=60, deadline=None)
    @given(content=st.binary(max_size=200), cuts=st.lists(st.integers(0, 500), max_size=12))
    def test_any_cutting_of_the_body_gives_the_same_form(self, content: bytes, cuts: list[int]) -> None:
        body = form(part("file", content, "x.bin"), part("note", b"n"))
        ends = sorted({0, *(min(cut, len(body)) for cut in cuts), len(body)})
        chunks = [body[start:stop] for start, stop in pairwise(ends)]
        assert got(chunks, fields=("note",)) == ({"file": ("file.bin", "x.bin", content)}, {"note": "n"})

    @settings(max_examples=60, deadline=None)
    @given(body=st.binary(max_size=300), keep=st.integers(0, 300))
    def test_damage_is_an_error_of_ours_or_none(self, body: bytes, keep: int) -> None:
        whole = form(part("file", body, "x.bin"))
        try:
            got([whole[:keep] + body])
        except InputError as problem:
            assert problem.code in {"BL-INPUT-209", "BL-INPUT-210"}

    def test_names_in_other_scripts_come_in_either_way_of_writing(self) -> None:
        assert got([form(part("file", b"", "图片.png"))])[0]["file"][:2] == ("file.png", "图片.png")
        assert got([form(part("file", b"", extra="; filename*=UTF-8''%E5%9B%BE.png"))])[0]["file"][:2] == ("file.png", "图.png")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "BL-INPUT-209"),
            (b"nothing of the kind", "BL-INPUT-209"),
            (form(part("file", b"abc", "a"))[:-9], "BL-INPUT-209"),
            (form(), "BL-INPUT-210"),
            (form(part("note", b"n")), "BL-INPUT-210"),
            (form(part("file", b"1", "a"), part("file", b"2", "b")), "BL-INPUT-210"),
            (form(part("file", b"1", "a"), part("other", b"2")), "BL-INPUT-210"),
            (form(part("file", b"1", "a"), part("note", b"\xff")), "BL-INPUT-209"),
        ],
        ids=["empty", "no form", "cut off", "no parts", "no file", "twice", "unknown", "no UTF-8"],
    )
    def test_what_is_no_such_form_is_refused(self, body: bytes, code: str) -> None:
        assert refused(InputError, [body], fields=("note",)) == code

    @pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "b" * 71, "; boundary=边界"])
    def test_a_boundary_that_is_none_is_refused(self, boundary: str) -> None:
        assert refused(InputError, [form(part("file", b"1", "a"))], f"multipart/form-data{boundary}") == "BL-INPUT-209"


class TestLimits:
    """Nothing is kept beyond what the route allows."""

    def test_a_file_may_be_as_long_as_its_limit(self) -> None:
        assert len(got([bytes(1000)], "image/png", limit=1000)[0]["file"][2]) == 1000
        assert len(got([form(part("file", bytes(1000), "a"))], limit=1000)[0]["file"][2]) == 1000

    @pytest.mark.parametrize("chunks", [[bytes(1001)], [b"x"] * 1001])
    def test_one_byte_more_is_too_large(self, chunks: list[bytes]) -> None:
        assert refused(TooLarge, chunks, "image/png", limit=1000) == "BL-INPUT-413"
        assert refused(TooLarge, [form(part("file", b"".join(chunks), "a"))], limit=1000) == "BL-INPUT-413"

    def test_the_limit_holds_for_all_files_together(self) -> None:
        body = form(part("before", bytes(600), "a"), part("after", bytes(600), "b"))
        assert refused(TooLarge, [body], limit=1000, files=("before", "after")) == "BL-INPUT-413"

    def test_a_length_that_is_announced_is_believed_before_anything_is_read(self) -> None:
        assert refused(TooLarge, [], "image/png", limit=1000, length=1 << 40, breaks_off=True) == "BL-INPUT-413"

    @pytest.mark.parametrize(
        "body",
        [form(part("file", b"", "a"), part("note", bytes(5000))), form(part("file", b"", "a" * 100_000)), b"x" * 100_000],
        ids=["field", "header", "preamble"],
    )
    def test_what_stands_around_the_files_is_bounded_too(self, body: bytes) -> None:
        chunks = [body[start : start + 4096] for start in range(0, len(body), 4096)]
        assert refused(InputError, chunks, fields=("note",)) in {"BL-INPUT-413", "BL-INPUT-209"}

    def test_a_client_that_breaks_off_leaves_nothing(self) -> None:
        assert refused(TooSlow, [bytes(5000)], "image/png", breaks_off=True) == "BL-INPUT-208"
        assert refused(TooSlow, [form(part("file", bytes(5000), "a"))[:-20]], breaks_off=True) == "BL-INPUT-208"

    @pytest.mark.parametrize("kind", ["image/png", MULTIPART])
    def test_a_disk_that_takes_no_more_is_told(self, kind: str) -> None:
        body = bytes(200_000) if kind != MULTIPART else form(part("file", bytes(200_000), "a"))
        with files_up_to(64 * 1024):
            assert refused(StoreError, [body], kind) == "BL-STORE-013"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cat.png", "cat.png"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png"),
        ("x" * 300 + ".png", ("x" * 300 + ".png")[-255:]),
        ("..", ".."),
        ("", ""),
    ],
)
def test_of_a_name_only_its_last_part_counts_without_control_characters(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize("name", ["..", ".", "a.b/..", "x.p\u00e9g", "x." + "y" * 9, "x.-rf", "png"])
def test_on_disk_a_file_is_never_called_what_its_sender_wrote(name: str) -> None:
    assert got([b""], "image/png", name=name)[0]["file"][0] == "file"
