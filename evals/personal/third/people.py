"""What people are called and where they can be reached, for the phrasings of ``third/``: nobody's, drawn from the seed of ``make.py``.

Follows GB 11643, ISO/IEC 7812-1, GA 36, 3GPP TS 23.003 and the numbering plans through ``values.py`` and python-stdnum, which try numbers
until they are right. Words (names, roads, towns) are this author's own. It knows nothing of the detectors and imports nothing of ``brightline``.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import phonenumbers
from stdnum import luhn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.cn import ric
from stdnum.es import dni
from stdnum.in_ import aadhaar
from stdnum.kr import rrn
from stdnum.pl import pesel
from values import ALNUM, PLATE, SPANS, between, chars, citizen, digits, groups, random_

Maker = Callable[[str], str]

WORDS: dict[str, list[str]] = {}
for _line in (Path(__file__).parent / "words.txt").read_text("utf-8").splitlines():
    if not _line.startswith("#"):
        _kind, _, _words = _line.partition(" = ")
        WORDS[_kind] = _words.split("; ")


def pick(kind: str) -> str:
    return random_.choice(WORDS[kind])


def one(words: list[str] | tuple[str, ...] | str) -> str:
    return random_.choice(words)


def name(way: str) -> str:
    if way == "u":
        return f"{pick('uighur')}·{pick('fathers')}"
    while True:
        family = pick("double") if way == "d" else pick("surnames")
        whole = family + (pick("single") if way == "1" else pick("first") + pick("second"))
        if whole not in WORDS["famous"]:
            return " ".join(whole) if way == "s" else whole


def english_name(way: str) -> str:
    if way in {"m", "f"}:
        return f"{pick('given_' + way)} {pick('last_en')}"
    return f"{pick('last_en')}, {pick('given_en')}" if way == "l" else f"{pick('given_en')} {pick('last_en')}"


def address(way: str) -> str:
    number = f"{pick('roads')}{between(2, 388)}号"
    flat = one([f"{between(1, 28)}栋{between(1, 3)}单元{between(2, 28)}0{between(1, 4)}室", f"{between(1, 36)}号楼{between(2, 17)}0{between(1, 4)}室", f"{between(1, 12)}幢{between(101, 906)}室", f"{between(1, 12)}座{between(2, 30)}0{between(1, 8)}"])  # fmt: skip
    match way:
        case "r":
            return number + pick("estates") + flat
        case "e":
            return pick("estates") + flat
        case "v":
            return f"{pick('villages')}{between(1, 14)}组{between(2, 96)}号"
        case "s":
            return f"{pick('areas')} {number} {flat}"
        case "n":
            return f"{pick('areas')}\n{number}\n{flat}"
    return pick("areas") + one([number, number + flat, pick("estates") + flat, number + pick("estates") + flat])


def english_address(way: str) -> str:
    if way == "k":
        return f"{between(2, 180)} {pick('uk_streets')}, {pick('uk_towns')}"
    unit = one(["", f", Apt {between(1, 9)}{one('ABCD')}", f", Unit {between(2, 40)}"])
    return f"{between(12, 4900)} {pick('streets')}{unit}, {pick('towns')}"


def email(_: str) -> str:
    return f"{pick('mails')}{one(['', '', digits(2), digits(3)])}@{pick('hosts')}"


def mobile(way: str) -> str:
    number = pick("mobiles") + digits(8)
    return {"s": groups(number, (3, 4)), "d": groups(number, (3, 4), "-"), "c": "+86 " + number}.get(way, number)


def landline(way: str) -> str:
    start, length = pick("landlines").split(":")
    area, first = start.split("-")
    number = first + digits(int(length) - 1)
    return {"s": f"{area} {number}", "b": f"（{area}）{number}", "p": f"({area}) {number}", "i": f"+86-{area[1:]}-{number}"}.get(
        way, f"{area}-{number}"
    )


def bank_card(way: str) -> str:
    prefix, length = pick("bins").split(":")
    body = prefix + digits(int(length) - 1 - len(prefix))
    return groups(body + luhn.calc_check_digit(body), (4,) if way in {"s", "d"} else (19,), "-" if way == "d" else " ")


def plate(way: str) -> str:
    tail = one([digits(5), chars(PLATE, 1) + digits(4), digits(2) + chars(PLATE, 1) + digits(2), "D" + digits(5), "F" + digits(5)])
    return pick("cars") + {"s": " ", "p": "·"}.get(way, "") + tail


def until(right: ModuleType, draw: Callable[[], str]) -> str:
    """Drawn again and again until python-stdnum says that it is right."""
    while True:
        value = draw()
        if right.is_valid(value):
            return value


def resident() -> str:
    """Of a division that was there in the year of birth, as python-stdnum knows them."""
    return until(ric, lambda: citizen(pick("regions")))


def foreign(way: str) -> str:
    """A number that phonenumbers holds to be in use."""
    while True:
        value = SPANS["foreign"][1](way)
        if phonenumbers.is_valid_number(phonenumbers.parse(value)):
            return value


def nric(_: str = "") -> str:
    """Singapore: weights 2 7 6 5 4 3 2, letters of citizens born before 2000 (series S)."""
    body = digits(7)
    return f"S{body}{'JZIHGFEDCBA'[sum(int(digit) * weight for digit, weight in zip(body, (2, 7, 6, 5, 4, 3, 2), strict=True)) % 11]}"


def day() -> tuple[int, int, int]:
    return between(1952, 2016), between(1, 12), between(1, 28)


NATIONAL: dict[str, Callable[[], str]] = {
    "sg": nric,
    "br": lambda: cpf.format(until(cpf, lambda: digits(11))),
    "es": lambda: until(dni, lambda: digits(8) + one("TRWAGMYFPDXBNJZSQVHLCKE")),
    "kr": lambda: rrn.format(until(rrn, lambda: "{:02}{:02}{:02}".format(between(55, 98), *day()[1:]) + one("12") + digits(6))),
    "in": lambda: groups(until(aadhaar, lambda: digits(12)), (4,)),
    "ca": lambda: groups(until(sin, lambda: one("1234567") + digits(8)), (3,), "-"),
    "pl": lambda: until(pesel, lambda: "{:02}{:02}{:02}".format(between(55, 98), *day()[1:]) + digits(5)),
}


def birth(way: str) -> str:
    year, month, date = day()
    if way == "b":  # of a child
        year = between(2014, 2025)
    if way == "e":
        return one([f"{date} {WORDS['months'][month - 1]} {year}", f"{WORDS['months'][month - 1]} {date}, {year}"])
    return f"{year}-{month:02}-{date:02}" if way == "i" else f"{year}年{month}月{date}日"


def coordinates(way: str) -> str:
    north, east = f"{between(20, 43)}.{digits(5)}{between(1, 9)}", f"{between(100, 124)}.{digits(5)}{between(1, 9)}"
    return f"{east},{north}" if way == "l" else f"{north}, {east}"


def password(way: str) -> str:
    if way == "u":  # as it may stand in an address of a service
        return pick("words") + "_" + chars(ALNUM, 6)
    return one([f"{pick('words')}{one('@#!_')}{digits(4)}", chars(ALNUM, 5) + one("!#@_") + chars(string.ascii_lowercase, 3) + digits(2), f"{pick('words').lower()}-{pick('words')}{one('!@#')}{digits(2)}"])  # fmt: skip


def imei(way: str) -> str:
    body = one(["35", "86"]) + digits(12)
    whole = body + luhn.calc_check_digit(body)
    return groups(whole, (2, 6, 6, 1), "-") if way == "d" else whole


def mac(way: str) -> str:
    whole = f"{pick('ouis')}:{':'.join(chars('0123456789ABCDEF', 2) for _ in range(3))}"
    return whole.replace(":", "-") if way == "d" else whole.lower() if way == "l" else whole


PEOPLE: dict[str, tuple[str, Maker]] = {
    **{key: SPANS[key] for key in ("passport", "jwt", "pem", "key", "permit", "hkid", "twid", "iban", "ssn", "nino", "vin")},
    "foreign": ("phone_foreign", foreign), "name": ("name", name), "en": ("name", english_name), "addr": ("address", address), "adr": ("address", english_address),
    "mail": ("email", email), "tel": ("mobile", mobile), "land": ("landline", landline), "card": ("bank_card", bank_card),
    "plate": ("plate", plate), "birth": ("birth_date", birth), "geo": ("coordinates", coordinates), "pw": ("password", password),
    "imei": ("imei", imei), "mac": ("mac_address", mac),
    "id": ("id_card", lambda way: groups(resident(), (6, 8, 4) if way == "s" else (18,))),
    "resid": ("residence_permit", lambda way: groups(citizen(one(["810000", "820000", "830000"])), (6, 8, 4) if way == "s" else (18,))),
    "ip": ("ip_address", lambda _: f"{pick('prefixes')}.{between(2, 250)}.{between(2, 250)}"),
    "ip6": ("ip_address", lambda _: f"{one(['240e', '2409', '2408'])}:{chars('345678ab', 3)}:{chars('1234567ab', 4)}:{chars('1234567ab', 3)}::{chars('1234567ab', 2)}"),
    "mrn": ("medical_record", lambda _: one(["", "", "M", "BA"]) + digits(between(8, 9))),
    "qq": ("qq", lambda _: str(between(1, 9)) + digits(between(7, 9))),
    "wx": ("wechat", lambda _: pick('handles') + digits(between(2, 5))),
    "file": ("driving_licence", lambda _: pick('regions')[:4] + digits(8)),
    "soc": ("social_security", lambda way: digits(10) if way == "n" else one("ABCDEFGH") + digits(8)),
    "nat": ("national_id", lambda way: NATIONAL[way]()),
}  # fmt: skip
