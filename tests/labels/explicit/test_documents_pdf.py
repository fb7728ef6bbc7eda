"""Words on the pages of a PDF: readable, upright, at their edge; the original stays a prefix."""

from __future__ import annotations

import io
import subprocess
from contextlib import suppress
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from brightline.labels.containers.pdf import PDF
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported
from brightline.labels.explicit.documents import DocumentPosition, add_document_label
from brightline.labels.explicit.documents_font import cut_font
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written
from tests.labels.containers import pdf_files as files

WORDS = "本内容由人工智能生成 AI"


def labelled(data: bytes, position: DocumentPosition = "first", text: str = WORDS) -> bytes:
    source = Source(data, "a.pdf")
    return written(source, add_document_label(source, text, position).plan)


def picture(data: bytes, page: int = 0) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    try:
        return document[page].render(scale=2).to_pil().convert("L")
    finally:
        document.close()


def texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def three_pages() -> dict[int, bytes]:
    """Three pages in a tree of two levels; the middle node holds what the pages inherit."""
    objects = files.one_page()
    resources = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /MediaBox [0 0 200 300]"
    objects[files.PAGES] = b"<< /Type /Pages /Kids [6 0 R 9 0 R] /Count 3 %b >>" % resources
    objects[files.PAGE] = b"<< /Type /Page /Parent 6 0 R /Contents 4 0 R >>"
    objects[6] = b"<< /Type /Pages /Parent 2 0 R /Kids [3 0 R 8 0 R] /Count 2 >>"
    objects[8] = b"<< /Type /Page /Parent 6 0 R /Contents [4 0 R 4 0 R] /CropBox [20 20 180 260] >>"
    objects[9] = b"<< /Type /Page /Parent 2 0 R >>"
    return objects


@pytest.mark.parametrize("make", [files.classic, files.compressed, files.hybrid])
def test_the_words_can_be_read_by_other_readers_and_the_original_is_a_prefix(make: object) -> None:
    assert callable(make)
    original = make(files.one_page())
    result = labelled(original)
    assert result.startswith(original)
    assert texts(result) == [f"Page of a test\n{WORDS}"]
    page = pypdfium2.PdfDocument(result)[0]
    assert WORDS in page.get_textpage().get_text_range()


@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90])
@pytest.mark.parametrize("position", ["first", "last"])
def test_the_line_is_drawn_at_the_edge_of_the_page_as_it_is_shown(turned: int, position: DocumentPosition) -> None:
    objects = files.one_page()
    objects[files.PAGE] = objects[files.PAGE].replace(b"[0 0 200 200]", b"[-10 -20 190 280] /Rotate %d" % turned)
    original = files.classic(objects)
    before, after = picture(original), picture(labelled(original, position))
    left, top, right, bottom = ImageChops.difference(before, after).getbbox() or (0, 0, 0, 0)
    assert right - left > 4 * (bottom - top)  # it runs from left to right
    assert abs((left + right) / 2 - before.width / 2) < 4
    distance = top if position == "first" else before.height - bottom
    assert 0 < distance < 0.05 * before.height


