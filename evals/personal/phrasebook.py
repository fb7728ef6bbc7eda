"""From phrasings to proved items: what ``third/make.py`` and ``fourth/make.py`` have in common.

Follows ``README.md`` (what counts). A line of a phrasing file is ``language shape,shape | text``; in the text ``{kind.way}`` is personal data,
``{!kind}`` and ``[[text||why]]`` are look-alikes. Each author brings values and words of their own; here is only what puts them in place and
proves them with other people's code (python-stdnum, phonenumbers, ipaddress). The same lines give the same bytes. It imports nothing of
``brightline``: no detector may decide what stands in a set.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import phonenumbers
from stdnum import iban, luhn
from stdnum.cn import ric
from stdnum.cn import uscc as credit_code
from stdnum.us import ssn
from values import random_, wide

SHAPES = {"plain", "spaced", "fullwidth", "json", "html", "table", "code", "chat", "ocr"}
MARK = re.compile(r"\{(!?)([a-z][a-z0-9]*)(?:\.([a-z0-9]+))?\}|\[\[(.+?)\|\|(.+?)\]\]")
SPOKEN = str.maketrans("零〇幺一二两三四五六七八九", "0011223456789")
Item = dict[str, Any]


class Phrasing(NamedTuple):
    place: str
    lang: str
    shapes: list[str]
    text: str


class Author(NamedTuple):
    """Whose set it is: where it lies, what its marks stand for, and how often a phrasing may be used."""

    name: str
    folder: Path
    people: Mapping[str, tuple[str, Callable[[str], str]]]
    look_alikes: Mapping[str, tuple[str, Callable[[], str]]]
    shapes: set[str]
    seed: int
    rounds: int


def phrasings(author: Author) -> Iterator[Phrasing]:
    """All phrasings; raises ValueError with file and line of one that cannot be read."""
    for path in sorted((author.folder / "phrasings").glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line and not line.startswith("#"):
                head, bar, text = line.partition(" | ")
                lang, _, shapes = head.partition(" ")
                wanted = shapes.split(",")
                kinds = [(author.look_alikes if bang else author.people, kind) for bang, kind, *_ in MARK.findall(text) if kind]
                if not bar or lang not in {"zh", "en", "mixed"} or not set(wanted) <= author.shapes or any(kind not in known for known, kind in kinds):  # fmt: skip
                    raise ValueError(f"{path.name}:{number}: language, shape or kind is unknown")
                yield Phrasing(f"{path.stem}:{number}", lang, wanted, text.replace("\\n", "\n").replace("\\t", "\t"))


def item(author: Author, phrasing: Phrasing, shape: str) -> Item:
    """One item: the phrasing with values of its shape."""
    text, at = "", 0
    spans: list[list[Any]] = []
    decoys: list[list[Any]] = []
    for match in MARK.finditer(phrasing.text):
        bang, kind, way, literal, why = match.groups()
        text += phrasing.text[at : match.start()]
        at = match.end()
        if literal:
            value, label, kept = literal, why, decoys
        elif bang:
            label, draw = author.look_alikes[kind]
            value, kept = draw(), decoys
        else:
            rule, make = author.people[kind]
            value, label, kept = make(way or ("s" if shape == "spaced" else "")), f"personal.{rule}", spans
        value = wide(value) if shape == "fullwidth" else value
        kept.append([len(text), len(text) + len(value), label])
        text += value
    return {"text": text + phrasing.text[at:], "lang": phrasing.lang, "spans": spans, "decoys": decoys, "shape": shape, "author": author.name, "phrasing": phrasing.place}  # fmt: skip


def items(author: Author, lines: Sequence[Phrasing]) -> list[Item]:
    """Every phrasing up to ``rounds`` times; once where nothing in it varies."""
    random_.seed(author.seed)
    seen: dict[str, Item] = {}
    for phrasing in lines:
        for turn in range(author.rounds):
            row = item(author, phrasing, phrasing.shapes[turn % len(phrasing.shapes)])
            seen.setdefault(row["text"], row)
    return list(seen.values())


def is_public(value: str) -> bool:
    return ipaddress.ip_address(value).is_global


def is_chinese(value: str) -> bool:
    """A number of China's plan that phonenumbers holds to be in use."""
    return phonenumbers.is_valid_number(phonenumbers.parse(value, "CN"))


