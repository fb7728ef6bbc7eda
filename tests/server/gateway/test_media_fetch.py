"""A file behind an address is fetched from the public internet or from the model service itself, and from nowhere else."""

from __future__ import annotations

import asyncio
import gzip
import socket
from pathlib import Path

import pytest
from yarl import URL

from brightline.config import load_settings
from brightline.errors import UpstreamError
from brightline.server.gateway.media_fetch import MediaFetch, is_public, public_socket
from tests.server.gateway.upstream import FakeUpstream, Reply


def fetch(home: Path, address: str, upstream: str = "", **settings: int) -> bytes:
    async def get() -> bytes:
        media = MediaFetch(load_settings(home=home, upstream=upstream, upstream_connect_timeout_s=2, **settings))
        try:
            return await media.get(address)
        finally:
            await media.close()

    return asyncio.run(get())


def refusal(home: Path, address: str, upstream: str = "", **settings: int) -> str:
    with pytest.raises(UpstreamError) as refused:
        fetch(home, address, upstream, **settings)
    return refused.value.code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7F.1",
        "127.1",
        "0",
        "0.0.0.0",  # noqa: S104 - an address to be refused, nothing is bound
        "127.0.0.1.",
        "0177.0.0.1",
        "1.2.3.4.5",
        "①②⑦.⓪.⓪.①",
        "localhost",
        "LOCALHOST",
        "10.1.2.3",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::8.8.8.8]",
        "[2002:7f00:1::]",
        "[2001:0:808:808::80ff:fffe]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fec0::1]",
        "[fd00::1]",
        "[ff02::1]",
        "%31%32%37.0.0.1",
        "a b",
        "evil.example,127.0.0.1",
    ],
)
def test_no_writing_of_a_private_host_leads_there(tmp_path: Path, fake_upstream: FakeUpstream, host: str) -> None:
    fake_upstream.reset()
    fake_upstream.answer = Reply([b"secret"])
    assert refusal(tmp_path, f"http://{host}:{fake_upstream.port}/") == "BL-UPSTREAM-011"
    assert fake_upstream.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "cat.png",
        "//8.8.8.8/",
        "file:///etc/passwd",
        "gopher://8.8.8.8/",
        "http://",
        "http:///x",
        "http://[::1",
        "http://me@8.8.8.8/",
        "http://:secret@8.8.8.8/",
        "http://8.8.8.8:22/",
        "http://8.8.8.8:0/",
        "https://8.8.8.8/" + "x" * 9000,
    ],
)
def test_what_is_no_plain_address_of_the_web_is_not_fetched(tmp_path: Path, address: str) -> None:
    assert refusal(tmp_path, address) == "BL-UPSTREAM-011"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::"])
def test_public_addresses_count_as_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "2130706433", "127.1", "::1", "fe80::1%2"])
def test_the_socket_looks_at_the_address_once_more(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(OSError, match="private network"):
        public_socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))


def test_the_socket_of_a_public_address_is_made() -> None:
    with public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80))) as made:
        assert made.family == socket.AF_INET


def test_the_model_services_own_origin_may_be_private(tmp_path: Path, fake_upstream: FakeUpstream) -> None:
    fake_upstream.answer = Reply([b"cat"])
    assert fetch(tmp_path, fake_upstream.url.removesuffix("/v1") + "/cat", fake_upstream.url) == b"cat"


def test_another_port_of_the_same_host_is_not_the_model_service(tmp_path: Path, fake_upstream: FakeUpstream) -> None:
    assert refusal(tmp_path, f"http://127.0.0.1:{fake_upstream.port ^ 1}/cat", fake_upstream.url) == "BL-UPSTREAM-011"


def test_a_file_over_the_bound_is_given_up(tmp_path: Path, fake_upstream: FakeUpstream) -> None:
    for chunked in (False, True):
        fake_upstream.answer = Reply([b"x" * 1024, b"x" * 1024], chunked=chunked)
        assert refusal(tmp_path, f"{fake_upstream.url}/cat", fake_upstream.url, label_max_file_bytes=1024) == "BL-UPSTREAM-007"


def test_a_packed_file_is_not_unpacked(tmp_path: Path, fake_upstream: FakeUpstream) -> None:
    fake_upstream.answer = Reply([gzip.compress(bytes(10_000))], headers={"content-encoding": "gzip"})
    assert refusal(tmp_path, f"{fake_upstream.url}/cat", fake_upstream.url) == "BL-UPSTREAM-012"


def test_a_file_that_breaks_off_is_no_file(tmp_path: Path, fake_upstream: FakeUpstream) -> None:
    fake_upstream.answer = Reply([b"x" * 100], headers={"content-length": "1000"}, cut=True)
    assert refusal(tmp_path, f"{fake_upstream.url}/cat", fake_upstream.url) == "BL-UPSTREAM-012"


def test_the_model_service_is_asked_with_its_key_only_where_it_led_to_itself(tmp_path: Path) -> None:
    media = MediaFetch(load_settings(home=tmp_path, upstream="http://127.0.0.1:8000/v1"))
    own = URL("http://127.0.0.1:8000/v1/files/1")
    media.require_allowed(own, as_own=True)
    with pytest.raises(UpstreamError) as refused:
        media.require_allowed(own, as_own=False)  # a host of others redirects to it
    assert refused.value.code == "BL-UPSTREAM-011"
