"""SVG: the label in an XMP packet inside a ``metadata`` element; other XML is read for labels and never written.

ISO 16684-3, 1.1 (XMP part 3) puts the packet of an SVG file into ``metadata``, which is never rendered (SVG 2, 5.10; SVG 1.1, 21).
No guide that could be read names a place for vector pictures, so this is **our own proposal** after TC260-PG-20259A, whose places for
PNG, JPEG and WebP are their XMP packets; ``standard`` is said of it, for there is no other.
The edit is one of bytes; a picture without ``metadata`` gets one where no selector of its style sheets counts elements, so
nothing that is drawn can change. Read as well: packets at other places, ``title`` and ``desc``, comments, and elements or attributes
called AIGC, as far as Brightline knows also the only forms that other XML (feeds, playlists) could carry.

Not done: compressed SVG (.svgz) and UTF-16; document types with declarations, where entities are made, are refused, and so is writing
where both ends of the picture are counted by a style sheet, or in an encoding other than UTF-8. Scripts are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from brightline.labels.containers.container import Container
from brightline.labels.containers.edits import Edit, planned
from brightline.labels.containers.package_xml import Element, elements, escaped, in_utf8
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap, Kept, Plan, Range, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported
from brightline.labels.sites import is_label
from brightline.labels.xmp import packet_text, with_label, without_label

__all__ = ["SVG", "XML"]

_LONGEST = 16 << 20  # own choice: a drawing with photographs in it; elements may carry labels up to its last byte
_MOST_ELEMENTS = 200_000  # own choice: maps of a country have some 100,000 paths
_GZIP, _UTF_16 = b"\x1f\x8b", (b"\xff\xfe", b"\xfe\xff")
_WRAPPERS = frozenset({"xmpmeta", "xapmeta"})
_PACKETS = _WRAPPERS | {"RDF"}  # Inkscape leaves the wrapper out; a feed of RSS 1.0 is RDF too, and no packet
_TEXTS = frozenset({"title", "desc"})
_NAMING = ("name", "Name", "property", "key")  # attributes by which elements of other vocabularies name what they hold


class _Svg:
    name = "svg"
    media_types = ("image/svg+xml",)
    suffixes = (".svg", ".svgz")

    def accepts(self, head: bytes, name: str) -> bool:
        if name.lower().endswith(self.suffixes):
            return head.startswith(_GZIP) or _begins_as_xml(head)
        return _SVG_ROOT.match(head) is not None

    def read(self, source: Source) -> Reading:
        return _read(_opened(source, "svg"), self.name)

    def plan(self, source: Source, value: str) -> Plan:
        document = _opened(source, "svg")
        in_utf8(document.data, "the picture")
        labels = [each for each in document.carriers if is_label(each.entry)]
        base = next((each for each in document.carriers if each.entry.standard), None)
        if base is not None and _label_alone(base, value) and labels == [base]:
            return Plan((Kept(0, source.size),))
        edits = [_without_label(document, each) for each in labels if each is not base]
        if base is not None:
            edits.append(Edit(*base.span, with_label(document.data[base.span.start : base.span.stop], value)))
        else:
            edits.append(_inserted(document, with_label(None, value)))
        return planned(edits, source.size)


class _Xml:
    name = "xml"
    media_types = ("application/xml", "text/xml", "application/rss+xml", "application/atom+xml")
    suffixes = (".xml", ".rss", ".atom")

    def accepts(self, head: bytes, name: str) -> bool:
        return _begins_as_xml(head) and (name.lower().endswith(self.suffixes) or ("." not in name and b"<?xml" in head[:8]))

    def read(self, source: Source) -> Reading:
        return _read(_opened(source, "xml"), self.name)

    def plan(self, source: Source, value: str) -> Plan:
        raise Unsupported("XML of this kind has no place for a label", "label what is made of it, or say it in the words that people read")


@dataclass(frozen=True, slots=True)
class _Carrier:
    """Something that may hold a label: its entry, its own bytes, and what of them goes with the label."""

    entry: Entry
    span: Range
    cut: Range


@dataclass(frozen=True, slots=True)
class _Document:
    data: bytes
    found: list[Element]
    carriers: list[_Carrier]

    @property
    def root(self) -> Element:
        return self.found[0]


def _opened(source: Source, kind: str) -> _Document:
    """Raises ``Unsupported`` for compressed SVG and UTF-16, ``OverLimit`` for files that are too long, ``Malformed`` for what is no SVG."""
    if source.at_most(0, 2) == _GZIP:
        raise Unsupported("compressed SVG is not looked into", "unpack it (gzip -dc) and label the .svg file")
    if source.size > _LONGEST:
        raise OverLimit(f"XML of {source.size} bytes; at most {_LONGEST} are followed")
    data = source.read(0, source.size)
    if data[:2] in _UTF_16:
        raise Unsupported("XML in UTF-16 is not looked into", "save it in UTF-8")
    comments: list[tuple[int, str]] = []
    speaks = b"aigc" in data.lower()

    def wanted(name: str, attributes: list[str]) -> bool:
        return _WANTED.search(name) is not None or (speaks and any("AIGC" in each.upper() for each in attributes))

    found = elements(data, "the file", _MOST_ELEMENTS, wanted=wanted, comments=comments, may_name_a_type=True)
    if kind == "svg" and found[0].name != "svg":
        raise Malformed(f"an SVG picture begins with the element svg, this file with {found[0].name[:80]}", found[0].start)
    carriers = [*_packets(data, found, kind), *_others(data, found, kind), *_comments(data, comments, kind)]
    return _Document(data, found, sorted(carriers, key=lambda each: each.span))


def _read(document: _Document, name: str) -> Reading:
    entries = tuple(each.entry for each in document.carriers)
    gaps = (Gap(f"more than {MOST_ENTRIES} texts"),) if len(entries) > MOST_ENTRIES else ()
    if document.root.empty_tag:
        gaps = (*gaps, without_media("drawing", document.root.start))
    facts = {}
    for element in document.found:
        if element.name == "manifest" and element.within("metadata"):  # C2PA 2.1, A.3.5: c2pa:manifest
            facts["c2pa"] = str(element.start)
    return Reading(name, entries[:MOST_ENTRIES], _media(document), gaps, facts)


def _packets(data: bytes, found: list[Element], kind: str) -> Iterator[_Carrier]:
    """XMP packets: the elements x:xmpmeta, and in pictures rdf:RDF outside of one. The first directly in ``metadata`` of the picture is the place."""
    is_first, behind = True, 0
    for element in found:
        if element.name not in (_PACKETS if kind == "svg" else _WRAPPERS) or element.start < behind:
            continue
        behind = element.stop
        span = Range(element.start, element.stop)
        in_place = element.within("metadata") and element.parent is not None and element.parent.parent is found[0]
        standard = kind == "svg" and is_first and in_place and element.name == "xmpmeta"
        is_first = is_first and not standard
        text = packet_text(data[span.start : span.stop], strict=False)[:MOST_VALUE_BYTES]
        yield _Carrier(Entry(f"{kind}.metadata.xmp", "XMP", text, span.start, span.stop - span.start, "xmp", standard), span, span)


def _others(data: bytes, found: list[Element], kind: str) -> Iterator[_Carrier]:
    """Titles and descriptions, elements and attributes called AIGC, and elements that name AIGC as what they hold."""
    behind = 0
    for element in found:
        if element.start < behind:
            continue
        if element.name in (_PACKETS if kind == "svg" else _WRAPPERS):
            behind = element.stop
            continue
        whole, inside = Range(element.start, element.stop), Range(element.open_stop, element.close_start)
        named = next((element.attributes[name] for name in _NAMING if element.attributes.get(name, "").upper() == "AIGC"), "")
        if element.name.upper() == "AIGC" or named:
            held = element.text.strip() or element.attributes.get("content") or element.attributes.get("value") or ""
            yield _Carrier(_entry(f"{kind}.element", "AIGC", held, whole), whole, whole)
        elif element.name in _TEXTS and element.text.strip():
            yield _Carrier(_entry(f"{kind}.{element.name}", element.name, element.text, whole), whole, inside)
        for match in _AIGC_ATTRIBUTE.finditer(data, element.start, element.open_stop) if _holds_aigc(element) else ():
            span = Range(*match.span())
            name = match[1].decode("utf-8", "replace").rpartition(":")[2]
            yield _Carrier(_entry(f"{kind}.attribute", "AIGC", element.attributes.get(name, ""), span), span, span)


def _comments(data: bytes, comments: list[tuple[int, str]], kind: str) -> Iterator[_Carrier]:
    for at, text in comments:
        if "aigc" in text.lower():
            span = Range(at, data.index(b"-->", at) + 3)
            yield _Carrier(_entry(f"{kind}.comment", "", text, span), span, span)


def _entry(place: str, key: str, value: str, span: Range) -> Entry:
    return Entry(place, key, value[:MOST_VALUE_BYTES], span.start, span.stop - span.start)


def _holds_aigc(element: Element) -> bool:
    return any(name.upper() == "AIGC" for name in element.attributes)


def _media(document: _Document) -> tuple[Range, ...]:
    """Everything but ``metadata``, labels, and the name for its own elements that C2PA declares at the root: what is drawn comes from
    the rest, and stays the same under a manifest."""
    root = document.root
    outer = [Range(*declared.span()) for declared in _C2PA_NAMESPACE.finditer(document.data, root.start, root.open_stop)]
    outer += [Range(element.start, element.stop) for element in document.found if element.name == "metadata"]
    outer += [each.cut for each in document.carriers if is_label(each.entry)]
    ranges, cursor = [], 0
    for start, stop in sorted(outer):
        if start > cursor:
            ranges.append(Range(cursor, start))
        cursor = max(cursor, stop)
    ranges.append(Range(cursor, len(document.data)))
    return tuple(each for each in ranges if each.start < each.stop)


def _label_alone(base: _Carrier, value: str) -> bool:
    """True if the packet at the guide's place says just this label already, in one piece of text."""
    from brightline.labels.xmp import xmp_values

    values = xmp_values(base.entry.value)
    return [label.text for label in values.labels] == [value] and not values.defects and escaped(value) in base.entry.value


