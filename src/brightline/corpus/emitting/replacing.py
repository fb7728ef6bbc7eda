"""What takes the place of covered data: a typed placeholder, a keyed pseudonym, or a mask.

* ``placeholder``: ``[手机号]`` or ``[PHONE]``: says what stood there, nothing of what it was.
* ``pseudonym``: the same value becomes the same pseudonym under one key, so that a text still says who is who. Numbers keep their shape and are
  never valid; addresses of mail and machines come from the ranges that are reserved for examples (RFC 2606, 5737, 3849); names, places and
  all else get a placeholder with a tag. Secrets get a plain placeholder: nobody learns from their shape. Under PIPL Art. 73 this is
  de-identification, not anonymisation: whoever holds the key can try values.
* ``mask``: ``*`` for every letter, digit and ideograph, separators as they are.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import string
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

from brightline.corpus.emitting.redacting import Replace
from brightline.corpus.errors import CorpusError
from brightline.corpus.personal.rules import RULES, placeholder

__all__ = ["STYLES", "Style", "replacement"]

Style = Literal["placeholder", "pseudonym", "mask"]
STYLES: tuple[Style, ...] = ("placeholder", "pseudonym", "mask")

_ATTEMPTS = 32
"""Own choice: a random number of a card's shape is valid once in ten times, so 32 attempts fail once in 10^32."""

_TAG_CHARS = 6  # of base 32: 2^30 values, so that two of 1,000 names share a tag once in 2,000 corpora
_BASE32 = "abcdefghijkmnpqrstuvwxyz23456789"  # without l, o, 0 and 1
_LEAST_KEY_BYTES = 16
_TEST_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737

IsValid = Callable[[str], bool]


def replacement(style: Style, language: str, key_hex: str, is_valid: IsValid | None = None) -> Replace:
    """The function that ``redact`` calls. ``language``: zh or en. ``is_valid``: whether a pseudonym still looks like real data (needed for
    pseudonyms, ``brightline.corpus.emitting.validity.is_valid``).

    Raises ``CorpusError`` BL-CORPUS-066 for a style or language that is none, or a key that is missing or too short.
    """
    if style not in STYLES or language not in ("zh", "en"):
        raise CorpusError("BL-CORPUS-066", f"there is no style {style!r} in {language!r}", f"one of {', '.join(STYLES)}; zh or en")
    if style == "mask":
        return lambda _rule, value: "".join("*" if character.isalnum() else character for character in value)
    if style == "placeholder":
        return lambda rule, _value: _typed(rule, language)
    try:
        key = bytes.fromhex(key_hex)
    except ValueError:
        key = b""
    if len(key) < _LEAST_KEY_BYTES or is_valid is None:
        raise CorpusError(
            "BL-CORPUS-066", "pseudonyms need a key of 16 bytes or more", "the installation's own key is used where none is given"
        )
    return lambda rule, value: _pseudonym(rule, value, language, key, is_valid)


def _typed(rule: str, language: str, tag: str = "") -> str:
    named = placeholder(rule, language) if rule in RULES else f"[{rule}]"
    return f"{named[:-1]}#{tag}]" if tag else named


def _pseudonym(rule: str, value: str, language: str, key: bytes, is_valid: IsValid) -> str:
    if rule in RULES and RULES[rule].kind == "secret":
        return _typed(rule, language)
    same = _canonical(value)
    if rule == "personal.email" and "@" in same:
        return f"{_letters(key, rule, same, 8)}@{_letters(key, rule, same.rpartition('@')[2], 6)}.example"
    if rule == "personal.ip_address" and (address := _address(key, rule, same)):
        return address
    if all(character.isascii() or _is_wide(character) for character in value) and any(character.isdigit() for character in value):
        for attempt in range(_ATTEMPTS):
            shaped = _shaped(key, f"{rule}\0{same}\0{attempt}", value)
            if shaped != value and not is_valid(shaped):
                return shaped
    return _typed(rule, language, _letters(key, rule, same, _TAG_CHARS))


def _canonical(value: str) -> str:
    """What two spellings of one value have in common: without separators, full-width forms and case."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    return "".join(character for character in folded if character.isalnum() or character in "@.:")


def _stream(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), hashlib.sha512)


def _letters(key: bytes, rule: str, value: str, count: int) -> str:
    return "".join(_BASE32[byte % len(_BASE32)] for byte in _stream(key, f"{rule}\0{value}")[:count])


def _address(key: bytes, rule: str, value: str) -> str:
    try:
        version = ipaddress.ip_address(value).version
    except ValueError:
        return ""
    first, second, third, *_others = _stream(key, f"{rule}\0{value}")
    if version == 4:
        return f"{_TEST_NETWORKS[first % 3]}.{1 + second % 254}"
    return f"2001:db8::{(second << 8 | third):x}"  # RFC 3849


def _shaped(key: bytes, message: str, value: str) -> str:
    """Digits for digits, letters for letters of the same case, everything else as it is."""
    stream = iter(b"".join(_stream(key, f"{message}\0{block}") for block in range(-(-len(value) // 64))))
    return "".join(_like(character, stream) for character in value)


def _like(character: str, stream: Iterator[int]) -> str:
    """Separators take nothing from the stream, so that every spelling of a number gets the same digits."""
    for alphabet in (string.digits, string.ascii_lowercase, string.ascii_uppercase, "０１２３４５６７８９"):
        if character in alphabet:
            return alphabet[next(stream) % len(alphabet)]
    return character


def _is_wide(character: str) -> bool:
    return character in "０１２３４５６７８９－　"
