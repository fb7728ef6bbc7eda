"""Office documents: the label is a custom property, everything else keeps its bytes."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.ooxml import OOXML
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from tests.labels.containers.package_files import changed, excel, powerpoint, stored_bytes, unzipped, word, zipped

DOCUMENTS: dict[str, Callable[[], bytes]] = {"docx": word, "xlsx": excel, "pptx": powerpoint}
EDITED = {"[Content_Types].xml", "_rels/.rels", "docProps/custom.xml"}


def read(data: bytes) -> Reading:
    return OOXML.read(Source(data))


def labelled(data: bytes, value: str) -> bytes:
    source = Source(data)
    return written(source, OOXML.plan(source, value))


def media(data: bytes) -> bytes:
    return b"".join(data[start:stop] for start, stop in read(data).media)


def custom(body: str, names: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"{names}>{body}</Properties>'
    ).encode()


def prop(name: str, value: str, pid: int = 2, kind: str = "lpwstr") -> str:
    return f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}"><vt:{kind}>{value}</vt:{kind}></property>'


def with_custom(document: bytes, part: bytes) -> bytes:
    """The document with a registered part of custom properties."""
    parts = unzipped(document)
    types = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/></Types>',
    )
    relations = parts["_rels/.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdC" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"'
        b' Target="docProps/custom.xml"/></Relationships>',
    )
    return changed(document, {"[Content_Types].xml": types, "_rels/.rels": relations, "docProps/custom.xml": part})


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_label_is_the_only_one_and_stands_at_the_guides_place(kind: str, label: ImplicitLabel) -> None:
    result = labelled(DOCUMENTS[kind](), label.to_json())
    reading = read(result)
    (site,) = sites_in(reading.entries)
    assert (reading.container, site.place, site.key, site.label, site.standard, site.defects) == (
        kind,
        "ooxml.custom",
        "AIGC",
        label,
        True,
        (),
    )


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_all_other_parts_keep_their_compressed_bytes(kind: str, label: ImplicitLabel) -> None:
    original = DOCUMENTS[kind]()
    result = labelled(original, label.to_json())
    before, after = stored_bytes(original), stored_bytes(result)
    assert {name for name in after if before.get(name) != after[name]} == EDITED
    assert media(result) == media(original)
    assert len(before) >= 8


def test_the_libraries_of_the_formats_reopen_the_documents(label: ImplicitLabel) -> None:
    document = docx.Document(io.BytesIO(labelled(word(), label.to_json())))
    assert [paragraph.text for paragraph in document.paragraphs] == ["A report", "One paragraph of the text."]
    assert document.core_properties.author == "A. Writer"
    book = openpyxl.load_workbook(io.BytesIO(labelled(excel(), label.to_json())))
    assert book.custom_doc_props["AIGC"].value == label.to_json()
    assert book.active is not None
    assert book.active["A1"].value == 42
    show = pptx.Presentation(io.BytesIO(labelled(powerpoint(), label.to_json())))
    assert show.slides[0].shapes.title.text == "A slide"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_same_label_twice_changes_nothing(kind: str, label: ImplicitLabel) -> None:
    once = labelled(DOCUMENTS[kind](), label.to_json())
    assert labelled(once, label.to_json()) == once


def test_foreign_properties_stay_byte_for_byte_and_the_number_is_the_next(label: ImplicitLabel) -> None:
    part = custom(prop("Department", "Test &amp; more", 2) + "\n " + prop("Reviewed", "true", 7, "bool") + "<!-- kept -->")
    result = labelled(with_custom(word(), part), label.to_json())
    fresh = unzipped(result)["docProps/custom.xml"]
    assert fresh.startswith(part.removesuffix(b"</Properties>"))
    assert b'pid="8" name="AIGC"' in fresh
    before, after = stored_bytes(with_custom(word(), part)), stored_bytes(result)
    assert {name for name in after if before[name] != after[name]} == {"docProps/custom.xml"}


def test_a_number_longer_than_any_number_of_a_property_is_passed_over(label: ImplicitLabel) -> None:
    long = prop("Project", "Blue").replace('pid="2"', f'pid="{"9" * 5000}"')  # int() refuses more than 4,300 digits
    after = labelled(with_custom(word(), custom(long + prop("Step", "3", 6))), label.to_json())
    assert b'pid="7" name="AIGC"' in unzipped(after)["docProps/custom.xml"]


def test_labels_are_replaced_and_two_become_one(label: ImplicitLabel) -> None:
    old = '{"Label":"1","ProduceID":"p"}'
    part = custom(prop("AIGC", old) + prop("aigc", old, 3) + prop("Comment", "x", 4) + prop("AIGC", old, 5, "lpstr"))
    original = with_custom(word(), part)
    assert len(sites_in(read(original).entries)) == 3
    result = labelled(original, label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert [entry.key for entry in read(result).entries if entry.place == "ooxml.custom"] == ["Comment", "AIGC"]


def test_a_label_in_the_core_properties_is_taken_out(label: ImplicitLabel) -> None:
    core = unzipped(word())["docProps/core.xml"].replace(b"<dc:creator>A. Writer<", b'<dc:creator>{"AIGC":{"Label":"1","ProduceID":"p"}}<')
    result = labelled(changed(word(), {"docProps/core.xml": core}), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.place == "ooxml.custom"
    assert unzipped(result)["docProps/core.xml"] == core.replace(b'{"AIGC":{"Label":"1","ProduceID":"p"}}', b"")


def test_a_prefixed_and_an_empty_part_of_properties_are_written_into(label: ImplicitLabel) -> None:
    for part in (
        b'<c:Properties xmlns:c="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
        b'<c:Properties xmlns:c="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"></c:Properties >',
    ):
        result = labelled(with_custom(word(), part), label.to_json())
        (site,) = sites_in(read(result).entries)
        assert site.label == label
        assert docx.Document(io.BytesIO(result)).paragraphs


def test_a_part_that_is_not_registered_gets_registered(label: ImplicitLabel) -> None:
    original = changed(excel(), {"docProps/custom.xml": custom(prop("Kept", "x"))})
    book = openpyxl.load_workbook(io.BytesIO(labelled(original, label.to_json())))
    assert {each.name: each.value for each in book.custom_doc_props.props} == {"Kept": "x", "AIGC": label.to_json()}


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "docm"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "dotx"),
        ("application/vnd.ms-word.template.macroEnabledTemplate.main+xml", "dotm"),
    ],
)
def test_the_kind_comes_from_the_content_type_and_not_from_the_name(content_type: str, kind: str, label: ImplicitLabel) -> None:
    types = unzipped(word())["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", content_type.encode()
    )
    original = changed(word(), {"[Content_Types].xml": types})
    assert OOXML.read(Source(original, "report.xlsx")).container == kind
    assert len(sites_in(read(labelled(original, label.to_json())).entries)) == 1


def test_streamed_packages_and_zip64_are_labelled(label: ImplicitLabel) -> None:
    original = zipped(unzipped(word()), streamed=True)
    result = labelled(original, label.to_json())
    before, after = stored_bytes(original), stored_bytes(result)
    assert {name for name in after if before.get(name) != after[name]} == EDITED
    assert docx.Document(io.BytesIO(result)).paragraphs


def test_a_signed_document_says_so() -> None:
    assert read(changed(word(), {"_xmlsignatures/sig1.xml": b"<x/>"})).facts["signed"] == "ooxml"


def test_a_document_with_a_content_credential_says_where_it_lies() -> None:
    data = changed(word(), {"META-INF/content_credential.c2pa": b"jumb"})
    assert data[int(read(data).facts["c2pa"]) :].startswith(b"PK\x03\x04")
    assert "c2pa" not in read(word()).facts


def ole2(*names: str) -> bytes:
    """The head of an OLE2 file whose directory, in sector 1, has entries of these names."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[30:32], head[48:52] = (9).to_bytes(2, "little"), (1).to_bytes(4, "little")
    return bytes(head) + bytes(512) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)


