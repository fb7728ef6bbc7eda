"""How a piece of text is looked at: widths, digits, dashes and spaces folded, escapes of JSON, HTML and URLs undone.

Folding keeps the number of characters, so that spans stay as they are; undoing escapes does not, so a view then carries the place of
each of its characters in the raw text. Cells of tables become ``|``, rows and blocks of HTML new lines; inline tags and invisible
characters vanish, so that a number that is printed in two colours is one number. It is no renderer: styles and scripts are not run.
"""

from __future__ import annotations

import html
import re
import sys
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["FOLD", "Places", "View", "view_of"]

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\ufe58\ufe63\u30fc"
_H = "\u4e00-\u9fff"
_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\ufe0e\ufe0f\u20e3"
_DIGIT_ROWS = (  # first character of nine or ten digits in order, and the digit it stands for (Unicode 17, blocks of enclosed digits)
    ("\u2460", 1, 9),
    ("\u2474", 1, 9),
    ("\u2488", 1, 9),
    ("\u24f5", 1, 9),
    ("\u2776", 1, 9),
    ("\u2780", 1, 9),
    ("\u278a", 1, 9),
    ("\u2080", 0, 10),
    *((chr(0x1D7CE + 10 * row), 0, 10) for row in range(5)),
    ("\U0001fbf0", 0, 10),
)


def _folding() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {ord(space): " " for space in _SPACES} | {ord(dash): "-" for dash in _DASHES}
    table |= {ord(zero): "0" for zero in "\u24ea\u24ff\U0001f10b\U0001f10c"} | {ord(dot): "·" for dot in "\u2022\u30fb\uff65\u2027\u22c5"}
    table |= {0xFE6B: "@", 0xFE52: ".", 0xFE55: ":", 0xFF61: "."}
    for first, value, many in _DIGIT_ROWS:
        table |= {ord(first) + step: str(value + step) for step in range(many)}
    return table


FOLD = _folding()
"""What a character of another width, dash, space or row of digits means."""


def _escapes(starts: str, apart: str = "") -> re.Pattern[str]:
    """What has a meaning of its own, by its first character: a search for one class of characters passes over all else."""
    return re.compile(
        rf"[\\&%<*{starts}](?:"
        r"(?<=\\)(?:u[0-9A-Fa-f]{4}(?:\\u[dD][c-fC-F][0-9A-Fa-f]{2})?|[nrtbf\"/\\])"  # RFC 8259, 7
        r"|(?<=&)(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"
        r"|(?<=%)(?:40|3[Aa])"
        rf"|(?<=<)(?:/?(?P<cell>(?i:t[dh]))(?:\s[^<>]{{0,300}})?>\s{{0,40}}|/?[A-Za-z{_H}][A-Za-z0-9_.:{_H}-]{{0,31}}(?:[\s/][^<>]{{0,300}})?>)"
        rf"|(?<=\*)(?<!\*\*)\*(?!\*){apart})"  # Markdown's bold
    )


