"""Metadata of MP4 and MOV: what was there stays, and a label at any other place gives way."""

from __future__ import annotations

import struct

import pytest

from brightline.labels.containers.boxes import box_bytes, full_box
from brightline.labels.containers.mp4 import MP4
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.sites import sites_in
from brightline.labels.xmp import with_label
from tests.labels.containers.films import (
    C2PA_UUID,
    FTYP,
    MDAT,
    OLD,
    SAMPLES,
    VALUE,
    XMP_UUID,
    chunks_of,
    data_atom,
    fast_start,
    film,
    freeform,
    keyed,
    meta,
    moov_last,
    movie,
    track,
    uuid_xmp,
)
from tests.labels.containers.sounding import (
    labelled,
    refused,
    the_label,
    values,
)

# What was there stays


def test_other_keys_keep_their_values_and_their_numbers_are_right() -> None:
    data = moov_last(box_bytes(b"udta", keyed({"first": "1", "AIGC": OLD, "third": "3"})))
    result = labelled(MP4, data, VALUE)
    assert values(MP4.read(Source(result))) == {"first": "1", "third": "3", "AIGC": VALUE}


def test_quicktime_metadata_without_version_are_read_and_kept_so() -> None:
    data = moov_last(box_bytes(b"udta", keyed({"first": "1", "AIGC": OLD}, iso=False)))
    assert values(MP4.read(Source(data))) == {"first": "1", "AIGC": OLD}
    result = labelled(MP4, data, VALUE)
    assert values(MP4.read(Source(result))) == {"first": "1", "AIGC": VALUE}
    (_, meta_kind) = result.rsplit(b"meta", 1)
    assert meta_kind[4:8] == b"hdlr"


def test_a_list_for_music_stays_byte_for_byte() -> None:
    music = meta(b"mdir", box_bytes(b"ilst", box_bytes(b"\xa9nam", data_atom("Song")), freeform("iTunNORM", "0001")))
    data = moov_last(box_bytes(b"udta", music))
    result = labelled(MP4, data, VALUE)
    assert result.count(music) == 1
    assert {"©nam", "com.apple.iTunes:iTunNORM", "AIGC"} == set(values(MP4.read(Source(result))))


def test_user_data_with_a_zero_at_the_end_keep_it_behind_the_label() -> None:
    data = moov_last(box_bytes(b"udta", box_bytes(b"name", b"Track"), bytes(4)))
    result = labelled(MP4, data, VALUE)
    assert values(MP4.read(Source(result)))["name"] == "Track"


def test_a_number_without_a_key_is_not_given_the_label_s_name() -> None:
    items = box_bytes(b"ilst", box_bytes((1).to_bytes(4), data_atom("nameless")))
    result = labelled(MP4, moov_last(box_bytes(b"udta", meta(b"mdta", items))), VALUE)
    assert [(entry.key, entry.value) for entry in MP4.read(Source(result)).entries] == [("00000001", "nameless"), ("AIGC", VALUE)]


def test_padding_behind_the_last_box_of_a_movie_does_not_hide_the_label() -> None:
    data = FTYP + MDAT + box_bytes(b"moov", movie(track([len(FTYP) + 8]))[8:], bytes(4))
    assert chunks_of(labelled(MP4, data, VALUE)) == SAMPLES[:1]


def test_items_in_languages_and_covers_are_copied_whole() -> None:
    cover = box_bytes(b"covr", box_bytes(b"data", struct.pack(">II", 14, 0), bytes(100_000)))
    music = meta(
        b"mdta",
        full_box(b"keys", 0, 0, (1).to_bytes(4), box_bytes(b"mdta", b"k")),
        box_bytes(b"ilst", cover, box_bytes((1).to_bytes(4), data_atom("a"), data_atom("b"))),
    )
    data = moov_last(box_bytes(b"udta", music))
    with_cover = labelled(MP4, data, VALUE)
    assert cover in with_cover
    assert [entry.value for entry in MP4.read(Source(with_cover)).entries] == ["a", "b", VALUE]


