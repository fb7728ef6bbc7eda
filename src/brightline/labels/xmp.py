"""XMP packets: finds labels in them, puts exactly one in, takes all out, and leaves every other byte as it was.

Follows ISO 16684-1:2019 (XMP part 1: RDF serialisation, 7; packet wrapper and padding, 7.3) and TC260-PG-20259A, Annex B for
the label's own namespace. Edits are made on the text of the packet, at positions that the parser reports: what another tool
wrote is not serialised anew. Reading is tolerant: a packet that is not well-formed is repaired first, and the answer says so;
writing into such a packet is refused. No entities, no document types, no network. It does not resolve extended XMP of JPEG.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Literal

from brightline.labels.character_references import dereferenced
from brightline.labels.containers.reading import MOST_VALUE_BYTES
from brightline.labels.errors import Malformed, OverLimit
from brightline.labels.label import KEYS
from brightline.labels.xmp_tree import RDF, Attribute, Element, repaired, scan, text_of, walk

__all__ = ["AIGC_NAMESPACE", "XmpLabel", "XmpValues", "packet_text", "with_label", "without_label", "xmp_values"]

AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
"""TC260-PG-20259A, Annex B; prefix ``TC260``, property ``AIGC``."""

_LONGEST_PROPERTY = 65_536  # own choice: longer values are embedded thumbnails
_MOST_LABELS = 64  # own choice: one is allowed
_PADDING = 1024  # own choice: room for a platform's code, number and signature; ISO 16684-1, 7.3.2 suggests 2 kB or more
_PADDING_LINE = b" " * 99 + b"\n"  # ISO 16684-1, 7.3.2: a newline about every 100 characters

_TRAILER = re.compile(rb"""<\?xpacket\s+end=["']w["']\s*\?>\s*$""")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>")
_WRAPPED = re.compile(r"""\s*\{\s*["']AIGC["']\s*:\s*[{"']""")


@dataclass(frozen=True, slots=True)
class XmpLabel:
    """One label in a packet. ``text`` is its raw value; of the structured form, the JSON that its parts make.

    ``form``: ``element`` and ``attribute`` are the two serialisations of a simple property and mean the same; ``structured``
    has a part for every key; ``wrapped`` is ``{"AIGC":…}`` in a property of another name.
    """

    text: str
    form: Literal["element", "attribute", "structured", "wrapped"]
    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class XmpValues:
    """What a packet says. ``other``: every other property with text, by its local name, several values one a line.

    ``defects``: ``xmp-not-well-formed`` (repaired to read it), ``xmp-unreadable`` and ``xmp-too-large`` (not read: what the packet
    says is unknown), ``xmp-doctype``, ``xmp-namespace``
    (a label under another name than the guide's), ``attribute``, ``structured``, ``wrapped``, ``several-labels``.
    """

    labels: tuple[XmpLabel, ...] = ()
    other: Mapping[str, str] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        """The raw text of the first label in the packet; None where there is none."""
        return self.labels[0].text if self.labels else None


def packet_text(packet: bytes, *, strict: bool = True) -> str:
    """The packet as text: UTF-8, or UTF-16 and UTF-32 as ISO 16684-1, 7.3.3 allows them.

    Other bytes are ``Malformed`` or, where not ``strict``, replacement characters.
    """
    body = packet.rstrip(b"\0") if packet[:2] not in {b"\xff\xfe", b"<\0"} else packet
    encoding = "utf-8-sig"
    for mark, name in (
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"<\0\0\0", "utf-32-le"),
        (b"\0\0\0<", "utf-32-be"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if packet.startswith(mark):
            body, encoding = packet, name
            break
    try:
        return body.decode(encoding, "strict" if strict else "replace")
    except UnicodeDecodeError as error:
        raise Malformed(f"the XMP packet is not {encoding}", error.start) from error


@lru_cache(maxsize=2)
def xmp_values(packet: str) -> XmpValues:
    """The labels and properties of ``packet``. Never raises: what cannot be read is a defect.

    The last two answers are kept: one file is asked for its labels first, then for traces of generators.
    """
    defects: list[str] = []
    if len(packet) > MOST_VALUE_BYTES:
        return XmpValues(defects=("xmp-too-large",))
    if "<!DOCTYPE" in packet:
        defects.append("xmp-doctype")
        at = packet.index("<!DOCTYPE")
        found = _DOCTYPE.match(packet, at)
        packet = packet[:at] + packet[found.end() if found else at + len("<!DOCTYPE") :]
    data = packet.encode("utf-8", "replace")
    try:
        root = scan(data)
    except OverLimit:
        return XmpValues(defects=(*defects, "xmp-too-large"))
    except Malformed:
        defects.append("xmp-not-well-formed")
        root = repaired(data)
        if root is None:
            defects.append("xmp-unreadable")
    labels: list[XmpLabel] = []
    other: dict[str, str] = {}
    if root is not None:
        carried = list(islice(_labels(root), _MOST_LABELS))
        labels = [label for label, _ in carried]
        other = _properties(root, {id(carrier) for _, carrier in carried})
    if any((label.namespace, label.name) != (AIGC_NAMESPACE, "TC260:AIGC") for label in labels if label.form != "wrapped"):
        defects.append("xmp-namespace")
    defects += [form for form in ("attribute", "structured", "wrapped") if any(label.form == form for label in labels)]
    if len(labels) > 1:
        defects.append("several-labels")
    return XmpValues(tuple(labels), other, tuple(defects))


def with_label(packet: bytes | None, value: str) -> bytes:
    """``packet`` with ``value`` as its only label, in the element form of the guide; a fresh packet where there is none.

    All other properties keep their bytes. Writable padding gives way, so that the packet keeps its length where it can.
    Raises ``Malformed`` for a packet that is not well-formed XMP and ``OverLimit`` for one that is too large to follow.
    """
    if packet is None or not packet.strip(b"\0 \t\r\n"):
        return _fresh(value)
    data = _strict(packet)
    root = scan(data)
    if root is None:
        return _fresh(value)
    rdf = next((element for element in walk(root) if (element.namespace, element.local) == (RDF, "RDF")), None)
    host = rdf if rdf is not None else root
    if rdf is None and root.local not in {"xmpmeta", "xapmeta"}:
        raise Malformed(f"an XMP packet begins with x:xmpmeta or rdf:RDF, this one with {root.name}")
    cuts = _cuts(root)
    description = _description(rdf, value, cuts)
    if rdf is None:
        description = b'\n <rdf:RDF xmlns:rdf="' + RDF.encode() + b'">' + description + b"\n </rdf:RDF>"
    if host.is_empty:
        opening = data[host.start : host.body].rstrip(b"/> \t\r\n")
        edits = [*cuts, (host.start, host.body, opening + b">" + description + b"\n</" + host.name.encode() + b">")]
    else:
        end = len(data[: host.close].rstrip())
        edits = [*cuts, (end, end, description)]
    return _padded(_edited(data, edits), len(data))


def without_label(packet: bytes) -> bytes | None:
    """``packet`` without any label, at its old length where its padding allows; None when it says nothing else.

    Raises as ``with_label``.
    """
    data = _strict(packet)
    root = scan(data)
    if root is None:
        return None
    cuts = _cuts(root)
    if not cuts:
        return packet if _says_something(root, []) else None
    return _padded(_edited(data, cuts), len(data)) if _says_something(root, cuts) else None


# Labels among the elements


def _labels(root: Element) -> Iterator[tuple[XmpLabel, Element | Attribute]]:
    """Every label of the packet with what carries it. What lies inside a label is part of it."""
    waiting = [root]
    while waiting:
        here = waiting.pop()
        if here.local.upper() == "AIGC":
            parts = _parts(here)
            text = json.dumps(parts, ensure_ascii=False, separators=(",", ":")) if parts else text_of(here)
            yield XmpLabel(text, "structured" if parts else "element", here.name, here.namespace), here
            continue
        for attribute in here.attributes:
            if attribute.local.upper() == "AIGC" and not attribute.name.startswith("xmlns"):
                yield XmpLabel(attribute.value, "attribute", attribute.name, attribute.namespace), attribute
            elif attribute.is_property and _is_wrapped(attribute.value):
                yield XmpLabel(dereferenced(attribute.value), "wrapped", attribute.name, attribute.namespace), attribute
        is_property = here.parent is not None and here.parent.local == "Description" and here.namespace != RDF
        if is_property and _is_wrapped(text := text_of(here)):
            yield XmpLabel(dereferenced(text), "wrapped", here.name, here.namespace), here
            continue
        waiting.extend(reversed(here.children))


def _is_wrapped(text: str) -> bool:
    return "AIGC" in text and _WRAPPED.match(dereferenced(text)) is not None


def _parts(element: Element) -> dict[str, str]:
    """The keys of a label that was written as a structure, by child elements or by attributes."""
    parts = {attribute.local: attribute.value for attribute in element.attributes if attribute.local in KEYS}
    for below in walk(element):
        if below is not element:
            parts.update({attribute.local: attribute.value for attribute in below.attributes if attribute.local in KEYS})
            if below.local in KEYS:
                parts[below.local] = text_of(below)
    return parts


def _properties(root: Element, carriers: set[int]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    size = 0
    waiting: list[tuple[Element, str]] = [(root, "")]
    while waiting:
        here, owner = waiting.pop()
        if id(here) in carriers:
            continue
        owner = owner if here.namespace == RDF else here.local
        found = [(a.local, a.value) for a in here.attributes if a.is_property and id(a) not in carriers]
        found += [(owner, a.value) for a in here.attributes if a.namespace == RDF and a.local == "resource"]
        if not here.children:
            found.append((owner, "".join(here.text).strip()))
        for name, text in found:
            if name and text and len(text) <= _LONGEST_PROPERTY and size < MOST_VALUE_BYTES:
                size += len(text)
                values.setdefault(name, []).append(text)
        waiting.extend((child, owner) for child in reversed(here.children))
    return {name: "\n".join(texts) for name, texts in values.items()}


# Editing

_Edit = tuple[int, int, bytes]


def _strict(packet: bytes) -> bytes:
    if len(packet) > MOST_VALUE_BYTES:
        raise OverLimit(f"the XMP packet has {len(packet)} bytes; at most {MOST_VALUE_BYTES} are followed")
    if packet.startswith(b"\xef\xbb\xbf"):
        return b"\xef\xbb\xbf" + packet_text(packet).encode()
    return packet_text(packet).lstrip("\ufeff").encode()


def _fresh(value: str) -> bytes:
    body = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="'
        + RDF.encode()
        + b'">'
        + _description(None, value, [])
        + b"\n </rdf:RDF>\n</x:xmpmeta>\n"
    )
    # ISO 16684-1, 7.3.2: the id is the same for every packet.
    head = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    padding = (_PADDING_LINE * (_PADDING // len(_PADDING_LINE) + 1))[:_PADDING]
    return head + body + padding + b'<?xpacket end="w"?>'


def _description(rdf: Element | None, value: str, cuts: list[_Edit]) -> bytes:
    """The description that holds the label; it speaks of what the others speak of (ISO 16684-1, 7.4: one rdf:about a packet)."""
    about, declared = b'rdf:about=""', b""
    if rdf is not None:
        attributes = [a for child in rdf.children for a in child.attributes if (a.namespace, a.local) == (RDF, "about")]
        if attributes:
            about = b"rdf:about=" + attributes[0].raw.partition(b"=")[2].strip()
        if rdf.name != "rdf:RDF":
            declared = b' xmlns:rdf="' + RDF.encode() + b'"'
    text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
    return (
        b"\n  <rdf:Description"
        + declared
        + b" "
        + about
        + b' xmlns:TC260="'
        + AIGC_NAMESPACE.encode()
        + b'">\n   <TC260:AIGC>'
        + text
        + b"</TC260:AIGC>\n  </rdf:Description>"
    )


def _cuts(root: Element) -> list[_Edit]:
    """What to take out: each carrier with the white space before it, and a description of which nothing is left."""
    carriers = [carrier for _, carrier in islice(_labels(root), _MOST_LABELS + 1)]
    if len(carriers) > _MOST_LABELS:
        raise OverLimit(f"the XMP packet holds more than {_MOST_LABELS} labels")
    known = {id(carrier) for carrier in carriers}
    cuts: list[_Edit] = []
    emptied: set[int] = set()
    for element in walk(root):
        rest = [a for a in element.attributes if a.is_property and id(a) not in known]
        touched = any(id(part) in known for part in (*element.attributes, *element.children))
        is_empty = not rest and all(id(child) in known for child in element.children)
        if touched and is_empty and (element.namespace, element.local) == (RDF, "Description"):
            cuts.append((element.start, element.stop, b""))
            emptied.update(id(part) for part in (*element.attributes, *element.children))
    cuts += [(carrier.start, carrier.stop, b"") for carrier in carriers if id(carrier) not in emptied]
    return sorted(cuts)


def _edited(data: bytes, edits: list[_Edit]) -> bytes:
    out: list[bytes] = []
    at = 0
    for start, stop, new in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        piece = data[at:start]
        out.append(piece.rstrip() if not new and stop > start and data[start : start + 1] == b"<" else piece)
        out.append(new)
        at = max(at, stop)
    out.append(data[at:])
    return b"".join(out)


def _padded(data: bytes, length: int) -> bytes:
    """``data`` at ``length`` bytes if its writable padding can give or take the difference; as it is otherwise."""
    end = data.rfind(b"<?xpacket")
    if end < 0 or len(data) == length or not _TRAILER.match(data, end):
        return data
    room, missing = end - len(data[:end].rstrip(b" \t\r\n")), length - len(data)
    if missing > 0:
        return data[:end] + b" " * missing + data[end:]
    return data[: end + missing] + data[end:] if room + missing >= 1 else data


def _says_something(root: Element, cuts: list[_Edit]) -> bool:
    """True if a property is left outside of what is cut."""

    def is_left(start: int) -> bool:
        return not any(a <= start < b for a, b, _ in cuts)

    for element in walk(root):
        if (
            element.namespace != RDF
            and element.parent is not None
            and element.local not in {"xmpmeta", "xapmeta"}
            and is_left(element.start)
        ):
            return True
        if element is not root and any(a.is_property and is_left(a.start) for a in element.attributes):
            return True
    return False
