"""The words of text files, as people see them."""

from __future__ import annotations

import pytest

from brightline.labels.containers.source import Source
from brightline.labels.verification.examined import Skipped
from brightline.labels.verification.words import LONGEST_TEXT, words_of


@pytest.mark.parametrize(
    ("container", "data", "words"),
    [
        ("text", "长城".encode(), "长城"),
        ("text", "长城".encode("gb18030"), "长城"),
        ("text", "长城".encode("utf-16"), "长城"),
        ("text", b"\xef\xbb\xbfwall", "wall"),
        ("markdown", b"---\r\ntitle: x\r\n---\r\nbody", "body"),
        ("markdown", b"---\na: 1\n---\n\n---\nb: 2\n---\nbody", "body"),
        ("markdown", b"body\n\n---\n\nmore", "body\n\n---\n\nmore"),
        (
            "html",
            b"<html><head><title>t</title></head><body><!-- no --><script>x<y</script><p>One &amp; <b>two</b></p>three</body></html>",
            "One & two\nthree",
        ),
    ],
)
def test_the_words_are_what_people_see(container: str, data: bytes, words: str) -> None:
    assert words_of(Source(data), container) == words


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("a < b<p>c", "a < b\nc"),
        ("<head><title>t</title><body>seen", "seen"),
        ("<body>seen<script>x < y", "seen"),
        ("<body>seen<!-- to the end", "seen"),
        ("<body>seen<b", "seen"),
        ("<STYLE>p{}</STYLE ><P>seen</P>", "seen"),
        ("İİİİ<script>x</script>seen", "İİİİseen"),
        ("<?xml version='1.0'?><!doctype html><p>one<br/>two", "one\ntwo"),
    ],
)
def test_careless_pages_are_read_as_browsers_read_them(page: str, words: str) -> None:
    assert words_of(Source(page.encode()), "html") == words


@pytest.mark.parametrize("piece", ["<!--", "<", "<script ", "<head>", "<p", "</script", "<!-- -->", "<template></p>", "&amp;"])
def test_pages_made_to_exhaust_their_reader_are_read_in_one_pass(piece: str) -> None:
    page = "<script>x</script><head>" + piece * (LONGEST_TEXT // 2 // len(piece))

    assert isinstance(words_of(Source(page.encode()), "html"), str)


def test_other_files_have_no_words_here() -> None:
    assert words_of(Source(b"%PDF-1.7"), "pdf") is None


@pytest.mark.parametrize("data", [b"x" * (LONGEST_TEXT + 1), b"\xff\xfe\x00\xd8\x00\x00", b"\x80\x81\xff\xff"])
def test_a_text_that_cannot_be_read_was_not_looked_at(data: bytes) -> None:
    assert isinstance(words_of(Source(data), "text"), Skipped)
