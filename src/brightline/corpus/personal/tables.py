"""The tables beside the rules, read once and checked: card prefixes and networks, divisions, surnames, given names, keys, foreign numbers.

Each row names its source; a row that cannot be used is ``CorpusError`` BL-CORPUS-081 with file and line. They are reference figures,
not personal data: no table holds anybody's number, and no list of real people ships.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeVar

from brightline.corpus.errors import CorpusError

__all__ = ["CardPrefix", "Divisions", "ForeignNumber", "card_prefixes", "divisions", "foreign_numbers", "given_characters", "given_names", "key_patterns", "network_of", "not_names", "rows_of", "surnames"]  # fmt: skip

Row = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CardPrefix:
    """``lengths`` of the numbers that a bank issues under a prefix; empty if the source does not say."""

    lengths: frozenset[int]


@dataclass(frozen=True, slots=True)
class ForeignNumber:
    """``validator``: a module of python-stdnum. ``context``: words of which one has to stand near; empty if the check is strong."""

    validator: str
    pattern: re.Pattern[str]
    context: str


@dataclass(frozen=True, slots=True)
class Divisions:
    """``names``: provinces and cities as an alternation, longest first, in full or short. ``provinces``: the first two digits in use."""

    names: str
    provinces: frozenset[str]


def rows_of(text: str, name: str, read: Callable[[Row], T]) -> Iterator[T]:
    """Each row of a CSV text, read; errors name file and line."""
    for row in (rows := csv.DictReader(text.splitlines())):
        try:
            if None in row or None in row.values() or not row["source"]:
                raise ValueError("a column or the source is missing")
            yield read(row)
        except (ValueError, KeyError, re.error) as problem:
            raise CorpusError("BL-CORPUS-081", f"{name}:{rows.line_num}: {problem}", "correct the row") from problem


def _table(name: str, read: Callable[[Row], T]) -> Iterator[T]:
    return rows_of(resources.files("brightline.corpus.personal").joinpath("data", name).read_text("utf-8"), name, read)


def _lengths(row: Row) -> frozenset[int]:
    return frozenset(int(length) for length in row["lengths"].split(";") if length)


@cache
def card_prefixes() -> Mapping[str, CardPrefix]:
    """Issuer identification numbers of Chinese banks, six digits and more (``data/bins.csv``)."""

    def read(row: Row) -> tuple[str, CardPrefix]:
        if not row["prefix"].isdecimal() or len(row["prefix"]) < 6:
            raise ValueError(f"{row['prefix']!r} is no prefix of six digits or more")
        return row["prefix"], CardPrefix(_lengths(row))

    return dict(_table("bins.csv", read))


@cache
def _networks() -> tuple[tuple[str, str, frozenset[int]], ...]:
    def read(row: Row) -> tuple[str, str, frozenset[int]]:
        if len(row["first"]) != len(row["last"]) or row["first"] > row["last"]:
            raise ValueError("first and last are no range of prefixes")
        return row["first"], row["last"], _lengths(row)

    return tuple(_table("networks.csv", read))


def network_of(digits: str) -> bool:
    """Does a network of cards issue numbers that begin like this and are as long (``data/networks.csv``)?"""
    return any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _networks())


@cache
def divisions() -> Divisions:
    """Provinces and cities (``data/divisions.csv``)."""
    rows = list(_table("divisions.csv", lambda row: (row["code"], row["name"], row["short"], int(row["level"]))))
    names = {name for _, full, short, _ in rows for name in (full, short) if len(name) >= 2}
    firsts = "".join(sorted({name[0] for name in names}))  # one class instead of all names where none begins
    alternation = f"(?=[{firsts}])(?:" + "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))) + ")"
    return Divisions(alternation, frozenset(code for code, _, _, level in rows if level == 1))


@cache
def surnames() -> Mapping[str, str]:
    """Chinese surnames → ``common``, ``rare`` or ``double`` (``data/surnames.csv``)."""

    def read(row: Row) -> tuple[str, str]:
        if row["kind"] not in ("common", "rare", "double"):
            raise ValueError(f"{row['kind']!r} is none of common, rare, double")
        return row["surname"], row["kind"]

    return dict(_table("surnames.csv", read))


@cache
def not_names() -> frozenset[str]:
    """Words that begin like a Chinese surname: ordinary ones (``data/not_names.csv``) and provinces and cities (石家庄, 宁波)."""
    places = frozenset(_table("divisions.csv", lambda row: row["short"]))
    return places.union(_table("not_names.csv", lambda row: row["word"]))


@cache
def given_characters() -> Mapping[str, float]:
    """Characters of Chinese given names: how much more frequent they are there than in ordinary text, as a decimal logarithm
    (``data/given_characters.csv``)."""
    return dict(_table("given_characters.csv", lambda row: (row["character"], float(row["weight"]))))


@cache
def given_names() -> frozenset[str]:
    """Given names in Latin letters (``data/given_names.csv``)."""
    return frozenset(_table("given_names.csv", lambda row: row["name"]))


@cache
def key_patterns() -> tuple[tuple[str, str], ...]:
    """Issuer and shape of keys (``data/keys.csv``)."""

    def read(row: Row) -> tuple[str, str]:
        re.compile(row["pattern"])
        return row["issuer"], row["pattern"]

    return tuple(_table("keys.csv", read))


@cache
def foreign_numbers() -> tuple[ForeignNumber, ...]:
    """Identity numbers of other countries that python-stdnum can check (``data/national_ids.csv``)."""

    def read(row: Row) -> ForeignNumber:
        bounded = rf"(?<![0-9A-Za-z.-]){row['pattern']}(?![0-9A-Za-z]|[.-][0-9])"
        return ForeignNumber(row["validator"], re.compile(bounded), row["context"])

    return tuple(_table("national_ids.csv", read))
