"""An XMP packet as elements that know where they stand: what editing without serialising anew needs.

Parsed by expat, which reports positions; namespaces are followed here, so that a prefix that nobody declared is no error. Bounded
in elements, depth and namespaces; a document type is refused, and with it every entity. A packet that is not well-formed can
be ``repaired`` by libxml2's recovery mode, for reading only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from brightline.labels.errors import Malformed, OverLimit

__all__ = ["RDF", "XML", "Attribute", "Element", "repaired", "scan", "text_of", "walk"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
_MOST_ELEMENTS = 100_000  # with their attributes; own choice: a history of 10,000 edits has some 60,000
_DEEPEST = 100  # own choice: nested structures of real packets reach about ten levels
_MOST_NAMESPACES = 256  # own choice: packets of large programs declare some thirty
_TAG = re.compile(rb"""<[^\s/>"'=]+(?:\s+[^\s=/>"']+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_UNDECLARED_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")


@dataclass(slots=True)
class Attribute:
    name: str
    namespace: str
    value: str
    start: int
    stop: int
    raw: bytes

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def is_property(self) -> bool:
        return self.namespace not in {RDF, XML} and not self.name.startswith("xmlns")


@dataclass(slots=True)
class Element:
    name: str
    namespace: str
    attributes: list[Attribute]
    start: int
    body: int
    is_empty: bool
    parent: Element | None
    close: int = 0
    stop: int = 0
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]


def scan(data: bytes) -> Element | None:
    """The elements of a packet; None where it has none. Raises ``Malformed`` and ``OverLimit``."""
    first, last = data.find(b"<"), data.rfind(b">") + 1
    if first < 0:
        return None
    if last <= first:
        raise Malformed("the XMP packet is not well-formed: no tag is closed", first)
    reader = _Reader(data, first)
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reader.start(name, attributes, first + parser.CurrentByteIndex)
    parser.EndElementHandler = lambda name: reader.end(first + parser.CurrentByteIndex)
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(data[first:last], True)
    except expat.ExpatError as error:
        if reader.root is None and error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
            return None
        raise Malformed(f"the XMP packet is not well-formed: {expat.errors.messages[error.code]}", first + parser.ErrorByteIndex) from error
    return reader.root


class _Reader:
    """Builds elements from the parser's calls. Namespaces are followed here: a prefix that nobody declared is no error."""

    def __init__(self, data: bytes, first: int) -> None:
        self.root: Element | None = None
        self._data = data
        self._open: list[tuple[Element, dict[str, str]]] = []
        self._count = 0

    def start(self, name: str, attributes: list[str], at: int) -> None:
        self._count += 1 + len(attributes) // 2
        if self._count > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            raise OverLimit("the XMP packet has too many elements, or too deeply nested ones", at)
        parent, namespaces = self._open[-1] if self._open else (None, {"xml": XML})
        tag = _TAG.match(self._data, at)
        if tag is None:
            raise Malformed("the XMP packet has a tag that cannot be followed", at)
        found: list[Attribute] = []
        if attributes:
            declared = {
                key.partition(":")[2]: value
                for key, value in zip(attributes[::2], attributes[1::2], strict=True)
                if key == "xmlns" or key.startswith("xmlns:")
            }
            if declared:
                namespaces = {**namespaces, **declared}
                if len(namespaces) > _MOST_NAMESPACES:
                    raise OverLimit(f"the XMP packet has more than {_MOST_NAMESPACES} namespaces at once", at)
            found = self._attributes(attributes, namespaces, at, tag.end())
        element = Element(name, namespaces.get(name.rpartition(":")[0], ""), found, at, tag.end(), bool(tag[1]), parent)
        if parent is not None:
            parent.children.append(element)
        else:
            self.root = element
        self._open.append((element, namespaces))

    def _attributes(self, attributes: list[str], namespaces: dict[str, str], at: int, stop: int) -> list[Attribute]:
        spans = list(_ATTRIBUTE.finditer(self._data, at, stop))
        if [span[1].decode() for span in spans] != attributes[::2]:
            raise Malformed("the XMP packet has attributes that cannot be followed", at)
        return [
            Attribute(key, namespaces.get(key.rpartition(":")[0], "") if ":" in key else "", value, *span.span(), span[0])
            for key, value, span in zip(attributes[::2], attributes[1::2], spans, strict=True)
        ]

    def end(self, at: int) -> None:
        element, _ = self._open.pop()
        element.close = element.body if element.is_empty else at
        element.stop = element.body if element.is_empty else self._data.index(b">", at) + 1

    def characters(self, text: str) -> None:
        if self._open:
            self._open[-1][0].text.append(text)

    def doctype(self, name: str, system: str | None, public: str | None, has_subset: bool) -> None:
        raise Malformed("the XMP packet has a document type, which XMP does not allow")


def repaired(data: bytes) -> Element | None:
    """The elements of a packet that is not well-formed, as libxml2's recovery mode makes them out."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8")
    first, last = data.find(b"<"), data.rfind(b">") + 1
    try:
        tree = etree.fromstring(_UNDECLARED_ENTITY.sub(b"&amp;", data[max(first, 0) : last]), parser)
        if tree is None:
            return None
        for element in tree.iter(etree.Element):
            pairs = element.items()
            if len(dict(pairs)) < len(pairs):  # libxml2 leaves an attribute that stands twice standing twice
                element.attrib.clear()
                element.attrib.update(pairs)
        return scan(etree.tostring(tree, encoding="utf-8"))
    except (etree.XMLSyntaxError, ValueError, Malformed, OverLimit):
        return None


def walk(element: Element) -> Iterator[Element]:
    waiting = [element]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(here.children))


def text_of(element: Element) -> str:
    return "".join("".join(part.text) for part in walk(element)).strip()
