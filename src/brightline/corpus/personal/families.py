"""What is looked for together: for each family of detectors the traces (google-re2, linear time) that lead to it, and how far around them.

A trace is necessary, not sufficient: where none of a family's stands, its detectors would find nothing. So only small pieces of a corpus
are ever looked at closely (Chinese names are no family: ``people`` looks at all characters). ``tests/corpus/personal/test_families.py`` holds traces and detectors together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2

from brightline.corpus.personal import (
    accounts,
    addresses,
    births,
    cards,
    chinese_names,
    credentials,
    foreign,
    identity,
    latin_names,
    name_words,
    network,
    phones,
    places,
    speech,
    vehicles,
)
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import Which
from brightline.corpus.personal.numbers import numbers_in

__all__ = ["ESCAPES", "FAMILIES", "Family", "options", "trace"]

Detect = Callable[[str, int], Iterator[Found]]
"""Reads a view and gives what it finds from a place on; what stands before is context only."""

_D = "[0-9０-９①-⑨⓪⑴-⑼⒈-⒐❶-❾➀-➈➊-➒⓿⓵-⓽₀-₉𝟎-𝟿]"
_GAP = r"[ \-.·_/　－—–‐‑−．／\x{a0}\x{2000}-\x{200f}\x{ad}\x{2060}\x{feff}]"
_SPELT = "[0-9零〇○幺一壹二贰两三叁四肆五伍六陆七柒拐八捌九玖勾洞]"
_MARKUP = r"(?:</?[A-Za-z][^<>]*>|&#?[0-9A-Za-z]{1,8};)"
_HAN = r"[\x{4e00}-\x{9fff}]"
_APART = rf"{_HAN}[ 　]{_HAN}[ 　]{{0,2}}[:：]|[:：][ 　]{{0,2}}{_HAN}[ 　]{_HAN}(?:[^\x{{4e00}}-\x{{9fff}}]|$)"
_LETTER = "[A-Za-zＡ-Ｚａ-ｚ]"


_HEADINGS = (  # of fields: "passport_no" may be written "Passport No"
    r"姓\s{0,4}名|名字|联系人|收[件货]人|患者(?:姓名)?|客户(?:姓名)?|员工(?:姓名)?|学生(?:姓名)?|持卡人|户主|负责人|(?:full ?)?name|patient|customer|employee|contact"
    rf"|{accounts.COLUMNS}|{births.COLUMNS}|{credentials.COLUMNS}|{addresses.COLUMNS}|{identity.COLUMNS}|{foreign.COLUMNS}|{places.COLUMNS}"
).replace("_?", "[ _-]?")


@dataclass(frozen=True, slots=True)
class Family:
    """``traces``: an expression of google-re2 over UTF-8. ``before``/``behind``: bytes around a trace that detectors get to
    see; ``lead``: how many bytes before it what they find may begin. ``group``: families whose traces are searched for by one
    automaton (``traces``); "": it would be too large or match too often, so this one has its own."""

    name: str
    traces: str
    before: int
    behind: int
    lead: int
    detect: Detect
    group: str = ""


def _numbers(text: str, focus: int) -> Iterator[Found]:
    for number in numbers_in(text, focus):
        for detector in (identity.number_identity, phones.number_phone, cards.card, cards.device):
            found = detector(text, number)
            if found:
                yield found
    yield from phones.written_phones(text, focus)


def _codes(text: str, focus: int) -> Iterator[Found]:
    yield from cards.bank_accounts(text, focus)
    yield from vehicles.vehicle_numbers(text, focus)
    yield from accounts.organisations(text, focus)


def _network(text: str, focus: int) -> Iterator[Found]:
    yield from network.emails(text, focus)
    yield from network.ip_addresses(text, focus)
    yield from network.network_cards(text, focus)


def _credentials(text: str, focus: int) -> Iterator[Found]:
    yield from credentials.keys(text, focus)
    yield from credentials.passwords(text, focus)


def _labels(text: str, focus: int) -> Iterator[Found]:
    yield from accounts.labelled(text, focus)
    yield from births.births(text, focus)
    yield from places.coordinates(text, focus)


_IN_COLUMNS: tuple[tuple[str, Detect], ...] = (  # what heads their columns
    (name_words.COLUMN, chinese_names.chinese_names_in_columns),
    (name_words.COLUMN, latin_names.latin_names_in_columns),
    (accounts.COLUMNS, accounts.accounts_in_columns),
    (births.COLUMNS, births.births_in_columns),
    (credentials.COLUMNS, credentials.passwords_in_columns),
    (addresses.COLUMNS, addresses.addresses_in_columns),
    (identity.COLUMNS, identity.codes_in_columns),
    (foreign.COLUMNS, foreign.foreign_in_columns),
    (places.COLUMNS, places.coordinates_in_columns),
)
_HEADED = Which([heading.replace("_?", "[^0-9A-Za-z]{0,3}") for heading, _ in _IN_COLUMNS], re.IGNORECASE)  # a few signs between words


def _columns(text: str, focus: int) -> Iterator[Found]:
    for number in _HEADED.of(text):
        if number == 0 and text.isascii():
            continue  # no Chinese name
        yield from _IN_COLUMNS[number][1](text, focus)


def _places(text: str, focus: int) -> Iterator[Found]:
    yield from addresses.chinese_addresses(text, focus)
    yield from addresses.english_addresses(text, focus)


FAMILIES: tuple[Family, ...] = (
    Family("numbers", rf"{_D}(?:(?:{_GAP}|[()（）+]|{_MARKUP}){{0,3}}{_D}){{6}}|{_SPELT}(?:[ -]?{_SPELT}){{10}}", 360, 160, 48, _numbers),
    Family(
        "papers",
        identity.TRACES,
        360,
        360,
        120,
        identity.code_identities,
        group="rare",
    ),
    Family(
        "codes",
        rf"[A-Z]{{2}}[0-9]{{2}} ?[A-Z0-9]{{4}} ?[A-Z0-9]{{4}} ?[A-Z0-9]{{3}}|(?i:iban|\bRIB\b)|\b[A-Z]{{2}}[0-9]{{2}}[ .-][0-9A-Z]{{4}}[ .-][0-9A-Z]{{4}}|[159ANY] ?[1-9](?:[ -]{{0,2}}[0-9]){{6}}[ -]{{1,2}}[0-9A-Z](?:[ -]{{0,2}}[0-9A-Z]){{9}}|[159ANY１５９]{_D}{{7}}[0-9A-Z０-９Ａ-Ｚ]{{10}}|VIN|(?i:chassis|vehicle id)|车架|車架|识别代|识别码|大架号",
        120,
        200,
        60,
        _codes,
        group="rare",
    ),
    Family("foreign numbers", foreign.foreign_signs(), 200, 200, 60, foreign.foreign_identities),
    Family(
        "network",
        r"[@＠﹫]|%40|(?i)[\[({<（【「] ?at ?[\])}>）】」]|(?i:[a-z0-9] at [a-z0-9.-]{1,40}(?: dot |\s?点|\.))|艾特|圈a|[0-9A-Za-z_]#(?:qq|163|126|gmail|sina|foxmail|outlook|hotmail)|&#(?:64|x40);|&commat;|"
        r"[0-9０-９]{1,3}[.．][0-9０-９]{1,3}[.．][0-9０-９]{1,3}[.．][0-9０-９]|(?i:[0-9a-f]{1,4}::?[0-9a-f]{1,4}::?[0-9a-f])|(?i:(?:[0-9a-f]{2}-){3}[0-9a-f]{2}-)|(?i:[0-9a-f]{4}\.[0-9a-f]{4}\.)",
        160,
        200,
        110,
        _network,
    ),
    Family(
        "credentials",
        credentials.TRACES,
        400,
        700,
        64,
        _credentials,
    ),
    Family("tokens", r"eyJ[0-9A-Za-z_-]{8,}\.eyJ", 8, 10100, 0, credentials.tokens),
    Family("private keys", "-----BEGIN [A-Z0-9 ]*PRIVATE KEY", 8, 16000, 0, credentials.private_keys),
    Family(
        "labels",
        f"(?i){accounts.TRACES}|{births.TRACES}|{places.TRACES}",
        200,
        200,
        90,
        _labels,
    ),
    Family(
        "latin people",
        rf"(?:姓\s{{0,4}}名|名字|联系人|收件人|寄件人|客户|患者|收货人|申请人)[\"'<> ]{{0,4}}[:：=|\t]|\b(?i:{latin_names.LABELS})[\"')\]]{{0,2}}(?:(?: ?[:=|\t,!]|\s)[\s\"'>*]{{0,4}}|</?[a-z][^<>]*>\s{{0,4}}){{1,3}}[A-Z][a-zA-Z'-]+[,. ]|(?i:my name is|my name's|\bi am|\bi'm|this is|i, |speaking with|spoke (?:to|with)|\bmeet) [A-Z][a-z]+ [A-Z]|\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Nurse|Officer|Judge)\.? [A-Z]|[A-Z][a-z]+ [A-Z][a-z'-]+ ?[<(\[][A-Za-z0-9._%+-]{{1,40}}@|[\[(]?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?[\])]? [A-Z][a-z]+ [A-Z][a-z]+ ?:",
        60,
        90,
        16,
        latin_names.latin_names,
    ),
    Family(
        "places",
        addresses.TRACES,
        150,
        200,
        150,
        _places,
        group="rare",
    ),
    Family(
        "columns",  # the heading of a table: what stands under it may be far away
        rf"(?i)[|\t,(\"'`][ *\"'`]{{0,4}}(?:{_HEADINGS})[ *\"'`]{{0,4}}(?:[|\t,<)\r\n]|  )|(?:[>\n\x00]|  |^)[ *\"'`]{{0,4}}(?:{_HEADINGS})[ *\"'`]{{0,4}}(?:[|\t,<]|  )",
        400,
        8000,
        0,
        _columns,
    ),
    Family("speech", speech.TRACES, 160, 200, 48, speech.spoken, group="rare"),
    Family("places in print", _APART, 90, 300, 90, _places, group="rare"),
    Family("labels in print", _APART, 90, 200, 90, _labels, group="rare"),
    Family(
        "plates", rf"[{vehicles.PROVINCES}][ 　]?{_LETTER}[ ·•.．-]{{0,3}}[0-9A-Za-z０-９Ａ-Ｚ]", 160, 80, 8, vehicles.plates, group="rare"
    ),
)

ESCAPES = r"\x{20e3}[0-9]|\\u[0-9A-Fa-f]{4}|&#[0-9]{1,6};|&#[xX][0-9A-Fa-f]{1,5};"
"""Documents with these are looked at as a whole: what they hide has no traces."""


@cache
def trace(expression: str) -> Any:
    """The expression, compiled for bytes in UTF-8."""
    return re2.compile(expression.encode(), options())


def options() -> Any:
    """How traces are compiled."""
    chosen = re2.Options()
    chosen.never_capture = True
    chosen.max_mem = (
        128 << 20
    )  # bytes for its automata: the alternatives over CJK have many states; half of it is as fast, a quarter is not
    return chosen
