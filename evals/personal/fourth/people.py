"""What people are called and where they can be reached, for the phrasings of ``fourth/``: nobody's, drawn from the seed of ``make.py``.

Follows GB 11643, ISO/IEC 7812-1, ISO 13616, GA 36, 3GPP TS 23.003 and the numbering plans through ``values.py``, python-stdnum and
phonenumbers, which try numbers until they are right. Words are this author's own. It knows nothing of the detectors and imports nothing of
``brightline``. What a way means (``{tel.c}``) stands beside the kind.
"""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from pathlib import Path

import phonenumbers
from keys import key
from phonenumbers import PhoneNumberFormat
from stdnum import iban as iban_number
from stdnum import luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.in_ import pan
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.my import nric
from stdnum.se import personnummer
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.za import idnr as za
from values import ALNUM, BASE64, PLATE, SPANS, UPPER, between, chars, citizen, digits, groups, mod11_2, random_, uscc

Maker = Callable[[str], str]

WORDS: dict[str, list[str]] = {}
for _line in (Path(__file__).parent / "words.txt").read_text("utf-8").splitlines():
    if not _line.startswith("#"):
        _kind, _, _words = _line.partition(" = ")
        WORDS[_kind] = _words.split("; ")


def pick(kind: str) -> str:
    return random_.choice(WORDS[kind])


RANKS = [1 / (rank + 3) for rank, _ in enumerate(WORDS["surnames"])]  # own choice: near to life, where the commonest has 7 % (Zipf)


def one(words: list[str] | tuple[str, ...] | str) -> str:
    return random_.choice(words)


def until(right: Callable[[str], bool], draw: Callable[[], str]) -> str:
    """Drawn again and again until other people's code says that it is right."""
    while True:
        value = draw()
        if right(value):
            return value


_named: list[str] = []


def remember(whole: str) -> str:
    _named.append(whole)
    return whole


def again(_: str) -> str:
    """The person named last, once more."""
    return _named[-1]


def name(way: str) -> str:
    """u: Uighur with its dot; t: Tibetan or Mongol; f: transliterated; s: apart; d: two-character surname; 1: single given name; 3: two."""
    if way in {"u", "t", "f"}:
        return remember({"u": f"{pick('uighur')}·{pick('fathers')}", "t": pick("tibetan"), "f": pick("foreign")}[way])
    while True:
        family = pick("double") if way == "d" or (not way and random_.random() < 0.01) else random_.choices(WORDS["surnames"], RANKS)[0]
        short = way == "1" or (way != "3" and random_.random() < 0.2)
        whole = family + (pick("single") if short else pick("first") + pick("second"))
        if whole not in WORDS["famous"] and len(set(whole)) == len(whole):
            return remember(" ".join(whole) if way == "s" else whole)


def pinyin(way: str) -> str:
    """u: in capitals; r: given name first; c: surname in capitals with a comma, as tickets have it."""
    family, given = pick("pinyinlast"), pick("pinyinfirst")
    ways = {"u": f"{family} {given}".upper(), "r": f"{given} {family}", "c": f"{family}/{given}".upper()}
    return remember(ways.get(way, f"{family} {given}"))


def english_name(way: str) -> str:
    """m, f: of a man, of a woman; l: last name first; i: with an initial; c: in capitals."""
    given = pick(f"given_{way if way in {'m', 'f'} else one('mf')}")
    family = pick("last_en")
    ways = {"l": f"{family}, {given}", "i": f"{given} {one(UPPER[:20])}. {family}", "c": f"{given} {family}".upper()}
    return remember(ways.get(way, f"{given} {family}"))