def test_first_last_and_every_page(tmp_path: Path) -> None:
    original = files.classic(three_pages())
    page = "Page of a test"
    assert texts(labelled(original, "first")) == [f"{page}\n{WORDS}", texts(original)[1], ""]
    assert texts(labelled(original, "last"))[0] == page
    assert WORDS in texts(labelled(original, "last"))[2]
    every = labelled(original, "footer")
    assert all(WORDS in text for text in texts(every))
    file = tmp_path / "a.pdf"
    file.write_bytes(every)
    told = subprocess.run(["exiftool", "-s3", "-PageCount", "-Warning", str(file)], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "3"


def test_the_line_stands_inside_the_part_of_the_page_that_is_shown() -> None:
    original = files.classic(three_pages())
    before, after = picture(original, 1), picture(labelled(original, "footer"), 1)
    box = ImageChops.difference(before, after).getbbox()
    assert box is not None
    assert box[3] < after.height == 480


def test_what_a_page_drew_stays_pixel_by_pixel_outside_the_line() -> None:
    original = files.classic(files.one_page())
    before, after = picture(original), picture(labelled(original, "first"))
    assert before.crop((0, 60, 400, 400)).tobytes() == after.crop((0, 60, 400, 400)).tobytes()


def test_the_same_words_twice_change_nothing_and_other_words_replace_them() -> None:
    once = labelled(files.compressed(files.one_page()), "footer")
    assert not add_document_label(Source(once, "a.pdf"), WORDS, "footer").changed
    other = labelled(once, "footer", "AI生成")
    assert texts(other) == ["Page of a test\nAI生成"]
    assert texts(labelled(other, "footer")) == [f"Page of a test\n{WORDS}"]


def test_the_implicit_label_goes_in_afterwards(label: ImplicitLabel) -> None:
    result = labelled(files.classic(files.one_page()))
    source = Source(result, "a.pdf")
    both = written(source, PDF.plan(source, label.to_json()))
    assert [site.label for site in sites_in(PDF.read(Source(both, "a.pdf")).entries)] == [label]
    assert picture(both).tobytes() == picture(result).tobytes()


def test_names_of_the_page_survive_being_written_anew() -> None:
    objects = files.one_page()
    objects[files.PAGE] = (
        objects[files.PAGE]
        .replace(b"/F1", b"/F#20#e4#231")
        .replace(b"<< /Font", b"<< /ProcSet [/PDF /Text] /X 1.50 /Y (a\\)b) /Z null /B true /Font")
    )
    objects[files.CONTENT] = files.stream(b"BT /F#20#e4#231 18 Tf 20 120 Td (Page of a test) Tj ET")
    assert (
        picture(labelled(files.classic(objects))).crop((0, 60, 400, 400)).tobytes()
        == picture(files.classic(objects)).crop((0, 60, 400, 400)).tobytes()
    )
    update = labelled(files.classic(objects))[len(files.classic(objects)) :]
    assert b"/ProcSet [/PDF /Text] /X 1.5 /Y <612962> /Z null /B true" in update
    assert b"/F#20#E4#231" in update


def test_a_long_label_gets_smaller_letters_and_one_that_does_not_fit_is_refused() -> None:
    long = "本内容由人工智能生成合成，请注意甄别。"
    assert long in texts(labelled(files.classic(files.one_page()), "first", long))[0]
    with pytest.raises(Unsupported, match="fit"):
        labelled(files.classic(files.one_page()), "first", long * 5)


def test_signed_and_encrypted_files_are_refused() -> None:
    with pytest.raises(Unsupported, match="signed"):
        labelled(files.classic(files.one_page(catalogue=b" /AcroForm << /SigFlags 3 >>")))
    writer = pypdf.PdfWriter(io.BytesIO(files.classic(files.one_page())))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(Unsupported, match="encrypted"):
        labelled(out.getvalue())


@pytest.mark.parametrize("kids", [b"/Kids [2 0 R]", b"/Kids [99 0 R]", b"/Kids []", b"/Kids [<<>>]", b"/Kids [3 0 R 3 0 R]"])
def test_broken_page_trees_are_malformed(kids: bytes) -> None:
    objects = files.one_page()
    objects[files.PAGES] = b"<< /Type /Pages %b /Count 1 >>" % kids
    with pytest.raises(Malformed):
        labelled(files.classic(objects), "footer")


def test_the_cut_font_is_a_font_with_the_glyphs_of_the_text() -> None:
    font = cut_font("本内容由AI生成")
    opened = TTFont(io.BytesIO(font.program))
    assert opened["maxp"].numGlyphs == len(font.widths)
    assert [opened["glyf"][name].numberOfContours != 0 for name in opened.getGlyphOrder()[1:9]] == [True] * 8
    assert font.text_width == sum(font.widths[glyph] for glyph in font.glyphs)
    assert len(font.program) < 10_000


def test_characters_that_the_font_does_not_have_are_refused() -> None:
    with pytest.raises(LabelError) as refused:
        labelled(files.classic(files.one_page()), "first", "AI生成 𠀀")
    assert refused.value.code == "BL-LABEL-052"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutated_files_raise_only_label_errors(data: st.DataObject) -> None:
    mutated = bytearray(files.classic(three_pages()))
    for _ in range(data.draw(st.integers(1, 8))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(32, 126))
    with suppress(LabelError):
        add_document_label(Source(bytes(mutated), "a.pdf"), WORDS, "footer")
