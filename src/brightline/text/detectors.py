"""Named recognisers for the slots of goals: numbers, addresses and handles that a word list cannot hold. ``detectors: [phone, url]``.

A detector is one bounded google-re2 pattern or several, each with a check that no regular expression can make: a check digit
(ISO/IEC 7812-1 annex B, GB 11643-1999), a calendar day, a list of units or of top-level domains. They are patterns to the rest of the engine and hold a
stream back exactly as those do. What a match may not be followed by, its expression takes in and its check refuses, so nothing outside it
is looked at; before it, ``whole_numbers`` asks that no digit stands there.

What they find is no finding about a person: labels of personal data are not their business, only what a goal's other slots ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from brightline.text.checked_patterns import Check, checked_pattern
from brightline.text.patterns import Pattern

__all__ = ["DETECTORS", "Detector", "patterns_of"]


@dataclass(frozen=True, slots=True)
class Detector:
    """``parts``: expressions on the base lane, each with its check. ``examples`` are found whole, in ``twins`` nothing is."""

    name: str
    title_zh: str
    title_en: str
    parts: tuple[tuple[str, Check], ...]
    examples: tuple[str, ...]
    twins: tuple[str, ...]


def patterns_of(name: str) -> tuple[Pattern, ...]:
    """The patterns of a detector, compiled once. Raises ``KeyError`` for a name that is none."""
    return _compiled(DETECTORS[name].name)


@cache
def _compiled(name: str) -> tuple[Pattern, ...]:
    parts = DETECTORS[name].parts
    return tuple(
        checked_pattern(source, check, name if len(parts) == 1 else f"{name}/{number}") for number, (source, check) in enumerate(parts, 1)
    )


# Checks. They get what the expression matched, as the base lane has it: lower case, simplified characters, ASCII digits.


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _always(text: str) -> bool:
    return True


def _has_digits(*counts: int) -> Check:
    return lambda text: len(_digits(text)) in counts


def _is_mobile(text: str) -> bool:
    """Eleven digits, or thirteen with 86 before them."""
    digits = _digits(text)
    return len(digits) == (13 if digits.startswith("86") else 11)


def _is_landline(text: str) -> bool:
    """An area code of three digits (010, 02x) or four, and seven or eight digits that begin with 2 to 8."""
    area, _, number = re.sub("[ )-]+", " ", text).partition(" ")
    return len(area) == (3 if area[1] in "12" else 4) and len(number) in (7, 8) and number[0] in "2345678"


def _is_card(text: str) -> bool:
    """16 to 19 digits with the check digit of ISO/IEC 7812-1 annex B (Luhn), and no resident's number."""
    digits = [int(digit) for digit in _digits(text)]
    doubled = [digit if at % 2 == 0 else digit * 2 - 9 * (digit > 4) for at, digit in enumerate(reversed(digits))]
    return 16 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and len(set(digits)) > 1 and not _is_resident(text)


def _is_resident(text: str) -> bool:
    """GB 11643-1999: area of GB/T 2260, day of birth, serial number, check character of ISO 7064 MOD 11-2."""
    number = text.replace(" ", "")
    if not re.fullmatch(r"\d{17}[\dx]", number) or not 11 <= int(number[:2]) <= 82:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(number[:17]))
    return "10x98765432"[total % 11] == number[17]


_DOMAINS = frozenset((
    "app", "bet", "cc", "club", "cn", "co", "com", "fun", "gg", "icu", "in", "info", "io", "link", "live", "ltd", "ly", "me", "net", "online",
    "org", "pro", "shop", "site", "top", "tv", "vip", "wang", "xyz",
))  # fmt: skip


def _is_domain(text: str) -> bool:
    """A name before a top-level domain that adverts and ordinary sites use; 3.5 and e.g are none."""
    labels = re.split("[.·。]", text)
    return any(label in _DOMAINS for label in labels[1:])


def _is_mail(text: str) -> bool:
    return text.rpartition(".")[2].isalpha()


def _is_handle(text: str) -> bool:
    """A sign between label and handle, or a digit in it: wx: abcde, qq12345; in no other way is wxabcde one."""
    return any(sign in text for sign in ":+=号是") or any(map(str.isdigit, text))


def _ends_with(*units: str) -> Check:
    """The letters at the end are one of these units, and no beginning of another word."""
    known = frozenset(units)
    return lambda text: (re.search("[a-z]*$", text) or [""])[0] in known


def _is_grams_or_more(text: str) -> bool:
    """A dose by its unit in letters. 5g without a space is a network."""
    return _ends_with(*_DOSE_UNITS)(text) and re.fullmatch("[2-6]g", text) is None


def _is_sum(text: str) -> bool:
    """Chinese numerals with a unit of money. 一块 is together, 三块 are pieces, 一元 is one unknown of an equation."""
    return len(text) > 2 or (text[0] not in "一半几" and not text.endswith("块"))


def _is_tenths(text: str) -> bool:
    """八成, but not 一成不变, 五成员, 九成新."""
    return text.endswith(("成", "成半"))