def address(way: str) -> str:
    """v: village; b: hutong and courtyard; h: Hong Kong; w: Taiwan; x: farm in Xinjiang; d: dormitory; r: from the road on; n: on lines; s: apart."""
    road = f"{pick('roads')}{between(2, 366)}号"
    flat = one([f"{between(1, 30)}幢{between(1, 4)}单元{between(2, 18)}0{between(1, 4)}室", f"{between(1, 40)}号楼{between(2, 17)}0{between(1, 4)}室", f"{between(1, 16)}栋{between(2, 32)}0{between(1, 6)}", f"{between(1, 9)}号楼{between(1, 3)}单元{between(1, 6)}0{between(1, 2)}"])  # fmt: skip
    match way:
        case "v":
            return f"{pick('villages')}{one(['', f'{between(1, 12)}组'])}{between(2, 88)}号"
        case "b":
            return f"{pick('hutong')}{between(2, 60)}号院{between(1, 9)}号楼{between(1, 6)}0{between(1, 4)}"
        case "h":
            return f"{pick('hongkong')}{between(10, 300)}号{between(2, 30)}楼{one('ABCDEF')}室"
        case "w":
            return f"{pick('taiwan')}{between(2, 320)}号{between(2, 14)}楼"
        case "x":
            return f"{pick('farms')}{between(1, 20)}连{between(1, 60)}号"
        case "d":
            return f"{pick('schools')}{between(1, 900)}号{one(['南区', '北园', '学生公寓'])}{between(1, 20)}号楼{between(1, 6)}{between(10, 30)}室"
        case "r":
            return road + one(["", pick("estates")]) + flat
        case "n":
            return f"{pick('areas')}\n{road}{pick('estates')}\n{flat}"
        case "s":
            return f"{pick('areas')} {road} {pick('estates')} {flat}"
    return pick("areas") + one([road, road + flat, pick("estates") + flat, road + pick("estates") + flat])


def english_address(way: str) -> str:
    """k: United Kingdom; o: elsewhere; p: Chinese in Latin letters."""
    match way:
        case "k":
            return f"{one(['', f'Flat {between(1, 30)}, '])}{between(2, 160)} {pick('uk_streets')}, {pick('uk_towns')}"
        case "o":
            return f"{between(2, 240)} {pick('other_towns')}"
        case "p":
            return f"Room {between(2, 30)}0{between(1, 8)}, No. {between(2, 800)} {pick('romanroads')}, {pick('romantowns')}"
    return f"{between(14, 8800)} {pick('streets')}{one(['', f', Apt {between(1, 40)}', f' #{between(2, 600)}', f', Unit {one(UPPER[:8])}'])}, {pick('towns')}"


def email(way: str) -> str:
    """c: capitals at the start, as telephones write it."""
    value = f"{pick('mails')}{one(['', '', digits(2), digits(3)])}@{pick('hosts')}"
    return value[0].upper() + value[1:] if way == "c" else value


def spoken(number: str) -> str:
    """As it is read out: 1 is 幺."""
    return number.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))


def valid(number: str, region: str | None = "CN") -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number, region))


def mobile(way: str) -> str:
    """s, d: in groups; c: with the country; z: spoken; x: spoken with pauses."""
    number = until(valid, lambda: pick("mobiles") + digits(8))
    ways = {"s": groups(number, (3, 4)), "d": groups(number, (3, 4), "-"), "c": one(["+86 ", "+86-", "+86", "0086-"]) + number}
    return {**ways, "z": spoken(number), "x": groups(spoken(number), (3, 4))}.get(way, number)


def landline(way: str) -> str:
    """s: apart; b, p: area in brackets; i: with the country; n: nothing between."""
    area, length = pick("landlines").split(":")
    whole = until(valid, lambda: area + one("2345678") + digits(int(length) - 1))
    number = whole[len(area) :]
    ways = {"s": f"{area} {number}", "b": f"（{area}）{number}", "p": f"({area}){number}", "n": whole}
    return {**ways, "i": f"+86 {area[1:]} {groups(number, (4,))}"}.get(way, f"{area}-{number}")


ABROAD: dict[str, Callable[[], str]] = {
    "US": lambda: one(["503", "617", "312", "415", "206", "512", "720"]) + str(between(220, 899)) + digits(4),
    "GB": lambda: f"7{between(400, 999)}{digits(6)}",
    "HK": lambda: one("569") + digits(7),
    "MO": lambda: "6" + digits(7),
    "TW": lambda: "9" + digits(8),
    "SG": lambda: one("89") + digits(7),
    "MY": lambda: "1" + one("23679") + digits(7),
    "AU": lambda: "4" + digits(8),
    "JP": lambda: one(["70", "80", "90"]) + digits(8),
    "KR": lambda: "10" + digits(8),
    "DE": lambda: one(["151", "170", "176"]) + digits(8),
    "FR": lambda: one("67") + digits(8),
    "VN": lambda: "9" + digits(8),
    "RU": lambda: "9" + digits(9),
}


