"""PDF labels: where they are read, where they go, and that nothing else changes."""

from __future__ import annotations

import io
import re
import subprocess
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.pdf import PDF
from brightline.labels.containers.reading import Kept, Reading
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Malformed, Truncated, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from tests.labels.containers import pdf_files as files

VARIANTS: dict[str, Callable[[], bytes]] = {
    "table": lambda: files.classic(files.one_page()),
    "no Info": lambda: files.classic(files.one_page(None)),
    "rows of nineteen bytes": lambda: files.classic(files.one_page(), eol=b"\n"),
    "bytes before the header": lambda: files.classic(files.one_page(), before=b"junk\r\n"),
    "cross-reference stream": lambda: files.compressed(files.one_page()),
    "cross-reference stream without a predictor": lambda: files.compressed(files.one_page(), predictor=False),
    "cross-reference stream, no Info": lambda: files.compressed(files.one_page(None)),
    "hybrid": lambda: files.hybrid(files.one_page()),
    "two revisions": lambda: files.revised(files.classic(files.one_page()), {files.INFO: b"<</Title (Second)>>"}),
    "bytes behind the end": lambda: files.classic(files.one_page()) + b"\x00" * 300,
    "no line end at the end": lambda: files.classic(files.one_page()).rstrip(b"\n"),
    "no end marker": lambda: files.classic(files.one_page()).removesuffix(b"%%EOF\n"),
}


def read(data: bytes) -> Reading:
    return PDF.read(Source(data, "a.pdf"))


def labelled(data: bytes, value: str) -> bytes:
    source = Source(data, "a.pdf")
    return written(source, PDF.plan(source, value))


def pages(data: bytes) -> list[bytes]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [bytes(document[number].render().buffer) for number in range(len(document))]
    finally:
        document.close()


def media(data: bytes) -> bytes:
    return b"".join(data[start:stop] for start, stop in read(data).media)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_label_is_the_only_one_and_another_reader_sees_it_in_info(variant: str, label: ImplicitLabel) -> None:
    original = VARIANTS[variant]()
    result = labelled(original, label.to_json())
    (site,) = sites_in(read(result).entries)
    assert (site.place, site.key, site.label, site.standard, site.defects) == ("pdf.info", "AIGC", label, True, ())
    metadata = pypdf.PdfReader(io.BytesIO(result)).metadata
    assert metadata is not None
    assert metadata["/AIGC"] == label.to_json()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_original_is_a_prefix_and_its_pages_and_media_are_the_same(variant: str, label: ImplicitLabel) -> None:
    original = VARIANTS[variant]()
    result = labelled(original, label.to_json())
    assert result.startswith(original)
    assert pages(result) == pages(original)
    assert media(result) == media(original)
    again = labelled(result, label.to_json().replace("0190c2a4", "0190c2a5"))
    assert media(again) == media(original)
    assert not read(again).gaps


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_label_twice_changes_nothing(variant: str, label: ImplicitLabel) -> None:
    once = labelled(VARIANTS[variant](), label.to_json())
    assert labelled(once, label.to_json()) == once


def test_exiftool_reads_the_label(tmp_path: Path, label: ImplicitLabel) -> None:
    for variant in ("table", "cross-reference stream", "hybrid"):
        file = tmp_path / "a.pdf"
        file.write_bytes(labelled(VARIANTS[variant](), label.to_json()))
        told = subprocess.run(["exiftool", "-s3", "-PDF:AIGC", str(file)], capture_output=True, text=True, check=True, timeout=60)
        assert told.stdout.strip() == label.to_json()


def test_the_other_entries_of_info_stay_as_they_were_written(label: ImplicitLabel) -> None:
    info = b"<< /Title <FEFF6807>  /Trapped /False /Nested << /A [ 1 2 (x)] >>%c\n/CreationDate (D:20260101) >>"
    result = labelled(files.classic(files.one_page(info)), label.to_json())
    assert result[len(files.classic(files.one_page(info))) :].startswith(b"5 0 obj\n" + info.removesuffix(b" >>") + b" /AIGC (")


