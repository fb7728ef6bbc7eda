"""Packed files: what is packed like what was not, and what is damaged costs itself."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path

import pytest

from brightline.corpus.shard import ReadOptions
from tests.corpus.reading.reading_back import read, reasons, texts, write

LINES = b"".join(b'{"text": "%d"}\n' % number for number in range(3000))
PACK = {"bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("packing", ["bz2", "xz"])
def test_bzip2_and_xz_are_unpacked_with_all_their_streams(tmp_path: Path, packing: str) -> None:
    pack = PACK[packing]
    content = pack(b'{"text": "a"}\n{"te') + pack(b'xt": "b"}\n') + (bytes(8) + pack(b"") if packing == "xz" else b"")
    path = write(tmp_path, f"a.jsonl.{packing}", content)

    documents, rejects = read(path)

    assert [(row["text"], row["position"], row["line"]) for row in documents] == [("a", 0, 1), ("b", 14, 2)]
    assert rejects == []


@pytest.mark.parametrize("packing", ["bz2", "xz"])
@pytest.mark.parametrize(("damage", "reason"), [("cut", "truncated"), ("garbage", "corrupt"), ("none", "corrupt")])
def test_bzip2_and_xz_that_are_damaged_give_what_was_there(tmp_path: Path, packing: str, damage: str, reason: str) -> None:
    packed = PACK[packing](LINES)
    content = {"cut": packed[: len(packed) // 2], "garbage": packed + b"garbage, no stream", "none": b"no stream at all"}[damage]
    path = write(tmp_path, f"a.jsonl.{packing}", content)

    assert reasons(path) == [reason]
    found = texts(path)
    assert found == [str(number) for number in range(len(found))]
    assert (len(found) == 3000) == (damage == "garbage")


@pytest.mark.parametrize("packing", ["bz2", "xz"])
def test_a_bomb_of_bzip2_or_xz_is_not_unpacked(tmp_path: Path, packing: str) -> None:
    buffer = io.BytesIO()
    with bz2.BZ2File(buffer, "w") if packing == "bz2" else lzma.LZMAFile(buffer, "w", preset=0) as file:
        for _ in range(80):
            file.write(bytes(1 << 20))
    path = write(tmp_path, f"a.jsonl.{packing}", buffer.getvalue())

    documents, rejects = read(path)

    assert documents == []
    assert [row["reason"] for row in rejects] == ["unpacks_too_large"]
    assert rejects[0]["length"] < 70 << 20


def test_xz_that_asks_for_gigabytes_of_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20, "mode": lzma.MODE_FAST, "nice_len": 2, "mf": lzma.MF_HC3}]
    small = bytearray(lzma.compress(LINES, filters=[{**filters[0], "dict_size": 1 << 20}]))
    # The dictionary's size stands in the header of the block (xz's format, 5.3.1), which has a checksum of its own.
    header = small[12:24]
    assert header[2:4] == b"\x21\x01"
    header[4] = 36  # (2 | 0) << (36 / 2 + 11) bytes: 1 GiB
    import zlib

    small[12:24] = header[:8] + zlib.crc32(bytes(header[:8])).to_bytes(4, "little")
    path = write(tmp_path, "a.jsonl.xz", bytes(small))

    _documents, (reject,) = read(path)

    assert reject["reason"] == "corrupt"
    assert "emory" in reject["detail"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.TGZ", "a.7z", "a.rar", "a.tar.xz"])
def test_an_archive_of_files_is_one_reject_that_says_what_to_do(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, b"PK\x03\x04 whatever")

    documents, (reject,) = read(path)

    assert documents == []
    assert (reject["reason"], reject["length"]) == ("unknown_format", 13)
    assert "unpack it first (unzip, tar -xf, 7z x)" in reject["detail"]


def test_a_file_of_another_kind_is_one_reject(tmp_path: Path) -> None:
    _documents, (reject,) = read(write(tmp_path, "a.png", b"\x89PNG"))

    assert (reject["reason"], "readable are" in reject["detail"]) == ("unknown_format", True)


def damaged(packed: bytes) -> bytes:
    """Some bytes in its middle are others."""
    middle = len(packed) // 2
    return packed[:middle] + bytes(byte ^ 0x55 for byte in packed[middle : middle + 8]) + packed[middle + 8 :]


def test_a_damaged_member_of_gzip_costs_itself_and_no_line_is_half(tmp_path: Path) -> None:
    members = [gzip.compress(b"".join(b'{"text": "%d-%d"}\n' % (member, line) for line in range(50))) for member in range(4)]
    path = write(tmp_path, "a.jsonl.gz", members[0] + damaged(members[1]) + members[2] + members[3])

    documents, rejects = read(path)

    # Of the member behind the damage the first line may be the end of one that began in it.
    assert [row["text"] for row in documents] == [
        f"{member}-{line}" for member in (0, 2, 3) for line in range(50) if (member, line) != (2, 0)
    ]
    assert [row["reason"] for row in rejects] == ["corrupt", "corrupt"]
    assert f"from {len(members[0])} to {len(members[0] + members[1])}" in rejects[0]["detail"]
    assert rejects[1]["length"] == len(b'{"text": "2-0"}')
    assert len({row["position"] for row in documents}) == len(documents)


def test_the_last_member_of_gzip_may_be_damaged_or_break_off(tmp_path: Path) -> None:
    member = gzip.compress(b'{"text": "a"}\n')
    for end in (damaged(gzip.compress(LINES)), gzip.compress(LINES)[:-30], b"garbage"):
        path = write(tmp_path, "a.jsonl.gz", member + end)
        assert texts(path)[0] == "a"
        (reject,) = read(path)[1]
        assert (reject["position"] >= 14, f"from {len(member)} to its end" in reject["detail"]) == (True, True)


def test_a_file_made_of_beginnings_of_members_is_given_up(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl.gz", b"\x1f\x8b\x08\x00 no deflate " * 3000)

    documents, rejects = read(path)

    assert documents == []
    assert len(rejects) == 1001
    assert {row["reason"] for row in rejects} == {"corrupt"}


def test_a_bomb_is_no_smaller_for_damaged_members_before_it(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(40 << 20))
    path = write(tmp_path, "a.txt.gz", damaged(gzip.compress(LINES)) + bomb + damaged(gzip.compress(LINES)) + bomb)

    assert "unpacks_too_large" in reasons(path, ReadOptions(text_unit="line"))
