"""What only looks like personal data, as people meet it in tickets, logs and papers: drawn from the seed of ``make.py``.

Follows ``../README.md`` (what counts as a decoy). Imports nothing of ``brightline``. What has no form of its own (a sentence in which a word
looks like a name) stands in the phrasings themselves, between ``[[`` and ``||why]]``.
"""

from __future__ import annotations

import string
from collections.abc import Callable

from people import bank_card, one, pick
from stdnum import ean, isbn, luhn
from values import ALNUM, HEX, between, chars, citizen, digits, iban, mod11_2, random_


def other(right: str) -> str:
    """Another digit than this one."""
    return one([digit for digit in string.digits if digit != right])


def wrong_citizen() -> str:
    body = citizen(pick("regions"))[:17]
    return body + other(mod11_2(body))


def wrong_card() -> str:
    whole = bank_card("")
    return whole[:-1] + other(whole[-1])


def wrong_iban() -> str:
    whole = iban("")
    return whole[:2] + f"{(int(whole[2:4]) + between(1, 50)) % 97:02}" + whole[4:]


def luhn_order() -> str:
    body = one(["62", "88", "46"]) + digits(13)
    return body + luhn.calc_check_digit(body)


def book() -> str:
    body = one(["9787", "9780"]) + digits(8)
    whole = body + isbn.ean.calc_check_digit(body)
    return isbn.format(whole) if random_.random() < 0.5 else whole


def barcode() -> str:
    body = one(["690", "693", "697"]) + digits(9)
    return body + ean.calc_check_digit(body)


def private_ip() -> str:
    return one([f"10.{between(0, 254)}.{between(0, 254)}.{between(1, 254)}", f"192.168.{between(0, 254)}.{between(1, 254)}", f"172.{between(16, 31)}.{between(0, 254)}.{between(1, 254)}", f"100.{between(64, 127)}.{between(0, 254)}.{between(1, 254)}"])  # fmt: skip


def moment() -> str:
    return f"2026{between(1, 12):02}{between(1, 28):02}{between(0, 23):02}{between(0, 59):02}{between(0, 59):02}"


