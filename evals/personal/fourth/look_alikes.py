"""What only looks like personal data, as people meet it at counters, in logs and in papers: drawn from the seed of ``make.py``.

Follows ``../README.md`` (what counts as a decoy). Words that look like names stand in ``look_alikes.txt``. Imports nothing of ``brightline``.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

from people import bank_card, iban, imei, mobile, one, pick
from stdnum import ean, isbn, issn, luhn
from stdnum.cn import ric
from values import ALNUM, HEX, UPPER, between, chars, citizen, digits, mod11_2, vin

WORDS: dict[str, list[str]] = {}
for _line in (Path(__file__).parent / "look_alikes.txt").read_text("utf-8").splitlines():
    if not _line.startswith("#"):
        _kind, _, _words = _line.partition(" = ")
        WORDS[_kind] = _words.split("; ")
NAME_LIKE = {  # of each kind of word: why it is nobody's name
    "place": "place name", "brand": "brand", "idiom": "idiom", "common": "common word", "thing": "common word", "ill": "common word", "dept": "common word", "job": "common word",
    "herb": "plant or medicine", "title": "historical title",
    "work": "title of a work", "role": "stand-in for a name", "org": "organisation", "enplace": "place name", "enterm": "term that looks like a name", "enrole": "stand-in for a name",
}  # fmt: skip


def word(kind: str) -> tuple[str, Callable[[], str]]:
    return NAME_LIKE[kind], lambda: one(WORDS[kind])


def other(right: str) -> str:
    """Another digit than this one."""
    return one([digit for digit in string.digits if digit != right])


def wrong_citizen() -> str:
    while True:
        body = citizen(pick("regions"))[:17]
        value = body + other(mod11_2(body))
        if not ric.is_valid(value):
            return value


def wrong_card() -> str:
    whole = bank_card("")
    return whole[:-1] + other(whole[-1])


def wrong_iban() -> str:
    whole = iban("")
    return whole[:2] + f"{(int(whole[2:4]) + between(1, 50)) % 97:02}" + whole[4:]


def wrong_vin() -> str:
    whole = vin("")
    return whole[:8] + one([digit for digit in "0123456789" if digit != whole[8]]) + whole[9:]


def wrong_imei() -> str:
    whole = imei("")
    return whole[:-1] + other(whole[-1])


def luhn_order() -> str:
    body = one(["62", "81", "50"]) + digits(14)
    return body + luhn.calc_check_digit(body)


def book() -> str:
    body = one(["9787", "9780", "9789"]) + digits(8)
    whole = body + ean.calc_check_digit(body)
    return one([isbn.format(whole), whole])


def journal() -> str:
    body = digits(7)
    return issn.format(body + issn.calc_check_digit(body))


def barcode() -> str:
    body = one(["690", "692", "695", "697"]) + digits(9)
    return body + ean.calc_check_digit(body)


def moment() -> str:
    return f"202{between(4, 6)}{between(1, 12):02}{between(1, 28):02}{between(0, 23):02}{between(0, 59):02}{between(0, 59):02}"


def masked() -> str:
    whole = mobile("")
    return one([f"{whole[:3]}****{whole[7:]}", f"{whole[:3]}xxxx{whole[7:]}", f"{pick('bins')[:4]} **** **** {digits(4)}", f"{pick('regions')}********{digits(3)}X"])  # fmt: skip


def calendar(mark: str) -> str:
    year, month, date = between(2017, 2027), between(1, 12), between(1, 28)
    return f"{year}年{month}月{date}日" if mark == "zh" else f"{year}{mark}{month:02}{mark}{date:02}"


LOOK_ALIKES: dict[str, tuple[str, Callable[[], str]]] = {
    **{kind: word(kind) for kind in NAME_LIKE},
    "badid": ("resident number with a wrong check digit", wrong_citizen),
    "badcard": ("card number with a wrong check digit", wrong_card),
    "badiban": ("IBAN with wrong check digits", wrong_iban),
    "badvin": ("vehicle number with a wrong check digit", wrong_vin),
    "badimei": ("IMEI with a wrong check digit", wrong_imei),
    "order": ("order number", lambda: one([moment() + digits(between(4, 8)), f"XD{digits(14)}", f"E{digits(15)}"])),
    "order11": ("order number like a telephone number", lambda: one(["13", "15", "17", "18", "19"]) + digits(9)),
    "luhn": ("order number that passes Luhn", luhn_order),
    "parcel": ("parcel number", lambda: one([f"SF{digits(13)}", f"JT{digits(13)}", f"YT{digits(13)}", f"JDX{digits(12)}", f"DPK{digits(12)}", f"EB{digits(9)}CN", f"78{digits(13)}", f"1Z{chars(UPPER + string.digits, 16)}"])),
    "invoice": ("invoice number", lambda: one([f"25{one(['33', '11', '44'])}2000{digits(12)}", digits(8), f"INV-{digits(7)}", f"0{digits(11)}"])),
    "serial": ("serial number", lambda: one([f"SN{digits(11)}", digits(13), f"{chars(UPPER, 2)}{digits(8)}{chars(UPPER, 1)}", f"{chars(UPPER, 4)}-{digits(4)}-{digits(6)}"])),
    "isbn": ("book number", book),
    "issn": ("journal number", journal),
    "ean": ("bar code", barcode),
    "hotline": ("service number", lambda: one([f"400-{between(600, 899)}-{digits(4)}", f"400{between(600, 899)}{digits(4)}", f"400 {between(600, 899)} {digits(4)}", f"800-{between(810, 830)}-{digits(4)}", f"95{digits(3)}", "12345", "12329", "12320", "12315", "12333", "96110"])),
    "tollfree": ("service number", lambda: one([f"1-{one(['800', '888', '866'])}-{between(220, 899)}-{digits(4)}", f"0800 {digits(3)} {digits(4)}"])),
    "group": ("QQ group", lambda: str(between(1, 9)) + digits(8)),
    "police": ("plate of police or army", lambda: one([f"{pick('cars')}{digits(4)}警", f"WJ{one('京粤鲁川')}{digits(4)}{one('XBT')}", f"{one(['VA', 'KA', 'HB', 'SC'])}·{digits(5)}"])),
    "icp": ("licence of a website", lambda: f"{one('京沪粤浙苏')}{one(['B2', 'A2', 'B1'])}-20{between(10, 25)}{digits(4)}"),
    "beian": ("licence of a website", lambda: one([f"{one('京沪粤浙苏闽')}ICP备{digits(8)}号", f"公网安备{digits(14)}号"])),
    "lan": ("private IP address", lambda: one([f"10.{between(0, 254)}.{between(0, 254)}.{between(1, 254)}", f"192.168.{between(0, 254)}.{between(1, 254)}", f"172.{between(16, 31)}.{between(0, 254)}.{between(1, 254)}", f"100.{between(64, 127)}.{between(0, 254)}.{between(1, 254)}", f"fd{chars(HEX, 2)}:{chars(HEX[1:], 4)}::{chars(HEX[1:], 2)}"])),
    "doc": ("documentation IP address", lambda: one([f"192.0.2.{between(1, 254)}", f"198.51.100.{between(1, 254)}", f"203.0.113.{between(1, 254)}", f"2001:db8:{chars(HEX[1:], 2)}::{chars(HEX[1:], 3)}"])),
    "loop": ("reserved IP address", lambda: one(["255.255.255.0", "255.255.240.0", "169.254.169.254", "239.255.255.250", "fe80::1", "224.0.0.1"])),
    "self": ("reserved IP address", lambda: one(["127.0.0.1", "0.0.0.0", "127.0.1.1", "::1"])),  # noqa: S104 - a text, nothing binds to it
    "version": ("version number", lambda: one([f"{between(1, 130)}.{between(0, 20)}.{between(0, 9000)}.{between(0, 250)}", f"{between(1, 9)}.{between(0, 30)}.{between(0, 40)}.{between(1, 30)}"])),
    "section": ("section number", lambda: f"{between(3, 9)}.{between(1, 12)}.{between(1, 9)}.{between(1, 9)}"),
    "oid": ("object identifier", lambda: one([f"1.3.6.1.4.1.{between(300, 60000)}.{between(1, 9)}", f"1.2.840.113549.1.{between(1, 9)}.{between(1, 15)}", f"2.16.840.1.{between(100, 113883)}.{between(1, 6)}"])),
    "testcard": ("test card", lambda: one(["4242424242424242", "4111 1111 1111 1111", "5555 5555 5555 4444", "4012888888881881", "371449635398431"])),
    "docmail": ("mail at a reserved domain", lambda: f"{one(['zhangsan', 'noreply', 'user', 'someone', 'jane.doe'])}{one(['', digits(2)])}@{one(['example.com', 'example.org', 'example.net', 'shop.example.com', 'corp.test'])}"),
    "git": ("address of a repository", lambda: f"git@{one(['github.com', 'gitlab.com', 'gitee.com', 'git.corp.internal'])}:{one(['riverbed', 'mooncat', 'platform'])}/{one(['api', 'charts', 'docs', 'worker'])}.git"),
    "shell": ("user at a host", lambda: f"{one(['root', 'admin', 'ec2-user', 'postgres', 'jenkins'])}@{one(['gw', 'prod-db', 'cache', 'edge'])}-{between(1, 20):02}"),
    "asset": ("file name", lambda: f"{one(['avatar', 'splash', 'tab-home', 'sprite'])}@{one('23')}x.{one(['png', 'webp', 'jpg'])}"),
    "package": ("package with its version", lambda: f"{one(['axios', 'vue', 'eslint', 'pnpm', 'vitest'])}@{between(1, 18)}.{between(0, 9)}.{between(0, 9)}"),
    "sha": ("hash", lambda: one([chars(HEX, 40), chars(HEX, 64), chars(HEX, 32), "sha256:" + chars(HEX, 64)])),
    "uuid": ("universally unique identifier", lambda: f"{chars(HEX, 8)}-{chars(HEX, 4)}-4{chars(HEX, 3)}-{one('89ab')}{chars(HEX, 3)}-{chars(HEX, 12)}"),
    "standin": ("stand-in for a key", lambda: one(["AKIAIOSFODNN7EXAMPLE", "sk-" + "x" * 40, "your-api-key", "YOUR_SECRET_KEY", "<api-key-here>", "ghp_" + "x" * 36, "${API_TOKEN}", "sk-your-key-here", "xoxb-xxxx-xxxx", "{{ vault_api_key }}"])),
    "stars": ("masked secret", lambda: one(["********", "••••••••", "<redacted>", "[FILTERED]", "${DB_PASSWORD}", "changeme", "<your-password>", "{{ db_password }}"])),
    "money": ("amount", lambda: one([f"{between(11, 99)}{digits(7)}.{digits(2)}", f"{between(13, 18)}{digits(9)}"])),
    "stamp": ("time", lambda: one([f"17{digits(8)}", f"17{digits(11)}", moment()])),
    "nullmac": ("broadcast or empty MAC address", lambda: one(["FF:FF:FF:FF:FF:FF", "00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff"])),
    "date": ("date that is nobody's birth", lambda: calendar("-")),
    "sdate": ("date that is nobody's birth", lambda: calendar("/")),
    "zhdate": ("date that is nobody's birth", lambda: calendar("zh")),
    "clock": ("time", lambda: one([f"{between(6, 23):02}:{between(0, 59):02}:{between(0, 59):02}", f"{between(6, 23):02}:{between(0, 59):02}:{between(0, 59):02}.{digits(3)}"])),
    "memory": ("memory address", lambda: "0x" + chars(HEX, between(8, 12))),
    "doi": ("digital object identifier", lambda: f"10.{between(1000, 9999)}/{one(['j.issn', 'jos', 's10439', 'tkde'])}.20{between(18, 26)}.{digits(6)}"),
    "masked": ("masked number", masked),
    "drug": ("number of a permit for goods", lambda: one([f"国药准字Z{digits(8)}", f"国药准字H{digits(8)}", f"SC1{digits(13)}"])),
    "patent": ("patent number", lambda: one([f"ZL20{between(15, 25)}1{digits(7)}.{digits(1)}", f"CN1{digits(8)}A"])),
    "case": ("file number", lambda: one([f"（202{between(2, 6)}）{one('京浙粤川')}0{digits(3)}民初{digits(4)}号", f"ZB-2026-{digits(5)}", f"HT2026{digits(6)}", f"档{digits(9)}"])),
    "standard": ("number of a standard", lambda: one([f"GB/T {digits(5)}.{between(1, 9)}-20{between(10, 25)}", f"ISO {between(9000, 27050)}-{between(1, 4)}:20{between(12, 24)}", f"YY {digits(4)}-20{between(10, 24)}"])),
    "stock": ("stock or fund code", lambda: one([f"SH60{digits(4)}", f"00{digits(4)}.SZ", f"{digits(6)}.SH"])),
    "flight": ("number of a flight or train", lambda: one([f"{one(['CA', 'MU', 'CZ', 'HU', '3U'])}{digits(4)}", f"G{digits(4)}", f"K{digits(3)}"])),
    "ticket": ("ticket number", lambda: one([f"{one(['999', '784', '781'])}-{digits(10)}", f"E{digits(9)}", f"{chars(UPPER, 6)}"])),
    "part": ("part number", lambda: one([f"{chars(UPPER, 2)}{digits(3)}-{digits(5)}-{chars(UPPER, 2)}", f"{digits(5)}-{chars(UPPER, 3)}-{digits(3)}", f"{chars(UPPER, 1)}{digits(3)}{chars(UPPER, 2)}{digits(6)}"])),
    "pixels": ("size on a screen", lambda: one([f"{between(320, 3840)}x{between(240, 2160)}", f"({between(10, 1900)}, {between(10, 1000)})", f"{between(10, 999)}.{digits(2)}, {between(10, 999)}.{digits(2)}"])),
    "ratio": ("measured values", lambda: one([f"0.{digits(6)}, 0.{digits(6)}", f"-{between(1, 9)}.{digits(5)}, {between(1, 9)}.{digits(5)}"])),
    "appid": ("identifier of an application", lambda: one([f"wx{chars(HEX, 16)}", f"com.{one(['riverbed', 'mooncat'])}.app{digits(3)}", digits(10)])),
    "rowid": ("number of a row", lambda: str(between(1, 9)) + digits(between(7, 17))),
    "nonce": ("nonce", lambda: chars(ALNUM, between(12, 20))),
    "account": ("meter or household number", lambda: digits(10)),
    "bankno": ("bank or clearing code", lambda: one([f"{one(['102', '103', '105'])}{digits(9)}", f"{chars(UPPER, 4)}CN{chars('BSH', 1)}J"])),
}  # fmt: skip
