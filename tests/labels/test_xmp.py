"""XMP packets: labels in every form, one put in, all taken out, and the bytes of others as they were."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.label import ImplicitLabel
from brightline.labels.xmp import AIGC_NAMESPACE, packet_text, with_label, without_label, xmp_values

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OLD = '{"Label":"1","ContentProducer":"somebody"}'
ESCAPED = OLD.replace('"', "&quot;")


def packet(*properties: str, attributes: str = "", about: str = "", after: str = "") -> str:
    """A packet with one description."""
    names = f'xmlns:TC260="{AIGC_NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">'
        f'<rdf:Description rdf:about="{about}" {names} {attributes}>{"".join(properties)}</rdf:Description></rdf:RDF></x:xmpmeta>{after}'
    )


def wrapped_in_xpacket(inner: str, padding: int = 0, end: str = "w") -> bytes:
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{inner}{" " * padding}<?xpacket end="{end}"?>'.encode()


FOREIGN = "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>猫 &amp; 狗</rdf:li></rdf:Alt></dc:title>"

FORMS = {
    "element": (packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>"), "element", ()),
    "element with entities": (packet(f"<TC260:AIGC>{ESCAPED}</TC260:AIGC>"), "element", ()),
    "element in CDATA": (packet(f"<TC260:AIGC><![CDATA[{OLD}]]></TC260:AIGC>"), "element", ()),
    "element in a list": (packet(f"<TC260:AIGC><rdf:Seq><rdf:li>{OLD}</rdf:li></rdf:Seq></TC260:AIGC>"), "element", ()),
    "attribute": (packet(attributes=f'TC260:AIGC="{ESCAPED}"'), "attribute", ("attribute",)),
    "attribute in single quotes": (packet(attributes=f"TC260:AIGC='{OLD}'"), "attribute", ("attribute",)),
    "structure": (
        packet(
            '<TC260:AIGC rdf:parseType="Resource"><TC260:Label>1</TC260:Label>'
            "<TC260:ContentProducer>somebody</TC260:ContentProducer></TC260:AIGC>"
        ),
        "structured",
        ("structured",),
    ),
    "structure by attributes": (packet('<TC260:AIGC TC260:Label="1" TC260:ContentProducer="somebody"/>'), "structured", ("structured",)),
    "structure with a description": (
        packet('<TC260:AIGC><rdf:Description TC260:Label="1" TC260:ContentProducer="somebody"/></TC260:AIGC>'),
        "structured",
        ("structured",),
    ),
    "another prefix": (packet(f'<C260:AIGC xmlns:C260="{AIGC_NAMESPACE}">{OLD}</C260:AIGC>'), "element", ("xmp-namespace",)),
    "another namespace": (packet(f'<TC260:AIGC xmlns:TC260="urn:x">{OLD}</TC260:AIGC>'), "element", ("xmp-namespace",)),
    "a prefix that nobody declared": (packet(f"<ai:AIGC>{OLD}</ai:AIGC>"), "element", ("xmp-namespace",)),
    "lower case": (packet(f"<TC260:aigc>{OLD}</TC260:aigc>"), "element", ("xmp-namespace",)),
    "wrapped in a description": (packet(f'<dc:description>{{"AIGC":{OLD}}}</dc:description>'), "wrapped", ("wrapped",)),
    "wrapped in an attribute": (packet(attributes=f'dc:source="{{&quot;AIGC&quot;:{ESCAPED}}}"'), "wrapped", ("wrapped",)),
    "wrapped and escaped twice": (
        packet(f"<dc:source>{{&amp;quot;AIGC&amp;quot;:{ESCAPED.replace('&', '&amp;')}}}</dc:source>"),
        "wrapped",
        ("wrapped",),
    ),
    "rdf:RDF without x:xmpmeta": (packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>").split("/'>")[0], "element", ()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_and_taken_out(form: str, label: ImplicitLabel) -> None:
    text, expected, defects = FORMS[form]
    values = xmp_values(text)
    (found,) = values.labels
    assert "somebody" in found.text
    assert '"ContentProducer"' in found.text
    assert (found.form, values.defects) == (expected, defects)
    after = xmp_values(with_label(text.encode(), label.to_json()).decode())
    assert (after.label, len(after.labels), after.defects) == (label.to_json(), 1, ())
    assert without_label(text.encode()) is None


@pytest.mark.parametrize("form", FORMS)
def test_what_others_wrote_keeps_its_bytes(form: str, label: ImplicitLabel) -> None:
    text = FORMS[form][0].replace("</rdf:Description></rdf:RDF>", f"\n  {FOREIGN}\n</rdf:Description></rdf:RDF>")
    text = text.replace('rdf:about=""', "rdf:about='' xmp:CreatorTool = 'A &#38; B'")
    for result in (with_label(text.encode(), label.to_json()), without_label(text.encode())):
        assert result is not None
        assert f"{FOREIGN}\n</rdf:Description>".encode() in result
        assert b"xmp:CreatorTool = 'A &#38; B'" in result
        other = xmp_values(result.decode()).other
        assert (other["title"], other["CreatorTool"]) == ("猫 & 狗", "A & B")


@pytest.mark.parametrize("form", FORMS)
def test_twice_is_once(form: str, label: ImplicitLabel) -> None:
    once = with_label(FORMS[form][0].encode(), label.to_json())
    assert with_label(once, label.to_json()) == once
    stripped = without_label(with_label(packet(FOREIGN).encode(), label.to_json()))
    assert stripped == packet(FOREIGN).encode() or stripped is not None
    assert without_label(stripped or b"") == stripped


def test_a_fresh_packet_is_what_the_guide_shows(label: ImplicitLabel) -> None:
    fresh = with_label(None, label.to_json())
    assert fresh.startswith(b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert fresh.endswith(b'<?xpacket end="w"?>')
    assert f'xmlns:TC260="{AIGC_NAMESPACE}"'.encode() in fresh
    assert f"<TC260:AIGC>{label.to_json()}</TC260:AIGC>".encode() in fresh
    assert fresh == with_label(b" \0\n", label.to_json()) == with_label(b"<?xpacket begin=''?>  <?xpacket end='w'?>", label.to_json())
    assert max(map(len, fresh.split(b"\n"))) < 500
    assert without_label(fresh) is None


def test_exiftool_reads_a_fresh_packet(label: ImplicitLabel, tmp_path: Path) -> None:
    path = tmp_path / "label.xmp"
    path.write_bytes(with_label(None, label.to_json()))
    shown = subprocess.run(["exiftool", "-s3", "-XMP-TC260:Aigc", str(path)], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == label.to_json()


def test_characters_of_xml_in_a_value_are_escaped() -> None:
    value = '{"Label":"1","ProduceID":"a<b>&amp;]]>"}'
    assert xmp_values(with_label(None, value).decode()).label == value


def test_padding_gives_way_and_comes_back(label: ImplicitLabel) -> None:
    before = wrapped_in_xpacket(packet(FOREIGN), 2000)
    after = with_label(before, label.to_json())
    assert len(after) == len(before)
    assert without_label(after) == before
    narrow = wrapped_in_xpacket(packet(FOREIGN), 20)
    assert len(with_label(narrow, label.to_json())) > len(narrow)
    assert b" " * 20 + b"<?xpacket end" in with_label(narrow, label.to_json())


def test_padding_of_a_packet_that_may_not_be_edited_in_place_stays(label: ImplicitLabel) -> None:
    before = wrapped_in_xpacket(packet(FOREIGN), 2000, "r")
    assert b" " * 2000 + b'<?xpacket end="r"?>' in with_label(before, label.to_json())


def test_the_label_speaks_of_what_the_packet_speaks_of(label: ImplicitLabel) -> None:
    after = with_label(packet(FOREIGN, about="uuid:7").encode(), label.to_json())
    assert after.count(b'rdf:about="uuid:7"') == 2


def test_an_rdf_under_another_prefix_or_none_is_understood(label: ImplicitLabel) -> None:
    for prefix in ("r:", ""):
        text = packet(FOREIGN).replace("xmlns:rdf", f"xmlns:{prefix[:-1]}" if prefix else "xmlns").replace("rdf:", prefix)
        text = text.replace(" about=", f' xmlns:q="{RDF}" q:about=')
        after = with_label(text.encode(), label.to_json())
        assert xmp_values(after.decode()).label == label.to_json()
        assert xmp_values(after.decode()).defects == ()


@pytest.mark.parametrize(
    "text",
    [
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>',
        f'<rdf:RDF xmlns:rdf="{RDF}"/>',
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}" /></x:xmpmeta>',
        packet().replace("</rdf:Description>", "").replace(" ></rdf:RDF>", "/></rdf:RDF>").replace("  >", "/>").replace(" >", "/>"),
    ],
)
def test_an_empty_shell_is_filled(text: str, label: ImplicitLabel) -> None:
    after = with_label(text.encode(), label.to_json())
    assert (xmp_values(after.decode()).label, xmp_values(after.decode()).defects) == (label.to_json(), ())
    assert with_label(after, label.to_json()) == after


def test_two_labels_are_two_and_become_one(label: ImplicitLabel) -> None:
    text = packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>{FOREIGN}", attributes=f'TC260:AIGC="{ESCAPED}"')
    values = xmp_values(text)
    assert [found.form for found in values.labels] == ["attribute", "element"]
    assert "several-labels" in values.defects
    after = with_label(text.encode(), label.to_json())
    assert len(xmp_values(after.decode()).labels) == 1
    assert FOREIGN.encode() in after


def test_every_property_is_found_by_its_local_name() -> None:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    values = xmp_values(
        packet(
            f'<I:DigitalSourceType xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" rdf:resource="{source}"/>',
            '<I:AISystemUsed xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">Some System</I:AISystemUsed>',
            "<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>",
            f"<TC260:AIGC>{OLD}</TC260:AIGC>",
            attributes='xmp:CreatorTool="T"',
        )
    )
    assert values.other == {"CreatorTool": "T", "DigitalSourceType": source, "AISystemUsed": "Some System", "creator": "A\nB"}


def test_a_thumbnail_is_no_property() -> None:
    assert xmp_values(packet(f"<dc:source>{'A' * 70_000}</dc:source>", attributes='xmp:CreatorTool="T"')).other == {"CreatorTool": "T"}


@pytest.mark.parametrize(
    "text",
    [
        packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>").replace("</rdf:Description>", ""),
        packet(f"<TC260:AIGC>{OLD}</TC260:AIGC><dc:title>A & B</dc:title>"),
        packet(f"<TC260:AIGC>{OLD}</TC260:AIGC><dc:title>&unknown;</dc:title>"),
        packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>")[:-30],
        packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>", attributes='dc:a="1" dc:a="2"'),
    ],
)
def test_a_packet_that_is_not_well_formed_is_repaired_to_read_and_never_written(text: str) -> None:
    values = xmp_values(text)
    assert values.label == OLD
    assert "xmp-not-well-formed" in values.defects
    for write in (lambda: with_label(text.encode(), OLD), lambda: without_label(text.encode())):
        with pytest.raises(Malformed, match="not well-formed"):
            write()


def test_entities_and_document_types_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret-text")
    text = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}"><!ENTITY b "{"x" * 100}">]>' + packet(f"<TC260:AIGC>{OLD}&a;&b;</TC260:AIGC>")
    values = xmp_values(text)
    assert "xmp-doctype" in values.defects
    assert values.label is not None
    assert "secret-text" not in values.label
    assert "xxxx" not in values.label
    with pytest.raises(Malformed, match="document type"):
        with_label(text.encode(), OLD)


def test_a_bomb_of_entities_goes_nowhere() -> None:
    lines = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY e0 "AIGC">{lines}]>' + packet("<TC260:AIGC>&e11;</TC260:AIGC>", attributes='dc:a="&e11;"')
    values = xmp_values(text)
    assert sum(map(len, values.other.values())) < 1000
    assert set(values.defects) >= {"xmp-doctype", "xmp-not-well-formed"}


@pytest.mark.parametrize(
    "text",
    [
        "<a>" * 200 + "</a>" * 200,
        packet("<dc:a/>" * 100_001),
        packet(f"<TC260:AIGC>{OLD}</TC260:AIGC>" * 65),
        " " * (4 << 20) + packet(),
    ],
)
def test_what_is_too_deep_too_many_or_too_large_is_over_the_limit(text: str) -> None:
    with pytest.raises(OverLimit):
        with_label(text.encode(), OLD)
    assert len(xmp_values(text).labels) <= 64


@pytest.mark.parametrize(
    "text",
    ["<!DOCTYPE" * 400_000, "<?xpacket" * 400_000, "<" * 4_000_000, " " * 4_000_000 + "<", "&" * 4_000_000 + "<a>", '<a b="' * 600_000],
)
def test_hostile_packets_end_fast(text: str) -> None:
    xmp_values(text)
    with pytest.raises(LabelError):
        with_label(text.encode(), OLD)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32", "utf-8-sig"])
def test_other_unicode_encodings_are_read_and_written_as_utf_8(encoding: str, label: ImplicitLabel) -> None:
    data = packet(FOREIGN).encode(encoding)
    assert packet_text(data) == packet(FOREIGN)
    assert FOREIGN.encode() in with_label(data, label.to_json())


def test_bytes_that_are_no_text_are_refused_when_strict() -> None:
    data = packet().encode() + b"\xff"
    with pytest.raises(Malformed, match="not utf-8"):
        packet_text(data)
    assert packet_text(data, strict=False).endswith("\ufffd")
    with pytest.raises(Malformed):
        with_label(data, OLD)


@pytest.mark.parametrize("text", ["<a/>", "<html><body>AIGC</body></html>"])
def test_what_is_no_packet_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="x:xmpmeta or rdf:RDF"):
        with_label(text.encode(), OLD)


@pytest.mark.parametrize(
    ("text", "defect"), [("<" * 50, "xmp-unreadable"), ("<a>" * 200, "xmp-too-large"), (" " * (5 << 20), "xmp-too-large")]
)
def test_what_could_not_be_read_is_said(text: str, defect: str) -> None:
    assert defect in xmp_values(text).defects


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_reading_never_raises(text: str) -> None:
    xmp_values(text)
    xmp_values(packet(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.integers(0, 1 << 32))
def test_any_damage_gets_an_answer_and_what_is_written_holds(form: str, seed: int) -> None:
    dice = random.Random(seed)
    text = list(FORMS[form][0])
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(text))
        text[at : at + dice.randrange(3)] = dice.choice(["<", ">", '"', "&", "/", " ", "x", ":", "</rdf:RDF>", "<!--", "]]>"])
    damaged = "".join(text)
    xmp_values(damaged)
    try:
        after = with_label(damaged.encode(), OLD)
    except LabelError:
        return
    values = xmp_values(after.decode())
    assert [found.text for found in values.labels] == [OLD]
    assert with_label(after, OLD) == after
    rest = without_label(after)
    assert rest is None or xmp_values(rest.decode()).labels == ()


def test_a_hundred_thousand_attributes_are_too_many() -> None:
    attributes = " ".join(f'a{number}="x"' for number in range(100_001))
    assert "xmp-too-large" in xmp_values(f"<x:xmpmeta xmlns:x='adobe:ns:meta/' {attributes}/>").defects
