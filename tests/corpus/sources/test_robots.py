from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.sources import read_ai_txt, read_robots, read_tdm

DAY = date(2026, 11, 23)
URL = "https://site.example/robots.txt"


def robots(text: str, **options: object) -> str:
    return read_robots(text.encode(), URL, fetched_on=DAY, **options).verdict  # type: ignore[arg-type]


def test_robots_are_read_for_ones_own_crawler_and_paths() -> None:
    assert robots("User-agent: *\nDisallow: /\n") == "refused"
    assert robots("User-agent: *\nDisallow:\n") == "allowed"
    assert robots("User-agent: *\nDisallow: /private\n", paths=("/public", "/private/x")) == "partly"
    assert robots("User-agent: mine\nDisallow: /\n", agent="mine") == "refused"
    assert robots("\ufeffUser-agent: *\nDisallow: /\n") == "refused"


@pytest.mark.parametrize(
    ("text", "path", "verdict"),
    [
        ("User-agent: *\nDisallow: /*\n", "/", "refused"),  # RFC 9309, 2.2.3: special characters
        ("User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf", "refused"),
        ("User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf?x", "allowed"),
        ("User-agent: *\nAllow: /\nDisallow: /private\n", "/private/x", "refused"),  # 2.2.2: the longest match, not the first
        ("User-agent: *\nDisallow: /\nAllow: /open\n", "/open/x", "partly"),  # one's own path is open, the root is not for those that train
        ("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", "allowed"),  # of two as long, the one that permits
        ("User-agent: *\n\nDisallow: /\n", "/", "refused"),  # 2.2: an empty line ends nothing
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n", "/b", "refused"),  # 2.2.1: groups of one agent are one
        ("User-agent: other\nUser-agent: *\nDisallow: /\n", "/", "refused"),
        ("User-agent: *\nDisallow: /\nUser-agent: mine\nDisallow:\n", "/x", "partly"),  # 2.2.1: its own group, not that of others
        ("User-agent: MINE/2.0\nDisallow: /\n", "/x", "refused"),
        ("User-agent: *\nSitemap: https://site.example/map.xml\nDisallow: /\n", "/", "refused"),
        ("User-agent: *\nDisallow: /文\n", "/%e6%96%87/1", "refused"),  # 2.2.2: octets are compared, however they are written
        ("User-agent: *\nDisallow: /%7Euser\n", "/~user", "refused"),
        ("User-agent: *\nDisallow: /a*b*c\n", "/axxbxx", "allowed"),
        ("Disallow: /\n", "/", "allowed"),  # of no group
    ],
)
def test_robots_are_read_by_rfc_9309(text: str, path: str, verdict: str) -> None:
    assert robots(text, agent="mine", paths=(path,)) == verdict


def test_who_refuses_crawlers_that_train_has_said_something() -> None:
    found = read_robots(b"User-agent: GPTBot\nDisallow: /\n", URL, fetched_on=DAY, agent="mine")
    assert (found.verdict, found.detail) == ("partly", "GPTBot /")


def test_a_snapshot_is_evidence() -> None:
    content = b"User-agent: *\nDisallow: /\n"
    found = read_robots(content, URL, fetched_on=DAY)
    assert (found.sha256, found.fetched_on, found.url) == (hashlib.sha256(content).hexdigest(), DAY, URL)


def test_what_is_absent_refuses_nothing_and_is_not_unknown() -> None:
    assert [read(None, URL, fetched_on=DAY).verdict for read in (read_robots, read_ai_txt, read_tdm)] == ["absent"] * 3


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("User-Agent: *\nDisallow: /\n", "refused"),
        ("User-Agent: *\nDisallow: *\n", "refused"),
        ("User-Agent: *\nDisallow: *.txt  # prose\nDisallow: *.jpg\n", "partly"),
        ("User-Agent: *\nDisallow: *.jpg\nAllow: *.txt\n", "allowed"),
        ("", "allowed"),
    ],
)
def test_ai_txt_speaks_of_types_of_files(text: str, verdict: str) -> None:
    assert read_ai_txt(text.encode(), URL, fetched_on=DAY).verdict == verdict


@pytest.mark.parametrize(
    ("content", "header", "verdict"),
    [
        (b'[{"location": "/", "tdm-reservation": 1}]', "", "refused"),
        (b'[{"location": "/a", "tdm-reservation": 1}, {"location": "/b", "tdm-reservation": 0}]', "", "partly"),
        (b'[{"location": "/", "tdm-reservation": 0}]', "", "allowed"),
        (None, "1", "refused"),
        (None, " 0 ", "allowed"),
        (b"<html>", "", "partly"),
        (b'{"location": "/"}', "", "partly"),
    ],
)
def test_a_reservation_is_read_from_file_and_header(content: bytes | None, header: str, verdict: str) -> None:
    assert read_tdm(content, URL, fetched_on=DAY, reservation_header=header).verdict == verdict


@given(st.binary(max_size=200))
def test_no_bytes_break_a_reader(content: bytes) -> None:
    for read in (read_robots, read_ai_txt, read_tdm):
        assert read(content, URL, fetched_on=DAY).verdict in ("allowed", "refused", "partly")