def test_no_cover_is_read_to_find_the_label() -> None:
    cover = box_bytes(b"covr", box_bytes(b"data", struct.pack(">II", 14, 0), bytes(6 << 20)))
    source = Source(moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", cover)))))
    assert MP4.read(source).gaps == ()
    assert source.bytes_read < 16_384  # some pages, of six megabytes


# Labels at other places


OTHER_PLACES = {
    "moov.meta": (moov_last(keyed({"AIGC": OLD})), "mp4.moov.meta.keys"),
    "moov.meta of quicktime": (moov_last(keyed({"AIGC": OLD, "k": "v"}, iso=False)), "mp4.moov.meta.keys"),
    "a list without keys": (
        moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", box_bytes(b"AIGC", data_atom(OLD)))))),
        "mp4.moov.udta.meta.ilst",
    ),
    "a number without a key": (
        moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", box_bytes(b"\0\0\0\1", data_atom(OLD)))))),
        "mp4.moov.udta.meta.ilst",
    ),
    "a comment": (
        moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", box_bytes(b"\xa9cmt", data_atom(OLD)))))),
        "mp4.moov.udta.meta.ilst",
    ),
    "a comment in UTF-16": (
        moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", box_bytes(b"\xa9cmt", data_atom(OLD, 2)))))),
        "mp4.moov.udta.meta.ilst",
    ),
    "freeform": (moov_last(box_bytes(b"udta", meta(b"mdir", box_bytes(b"ilst", freeform("AIGC", OLD))))), "mp4.moov.udta.meta.freeform"),
    "a track's user data": (fast_start(track([], box_bytes(b"udta", keyed({"AIGC": OLD})))), "mp4.trak.udta.meta.keys"),
    "a track's metadata": (fast_start(track([], keyed({"AIGC": OLD, "k": "v"}))), "mp4.trak.meta.keys"),
    "an XMP box": (moov_last(after=b"") + uuid_xmp(), "mp4.uuid.xmp"),
    "an XMP box in front": (FTYP + uuid_xmp() + movie(track([])) + MDAT, "mp4.uuid.xmp"),
    "an XMP box in the movie": (moov_last(uuid_xmp()), "mp4.moov.uuid.xmp"),
    "XMP in user data": (moov_last(box_bytes(b"udta", box_bytes(b"XMP_", with_label(None, OLD)))), "mp4.moov.udta.XMP_"),
    "quicktime text": (
        moov_last(box_bytes(b"udta", box_bytes(b"\xa9cmt", struct.pack(">HH", len(OLD), 0x55C4), OLD.encode()))),
        "mp4.moov.udta.©cmt",
    ),
    "a 3GPP title": (moov_last(box_bytes(b"udta", full_box(b"titl", 0, 0, b"\x15\xc7", OLD.encode() + b"\0"))), "mp4.moov.udta.titl"),
    "a box of its own": (moov_last() + box_bytes(b"AIGC", OLD.encode()), "mp4.AIGC"),
    "a uuid box of nobody": (moov_last() + box_bytes(b"uuid", bytes(16), OLD.encode()), "mp4.uuid"),
    "the file's metadata": (moov_last() + keyed({"AIGC": OLD}), "mp4.meta.keys"),
    "the file's XML": (moov_last() + meta(b"null", full_box(b"xml ", 0, 0, with_label(None, OLD))), "mp4.meta.xml"),
}


@pytest.mark.parametrize("name", OTHER_PLACES)
def test_a_label_at_another_place_is_read_and_gives_way_to_the_one_at_the_right_place(name: str) -> None:
    data, place = OTHER_PLACES[name]
    (site,) = sites_in(MP4.read(Source(data)).entries)
    assert site.place == place
    assert not site.standard
    result = labelled(MP4, data, VALUE)
    assert b"OLD" not in result
    assert chunks_of(result) == chunks_of(data)


def test_five_labels_become_one() -> None:
    udta = box_bytes(
        b"udta", keyed({"AIGC": OLD}), meta(b"mdir", box_bytes(b"ilst", freeform("AIGC", OLD))), box_bytes(b"XMP_", with_label(None, OLD))
    )
    data = moov_last(udta, keyed({"AIGC": OLD})) + uuid_xmp()
    assert len(sites_in(MP4.read(Source(data)).entries)) == 5
    result = labelled(MP4, data, VALUE)
    assert b"OLD" not in result


def test_other_properties_of_an_xmp_box_stay() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="kept"/></rdf:RDF></x:xmpmeta>'
    data = moov_last() + box_bytes(b"uuid", XMP_UUID, with_label(packet, OLD))
    result = labelled(MP4, data, VALUE)
    assert b'dc:format="kept"' in result
    assert b"OLD" not in result


def test_an_empty_shell_of_a_label_is_replaced() -> None:
    data = moov_last(box_bytes(b"udta", keyed({"AIGC": "", "k": "v"})))
    result = labelled(MP4, data, VALUE)
    assert [entry.key for entry in MP4.read(Source(result)).entries] == ["k", "AIGC"]


def test_bytes_behind_the_last_box_are_shown_but_not_written_around() -> None:
    data = moov_last() + b'AIGC{"Label":"1","ContentProducer":"OLD","ProduceID":"0"}'
    reading = MP4.read(Source(data))
    assert the_label(reading).place == "mp4.trailer"
    assert reading.gaps
    assert isinstance(refused(MP4, data, VALUE), LabelError)


def test_a_manifest_store_is_told() -> None:
    data = moov_last(after=box_bytes(b"uuid", C2PA_UUID, bytes(40)))
    assert MP4.read(Source(data)).facts["c2pa"] == str(len(moov_last()))


def test_an_ordinary_film_has_no_label() -> None:
    assert sites_in(MP4.read(Source(film())).entries) == []
