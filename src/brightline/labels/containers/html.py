"""HTML: the label is ``<meta name="AIGC" content="…">`` in the head. **Our own proposal**; the guides name no place for HTML.

HTML Living Standard, 4.2.5: a metadata name that user agents do not know is ignored by them. The edit is one of bytes: nothing is
serialised anew, the encoding stays, and the element goes behind what the head holds already, so that a ``charset`` declaration stays
within the first 1,024 bytes (4.2.5.4). Read as well: every other ``meta``, JSON-LD, and comments that name AIGC. ``standard`` is said of
the proposed element, for there is no other place.

A scanner, not a parser: it knows comments, declarations, raw text elements and quoted attributes (13.2.5), and looks at the first
``_SCANNED`` bytes. Not done: what scripts add to the page.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from brightline.labels.character_references import dereferenced
from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, EntryKind, Gap, Kept, Plan, Range, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported

__all__ = ["HTML", "Scanned", "scan"]

_SCANNED = 3_500_000  # own choice: leaves a reading below 4 MB
_MOST_METAS = 8192  # own choice: pages with much metadata have some hundred
_LONGEST_COMMENT = 65_536  # characters: as much as a label with the longest values


class _Html:
    name = "html"
    media_types = ("text/html", "application/xhtml+xml")
    suffixes = (".html", ".htm", ".xhtml", ".xht")

    def accepts(self, head: bytes, name: str) -> bool:
        lowered = name.lower()
        if lowered.endswith(self.suffixes):
            return True
        return "." not in lowered and _LOOKS_LIKE.match(head.replace(b"\x00", b"")) is not None

    def read(self, source: Source) -> Reading:
        page = scan(source)
        entries = tuple(found.entry for found in page.found[:MOST_ENTRIES])
        gaps: list[Gap] = []
        if source.size > _SCANNED:
            gaps.append(Gap(f"only the first {_SCANNED} bytes of the page were looked at", _SCANNED))
        if len(page.found) > MOST_ENTRIES:
            gaps.append(Gap(f"more than {MOST_ENTRIES} entries of metadata"))
        if page.too_many:
            gaps.append(Gap(f"more than {_MOST_METAS} meta elements, none of which was looked at"))
        return Reading("html", entries, _media(page, source.size), tuple(gaps), {"encoding": page.encoding})

    def plan(self, source: Source, value: str) -> Plan:
        from brightline.labels.sites import is_label

        if source.size > _SCANNED:
            raise OverLimit(f"a page of more than {_SCANNED} bytes is not searched to its end, so a label could be left in it")
        page = scan(source)
        if page.too_many:
            raise OverLimit(f"a page with more than {_MOST_METAS} meta elements")
        if page.encoding not in _WRITABLE:
            raise Unsupported(f"a page in {page.encoding} is not labelled", "save it in UTF-8")
        if not page.encoding.startswith("utf-16") and b"\0" in page.text:
            raise Malformed("text has no zero bytes", page.text.index(b"\0"))
        labels = [found for found in page.found if is_label(found.entry)]
        if [(found.entry.place, found.entry.key, found.entry.value) for found in labels] == [("html.meta", "AIGC", value)]:
            return Plan((Kept(0, source.size),))
        if any(found.range.start < page.insert_at < found.range.stop for found in page.found):
            raise Malformed("the tags of the head do not end where they should", page.insert_at)
        end = "/>" if page.xml else ">"
        element = f'<meta name="AIGC" content="{html.escape(value)}"{end}'.encode(page.encoding)
        edits = sorted([(found.range, b"") for found in labels] + [(Range(page.insert_at, page.insert_at), element)])
        pieces: list[Kept | bytes] = []
        cursor = 0
        for span, fresh in edits:
            pieces += [Kept(cursor, span.start), fresh]
            cursor = max(cursor, span.stop)
        pieces.append(Kept(cursor, source.size))
        return Plan(tuple(piece for piece in pieces if (piece.stop > piece.start if isinstance(piece, Kept) else piece)))


@dataclass(frozen=True, slots=True)
class _Found:
    entry: Entry
    range: Range


@dataclass(frozen=True, slots=True)
class Scanned:
    """A page as scanned. ``insert_at``: where one more element of the head goes; ``body_at``: behind the start tag of the body (or
    where the body begins without one); ``body_end``: where its end tag stands, or the end of the page. Offsets in the file. ``too_many``: it
    has more ``meta`` than are looked at, and ``found`` is empty."""

    found: tuple[_Found, ...]
    insert_at: int
    body_at: int
    body_end: int
    encoding: str
    xml: bool
    text: bytes
    too_many: bool

    def shows(self, element: bytes) -> bool:
        """True if these bytes of markup stand in the page."""
        return element in self.text


def scan(source: Source) -> Scanned:
    """The page's metadata and the places where something can be added."""
    data = source.at_most(0, _SCANNED)
    encoding, unit = _encoding(data)
    if unit == 1:
        text, mark = data, len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    else:
        # UTF-16: scanned as one byte a unit, so that offsets are halves; a unit that is not ASCII is no markup and becomes "?".
        low, high = (data[::2], data[1::2]) if encoding == "utf-16-le" else (data[1::2], data[::2])
        text, mark = (low if not any(high) else bytes(63 if above else unit for unit, above in zip(low, high, strict=False))), 1
    too_many = sum(1 for _ in islice(_META.finditer(text), _MOST_METAS + 1)) > _MOST_METAS
    found = () if too_many else tuple(_entries(text, data, encoding, unit))
    head_stop, body_at = _head(text, mark)
    ends = [match.start() for match in _BODY_END.finditer(text, body_at)]
    body_end = ends[-1] * unit if ends and len(data) == source.size else source.size
    xml = text[mark:].lstrip()[:5] == b"<?xml" or b"http://www.w3.org/1999/xhtml" in text[:4096]
    return Scanned(found, head_stop * unit, body_at * unit, body_end, encoding, xml, data, too_many)


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding by its byte-order mark, else by its declaration in the first 1,024 bytes (13.2.3.2), else UTF-8; and bytes a unit."""
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    declared = _CHARSET.search(data[:1024])
    if data.startswith(codecs.BOM_UTF8) or declared is None:
        return "utf-8", 1
    name = declared[1].decode("ascii").lower()
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return "utf-8", 1
    # A page that says UTF-16 in ASCII letters is none: 13.2.3.2 takes UTF-8 for it.
    # Names of other codecs (Python has some that are no encodings of text at all) mean nothing in a page either.
    return (codec.name, 1) if codec.name in _WRITABLE | _READABLE else ("utf-8", 1)


def _entries(text: bytes, data: bytes, encoding: str, unit: int) -> Iterator[_Found]:
    cursor = 0
    while match := _START.search(text, cursor):
        if match[2]:  # a document type or what a browser takes for a comment: nothing in it is markup
            cursor = text.find(b">", match.end()) + 1
            if not cursor:
                return
            continue
        name = (match[1] or b"!--").lower()
        tag_stop = match.end() if name == b"!--" else _tag_stop(text, match.end())
        if tag_stop < 0:
            return  # a tag that does not end is none, and nothing behind it is markup (13.2.5, "EOF in tag")
        cursor = tag_stop if name == b"meta" else _content_stop(text, tag_stop, name)
        if cursor < 0:
            cursor = len(text)
        span = Range(match.start() * unit, cursor * unit)
        if name == b"!--" and b"aigc" in text[match.start() : cursor].lower():
            yield _found("html.comment", "", _text(data, span, encoding)[4:_LONGEST_COMMENT].removesuffix("-->"), span)
        elif name == b"script" and b"ld+json" in text[match.start() : tag_stop].lower():
            yield _found(
                "html.json_ld", "application/ld+json", _text(data, Range(tag_stop * unit, cursor * unit), encoding).rsplit("</", 1)[0], span
            )
        elif name == b"meta":
            attributes = _attributes(_text(data, span, encoding))
            key = next((attributes[each] for each in ("name", "property", "itemprop", "http-equiv") if attributes.get(each)), "")
            if key and attributes.get("content"):
                yield _found("html.meta", key, attributes["content"], span, html_kind=True)


def _tag_stop(text: bytes, at: int) -> int:
    """Where the start tag ends, quoted attributes minded; -1 where it does not."""
    while mark := _TAG_MARK.search(text, at):
        if mark[0] == b">":
            return mark.end()
        at = text.find(mark[0], mark.end()) + 1
        if not at:
            return -1
    return -1


def _content_stop(text: bytes, at: int, name: bytes) -> int:
    """Where a comment, or an element whose content is no markup of the head, ends; -1 where it does not."""
    if name == b"!--":
        stop = text.find(b"-->", at)
        return stop + 3 if stop >= 0 else -1
    end = _RAW_ENDS[name].search(text, at)
    return end.end() if end else -1


def _found(place: str, key: str, value: str, span: Range, *, html_kind: bool = False) -> _Found:
    kind: EntryKind = "html" if html_kind else "text"
    return _Found(Entry(place, key, value[:MOST_VALUE_BYTES], span.start, span.stop - span.start, kind, html_kind and key == "AIGC"), span)


def _text(data: bytes, span: Range, encoding: str) -> str:
    return data[span.start : span.stop].decode(encoding, "replace")


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag by their names in lower case; the first of two of one name holds (13.2.5.33)."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag, 5):
        value = next((group for group in match.groups()[1:] if group is not None), "")
        found.setdefault(match[1].lower(), dereferenced(value))
    return found


def _head(text: bytes, mark: int) -> tuple[int, int]:
    """Where the head's last element ends, and where the body begins: the first thing that no head holds."""
    cursor = insert_at = mark
    while match := _HEAD_PART.match(text, cursor):
        name = match[1].lower()
        if name in (b"!", b"?"):  # a document type or what a browser takes for a comment: ends at the first bracket (13.2.5.41, .53)
            stop = text.find(b">", match.end()) + 1 or -1
        else:
            stop = match.end() if name == b"!--" else _tag_stop(text, match.end())
        if stop < 0:
            break
        if name == b"/head":
            insert_at, cursor = match.start(1) - 1, stop
            break
        if name == b"!--" or name in _RAW_ENDS:
            stop = _content_stop(text, stop, name)
            if stop < 0:  # what follows is its content, to the end of the page: the label goes before it
                break
        cursor = insert_at = stop
    body = _BODY_START.match(text, cursor)
    body_stop = _tag_stop(text, body.end()) if body else -1
    return insert_at, max(cursor, body_stop)