def _is_share_code(text: str) -> bool:
    """Six digits as the exchanges of Shanghai, Shenzhen and Beijing give them out, and no amount of anything."""
    return re.fullmatch(r"(60[0135]|68[89]|00[0-3]|30[0-2]|92\d|83\d|87\d|43\d)\d{3}", text) is not None


def _is_street(text: str) -> bool:
    return text.rpartition(" ")[2] in {"street", "road", "avenue", "lane", "drive", "boulevard", "st", "rd", "ave", "ln", "blvd"}


_MONEY_UNITS = (
    "rmb",
    "cny",
    "yuan",
    "usd",
    "usdt",
    "dollar",
    "dollars",
    "buck",
    "bucks",
    "euro",
    "euros",
    "eur",
    "pound",
    "pounds",
    "gbp",
    "hkd",
)
_DOSE_UNITS = (
    "mg", "ml", "mcg", "ug", "μg", "iu", "g", "gram", "grams", "unit", "units", "tablet", "tablets", "pill", "pills", "capsule", "capsules", "drop", "drops", "puff",
    "puffs", "patch", "patches", "sachet", "sachets",
)  # fmt: skip
_TENS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred|hundred"
_SIGN = r"[ :：+=号是]{0,4}"
_MOBILE = r"(?:\+?86[ \-]{0,2})?1[3-9]\d[ \-]{0,2}\d{4}[ \-]{0,2}\d{4}\d{0,20}"
_DOMAIN = r"[a-z0-9][a-z0-9\-]{0,23}(?:[.·。][a-z0-9\-]{1,17}){1,3}"

