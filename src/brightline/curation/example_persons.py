"""Sentences with personal data of nobody: what an example corpus plants to be found.

Numbers carry valid check digits, because a recogniser looks at them, and yet belong to no living person: identity cards
(GB 11643-1999, ISO 7064 MOD 11-2) of birth dates of 1901 to 1909; bank cards by Luhn's digit (ISO/IEC 7812-1, annex B);
vehicle plates, keys and addresses are drawn. E-mail ends in domains that nobody can own (RFC 2606).
"""

from __future__ import annotations

import random

__all__ = ["bank_card", "identity_card", "personal_sentence"]

_DIVISIONS = ("110101", "310101", "330102", "420102", "440103", "510104", "610102")  # GB/T 2260, districts of seven cities
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, 4.3
_CHECK = "10X98765432"
_SURNAMES = "赵钱孙李周吴郑王冯陈"
_GIVEN = ("一一", "二二", "三三", "四四", "五五")
_PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"  # GA 36-2018: no I and no O
_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def identity_card(chance: random.Random) -> str:
    """18 characters of a resident who would be over 115 years old."""
    birth = f"{chance.randint(1901, 1909)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    body = chance.choice(_DIVISIONS) + birth + f"{chance.randrange(1000):03d}"
    return body + _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def bank_card(chance: random.Random) -> str:
    """19 digits under a bank's prefix of debit cards."""
    body = "622202" + "".join(chance.choice("0123456789") for _ in range(12))
    doubled = (int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(body)))
    return body + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def personal_sentence(chance: random.Random) -> str:
    """One sentence with one or two findings, Chinese or English."""
    name = chance.choice(_SURNAMES) + chance.choice(_GIVEN)
    phone = f"1{chance.choice('3578')}{chance.randint(0, 9)}{chance.randrange(10**8):08d}"
    mail = f"person{chance.randrange(10**6)}@{chance.choice(('example.com', 'example.org'))}"
    plate = f"{chance.choice('京沪浙鄂粤川陕')}{chance.choice('ABCDE')}{''.join(chance.choice(_PLATE) for _ in range(5))}"
    key = "sk-" + "".join(chance.choice(_KEY) for _ in range(48))
    return chance.choice(
        (
            f"联系人{name}，电话{phone}。",
            f"身份证号{identity_card(chance)}已登记。",
            f"请汇至银行卡{bank_card(chance)}，户名{name}。",
            f"车牌{plate}停在门口。",
            f"来信请寄{mail}。",
            f"Write to {mail} or call +86 {phone}.",
            f"export OPENAI_API_KEY={key}",
        )
    )
