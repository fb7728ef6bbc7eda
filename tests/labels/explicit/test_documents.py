"""Words inside documents, read back by the libraries of the formats; everything else keeps its bytes."""

from __future__ import annotations

import io
import re

import docx
import pptx
import pytest
from docx.enum.section import WD_SECTION
from lxml import etree
from lxml import html as lxml_html
from pptx.util import Emu

from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported
from brightline.labels.explicit.documents import DocumentPosition, add_document_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for
from brightline.labels.sites import sites_in
from brightline.labels.text_label import has_text_label
from brightline.labels.writing import written
from tests.labels.containers.package_files import changed, powerpoint, stored_bytes, unzipped, word, zipped

WORDS = "本内容由人工智能生成 & AI-generated"
POSITIONS: tuple[DocumentPosition, ...] = ("first", "last", "footer")


def labelled(data: bytes, name: str, position: DocumentPosition, text: str = WORDS) -> bytes:
    source = Source(data, name)
    return written(source, add_document_label(source, text, position).plan)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_text_gets_a_first_or_last_line_in_its_own_encoding(encoding: str, line_end: str) -> None:
    text = f"第一行{line_end}第二行{line_end}"
    first, last = (labelled(text.encode(encoding), "a.txt", position).decode(encoding) for position in ("first", "last"))
    assert first == f"{WORDS}{line_end}{line_end}{text}"
    assert last == f"{text}{line_end}{WORDS}{line_end}"
    assert has_text_label(first, WORDS)
    assert has_text_label(last, WORDS)


def test_a_text_that_does_not_end_its_last_line_gets_a_blank_one() -> None:
    assert labelled(b"One", "a.txt", "last").decode() == f"One\n\n{WORDS}\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"Text\n"),
        ("a.md", b"---\na: b\n---\nText\n"),
        ("a.html", b"<html><body>Text</body></html>"),
        ("a.docx", word()),
        ("a.pptx", powerpoint()),
    ],
)
@pytest.mark.parametrize("position", POSITIONS)
def test_a_document_that_has_the_words_stays_as_it_is(name: str, data: bytes, position: DocumentPosition) -> None:
    once = labelled(data, name, position)
    assert once != data
    again = add_document_label(Source(once, name), WORDS, position)
    assert not again.changed
    assert written(Source(once, name), again.plan) == once


def test_markdown_keeps_its_front_matter_first_and_closes_an_open_fence() -> None:
    text = "---\r\ntitle: x\r\n---\r\n# Title\r\n\r\n```python\r\nx = 1\r\n"
    assert labelled(text.encode(), "a.md", "first").decode() == text.replace("# Title", f"{WORDS}\r\n\r\n# Title")
    assert labelled(text.encode(), "a.md", "last").decode() == f"{text}```\r\n\r\n{WORDS}\r\n"


def test_a_page_gets_a_paragraph_at_the_start_or_end_of_its_body() -> None:
    page = '<!doctype html><html><head><title>x</title></head>\n<body class="a"><h1>Title</h1></body></html>'
    for position, place in (("first", 0), ("last", -1)):
        result = labelled(page.encode(), "a.html", position)
        paragraph = lxml_html.document_fromstring(result.decode()).body[place]
        assert (paragraph.get("class"), paragraph.text) == ("aigc-label", WORDS)
        assert result.decode().replace(f'<p class="aigc-label" role="note">{WORDS.replace("&", "&amp;")}</p>', "") == page


def test_words_that_a_pages_encoding_does_not_have_become_references() -> None:
    page = '<meta charset="iso-8859-1"><body>Text ä</body>'.encode("iso-8859-1")
    result = labelled(page, "a.html", "last")
    assert WORDS in lxml_html.document_fromstring(result).text_content()
    assert b"Text \xe4" in result


def book() -> bytes:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body class="b"><p>{}</p></body></html>'
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest><item id="c" href="c.css" media-type="text/css"/>'
        '<item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/><item id="b" href="text/b.xhtml" media-type="application/xhtml+xml"/>'
        '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="O/p.opf"/></rootfiles></container>'
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "O/p.opf": opf}
    parts |= {"O/text/a.xhtml": page.format("First"), "O/text/b.xhtml": page.format("Last")}
    return zipped({name: text.encode() for name, text in parts.items()}, stored=("mimetype",))


@pytest.mark.parametrize(
    ("position", "name", "texts"), [("first", "O/text/a.xhtml", [WORDS, "First"]), ("last", "O/text/b.xhtml", ["Last", WORDS])]
)
def test_a_book_gets_a_paragraph_on_its_first_or_last_page(position: DocumentPosition, name: str, texts: list[str]) -> None:
    original = book()
    result = labelled(original, "a.epub", position)
    before, after = stored_bytes(original), stored_bytes(result)
    assert {part for part in before if before[part] != after[part]} == {name}
    assert list(etree.fromstring(unzipped(result)[name]).itertext())[1:] == texts
    assert not add_document_label(Source(result, "a.epub"), WORDS, position).changed


def test_word_gets_a_first_or_last_paragraph() -> None:
    for position, place in (("first", 0), ("last", -1)):
        result = labelled(word(), "a.docx", position)
        assert docx.Document(io.BytesIO(result)).paragraphs[place].text == WORDS
        before, after = stored_bytes(word()), stored_bytes(result)
        assert {name for name in after if before.get(name) != after[name]} == {"word/document.xml"}


