"""Files of several megabytes over real sockets: two at once, clients that break off, a disk that takes no more."""

from __future__ import annotations

import re
import socket
import struct
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest

from tests.server.api.label_files import spooled
from tests.server.face.site import Site
from tests.server.test_uploads import files_up_to

LABELS = "/api/v1/labels"
MEGABYTE = 1 << 20


def sound(megabytes: int) -> bytes:
    """A WAV file: header and samples."""
    samples = bytes(range(256)) * (megabytes * MEGABYTE // 256)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 48_000, 96_000, 2, 16)
    chunks = form + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def samples_of(wav: bytes) -> bytes:
    at = wav.index(b"data")
    (length,) = struct.unpack_from("<I", wav, at + 4)
    return wav[at + 8 : at + 8 + length]


def emptied(site: Site, client: httpx.Client) -> bool:
    """Whether all rooms are gone, given the time of some hundred other calls."""
    return any(client.get("/openapi.json").status_code == 200 and spooled(site) == [] for _ in range(300))


def test_two_clients_at_once_send_and_get_several_megabytes(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(sound(6))
    calls = [
        subprocess.Popen(
            ["curl", "-sS", "--fail", "--max-time", "120", "-H", f"Authorization: Bearer {site.key}", "-F", "file=@a.wav", "-o", f"{number}.wav",
             "-D", f"{number}.headers", f"{site.url}{LABELS}/mark?explicit=false"],
            cwd=tmp_path,
        )
        for number in range(2)
    ]  # fmt: skip
    assert [call.wait(130) for call in calls] == [0, 0]
    numbers = set()
    for number in range(2):
        headers = (tmp_path / f"{number}.headers").read_text("ascii").lower()
        assert "content-type: audio/" in headers
        assert samples_of((tmp_path / f"{number}.wav").read_bytes()) == samples_of(sound(6))
        numbers.add(re.findall(rb'"ProduceID":"([^"]+)"', (tmp_path / f"{number}.wav").read_bytes())[0])
    assert len(numbers) == 2


def connected(site: Site) -> socket.socket:
    address = urlsplit(site.url)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def head(site: Site, route: str, length: int) -> bytes:
    lines = [f"POST {LABELS}/{route} HTTP/1.1", "Host: x", f"Authorization: Bearer {site.key}", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "Content-Type: audio/wav", "", ""]).encode()


def test_a_client_that_breaks_off_while_it_sends_leaves_nothing(site: Site, client: httpx.Client) -> None:
    with connected(site) as wire:
        wire.sendall(head(site, "mark", 8 * MEGABYTE) + sound(3))
        assert any(client.get("/openapi.json").status_code == 200 and spooled(site) for _ in range(300))
    assert emptied(site, client)


def test_a_client_that_breaks_off_while_it_is_answered_leaves_nothing(site: Site, client: httpx.Client) -> None:
    data = sound(6)
    with connected(site) as wire:
        wire.sendall(head(site, "mark?explicit=false", len(data)) + data)
        assert wire.recv(64).startswith(b"HTTP/1.1 200")
    assert emptied(site, client)


@pytest.mark.parametrize("spare", [-MEGABYTE, 100], ids=["while it comes", "while it is labelled"])
def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(site: Site, client: httpx.Client, spare: int) -> None:
    data = sound(6)
    with files_up_to(len(data) + spare):
        answer = client.post(f"{LABELS}/mark?explicit=false", content=data)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "spool" not in answer.text
    assert emptied(site, client)
    assert client.post(f"{LABELS}/mark?explicit=false&answer=document", content=data).status_code == 200
