"""Zip packages: what is kept is kept byte for byte, and hostile ones are errors."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.package import Package
from brightline.labels.containers.reading import Plan
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported
from brightline.labels.writing import written
from tests.labels.containers.package_files import stored_bytes, unzipped, zipped

PARTS = {"a.xml": b"<a/>" * 200, "b/c.bin": bytes(range(256)) * 8, "d.txt": "标识".encode()}


def rewritten(data: bytes, changed: dict[str, bytes]) -> bytes:
    source = Source(data)
    return written(source, Plan(Package.opened(source).rewritten(changed)))


SHAPES = {
    "plain": lambda: zipped(PARTS),
    "stored part first": lambda: zipped(PARTS, stored=("a.xml",)),
    "with a comment": lambda: zipped(PARTS, comment=b"made by a test"),
    "with bytes behind its end": lambda: zipped(PARTS) + b"trailing",
    "with a long comment": lambda: zipped(PARTS, comment=b"c" * 60_000),
    "streamed with data descriptors": lambda: zipped(PARTS, streamed=True),
    "behind other bytes": lambda: b"#!/bin/sh\n" + zipped(PARTS),
    "zip64": lambda: _zip64(zipped(PARTS)),
    "zip64 behind other bytes": lambda: b"junk" + _zip64(zipped(PARTS)),
}


def _zip64(data: bytes, ahead: int = 0) -> bytes:
    """The package with its numbers in zip64 records, as writers of unknown lengths make them; to be put behind ``ahead`` bytes."""
    end = data.rindex(b"PK\x05\x06")
    count, _, start = struct.unpack_from("<HLL", data, end + 10)
    directory, cursor = b"", start
    for _ in range(count):
        fields = list(struct.unpack_from("<4s6H3L5H2L", data, cursor))
        name = data[cursor + 46 : cursor + 46 + fields[10]]
        extra = struct.pack("<HHQQQ", 1, 24, fields[9], fields[8], fields[16] + ahead)
        cursor += 46 + fields[10] + fields[11] + fields[12]
        fields[8] = fields[9] = fields[16] = 0xFFFFFFFF
        fields[11], fields[12] = len(extra), 0
        directory += struct.pack("<4s6H3L5H2L", *fields) + name + extra
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), start + ahead)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(directory) + ahead, 1)
    narrow = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:start] + directory + wide + locator + narrow


@pytest.mark.parametrize("shape", SHAPES)
def test_a_replaced_and_an_added_part_leave_all_others_byte_for_byte(shape: str) -> None:
    data = SHAPES[shape]()
    result = rewritten(data, {"a.xml": b"<changed/>", "new.xml": b"<new/>"})
    assert unzipped(result) == {**PARTS, "a.xml": b"<changed/>", "new.xml": b"<new/>"}
    before, after = stored_bytes(data) if not data.startswith((b"#", b"junk")) else {}, stored_bytes(result)
    assert all(after[name] == body for name, body in before.items() if name != "a.xml")
    assert list(unzipped(result)) == ["a.xml", "b/c.bin", "d.txt", "new.xml"]
    assert result.startswith(data[: data.index(b"PK\x03\x04")])


def test_a_package_beyond_four_gigabytes_is_rewritten(tmp_path: Path) -> None:
    ahead = 5 << 30
    path, out = tmp_path / "big.zip", tmp_path / "out.zip"
    with path.open("wb") as file:
        file.seek(ahead)  # a hole: no byte of it is stored
        file.write(_zip64(zipped(PARTS), ahead))
    with opened(path) as source:
        pieces = Package.opened(source).rewritten({"a.xml": b"<changed/>", "new.xml": b"<new/>"})
        assert source.bytes_read < 100_000
        assert pieces[0] == (0, ahead)
        with out.open("wb") as file:
            file.seek(ahead)
            for piece in pieces[1:]:
                file.write(piece if isinstance(piece, bytes) else source.read(piece.start, piece.stop - piece.start))
    with zipfile.ZipFile(out) as package:
        assert package.namelist() == [*PARTS, "new.xml"]
        assert {name: package.read(name) for name in package.namelist()} == {**PARTS, "a.xml": b"<changed/>", "new.xml": b"<new/>"}
        assert package.getinfo("new.xml").header_offset > ahead


@pytest.mark.parametrize("shape", SHAPES)
def test_parts_are_read_as_another_reader_reads_them(shape: str) -> None:
    package = Package.opened(Source(SHAPES[shape]()))
    assert {part.name: package.content(part) for part in package.parts} == PARTS


def test_a_comment_that_looks_like_the_end_does_not_hide_the_end() -> None:
    data = zipped(PARTS, comment=b"made by PK\x05\x06, a test of some length")
    assert [part.name for part in Package.opened(Source(data)).parts] == list(PARTS)


def test_nothing_changed_is_the_same_package() -> None:
    for shape in ("plain", "with a comment", "with bytes behind its end", "streamed with data descriptors", "behind other bytes"):
        data = SHAPES[shape]()
        assert rewritten(data, {}) == data


def test_the_ranges_of_the_other_parts_are_joined() -> None:
    package = Package.opened(Source(zipped(PARTS)))
    assert len(package.others(frozenset())) == 1
    assert len(package.others(frozenset({"b/"}))) == 2
    assert package.others(frozenset({"a.xml", "b/", "d.txt"})) == ()


def test_a_part_that_inflates_far_beyond_its_size_is_over_the_limit() -> None:
    package = Package.opened(Source(zipped({"bomb.xml": b"0" * 3_000_000})))
    with pytest.raises(OverLimit, match="to one"):
        package.content(package.parts[0])
    package = Package.opened(Source(zipped({"long.xml": bytes(range(256)) * 40_000})))
    with pytest.raises(OverLimit, match="at most"):
        package.content(package.parts[0])


def test_a_part_that_inflates_to_more_than_the_directory_says_is_an_error() -> None:
    data = bytearray(zipped({"a.xml": b"0" * 60_000}))
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, central + 24, 100)
    package = Package.opened(Source(bytes(data)))
    with pytest.raises(LabelError):
        package.content(package.parts[0])


def test_a_damaged_part_is_malformed() -> None:
    data = bytearray(zipped({"a.xml": b"some text"}, stored=("a.xml",)))
    data[data.index(b"some text")] ^= 1
    package = Package.opened(Source(bytes(data)))
    with pytest.raises(Malformed, match="CRC"):
        package.content(package.parts[0])


def test_encrypted_and_unknown_methods_are_unsupported() -> None:
    data = bytearray(zipped({"a.xml": b"x"}))
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1
    package = Package.opened(Source(bytes(data)))
    with pytest.raises(Unsupported, match="encrypted"):
        package.content(package.parts[0])
    data[central + 8] &= 0xFE
    data[central + 10] = 99
    package = Package.opened(Source(bytes(data)))
    with pytest.raises(Unsupported, match="method 99"):
        package.content(package.parts[0])


def test_two_parts_of_one_name_are_read_and_not_written() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.xml", b"one")
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("a.xml", b"two")
    opened = Package.opened(Source(out.getvalue()))
    last = opened.named("A.XML")
    assert last is not None
    assert opened.content(last) == b"two"
    with pytest.raises(Malformed, match="one name"):
        opened.rewritten({"b.xml": b""})


def test_a_package_without_parts_has_none() -> None:
    assert Package.opened(Source(zipped({}))).parts == ()


def test_overlapping_parts_are_malformed() -> None:
    data = bytearray(zipped({"a.xml": b"x" * 50, "b.xml": b"y" * 50}))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)
    with pytest.raises(Malformed, match="overlaps"):
        Package.opened(Source(bytes(data)))


@pytest.mark.parametrize(("field", "value"), [("<H", 0xFFFE), ("<L", 0x7FFFFFFF)])
def test_hostile_counts_and_sizes_are_errors(field: str, value: int) -> None:
    data = bytearray(zipped(PARTS))
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into(field, data, end + (10 if field == "<H" else 12), value)
    with pytest.raises(LabelError):
        Package.opened(Source(bytes(data)))


def test_a_package_cut_off_anywhere_raises_only_label_errors() -> None:
    for shape in ("plain", "streamed with data descriptors", "zip64", "behind other bytes"):
        data = SHAPES[shape]()
        for length in range(0, len(data), max(7, len(data) // 150)):
            with pytest.raises(LabelError):
                Package.opened(Source(data[:length]))


def test_inflating_stops_at_the_bound() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"\0" * 50_000_000) + packer.flush()
    head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), 1000, 1, 0) + b"a"
    central = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), 1000, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(head) + len(packed), 0)
    package = Package.opened(Source(head + packed + central + end))
    with pytest.raises(LabelError):
        package.content(package.parts[0])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_mutated_packages_raise_only_label_errors(data: st.DataObject) -> None:
    mutated = bytearray(SHAPES[data.draw(st.sampled_from(["plain", "zip64", "streamed with data descriptors"]))]())
    for _ in range(data.draw(st.integers(1, 8))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    try:
        package = Package.opened(Source(bytes(mutated)))
        for part in package.parts:
            package.content(part)
        package.rewritten({"a.xml": b""})
    except LabelError:
        pass
