"""Telephone numbers: Chinese mobile and landline numbers, and others where a country code or a word says so.

What looks like one is checked by phonenumbers (the numbering plans as the ITU and the operators publish them), which is only asked about
numbers that were cut out already. Service numbers (400, 800, 95xxx, 12345, 110) are nobody's and are not reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import PhoneNumberType

from brightline.corpus.personal.context import before, heading, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import Which
from brightline.corpus.personal.numbers import Number
from brightline.corpus.personal.otherwise import is_amount, is_called_otherwise, is_item, is_service

__all__ = ["PHONE_WORDS", "number_phone", "written_phones"]

PHONE_WORDS = r"电话|電話|手机|手機|联系方式|联系|聯繫|致电|拨打|来电|热线|座机|固话|传真|号码|號碼|短信|微信|支付宝|phone|mobile|cell|(?<![A-Za-z])tel|(?<![A-Za-z])fax|call|text me|whats ?app|contact|hotline|(?:my|your|ur|his|her) (?:new |cell )?number|reach me|(?<![A-Za-z])text(?= ?$)"
_MOBILE_GROUPS = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 4, 3), (5, 6), (4, 3, 4), (2, 3, 3, 3), (3, 2, 3, 3), (1,) * 11}
)
_ONE_BY_ONE = (1,) * 11
_COUNTRY = re.compile(r"(?:\(?\+ ?86\)?|(?<![0-9])0086|(?<![0-9A-Za-z+])\(?86\)?)[ -]?$")
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z.])(?:\(?(?:\+ ?|00)86\)?[ -]?)?(?:\(0[0-9]{2,3}\) ?-?|0[0-9]{2,3} ?[-_ /] ?|0[0-9]{2,3})[2-9][0-9]{2,3}[ -]?[0-9]{4}"
    r"(?:(?: ?(?:转|轉|-|#|ext\.?|x|分机) ?)[0-9]{1,6})?(?![0-9])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"(?: ?(?:转|轉|#|ext\.?|x|分机) ?[0-9]{1,6}|(?<=[0-9]{7})-[0-9]{1,6}|(?<=[0-9]{3}[ -][0-9]{4}) ?-[0-9]{1,6})$", re.IGNORECASE
)
_PLUS_86 = re.compile(r"(?:\+ ?|(?<![0-9])00)86[ -]{0,2}(?:0[0-9]{2,3}|[1-9][0-9]{1,2})(?:[ -]?[0-9]){7,9}(?![0-9])")
_OWN_WORDS = PHONE_WORDS + "|我的号"
_LABEL_WORDS = r"手机|手機|电话|電話|联系方式|mobile|phone|(?<![A-Za-z])tel"  # enough for a segment that nobody has yet
_LOCAL_WORDS = r"电话|電話|座机|固话|宅电|传真|(?<![A-Za-z])tel|(?<![A-Za-z])fax"
_PLUS = re.compile(r"(?<![0-9A-Za-z+=])\+ ?[1-9][0-9]{0,2}(?:[ .()/-]{0,2}[0-9]){6,13}(?![0-9])")
_AMERICAN = re.compile(
    r"(?<![0-9A-Za-z.+-])(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?![0-9A-Za-z]|[.-][0-9])"
)
_BRITISH = re.compile(r"(?<![0-9A-Za-z.+-])(?:\(0[1-9][0-9]{1,4}\) ?|0[1-9][0-9]{1,4} )[0-9]{3,4}(?: ?[0-9]{3,4})?(?![0-9A-Za-z])")
_MIXED = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9][ .·_/-]{1,3}[0-9]{4}[ .·_/-]{1,3}[0-9]{4}(?![0-9A-Za-z])")
_QUAD = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])")  # an address of IPv4 or a version
_SPREAD = re.compile(r"(?<![0-9A-Za-z])1(?:[ .·_/-]{0,3}[0-9]){10}(?![0-9A-Za-z]| ?[-.] ?[0-9])")
_SPREAD_LANDLINE = re.compile(r"(?<![0-9A-Za-z.])(?<![0-9] )0(?: [0-9]){2,3} ?- ?[2-9](?: [0-9]){6,7}(?! ?[0-9]|[A-Za-z])")
_TOLL_FREE = re.compile(r"1[ .-]?8(?:00|33|44|55|66|77|88)[ .-]")  # North America: nobody's
_AREA_CODE = re.compile(r"(?<![0-9])0[0-9]{2,3}\)? ?-? ?$")  # the whole of such a number is read by itself
_FIXED = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def number_phone(text: str, number: Number) -> Found | None:
    """A Chinese mobile number of eleven digits (with 86 before it: thirteen), or a local landline number where a word says so."""
    if len(number.digits) in (7, 8) and number.whole:
        return _local(text, number)
    digits = _without_country(number)
    if len(digits) != 11 or digits[0] != "1" or digits[1] < "3" or (number.spelt and len(set(digits)) < 4):
        return None
    if number.spelt and text[number.start - 1 : number.start] == "第":
        return None
    if _in_quad(text, number.start) or (number.groups == _ONE_BY_ONE and _among_single_digits(text, number)):
        return None
    prefix = _COUNTRY.search(text[max(0, number.start - 8) : number.start])
    near = says(PHONE_WORDS, text, number.start, number.end)
    if not prefix and not _is_called_a_phone(text, number, near):
        return None
    start = number.start - (len(prefix.group()) if prefix else 0)
    if _is_mobile(digits):
        return Found("personal.mobile", start, number.end, "phonenumbers" + ("+context" if near else ""), 0.95 if near or prefix else 0.85)
    labelled = words(_LABEL_WORDS).search(heading(text, number.start) or before(text, number.start, 8))
    return Found("personal.mobile", start, number.end, "pattern+context", 0.6) if labelled else None


def _among_single_digits(text: str, number: Number) -> bool:
    """Is it cut out of a longer number that is written digit by digit?"""
    return text[max(0, number.start - 2) : number.start - 1].isdecimal() or text[number.end + 1 : number.end + 2].isdecimal()


def _in_quad(text: str, start: int) -> bool:
    """Does a number begin in an address of IPv4 or a version (``192.168.31.5/24`` has eleven digits)?"""
    return any(quad.end() > start for quad in _QUAD.finditer(text, max(0, start - 12), start + 16))


def _without_country(number: Number) -> str:
    """The digits of a mobile number; nothing if its groups are not those of one."""
    digits, groups = number.digits, number.groups
    if digits.startswith("86") and groups in ((13,), (2, 11), (2, 3, 4, 4), (2, 3, 8)):
        return digits[2:]
    if digits.startswith("0086") and groups == (15,):
        return digits[4:]
    return digits if groups in _MOBILE_GROUPS else ""


def _is_called_a_phone(text: str, number: Number, near: bool) -> bool:
    """Is it no part of a code, no decimal, no amount, and not called something else?"""
    left, right = text[max(0, number.start - 2) : number.start], text[number.end : number.end + 2]
    in_code = any(sign.isascii() and sign.isalpha() for sign in (left[-1:], right[:1])) or left[-1:] in tuple("._=-/%#")
    in_decimal = (left[-1:] in (".", "-") and left[:1].isdigit()) or (right[:1] == "." and right[1:].isdigit())
    if in_decimal or (in_code and not near):
        return False
    if is_item(text, number.start, number.end, PHONE_WORDS) or is_amount(text, number.start, number.end):
        return False
    return not is_called_otherwise(text, number.start, PHONE_WORDS)


def _is_mobile(digits: str) -> bool:
    if digits[1] < "3":
        return False
    try:
        parsed = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:  # 12593… and its like: what stands behind an operator's code is too short
        return False
    return bool(phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE)


def _local(text: str, number: Number) -> Found | None:
    near = heading(text, number.start) or before(text, number.start, 8)
    said = list(words(_LOCAL_WORDS).finditer(near))
    if not said or (len(near) - said[-1].end() > 4 and not heading(text, number.start)):
        return None
    if (
        number.digits[0] in "019"
        or number.digits[:2] in ("20",)
        or number.digits[:3] in ("400", "800")
        or (text[number.end : number.end + 1].isalnum() and text[number.end].isascii())
    ):
        return None
    if is_service(text, number.start, number.end) or _AREA_CODE.search(text, max(0, number.start - 8), number.start):
        return None
    return Found("personal.landline", number.start, number.end, "pattern+context", 0.6)


def written_phones(text: str, focus: int = 0) -> Iterator[Found]:
    """Numbers with the signs of telephone numbers: area codes in brackets, extensions, country codes."""
    for number in _WHICH.of(text):
        pattern, read = _WRITTEN[number]
        for match in pattern.finditer(text, focus):
            found = read(text, match)
            if found and (found.rule == "personal.mobile" or not is_service(text, found.start, found.end)):
                yield found


def _mixed(_text: str, match: re.Match[str]) -> Found | None:
    return Found("personal.mobile", *match.span(), "phonenumbers", 0.85) if _is_mobile(re.sub(r"[^0-9]", "", match.group())) else None


def _spread(text: str, match: re.Match[str]) -> Found | None:
    if (
        not _is_mobile(re.sub(r"[^0-9]", "", match.group()))
        or _in_quad(text, match.start())
        or _TOLL_FREE.match(match.group())
        or not says(_OWN_WORDS, text, *match.span(), 12)
        or is_called_otherwise(text, match.start(), PHONE_WORDS)
        or is_item(text, *match.span(), PHONE_WORDS)
        or is_amount(text, *match.span())
    ):
        return None
    return Found("personal.mobile", *match.span(), "phonenumbers+context", 0.8)


def _spread_landline(text: str, match: re.Match[str]) -> Found | None:
    try:
        parsed = phonenumbers.parse(match.group().replace(" ", ""), "CN")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(parsed) not in _FIXED or not says(PHONE_WORDS, text, *match.span()):
        return None
    return Found("personal.landline", *match.span(), "phonenumbers+context", 0.8)


def _at_home(region: str) -> Callable[[str, re.Match[str]], Found | None]:
    """Numbers of a country without its code."""

    def read(text: str, match: re.Match[str]) -> Found | None:
        found = _foreign(match, region)
        called = found and (says(PHONE_WORDS, text, *match.span(), 32) or match.group()[0] == "(")
        return found if called and not is_called_otherwise(text, match.start(), PHONE_WORDS) else None

    return read


def _chinese(text: str, match: re.Match[str]) -> Found | None:
    try:
        parsed = phonenumbers.parse(_EXTENSION.sub("", match.group()), "CN")
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(parsed)
    near = says(PHONE_WORDS, text, *match.span())
    bare = match.group().isdecimal()
    if parsed.country_code != 86 or (bare and is_called_otherwise(text, match.start(), PHONE_WORDS)):
        return None
    if kind == PhoneNumberType.MOBILE and not bare:
        return Found("personal.mobile", *match.span(), "phonenumbers", 0.95)
    if kind not in _FIXED or (re.search(r"[A-Za-z]$", text[: match.start()][-1:]) and not near):
        return None
    return Found("personal.landline", *match.span(), "phonenumbers" + ("+context" if near else ""), 0.85 if near else 0.7)


def _foreign(match: re.Match[str], region: str | None) -> Found | None:
    try:
        parsed = phonenumbers.parse(match.group(), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or (region is None and parsed.country_code == 86):
        return None
    if phonenumbers.number_type(parsed) in (PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST):
        return None
    return Found(
        "personal.phone_foreign", *match.span(), "phonenumbers" + ("" if region is None else "+context"), 0.9 if region is None else 0.75
    )


_WRITTEN: tuple[tuple[re.Pattern[str], Callable[[str, re.Match[str]], Found | None]], ...] = (
    (_MIXED, _mixed),
    (_SPREAD, _spread),
    (_SPREAD_LANDLINE, _spread_landline),
    (_LANDLINE, _chinese),
    (_PLUS_86, _chinese),
    (_PLUS, lambda _text, match: _foreign(match, None)),
    (_AMERICAN, _at_home("US")),
    (_BRITISH, _at_home("GB")),
)
_WHICH = Which([pattern.pattern for pattern, _ in _WRITTEN], re.IGNORECASE)  # case counts for none but extensions