def foreign(way: str) -> str:
    """e: without gaps; z: 00 for +; n: as at home in the United States; h, t, k: of Hong Kong, Taiwan, the United Kingdom."""
    region = {"n": "US", "h": "HK", "t": "TW", "k": "GB"}.get(way) or one(list(ABROAD))
    code = phonenumbers.country_code_for_region(region)
    parsed = phonenumbers.parse(until(lambda number: valid(number, None), lambda: f"+{code}{ABROAD[region]()}"))
    form = {"e": PhoneNumberFormat.E164, "n": PhoneNumberFormat.NATIONAL}.get(way, PhoneNumberFormat.INTERNATIONAL)
    value = phonenumbers.format_number(parsed, form)
    return value.replace("+", "00", 1) if way == "z" else value


def bank_card(way: str) -> str:
    """s, d: in groups; z: spoken."""
    prefix, length = pick("bins").split(":")
    body = prefix + digits(int(length) - 1 - len(prefix))
    whole = body + luhn.calc_check_digit(body)
    return spoken(whole) if way == "z" else groups(whole, (4,) if way in {"s", "d"} else (19,), "-" if way == "d" else " ")


def iban(way: str) -> str:
    """s: in groups of four, as paper has it."""

    def draw() -> str:
        country, account = random_.choice([("AT", digits(16)), ("CH", "0" + digits(16)), ("LU", digits(16)), ("IE", one(["AIBK", "BOFI"]) + digits(14)), ("DE", one(["37040044", "20050550", "70051540"]) + digits(10)), ("GB", one(["BARC", "LOYD", "NWBK"]) + digits(14)), ("PT", digits(21)), ("ES", digits(20))])  # fmt: skip
        return f"{country}{98 - int(''.join(str(int(char, 36)) for char in account + country + '00')) % 97:02}{account}"

    return groups(until(iban_number.is_valid, draw), (4,) if way == "s" else (40,))


def resident(way: str) -> str:
    """s: in groups; z: spoken; l: with a small x, where it has one."""
    whole = until(ric.is_valid, lambda: citizen(pick("regions")))
    return {"s": groups(whole, (6, 8, 4)), "z": spoken(whole), "l": whole.lower()}.get(way, whole)


def residence(way: str) -> str:
    """s: in groups; f: the card of a foreigner since 2023 (9, place, country, birth, sequence, MOD 11-2); o: the one before it."""
    if way == "o":
        return one(["CAN", "USA", "DEU", "KOR", "AUS"]) + pick("regions")[:4] + f"{between(60, 95)}{between(1, 12):02}{between(1, 28):02}" + digits(2)  # fmt: skip
    body = f"9{one(['11', '31', '44', '33'])}{one(['840', '124', '276', '410', '036'])}{between(1960, 1999)}{between(1, 12):02}{between(1, 28):02}{digits(3)}"
    whole = body + mod11_2(body) if way == "f" else citizen(one(["810000", "820000", "830000"]))
    return groups(whole, (6, 8, 4)) if way == "s" else whole


def passport(way: str) -> str:
    """x: of another country."""
    if way == "x":
        return one([digits(9), one("ABC") + digits(8), "M" + digits(8), one(["TR", "TZ", "MU"]) + digits(7), chars("CFGHJKLM", 1) + chars("0123456789CFGHJK", 7) + digits(1)])  # fmt: skip
    return one([f"E{digits(8)}", f"E{one('ABCDEFGHJK')}{digits(7)}", f"G{digits(8)}", f"EJ{digits(7)}", f"PE{digits(7)}"])


def permit(way: str) -> str:
    """h: of Hong Kong and Macao residents; t: of Taiwan residents; l: to Taiwan; else to Hong Kong and Macao."""
    home = one("HM") + digits(8) + one(["", digits(2)])
    return {"h": home, "t": digits(8), "l": "L" + digits(8)}.get(way, one([f"C{digits(8)}", f"C{one('ABCDEF')}{digits(7)}"]))


def plate(way: str) -> str:
    """s, p: with a gap or dot; e: electric; m: with a small letter, as people type."""
    tail = one(
        [digits(5), chars(PLATE, 1) + digits(4), digits(3) + chars(PLATE, 2), digits(4) + chars(PLATE, 1), chars(PLATE, 2) + digits(3)]
    )
    if way == "e":
        tail = one([one("DF") + digits(5), one("DF") + chars(PLATE, 1) + digits(4)])
    return pick("cars") + {"s": " ", "p": "·"}.get(way, "") + tail


def day() -> tuple[int, int, int]:
    return between(1946, 2012), between(1, 12), between(1, 28)


