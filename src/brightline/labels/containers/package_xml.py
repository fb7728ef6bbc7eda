"""XML, above all the small parts of packages: elements with their places in the bytes, so that an edit touches nothing else.

Namespaces in XML 1.0 by expat. No document type (ISO/IEC 29500-2, 6.2.5 forbids one in packages, and entities live there; SVG may
have one that declares nothing), no entities, no network; elements and depth are bounded, as the part itself is. Edits want UTF-8, which all known writers use; reading takes any
encoding that expat knows. A part is never serialised anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from brightline.labels.errors import Malformed, OverLimit, Unsupported

__all__ = ["MOST_DOCUMENT_ELEMENTS", "Element", "Spliced", "attribute", "elements", "escaped", "in_utf8", "spliced"]

MOST_ELEMENTS = 50_000
"""Of a part with metadata; own choice: the content types of 20,000 parts."""

MOST_DOCUMENT_ELEMENTS = 400_000
"""Of a part with the document itself; own choice: 500 pages have some 200,000."""

DEEPEST = 128
"""Own choice: tables in tables reach about forty."""


_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(slots=True)
class Element:
    """An element: ``[start, stop)`` is all of it, ``[open_stop, close_start)`` what is between its tags (empty for ``<a/>``).

    ``attributes`` are found by their local name, and those with a prefix also by ``namespace name``; one without a prefix goes first.
    """

    name: str
    namespace: str
    prefix: str
    attributes: Mapping[str, str]
    parent: Element | None
    start: int
    open_stop: int
    close_start: int = -1
    stop: int = -1
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text right inside this element."""
        return "".join(self.pieces)

    @property
    def empty_tag(self) -> bool:
        """True for ``<a/>``: nothing can be inserted between its tags."""
        return self.close_start == self.stop

    def number(self, name: str) -> int | None:
        """The attribute ``name`` as a whole number from 0; None where it is missing or not one (xsd:unsignedInt: ten digits at most)."""
        value = self.attributes.get(name, "")
        return int(value) if _NUMBER.fullmatch(value) else None

    def within(self, name: str) -> bool:
        """True if the parent has that local name."""
        return self.parent is not None and self.parent.name == name


Spliced = tuple[int, int, bytes]
"""Replace the bytes ``[start, stop)``."""


def elements(
    data: bytes,
    part: str,
    most: int = MOST_ELEMENTS,
    *,
    wanted: Callable[[str, list[str]], bool] | None = None,
    comments: list[tuple[int, str]] | None = None,
    may_name_a_type: bool = False,
) -> list[Element]:
    """All elements, at most ``most``, in the order of their start tags. ``part`` names it in errors. Raises ``Malformed``, ``OverLimit``.

    ``wanted``: which to keep beside the first, by name and attributes as expat gives them (namespace, local name and prefix, with
    blanks between); the parent of an element is then None where that is not kept. ``comments`` gets where each comment stands, and its text. ``may_name_a_type``: a document type is no error unless it declares
    something; it is never fetched.
    """
    found: list[Element] = []
    stack: list[Element | None] = []
    count = 0
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.namespace_prefixes = True
    parser.ordered_attributes = True
    parser.buffer_text = True

    def start(name: str, attributes: list[str]) -> None:
        nonlocal count
        if count == most or len(stack) == DEEPEST:
            raise OverLimit(f"{part} has more than {most} elements or is nested more than {DEEPEST} deep")
        count += 1
        if wanted is not None and found and not wanted(name, attributes):
            stack.append(None)
            return
        namespace, local, prefix = _split(name)
        at = parser.CurrentByteIndex
        tag = _TAG.match(data, at)
        pairs = _by_name(attributes)
        element = Element(local, namespace, prefix, pairs, stack[-1] if stack else None, at, tag.end() if tag else at)
        found.append(element)
        stack.append(element)

    def end(_: str) -> None:
        element = stack.pop()
        if element is None:
            return
        if data[element.open_stop - 2 : element.open_stop] == b"/>":
            element.close_start = element.stop = element.open_stop
        else:
            element.close_start = parser.CurrentByteIndex
            element.stop = data.find(b">", element.close_start) + 1

    def text(piece: str) -> None:
        if stack and (element := stack[-1]):
            element.pieces.append(piece)

    def doctype(name: str, system: str | None, public: str | None, declares: int) -> None:
        if not may_name_a_type:
            raise Malformed(f"{part} has a document type, which packages may not have")
        if declares:
            raise Malformed(f"{part} has a document type with declarations, where entities are made", parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    if comments is not None:
        parser.CommentHandler = lambda comment: comments.append((parser.CurrentByteIndex, comment))
    try:
        parser.Parse(data, True)
    except expat.ExpatError as problem:
        raise Malformed(f"{part} is not well-formed XML: {problem}") from None
    except (LookupError, ValueError) as problem:
        raise Malformed(f"{part} has an encoding that is not known: {problem}") from None
    return found


def spliced(data: bytes, edits: Iterable[Spliced], part: str) -> bytes:
    """``data`` with the edits. Raises ``Unsupported`` for an encoding other than UTF-8, ``Malformed`` where two edits overlap."""
    in_utf8(data, part)
    out, cursor = bytearray(), 0
    for start, stop, fresh in sorted(edits, key=lambda edit: edit[:2]):
        if start < cursor:
            raise Malformed(f"{part} has a label inside a label")
        out += data[cursor:start] + fresh
        cursor = stop
    return bytes(out + data[cursor:])


def in_utf8(data: bytes, part: str) -> None:
    """Raises ``Unsupported`` where ``part`` is in another encoding."""
    declared = re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]+)", data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise Unsupported(f"{part} is not in UTF-8", "save the document anew with another program")


def escaped(text: str) -> str:
    """Text for between tags."""
    return escape(text)


def attribute(text: str) -> str:
    """An attribute's value with its quotes."""
    return quoteattr(text)


def _by_name(attributes: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in zip(attributes[::2], attributes[1::2], strict=True):
        namespace, local, _ = _split(key)
        if namespace:
            found[f"{namespace} {local}"] = value
            found.setdefault(local, value)
    found.update((key, value) for key, value in zip(attributes[::2], attributes[1::2], strict=True) if " " not in key)
    return found


def _split(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix of what expat calls ``namespace local prefix`` (or fewer of them)."""
    parts = name.split(" ")
    return ("", parts[0], "") if len(parts) == 1 else (parts[0], parts[1], parts[2] if len(parts) > 2 else "")


_TAG = re.compile(rb"<[^\s/>\"']+(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
