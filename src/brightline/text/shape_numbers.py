"""Numbers written with anything but digits, for the shape lane: telephone, QQ and WeChat numbers, and digits of other scripts.

Positions are those of the base lane (``plain``); ``latin`` is the same with look-alike letters as Latin ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from brightline.text.shape_tables import look_alikes, numerals

__all__ = ["BEYOND", "LETTERS_BEYOND", "foreign_digits", "number_seen", "numbers", "strange_numerals"]

MIN_DIGITS = 5  # QQ numbers begin at five digits

_SURE_AT_LEAST = 3
_SURE_SHARE = 3  # one in three
_UNSURE = frozenset("oilзʒ○◯⚪⭕丨洞拐勾")  # digits only among digits
_ROMAN = re.compile("i[il]|li")
_OCTAL = re.compile("0o[0-7]+")
_END_LETTER_AT_LEAST = 8  # 10000l are litres, 1380013800l is a number
_HANDLE = r"(?:(?<![a-z0-9])|(?<=qq)|(?<=vx)|(?<=wx)|(?<=tg)|(?<=[^a-z0-9][vq]))"
_NUMBER = re.compile(rf"{_HANDLE}[0-9oil](?:[^\w\n]?[0-9oil]){{{MIN_DIGITS - 1},}}(?![a-z])")

# The regex engine looks up classes of the BMP in a bitmap but walks through single characters beyond it: ranges only.
BEYOND = "\U00010000"
LETTERS_BEYOND = "\U00010000-\U0001bfff\U0001d6a8-\U0001d7cb\U0001d800-\U0001efff"
_OTHER_SCRIPT = re.compile("[\u0590-\u109f\u1200-\u139f\u1780-\u1cff\ua880-\uabff]")
_DIGIT_ROW = re.compile("[0-9]+")
_AS_DIGIT = {"o": "0", "i": "1", "l": "1"}
_DIGITS = frozenset("0123456789oil")
_COUNTING = "0123456789"


_LATIN_OR_HAN = re.compile("[a-z\u4e00-\u9fff]")


def foreign_digits(plain: str, latin: str) -> dict[int, str]:
    """Digits of scripts that the message does not use otherwise, alone or in rows with other numerals: ३𑃰೦, 3贰八."""
    if any(map(str.isalpha, _OTHER_SCRIPT.findall(plain))):
        return {}
    reads: dict[int, str] = {}
    digits = plain.translate(_to_digits())
    for match in _DIGIT_ROW.finditer(digits):
        row = range(*match.span())
        strange = [n for n in row if plain[n] in strange_numerals()]
        foreign = any(plain[n] in _foreign_digits() for n in strange)
        in_name = bool(strange) and len(row) > 1 and latin[max(row[0] - 1, 0)].isascii() and latin[max(row[0] - 1, 0)].isalpha()
        if (foreign and (len(row) > 1 or _beside_word(plain, row[0]))) or len(strange) > 1 or in_name:
            reads.update((n, digits[n]) for n in row)
    return reads


def _beside_word(plain: str, n: int) -> bool:
    """False in faces like (๑•̀ㅂ•́)."""
    return _LATIN_OR_HAN.search(plain[max(n - 1, 0) : n] + plain[n + 1 : n + 2]) is not None


def numbers(plain: str) -> dict[int, str]:
    """Rows of at least ``MIN_DIGITS`` digits of any kind, but no counting from one to five."""
    reads: dict[int, str] = {}
    digits = plain.translate(_to_digits())
    for match in _NUMBER.finditer(digits):
        start, end = _trimmed(digits, *match.span())
        row = [n for n in range(start, end) if digits[n] in _DIGITS]
        written = "".join(_AS_DIGIT.get(digits[n], digits[n]) for n in row)
        if len(row) >= MIN_DIGITS and written not in _COUNTING and _is_number(plain, row):
            reads.update(zip(row, written, strict=True))
    return reads


def _is_number(plain: str, row: list[int]) -> bool:
    """True unless what is odd in the row got there by chance: 8000一平, 100一120, 0o777, II, #L471-L478."""
    written = "".join(plain[n] for n in row)
    sure = sum(sign not in _UNSURE for sign in written)
    odd = [n for n, sign in enumerate(written) if not (sign.isascii() and sign.isdigit())]
    together = row[-1] - row[0] == len(row) - 1
    if not odd or sure < _SURE_AT_LEAST or _SURE_SHARE * sure < len(row) or _ROMAN.search(written):
        return False
    if not together and any(written[n] in "il" and _beside_gap(row, n) for n in odd):
        return False
    if len(odd) == 1:
        return together and len(row) >= _END_LETTER_AT_LEAST and written[odd[0]] != "一" and not _OCTAL.fullmatch(written)
    return len(odd) == len(row) or any(written[n] != "一" for n in odd)


def _beside_gap(row: list[int], n: int) -> bool:
    return not (0 < n < len(row) - 1 and row[n + 1] - row[n - 1] == 2)


def _trimmed(digits: str, start: int, end: int) -> tuple[int, int]:
    """Without letters at the rims that are words or units of their own."""
    while end - start > 1 and digits[start] in _AS_DIGIT and digits[start + 1] not in _DIGITS:
        start += 2
    while end - start > 1 and digits[end - 1] in _AS_DIGIT and (end - start < _END_LETTER_AT_LEAST or digits[end - 2] not in _DIGITS):
        end -= 1 if digits[end - 2] in _DIGITS else 2
    return start, end


@cache
def _to_digits() -> dict[int, str]:
    return {ord(character): letter for character, letter in look_alikes().reads.items()} | {
        ord(character): digit for character, digit in numerals().items()
    }


@cache
def _foreign_digits() -> frozenset[str]:
    return frozenset(numeral for numeral in numerals() if unicodedata.category(numeral) == "Nd")


@cache
def strange_numerals() -> frozenset[str]:
    """Numerals that ordinary Chinese text does not count with."""
    return frozenset(numerals()) - _UNSURE - frozenset("零〇一二三四五六七八九陆伍幺")


@cache
def _number_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A row of digits of any kind in the raw text, and what in it is no ASCII digit."""
    odd = re.escape("".join(numeral for numeral in numerals() if numeral < BEYOND)) + "oOlIiОоＯЗ" + LETTERS_BEYOND
    enclosed = "０-９①-⑨❶-❾➀-➈➊-➒⓪⓿㊀-㊈"
    digit = f"[0-9{odd}{enclosed}零貳贰參叁陸陆]"
    return re.compile(rf"{digit}(?:[^\w\n]?{digit}){{{MIN_DIGITS - 1},}}"), re.compile(f"[{odd}{enclosed}]")


def number_seen(text: str) -> bool:
    """True if ``numbers`` may find something in the raw text: a row of digits that are not all ASCII ones."""
    rows, odd = _number_patterns()
    return any(odd.search(match[0]) for match in rows.finditer(text))
