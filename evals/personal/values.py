"""Values for the phrasings of ``authored/``: personal data that is nobody's, and what only looks like it, drawn from a fixed seed.

Follows the published arithmetic: GB 11643 with ISO 7064 MOD 11-2 (resident identity), ISO/IEC 7812-1 annex B (cards), GB 32100 (credit codes),
ISO 13616 (IBAN), ISO 3779 with the check digit of 49 CFR 565 (vehicles), GA 36 (plates), RFC 7519 (tokens). ``make_items.py`` proves them
with other people's code. It deliberately knows nothing of the detectors and imports nothing of ``brightline``.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import zlib
from collections.abc import Callable
from pathlib import Path

SEED = 20261123  # own choice: the day of writing
FAMOUS = {
    "马超",
    "王静",
    "李静",
    "李刚",
    "王刚",
    "高娟",
    "金庸",
    "文静",
    "孙楠",
    "高超",
    "万芳",
    "白静",
}  # as good as: these pairs of words are also well-known people
UPPER, ALNUM = string.ascii_uppercase, string.ascii_letters + string.digits
HEX, BASE64 = "0123456789abcdef", string.ascii_letters + string.digits + "-_"
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # GA 36: no I, O
Maker = Callable[[str], str]  # the way of writing that was asked for → the value

random_ = random.Random(SEED)
WORDS: dict[str, list[str]] = {}
for _line in (Path(__file__).parent / "authored" / "words.txt").read_text("utf-8").splitlines():
    if not _line.startswith("#"):
        _name, _, _rest = _line.partition(" = ")
        WORDS[_name] = _rest.split("; ")


def pick(name: str) -> str:
    return random_.choice(WORDS[name])


def digits(count: int) -> str:
    return chars(string.digits, count)


def chars(alphabet: str, count: int) -> str:
    return "".join(random_.choice(alphabet) for _ in range(count))


def between(low: int, high: int) -> int:
    return random_.randint(low, high)


def groups(text: str, sizes: tuple[int, ...], mark: str = " ") -> str:
    """``text`` cut into pieces of these sizes, the last size again and again."""
    pieces, at = [], 0
    for size in [*sizes, *[sizes[-1]] * len(text)]:
        if at < len(text):
            pieces.append(text[at : at + size])
            at += size
    return mark.join(pieces)


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def luhn(body: str) -> str:
    """The check digit of ISO/IEC 7812-1 annex B."""
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(reversed(body)))
    return str(-total % 10)


def mod11_2(body: str) -> str:
    """The check character of ISO 7064 MOD 11-2, as GB 11643 uses it."""
    return "10X98765432"[sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(body)) % 11]


def date(first: int, last: int) -> tuple[int, int, int]:
    return between(first, last), between(1, 12), between(1, 28)


def citizen(region: str) -> str:
    body = region + "{}{:02}{:02}".format(*date(1948, 2012)) + f"{between(1, 999):03}"
    return body + mod11_2(body)


def card(_: str = "") -> str:
    prefix, length = pick("bin").split()
    body = prefix + digits(int(length) - 1 - len(prefix))
    return body + luhn(body)


def uscc(_: str) -> str:
    body = random_.choice(["91", "92", "93"]) + pick("region") + chars(USCC, 9)
    return body + USCC[-sum(USCC.index(char) * pow(3, at, 31) for at, char in enumerate(body)) % 31]


def iban(_: str) -> str:
    country, account = random_.choice(
        [
            ("DE", random_.choice(["37040044", "50010517", "10010010"]) + digits(10)),
            ("GB", random_.choice(["NWBK601613", "BARC200000"]) + digits(8)),
            ("NL", random_.choice(["ABNA", "INGB", "RABO"]) + _dutch()),
        ]
    )
    value = "".join(str(int(char, 36)) for char in account + country + "00")
    return f"{country}{98 - int(value) % 97:02}{account}"


def _dutch() -> str:
    """A Dutch account number passes the eleven test, which python-stdnum holds too."""
    while True:
        account = "0" + digits(9)
        if sum(int(digit) * (10 - at) for at, digit in enumerate(account)) % 11 == 0:
            return account


def hong_kong(_: str) -> str:
    letter, body = random_.choice("ABCDEGHKPRVYZ"), digits(6)
    total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(digit) * (7 - at) for at, digit in enumerate(body))
    return f"{letter}{body}({'0123456789A'[-total % 11]})"


def taiwan(_: str) -> str:
    letter = random_.choice("ABCDEFGH")
    body = random_.choice("12") + digits(7)
    area = ord(letter) - 55
    total = area // 10 + area % 10 * 9 + sum(int(digit) * (8 - at) for at, digit in enumerate(body))
    return f"{letter}{body}{-total % 10}"


def vin(_: str) -> str:
    letters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
    body = (
        random_.choice(["LSV", "LFV", "LGX", "LVS"])
        + chars(letters, 5)
        + "0"
        + random_.choice("CDEFGHJKLMN")
        + chars(PLATE[:8], 1)
        + digits(6)
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    check = sum(int(values.get(char, char)) * weight for char, weight in zip(body, weights, strict=True)) % 11
    return body[:8] + "0123456789X"[check] + body[9:]


def mobile(way: str) -> str:
    number = pick("mobile") + digits(8)
    country = random_.choice(["+86 ", "+86-", "+86", "0086 "])
    return {"s": groups(number, (3, 4)), "d": groups(number, (3, 4), "-"), "h": groups(number, (3, 8)), "c": country + number}.get(
        way, number
    )


def landline(way: str) -> str:
    start, length = pick("landline").split()
    area, first = start.split("-")
    number = first + digits(int(length) - 1)
    plain = f"{area}-{number}"
    return {"s": f"{area} {number}", "b": f"({area}){number}", "n": area + number, "i": f"+86 {area[1:]} {groups(number, (4,))}"}.get(
        way, plain
    )


def foreign(way: str) -> str:
    united = random_.choice(["415", "617", "312", "206", "503"]), f"{between(220, 899)}", digits(4)
    number = random_.choice(
        ["+1 {}-{}-{}".format(*united), "+1 ({}) {}-{}".format(*united), f"+44 7{between(400, 599)} {digits(6)}", f"+852 9{between(300, 799)} {digits(4)}", f"+65 9{between(100, 799)} {digits(4)}", f"+49 151 {between(20, 29)}{digits(6)}", f"+81 90-{between(1000, 9999)}-{digits(4)}"]
    )  # fmt: skip
    return re.sub(r"[^+\d]", "", number) if way == "t" else number


def plate(way: str) -> str:
    city = pick("platecity")
    tail = random_.choice(
        [
            digits(5),
            chars(PLATE, 1) + digits(4),
            digits(3) + chars(PLATE, 2),
            chars(PLATE, 2) + digits(3),
            "D" + digits(5),
            "F" + digits(5),
            digits(5) + "D",
        ]
    )
    return city + (random_.choice([" ", "·", " · "]) if way == "s" else random_.choice(["", "", "·"])) + tail  # fmt: skip


def passport(way: str) -> str:
    other = random_.choice([digits(9), chars("ABCXZ", 1) + digits(8)]) if way == "x" else ""
    return other or random_.choice(["E" + digits(8), "E" + chars("ABCDEFGHJK", 1) + digits(7), "G" + digits(8)])


def permit(way: str) -> str:
    home, taiwanese = random_.choice("HM") + digits(random_.choice([8, 10])), digits(8)
    return {"h": home, "t": taiwanese}.get(way) or random_.choice(["C" + digits(8), "C" + chars("ABCD", 1) + digits(7), home])


def address(way: str) -> str:
    area, road = pick("area"), f"{pick('road')}{between(1, 399)}号"
    room = f"{between(1, 28)}栋{between(1, 4)}单元{between(1, 28)}0{between(1, 6)}室"
    if way == "n":
        return f"{area}\n{road}{pick('estate')}\n{room}"
    return random_.choice(
        [area + road + room, area + pick("estate") + room, f"{area}{road}{pick('estate')}{between(1, 30)}号楼{between(1, 30)}0{between(1, 6)}", area + road, f"{pick('village')}{between(1, 12)}组{between(1, 99)}号", f"{pick('road')}{between(1, 399)}弄{between(1, 60)}号{between(1, 28)}0{between(1, 6)}室"]
    )  # fmt: skip


def english_address(_: str) -> str:
    return random_.choice(
        [f"{between(2, 4800)} {pick('street')}, Apt {between(1, 9)}{chars('ABCD', 1)}, {pick('ustown')}", f"{between(2, 180)} {pick('street')}, {pick('uktown')}", f"Room {between(1, 28)}0{between(1, 6)}, Building {between(1, 20)}, No. {between(1, 399)} {pick('romanroad')}, {pick('romancity')}"]
    )  # fmt: skip


def name(_: str) -> str:
    while True:
        whole = pick("surname") + pick("given")
        if whole not in FAMOUS:
            return whole


def secret(way: str) -> str:
    makers: dict[str, Callable[[], str]] = {
        "aws": lambda: "AKIA" + chars(UPPER + "234567", 16),
        "awssecret": lambda: chars(ALNUM + "+/", 39) + chars(ALNUM, 1),
        "gh": lambda: _checked("ghp_"),
        "npm": lambda: _checked("npm_"),
        "openai": lambda: random_.choice([f"sk-{chars(ALNUM, 20)}T3BlbkFJ{chars(ALNUM, 20)}", f"sk-proj-{chars(ALNUM, 74)}T3BlbkFJ{chars(ALNUM, 74)}"]),
        "slack": lambda: f"xoxb-{between(2, 9)}{digits(11)}-{between(2, 9)}{digits(12)}-{chars(ALNUM, 24)}",
        "stripe": lambda: "sk_live_" + chars(ALNUM, 24),
        "google": lambda: "AIza" + chars(BASE64, 34) + chars(ALNUM, 1),
        "gitlab": lambda: "glpat-" + chars(ALNUM, 20),
        "hf": lambda: "hf_" + chars(string.ascii_letters, 34),
        "ali": lambda: "LTAI5t" + chars(ALNUM, 18),
        "hex": lambda: chars(HEX, 32),
    }  # fmt: skip
    return makers[way or random_.choice(["aws", "gh", "openai", "slack", "stripe", "google", "gitlab", "ali"])]()


def _checked(prefix: str) -> str:
    """GitHub's form, taken over by npm: thirty characters, then their CRC-32 in base 62."""
    body, alphabet = chars(ALNUM, 30), string.digits + string.ascii_uppercase + string.ascii_lowercase
    number, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, at = divmod(number, 62)
        tail = alphabet[at] + tail
    return prefix + body + tail