def test_a_label_that_is_there_is_replaced(label: ImplicitLabel) -> None:
    result = labelled(files.classic(files.one_page(b'<< /AIGC ({"Label":"2"}) /Title (x) >>')), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert [entry.key for entry in read(result).entries] == ["Title", "AIGC"]


def test_a_label_under_a_key_that_is_no_utf_8_is_taken_out(label: ImplicitLabel) -> None:
    odd = files.classic(files.one_page(b'<< /Title (x) /AIGC\xb1AIGC ({"Label":"2","ProduceID":"p"}) >>'))
    (site,) = sites_in(read(odd).entries)
    assert site.key == "AIGC\N{REPLACEMENT CHARACTER}AIGC"
    assert [site.label for site in sites_in(read(labelled(odd, label.to_json())).entries)] == [label]


@pytest.mark.parametrize("types", [b"/Type /Metadata /Subtype /XML", b"/Subtype /XML", b""])
def test_labels_at_odd_places_are_taken_out(types: bytes, label: ImplicitLabel) -> None:
    wrapped = b'({\\"AIGC\\":{\\"Label\\":\\"1\\",\\"ProduceID\\":\\"p\\"}})'
    packet = (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        b'<TC260:AIGC>{"Label":"1","ProduceID":"p"}</TC260:AIGC><dc:format>application/pdf</dc:format></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    objects = files.one_page(b"<< /Keywords %b /aigc (x) /Title (kept) >>" % wrapped, b" /Metadata 6 0 R")
    objects[6] = files.stream(packet, types, deflated=True)
    original = files.classic(objects)
    assert {(site.place, site.key) for site in sites_in(read(original).entries)} == {
        ("pdf.info", "Keywords"),
        ("pdf.info", "aigc"),
        ("pdf.xmp", "Metadata"),
    }
    result = labelled(original, label.to_json())
    (site,) = sites_in(read(result).entries)
    assert (site.place, site.key, site.label) == ("pdf.info", "AIGC", label)
    assert [entry.key for entry in read(result).entries] == ["Title", "AIGC", "Metadata"]
    assert "application/pdf" in read(result).entries[-1].value
    assert pages(result) == pages(original)
    assert media(result) == media(original)


def test_brackets_and_backslashes_in_a_value_come_back() -> None:
    result = labelled(files.classic(files.one_page()), '{"Label":"1","ProduceID":"a(b)c((\\"x\\")"}')
    assert read(result).entries[-1].value == '{"Label":"1","ProduceID":"a(b)c((\\"x\\")"}'


def test_strings_of_all_encodings_are_read() -> None:
    info = b"<</A <FEFF68079898> /B (\xef\xbb\xbf\xe6\xa0\x87) /C (\\200 \\101\\n\\(x\\)) /D (\xff\xfe\x07\x68) /E 6 0 R /F <</Label (1)>> /G#20H (\xe6\xa0\x87)>>"
    objects = files.one_page(info) | {6: b"(far)"}
    entries = {entry.key: entry.value for entry in read(files.classic(objects)).entries}
    assert entries == {"A": "标题", "B": "标", "C": "• A\n(x)", "D": "标", "E": "far", "F": '{"Label": "1"}', "G H": "标"}


def encrypted(data: bytes, algorithm: str, user_password: str = "", **settings: bool) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt(user_password, "owner", algorithm=algorithm, **settings)  # type: ignore[arg-type]  # pypdf's own names
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_an_encrypted_file_that_opens_without_a_password_is_read_and_not_labelled(algorithm: str, label: ImplicitLabel) -> None:
    objects = files.one_page(b"<< /Title <FEFF6807> /AIGC (%b) >>" % label.to_json().encode(), b" /Metadata 6 0 R")
    objects[6] = files.stream(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", b"/Type /Metadata /Subtype /XML", deflated=True)
    data = encrypted(files.classic(objects), algorithm)
    assert label.to_json().encode() not in data
    reading = read(data)
    assert reading.facts["encrypted"] == "1"
    assert not reading.gaps
    entries = {entry.key: entry.value for entry in reading.entries}
    assert (entries["Title"], entries["AIGC"]) == ("标", label.to_json())
    assert entries["Metadata"].startswith("<x:xmpmeta")
    with pytest.raises(Unsupported, match="encrypted") as refused:
        labelled(data, label.to_json())
    assert refused.value.code == "BL-LABEL-013"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_an_encrypted_file_with_a_password_says_what_was_not_read(algorithm: str, label: ImplicitLabel) -> None:
    data = encrypted(files.classic(files.one_page()), algorithm, "secret")
    reading = read(data)
    assert reading.entries == ()
    assert any("with a password" in gap.reason for gap in reading.gaps)
    with pytest.raises(Unsupported, match="encrypted"):
        labelled(data, label.to_json())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutated_encrypted_files_raise_only_label_errors(data: st.DataObject) -> None:
    mutated = bytearray(_ENCRYPTED[data.draw(st.integers(0, len(_ENCRYPTED) - 1))])
    for _ in range(data.draw(st.integers(1, 10))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    with suppress(LabelError):
        read(bytes(mutated))


_ENCRYPTED = [encrypted(files.classic(files.one_page()), algorithm) for algorithm in ("RC4-40", "AES-128", "AES-256")]


def test_a_signed_file_says_so_and_its_signed_bytes_stay(label: ImplicitLabel) -> None:
    original = files.classic(files.one_page(catalogue=b" /AcroForm << /SigFlags 3 /Fields [] >>"))
    assert read(original).facts["signed"] == "pdf"
    assert labelled(original, label.to_json()).startswith(original)


def test_a_file_with_a_content_credential_says_where_it_lies() -> None:
    objects = files.one_page(catalogue=b" /AF [7 0 R 8 0 R]")
    objects[6] = files.stream(b"jumb", b"/Type /EmbeddedFile")
    objects[7] = b"<< /Type /Filespec /F (a.xml) /AFRelationship /Data >>"
    objects[8] = b"<< /Type /Filespec /F (c.c2pa) /AFRelationship /C2PA_Manifest /EF << /F 6 0 R >> >>"
    data = files.classic(objects)
    assert read(data).facts["c2pa"] == str(data.index(b"6 0 obj"))
    assert "c2pa" not in read(files.classic(files.one_page())).facts


@pytest.mark.parametrize(("permitted", "told"), [(b" /P 1", "1"), (b"", "2"), (b" /P 3", "3")])
def test_a_certification_says_what_it_permits_and_is_respected(permitted: bytes, told: str, label: ImplicitLabel) -> None:
    perms = b" /Perms << /DocMDP << /Type /Sig /Reference [ << /TransformMethod /DocMDP /TransformParams <<%b >> >> ] >> >>" % permitted
    original = files.classic(files.one_page(catalogue=perms))
    assert read(original).facts["docmdp"] == told
    if told == "1":
        with pytest.raises(Unsupported, match="permits no change"):
            labelled(original, label.to_json())
    else:
        assert labelled(original, label.to_json()).startswith(original)


@pytest.mark.parametrize("variant", ["table", "cross-reference stream"])
def test_a_broken_cross_reference_is_read_by_scanning_with_a_gap_and_never_written(variant: str, label: ImplicitLabel) -> None:
    broken = VARIANTS[variant]().replace(b"startxref\n", b"startxref\n7")
    reading = read(broken)
    assert [entry.value for entry in reading.entries] == ["A page", "test"]
    assert "scanning" in reading.gaps[0].reason
    with pytest.raises(Malformed):
        labelled(broken, label.to_json())


def test_a_row_that_points_elsewhere_is_a_gap_in_reading_and_an_error_in_writing(label: ImplicitLabel) -> None:
    sound = files.classic(files.one_page())
    place = b"%010d" % sound.index(b"5 0 obj")
    broken = sound.replace(place, b"0000000020")
    assert read(broken).gaps
    with pytest.raises(LabelError):
        labelled(broken, label.to_json())


def test_a_circle_of_sections_is_an_error_that_reading_survives(label: ImplicitLabel) -> None:
    sound = files.classic(files.one_page())
    start = int(sound.rsplit(b"startxref\n", 1)[1].split()[0])
    circle = files.classic(files.one_page(), b" /Prev %d" % start)
    assert [entry.key for entry in read(circle).entries] == ["Title", "Producer"]
    assert "circle" in read(circle).gaps[0].reason
    with pytest.raises(Malformed, match="circle"):
        labelled(circle, label.to_json())


def test_an_object_stream_that_lies_in_itself_is_an_error(label: ImplicitLabel) -> None:
    sound = files.compressed(files.one_page(), predictor=False, packed=(files.INFO,))
    holder = max(files.one_page()) + 1
    rows = b"".join(b"\x02\x00%c\x00" % holder for _ in range(holder + 2))
    own = files.stream(rows, b"/Type /XRef /W [1 2 1] /Size %d /Root 1 0 R /Info 5 0 R" % (holder + 2))
    data = sound + b"\n%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (holder + 1, own, len(sound) + 1)
    assert any("lies in itself" in gap.reason for gap in read(data).gaps)
    with pytest.raises(LabelError):
        labelled(data, label.to_json())


@pytest.mark.parametrize(
    "info",
    [
        b"<< /Title " + b"[" * 5000 + b"]" * 5000 + b">>",
        b"<< /Title (never ends",
        b"<< /Title 99999999999999999999 0 R >>",
        b"<< /Title <zz> >>",
    ],
)
def test_hostile_values_become_gaps_and_are_not_written(info: bytes, label: ImplicitLabel) -> None:
    data = files.classic(files.one_page(info))
    assert read(data).gaps
    with pytest.raises(LabelError):
        labelled(data, label.to_json())


def test_a_table_of_many_parts_and_many_references_end_soon() -> None:
    parts = b"".join(b"%d 0\n" % number for number in range(100, 19_000))
    form = b" /Perms << /DocMDP << /Reference [%b] >> >>" % b" ".join(b"%d 0 R" % number for number in range(50_000, 90_000))
    data = files.classic(files.one_page(catalogue=form)).replace(b"xref\n0 6\n", b"xref\n" + parts + b"0 6\n", 1)
    assert any("too many steps" in gap.reason for gap in read(data).gaps)


def test_a_stream_that_inflates_without_end_is_a_gap() -> None:
    bomb = zlib.compress(b"\0" * (64 << 20), 9)
    objects = files.one_page(catalogue=b" /Metadata 6 0 R")
    objects[6] = b"<</Type /Metadata /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (len(bomb), bomb)
    assert any("inflates" in gap.reason for gap in read(files.classic(objects)).gaps)


@pytest.mark.parametrize("size", [b"-1", b"0", b"99999999999", b"(x)", b"2"])
def test_a_size_that_cannot_be_right_is_not_written_over(size: bytes, label: ImplicitLabel) -> None:
    data = files.classic(files.one_page()).replace(b"/Size 6", b"/Size " + size)
    with pytest.raises(LabelError):
        labelled(data, label.to_json())


def test_a_table_that_claims_two_to_the_thirty_first_rows_is_an_error_without_reading_them(label: ImplicitLabel) -> None:
    data = files.classic(files.one_page()).replace(b"xref\n0 6", b"xref\n0 2147483648")
    source = Source(data)
    with pytest.raises(LabelError):
        PDF.plan(source, label.to_json())
    assert source.bytes_read < 100_000


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_file_cut_off_anywhere_raises_only_label_errors(variant: str, label: ImplicitLabel) -> None:
    whole = VARIANTS[variant]()
    for length in range(0, len(whole), 7):
        for step in (lambda cut: read(cut), lambda cut: labelled(cut, label.to_json())):
            try:
                step(whole[:length])
            except LabelError:
                continue


def test_a_file_that_is_something_else_is_malformed() -> None:
    with pytest.raises(Malformed):
        read(b"GIF89a" + b"\0" * 100)
    with pytest.raises((Malformed, Truncated)):
        read(b"%PDF-1.7\n")
    assert not PDF.accepts(b"A text about %PDF- headers", "a.md")
    assert PDF.accepts(b"\n%PDF-1.4", "a.pdf")


def test_a_file_beyond_four_gigabytes_is_labelled(tmp_path: Path, label: ImplicitLabel) -> None:
    ahead, whole = 5 << 30, files.classic(files.one_page())
    head, rest = whole[:15], whole[15:]
    rest = re.sub(rb"(\d{10}) 00000 n", lambda row: b"%010d 00000 n" % (int(row[1]) + ahead), rest)
    rest = re.sub(rb"startxref\n(\d+)", lambda start: b"startxref\n%d" % (int(start[1]) + ahead), rest)
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        file.write(head)
        file.seek(ahead + 15)  # a hole: no byte of it is stored
        file.write(rest)
    with opened(path) as source:
        assert [entry.value for entry in PDF.read(source).entries] == ["A page", "test"]
        kept, update = PDF.plan(source, label.to_json()).pieces
        assert source.bytes_read < 100_000
        assert kept == (0, source.size)
        assert isinstance(update, bytes)
    with path.open("ab") as file:
        file.write(update)
    with opened(path) as source:
        assert [site.label for site in sites_in(PDF.read(source).entries)] == [label]


def test_reading_a_long_file_reads_little_of_it() -> None:
    objects = files.one_page() | {6: files.stream(b"0" * 30_000_000)}
    source = Source(files.classic(objects))
    assert PDF.read(source).entries[0].value == "A page"
    assert source.bytes_read < 100_000


def test_the_plan_keeps_the_original_without_reading_it(label: ImplicitLabel) -> None:
    objects = files.one_page() | {6: files.stream(b"0" * 3_000_000)}
    source = Source(files.classic(objects))
    assert PDF.plan(source, label.to_json()).pieces[0] == Kept(0, source.size)
    assert source.bytes_read < 100_000


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_mutated_files_raise_only_label_errors(data: st.DataObject) -> None:
    mutated = bytearray(VARIANTS[data.draw(st.sampled_from(list(VARIANTS)))]())
    for _ in range(data.draw(st.integers(1, 12))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    for step in (PDF.read, lambda source: PDF.plan(source, '{"Label":"1"}')):
        try:
            step(Source(bytes(mutated), "a.pdf"))
        except LabelError:
            continue


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_random_bytes_raise_only_label_errors(tail: bytes) -> None:
    for data in (tail, b"%PDF-1.7\n" + tail, b"%PDF-1.7\nxref\n0 1\n" + tail + b"\nstartxref\n9\n%%EOF"):
        for step in (PDF.read, lambda source: PDF.plan(source, '{"Label":"1"}')):
            try:
                step(Source(data, "a.pdf"))
            except LabelError:
                continue
