"""Web archives: what is there is read, what is broken is told, the rest goes on."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.shard import ReadOptions
from tests.corpus.reading.reading_back import read, reasons, texts, write


def record(kind: str, body: bytes, *, url: str = "https://example.org/", http: bool = False) -> bytes:
    content_type = "application/http; msgtype=response" if http else "text/plain"
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return header.encode() + body + b"\r\n\r\n"


def page(body: bytes, *headers: str, media: str = "text/html; charset=utf-8") -> bytes:
    lines = "".join(f"{header}\r\n" for header in (f"Content-Type: {media}", *headers))
    return record("response", f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body, http=True)


PAGE = "<html><head><title>标题</title><script>var a;</script></head><body><p>第一 <b>段</b></p><div>second</div></body></html>"


def test_pages_of_an_archive_become_the_text_that_a_reader_sees(tmp_path: Path) -> None:
    content = (
        record("warcinfo", b"software: x") + record("request", b"GET /") + page(PAGE.encode()) + record("conversion", "纯文本".encode())
    )
    path = write(tmp_path, "a.warc", content)

    documents, rejects = read(path)

    assert [(row["text"], row["line"], row["url"]) for row in documents] == [
        ("标题\n第一 段\nsecond", 3, "https://example.org/"),
        ("纯文本", 4, "https://example.org/"),
    ]
    assert rejects == []
    packed = write(tmp_path, "b.warc.gz", b"".join(map(gzip.compress, (content, page(PAGE.encode())))))
    assert len(texts(packed)) == 3


def test_pages_are_decoded_as_they_say(tmp_path: Path) -> None:
    declared = page(PAGE.encode("gbk"), media="text/html; charset=GB2312")
    own = page(f"<meta charset='gbk'>{PAGE}".encode("gbk"), media="text/html")
    packed = page(gzip.compress(PAGE.encode()), "Content-Encoding: gzip")
    wrong = page(PAGE.encode("gbk"))
    unknown = page(PAGE.encode(), media="text/html; charset=klingon")
    path = write(tmp_path, "a.warc", declared + own + packed + wrong + unknown)

    assert texts(path) == ["标题\n第一 段\nsecond"] * 3
    assert reasons(path) == ["not_utf8", "not_decodable"]


def test_a_page_may_declare_for_itself_the_smaller_of_two_chinese_encodings(tmp_path: Path) -> None:
    """GB 2312 lacks 喆, which GBK and GB 18030 have: the standard of the web reads all three as the last."""
    path = write(tmp_path, "a.warc", page("<meta charset=gb2312><p>章喆</p>".encode("gbk"), media="text/html"))

    assert (texts(path), reasons(path)) == (["章喆"], [])


@pytest.mark.parametrize("name", ["punycode", "unicode_escape", "utf-7", "idna", "raw_unicode_escape", "hex"])
def test_what_python_calls_an_encoding_and_no_page_does_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "a.warc", page(b"<p>a-b</p>", media=f"text/html; charset={name}"))

    assert (texts(path), reasons(path)) == ([], ["not_decodable"])


def test_a_page_is_read_to_its_end_or_not_at_all(tmp_path: Path) -> None:
    deep = page(b"<p>before</p>" + b"<div>" * 300 + b"inside" + b"</div>" * 300 + b"<p>after</p>")
    long = page(b"<p>before</p><p>" + b"x" * 10_500_000 + b"</p><p>after</p>")
    too_deep = page(b"<p>before</p>" + b"<div>" * 3000 + b"inside" + b"</div>" * 3000 + b"<p>after</p>")
    path = write(tmp_path, "a.warc", deep + long + too_deep)

    assert [text.replace("x", "").split() for text in texts(path)] == [["before", "inside", "after"], ["before", "after"]]
    assert reasons(path) == ["not_html"]


def test_what_follows_the_end_of_a_page_belongs_to_it(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc", page(b"<html><body><p>one</p></body></html>\n<html><body><p>two</p></BODY ></html><p>three</p>"))

    assert texts(path) == ["one\ntwo\nthree"]


def test_a_reject_does_not_quote_a_page_that_only_says_it_is_chunked(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc", page(b"somebody, 13812345678", "Transfer-Encoding: chunked"))

    _documents, (reject,) = read(path)

    assert reject["reason"] == "not_warc"
    assert "somebody" not in reject["detail"]


@pytest.mark.parametrize("kind", ["request", "metadata"])
def test_a_record_that_is_not_read_and_breaks_off_is_told(tmp_path: Path, kind: str) -> None:
    cut = write(tmp_path, "a.warc", page(PAGE.encode()) + record(kind, b"x" * 100)[:-50])
    assert (len(texts(cut)), reasons(cut)) == (1, ["truncated"])

    swallowing = record(kind, b"x").replace(b"Content-Length: 1\r", b"Content-Length: 999999\r") + page(PAGE.encode())
    (reject,) = read(write(tmp_path, "b.warc", swallowing))[1]
    assert (reject["position"], reject["length"], reject["reason"]) == (0, len(swallowing), "truncated")


def test_beginnings_of_records_without_end_are_passed_over_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc", b"WARC/1.0\r\n" * 30_000 + b"\n" + page(PAGE.encode()))

    documents, rejects = read(path)

    assert len(documents) <= 1
    assert 4 <= len(rejects) <= 8
    assert {row["reason"] for row in rejects} <= {"not_warc"}


def test_what_is_no_text_in_an_archive_is_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc", page(b"\x89PNG", media="image/png") + page(b"", media="text/html"))

    assert (texts(path), reasons(path)) == ([], ["not_text", "not_html"])


def test_bytes_between_records_cost_themselves(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc", b"garbage\r\n\r\n" + page(PAGE.encode()) + b"more garbage WARC/" + page(PAGE.encode()))

    documents, rejects = read(path)

    assert len(documents) == 2
    assert [(row["position"], row["reason"]) for row in rejects] == [(0, "not_warc"), (11 + len(page(PAGE.encode())), "not_warc")]


def test_an_archive_that_breaks_off_is_told(tmp_path: Path) -> None:
    whole = page(PAGE.encode())
    cut = write(tmp_path, "a.warc", whole + whole[:-40])
    assert (len(texts(cut)), reasons(cut)) == (1, ["truncated"])
    gz = gzip.compress(whole)
    cut = write(tmp_path, "b.warc.gz", gz + gz[:-30])
    assert (len(texts(cut)), len(reasons(cut))) == (1, 1)


def test_records_of_an_archive_are_bounded(tmp_path: Path) -> None:
    long = page(b"<p>" + b"x" * 5000)
    bomb = page(gzip.compress(b"<p>" + b"x" * 50_000), "Content-Encoding: gzip")
    path = write(tmp_path, "a.warc", long + bomb + page(PAGE.encode()))

    assert len(texts(path, ReadOptions(most_line_bytes=2000))) == 1
    assert reasons(path, ReadOptions(most_line_bytes=2000)) == ["too_long", "unpacks_too_large"]


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=60), at=st.integers(0, 2))
def test_any_bytes_can_stand_in_an_archive(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    parts = [page(PAGE.encode()), page(PAGE.encode())]
    parts.insert(at, noise)
    path = write(tmp_path_factory.mktemp("warc"), "a.warc", b"".join(parts))

    documents, rejects = read(path)

    assert len(documents) == 2
    assert bool(rejects) == bool(noise.strip())


def test_a_damaged_member_of_a_packed_archive_costs_its_record_only(tmp_path: Path) -> None:
    words = "".join(f"<p>{number:x}</p>" for number in range(9_000_000, 9_030_000)).encode()
    records = [page(b"<p>one</p>"), page(words), page(b"<p>three</p>"), page(b"<p>four</p>")]
    members = [gzip.compress(each) for each in records]
    middle = len(members[1]) // 2
    members[1] = members[1][:middle] + bytes(byte ^ 0xFF for byte in members[1][middle : middle + 8]) + members[1][middle + 8 :]
    path = write(tmp_path, "a.warc.gz", b"".join(members))

    documents, (reject,) = read(path)

    assert [(row["text"], row["line"]) for row in documents] == [("one", 1), ("three", 3), ("four", 4)]
    assert (reject["position"], reject["line"], reject["reason"]) == (len(records[0]), 2, "corrupt")
    # What could be unpacked of the record, its header included: the places of all that follows are counted from there.
    assert documents[1]["position"] == reject["position"] + reject["length"]
    assert f"from {len(members[0])} to {len(members[0] + members[1])}" in reject["detail"]


def test_a_member_that_is_damaged_at_its_beginning_or_end_costs_its_record_only(tmp_path: Path) -> None:
    whole = gzip.compress(page(PAGE.encode()))
    for bad in (b"\x1f\x8b\x08\x00" + b"\xff" * 40, whole[:-6] + b"\0\0\0\0" + whole[-2:], whole[:-20]):
        path = write(tmp_path, "a.warc.gz", whole + bad + whole)

        documents, rejects = read(path)

        assert [row["reason"] for row in rejects] == ["corrupt"]
        assert len(documents) == 2
        assert len({row["position"] for row in documents}) == 2


def test_the_record_that_a_packed_archive_breaks_off_in_is_told_with_all_its_bytes(tmp_path: Path) -> None:
    whole = page(b"<p>" + bytes(range(65, 91)) * 2000)
    path = write(tmp_path, "a.warc.gz", gzip.compress(whole, 0)[:20_000])

    documents, (reject,) = read(path)

    assert documents == []
    assert (reject["position"], reject["line"], reject["reason"]) == (0, 1, "truncated")
    assert 19_900 < reject["length"] <= 20_000
