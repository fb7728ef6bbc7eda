"""HTML labels: one element more in the head, every other byte as it was."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from brightline.labels.containers.html import HTML, scan
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, OverLimit, Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.sites import sites_in
from brightline.labels.writing import written

PAGE = """<!DOCTYPE html>
<html lang="zh"><head>
<!-- a > comment --><meta charset="utf-8"><title>A <meta> title</title>
<script>if (a < b) { x = "</head>"; }</script><style>a > b {}</style>
</head>
<body class='a>b'><p>Text</p></body></html>
"""


def read(data: bytes) -> Reading:
    return HTML.read(Source(data, "a.html"))


def labelled(data: bytes, value: str) -> bytes:
    source = Source(data, "a.html")
    return written(source, HTML.plan(source, value))


def media(data: bytes) -> bytes:
    return b"".join(data[start:stop] for start, stop in read(data).media)


def test_the_label_stands_at_the_end_of_the_head_and_a_browsers_parser_sees_it(label: ImplicitLabel) -> None:
    result = labelled(PAGE.encode(), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert (site.place, site.key, site.label, site.standard) == ("html.meta", "AIGC", label, True)
    document = lxml_html.document_fromstring(result)
    (meta,) = document.xpath("/html/head/meta[@name='AIGC']")
    assert meta.get("content") == label.to_json()
    assert media(result) == PAGE.encode() == media(PAGE.encode())
    assert result.index(b"AIGC") > result.index(b"</style>")
    assert labelled(result, label.to_json()) == result


@pytest.mark.parametrize(
    "page",
    [
        "<p>A fragment</p>",
        "<!doctype html><title>x</title><p>No head tags",
        "<html><body>No head</body></html>",
        "<html><head></head><body/></html>",
        "\ufeff<html><head><meta name=a content=b></HEAD ><body>",
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body/></html>',
        "Only text",
        "",
    ],
)
def test_pages_of_all_shapes_are_labelled_and_keep_their_bytes(page: str, label: ImplicitLabel) -> None:
    result = labelled(page.encode(), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert media(result) == page.encode()
    parsed = lxml_html.document_fromstring(result.removeprefix(codecs.BOM_UTF8).split(b"?>")[-1])
    assert [meta.get("content") for meta in parsed.xpath("//head/meta[@name='AIGC']")] == [label.to_json()]


def test_a_page_of_xml_stays_well_formed(label: ImplicitLabel) -> None:
    from lxml import etree

    page = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body/></html>'
    assert etree.fromstring(labelled(page, label.to_json())) is not None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_pages_in_utf16_are_labelled_in_utf16(encoding: str, label: ImplicitLabel) -> None:
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    original = mark + PAGE.replace("Text", "文字😀").encode(encoding)
    result = labelled(original, label.to_json())
    assert result.decode("utf-16").count('<meta name="AIGC"') == 1
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert media(result) == original


def test_pages_in_gbk_keep_their_bytes(label: ImplicitLabel) -> None:
    original = PAGE.replace("utf-8", "gbk").replace("Text", "文字").encode("gbk")
    result = labelled(original, label.to_json())
    assert read(result).facts["encoding"] == "gbk"
    assert media(result) == original


def test_an_encoding_that_hides_markup_is_refused(label: ImplicitLabel) -> None:
    with pytest.raises(Unsupported, match="iso2022"):
        labelled(PAGE.replace("utf-8", "iso-2022-jp").encode(), label.to_json())


def test_labels_at_odd_places_become_one(label: ImplicitLabel) -> None:
    old = '{"Label":"1","ProduceID":"p"}'
    page = PAGE.replace("</head>\n<body", f"<META content='{old}' NAME=aigc><meta property=x:AIGC content='{old}'/></head>\n<body")
    page = page.replace("</body>", f'<script type="application/ld+json">{{"AIGC":{old}}}</script><!-- AIGC{old} --></body>')
    assert [site.place for site in sites_in(read(page.encode()).entries)] == ["html.meta", "html.meta", "html.json_ld", "html.comment"]
    result = labelled(page.encode(), label.to_json())
    (site,) = sites_in(read(result).entries)
    assert site.label == label
    assert media(result) == media(page.encode()) == PAGE.encode()


def test_other_metadata_is_read_as_it_stands() -> None:
    page = '<meta name=generator content="A &amp; B"><meta property="og:title" content=\'x\'><meta charset=utf-8><meta name="a" content="1" name="b">'
    assert [(entry.key, entry.value, entry.kind) for entry in read(page.encode()).entries] == [
        ("generator", "A & B", "html"),
        ("og:title", "x", "html"),
        ("a", "1", "html"),
    ]


def test_what_only_shows_a_label_is_none() -> None:
    page = "<textarea><meta name=AIGC content='{}'></textarea><template><meta name=AIGC content=x></template><pre>&lt;meta name=AIGC content=x></pre>"
    assert read(page.encode()).entries == ()


def test_pages_are_told_by_their_name_or_their_beginning() -> None:
    assert HTML.accepts(b"x", "a.HTM")
    assert HTML.accepts(b"<!-- c -->\n<!DOCTYPE html>", "page")
    assert not HTML.accepts(b"<html>", "a.md")
    assert not HTML.accepts(b"# Title <html>", "page")


def test_a_page_over_the_limit_is_read_in_part_and_not_written(label: ImplicitLabel) -> None:
    data = PAGE.encode() + b" " * 3_600_000
    source = Source(data, "a.html")
    assert HTML.read(source).gaps
    assert source.bytes_read <= 4_000_000
    with pytest.raises(OverLimit):
        labelled(data, label.to_json())


def test_the_body_is_found() -> None:
    page = scan(Source(PAGE.encode()))
    assert PAGE.encode()[page.body_at :].startswith(b"<p>Text")
    assert PAGE.encode()[page.body_end :].startswith(b"</body>")


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<script>", b'<meta "', b"<meta name='", b"<title", b"<!-- AIGC{", b"</head", b"<meta name=AIGC content="]
)
def test_hostile_pages_end_soon(piece: bytes) -> None:
    data = piece * (1_500_000 // len(piece))
    assert read(data).container == "html"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<head>",
                "</head>",
                "<body>",
                "</body>",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "<title>",
                "</title>",
                '<meta name=AIGC content=\'{"Label":"1"}\'>',
                "<meta charset=utf-8>",
                "'",
                '"',
                ">",
                "x",
                "\n",
                "<html>",
                "<!doctype html>",
            ]
        ),
        max_size=20,
    )
)
def test_any_page_is_labelled_once_or_refused(pieces: list[str]) -> None:
    data, value = "".join(pieces).encode(), ImplicitLabel("1", "a", "b").to_json()
    try:
        result = labelled(data, value)
    except LabelError:
        return
    assert media(result) == media(data)
    assert [site.raw for site in sites_in(read(result).entries)] == [value]


def test_a_page_of_metadata_and_nothing_else_is_not_read_to_its_end(label: ImplicitLabel) -> None:
    page = Source(b"<head>" + b'<meta name="a" content="x">' * 8193, "a.html")
    assert any("meta elements" in gap.reason for gap in HTML.read(page).gaps)
    with pytest.raises(OverLimit):
        HTML.plan(page, label.to_json())