def _without_label(document: _Document, carrier: _Carrier) -> Edit:
    if carrier.entry.kind == "xmp":
        return Edit(*carrier.span, without_label(document.data[carrier.span.start : carrier.span.stop]) or b"")
    return Edit(*carrier.cut, b"")


def _inserted(document: _Document, packet: bytes) -> Edit:
    """The packet in the picture's own ``metadata``, or in a new one at an end of the picture where no style sheet counts."""
    root, data = document.root, document.data
    within = next((element for element in document.found if element.name == "metadata" and element.parent is root), None)
    if within is not None and not within.empty_tag:
        return Edit(within.close_start, within.close_start, packet)
    prefix = f"{root.prefix}:" if root.prefix else ""
    whole = f"<{prefix}metadata>".encode() + packet + f"</{prefix}metadata>".encode()
    if within is not None:
        return Edit(within.start, within.stop, whole)
    if root.empty_tag:
        raise Malformed("a picture with nothing in it", root.start)
    if not _COUNTS_FROM_THE_END.search(data):
        return Edit(root.close_start, root.close_start, whole)
    if not _COUNTS_FROM_THE_START.search(data):
        return Edit(root.open_stop, root.open_stop, whole)
    raise Unsupported(
        "the style sheets of this picture count its elements from both ends, so a further one could change how it looks",
        "add an empty metadata element to it first",
    )


def _begins_as_xml(head: bytes) -> bool:
    return head[:2] in _UTF_16 or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


_WANTED = re.compile(r"(?:^| )(?:metadata|title|desc|x[am]pmeta|RDF|manifest|AIGC)(?: |$)", re.IGNORECASE)
_SVG_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?[^>]*+>\s*+|<!--(?:(?!-->)[\s\S])*+-->\s*+|<!DOCTYPE\s+(?:[\w.-]+:)?svg\b[^>\[]*+>\s*+)*+<(?:[\w.-]+:)?svg[\s/>]"
)
_AIGC_ATTRIBUTE = re.compile(rb"\s+((?:[\w.-]+:)?AIGC)\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_C2PA_NAMESPACE = re.compile(rb" xmlns:c2pa=\"http://c2pa\.org/manifest\"")
_COUNTS_FROM_THE_END = re.compile(rb"<\?xml-stylesheet|@import|(?:last|only)-(?:child|of)|:has\(")  # Selectors 4, 13 and 14
_COUNTS_FROM_THE_START = re.compile(rb"<\?xml-stylesheet|@import|(?:first|nth|only)-(?:child|of)|:has\(|[+~][^{}]*\{")

SVG: Container = _Svg()
XML: Container = _Xml()
