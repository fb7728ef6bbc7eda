from __future__ import annotations

import io
import json
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from brightline.corpus.errors import CorpusError
from brightline.corpus.reporting import Report, pdf
from brightline.corpus.reporting.words import LANGS, Lang


@pytest.mark.parametrize("lang", LANGS)
def test_the_paper_says_what_the_page_says(full_report: Report, lang: Lang) -> None:
    document = pypdfium2.PdfDocument(pdf.render(full_report, lang))
    pages = (document[number].get_textpage().get_text_range() for number in range(len(document)))
    text = "".join(pages).replace("\u00a0", " ")
    wanted = {"zh": ("示例语料", "结论", "未达到", "论坛"), "en": ("Conclusion", "Not met", "论坛")}[lang]
    for words in wanted:
        assert words in text
    assert full_report.digest in text


def test_the_paper_is_an_archive_file_that_carries_the_signed_bytes(full_report: Report) -> None:
    made = pdf.render(full_report, "zh")
    reader = PdfReader(io.BytesIO(made))
    assert b"<pdfaid:part>3</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    assert reader.attachments["report.json"] == [full_report.canonical]
    assert Report.parse(reader.attachments["report.json"][0]).digest == full_report.digest


@pytest.mark.parametrize("lang", LANGS)
def test_another_reader_finds_what_an_archive_file_needs_and_nothing_that_it_must_not_have(full_report: Report, lang: Lang) -> None:
    """ISO 19005-3: 6.1.3 and 6.6.1 (no encryption, no actions), 6.2.3 (output intent), 6.2.11.4 (typefaces), 6.6.4 (identification), 6.8 (attachments)."""
    reader = PdfReader(io.BytesIO(pdf.render(full_report, lang)))
    root: Any = reader.root_object
    trailer: Any = reader.trailer
    assert not reader.is_encrypted
    assert len(trailer["/ID"]) == 2
    assert reader.xmp_metadata is not None
    assert (reader.xmp_metadata.pdfaid_part, reader.xmp_metadata.pdfaid_conformance) == ("3", "B")
    assert [intent.get_object()["/S"] for intent in root["/OutputIntents"]] == ["/GTS_PDFA1"]
    assert root["/OutputIntents"][0].get_object()["/DestOutputProfile"].get_data()[36:40] == b"acsp"  # an ICC profile
    assert [each.get_object()["/AFRelationship"] for each in root["/AF"]] == ["/Source"]

    objects = [reader.get_object(IndirectObject(number, 0, reader)) for number in range(1, trailer["/Size"])]
    dictionaries = [each for each in objects if isinstance(each, DictionaryObject)]
    typefaces = [each for each in dictionaries if each.get("/Type") == "/FontDescriptor"]
    assert len(typefaces) >= 2
    assert all(each.keys() & {"/FontFile", "/FontFile2", "/FontFile3"} for each in typefaces)
    assert not [each for each in dictionaries if each.keys() & {"/JS", "/JavaScript", "/AA", "/OpenAction"}]
    assert not [
        each for each in dictionaries if each.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Movie", "/Sound")
    ]


def test_the_same_report_gives_the_same_bytes(full_report: Report) -> None:
    assert pdf.render(full_report, "en") == pdf.render(full_report, "en")


@pytest.mark.parametrize("name", ["#let x = 1 // */ $a$ [b] @c <d> \\e", "\U0001f600\ue000𒀀 \u202e", "\x00\x07", "=" * 300])
def test_names_are_never_markup_and_never_empty_boxes(full_report: Report, name: str) -> None:
    document = json.loads(full_report.canonical)
    document["corpus"]["name"] = document["sources"]["rows"][0]["source"] = name
    made = pypdfium2.PdfDocument(pdf.render(Report(document), "en"))
    assert len(made) >= 3


def test_without_a_chinese_typeface_the_error_says_what_to_install(full_report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "CHINESE_TYPEFACES", ("No Such Typeface",))
    with pytest.raises(CorpusError, match="BL-CORPUS-075") as caught:
        pdf.render(full_report, "zh")
    assert "fonts-noto-cjk" in caught.value.hint


def test_a_report_that_was_made_at_no_time_cannot_be_set(full_report: Report) -> None:
    document = json.loads(full_report.canonical)
    document["made"]["at"] = "2026-02-31T00:00:00Z"
    with pytest.raises(CorpusError, match="BL-CORPUS-076"):
        pdf.render(Report(document), "zh")