def birth(way: str) -> str:
    """c: Chinese; i: ISO; d: dots; s: slashes; k: eight digits; e: English; h: in characters; y: of a child, Chinese."""
    year, month, date = day()
    if way == "y":
        year = between(2015, 2025)
    if way == "e":
        word = WORDS["months"][month - 1]
        return one([f"{date} {word} {year}", f"{word} {date}, {year}", f"{date} {word[:3]} {year}"])
    if way == "h":
        ten = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
        tens = {0: "", 1: "十", 2: "二十"}
        return f"{str(year).translate(str.maketrans('0123456789', '〇一二三四五六七八九'))}年{tens[month // 10]}{ten[month % 10]}月{tens[date // 10]}{ten[date % 10]}日"
    forms = {"i": f"{year}-{month:02}-{date:02}", "d": f"{year}.{month}.{date}", "s": f"{year}/{month:02}/{date:02}", "k": f"{year}{month:02}{date:02}"}  # fmt: skip
    return forms.get(way, f"{year}年{month}月{date}日")


def coordinates(way: str) -> str:
    """l: longitude first; d: degrees, minutes, seconds; z: with the words for east and north."""
    north, east = f"{between(21, 44)}.{digits(5)}{between(1, 9)}", f"{between(101, 124)}.{digits(5)}{between(1, 9)}"
    minutes = [f"{between(0, 59):02}'{between(0, 59):02}.{between(1, 9)}\"" for _ in range(2)]
    ways = {"l": f"{east},{north}", "d": f"{north[:2]}°{minutes[0]}N {east[:3]}°{minutes[1]}E", "z": f"东经{east}，北纬{north}"}
    return ways.get(way, f"{north},{east}")


def password(way: str) -> str:
    """u: as it may stand in an address; n: six digits of a counter; h: of a household (wireless network); else as people make them up."""
    year = between(1970, 2024)
    match way:
        case "u":
            return pick("words") + chars(ALNUM, 6)
        case "n":
            return digits(6)
        case "h":
            return one(
                [f"{pick('pinyinwords')}{digits(4)}", f"{pick('pinyinwords')}@{year}", f"{chars(string.ascii_lowercase, 4)}{digits(6)}a"]
            )
    return one([f"{pick('words')}{one('@#!$')}{year}", f"{pick('pinyinwords')}{one('._@')}{digits(3)}{one('!#')}", chars(ALNUM, 6) + one("!#@%") + chars(ALNUM, 4) + digits(1)])  # fmt: skip


