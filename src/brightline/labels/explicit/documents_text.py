"""A line of words at the start or end of text, Markdown, HTML pages and books of such pages.

``labels.text_label`` has the rules: how a label keeps apart from Markdown around it, that an open code fence is closed first, and
what is a label already. Here they meet files: encodings, byte-order marks, line ends, front matter, the body of a page.
"""

from __future__ import annotations

import codecs
import html
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from brightline.labels.containers.epub import rendition
from brightline.labels.containers.html import scan
from brightline.labels.containers.markdown import front_matter_stop
from brightline.labels.containers.package import Package, Part
from brightline.labels.containers.package_xml import MOST_DOCUMENT_ELEMENTS, Element, Spliced, elements, escaped, spliced
from brightline.labels.containers.reading import Kept, Plan
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported
from brightline.labels.text_label import TextLabel, has_text_label, label_prefix, label_suffix

__all__ = ["plan_book", "plan_text"]

_LONGEST_MARKDOWN = 32 << 20  # bytes; own choice: a label at the end has to know all code fences before it
_EDGE = 4096  # bytes looked at from either end for a label that is there; text_label looks at 64 characters
_PLAIN_SUFFIXES = (".txt", ".text", ".log", "")
_CLASS = "aigc-label"


def plan_text(container: str, source: Source, text: str, position: str) -> tuple[Plan, str]:
    """The plan and the place for a text, a Markdown text or a page."""
    if container == "html":
        return _page(source, text, position)
    if container == "markdown":
        return _markdown(source, text, position)
    suffix = PurePosixPath(source.name).suffix.lower()
    if suffix not in _PLAIN_SUFFIXES:
        raise Unsupported(f"words in a {suffix} file would break what reads it", "show the label in the interface, and write the side-car")
    return _plain(source, text, position)


def plan_book(source: Source, text: str, position: str) -> tuple[Plan, str]:
    """The plan and the place for an EPUB: the first or last page of its reading order."""
    package = Package.opened(source)
    part = _page_of_book(package, first=position == "first")
    data = package.content(part)
    found = elements(data, part.name, MOST_DOCUMENT_ELEMENTS)
    body = next((element for element in found if element.name == "body"), None)
    if body is None or body.empty_tag:
        raise Malformed(f"{part.name[:80]} has no body to put words into")
    if any(element.attributes.get("class") == _CLASS and element.text == text for element in found):
        return _unchanged(source), f"epub:{part.name}"
    prefix = f"{body.prefix}:" if body.prefix else ""
    paragraph = f'<{prefix}p class="{_CLASS}">{escaped(text)}</{prefix}p>'.encode()
    at = body.open_stop if position == "first" else body.close_start
    edits: list[Spliced] = [(at, at, paragraph)]
    return Plan(package.rewritten({part.name: spliced(data, edits, part.name)})), f"epub:{part.name}"


def _plain(source: Source, text: str, position: str) -> tuple[Plan, str]:
    head, tail = source.at_most(0, _EDGE), source.at_most(max(0, source.size - _EDGE), min(source.size, _EDGE))
    encoding, mark = _encoding(head)
    first, last = _decoded(head[mark:], encoding), _decoded(tail, encoding)
    place = "text:first line" if position == "first" else "text:last line"
    if has_text_label(first, text) or has_text_label(last, text):
        return _unchanged(source), place
    line_end = "\r\n" if "\r\n" in first else "\n"
    if position == "first":
        return Plan(_inserted(source, mark, f"{text}{line_end}{line_end}".encode(encoding))), place
    gap = line_end * 2
    if not last.strip() or last.endswith(("\n\n", "\r\n\r\n")):
        gap = ""
    elif last.endswith("\n"):
        gap = line_end
    return Plan(_inserted(source, source.size, f"{gap}{text}{line_end}".encode(encoding))), place


def _markdown(source: Source, text: str, position: str) -> tuple[Plan, str]:
    if source.size > _LONGEST_MARKDOWN:
        raise OverLimit(f"Markdown of more than {_LONGEST_MARKDOWN} bytes is not labelled")
    data = source.read(0, source.size)
    encoding, _ = _encoding(data[:_EDGE])
    if encoding.startswith("utf-16"):
        raise Unsupported("Markdown in UTF-16 is not labelled", "save it in UTF-8")
    at = front_matter_stop(data)
    body = _decoded(data[at:], encoding)
    line_end = "\r\n" if b"\r\n" in data else "\n"
    if position == "first":
        if has_text_label(body, text):
            return _unchanged(source), "markdown:first line"
        fresh = label_prefix(TextLabel("prefix", text, "zh"))
        return Plan(_inserted(source, at, fresh.replace("\n", line_end).encode(encoding))), "markdown:first line"
    suffix = label_suffix(TextLabel("suffix", text, "zh"), body.replace("\r\n", "\n"))
    if not suffix and body.strip():
        return _unchanged(source), "markdown:last line"
    fresh = (suffix or text) + "\n"
    return Plan(_inserted(source, source.size, fresh.replace("\n", line_end).encode(encoding))), "markdown:last line"


def _page(source: Source, text: str, position: str) -> tuple[Plan, str]:
    page = scan(source)
    place = "html:start of body" if position == "first" else "html:end of body"
    words = f'<p class="{_CLASS}" role="note">{html.escape(text)}</p>'.encode(page.encoding, "xmlcharrefreplace")
    if page.shows(words):
        return _unchanged(source), place
    return Plan(_inserted(source, page.body_at if position == "first" else page.body_end, words)), place


def _page_of_book(package: Package, *, first: bool) -> Part:
    """The first or last page of the spine (OPF: ``spine/itemref`` names ``manifest/item``)."""
    document = rendition(package)
    found = elements(package.content(document), document.name)
    items: dict[str, Element] = {element.attributes.get("id", ""): element for element in found if element.name == "item"}
    order = [items.get(element.attributes.get("idref", "")) for element in found if element.name == "itemref"]
    for item in order if first else reversed(order):
        if item is not None and "html" in item.attributes.get("media-type", ""):
            name = normpath(join(dirname(document.name), unquote(item.attributes.get("href", "").split("#")[0])))
            part = package.named(name)
            if part:
                return part
    raise Malformed("the book's reading order names no page that is there")


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding of a text and the length of its byte-order mark. Raises ``Unsupported`` for text in none of those that are known."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return encoding, len(mark)
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            decoder.decode(head)  # not final: the window may end inside a character
        except UnicodeDecodeError:
            continue
        return encoding, 0
    raise Unsupported("the text is neither UTF-8, UTF-16 nor GB 18030", "save it in UTF-8")


def _decoded(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "ignore")


def _inserted(source: Source, at: int, fresh: bytes) -> tuple[Kept | bytes, ...]:
    pieces: tuple[Kept | bytes, ...] = (Kept(0, at), fresh, Kept(at, source.size))
    return tuple(piece for piece in pieces if not isinstance(piece, Kept) or piece.stop > piece.start)


def _unchanged(source: Source) -> Plan:
    return Plan((Kept(0, source.size),))