def vin_is_valid(value: str) -> bool:
    """The check digit of 49 CFR 565, the ninth of the seventeen."""
    worth = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True))
    total = sum(worth[char] * weight for char, weight in zip(value, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    return "0123456789X"[total % 11] == value[8]


PROOFS: dict[str, Callable[[str], Any]] = {
    "personal.id_card": ric.is_valid,
    "personal.bank_card": luhn.is_valid,
    "personal.iban": iban.is_valid,
    "personal.imei": luhn.is_valid,
    "personal.vin": vin_is_valid,
    "personal.ip_address": is_public,
    "personal.mobile": is_chinese,
    "personal.landline": is_chinese,
    "personal.us_ssn": ssn.is_valid,
    "personal.uscc": credit_code.is_valid,
}


def faults(row: Item) -> Iterator[str]:
    """What is claimed of an item and is not so."""
    where, last = f"{row['phrasing']}: {row['text']!r}", 0
    for start, end, rule in sorted(row["spans"] + row["decoys"]):
        if not last <= start < end <= len(row["text"]):
            yield f"{where}: labels overlap or lie outside"
        value = unicodedata.normalize("NFKC", row["text"][start:end])
        if value != value.strip():
            yield f"{where}: {value!r} has space around it"
        bare = re.sub(r"[\s-]", "", value).translate(SPOKEN)
        proof = PROOFS.get(rule)
        if proof and not proof(value if rule == "personal.landline" else bare):
            yield f"{where}: {value!r} is no {rule}"
        if rule.startswith("resident number") and ric.is_valid(bare):
            yield f"{where}: {value!r} has a right check digit"
        if rule.startswith("card number with a wrong") and luhn.is_valid(bare):
            yield f"{where}: {value!r} has a right check digit"
        last = end
    rest = "".join("\0" if any(start <= at < end for start, end, _ in row["spans"] + row["decoys"]) else char for at, char in enumerate(row["text"]))  # fmt: skip
    for number in re.findall(r"\d{7,}|[\w.]+@[\w.]+", unicodedata.normalize("NFKC", rest)):
        yield f"{where}: {number!r} has no label"


def with_spans(lines: Sequence[Phrasing]) -> int:
    return sum(any(not bang and kind for bang, kind, *_ in MARK.findall(line.text)) for line in lines)


def with_decoys(lines: Sequence[Phrasing]) -> int:
    return sum(any(bang or literal for bang, _, _, literal, _ in MARK.findall(line.text)) for line in lines)


def short_of(asked: Mapping[str, tuple[int, int]], lines: Sequence[Phrasing]) -> Iterator[str]:
    """What was asked of the whole set (have, want) and is not there; phrasings that stand twice."""
    yield from (f"{have} {what}, wanted {want}" for what, (have, want) in asked.items() if have < want)
    twice = Counter(line.text for line in lines)
    yield from (f"a phrasing stands twice: {text}" for text, count in twice.items() if count > 1)


def run(author: Author, shortages: Callable[[Sequence[Phrasing], Sequence[Item]], Iterator[str]], about: str | None) -> int:
    """The command line of a set: write ``items.jsonl`` or compare with it (``--check``); 1 if anything claimed is not so."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is there")
    options = parser.parse_args()
    lines = list(phrasings(author))
    rows = items(author, lines)
    wrong = [*(fault for row in rows for fault in faults(row)), *shortages(lines, rows)]
    written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    target = author.folder / "items.jsonl"
    if options.check:
        wrong += [] if target.is_file() and target.read_text("utf-8") == written else ["items.jsonl is not what the phrasings give"]
    else:
        target.write_text(written, "utf-8")
    print(*wrong, sep="\n", file=sys.stderr)
    print(f"{len(lines)} phrasings, {len(rows)} items, {sum(len(row['spans']) for row in rows)} spans, {sum(len(row['decoys']) for row in rows)} decoys")  # fmt: skip
    for count in (
        Counter(rule for row in rows for *_, rule in row["spans"]),
        Counter(row["shape"] for row in rows),
        Counter(row["lang"] for row in rows),
    ):
        print(*sorted(count.items()), sep="\n")
    return int(bool(wrong))
