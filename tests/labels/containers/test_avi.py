"""AVI: the text AIGC of LIST INFO, in the filler before the pictures, before them, or behind everything."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.avi import AVI
from brightline.labels.containers.reading import MOST_ENTRIES
from brightline.labels.containers.riff import chunk_bytes
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit, Truncated, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.sites import is_label
from tests.labels.containers.sounding import (
    PICTURE,
    TONE,
    decoded,
    exiftool_tags,
    ffprobe_tags,
    labelled,
    made,
    mutated,
    patched,
    refused,
    the_label,
    try_all,
    values,
)

OTHER = '{"Label":"2","ContentProducer":"somebody","ProduceID":"1"}'


@pytest.fixture
def value(label: ImplicitLabel) -> str:
    return label.to_json()


def film(*more: str) -> bytes:
    return made(".avi", *PICTURE, *TONE, "-metadata", "title=Film", *more)


def listed(name: bytes, *children: bytes) -> bytes:
    return chunk_bytes(b"LIST", name + b"".join(children))


def riff(form: bytes, *children: bytes) -> bytes:
    return chunk_bytes(b"RIFF", form + b"".join(children))


def info(**texts: str) -> bytes:
    return listed(b"INFO", *(chunk_bytes(key.encode(), text.encode() + b"\0") for key, text in texts.items()))


HEADER = listed(b"hdrl", chunk_bytes(b"avih", bytes(56)), listed(b"strl", chunk_bytes(b"strh", bytes(56)), chunk_bytes(b"strf", bytes(40))))
MOVI = listed(b"movi", chunk_bytes(b"00dc", b"frame"))
INDEX = chunk_bytes(b"idx1", struct.pack("<4sIII", b"00dc", 16, 4, 5))
FILLER = chunk_bytes(b"JUNK", bytes(1200))


def positions_from_the_file(before_movi: int) -> bytes:
    return chunk_bytes(b"idx1", struct.pack("<4sIII", b"00dc", 16, before_movi + 12, 5))


def in_use(positions: bytes) -> bytes:
    """A header with an OpenDML index."""
    indx = chunk_bytes(b"indx", struct.pack("<HBBI4s12x", 4, 0, 0, 1, b"00dc") + positions)
    return listed(b"hdrl", listed(b"strl", chunk_bytes(b"strh", bytes(56)), chunk_bytes(b"strf", bytes(40)), indx))


def test_the_label_goes_into_the_filler_and_nothing_moves(value: str, tmp_path: Path) -> None:
    before = film()
    after = labelled(AVI, before, value)
    assert len(after) == len(before)
    assert after[before.index(b"movi") :] == before[before.index(b"movi") :]
    assert patched(AVI, before, value) == after
    tags = ffprobe_tags(after, tmp_path, ".avi")
    assert (tags["AIGC"], tags["title"]) == (value, "Film")
    assert exiftool_tags(after, tmp_path, ".avi")["RIFF:Title"] == "Film"
    assert decoded(before, tmp_path, ".avi") == decoded(after, tmp_path, ".avi")
    assert labelled(AVI, after, value) == after


def test_without_filler_room_is_made_before_the_pictures(value: str, tmp_path: Path) -> None:
    whole = film()
    start = whole.index(b"JUNK", whole.index(b"INFO"))
    before = bytearray(whole[:start] + whole[start + 1024 :])
    before[4:8] = struct.pack("<I", len(before) - 8)
    after = labelled(AVI, bytes(before), value)
    assert len(after) > len(before)
    assert ffprobe_tags(after, tmp_path, ".avi")["AIGC"] == value
    assert decoded(bytes(before), tmp_path, ".avi") == decoded(after, tmp_path, ".avi")
    assert labelled(AVI, after, value) == after
    assert AVI.plan(Source(bytes(before)), value).patches is None


@pytest.mark.parametrize("spare", [-2, 0, 2, 6, 8, 100])
def test_filler_that_just_fits_or_just_does_not(spare: int, value: str) -> None:
    need = len(listed(b"INFO", chunk_bytes(b"AIGC", value.encode())))
    before = riff(b"AVI ", HEADER, chunk_bytes(b"JUNK", bytes(need + spare - 8)), MOVI, INDEX)
    after = labelled(AVI, before, value)
    assert (len(after) == len(before)) == (spare in {0, 8, 100})
    assert after.endswith(MOVI + INDEX)
    assert labelled(AVI, after, value) == after


def test_an_index_that_counts_from_the_file_keeps_everything_where_it_is(value: str) -> None:
    before = riff(b"AVI ", HEADER, MOVI, positions_from_the_file(12 + len(HEADER)))
    after = labelled(AVI, before, value)
    assert after[8:].startswith(before[8:])
    assert after == riff(
        b"AVI ", HEADER, MOVI, positions_from_the_file(12 + len(HEADER)), listed(b"INFO", chunk_bytes(b"AIGC", value.encode()))
    )
    assert labelled(AVI, after, value) == after


@pytest.mark.parametrize("behind", [b"", info(ICMT="behind") + chunk_bytes(b"JUNK", bytes(9))])
def test_an_open_dml_file_of_several_riffs_keeps_everything_where_it_is(behind: bytes, value: str) -> None:
    more = riff(b"AVIX", MOVI, behind)
    start = riff(b"AVI ", in_use(struct.pack("<QII", 5000, 1, 1)), info(INAM="Film", AIGC=OTHER), MOVI, INDEX)
    after = labelled(AVI, start + more, value)
    kept = len(start) - len(MOVI + INDEX)
    assert after[kept : len(start)] == start[kept:]
    assert after.index(b"AVIX") == (start + more).index(b"AVIX")
    assert the_label(AVI.read(Source(after))).offset > len(start)
    found = values(AVI.read(Source(after)))
    assert found["INAM"] == "Film"
    assert found.get("ICMT", "behind") == "behind"
    assert labelled(AVI, after, value) == after
    (length,) = struct.unpack_from("<I", after, len(start) + 4)
    assert len(start) + 8 + length == len(after)


def test_an_open_dml_file_with_filler_has_the_label_before_the_pictures(value: str) -> None:
    before = riff(b"AVI ", in_use(struct.pack("<QII", 5000, 1, 1)), FILLER, MOVI, INDEX) + riff(b"AVIX", MOVI)
    after = labelled(AVI, before, value)
    assert len(after) == len(before)
    assert after.endswith(before[before.index(b"movi") :])


def test_filler_elsewhere_is_found_where_the_texts_have_none(value: str) -> None:
    other = chunk_bytes(b"othr", bytes(8))
    before = riff(b"AVI ", in_use(struct.pack("<QII", 5000, 1, 1)), info(INAM="Film", AIGC=OTHER), other, FILLER, MOVI, INDEX)
    after = labelled(AVI, before, value)
    assert len(after) == len(before)
    assert values(AVI.read(Source(after))) == {"INAM": "Film", "AIGC": value}


def test_two_labels_become_one_and_other_texts_stay(value: str) -> None:
    before = riff(b"AVI ", HEADER, info(INAM="Film", AIGC=OTHER), FILLER, MOVI, INDEX, info(AIGC=OTHER, ICMT="behind"))
    assert sum(map(is_label, AVI.read(Source(before)).entries)) == 2
    after = labelled(AVI, before, value)
    assert values(AVI.read(Source(after))) == {"INAM": "Film", "AIGC": value, "ICMT": "behind"}


def test_labels_at_odd_places_are_taken_out_in_their_room(value: str) -> None:
    from brightline.labels.xmp import with_label

    packet = with_label(None, OTHER).replace(b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:x="urn:x" x:k="v"/></rdf:RDF>')
    header = listed(
        b"hdrl",
        info(AIGC=OTHER, ISFT="writer"),
        listed(b"strl", chunk_bytes(b"strf", bytes(40)), chunk_bytes(b"strn", b"AIGC" + OTHER.encode() + b" stream")),
    )
    before = riff(b"AVI ", header, FILLER, MOVI, INDEX, chunk_bytes(b"_PMX", packet), chunk_bytes(b"note", b"AIGC" + OTHER.encode()))
    places = [entry.place for entry in AVI.read(Source(before)).entries if is_label(entry)]
    assert places == ["avi.LIST.INFO", "avi.strn", "avi._PMX", "avi.note"]
    after = labelled(AVI, before, value)
    assert len(after) == len(before)
    assert b'x:k="v"' in after
    assert values(AVI.read(Source(after)))["ISFT"] == "writer"
    only = with_label(None, OTHER)
    assert b"_PMX" not in labelled(AVI, riff(b"AVI ", HEADER, FILLER, MOVI, chunk_bytes(b"_PMX", only)), value)


def test_a_manifest_store_is_pointed_at_and_kept(value: str) -> None:
    store = chunk_bytes(b"C2PA", b"store of AIGC" + OTHER.encode())
    before = riff(b"AVI ", HEADER, FILLER, MOVI, INDEX, store)
    assert before[int(AVI.read(Source(before)).facts["c2pa"]) :].startswith(b"store")
    assert labelled(AVI, before, value).endswith(store)


def test_a_file_without_pictures_is_not_written_into(value: str) -> None:
    assert isinstance(refused(AVI, riff(b"AVI ", HEADER, FILLER), value), Malformed)


def test_bytes_behind_the_last_riff_stay(value: str) -> None:
    assert labelled(AVI, riff(b"AVI ", HEADER, FILLER, MOVI, INDEX) + b"more", value).endswith(MOVI + INDEX + b"more")


def test_a_label_behind_the_riff_is_blanked_and_too_much_behind_it_refused(value: str) -> None:
    behind = b"more AIGC" + value.encode() + b" end"
    assert the_label(AVI.read(Source(riff(b"AVI ", HEADER, FILLER, MOVI, INDEX) + behind))).place == "avi.behind"
    after = labelled(AVI, riff(b"AVI ", HEADER, FILLER, MOVI, INDEX) + behind, value)
    assert after.endswith(b"more AIGC" + b" " * len(value) + b" end")
    endless = riff(b"AVI ", HEADER, FILLER, MOVI, INDEX) + bytes((1 << 20) + 1)
    assert isinstance(refused(AVI, endless, value), Unsupported)
    assert AVI.read(Source(endless)).gaps


def test_a_file_cut_off_anywhere_is_refused_and_read_as_far_as_it_goes(value: str) -> None:
    before = riff(b"AVI ", HEADER, info(INAM="Film"), MOVI, INDEX)
    for length in range(len(before)):
        refused(AVI, before[:length], value)
    reading = AVI.read(Source(before[:-30]))
    assert values(reading) == {"INAM": "Film"}
    assert reading.gaps


@pytest.mark.parametrize("length", [0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_hostile_lengths_are_refused(length: int, value: str) -> None:
    before = riff(b"AVI ", HEADER, info(INAM="Film"), MOVI, INDEX)
    for name in (b"RIFF", b"LIST", b"INAM", b"strf", b"idx1"):
        at = before.index(name) + 4
        assert isinstance(refused(AVI, before[:at] + struct.pack("<I", length) + before[at + 4 :], value), Malformed | Truncated)


def test_riffs_and_chunks_without_number_are_refused(value: str) -> None:
    many = riff(b"AVI ", HEADER, MOVI, chunk_bytes(b"x   ", b"") * 20_000)
    refused(AVI, many, value)
    refused(AVI, riff(b"AVI ", HEADER, MOVI) + riff(b"AVIX") * 5000, value)


def test_texts_without_number_are_a_gap_and_not_written_into(value: str) -> None:
    texts = listed(b"INFO", chunk_bytes(b"ICMT", b"x") * 100)
    many = riff(b"AVI ", HEADER, *[texts] * 100, MOVI, INDEX)
    reading = AVI.read(Source(many))
    assert (len(reading.entries), len(reading.gaps)) == (MOST_ENTRIES, 1)
    assert isinstance(refused(AVI, many, value), OverLimit)


def test_lists_in_lists_are_not_followed_without_end(value: str) -> None:
    nested = listed(b"strl")
    for _ in range(1000):
        nested = listed(b"strl", nested)
    labelled(AVI, riff(b"AVI ", listed(b"hdrl", nested), FILLER, MOVI, INDEX), value)


def test_what_is_an_avi_file_is_told_by_its_bytes() -> None:
    assert AVI.accepts(film()[:4096], "x.mp4")
    for other in (b"", b"RIFF\0\0\0\0WAVE", b"RIFX\0\0\0\0AVI "):
        assert not AVI.accepts(other, "x.avi")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_file_gives_an_answer_or_a_label_error(seed: int) -> None:
    room = FILLER if seed % 2 else b""
    before = riff(b"AVI ", HEADER, info(INAM="Film", AIGC=OTHER), room, MOVI, INDEX, info(ICMT="AIGC" + OTHER)) + riff(b"AVIX", MOVI)
    try_all(AVI, mutated(before, seed), OTHER)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_or_a_label_error(tail: bytes) -> None:
    for head in (b"", b"RIFF\x80\0\0\0AVI ", riff(b"AVI ", HEADER, MOVI), b"RIFF\x80\0\0\0AVI LIST\x20\0\0\0hdrl"):
        try_all(AVI, head + tail, OTHER)


def test_mark_takes_the_file_and_says_what_was_proved(label: ImplicitLabel, tmp_path: Path) -> None:
    path, out = tmp_path / "film.avi", tmp_path / "out.avi"
    path.write_bytes(film())
    marked = mark(path, label, out=out, proof="full")
    passed = {step.name for step in marked.steps if step.outcome == "passed"}
    assert passed >= {"label.alone", "media.coded", "reader.ffprobe", "media.decoded"}
    with pytest.raises(LabelError):
        mark(film()[:-1000], label)
