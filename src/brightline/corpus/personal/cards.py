"""Bank cards, international bank accounts and device numbers: digits with a check digit of Luhn or ISO 7064.

One number in ten passes Luhn by chance, so a card also needs an issuer's prefix that is in use (``data/bins.csv``) or a network's range
(``data/networks.csv``) with a word near it that says so. Numbers that are called orders, parcels or invoices are none. The test numbers
that networks publish are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from brightline.corpus.personal.context import says
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.numbers import Number
from brightline.corpus.personal.otherwise import is_called_otherwise
from brightline.corpus.personal.tables import card_prefixes, network_of

__all__ = ["bank_accounts", "card", "device"]

CARD_WORDS = r"银行卡|銀行卡|卡号|卡號|借记卡|储蓄卡|信用卡|贷记卡|工资卡|收款账|付款账|打款|汇款|转账|账号|帐号|賬號|开户行|持卡人|bank[ _-]?card|card[ _-]?(?:no|num)|credit[ _-]?card|debit[ _-]?card|visa|master ?card|unionpay|银联|pay(?:ment)?[ _-]?card|account[ _-]?(?:no|num)|amex|american express|payment|charge|expir|(?<![a-z])exp(?![a-z])|cvv|有效期|刷卡|行卡|的卡|张卡|主卡|副卡|账户|帳戶|收款|付款|还款|扣款"
_TEST_CARDS = frozenset({"4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005", "371449635398431", "6011111111111117", "3530111333300000", "30569309025904"})  # fmt: skip
_GROUPINGS = frozenset(
    {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (6, 13), (4, 6, 5), (6, 6, 6, 1), (4, 6, 4), (6, 10)}
)
_IBAN = re.compile(r"(?:(?<![0-9A-Za-z])|(?<=IBAN))[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])")
_OTHER_IBAN = re.compile(  # in small letters, with other signs or other groups (of a branch and an account): only as a whole
    r"(?:(?<![0-9A-Za-z])|(?<=IBAN))[A-Z] ?[A-Z](?:[ .\n-]{0,2}[0-9]){2}(?:[ .\n-]{0,2}[0-9A-Z]){11,30}(?![0-9A-Za-z])", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[ .\n-]")
_DEVICE_WORDS = r"IMEI|MEID|串号|串號|手机序列号|设备号|设备标识"


def card(text: str, number: Number) -> Found | None:
    """A bank card of 14–19 digits."""
    digits = number.digits
    if not 14 <= len(digits) <= 19 or not digits.isdecimal() or not luhn.is_valid(digits) or digits in _TEST_CARDS:
        return None
    if not number.whole and number.groups not in _GROUPINGS and set(number.groups) != {1}:
        return None
    issued = _issued(digits)
    if (not issued and not network_of(digits)) or len(set(digits)) < 4:
        return None
    near = says(CARD_WORDS, text, number.start, number.end)
    if is_called_otherwise(text, number.start, CARD_WORDS) or _in_longer_code(text, number):
        return None
    proof = "luhn+bin" if issued else "luhn+network"
    if near:
        return Found("personal.bank_card", number.start, number.end, proof + "+context", 0.95)
    if issued or number.groups in _GROUPINGS:
        return Found("personal.bank_card", number.start, number.end, proof, 0.75)
    return None


def _issued(digits: str) -> bool:
    prefixes = card_prefixes()
    for length in (10, 9, 8, 7, 6):
        prefix = prefixes.get(digits[:length])
        if prefix is not None and (len(digits) in prefix.lengths or (not prefix.lengths and network_of(digits))):
            return True
    return False


def _in_longer_code(text: str, number: Number) -> bool:
    """Letters of a code on either side: a hash, a file name, a number with a prefix."""
    left, right = text[max(0, number.start - 1) : number.start], text[number.end : number.end + 1]
    return any(side.isascii() and (side.isalnum() or side in "_%") for side in (left, right) if side) or left == "."


def device(text: str, number: Number) -> Found | None:
    """The identity of a mobile device: 15 digits, Luhn (3GPP TS 23.003, annex B), and a word that says so."""
    if len(number.digits) != 15 or not luhn.is_valid(number.digits) or not says(_DEVICE_WORDS, text, number.start, number.end, 24):
        return None
    return Found("personal.imei", number.start, number.end, "luhn+context", 0.9)


def bank_accounts(text: str, focus: int = 0) -> Iterator[Found]:
    """International bank account numbers (ISO 13616): country, its length, and the check of ISO 7064 MOD 97-10."""
    for match in _IBAN.finditer(text, focus):
        code = match.group()
        while code and not iban.is_valid(code, check_country=False):
            code = code.rpartition(" ")[0]  # the next word was taken for a group
        if code:
            yield Found("personal.iban", match.start(), match.start() + len(code), "iban", 0.95)
    for match in _OTHER_IBAN.finditer(text, focus):
        end = _end_of_account(match.group())
        if end:
            yield Found("personal.iban", match.start(), match.start() + end, "iban", 0.9)


def _end_of_account(written: str) -> int:
    """Where an account number ends that the country's length tells and the check proves; 0: it is none. What follows it may be a word."""
    code = _SEPARATORS.sub("", written)
    for length in range(min(len(code), 34), 14, -1):  # ISO 13616: the shortest in use is Norway's, the longest allowed has 34 signs
        if iban.is_valid(code[:length], check_country=False):
            places = [place for place, sign in enumerate(written) if not _SEPARATORS.match(sign)]
            end = places[length - 1] + 1
            return end if not written[end : end + 1].isalnum() else 0
    return 0
