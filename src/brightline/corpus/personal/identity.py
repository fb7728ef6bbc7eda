"""Numbers that a state gives a person: identity cards, residence and travel permits, passports, Hong Kong and Taiwan cards.

GB 11643-1999 (18 digits: division, date of birth, sequence, check digit of ISO 7064 MOD 11-2), its predecessor of 15 digits, the permits
that have the same build (810000, 820000, 830000: residents of Hong Kong, Macao, Taiwan; 9…: foreigners' permanent residence since 2023),
and codes that are proved by their context alone, because they have no check digit. A number whose check digit is wrong is never reported.
The identity cards of the army and the police are left out: they are no public format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from stdnum import numdb
from stdnum.cn import ric

from brightline.corpus.personal.context import before, heading, nearest, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated
from brightline.corpus.personal.numbers import Number
from brightline.corpus.personal.tables import divisions

__all__ = ["code_identities", "codes_in_columns", "hong_kong_digit", "number_identity", "singapore_letter", "taiwan_digit"]
_D = "[0-9０-９①-⑨⓪⑴-⑼⒈-⒐❶-❾➀-➈➊-➒⓿⓵-⓽₀-₉𝟎-𝟿]"
TRACES = rf"护照|護照|通行证|通行證|回乡[证卡]|回鄉[證卡]|[台臺]胞[证證]|大通证|居住证|居住證|永久居留|永居|(?i:passport|residence.?permit|travel.?permit|permanent resid|home.?return|\b(?:hrp|mtp|eep|gatxz|txz|tbz)\b|exit.?entry.?permit|compatriot|hk.?maca[ou].?p|_permit)|[A-ZＡ-Ｚ]{{1,2}}{_D}{{6}}[ ]?[(（0-9A]|[A-ZＡ-Ｚ][12１２]{_D}{{8}}"

COLUMNS = r"(?:护照|通行证|回乡证|台胞证|居住证|证件)(?:号码?|编号)?|(?:passport|travel_?permit|permit|cert(?:ificate)?|id_?card|id)_?(?:no|num|number)"
ID_WORDS = r"身份证|身分证|身分證|身份證|证件号|證件號|居民证|公民身份|身份号|id[ _-]?card|id[ _-]?n(?:o|um)|identity|sfz|cert[ _-]?no"
PERMIT_WORDS = r"居住证|居住證|永久居留|永居|residence[ _-]?permit|permanent resid"
_LABELS = {  # numbers of these kinds are the holder's identity number, so the nearest label says which it is
    "personal.id_card": ID_WORDS,
    "personal.driving_licence": r"驾驶证|驾照|驾驶员证|driv(?:er'?s?|ing)[ _-]?licen[cs]e",
    "personal.social_security": r"社会保障号|社会保障卡|社会保险号|社保号|社保卡号|社保编号|医保号|医保卡号|医保编号|social[ _-]?security",
    "personal.residence_permit": PERMIT_WORDS,
}
_TRAVEL_WORDS = (
    r"通行证|通行證|回乡[证卡]|回鄉[證卡]|[台臺]胞[证證]|大通[证證]|往来港澳|往来内地|往来台湾|来往大陆|来往内地|travel[ _-]?permit|home[ _-]?return|(?<![A-Za-z])(?:hrp|mtp|eep|gatxz|txz|tbz|hxz)(?![A-Za-z])|exit[ _-]?entry[ _-]?permit"
    r"|compatriots?[ _-]?(?:travel[ _-]?)?permit|hk[ _-]?(?:mo|maca[ou])[ _-]?(?:pass|permit)|(?:taiwan|macau|hong ?kong)[ _-](?:residents?[ _-])?permit"
)
_TAIWAN_WORDS = r"[台臺]胞|台湾居民|臺灣居民|来往大陆|大陆通行证|通行证号|通行證號|taiwan|compatriot|(?<![A-Za-z])(?:mtp|tbz)|travel[ _-]?permit[ _-]?(?:no|num|id)"
_OWN_CARD = (
    ID_WORDS.replace("|证件号|證件號", "").replace("|cert[ _-]?no", "").replace("|id[ _-]?n(?:o|um)", "")
)  # "证件号" says nothing of the kind
_PASSPORT_WORDS = r"护照|護照|passport"
_CODE = gated(
    r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}(?: [0-9]){7,8}(?! [0-9])|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}|[A-Z]{1,3}[ -]?(?:[0-9]{6,12}|[0-9]{4} [0-9]{4})(?: ?\([0-9A]\)| ?[A-Z0-9])?|[0-9]{8,10}|1[45][0-9]{7})(?![0-9A-Za-z])"
)
_CALLED_BEHIND = re.compile(r" ?[(\[]?(?:号|的|为|是)?(?:我的?|他的?|她的?|本人)?(护照|護照|[\u4e00-\u9fff]{0,4}通行证|台胞证|回乡证)")
_LOWER_CODE = gated(r"[a-z]{1,2}[0-9]{7,9}")
_PASSPORT = re.compile(r"[EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|(?:D|S|P|DE|SE|PE|K|H|KJ|MA|MB)[0-9]{7,8}|1[45][0-9]{7}")
_FOREIGN_PASSPORT = re.compile(r"[CFGHJK](?=(?:[A-Z]*[0-9]){3})[0-9CFGHJKLMNPRTVWXYZ]{8}|[A-Z]{1,2}[0-9]{6,8}|[0-9]{9}")
_TRAVEL = re.compile(  # National Immigration Administration: C or CA… (2014, 2018), W before; H or M and 8 digits for life (and 2 for the renewal, until 2013); L, T; 8 digits for Taiwan (10 until 2015)
    r"[CW][0-9]{8}|C[A-HJ-NP-Z][0-9]{7}|[HM][0-9]{8}(?:[0-9]{2})?|[LT][0-9]{8}|[0-9]{8}(?:[0-9]{2})?"
)
_HONG_KONG = gated(r"(?<![0-9A-Za-z])([A-Z]{1,2}) ?([0-9]{6}) ?(\(?)([0-9A])(\)?)(?![0-9A-Za-z])")
_TAIWAN = gated(r"(?<![0-9A-Za-z])[A-Z][12][0-9]{8}(?![0-9A-Za-z])")
_OLD_PERMIT = gated(r"(?<![0-9A-Za-z])[A-Z]{3}[0-9]{12}(?![0-9A-Za-z])")
_TW_WORDS = ID_WORDS + r"|台湾|臺灣|台灣|taiwan|national id"
_HK_WORDS = ID_WORDS + r"|香港|hkid|hong ?kong"


def number_identity(text: str, number: Number) -> Found | None:
    """An identity number of 18 or (with context) 15 digits."""
    if len(number.digits) == 18:
        return _eighteen(text, number)
    if len(number.digits) == 15 and number.whole and _old_number(number.digits) and says(ID_WORDS, text, number.start, number.end):
        return Found("personal.id_card", number.start, number.end, "gb11643-1989+context", 0.85)
    return None


def _eighteen(text: str, number: Number) -> Found | None:
    digits, start, end = number.digits, number.start, number.end
    if ric.calc_check_digit(digits) != digits[-1] or not _birth(digits[6:14]) or _inside_a_code(text, start, end):
        return None
    label = nearest(text, start, _LABELS)
    if digits[:6] in ("810000", "820000", "830000"):
        return Found("personal.residence_permit", start, end, "gb11643", 0.95)
    if digits[0] == "9":
        proof = "gb11643+context" if label == "personal.residence_permit" else "gb11643"
        return Found("personal.residence_permit", start, end, proof, 0.85) if digits[1:3] in divisions().provinces else None
    if _division(digits):
        return Found(label or "personal.id_card", start, end, "gb11643+gb2260" + ("+context" if label else ""), 0.98)
    if label and digits[:2] in divisions().provinces:  # divisions of the last years are not in the table
        return Found(label, start, end, "gb11643+context", 0.9)
    return None


def _inside_a_code(text: str, start: int, end: int) -> bool:
    """Latin letters on both sides: a part of something longer."""
    left, right = text[max(0, start - 1) : start], text[end : end + 1]
    return (left.isascii() and left.isalnum()) and (right.isascii() and right.isalnum())


def _division(digits: str) -> bool:
    """Do the first six digits name a county that there is or was? Not only one of the year of birth, as python-stdnum's ``cn.ric`` has it:
    cards are issued since 1984, and whoever was born before 天河 was founded has its number all the same."""
    found = numdb.get("cn/loc").info(digits[:6])
    return len(found) == 2 and bool(found[1][1])


def _birth(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1890 <= born.year <= date.today().year + 1  # the oldest living people; a clock that is a little wrong


def _old_number(digits: str) -> bool:
    """Six digits of a division, a date with a year of two digits, a sequence (GB 11643-1989)."""
    return _division(digits) and _birth("19" + digits[6:12])


def code_identities(text: str, focus: int = 0) -> Iterator[Found]:
    """Passports, permits, Hong Kong and Taiwan cards."""
    for match in _HONG_KONG.finditer(text, focus):
        letters, digits, opened, check, closed = match.groups()
        if bool(opened) == bool(closed) and hong_kong_digit(letters + digits) == check:
            near = says(_HK_WORDS, text, *match.span())
            if opened or near:
                yield Found("personal.hk_id", *match.span(), "hkid" + ("+context" if near else ""), 0.9 if near else 0.75)
    for match in _TAIWAN.finditer(text, focus):
        if taiwan_digit(match.group()[:9]) == match.group()[9] and says(_TW_WORDS, text, *match.span()):
            yield Found("personal.tw_id", *match.span(), "twid+context", 0.85)
    for match in _OLD_PERMIT.finditer(text, focus):
        if says(PERMIT_WORDS, text, *match.span()):
            yield Found("personal.residence_permit", *match.span(), "pattern+context", 0.8)
    for pattern in (_CODE, _LOWER_CODE):
        for match in pattern.finditer(text, focus):
            found = _by_context(text, match)
            if found:
                yield found


def codes_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """The same under the heading of a column, however far above."""
    for found in code_identities(text, focus):
        if words(COLUMNS).search(heading(text, found.start)):
            yield found


def _by_context(text: str, match: re.Match[str]) -> Found | None:
    """A code that only its context makes a passport or a permit."""
    start, end = match.span()
    code = match.group().replace(" ", "").replace("-", "").upper()
    kind = _nearest_paper(text, start)
    behind = _CALLED_BEHIND.match(text, end)
    if behind:
        kind = "personal.passport" if behind.group(1) in ("护照", "護照") else "personal.travel_permit"
    if kind == "personal.travel_permit" and _TRAVEL.fullmatch(code) and (code[0].isalpha() or says(_TAIWAN_WORDS, text, start, end, 64)):
        return Found(kind, start, end, "pattern+context", 0.8)
    if kind == "personal.passport" and _PASSPORT.fullmatch(code):
        return Found(kind, start, end, "pattern+context", 0.85)
    if kind == "personal.passport" and _FOREIGN_PASSPORT.fullmatch(code):
        return Found(kind, start, end, "pattern+context", 0.6)
    return None


def _nearest_paper(text: str, start: int) -> str:
    """What the nearest words before a code, or over its column, call it; the heading "证件号" leaves that to the other cells."""
    kinds = {"personal.passport": _PASSPORT_WORDS, "personal.travel_permit": _TRAVEL_WORDS, "": _OWN_CARD}
    over = heading(text, start)
    if over and any(words(pattern).search(over) for pattern in kinds.values()):
        return nearest(text, start, kinds)
    near, best, place = before(text, start, 64), "", -1
    for kind, pattern in kinds.items():
        for match in words(pattern).finditer(near):
            if match.end() > place:
                best, place = kind, match.end()
    return best


def hong_kong_digit(code: str) -> str:
    """The check digit of a Hong Kong identity card: weights 9 (or 8) down to 2, letters count from A = 10, a missing first letter 36."""
    values = [36] * (8 - len(code)) + [int(sign, 36) for sign in code]
    rest = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if rest == 10 else str(rest)


_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # A = 10, B = 11 … in the order of the household registration's table


def taiwan_digit(code: str) -> str:
    """The check digit of a Taiwan identity card: the letter's two figures weigh 1 and 9, the others 8 down to 1."""
    letter = _TAIWAN_LETTERS.index(code[0]) + 10
    total = letter // 10 + letter % 10 * 9 + sum(int(digit) * weight for digit, weight in zip(code[1:], range(8, 0, -1), strict=True))
    return str(-total % 10)


def singapore_letter(code: str) -> str:
    """The check letter of a Singapore NRIC or FIN (letter and seven digits): weights 2 7 6 5 4 3 2, 4 more for T and G, 3 more for M, modulo 11.

    The Immigration & Checkpoints Authority publishes no rule; S1234567D and F1234567N are the examples on its forms, and the letters those
    that validators agree on (JZIHGFEDCBA, XWUTRQPNMLK, and since 2022 KLJNPQRTUWX).
    """
    total = sum(int(digit) * weight for digit, weight in zip(code[1:], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(code[0], 0)
    letters = "JZIHGFEDCBA" if code[0] in "ST" else "XWUTRQPNMLK" if code[0] in "FG" else "KLJNPQRTUWX"
    return letters[total % 11 if code[0] != "M" else 10 - total % 11]
