"""Invented numbers with right check digits: nobody's, made from a seed."""

from __future__ import annotations

import random

from stdnum import iban, luhn
from stdnum.cn import ric, uscc

from brightline.corpus.personal.identity import hong_kong_digit, taiwan_digit
from brightline.corpus.personal.vehicles import vehicle_digit

DIVISIONS = ("110105", "310104", "440106", "330106", "510104", "420106", "320102", "610103")


def id_card(rng: random.Random, prefix: str = "") -> str:
    body = (
        prefix or rng.choice(DIVISIONS)
    ) + f"{rng.randint(1950, 2012)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(1, 999):03}"
    return body + ric.calc_check_digit(body + "0")


def wrong_id_card(rng: random.Random) -> str:
    right = id_card(rng)
    return right[:-1] + ("1" if right[-1] != "1" else "2")


def bank_card(rng: random.Random, prefix: str = "622202", length: int = 19) -> str:
    body = prefix + "".join(str(rng.randint(0, 9)) for _ in range(length - len(prefix) - 1))
    return body + luhn.calc_check_digit(body)


def wrong_bank_card(rng: random.Random) -> str:
    right = bank_card(rng)
    return right[:-1] + str((int(right[-1]) + 1) % 10)


def mobile(rng: random.Random) -> str:
    return rng.choice(("138", "139", "150", "186", "177", "199", "135", "158")) + "".join(str(rng.randint(0, 9)) for _ in range(8))


def hong_kong_id(rng: random.Random) -> str:
    body = rng.choice("ABCDEGHKMPRVYZ") + f"{rng.randint(100000, 999999)}"
    return f"{body}({hong_kong_digit(body)})"


def taiwan_id(rng: random.Random) -> str:
    body = rng.choice("ABCDEFGHJKLMNPQRSTUVXYWZIO") + rng.choice("12") + f"{rng.randint(0, 9999999):07}"
    return body + taiwan_digit(body)


def vehicle_number(rng: random.Random) -> str:
    body = (
        "LSVA"
        + "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(4))
        + "0"
        + "K"
        + rng.choice("ABCDEFG")
        + f"{rng.randint(0, 999999):06}"
    )
    return body[:8] + vehicle_digit(body) + body[9:]


def device(rng: random.Random) -> str:
    body = "8661230" + f"{rng.randint(0, 9999999):07}"
    return body + luhn.calc_check_digit(body)


def british_account(rng: random.Random) -> str:
    body = "WEST" + f"{rng.randint(0, 10**14 - 1):014}"
    return "GB" + iban.calc_check_digits("GB00" + body) + body


def credit_code(rng: random.Random) -> str:
    body = "91" + rng.choice(DIVISIONS) + "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
    return body + uscc.calc_check_digit(body)


def signs(rng: random.Random, many: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") -> str:
    return "".join(rng.choice(alphabet) for _ in range(many))