_ESCAPE = _escapes(
    rf" \u3000{_INVISIBLE}",
    rf"|(?<=[ \u3000])(?=[{_H}](?:[^{_H}]|$))(?:(?<=[^{_H}][{_H}][ \u3000])|(?<=^[{_H}][ \u3000]))"  # characters that stand apart, as recognised print has them
    rf"|(?<=[{_INVISIBLE}])",
)
_ASCII_ESCAPE = _escapes("")
_SPACE_BEFORE = 40  # characters of white space around a cell that are its printer's
_INLINE = frozenset(
    {"a", "abbr", "b", "code", "del", "em", "font", "i", "ins", "mark", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"}
)
_CELLS = frozenset({"td", "th"})
_TEXT_ESCAPES = {"n": "\n", "r": "\n", "t": "\t", "b": "", "f": "\n", '"': '"', "/": "/", "\\": "\\"}


class Places:
    """Where each character of a view stands in the raw piece, kept by runs: a document of 64 MB may have a single escape."""

    __slots__ = ("_begins", "_ends", "_starts", "count")

    def __init__(self) -> None:
        self.count = 0
        self._begins = array("q")  # of a run in the view
        self._starts = array("q")  # of a run in the raw piece
        self._ends = array("q")  # of the escape whose meaning a run is; -1 where a run stands one to one

    def add(self, count: int, start: int, end: int = -1) -> None:
        """Put a run of ``count`` characters behind what is there."""
        if count:
            self._begins.append(self.count)
            self._starts.append(start)
            self._ends.append(end)
            self.count += count

    def of(self, place: int) -> tuple[int, int]:
        """Start and end, in the raw piece, of what a character of the view stands for."""
        run = bisect_right(self._begins, place) - 1
        start, end = self._starts[run], self._ends[run]
        return (start, end) if end >= 0 else (start + place - self._begins[run], start + place - self._begins[run] + 1)


@dataclass(frozen=True, slots=True)
class View:
    """``text``: what detectors read. ``places``: where its characters stand in the raw piece; None: one to one."""

    text: str
    places: Places | None = None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the view in the raw piece."""
        return (start, end) if self.places is None else (self.places.of(start)[0], self.places.of(end - 1)[1])


def view_of(raw: str) -> View:
    """The view of a raw piece of text."""
    escape = _ASCII_ESCAPE if raw.isascii() else _ESCAPE
    if escape.search(raw) is None:
        return View(_folded(raw))
    text, places = _without_escapes(raw, escape)
    return View(_folded(text), places)


def _folded(text: str) -> str:
    if text.isascii():
        return text
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _folds()[codes].tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _folds() -> npt.NDArray[np.uint32]:
    """What each code point is folded to: a table is three times as fast as ``str.translate``."""
    table = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    for code, sign in FOLD.items():
        table[code] = ord(sign)
    return table


def _without_escapes(raw: str, escape: re.Pattern[str]) -> tuple[str, Places]:
    parts: list[str] = []
    places = Places()
    done = last = 0
    for match in escape.finditer(raw):
        start, end = match.span()
        if match["cell"]:
            start = _with_space_before(raw, start, last)
        last = end
        meaning = _meaning(match.group())
        if meaning is None:
            continue
        parts += (raw[done:start], meaning)
        places.add(start - done, done)
        places.add(len(meaning), start, end)
        done = end
    parts.append(raw[done:])
    places.add(len(raw) - done, done)
    return "".join(parts), places


def _with_space_before(raw: str, start: int, last: int) -> int:
    first = max(last, start - _SPACE_BEFORE)
    while start > first and raw[start - 1].isspace():
        start -= 1
    return start


def _meaning(escape: str) -> str | None:
    """What an escape stands for; None if it is to be left as it is."""
    first = escape[0]
    if first == "\\":
        return _of_backslash(escape)
    if first == "&":
        meaning = html.unescape(escape)
        return None if meaning == escape else " " if meaning == "\u00a0" else meaning.translate(_INVISIBLES)
    if first == "%":
        return "@" if escape == "%40" else ":"
    if first == "*":
        return ""
    if not escape.strip():
        return ""
    if first == "<":
        return _of_tag(escape.strip())
    return ""


def _of_backslash(escape: str) -> str:
    if escape[1] != "u":
        return _TEXT_ESCAPES[escape[1]]
    units = [int(unit, 16) for unit in escape[2:].split("\\u")]
    if len(units) == 2 and 0xD800 <= units[0] < 0xDC00:
        return chr(0x10000 + ((units[0] - 0xD800) << 10) + (units[1] - 0xDC00))
    return "".join("\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit) for unit in units).translate(_INVISIBLES)


def _of_tag(tag: str) -> str | None:
    closing = tag[1] == "/"
    name = re.match(rf"[A-Za-z0-9_.:{_H}-]+", tag[1 + closing :])
    word = name.group().lower() if name else ""
    if " " in tag and _TELLING.search(tag):
        return None
    if word in _INLINE:
        return ""
    if word in _CELLS:
        return "" if closing else "|"
    if word in _BLOCKS or closing:
        return "\n"
    return " " if word in _OTHER else f"\n{word}:"  # an element of XML is the label of what stands in it


_TELLING = re.compile(
    r"[@＠\u4e00-\u9fff]|[0-9]{3}[0-9 -]{4}|(?i:[\[(]at[\])]|passw|pwd|secret|token|qq|wechat|birth|\blat=)"
)  # attributes that may hold what is looked for
_BLOCKS = frozenset(
    {"br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "table", "tbody", "thead", "tr", "ul"}
)
_OTHER = frozenset(
    {
        "article",
        "aside",
        "body",
        "button",
        "caption",
        "center",
        "footer",
        "form",
        "head",
        "header",
        "html",
        "iframe",
        "img",
        "input",
        "label",
        "link",
        "main",
        "meta",
        "nav",
        "noscript",
        "option",
        "pre",
        "script",
        "section",
        "select",
        "style",
        "svg",
        "textarea",
        "tfoot",
        "title",
        "video",
    }
)
_INVISIBLES = dict.fromkeys((173, *range(8203, 8208), *range(8288, 8293), 65279, *range(8234, 8239)), "")
