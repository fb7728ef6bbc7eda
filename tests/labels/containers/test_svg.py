"""SVG: the label in ``metadata``, nothing that is drawn changed; other XML is read."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.containers.svg import SVG, XML
from brightline.labels.errors import LabelError, Malformed, OverLimit, Unsupported
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.proof import prove_pieces, same_media
from brightline.labels.registry import container_for, read
from brightline.labels.verification import verify
from brightline.labels.verification.verdict import State
from brightline.labels.writing import written
from tests.labels.containers.pictures import FOREIGN_XMP, reading_or_error, refusal, seen_by_exiftool

OPEN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
DRAWN = b'<defs><linearGradient id="g"><stop offset="0" stop-color="#123456"/></linearGradient></defs><rect width="30" height="20" fill="url(#g)"/>'
PLAIN = b'<?xml version="1.0" encoding="UTF-8"?>\n' + OPEN + b"<title>A box</title>" + DRAWN + b"</svg>\n"
INKSCAPE = (
    b'<?xml version="1.0" standalone="no"?>\r\n<!-- Created with Inkscape -->\r\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\r\n'
    b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b'<svg:metadata id="m"><rdf:RDF><rdf:Description rdf:about=""><dc:format>image/svg+xml</dc:format></rdf:Description></rdf:RDF></svg:metadata>'
    b'<svg:path d="M0 0h9v9z"/></svg:svg>'
)
FORMS = {
    "plain": PLAIN,
    "Inkscape's, with prefixes and a document type": INKSCAPE,
    "with a foreign packet": OPEN + b"<metadata>" + FOREIGN_XMP + b"</metadata>" + DRAWN + b"</svg>",
    "with empty metadata": OPEN + b"<metadata/>" + DRAWN + b"</svg>",
    "with a byte-order mark": b"\xef\xbb\xbf" + PLAIN,
    "with metadata of a shape alone": OPEN + b"<g><metadata>x</metadata></g></svg>",
    "counted from its end": OPEN + b"<style>rect:last-child{fill:red}</style>" + DRAWN + b"</svg>",
}
OLD = '{"AIGC":{"Label":"1","ContentProducer":"OLD","ProduceID":"0"}}'
ESCAPED = OLD.replace('"', "&quot;").encode()


def labelled(data: bytes, label: ImplicitLabel) -> bytes:
    """``data`` with the label, proved, the same again when it is done twice, and drawn from the same bytes."""
    result = write_label(data, label, name="a.svg")
    assert result.data is not None
    assert {step.name: step.outcome for step in result.steps}["reader.elementtree"] == "passed"
    source, after = Source(data), Source(result.data)
    before, seen = SVG.read(source), SVG.read(after)
    prove_pieces(before, SVG.plan(source, label.to_json()), seen)
    same_media(source, before.media, after, seen.media)
    assert write_label(result.data, label, name="a.svg").data == result.data
    return result.data


def without_metadata(data: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Every element with its attributes and text, as another parser sees them, but for metadata of the picture itself."""
    root = ElementTree.fromstring(data)  # noqa: S314 - our own files
    for child in list(root):
        if child.tag == "{http://www.w3.org/2000/svg}metadata":
            root.remove(child)
    return [(element.tag, element.attrib, (element.text or "").strip()) for element in root.iter()]


@pytest.mark.parametrize("form", FORMS)
def test_the_label_stands_in_metadata_and_the_rest_stays(form: str, label: ImplicitLabel) -> None:
    result = labelled(FORMS[form], label)
    (site,) = read(result, "a.svg").labels
    assert (site.place, site.label, site.standard) == ("svg.metadata.xmp", label, True)
    assert without_metadata(result) == without_metadata(FORMS[form])


@pytest.mark.parametrize("form", ["plain", "with a foreign packet", "counted from its end"])
def test_exiftool_sees_the_label(form: str, label: ImplicitLabel, tmp_path: Path) -> None:
    seen = seen_by_exiftool(labelled(FORMS[form], label), tmp_path, ".svg")
    assert label.to_json() in seen.values()


def test_a_foreign_packet_keeps_what_it_says(label: ImplicitLabel) -> None:
    result = labelled(FORMS["with a foreign packet"], label)
    assert b"xmp:CreatorTool = 'A &amp; B'" in result
    assert result.count(b"<x:xmpmeta") == 1


def test_a_browser_draws_the_same(label: ImplicitLabel, tmp_path: Path) -> None:
    pictures = [data for form in ("plain", "counted from its end") for data in (FORMS[form], labelled(FORMS[form], label))]
    addresses = [f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}" for data in pictures]
    page = tmp_path / "page.html"
    script = (
        f"Promise.all({addresses!r}.map("
        "async a=>{let i=new Image(40,40);i.src=a;await i.decode();let c=document.createElement('canvas');"
        "c.width=c.height=40;c.getContext('2d').drawImage(i,0,0,40,40);return c.toDataURL()}))"
        ".then(d=>document.body.textContent='drawn '+new Set(d).size+' '+(d[0]==d[1])+' '+(d[2]==d[3]))"
    )
    page.write_text(f"<body><script>{script}</script>")
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
        "--virtual-time-budget=5000",
        "--dump-dom",
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "drawn 2 true true" in done.stdout


