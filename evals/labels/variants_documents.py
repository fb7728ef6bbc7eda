"""Documents and texts for the lossless evaluation: by the libraries that most services write them with, by Chromium's printer, Info-ZIP, and by
hand where a structure is wanted that none of them makes (hybrid PDF, revisions, packages that were streamed)."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from evals.labels.variants import Variant, picture

__all__ = ["documents"]

_TEXT = "这是第 {n} 份文件。The text of document {n}, written for a test. "


def documents() -> Iterator[Variant]:
    """All variants of all document formats."""
    yield from _pdf()
    yield from _office()
    yield from _packages()
    yield from _drawings()
    yield from _texts()


# PDF


def _pdf() -> Iterator[Variant]:
    for mode in ("RGB", "L", "1", "CMYK", "P"):
        yield Variant("pdf", ".pdf", "Pillow pdf", f"{mode} picture", _saved_by_pillow(mode))
    yield Variant("pdf", ".pdf", "Pillow pdf", "three pages, then a fourth appended", _appended_by_pillow)
    yield Variant("pdf", ".pdf", "pypdf", "written anew, metadata, outline, attachment", _by_pypdf)
    yield Variant("pdf", ".pdf", "pypdf", "incremental update", _updated_by_pypdf)
    yield Variant("pdf", ".pdf", "Chromium (Skia)", "page printed, tagged", _by_chromium)
    from tests.labels.containers import pdf_files

    made: dict[str, Callable[[pdf_files.Objects], bytes]] = {
        "table": pdf_files.classic,
        "table, Windows line ends": lambda objects: pdf_files.classic(objects, eol=b"\r\n"),
        "cross-reference stream, object streams": pdf_files.compressed,
        "cross-reference stream without predictor": lambda objects: pdf_files.compressed(objects, predictor=False),
        "hybrid": pdf_files.hybrid,
        "two revisions": lambda objects: pdf_files.revised(pdf_files.classic(objects), {pdf_files.CONTENT: objects[pdf_files.CONTENT]}),
    }
    for what, write in made.items():
        yield Variant(
            "pdf", ".pdf", "by hand", what, lambda path, number, write=write: _put(path, write(pdf_files.one_page(_info(number))))
        )
    yield Variant("pdf", ".pdf", "by hand", "no Info", lambda path, _: _put(path, pdf_files.classic(pdf_files.one_page(None))))


def _info(number: int) -> bytes:
    return b"<< /Title (Document %d) /Producer (A program) >>" % number


def _saved_by_pillow(mode: str) -> Callable[[Path, int], None]:
    return lambda path, number: picture(number, mode, 16).save(path, title=f"Document {number}", author="A person")


def _appended_by_pillow(path: Path, number: int) -> None:
    first, *more = (picture(number + step, "RGB", 16) for step in range(4))
    first.save(path, save_all=True, append_images=more[:2])
    more[2].save(path, append=True)


def _by_pypdf(path: Path, number: int) -> None:
    from pypdf import PdfReader, PdfWriter

    from tests.labels.containers import pdf_files

    writer = PdfWriter()
    for _ in range(1 + number):
        writer.append(PdfReader(io.BytesIO(pdf_files.classic(pdf_files.one_page()))))
    writer.add_metadata({"/Title": f"文件 {number}", "/Custom": "kept"})
    writer.add_outline_item("First", 0)
    writer.add_attachment("data.txt", b"attached")
    writer.write(path)


def _updated_by_pypdf(path: Path, number: int) -> None:
    from pypdf import PdfReader, PdfWriter

    from tests.labels.containers import pdf_files

    writer = PdfWriter(PdfReader(io.BytesIO(pdf_files.classic(pdf_files.one_page()))), incremental=True)
    writer.add_metadata({"/Subject": f"update {number}"})
    writer.write(path)


def _by_chromium(path: Path, number: int) -> None:
    with tempfile.TemporaryDirectory(prefix="brightline-print-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(_page(number), "utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={path.absolute()}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


# Office


def _office() -> Iterator[Variant]:
    yield Variant("docx", ".docx", "python-docx", "headings, table, picture", _word)
    yield Variant("docx", ".docx", "python-docx, Info-ZIP", "packed anew", lambda path, number: _packed_anew(path, number, _word))
    yield Variant("docx", ".docx", "python-docx, zipfile", "streamed, stored", lambda path, number: _streamed(path, number, _word))
    yield Variant("docx", ".docx", "python-docx", "custom properties of others", lambda path, number: _word(path, number, custom=True))
    yield Variant("xlsx", ".xlsx", "openpyxl", "formulas, styles", _sheet)
    yield Variant("xlsx", ".xlsx", "openpyxl", "custom properties of others", lambda path, number: _sheet(path, number, custom=True))
    yield Variant("xlsx", ".xlsx", "xlsxwriter", "chart, custom properties", _charted)
    yield Variant("xlsx", ".xlsx", "xlsxwriter", "constant memory", lambda path, number: _charted(path, number, constant_memory=True))
    yield Variant("pptx", ".pptx", "python-pptx", "slides with a picture", _slides)
    yield Variant("pptx", ".pptx", "python-pptx, Info-ZIP", "packed anew", lambda path, number: _packed_anew(path, number, _slides))


def _word(path: Path, number: int, *, custom: bool = False) -> None:
    import docx

    document = docx.Document()
    document.add_heading(f"报告 {number}", 1)
    for _ in range(3 + number):
        document.add_paragraph(_TEXT.format(n=number))
    document.add_table(2, 3).cell(1, 2).text = f"cell {number}"
    document.add_picture(_png(number))
    document.core_properties.author = "A person"
    document.save(str(path))
    if custom:
        _with_custom_properties(path)


def _sheet(path: Path, number: int, *, custom: bool = False) -> None:
    import openpyxl
    from openpyxl.packaging.custom import StringProperty
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 6):
        sheet.append([row, row * number, f"=A{row}*B{row}", _TEXT.format(n=row)])
    sheet["A1"].font = Font(bold=True)
    book.create_sheet("第二页")["B2"] = number
    if custom:
        book.custom_doc_props.append(StringProperty(name="Owner", value="A person"))
    book.save(path)


def _charted(path: Path, number: int, *, constant_memory: bool = False) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": constant_memory}) as book:
        sheet = book.add_worksheet("数据")
        for row in range(5):
            sheet.write_row(row, 0, [row, row * number])
            sheet.write_formula(row, 2, f"=A{row + 1}+B{row + 1}")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=数据!$A$1:$A$5"})
        sheet.insert_chart("E2", chart)
        book.set_custom_property("Owner", "A person")


def _slides(path: Path, number: int) -> None:
    import pptx

    show = pptx.Presentation()
    for slide in range(1 + number):
        made = show.slides.add_slide(show.slide_layouts[5])
        made.shapes.title.text = f"幻灯片 {slide}"
        made.shapes.add_picture(_png(number), 10_000, 20_000)
    show.save(str(path))


def _with_custom_properties(path: Path) -> None:
    parts = _parts(path)
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
    types, relations = parts["[Content_Types].xml"].decode(), parts["_rels/.rels"].decode()
    parts["[Content_Types].xml"] = types.replace(
        "</Types>", f'<Override PartName="/docProps/custom.xml" ContentType="{kind}"/></Types>'
    ).encode()
    parts["_rels/.rels"] = relations.replace(
        "</Relationships>", f'<Relationship Id="rId99" Type="{relation}" Target="docProps/custom.xml"/></Relationships>'
    ).encode()
    parts["docProps/custom.xml"] = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
        b' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2"'
        b' name="Owner"><vt:lpwstr>A person</vt:lpwstr></property></Properties>'
    )
    _put(path, _zipped(parts))


# Packages


def _packages() -> Iterator[Variant]:
    yield Variant("epub", ".epub", "zipfile", "EPUB 3", lambda path, number: _put(path, _zipped(_book(number), stored=("mimetype",))))
    yield Variant(
        "epub",
        ".epub",
        "zipfile",
        "EPUB 2, cover named",
        lambda path, number: _put(path, _zipped(_book(number, "2.0"), stored=("mimetype",))),
    )
    yield Variant("epub", ".epub", "Info-ZIP", "EPUB 3", lambda path, number: _by_info_zip(path, _book(number)))
    yield Variant("ofd", ".ofd", "zipfile", "one page", lambda path, number: _put(path, _zipped(_ofd(number))))
    yield Variant("ofd", ".ofd", "zipfile", "custom data of others", lambda path, number: _put(path, _zipped(_ofd(number, custom=True))))
    yield Variant("ofd", ".ofd", "Info-ZIP", "one page", lambda path, number: _by_info_zip(path, _ofd(number)))


def _book(number: int, version: str = "3.0") -> dict[str, bytes]:
    metadata = f'<dc:title>书 {number}</dc:title><dc:identifier id="id">urn:x:{number}</dc:identifier><dc:language>zh</dc:language>'
    metadata += (
        '<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta>' if version == "3.0" else '<meta name="cover" content="cover"/>'
    )
    package = f'<package xmlns="http://www.idpf.org/2007/opf" version="{version}" unique-identifier="id">'
    package += f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
    package += (
        '<manifest><item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="p"/></spine></package>'
    )
    rootfile = '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    return {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": f'<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>{rootfile}</rootfiles></container>'.encode(),
        "OEBPS/book.opf": f'<?xml version="1.0" encoding="UTF-8"?>\n{package}\n'.encode(),
        "OEBPS/p.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>{_TEXT.format(n=number)}</p></body></html>'.encode(),
    }


def _ofd(number: int, *, custom: bool = False) -> dict[str, bytes]:
    data = '<ofd:CustomDatas><ofd:CustomData Name="Owner">A person</ofd:CustomData></ofd:CustomDatas>' if custom else ""
    info = f"<ofd:DocInfo><ofd:DocID>{number:032x}</ofd:DocID><ofd:Title>题目 {number}</ofd:Title>{data}</ofd:DocInfo>"
    body = f"<ofd:DocBody>{info}<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    return {
        "OFD.xml": f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD">{body}</ofd:OFD>'.encode(),
        "Doc_0/Document.xml": b'<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"/>',
        "Doc_0/Pages/Page_0/Content.xml": b'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"/>' * (1 + number),
    }


# Drawings


def _drawings() -> Iterator[Variant]:
    others = (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>image/svg+xml</dc:format></rdf:Description></rdf:RDF></metadata>'
    )
    styled = "<style>rect { fill: #246; } g > circle { opacity: 0.5; }</style>"
    for what, head in (("plain", ""), ("metadata of others", others), ("styled, titled", f"<title>图</title>{styled}")):
        yield Variant("svg", ".svg", "by hand", what, lambda path, number, head=head: _put(path, _drawing(number, head).encode()))
    doctype = (
        '<?xml version="1.0"?>\r\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\r\n'
    )
    yield Variant(
        "svg", ".svg", "by hand", "document type, CRLF", lambda path, number: _put(path, (doctype + _drawing(number, "")).encode())
    )


def _drawing(number: int, head: str) -> str:
    shapes = "".join(f'<circle cx="{20 + 9 * at}" cy="{30 + number}" r="{4 + at}" fill="#a{at}3"/>' for at in range(5))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="60" viewBox="0 0 100 60">{head}'
        f'<rect width="90" height="{20 + number}" fill="#ccd"/><g>{shapes}</g></svg>\n'
    )


# Texts


def _texts() -> Iterator[Variant]:
    for what, encoding, line_end in (
        ("UTF-8", "utf-8", "\n"),
        ("UTF-8 with mark, CRLF", "utf-8-sig", "\r\n"),
        ("GB 18030", "gb18030", "\n"),
    ):
        for format_, suffix, write in (("html", ".html", _page), ("markdown", ".md", _article), ("text", ".txt", _note)):
            yield Variant(format_, suffix, "by hand", what, _encoded(write, encoding, line_end))
    yield Variant("html", ".xhtml", "by hand", "XHTML", _encoded(_strict_page, "utf-8", "\n"))
    yield Variant("html", ".html", "by hand", "no head", _encoded(lambda number: f"<p>{_TEXT.format(n=number)}", "utf-8", "\n"))
    yield Variant("html", ".html", "lxml", "serialised", _by_lxml)
    yield Variant("markdown", ".md", "by hand", "front matter of others", _encoded(_with_front_matter, "utf-8", "\n"))
    yield Variant("markdown", ".md", "by hand", "front matter of others, CRLF", _encoded(_with_front_matter, "utf-8", "\r\n"))
    yield Variant("text", ".json", "json", "object", lambda path, number: _put(path, json.dumps({"n": number, "text": "字"}).encode()))
    yield Variant(
        "text", ".jsonl", "json", "lines", lambda path, number: _put(path, b"".join(b'{"n": %d}\n' % row for row in range(number + 2)))
    )
    yield Variant("text", ".csv", "csv", "rows", _rows)


def _page(number: int) -> str:
    head = f'<meta name="description" content="page {number}"><title>标题 {number}</title><style>p {{ color: #123 }}</style>'
    return f"<!doctype html>\n<html lang=zh><head>{head}</head>\n<body><h1>标题</h1><p>{_TEXT.format(n=number) * 5}</p></body></html>\n"


def _strict_page(number: int) -> str:
    return f'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>{_TEXT.format(n=number)}</p></body></html>\n'


def _article(number: int) -> str:
    return f"# 标题 {number}\n\n{_TEXT.format(n=number)}\n\n```python\nprint('---')\n```\n\n---\n\nThe end.\n"


def _with_front_matter(number: int) -> str:
    return f"---\ntitle: 文章 {number}\ntags:\n  - a\n  - b\n---\n\n{_article(number)}"


def _note(number: int) -> str:
    return f"{_TEXT.format(n=number)}\n" * 4


def _encoded(write: Callable[[int], str], encoding: str, line_end: str) -> Callable[[Path, int], None]:
    def make(path: Path, number: int) -> None:
        text = write(number).replace("\n", line_end)
        if encoding == "gb18030" and "<head>" in text:
            text = text.replace("<head>", '<head><meta charset="gb18030">')
        _put(path, text.encode(encoding))

    return make


def _by_lxml(path: Path, number: int) -> None:
    from lxml import html

    _put(path, html.tostring(html.document_fromstring(_page(number)), encoding="utf-8", include_meta_content_type=True))


def _rows(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([row, _TEXT.format(n=number), "a, quoted"] for row in range(3))


# Zips


def _zipped(parts: Mapping[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def _by_info_zip(path: Path, parts: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="brightline-zip-") as folder:
        for name, data in parts.items():
            file = Path(folder) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        first, *rest = parts
        target = str(path.absolute())
        subprocess.run(["zip", "-q", "-X", "-0", target, first], cwd=folder, check=True, timeout=30)
        subprocess.run(["zip", "-q", "-X", "-9", target, *rest], cwd=folder, check=True, timeout=30)


def _packed_anew(path: Path, number: int, write: Callable[[Path, int], None]) -> None:
    write(path, number)
    parts = _parts(path)
    path.unlink()
    _by_info_zip(path, parts)


def _streamed(path: Path, number: int, write: Callable[[Path, int], None]) -> None:
    from tests.labels.containers.package_files import zipped

    write(path, number)
    _put(path, zipped(_parts(path), stored=("word/document.xml",), streamed=True))


def _png(number: int) -> io.BytesIO:
    out = io.BytesIO()
    picture(number, least=16).save(out, "PNG")
    return io.BytesIO(out.getvalue())


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)
