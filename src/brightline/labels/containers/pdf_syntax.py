"""PDF values out of bytes: names, numbers, strings, arrays, dictionaries, references (ISO 32000-2:2020, 7.3).

A value is parsed from a window of the file. Where the window ends inside it, ``Incomplete`` asks the caller for a longer one;
what breaks the syntax is ``Malformed``. Depth is bounded, nothing here reads the file, follows a reference or decrypts.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from brightline.labels.errors import Malformed, OverLimit

__all__ = ["Incomplete", "Item", "Name", "Ref", "Value", "items", "parse", "skip_blank", "text_of", "text_string"]

DEEPEST = 64
"""Arrays and dictionaries inside each other; own choice: metadata needs three, page trees keep depth outside of values."""


class Name(str):
    """A name object without its solidus, taken for UTF-8 (7.3.5); bytes that are none are escaped as surrogates and not lost."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


Value = bool | int | float | bytes | Name | Ref | list["Value"] | dict[str, "Value"] | None


class Item(NamedTuple):
    """A pair of a dictionary with its place: ``[start, stop)`` is the key and its value, as they stand in the buffer."""

    key: str
    value: Value
    start: int
    stop: int


class Incomplete(Exception):
    """The window ends before the value does."""


def parse(data: bytes, at: int, depth: int = 0) -> tuple[Value, int]:
    """The value that begins at or after ``at``, and where it ends.

    Raises ``Incomplete``; ``Malformed`` where no value stands there; ``OverLimit`` for deep nesting.
    """
    at = skip_blank(data, at)
    if depth > DEEPEST:
        raise OverLimit(f"values are nested more than {DEEPEST} deep", at)
    first = data[at : at + 1]
    if first == b"/":
        return _name(data, at)
    if first == b"(":
        return _literal(data, at)
    if first == b"<":
        return _dictionary(data, at, depth) if _two(data, at) == b"<<" else _hex(data, at)
    if first == b"[":
        return _array(data, at, depth)
    return _number_or_word(data, at)


def items(data: bytes, at: int, depth: int = 0) -> Iterator[Item | int]:
    """The pairs of the dictionary that begins at or after ``at``, in order; last of all, as an ``int``, where it ends."""
    at = skip_blank(data, at)
    if _two(data, at) != b"<<":
        raise Malformed("a dictionary is expected")
    at += 2
    while True:
        at = skip_blank(data, at)
        if data[at : at + 1] == b">":
            if _two(data, at) != b">>":
                raise Malformed("a dictionary does not end as it should")
            yield at + 2
            return
        if data[at : at + 1] != b"/":
            raise Malformed("a key of a dictionary is no name")
        key, after = _name(data, at)
        value, stop = parse(data, after, depth + 1)
        yield Item(key, value, at, stop)
        at = stop


def skip_blank(data: bytes, at: int) -> int:
    """The first byte from ``at`` on that is neither white space nor part of a comment (7.2.3, 7.2.4). Raises ``Incomplete``."""
    found = _BLANK.match(data, at)
    at = found.end() if found else at
    if at >= len(data) or data[at : at + 1] == b"%":
        raise Incomplete
    return at


def text_string(raw: bytes) -> str:
    """A text string (7.9.2.2): UTF-16 or UTF-8 with their marks, PDFDocEncoding otherwise. Wrong bytes become U+FFFD.

    Strings of UTF-8 without its mark are common and no PDFDocEncoding anybody meant: they are taken for UTF-8.
    """
    if raw.startswith(codecs.BOM_UTF16_BE):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(codecs.BOM_UTF16_LE):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(codecs.BOM_UTF8):
        return raw[3:].decode("utf-8", "replace")
    if not raw.isascii():
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return raw.decode("latin-1").translate(_PDF_DOC)


def text_of(text: str) -> bytes:
    """ASCII ``text`` as a literal string object, its delimiters escaped (7.3.4.2)."""
    return b"(" + re.sub(rb"[()\\]", rb"\\\g<0>", text.encode("ascii")) + b")"


def _two(data: bytes, at: int) -> bytes:
    if at + 2 > len(data):
        raise Incomplete
    return data[at : at + 2]