def test_word_gets_a_footer_on_every_page() -> None:
    result = labelled(word(), "a.docx", "footer")
    document = docx.Document(io.BytesIO(result))
    assert [paragraph.text for paragraph in document.sections[0].footer.paragraphs] == [WORDS]
    assert [paragraph.text for paragraph in document.paragraphs] == ["A report", "One paragraph of the text."]


def test_footers_that_are_there_keep_what_they_say_and_all_kinds_in_use_get_the_words() -> None:
    document = docx.Document()
    document.add_paragraph("One")
    section = document.sections[0]
    section.footer.paragraphs[0].text = "Page footer"
    section.different_first_page_header_footer = True
    document.settings.odd_and_even_pages_header_footer = True
    second = document.add_section(WD_SECTION.NEW_PAGE)
    second.footer.is_linked_to_previous = False
    second.footer.paragraphs[0].text = "Second footer"
    out = io.BytesIO()
    document.save(out)
    read = docx.Document(io.BytesIO(labelled(out.getvalue(), "a.docx", "footer")))
    assert [p.text for p in read.sections[0].footer.paragraphs] == ["Page footer", WORDS]
    assert [p.text for p in read.sections[0].first_page_footer.paragraphs] == [WORDS]
    assert [p.text for p in read.sections[0].even_page_footer.paragraphs] == [WORDS]
    assert [p.text for p in read.sections[1].footer.paragraphs] == ["Second footer", WORDS]


def three_slides() -> bytes:
    show = pptx.Presentation()
    for number in range(3):
        show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = f"Slide {number}"
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("position", "slides"), [("first", [0]), ("last", [2]), ("footer", [0, 1, 2])])
def test_slides_get_a_box_along_their_lower_edge(position: DocumentPosition, slides: list[int]) -> None:
    show = pptx.Presentation(io.BytesIO(labelled(three_slides(), "a.pptx", position)))
    found = {number: [shape for shape in slide.shapes if shape.name == "AIGC label"] for number, slide in enumerate(show.slides)}
    assert [number for number, boxes in found.items() if boxes] == slides
    box = found[slides[0]][0]
    assert box.text_frame.text == WORDS
    assert box.top + box.height == show.slide_height
    assert Emu(box.text_frame.paragraphs[0].runs[0].font.size).pt >= 0.05 * Emu(show.slide_height).pt
    assert len({shape.shape_id for shape in show.slides[slides[0]].shapes}) == len(show.slides[slides[0]].shapes)


@pytest.mark.parametrize(
    ("name", "data"), [("a.txt", b"Text\n"), ("a.md", b"Text\n"), ("a.html", b"<p>Text"), ("a.docx", word()), ("a.pptx", powerpoint())]
)
def test_the_implicit_label_goes_in_afterwards(name: str, data: bytes, label: ImplicitLabel) -> None:
    result = labelled(data, name, "last")
    source = Source(result, name)
    container = container_for(source)
    if container.name == "text":
        return
    both = written(source, container.plan(source, label.to_json()))
    assert [site.label for site in sites_in(container.read(Source(both, name)).entries)] == [label]
    assert not add_document_label(Source(both, name), WORDS, "last").changed


@pytest.mark.parametrize(("name", "data"), [("a.json", b'{"a": 1}'), ("a.csv", b"a,b\n"), ("a.bin.txt", b"\xff\xfa\x80\x81\x00\x01")])
def test_kinds_that_words_would_break_are_refused(name: str, data: bytes) -> None:
    with pytest.raises(Unsupported):
        add_document_label(Source(data, name), WORDS)


@pytest.mark.parametrize("size", ["9" * 5000, "wide", "", "0"])
def test_a_presentation_without_a_size_of_its_slides_is_malformed(size: str) -> None:
    show = unzipped(powerpoint())["ppt/presentation.xml"]
    odd = re.sub(rb'(<p:sldSz [^>]*?cx=)"\d+"', rb'\1"%b"' % size.encode(), show)
    with pytest.raises(Malformed, match="size"):
        add_document_label(Source(changed(powerpoint(), {"ppt/presentation.xml": odd}), "a.pptx"), WORDS)


def test_a_shape_with_a_number_that_is_none_is_passed_over() -> None:
    name = "ppt/slides/slide1.xml"
    odd = unzipped(powerpoint())[name].replace(b'cNvPr id="2"', b'cNvPr id="%b"' % (b"9" * 5000))
    after = unzipped(labelled(changed(powerpoint(), {name: odd}), "a.pptx", "first"))[name]
    assert b'cNvPr id="2" name="AIGC label"' in after


def test_signed_documents_are_refused() -> None:
    with pytest.raises(Unsupported, match="signed"):
        add_document_label(Source(changed(word(), {"_xmlsignatures/sig1.xml": b"<x/>"}), "a.docx"), WORDS)


def test_words_that_are_no_label_are_refused() -> None:
    with pytest.raises(LabelError) as refused:
        add_document_label(Source(b"Text", "a.txt"), "Made with care")
    assert refused.value.code == "BL-LABEL-051"
