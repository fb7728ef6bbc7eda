r"""The decoded lane: runs that are text once decoded, at most three layers deep.

Seen: base64 (RFC 4648, standard and URL-safe, with or without padding), hex (plain, separated, ``0x``), percent and quoted-printable
octets, ``\x41 \u8d4c \u{8d4c} %u8d4c U+8D4C``, HTML character references, rot13, Morse, binary digits. Octets are UTF-8, else UTF-16
or GBK where that gives Chinese.

What decodes is accepted only if it is *text*: at least 80 % printable, and either mostly common Chinese characters, or words of common
English, or another encoding of such. Identifiers, hashes, tokens and ordinary words therefore stay as they are. Nothing decoded is longer than
its encoding, at most ``MAX_DECODED`` characters of a text are decoded, and of one run the first ``MAX_RUN``.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from brightline.text.lanes import normalise
from brightline.text.orders import order_edits
from brightline.text.shape_tables import english_words, field_words, look_alikes
from brightline.text.spread_words import spread_edits
from brightline.text.views import Edit, View, without_overlaps

__all__ = ["MAX_DECODED", "MAX_DEPTH", "MAX_RUN", "MORSE", "decoded_edits"]

MAX_DEPTH = 3
MAX_RUN = 16_384
MAX_DECODED = 262_144

_INVISIBLE = re.compile("[\u00ad\u0300-\u036f\u034f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")  # the base lane drops them
_PRINTABLE = 0.8  # text-and-gateway.md 3.3
_CHINESE_OCTETS = 8  # of UTF-16 and GBK, which almost any octets are: four characters
_CHINESE_AT_LEAST = 2
_PLAIN_OCTETS = 6
_PICTURES = "\U0001f000"
_FOREIGN_OCTETS = 10  # two octets in eighty are a letter beyond ASCII
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 *-_.|/~^+=,'!?\n")
_PUNCTUATION = frozenset(" ,.;:!?-+=/@_()\"'#&%*~\n\t，。！？；：、（）“”‘’《》【】…—～·「」")
_HEX = "[0-9a-fA-F]"
_B64 = "[A-Za-z0-9+/_-]"
_ESCAPE = rf"\\u{_HEX}{{4}}|\\x{_HEX}{{2}}|\\u\{{{_HEX}{{1,6}}\}}|\\U{_HEX}{{8}}|%u{_HEX}{{4}}|U\+{_HEX}{{4,6}}[ ,]?"

_CANDIDATE = re.compile(
    rf"""
      (?P<escape>(?:{_ESCAPE})+)
    | (?P<turned>(?=(?:%[0-9]{{2}})*%[0-9]?[N-S])(?:%[0-9N-S]{{2}}){{3,}}
          | (?:\\\\[hH][0-9n-s]{{4,8}}|\\\\k[0-9n-s]{{2}})+
          | (?=(?:&\#[0-9]{{1,7}};)*&\#k)(?:&\#(?:k[0-9n-s]{{1,6}}|[0-9]{{1,7}});)+)
    | (?P<octets>(?:%(?:25){{0,2}}{_HEX}{{2}})+|(?:={_HEX}{{2}}){{3,}})
    | (?P<entity>(?:&(?:amp;){{0,2}}(?:\#[0-9]{{1,7}}|\#[xX]{_HEX}{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});)+)
    | (?P<binary>(?<![0-9A-Za-z])[01]{{8}}(?:[ ,]?[01]{{8}})+(?![0-9A-Za-z]))
    | (?P<hex>(?<![0-9A-Za-z+/])(?:
            (?:0x)?(?:{_HEX}{{2}}){{4,}}
          | {_HEX}{{2}}(?:[ :,-]{_HEX}{{2}}){{3,}}
          | 0x{_HEX}{{2}}(?:[, ]+0x{_HEX}{{2}})+
          )(?![0-9A-Za-z+/=]))
    | (?P<base64>(?<!{_B64})(?=[A-Za-z][a-z/_-]*[A-Z0-9+]|[0-9+/])(?:{_B64}{{8,}}={{0,2}}|{_B64}{{6,7}}={{1,2}}))
    | (?P<morse>(?<![.\-·•−–_])[.\-·•−–_]{{1,6}}(?:[ /|]{{1,3}}[.\-·•−–_]{{1,6}}){{2,}})
    """,
    re.VERBOSE,
)
# One look at the whole text: does anything above begin anywhere? Begins with one class, rare in words, which the regex engine finds
# fast. Of a run of eight or more each character has four before or four after it.
_SEEN = re.compile(
    rf"[%=\\&.·•−–_\-+/A-Z0-9](?:(?<=[%=]){_HEX}{{2}}|(?<=%)(?:u|[0-9N-S]{{2}})|(?<=\\)[uUxhHk]|(?<=U)\+{_HEX}{{4}}|(?<=&)(?:\#|[A-Za-z]+;)"
    rf"|(?<=[.·•−–_-])[.\-·•−–_]{{0,5}}[ /|]{{1,3}}[.\-·•−–_]"
    rf"|(?<=[A-Z0-9+/])(?:(?<={_B64}.)(?={_B64}{{4}})|(?<=[0-9+/])(?={_B64}{{4}})|(?<={_B64}{{4}}.))"
    rf"|(?<=[0-9])(?:x{_HEX}{{2}}|{_HEX}?[ :,-]{_HEX}{{2}}[ :,-]{_HEX}{{2}}[ :,-]))"
)
_LONG_WORD = 5  # letters; a word of so many is not another word in rot13 by chance
_WORDS_EITHER_WAY = frozenset(
    ("abjurer", "aha", "barf", "ebbs", "gel", "ova", "terra")
)  # rare English words that rot13 makes common (SCOWL 35-70)
_MORSE_MIXED = 2  # letters of dots and dashes; rows of dots or of dashes are drawings
_LATIN_WORDS = re.compile("[A-Za-z]{2,}")
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z ,;:.'!?\-\n]{3,}")


def decoded_edits(text: str, known: frozenset[str] = frozenset()) -> list[Edit]:
    """The encoded runs of ``text``, each read as what it says when decoded; ``known``: words that count as words beside
    common English ones.
    """
    edits = [Edit(start, end, reads, "decoded") for start, end, reads in _decoded(text, MAX_DEPTH, known)]
    return without_overlaps(edits)


def _decoded(text: str, depth: int, known: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    if _SEEN.search(text) is not None:
        left = MAX_DECODED
        for match in _CANDIDATE.finditer(text):
            kind = str(match.lastgroup)
            start, end = match.span()
            left -= min(end - start, MAX_RUN)
            if left < 0:
                return
            for first, last in _parts(text, kind, start, end):
                reads = _read(kind, text[first:last], (text[max(first - 1, 0) : first], text[last : last + 1]), depth, known)
                if reads:
                    yield first, last, reads
                    break
    yield from _rotated(text, known)


def _parts(text: str, kind: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The run, and for base64 in a path or after a word also its parts between slashes, dashes and underscores."""
    yield start, min(end, start + MAX_RUN)
    if kind == "base64" and end - start <= MAX_RUN:
        for part in re.finditer(r"[A-Za-z0-9]{8,}={0,2}", text[start:end]):
            if part.end() - part.start() < end - start:
                yield start + part.start(), start + part.end()


def _read(kind: str, run: str, beside: tuple[str, str], depth: int, known: frozenset[str]) -> str:
    """What the run says, "" if nothing plausible."""
    inner = _inside(_DECODERS[kind](run), depth - 1, known)
    if inner == run:
        return ""
    if kind in ("escape", "octets", "entity"):
        return inner if inner and _says_something(kind, inner, *beside) else ""
    if kind in ("binary", "morse"):
        return inner if inner and _printable(inner) and any(map(str.isalnum, inner)) else ""
    if _is_text(inner, known):
        return inner
    if kind == "base64":
        inner = _inside(_turned_octets(run), depth - 1, known)
        return inner if _is_text(inner, known) else ""
    return ""


def _inside(text: str, depth: int, known: frozenset[str]) -> str:
    """``text`` with what is encoded in it decoded."""
    if depth <= 0:
        return text
    pieces: list[str] = []
    done = 0
    for start, end, reads in _decoded(text, depth, known):
        if start >= done:
            pieces += text[done:start], reads
            done = end
    return "".join([*pieces, text[done:]])


# Decoders: a run to the text it stands for, "" if it stands for none


def _base64(run: str) -> str:
    bare = run.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    if len(bare) % 4 == 1:
        bare = bare[:-1]
    try:
        return _octets_as_text(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except binascii.Error:
        return ""


def _hex(run: str) -> str:
    digits = re.sub("0x|[^0-9a-fA-F]", "", run)
    if digits.isdigit() and len(digits) < 12:
        return ""
    return _octets_as_text(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _binary(run: str) -> str:
    digits = re.sub("[^01]", "", run)
    return _octets_as_text(int(digits, 2).to_bytes(len(digits) // 8, "big"))


def _percent(run: str) -> str:
    digits = re.findall(rf"[%=](?:25(?={_HEX}{{2}}))*({_HEX}{{2}})", run)  # %25E8: encoded twice
    return _octets_as_text(bytes.fromhex("".join(digits)), plain=True)


def _entities(run: str) -> str:
    return html.unescape(re.sub("&(?:amp;)+", "&", run))  # &amp;#36172;: encoded twice


def _escapes(run: str) -> str:
    units: list[bytes] = []
    for unit in re.findall(_ESCAPE, run):
        if unit.startswith("\\x"):
            units.append(bytes.fromhex(unit[2:]))
        else:
            code = int(re.sub(r"^(?:\\[uU]|%u|U\+)|[{} ,]", "", unit), 16)
            units.append(chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b"?")
    text = b"".join(units).decode("utf-8", "surrogatepass") if _is_utf8(units) else b"".join(units).decode("latin-1")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # a surrogate pair is one character


def _is_utf8(units: list[bytes]) -> bool:
    try:
        b"".join(units).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _morse(run: str) -> str:
    plain = run.translate(_MORSE_SIGNS)
    words = re.split(" *[/|] *|  +", plain)
    text = " ".join("".join(_LETTERS_OF.get(letter, "?") for letter in word.split()) for word in words).strip()
    mixed = sum("." in letter and "-" in letter for letter in plain.split())
    return text if mixed >= _MORSE_MIXED and "?" not in text else ""


def _octets_as_text(octets: bytes, plain: bool = False) -> str:
    """UTF-8 (a character cut off at the end does not count); else, unless ``plain``, UTF-16 or GBK if that is Chinese."""
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(octets) - 3 and error.start > 3 and error.reason == "unexpected end of data":
            return octets[: error.start].decode()
    if plain or len(octets) < _CHINESE_OCTETS or len(octets) % 2:
        return ""
    for encoding in ("gbk", "utf-16-le", "utf-16-be"):
        try:
            text = octets.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _common_chinese(text) == len(text):
            return text
    return ""


def _turned(run: str) -> str:
    """Octets, escapes or references put into rot13 once more: %R8, \\h8q4p, &#k8q4p;"""
    back = codecs.encode(run, "rot13")
    return {"%": _percent, "\\": _escapes, "&": _entities}[run[0]](back)


def _turned_octets(run: str) -> str:
    """The same of base64 and hex."""
    back = codecs.encode(run, "rot13")
    return _hex(back) if _HEX_DIGITS.fullmatch(back) else _base64(back)


# What counts as text


def _says_something(kind: str, reads: str, before: str, after: str) -> bool:
    """Of an escape, which is one by its form: that it stands for letters or digits, and is no path, percentage or range by chance."""
    if kind == "octets" and reads == " ":
        return before.isalpha()
    if not any(character.isalnum() or character >= _PICTURES for character in reads) or not _printable(reads):
        return False
    if len(reads) > 1 or kind == "entity":
        return True
    if kind == "octets":
        return not before.isdigit()
    return after not in ("\\", "-", "]") and before not in ("[", "-") and (reads >= "\x80" or before.isalnum() or after.isalnum())


def _is_text(text: str, known: frozenset[str]) -> bool:
    """Mostly common Chinese characters, or words, or small letters throughout; invisible characters among them do not count."""
    text = _INVISIBLE.sub("", text)
    if not text or not _printable(text):
        return False
    chinese = _common_chinese(text)
    if chinese >= _CHINESE_AT_LEAST:
        strange = sum(not (character.isalnum() or character.isspace() or character in _PUNCTUATION) for character in text)
        plain = normalise(text.translate(_to_latin())).base
        foreign = sum(character.isalpha() and not (character.isascii() or "\u4e00" <= character <= "\u9fff") for character in plain)
        return foreign == 0 and strange <= chinese and 2 * chinese >= sum(character > "\x7f" for character in text)
    return _is_latin_text(text, known)


def _is_latin_text(text: str, known: frozenset[str]) -> bool:
    """Half of the letters in known words; or, disguised letters and separators included, so plain that random octets are not:
    a small letter, a digit or a separator is one octet in six, eight in a row one in two million.
    """
    read = normalise(text.translate(_to_latin())).base
    read = _undisguised(read, known)
    words = _LATIN_WORDS.findall(read)
    letters = sum(map(len, words))
    if text.isascii():
        found = [len(word) for word in words if word in english_words() or word in field_words() or word in known]
        if max(found, default=0) >= 3 and 2 * sum(found) >= letters and 10 * (letters + read.count(" ")) >= 7 * len(read):
            return True
    plain = sum(
        character in _PLAIN or "\u4e00" <= character <= "\u9fff" or (character > "\x7f" and not character.isalpha()) for character in read
    )
    capitals = sum("A" <= character <= "Z" for character in text)
    octets = len(text.encode("utf-8", "replace"))
    if not text.isascii() and octets < _FOREIGN_OCTETS:
        return False
    return (
        plain == len(read)
        and 2 * letters >= len(read)
        and octets >= (_PLAIN_OCTETS if capitals <= text.count(" ") + 1 else 2 * _PLAIN_OCTETS)
    )


def _undisguised(text: str, known: frozenset[str]) -> str:
    """``text`` with spread words put together, and turned round if it is backwards."""
    together = View.of(text).edited(spread_edits(text, known)).text
    return View.of(together).edited(order_edits(together)).text


@cache
def _to_latin() -> dict[int, str]:
    return {ord(character): letter for character, letter in look_alikes().reads.items()}


def _printable(text: str) -> bool:
    seen = _INVISIBLE.sub("", text)
    return sum(character.isprintable() or character in "\n\t\r" for character in seen) >= _PRINTABLE * len(seen)


def _common_chinese(text: str) -> int:
    """How many Chinese characters of ``text`` are, in simplified form, in GB 2312: the 6,763 that are used."""
    simplified = normalise(text).base.encode("gb2312", "ignore").decode("gb2312")
    return sum("\u4e00" <= character <= "\u9fff" for character in simplified)


# rot13


def _rotated(text: str, known: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Runs of Latin letters most of whose words are words only after rot13: one long one, or two short ones, more than before."""
    found = set(_LATIN_WORDS.findall(text[:MAX_DECODED]))
    rotated_words = _rotated_words(known)
    if not found or rotated_words.isdisjoint(map(str.lower, found)):
        return
    for match in _LATIN_RUN.finditer(text[:MAX_DECODED]):
        run = match[0].rstrip(" ,;:.'!?-\n")
        words = _LATIN_WORDS.findall(run.lower())
        evidence = sum(1 + (len(word) >= _LONG_WORD) for word in set(words) if word in rotated_words)
        english = sum(word in english_words() for word in words)
        after = sum(_is_word(codecs.encode(word, "rot13"), known) for word in words)
        if evidence >= 2 and evidence >= 2 * english and 5 * after >= 3 * len(words):
            yield match.start(), match.start() + len(run), codecs.encode(run, "rot13")


def _is_word(word: str, known: frozenset[str]) -> bool:
    return word in english_words() or word in field_words() or word in known


@lru_cache(8)
def _rotated_words(known: frozenset[str]) -> frozenset[str]:
    """Rot13 of words of three letters or more, without those that are words themselves."""
    words = english_words() | field_words() | {word for word in known if word.isalpha()}
    return frozenset(codecs.encode(word, "rot13") for word in words if len(word) > 2) - words - _WORDS_EITHER_WAY


_HEX_DIGITS = re.compile(f"(?:{_HEX}{{2}}){{4,}}")
_MORSE_SIGNS = {ord(sign): mark for signs, mark in (("·•", "."), ("−–_", "-")) for sign in signs}
# ITU-R M.1677-1, letters and figures.
MORSE = dict(zip(
    "abcdefghijklmnopqrstuvwxyz0123456789",
    [".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.", "---", ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..", "-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----."],
    strict=True,
))  # fmt: skip
_LETTERS_OF = {signs: letter for letter, signs in MORSE.items()}
_DECODERS: dict[str, Callable[[str], str]] = {
    "escape": _escapes,
    "octets": _percent,
    "entity": _entities,
    "binary": _binary,
    "hex": _hex,
    "base64": _base64,
    "morse": _morse,
    "turned": _turned,
}