def password(_: str) -> str:
    return random_.choice([chars(ALNUM, 4) + chars("!#_-", 1) + chars(string.ascii_lowercase, 3) + digits(3), pick("wechatname").strip("_") + chars("!#_", 1) + digits(4), chars(UPPER, 1) + chars(string.ascii_lowercase, 4) + "!" + digits(4) + chars(string.ascii_lowercase, 2)])  # fmt: skip


def jwt(_: str) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": digits(8), "iat": between(1_600_000_000, 1_800_000_000)})
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), chars(BASE64, 42) + "A"]
    )


def pem(_: str) -> str:
    kind = random_.choice(["RSA ", "EC ", "", "OPENSSH "])
    lines = "\n".join(chars(ALNUM + "+/", 64) for _ in range(between(3, 6)))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n{chars(ALNUM, 43)}=\n-----END {kind}PRIVATE KEY-----"


def birth(_: str) -> str:
    year, month, day = date(1950, 2004)
    return random_.choice([f"{year}年{month}月{day}日", f"{year}-{month:02}-{day:02}", f"{year}.{month:02}.{day:02}"])


def email(_: str) -> str:
    return pick("mailname") + random_.choice(["", digits(2), digits(4)]) + "@" + pick("mailhost")


SPANS: dict[str, tuple[str, Maker]] = {
    "id": ("id_card", lambda way: groups(citizen(pick("region")), {"s": (6, 8, 4), "g": (4,), "h": (6, 12)}.get(way, (18,)))),
    "card": ("bank_card", lambda way: groups(card(), (4,) if way in {"s", "d"} else (19,), "-" if way == "d" else " ")),
    "mobile": ("mobile", mobile),
    "land": ("landline", landline),
    "foreign": ("phone_foreign", foreign),
    "passport": ("passport", passport),
    "plate": ("plate", plate),
    "email": ("email", email),
    "ip": ("ip_address", lambda _: f"{pick('publicip')}.{between(1, 254)}.{between(1, 254)}"),
    "ip6": ("ip_address", lambda _: f"240e:{chars('123456789ab', 3)}:{chars(HEX[1:], 4)}:{chars(HEX[1:], 4)}::{chars(HEX[1:], 3)}"),
    "key": ("api_key", secret),
    "jwt": ("jwt", jwt),
    "pem": ("private_key", pem),
    "pw": ("password", password),
    "uscc": ("uscc", uscc),
    "addr": ("address", address),
    "addre": ("address", english_address),
    "name": ("name", name),
    "ename": ("name", lambda way: f"{pick({'m': 'mr', 'f': 'mrs'}.get(way, 'first'))} {pick('last')}"),
    "wechat": ("wechat", lambda _: pick("wechatname") + digits(between(2, 4))),
    "qq": ("qq", lambda _: str(between(1, 9)) + digits(between(6, 9))),
    "permit": ("travel_permit", permit),
    "resid": ("residence_permit", lambda _: citizen(random_.choice(["810000", "820000", "830000"]))),
    "hkid": ("hk_id", hong_kong),
    "twid": ("tw_id", taiwan),
    "iban": ("iban", lambda way: groups(iban(""), (4,) if way == "s" else (34,))),
    "ssn": ("us_ssn", lambda _: f"{between(101, 649)}-{between(11, 99)}-{between(1001, 9999)}"),
    "nino": ("uk_nino", lambda _: chars("ABCEHJ", 1) + chars("ABCEHJKLM", 1) + digits(6) + chars("ABCD", 1)),
    "birth": ("birth_date", birth),
    "birthe": ("birth_date", lambda _: "{2} {1} {0}".format(*((d := date(1950, 2004))[0], ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"][d[1] - 1], d[2]))),
    "mrn": ("medical_record", lambda _: random_.choice(["", "ZY"]) + digits(8)),
    "vin": ("vin", vin),
}  # fmt: skip