def _name(data: bytes, at: int) -> tuple[Name, int]:
    found = _NAME.match(data, at)
    if found is None:
        raise Malformed("a name is expected")
    if found.end() == len(data):
        raise Incomplete
    raw = _NAME_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), found[1])
    return Name(raw.decode("utf-8", "surrogateescape")), found.end()


def _literal(data: bytes, at: int) -> tuple[bytes, int]:
    open_brackets, place = 0, at
    for mark in _STRING_MARK.finditer(data, at):
        place = mark.end()
        if mark[0] == b"(":
            open_brackets += 1
        elif mark[0] == b")":
            open_brackets -= 1
            if not open_brackets:
                return _STRING_ESCAPE.sub(_unescaped, data[at + 1 : place - 1]), place
    raise Incomplete


def _unescaped(escape: re.Match[bytes]) -> bytes:
    what = escape[0]
    if what[:1] == b"\r":
        return b"\n"  # an end of line inside a string is read as a line feed, whatever it was (7.3.4.2)
    if what[1:2] in b"01234567":
        return bytes([int(what[1:], 8) & 0xFF])
    return _ESCAPES.get(what[1:], what[1:])


def _hex(data: bytes, at: int) -> tuple[bytes, int]:
    stop = data.find(b">", at)
    if stop < 0:
        raise Incomplete
    digits = data[at + 1 : stop].translate(None, _SPACES)
    if not _HEX.fullmatch(digits):
        raise Malformed("a hexadecimal string holds something else")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), stop + 1


def _array(data: bytes, at: int, depth: int) -> tuple[list[Value], int]:
    values: list[Value] = []
    at += 1
    while data[(at := skip_blank(data, at)) : at + 1] != b"]":
        value, at = parse(data, at, depth + 1)
        values.append(value)
    return values, at + 1


def _dictionary(data: bytes, at: int, depth: int) -> tuple[dict[str, Value], int]:
    found: dict[str, Value] = {}
    end = at
    for item in items(data, at, depth):
        if isinstance(item, int):
            end = item
        else:
            found[item.key] = item.value
    return found, end


def _number_or_word(data: bytes, at: int) -> tuple[Value, int]:
    reference = _REFERENCE.match(data, at)
    if reference:
        return Ref(int(reference[1]), int(reference[2])), reference.end()
    number = _NUMBER.match(data, at)
    if number:
        if len(data) - number.end() < _REFERENCE_REACH and _COULD_BE_REFERENCE.fullmatch(data, at):
            raise Incomplete
        digits = number[0]
        return (float(digits) if b"." in digits else int(digits)), number.end()
    word = _WORD.match(data, at)
    if word and word.end() == len(data):
        raise Incomplete
    if word and word[0] in _WORDS:
        return _WORDS[word[0]], word.end()
    raise Malformed("no PDF value stands here")


_SPACES = b"\x00\t\n\x0c\r "
_BLANK = re.compile(rb"(?:[\x00\t\n\x0c\r ]++|%[^\r\n]*+[\r\n])*+")
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*+)")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING_MARK = re.compile(rb"\\[\s\S]|[()]")
_STRING_ESCAPE = re.compile(rb"\\(?:[0-7]{1,3}|\r\n|[\s\S])|\r\n?")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\r\n": b"", b"\r": b"", b"\n": b""}
_HEX = re.compile(rb"[0-9A-Fa-f]*")
_REFERENCE = re.compile(rb"(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+R(?=[\x00\t\n\x0c\r ()<>\[\]{}/%])")
_REFERENCE_REACH = 24  # digits of two numbers, R, and room for blanks between them: the same bounds as in the pattern above
_COULD_BE_REFERENCE = re.compile(rb"\d+(?:[\x00\t\n\x0c\r ]+(?:\d+(?:[\x00\t\n\x0c\r ]+R?)?)?)?")
_NUMBER = re.compile(rb"[+-]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})")
_WORD = re.compile(rb"[A-Za-z]{1,8}")
_WORDS: dict[bytes, Value] = {b"true": True, b"false": False, b"null": None}

# PDFDocEncoding where it is not Latin-1 (Annex D.2); the rest of 0x00–0x17 is undefined and stays as it is.
_PDF_DOC = {0x18 + place: ord(sign) for place, sign in enumerate("˘ˇˆ˙˝˛˚˜")} | {
    0x80 + place: ord(sign) for place, sign in enumerate("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€")
}
