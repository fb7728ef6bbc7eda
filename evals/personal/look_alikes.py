"""What looks like personal data and is none, for the phrasings of ``authored/``: drawn from the same seed as ``values.py``.

ISBN and EAN have their check digit (ISO 2108, GS1), identity-like serials and card-like codes have a wrong one,
addresses are those of RFC 1918 and RFC 5737, mail domains those of RFC 2606. It deliberately makes nothing arguable (poets, role mailboxes).
"""

from __future__ import annotations

import string

from values import HEX, UPPER, Maker, between, chars, citizen, date, digits, groups, luhn, pick, random_


def wrong_citizen(_: str) -> str:
    """Eighteen digits in the form of an identity number, with a check character that does not fit."""
    right = citizen(pick("region"))
    return right[:17] + random_.choice([digit for digit in string.digits if digit != right[17]])


def wrong_card(_: str) -> str:
    """Sixteen digits that begin like a card and fail Luhn."""
    body = random_.choice(["6222", "6217", "4380", "5187", "8801", "9005"]) + digits(11)
    return body + random_.choice([digit for digit in string.digits if digit != luhn(body)])


def order(_: str) -> str:
    year, month, day = date(2019, 2025)
    return random_.choice([f"{year}{month:02}{day:02}{digits(10)}", f"{between(1, 4)}{digits(18)}", f"{year % 100}{month:02}{day:02}-{digits(15)}", f"{chars('BDEP', 2)}{year}{month:02}{day:02}{digits(6)}"])  # fmt: skip


def tracking(_: str) -> str:
    return random_.choice(
        [
            "SF" + digits(13),
            "YT" + digits(13),
            "JD" + digits(13),
            "773" + digits(12),
            "4312" + digits(9),
            "EMS" + digits(10),
            "1Z" + chars(UPPER, 3) + digits(13),
            "DPK" + digits(12),
        ]
    )


def isbn(_: str) -> str:
    body = "978" + random_.choice(["7", "0"]) + digits(8)
    whole = body + ean_check(body)
    return random_.choice([whole, f"{whole[:3]}-{whole[3]}-{whole[4:7]}-{whole[7:12]}-{whole[12]}"])


def ean_check(body: str) -> str:
    return str(-sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body)) % 10)


def ean(_: str) -> str:
    body = "69" + digits(10)
    return body + ean_check(body)


def private_address(_: str) -> str:
    return random_.choice(
        [
            f"192.168.{between(0, 31)}.{between(1, 254)}",
            f"10.{between(0, 99)}.{between(0, 254)}.{between(1, 254)}",
            f"172.{between(16, 31)}.{between(0, 254)}.{between(1, 254)}",
        ]
    )


def documentation_address(_: str) -> str:
    return random_.choice(["192.0.2", "198.51.100", "203.0.113"]) + f".{between(1, 254)}"


def stamp(_: str) -> str:
    year, month, day = date(2018, 2025)
    return f"{year}{month:02}{day:02}{between(0, 23):02}{between(0, 59):02}{between(0, 59):02}"


def masked(what: str) -> str:
    tail = digits(4)
    return {
        "mobile": pick("mobile") + "****" + tail,
        "id": pick("region") + "*" * 8 + tail,
        "card": random_.choice(["6222", "6217", "4380"]) + " **** **** " + tail,
        "mail": chars(string.ascii_lowercase, 2) + "***@" + random_.choice(["qq.com", "163.com", "gmail.com"]),
    }[what]


def spaced(text: str, way: str) -> str:
    """A look-alike in groups: each kind in the groups in which it is printed."""
    if way == "s" and text.startswith(("400", "800")):
        return groups(text.replace("-", ""), (3, 4, 3))
    return (
        groups(text, {"s": (6, 8, 4) if len(text) == 18 else (4,), "d": (4,), "g": (5,)}[way], "-" if way == "d" else " ")
        if way in {"s", "d", "g"}
        else text
    )


def expression(_: str) -> str:
    return random_.choice([f"{digits(3)}.5×{between(12, 98)}-{digits(4)}", f"{between(100, 999)}÷{between(3, 9)}+{between(10, 99)}", f"({between(2, 9)}+{between(10, 99)})×{between(1000, 9999)}", f"{between(10000, 99999)}+{between(10000, 99999)}"])  # fmt: skip


