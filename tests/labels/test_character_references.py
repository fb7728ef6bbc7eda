"""Character references: what they stand for, and references that no reader of them can be stopped by."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.character_references import dereferenced
from brightline.labels.security.security_data import read_security_data
from brightline.labels.verification import verify
from brightline.labels.xmp import xmp_values

HOSTILE = f"&#{'9' * 5000};"  # int() refuses more than 4,300 digits


@given(
    st.lists(st.sampled_from(["&quot;", "&amp;", "#34;", "&#x22;", "&#0000034;", "&#1114112;", "&", "AIGC"]) | st.text(max_size=9)).map(
        "".join
    )
)
def test_references_stand_for_what_html_says(text: str) -> None:
    assert dereferenced(text) == html.unescape(text)


@pytest.mark.parametrize("end", ["", ";"])
def test_a_reference_of_thousands_of_digits_is_no_character(end: str) -> None:
    assert dereferenced(f"&quot;&#{'9' * 5000}{end}&quot;") == '"\ufffd"'


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("a.html", f"""<meta name="AIGC" content='{{"Label":"{HOSTILE}","ContentProducer":"x"}}'><p>Text"""),
        ("a.html", f"<p>Text {HOSTILE}"),
        ("a.md", f"""---\nAIGC: '{{&quot;Label&quot;:&quot;{HOSTILE}&quot;}}'\n---\nText"""),
    ],
)
def test_a_file_with_one_is_verified(name: str, page: str) -> None:
    assert verify(page.encode(), name=name).container in ("html", "markdown")


def test_a_packet_and_a_reserved_code_with_one_are_read() -> None:
    wrapped = f"{{&quot;AIGC&quot;:{{&quot;Label&quot;:&quot;{HOSTILE}&quot;}}}}".replace("&", "&amp;")
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="{wrapped}"/></rdf:RDF></x:xmpmeta>"""
    assert [label.form for label in xmp_values(packet).labels] == ["wrapped"]
    assert read_security_data(f"{{&quot;{HOSTILE}") is None