def test_an_encrypted_document_and_an_old_one_are_named_for_what_they_are() -> None:
    encrypted, old = ole2("Root Entry", "EncryptionInfo", "EncryptedPackage"), ole2("Root Entry", "WordDocument")
    assert OOXML.accepts(encrypted[:64], "a.docx")
    with pytest.raises(Unsupported, match="encrypted with a password"):
        read(encrypted)
    with pytest.raises(Unsupported, match="binary Office formats"):
        read(old)


def test_other_packages_are_unsupported() -> None:
    with pytest.raises(Unsupported):
        read(zipped({"a.txt": b"x"}))
    with pytest.raises(Unsupported):
        read(changed(word(), {"[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'}))


@pytest.mark.parametrize(
    "part",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Properties>&b;</Properties>',
        b"<Properties>" + b"<a>" * 300 + b"</a>" * 300 + b"</Properties>",
        b"<Properties><property></Properties>",
        b"<Properties>" + b"<a/>" * 450_000 + b"</Properties>",
        b"",
        b"\xff\xfe<\0P\0",
    ],
)
def test_hostile_properties_are_a_gap_in_reading_and_an_error_in_writing(part: bytes, label: ImplicitLabel) -> None:
    document = with_custom(word(), part)
    reading = read(document)
    assert reading.gaps
    assert any(entry.value == "A. Writer" for entry in reading.entries)
    with pytest.raises(LabelError):
        labelled(document, label.to_json())


def test_properties_in_utf16_are_read_and_not_written(label: ImplicitLabel) -> None:
    part = custom(prop("Kept", "标")).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert any(entry.value == "标" for entry in read(with_custom(word(), part)).entries)
    with pytest.raises(Unsupported, match="UTF-8"):
        labelled(with_custom(word(), part), label.to_json())


def test_reading_a_large_document_reads_little_of_it() -> None:
    source = Source(zipped({**unzipped(word()), "word/media/a.bin": bytes(range(256)) * 40_000}, stored=("word/media/a.bin",)))
    OOXML.read(source)
    assert source.bytes_read < 100_000


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutated_documents_raise_only_label_errors(data: st.DataObject) -> None:
    mutated = bytearray(_WORD)
    for _ in range(data.draw(st.integers(1, 10))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    for step in (OOXML.read, lambda source: OOXML.plan(source, '{"Label":"1"}')):
        try:
            step(Source(bytes(mutated)))
        except LabelError:
            continue


def test_cut_documents_are_malformed() -> None:
    for length in range(0, len(_WORD) - 22, 997):
        with pytest.raises((Malformed, LabelError)):
            read(_WORD[:length])


_WORD = word()