ODD = {
    "svg.metadata.xmp": OPEN
    + b"<g><metadata><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description rdf:about='' xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/'><TC260:AIGC>" + OLD.encode() + b"</TC260:AIGC>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta></metadata></g>" + DRAWN + b"</svg>",
    "svg.comment": OPEN + b"<!-- AIGC" + OLD.encode() + b" -->" + DRAWN + b"</svg>",
    "svg.attribute": b'<svg xmlns="http://www.w3.org/2000/svg" data-x="1" AIGC="' + ESCAPED + b'">' + DRAWN + b"</svg>",
    "svg.element": OPEN + b"<metadata><AIGC>" + OLD.encode() + b"</AIGC></metadata>" + DRAWN + b"</svg>",
    "svg.desc": OPEN + b"<desc>" + OLD.encode() + b"</desc>" + DRAWN + b"</svg>",
}


@pytest.mark.parametrize("place", ODD)
def test_a_label_at_an_odd_place_is_found_and_taken_out(place: str, label: ImplicitLabel) -> None:
    (site,) = read(ODD[place], "a.svg").labels
    assert (site.place, site.standard) == (place, False)
    assert verify(ODD[place], name="a.svg").state is State.CONFIRMED
    assert b"OLD" not in labelled(ODD[place], label)


def test_a_label_with_an_element_inside_is_written_anew(label: ImplicitLabel) -> None:
    broken = labelled(PLAIN, label).replace(b"ContentPro", b"ContentPro<metadata/>", 1)
    assert b"ContentPro<metadata/>" not in labelled(broken, label)


def test_an_element_that_could_be_counted_is_not_added(label: ImplicitLabel) -> None:
    data = OPEN + b"<style>rect:only-child{fill:red}</style></svg>"
    assert isinstance(refusal(SVG, data), Unsupported)
    assert labelled(data.replace(b"</svg>", b"<metadata/></svg>"), label)


BOMB = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a;" * 10) for n in range(9)) + b"]>"
REFUSED = {
    "entities": (BOMB + OPEN + b"<title>&a8;</title></svg>", Malformed),
    "an entity of a file": (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + OPEN + b"<title>&x;</title></svg>", Malformed),
    "another root": (b"<html><svg/></html>", Malformed),
    "cut off": (PLAIN[:-20], Malformed),
    "UTF-16": (PLAIN.decode().replace("UTF-8", "UTF-16").encode("utf-16"), Unsupported),
    "compressed": (b"\x1f\x8b\x08\0" + bytes(20), Unsupported),
    "nothing in it": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Malformed),
    "too deep": (OPEN + b"<g>" * 500 + b"</g>" * 500 + b"</svg>", OverLimit),
}


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_be_followed_is_refused_and_never_clean(form: str) -> None:
    data, error = REFUSED[form]
    assert type(refusal(SVG, data)) is error
    assert verify(data, name="a.svg").state is State.INCONCLUSIVE


def test_a_million_elements_end_soon() -> None:
    assert isinstance(reading_or_error(SVG, OPEN + b"<a/>" * 1_000_000 + b"</svg>"), OverLimit)


@pytest.mark.parametrize(
    ("data", "name", "container"),
    [
        (PLAIN, "", "svg"),
        (INKSCAPE, "", "svg"),
        (INKSCAPE, "a.png", "svg"),
        (b"<rss><channel/></rss>", "feed.rss", "xml"),
        (b"<?xml version='1.0'?><feed/>", "", "xml"),
        (b"<!doctype html><svg></svg>", "a.html", "html"),
    ],
)
def test_each_kind_is_known_by_its_root(data: bytes, name: str, container: str) -> None:
    assert container_for(Source(data, name)).name == container


def test_a_feed_is_read_and_not_written() -> None:
    feed = b'<?xml version="1.0"?><rss><channel><title>News of AIGC labels</title><item><meta name="AIGC" content="%b"/></item></channel></rss>'
    assert verify(feed % b"", name="a.xml").state is State.NONE
    assert verify(feed % ESCAPED, name="a.xml").state is State.CONFIRMED
    assert isinstance(refusal(XML, feed % b""), Unsupported)


_PIECES = st.sampled_from(
    [
        OPEN,
        DRAWN,
        b"</svg>",
        b"<metadata>",
        b"</metadata>",
        b"<metadata/>",
        FOREIGN_XMP,
        b"<!-- AIGC",
        b"-->",
        ESCAPED,
        b"<AIGC>",
        b"</AIGC>",
        b"<g>",
        b"</g>",
        b'<a AIGC="',
        b'"/>',
        b"\xff",
        b"]]>",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=10).map(b"".join))
def test_any_bytes_are_answered_or_refused(data: bytes) -> None:
    label = ImplicitLabel("1", "a", "b")
    if isinstance(reading_or_error(SVG, data), Reading):
        try:
            result = written(Source(data), SVG.plan(Source(data), label.to_json()))
        except LabelError:
            return
        assert [site.label for site in read(result, "a.svg").labels] == [label]
