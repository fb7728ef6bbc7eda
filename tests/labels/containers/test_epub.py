"""EPUB labels, at the place that Brightline proposes."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from brightline.labels.containers.epub import EPUB
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from tests.labels.containers.package_files import changed, stored_bytes, unzipped, zipped

CONTAINER = b"""<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/book%20one.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
OPF = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>一本书</dc:title><dc:identifier id="id">urn:x</dc:identifier>
    <meta property="dcterms:modified">2026-01-01T00:00:00Z</meta><meta name="cover" content="c1"/></metadata>
  <manifest><item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="p"/></spine>
</package>""".encode()
PAGE = b'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>Text</p></body></html>'


def book(opf: bytes = OPF) -> bytes:
    parts = {"mimetype": b"application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/book one.opf": opf, "OEBPS/p.xhtml": PAGE}
    return zipped(parts, stored=("mimetype",))


def read(data: bytes) -> Reading:
    return EPUB.read(Source(data))


def labelled(data: bytes, value: str) -> bytes:
    source = Source(data)
    return written(source, EPUB.plan(source, value))


def test_the_label_stands_in_the_package_document_and_an_xml_reader_sees_it(label: ImplicitLabel) -> None:
    result = labelled(book(), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert (site.place, site.key, site.label, site.standard) == ("epub.opf.meta", "AIGC", label, True)
    tree = etree.fromstring(unzipped(result)["OEBPS/book one.opf"])
    (meta,) = tree.findall(".//{http://www.idpf.org/2007/opf}meta[@name='AIGC']")
    assert meta.get("content") == label.to_json()


def test_mimetype_stays_first_and_stored_and_all_other_parts_keep_their_bytes(label: ImplicitLabel) -> None:
    result = labelled(book(), label.to_json())
    assert result[30:58] == b"mimetypeapplication/epub+zip"
    with zipfile.ZipFile(io.BytesIO(result)) as package:
        assert package.infolist()[0].compress_type == zipfile.ZIP_STORED
    before, after = stored_bytes(book()), stored_bytes(result)
    assert {name for name in before if before[name] != after[name]} == {"OEBPS/book one.opf"}
    fresh = unzipped(result)["OEBPS/book one.opf"]
    head, tail = OPF.split(b"</metadata>")
    assert fresh.startswith(head)
    assert fresh.endswith(b"</metadata>" + tail)


def test_the_content_is_the_same_before_and_after(label: ImplicitLabel) -> None:
    once = labelled(book(), label.to_json())
    for data in (once, labelled(once, label.to_json().replace("0190", "0191"))):
        assert [data[slice(*each)] for each in read(data).media] == [book()[slice(*each)] for each in read(book()).media]


def test_the_same_label_twice_changes_nothing(label: ImplicitLabel) -> None:
    once = labelled(book(), label.to_json())
    assert labelled(once, label.to_json()) == once


def test_labels_in_all_forms_are_replaced(label: ImplicitLabel) -> None:
    old = '{"Label":"1","ProduceID":"p"}'
    forms = f"<meta name='aigc' content='{old}'/><meta property='x:AIGC'>{old}</meta><dc:description>AIGC{old}</dc:description></metadata>"
    original = book(OPF.replace(b"</metadata>", forms.encode()))
    assert len(sites_in(read(original).entries)) == 3
    result = labelled(original, label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert b"<dc:description></dc:description>" in unzipped(result)["OEBPS/book one.opf"]


def test_a_label_in_another_rendition_is_taken_out(label: ImplicitLabel) -> None:
    two = CONTAINER.replace(b"</rootfiles>", b'<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles>')
    second = OPF.replace(b"</metadata>", b"<meta name='AIGC' content='{\"Label\":\"1\"}'/></metadata>")
    result = labelled(changed(book(), {"META-INF/container.xml": two, "b.opf": second}), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert unzipped(result)["b.opf"] == OPF


def test_books_are_told_by_their_mimetype(label: ImplicitLabel) -> None:
    assert EPUB.accepts(book()[:4096], "x.zip")
    assert EPUB.accepts(zipped({"a": b"x", **unzipped(book())})[:4096], "x.epub")
    assert not EPUB.accepts(zipped({"a": b"x"})[:4096], "x.zip")


def test_signed_books_are_refused_and_say_so(label: ImplicitLabel) -> None:
    signed = changed(book(), {"META-INF/signatures.xml": b"<signatures/>"})
    assert read(signed).facts["signed"] == "epub"
    with pytest.raises(Unsupported, match="signed"):
        labelled(signed, label.to_json())


@pytest.mark.parametrize(
    "parts",
    [
        {"META-INF/container.xml": None},
        {"META-INF/container.xml": CONTAINER.replace(b"book%20one", b"other")},
        {"META-INF/container.xml": b"<container"},
        {"META-INF/container.xml": b'<!DOCTYPE c [<!ENTITY a "b">]><container>&a;</container>'},
    ],
)
def test_packages_without_a_package_document_are_errors(parts: dict[str, bytes | None]) -> None:
    with pytest.raises(LabelError):
        read(changed(book(), parts))


@pytest.mark.parametrize("opf", [b"<package/>", b"<package>", b"", OPF[:300]])
def test_broken_package_documents_are_not_written(opf: bytes, label: ImplicitLabel) -> None:
    with pytest.raises(Malformed):
        labelled(book(opf), label.to_json())


def test_an_empty_list_of_metadata_is_filled(label: ImplicitLabel) -> None:
    result = labelled(book(b"<o:package xmlns:o='u'><o:metadata /></o:package>"), label.to_json())
    assert [site.label for site in sites_in(read(result).entries)] == [label]