_ALL = (
    Detector(
        "phone", "电话号码", "Telephone number",
        (
            (_MOBILE, _is_mobile),
            (r"0[1-9]\d{1,2}[ )\-]{1,2}\d{7,8}\d{0,20}", _is_landline),
            (r"[48]00[ \-]{0,1}\d{3}[ \-]{0,1}\d{4}\d{0,20}", _has_digits(10)),
            (r"\+\d{1,3}[ \-]?\d{2,4}(?:[ \-]?\d{2,4}){1,3}\d{0,10}", _has_digits(*range(8, 16))),
        ),
        ("13812345678", "138-1234-5678", "+86 13812345678", "010-62345678", "0571 87654321", "400-820-8820", "+44 20 7946 0958"),
        ("1381234567", "138123456789", "213812345678", "12345678901", "010-12345678", "2026-11-23", "400元"),
    ),
    Detector(
        "url", "网址", "Web address",
        (
            (r"https?://[a-z0-9._~%/?#&=+:@$\-]{2,63}[a-z0-9/_=]", _always),
            (_DOMAIN, _is_domain),
            (r"t\.me/[a-z0-9_]{3,24}", _always),
        ),
        ("https://example.org/a?b=1", "example.com", "www.abc-1.com.cn", "abc。vip", "t.me/somebody_1"),
        ("3.5", "e.g. this", "v1.2.3", "你好。好", "file.py", "1.23.456"),
    ),
    Detector(
        "email", "电子邮箱", "E-mail address",
        ((r"[a-z0-9][a-z0-9._%+\-]{0,30}@[a-z0-9\-]{1,20}(?:\.[a-z0-9\-]{1,8}){1,3}", _is_mail),),
        ("someone@example.com", "a.b+c@mail.example.org"),
        ("someone @ example", "@example.com", "a@b", "a@1.2"),
    ),
    Detector(
        "contact", "联系方式", "Way to get in touch",
        (
            (r"[+加➕嘉佳伽家茄][ :：+]{0,2}(?:我|下|个|本人)?[ :：+]{0,2}(?:微|薇|威|徽|溦|葳|维|卫|v|vx|wx|q|扣|企鹅|裙|群|tg|飞机)", _always),
            (rf"(?:微|薇|威|徽|溦|卫|扣|裙|群|企鹅|电报|飞机|联系){_SIGN}[a-z0-9][a-z0-9_\-]{{4,19}}", _always),
            (rf"(?:v|vx|wx|q|qq|tg){_SIGN}[a-z0-9][a-z0-9_\-]{{4,19}}", _is_handle),
            (_MOBILE, _is_mobile),
            (r"[1-9]\d{6,10}\d{0,20}", _has_digits(*range(7, 12))),
            (_DOMAIN, _is_domain),
            (r"t\.me/[a-z0-9_]{3,24}", _always),
        ),
        ("加我微", "+v", "扣: abc_12345", "vx:abcde", "qq12345", "138 1234 5678", "87654321", "abc.vip", "t.me/abc"),
        ("微信", "加法", "wxabcde", "123456", "202611231234567", "3.5"),
    ),
    Detector(
        "bank_card", "银行卡号", "Bank card number",
        ((r"[3-6]\d{3}(?:[ \-]?\d{4}){3}(?:[ \-]?\d{1,3})?\d{0,12}", _is_card),),
        ("6222 0212 3456 7894", "4111111111111111", "5500-0000-0000-0004"),
        ("6222021234567893", "4111111111111112", "411111111111111", "4444444444444444", "14111111111111111"),
    ),
    Detector(
        "id_card", "居民身份证号", "Resident identity number",
        ((r"[1-9]\d{5} ?(?:18|19|20)\d{2} ?\d{4} ?\d{3}[\dx]\d{0,12}", _is_resident),),
        ("11010519491231002X", "440524188001010014", "110105 19491231 002X"),  # the standard's own
        ("110105194912310021", "11010519490231002X", "99010519491231002X", "1101051949123100", "111010519491231002X"),
    ),
    Detector(
        "amount", "金额", "Sum of money",
        (
            (r"[¥$€£] ?\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,2})?", _always),
            (r"\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,2})? ?(?:百|千|万|亿|k|w)?多? ?(?:元|块钱|块|圆|人民币|美元|美金|欧元|港币|刀)", _always),
            (r"\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,2})?(?: ?k)? ?(?:rmb|cny|yuan|usd|dollar|buck|eur|pound|gbp|hkd)[a-z]{0,8}", _ends_with(*_MONEY_UNITS)),
            (r"[一二两三四五六七八九十百千万亿零半几]{1,10}多?(?:元|块钱|块|美元|美金|欧元|港币|人民币)", _is_sum),
            (rf"(?:{_TENS}|a|few)(?: hundred| thousand| million| grand){{0,2}} (?:yuan|dollar|buck|euro|pound|rmb|usd)[a-z]{{0,6}}", _ends_with(*_MONEY_UNITS)),
        ),
        ("¥99", "$1,200.50", "300元", "3.5万元", "1,200 块钱", "500 rmb", "20 dollars", "三万元", "两百块", "five hundred yuan", "twenty bucks"),
        ("300", "300人", "一块", "三块", "一元", "5 dollarama", "two yuanxiao"),
    ),
    Detector(
        "percent", "百分比", "Percentage",
        (
            (r"\d{1,4}(?:\.\d{1,3})? ?(?:%|‰|个百分点|个点|percent|per cent)", _always),
            (r"百分之[一二两三四五六七八九十百零半点几\d]{1,6}", _always),
            (r"(?:[一二两三四五六七八九]|\d)成[半不功为了员就熟分立新长交品绩语份]?", _is_tenths),
            (rf"(?:{_TENS})(?:[ \-](?:one|two|three|four|five|six|seven|eight|nine))? (?:percent|per cent)", _always),
        ),
        ("12%", "3.5 percent", "8个点", "百分之三十", "八成", "七成半", "twenty-five percent"),
        ("12", "一成不变", "五成员", "九成新", "百分", "8个"),
    ),
    Detector(
        "dose", "剂量", "Dose of a drug",
        (
            (r"\d{1,4}(?:\.\d{1,3})? {0,2}(?:毫克|毫升|微克|克|万?个?单位|万u|片|粒|颗|袋|支|丸|滴|喷|包|剂|勺)", _always),
            (r"\d{1,4}(?:\.\d{1,3})? {0,2}(?:m|u|μ|i|g|t|p|c|d|s)[a-z]{0,8}", _is_grams_or_more),
            (r"[一二两三四五六七八九十半]{1,3}(?:毫克|毫升|微克|克|个?单位|片|粒|颗|袋|支|丸|滴)", _always),
            (rf"(?:{_TENS}|half a|half an|an?) (?:mg|ml|mcg|tablet|pill|capsule|drop|puff|unit|patch|sachet|gram)[a-z]{{0,4}}", _ends_with(*_DOSE_UNITS)),
        ),
        ("5mg", "0.5 毫克", "10 units", "2片", "半片", "三粒", "2.5 ml", "two tablets", "half a pill", "4万单位", "10 g"),
        ("5g", "5 minutes", "10 men", "two tabletops", "5", "三个"),
    ),
    Detector(
        "address", "地址", "Street address",
        (
            (r"[路街巷弄道](?:\d{1,5}|[一二三四五六七八九十百]{1,5})[号弄巷](?:\d{1,4}(?:号楼|栋|幢|单元|室|楼|层)){0,3}", _always),
            (r"\d{1,4}(?:号楼|栋|幢)(?:\d{1,2}单元)?\d{1,4}(?:室|号|房)?", _always),
            (r"\d{1,5} [a-z]{2,16}(?: [a-z]{2,12})? (?:street|road|avenue|lane|drive|boulevard|st|rd|ave|ln|blvd)[a-z]{0,8}", _is_street),
        ),
        ("路128号", "街十二号", "路5号3栋2单元501室", "3号楼1204室", "221 baker street", "12 old mill lane"),
        ("路上", "128号", "3栋", "5 minutes driveways", "20 people started"),
    ),
    Detector(
        "stock_code", "股票代码", "Share code",
        ((r"(?:[036]0|68|8[37]|43|92)\d{4}(?:\d{1,12}|\.\d| ?(?:元|块|万|人|次|个|年|月|吨|%|km|mg))?", _is_share_code),),
        ("600519", "000001", "300750", "688981"),
        ("123456", "600519元", "6005190", "1600519", "600 519", "000001 人", "300750.5"),
    ),
)  # fmt: skip

DETECTORS: Mapping[str, Detector] = MappingProxyType({detector.name: detector for detector in _ALL})