def meeting(_: str) -> str:
    return f"{between(300, 999)} {digits(3)} {digits(3)}"


DECOYS: dict[str, tuple[str, Maker]] = {
    "order": ("order number", order),
    "tracking": ("tracking number", tracking),
    "serial18": ("18-digit serial, wrong check digit", wrong_citizen),
    "luhn16": ("16 digits that fail Luhn", wrong_card),
    "item11": ("11-digit item id", lambda _: "1" + random_.choice("356789") + digits(9)),
    "contract": ("contract or report number", lambda _: f"{chars(UPPER, 2)}-{date(2018, 2025)[0]}-{digits(4)}"),
    "ticket": ("ticket number", lambda _: random_.choice(["#" + digits(6), "WO" + digits(10), "INC" + digits(7), "2024" + digits(8)])),
    "invoice8": ("invoice number", lambda _: digits(8)),
    "invoice12": ("invoice number", lambda _: "0" + digits(11)),
    "invoice20": ("invoice number", lambda _: "24" + digits(18)),
    "sn": ("serial number", lambda _: chars(UPPER, 2) + digits(2) + chars(UPPER + string.digits, 5) + digits(3)),
    "ean": ("barcode", ean),
    "isbn": ("ISBN", isbn),
    "batch": ("batch number", lambda _: f"20{between(19, 25)}{digits(4)}"),
    "trace20": ("drug tracing code", lambda _: "8" + digits(19)),
    "num4": ("number", lambda _: str(between(1000, 9999))),
    "num5": ("number", lambda _: str(between(10000, 99999))),
    "num6": ("number", lambda _: str(between(100000, 999999))),
    "num7": ("number", lambda _: str(between(1000000, 9999999))),
    "num9": ("number", lambda _: str(between(100000000, 999999999))),
    "container": ("container number", lambda _: chars(UPPER, 3) + "U" + digits(7)),
    "meter": ("meter account", lambda _: "3" + digits(9)),
    "epoch10": ("timestamp", lambda _: str(between(1_500_000_000, 1_790_000_000))),
    "epoch13": ("timestamp", lambda _: str(between(1_500_000_000_000, 1_790_000_000_000))),
    "stamp14": ("timestamp", stamp),
    "money": ("sum of money", lambda _: f"{between(10_000_000, 9_999_999_999) / 100:.2f}"),
    "price": ("price", lambda _: f"{random_.choice(['¥', '￥', ''])}{between(100, 99999) / 100:.2f}元"),
    "pricee": ("price", lambda _: random_.choice("$£€") + f"{between(100, 999999) / 100:,.2f}"),
    "float": ("measurement", lambda _: f"{between(1, 9999) / 1000:.{between(3, 6)}f}"),
    "xy": ("coordinates in a chart", lambda _: f"({between(-90, 90) / 10}, {between(-90, 90) / 10})"),
    "math": ("arithmetic", expression),
    "train": ("train number", lambda _: random_.choice("GDKZ") + str(between(10, 9000))),
    "flight": ("flight number", lambda _: random_.choice(["CA", "MU", "CZ", "HU", "BA", "LH"]) + str(between(1000, 9000))),
    "hotline": ("public hotline", lambda _: pick("hotline")),
    "bankline": ("public hotline", lambda _: pick("bankline")),
    "hot400": ("public hotline", lambda _: f"400-{between(600, 899)}-{digits(4)}"),
    "hot800": ("public hotline", lambda _: f"800-{between(810, 899)}-{digits(4)}"),
    "sms106": ("service short code", lambda _: "106" + random_.choice(["9", "5"]) + digits(random_.choice([6, 8, 10]))),
    "maskm": ("masked mobile", lambda _: masked("mobile")),
    "maskid": ("masked identity number", lambda _: masked("id")),
    "maskcard": ("masked card", lambda _: masked("card")),
    "maskmail": ("masked e-mail", lambda _: masked("mail")),
    "police": ("police plate", lambda _: pick("platecity") + digits(4) + "警"),
    "carmodel": ("car model", lambda _: pick("carmodel")),
    "case": ("case number", lambda _: f"（{date(2016, 2025)[0]}）{random_.choice('京沪粤浙苏川')}{between(1, 20):02}{digits(2)}{random_.choice(['民初', '刑终', '执', '行初'])}{between(100, 99999)}号"),
    "casee": ("case number", lambda _: f"[{date(2010, 2024)[0]}] EWHC {between(100, 3900)} (Ch)"),
    "article": ("article of a statute", lambda _: pick("article")),
    "gbt": ("standard", lambda _: pick("gbt")),
    "docno": ("document number", lambda _: f"〔{date(2001, 2025)[0]}〕{between(1, 99)}"),
    "patent": ("patent number", lambda _: f"ZL20{between(10, 24)}{between(1, 3)}0{digits(6)}.{between(0, 9)}"),
    "softno": ("registration number", lambda _: f"{date(2014, 2025)[0]}SR{digits(7)}"),
    "icp": ("site registration", lambda _: f"{random_.choice('京沪粤浙苏川')}ICP备{between(10000000, 20999999)}号-{between(1, 9)}"),
    "foodlic": ("food licence", lambda _: "SC1" + digits(13)),
    "drugno": ("drug approval", lambda _: f"国药准字{random_.choice('HZS')}{digits(8)}"),
    "stock": ("stock code", lambda _: pick("stock")),
    "fund": ("fund code", lambda _: "00" + digits(4)),
    "company": ("company name", lambda _: pick("company")),
    "companye": ("company name", lambda _: pick("companye")),
    "city": ("city", lambda _: pick("city")),
    "citye": ("city", lambda _: pick("citye")),
    "ipp": ("private address", private_address),
    "ipd": ("documentation address", documentation_address),
    "cidr": ("private network", lambda _: random_.choice(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", f"192.168.{between(1, 99)}.0/24"])),
    "netmask": ("netmask", lambda _: random_.choice(["255.255.255.0", "255.255.0.0", "255.255.255.128", "255.255.252.0"])),
    "version4": ("version", lambda _: f"{between(1, 12)}.{between(0, 20)}.{between(0, 30)}.{between(0, 250)}"),
    "section": ("section number", lambda _: f"{between(1, 9)}.{between(1, 12)}.{between(1, 9)}.{between(1, 9)}"),
    "hash7": ("commit", lambda _: chars(HEX, 7)),
    "hash8": ("hash", lambda _: chars(HEX, 8)),
    "hash40": ("commit", lambda _: chars(HEX, 40)),
    "md5": ("hash", lambda _: chars(HEX, 32)),
    "sha256": ("hash", lambda _: chars(HEX, 64)),
    "uuid": ("UUID", lambda _: f"{chars(HEX, 8)}-{chars(HEX, 4)}-4{chars(HEX, 3)}-{chars('89ab', 1)}{chars(HEX, 3)}-{chars(HEX, 12)}"),
    "oid": ("object identifier", lambda _: f"1.3.6.1.{between(2, 4)}.1.{between(1, 9999)}.{between(1, 9)}.{between(0, 9)}"),
    "emailx": ("reserved domain", lambda _: pick("emailx")),
    "png2x": ("file name", lambda _: pick("png2x")),
    "sshhost": ("host to log in to", lambda _: pick("sshhost")),
    "gitref": ("git remote", lambda _: pick("gitref")),
    "keyx": ("stand-in for a key", lambda _: pick("keyx")),
    "pwx": ("stand-in for a password", lambda _: pick("pwx")),
    "hexcolor": ("colour", lambda _: "#" + chars(HEX, 6)),
    "hexcode": ("error code", lambda _: "0x" + chars(HEX, 8).upper()),
    "doi": ("DOI", lambda _: f"10.{between(1000, 9999)}/j.{chars(string.ascii_lowercase, 5)}.20{between(10, 25)}.{digits(6)}"),
    "arxiv": ("preprint number", lambda _: f"2{between(0, 4)}{between(1, 12):02}.{digits(5)}"),
    "model": ("model number", lambda _: pick("model")),
    "qqgroup": ("QQ group", lambda _: str(between(100000000, 999999999))),
    "formula": ("chemical formula", lambda _: pick("formula")),
    "testcard": ("test card", lambda _: pick("testcard")),
    "course": ("course number", lambda _: chars(UPPER, 2) + digits(4)),
    "meeting": ("meeting number", meeting),
    "queue": ("queue number", lambda _: chars("ABC", 1) + digits(3)),
}  # fmt: skip
