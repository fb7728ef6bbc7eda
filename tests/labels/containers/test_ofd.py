"""OFD labels, at the place that Brightline proposes."""

from __future__ import annotations

import pytest
from lxml import etree

from brightline.labels.containers.ofd import OFD
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from tests.labels.containers.package_files import stored_bytes, unzipped, zipped

SPACE = "http://www.ofdspec.org/2016"
ROOT = f"""<?xml version="1.0" encoding="UTF-8"?>
<ofd:OFD xmlns:ofd="{SPACE}" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0f</ofd:DocID><ofd:Title>题目</ofd:Title>
<ofd:Keywords><ofd:Keyword>one</ofd:Keyword></ofd:Keywords><ofd:Creator>test</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>
""".encode()


def document(root: bytes = ROOT) -> bytes:
    return zipped({"OFD.xml": root, "Doc_0/Document.xml": b"<ofd:Document/>", "Doc_0/Pages/Page_0/Content.xml": b"<ofd:Page/>" * 30})


def read(data: bytes) -> Reading:
    return OFD.read(Source(data))


def labelled(data: bytes, value: str) -> bytes:
    source = Source(data)
    return written(source, OFD.plan(source, value))


def with_custom(entries: str) -> bytes:
    return document(ROOT.replace(b"</ofd:DocInfo>", f"<ofd:CustomDatas>{entries}</ofd:CustomDatas></ofd:DocInfo>".encode()))


def test_the_label_is_custom_data_and_an_xml_reader_sees_it(label: ImplicitLabel) -> None:
    result = labelled(document(), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert (site.place, site.key, site.label, site.standard) == ("ofd.custom", "AIGC", label, True)
    info = etree.fromstring(unzipped(result)["OFD.xml"]).find(f".//{{{SPACE}}}DocInfo")
    assert info is not None
    assert [child.tag.rsplit("}")[-1] for child in info][-1] == "CustomDatas"
    assert info.findtext(f"{{{SPACE}}}CustomDatas/{{{SPACE}}}CustomData[@Name='AIGC']") == label.to_json()


def test_all_other_parts_and_the_rest_of_the_root_keep_their_bytes(label: ImplicitLabel) -> None:
    original = document()
    result = labelled(original, label.to_json())
    before, after = stored_bytes(original), stored_bytes(result)
    assert {name for name in before if before[name] != after[name]} == {"OFD.xml"}
    head, tail = ROOT.split(b"</ofd:DocInfo>")
    assert unzipped(result)["OFD.xml"].startswith(head)
    assert unzipped(result)["OFD.xml"].endswith(tail)
    assert [result[slice(*each)] for each in read(result).media] == [original[slice(*each)] for each in read(original).media]


def test_foreign_custom_data_stays_and_labels_become_one(label: ImplicitLabel) -> None:
    old = '{"Label":"1","ProduceID":"p"}'
    original = with_custom(
        f'<ofd:CustomData Name="Kept">x</ofd:CustomData><ofd:CustomData Name="AIGC">{old}</ofd:CustomData><ofd:CustomData Name="Aigc">{old}</ofd:CustomData>'
    )
    assert len(sites_in(read(original).entries)) == 2
    result = labelled(original, label.to_json())
    assert [(entry.key, entry.value) for entry in read(result).entries if entry.place == "ofd.custom"] == [
        ("Kept", "x"),
        ("AIGC", label.to_json()),
    ]
    assert labelled(result, label.to_json()) == result


def test_an_empty_list_of_custom_data_is_filled(label: ImplicitLabel) -> None:
    original = document(ROOT.replace(b"</ofd:DocInfo>", b"<ofd:CustomDatas/></ofd:DocInfo>"))
    assert [entry.value for entry in read(labelled(original, label.to_json())).entries if entry.place == "ofd.custom"] == [label.to_json()]


def test_a_signed_document_is_refused_and_says_so(label: ImplicitLabel) -> None:
    signed = document(ROOT.replace(b"</ofd:DocBody>", b"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody>"))
    assert read(signed).facts["signed"] == "ofd"
    with pytest.raises(Unsupported, match="signed"):
        labelled(signed, label.to_json())


def test_documents_are_told_by_their_root_part() -> None:
    assert OFD.accepts(document()[:4096], "a.zip")
    assert not OFD.accepts(zipped({"a": b"x"})[:4096], "a.zip")
    with pytest.raises(Unsupported):
        read(zipped({"a": b"x"}))


@pytest.mark.parametrize("root", [b"<OFD/>", b"<OFD><DocInfo/></OFD>", ROOT[:200], b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'])
def test_broken_roots_are_errors(root: bytes, label: ImplicitLabel) -> None:
    with pytest.raises((Malformed, LabelError)):
        labelled(document(root), label.to_json())