def token(_: str) -> str:
    """RFC 7519, with the claims that an identity provider writes."""
    head = {"alg": one(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    body = {"iss": one(["https://sso.internal", "auth-service"]), "sub": digits(7), "exp": between(1_700_000_000, 1_900_000_000), "scope": one(["read", "orders:write"])}  # fmt: skip
    size = 43 if head["alg"] == "HS256" else 86
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=") for part in (head, body)), chars(BASE64, size - 1) + "A"])  # fmt: skip


def pem(way: str) -> str:
    """j: on one line with the escapes of JSON."""
    kind = one(["RSA ", "EC ", "", "", "OPENSSH ", "DSA ", "ENCRYPTED "])
    body = "\n".join(chars(ALNUM + "+/", 64) for _ in range(between(2, 5)))
    whole = f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n{chars(ALNUM, 38)}==\n-----END {kind}PRIVATE KEY-----"
    return whole.replace("\n", "\\n") if way == "j" else whole


def imei(way: str) -> str:
    """d: in groups."""
    body = one(["35", "86", "01"]) + digits(12)
    whole = body + luhn.calc_check_digit(body)
    return groups(whole, (2, 6, 6, 1), " ") if way in {"d", "s"} else whole


def mac(way: str) -> str:
    """d: dashes; l: small letters; q: in threes of four."""
    whole = f"{pick('ouis')}:{':'.join(chars('0123456789ABCDEF', 2) for _ in range(3))}"
    return {"d": whole.replace(":", "-"), "l": whole.lower(), "q": groups(whole.replace(":", "").lower(), (4,), ".")}.get(way, whole)


def ip(way: str) -> str:
    """6: of the sixth version."""
    if way == "6":
        return f"{pick('sixes')}:{chars('3456789a', 3)}:{chars('123456789abcdef', 4)}:{chars('123456789abcdef', 3)}::{chars('123456789abcdef', 3)}"
    return f"{pick('prefixes')}.{between(2, 250)}.{between(2, 250)}"


def _birthday() -> str:
    return f"{between(55, 99)}{between(1, 12):02}{between(1, 28):02}"


def singapore() -> str:
    """Weights 2 7 6 5 4 3 2; letters of the series S."""
    body = digits(7)
    return f"S{body}{'JZIHGFEDCBA'[sum(int(digit) * weight for digit, weight in zip(body, (2, 7, 6, 5, 4, 3, 2), strict=True)) % 11]}"


def italian() -> str:
    body = chars("BCDFGLMNPRST", 6) + f"{between(50, 99)}{one('ABCDEHLMPRST')}{between(1, 28):02}" + one(["H501", "F205", "L219", "D612"])
    return until(codicefiscale.is_valid, lambda: body + one(UPPER))


NATIONAL: dict[str, Callable[[], str]] = {
    "sg": singapore,
    "br": lambda: cpf.format(until(cpf.is_valid, lambda: digits(11))),
    "es": lambda: until(dni.is_valid, lambda: digits(8) + one("TRWAGMYFPDXBNJZSQVHLCKE")),
    "kr": lambda: rrn.format(until(rrn.is_valid, lambda: _birthday() + one("12") + digits(6))),
    "my": lambda: nric.format(until(nric.is_valid, lambda: _birthday() + one(["01", "08", "10", "14"]) + digits(4))),
    "th": lambda: pin.format(until(pin.is_valid, lambda: one("12345") + digits(12))),
    "fr": lambda: nir.format(
        until(
            nir.is_valid, lambda: f"{one('12')}{between(50, 99)}{between(1, 12):02}{one(['75', '69', '13'])}{between(101, 399)}{digits(5)}"
        )
    ),
    "it": italian,
    "de": lambda: idnr.format(until(idnr.is_valid, lambda: one("123456789") + digits(10))),
    "se": lambda: until(personnummer.is_valid, lambda: f"{_birthday()}-{digits(4)}"),
    "fi": lambda: until(
        hetu.is_valid,
        lambda: f"{between(1, 28):02}{between(1, 12):02}{between(50, 99)}-{between(10, 899):03}{one('0123456789ABCDEFHJKLMNPRSTUVWXY')}",
    ),
    "za": lambda: until(za.is_valid, lambda: _birthday() + digits(4) + "08" + digits(1)),
    "tr": lambda: until(tckimlik.is_valid, lambda: one("123456789") + digits(10)),
    "in": lambda: until(pan.is_valid, lambda: chars(UPPER, 3) + "P" + chars(UPPER, 1) + digits(4) + chars(UPPER, 1)),
}


PEOPLE: dict[str, tuple[str, Maker]] = {
    **{kind: SPANS[kind] for kind in ("hkid", "twid", "ssn", "nino", "vin")},
    "name": ("name", name), "again": ("name", again), "py": ("name", pinyin), "en": ("name", english_name),
    "addr": ("address", address), "adr": ("address", english_address), "mail": ("email", email), "tel": ("mobile", mobile),
    "land": ("landline", landline), "abroad": ("phone_foreign", foreign), "card": ("bank_card", bank_card), "iban": ("iban", iban),
    "id": ("id_card", resident), "resid": ("residence_permit", residence), "pass": ("passport", passport), "permit": ("travel_permit", permit),
    "plate": ("plate", plate), "birth": ("birth_date", birth), "geo": ("coordinates", coordinates), "pw": ("password", password),
    "jwt": ("jwt", token), "pem": ("private_key", pem), "key": ("api_key", key), "imei": ("imei", imei), "mac": ("mac_address", mac),
    "ip": ("ip_address", ip), "uscc": ("uscc", uscc),
    "mrn": ("medical_record", lambda _: one(["", "", "ZY", "MZ", "H"]) + digits(between(7, 9))),
    "qq": ("qq", lambda _: str(between(1, 9)) + digits(between(6, 9))),
    "wx": ("wechat", lambda way: "wxid_" + chars(string.ascii_lowercase + string.digits, 14) if way == "i" else pick("handles") + digits(between(2, 4))),
    "file": ("driving_licence", lambda _: pick("regions")[:4] + digits(8)),
    "soc": ("social_security", lambda way: digits(10) if way == "n" else one("ABCDEFGHKL") + digits(8)),
    "nat": ("national_id", lambda way: NATIONAL[way]()),
}  # fmt: skip