def _media(page: Scanned, size: int) -> tuple[Range, ...]:
    """Everything but the labels: what is shown comes from the rest."""
    from brightline.labels.sites import is_label

    cursor, ranges = 0, []
    for found in page.found:
        if is_label(found.entry):
            ranges.append(Range(cursor, found.range.start))
            cursor = found.range.stop
    ranges.append(Range(cursor, size))
    return tuple(each for each in ranges if each.stop > each.start)


_WRITABLE = frozenset(
    {"utf-8", "utf-16-le", "utf-16-be", "ascii", "gbk", "gb2312", "gb18030", "big5", "big5hkscs", "cp936", "cp950"}
    | {"iso8859-1", "iso8859-15", "cp1250", "cp1251", "cp1252", "koi8-r", "euc_jp", "euc_kr", "shift_jis", "cp932", "cp949"}
)
"""Encodings in which ASCII characters are what they are and no other character hides ``<``, ``>`` or quotes in its bytes."""

_READABLE = frozenset(
    {"iso2022_jp", "cp866", "cp874", "koi8-u", "mac-roman", "mac-cyrillic", "tis-620"}
    | {f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 16)}
    | {f"cp125{part}" for part in (3, 4, 5, 6, 7, 8)}
)
"""The other encodings that pages may have (WHATWG Encoding, 4.2), by Python's names."""

_RAW_NAMES = (b"script", b"style", b"title", b"textarea", b"template", b"xmp", b"noscript")
_RAW_ENDS = {name: re.compile(rb"</%b\b[^>]*+>?" % name, re.IGNORECASE) for name in _RAW_NAMES}
_START = re.compile(rb"<(?:!--|(meta|%b)(?=[\s/>])|([!?]))" % b"|".join(_RAW_NAMES), re.IGNORECASE)
_META = re.compile(rb"<meta[\s/]", re.IGNORECASE)
_TAG_MARK = re.compile(rb"[>\"']")
_HEAD_PART = re.compile(
    rb"\s*+<(!--|!|\?|(?:/head|html|head|meta|link|base|%b)(?=[\s/>]))" % b"|".join(_RAW_NAMES),
    re.IGNORECASE,
)
_BODY_START = re.compile(rb"\s*+<body(?=[\s/>])", re.IGNORECASE)
_BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)\s*+(?:=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9:._-]{2,40})", re.IGNORECASE)
_LOOKS_LIKE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->)[\s\S])*+-->\s*+)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE)

HTML: Container = _Html()