LOOK_ALIKES: dict[str, tuple[str, Callable[[], str]]] = {
    "badid": ("resident number with a wrong check digit", wrong_citizen),
    "badcard": ("card number with a wrong check digit", wrong_card),
    "badiban": ("IBAN with wrong check digits", wrong_iban),
    "order": ("order number", lambda: moment() + digits(between(4, 8))),
    "order11": ("order number like a telephone number", lambda: one(["13", "15", "18", "17"]) + digits(9)),
    "luhn": ("order number that passes Luhn", luhn_order),
    "parcel": ("parcel number", lambda: one([f"SF{digits(13)}", f"YT{digits(13)}", f"JDVC{digits(11)}", f"43{digits(13)}", f"776{digits(12)}", f"1Z{chars(string.ascii_uppercase + string.digits, 16)}"])),
    "invoice": ("invoice number", lambda: one([f"26{one(['44', '32', '31'])}2000{digits(12)}", digits(8), f"INV-2026-{digits(6)}"])),
    "serial": ("serial number", lambda: one([f"SN{digits(12)}", f"C02{chars(string.ascii_uppercase, 5)}{digits(4)}", digits(14), f"{chars(string.ascii_uppercase, 3)}-{digits(5)}-{digits(4)}"])),
    "isbn": ("book number", book),
    "ean": ("bar code", barcode),
    "hotline": ("service number", lambda: one([f"400-{between(600, 899)}-{digits(4)}", f"400{between(600, 899)}{digits(4)}", f"800-{between(810, 830)}-{digits(4)}", f"95{digits(3)}", "12345", "12306", "12315"])),
    "tollfree": ("service number", lambda: f"1-{one(['800', '888', '877'])}-{between(220, 899)}-{digits(4)}"),
    "group": ("QQ group", lambda: str(between(1, 9)) + digits(8)),
    "police": ("plate of police or army", lambda: one([f"{pick('cars')}{digits(4)}警", f"WJ{one('京粤苏浙')}{digits(4)}X", f"{one(['京', '沪', '粤'])}A{digits(4)}警"])),
    "lan": ("private IP address", private_ip),
    "doc": ("documentation IP address", lambda: one([f"192.0.2.{between(1, 254)}", f"198.51.100.{between(1, 254)}", f"203.0.113.{between(1, 254)}", f"2001:db8:{chars(HEX[1:], 3)}::{chars(HEX[1:], 2)}"])),
    "loop": ("reserved IP address", lambda: one(["127.0.0.1", "0.0.0.0", "255.255.255.0", "169.254.169.254", "224.0.0.251", "fe80::1", "255.255.255.255"])),  # noqa: S104 - a text, nothing binds to it
    "version": ("version number", lambda: f"{between(1, 130)}.{between(0, 20)}.{between(0, 9000)}.{between(0, 250)}"),
    "section": ("section number", lambda: f"{between(3, 9)}.{between(1, 9)}.{between(1, 9)}.{between(1, 9)}"),
    "oid": ("object identifier", lambda: f"1.3.6.1.4.1.{between(300, 60000)}.{between(1, 9)}.{between(1, 9)}"),
    "testcard": ("test card", lambda: one(["4242424242424242", "4111 1111 1111 1111", "5555555555554444", "378282246310005", "4000 0566 5566 5556"])),
    "docmail": ("mail at a reserved domain", lambda: f"{one(['alice', 'user1', 'admin', 'foo.bar', 'test'])}{one(['', digits(2)])}@{one(['example.com', 'example.org', 'mail.example.net'])}"),
    "git": ("address of a repository", lambda: f"git@{one(['github.com', 'gitlab.com', 'gitee.com'])}:{one(['acme', 'orchid-lab', 'tools'])}/{one(['web', 'infra', 'parser'])}.git"),
    "shell": ("user at a host", lambda: f"{one(['root', 'deploy', 'ubuntu', 'www-data'])}@{one(['web', 'db', 'node'])}-{between(1, 20):02}"),
    "asset": ("file name", lambda: f"{one(['icon', 'logo', 'banner', 'bg-hero'])}@{one('23')}x.{one(['png', 'webp'])}"),
    "package": ("package with its version", lambda: f"{one(['lodash', 'react', 'vite', 'typescript'])}@{between(1, 18)}.{between(0, 9)}.{between(0, 9)}"),
    "sha": ("hash", lambda: one([chars(HEX, 40), chars(HEX, 64), chars(HEX, 32), "sha256:" + chars(HEX, 64)])),
    "uuid": ("universally unique identifier", lambda: "-".join(chars(HEX, size) for size in (8, 4)) + f"-4{chars(HEX, 3)}-a{chars(HEX, 3)}-" + chars(HEX, 12)),
    "standin": ("stand-in for a key", lambda: one(["AKIAIOSFODNN7EXAMPLE", "sk-" + "x" * 32, "your-api-key-here", "YOUR_API_KEY", "<your-token>", "ghp_" + "x" * 36, "${API_KEY}", "sk-..."])),
    "stars": ("masked secret", lambda: one(["********", "••••••••", "xxxxxxxx", "<hidden>", "[REDACTED]"])),
    "money": ("amount", lambda: f"{between(11, 189)}{digits(between(7, 9))}"),
    "stamp": ("time", lambda: one([f"17{digits(8)}", f"17{digits(11)}", moment()])),
    "nullmac": ("broadcast or empty MAC address", lambda: one(["FF:FF:FF:FF:FF:FF", "00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff"])),
    "ratio": ("measured values", lambda: f"0.{digits(6)}, 0.{digits(6)}"),
    "date": ("date that is nobody's birth", lambda: f"20{between(19, 26)}-{between(1, 12):02}-{between(1, 28):02}"),
    "zhdate": ("date that is nobody's birth", lambda: f"20{between(19, 26)}年{between(1, 12)}月{between(1, 28)}日"),
    "memory": ("memory address", lambda: "0x" + chars(HEX, between(8, 12))),
    "doi": ("digital object identifier", lambda: f"10.{between(1000, 9999)}/{one(['j.cell', 's41586', 'nature'])}.20{between(18, 26)}.{digits(6)}"),
    "masked": ("masked number", lambda: one([f"1{between(30, 99)}****{digits(4)}", f"{pick('bins')[:4]} **** **** {digits(4)}", f"{pick('regions')}********{digits(4)}"])),
    "hs": ("goods, tender or file number", lambda: one([f"ZB2026{digits(7)}", f"国药准字H{digits(8)}", f"ZL20{between(15, 25)}1{digits(7)}.{digits(1)}", f"京ICP备{digits(8)}号"])),
    "random": ("nonce", lambda: chars(ALNUM, between(10, 14))),
}  # fmt: skip
