"""Make the third author's ``items.jsonl`` from ``phrasings/`` and prove that what is claimed of every item is so.

    .venv/bin/python evals/personal/third/make.py [--check]

Follows ``../README.md`` (what counts). A line of a phrasing file is ``language shape,shape | text``; in the text ``{kind.way}`` is personal
data, ``{!kind}`` and ``[[text||why]]`` are look-alikes. The author has read neither the detectors nor the phrasings of ``../authored``.
The same lines give the same bytes; ``--check`` compares. It imports nothing of ``brightline``: no detector may decide what stands in the set.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import phonenumbers  # noqa: E402 - as below
from look_alikes import LOOK_ALIKES  # noqa: E402 - the folder is no package: its path has to come first
from people import PEOPLE  # noqa: E402 - as above
from stdnum import iban, luhn  # noqa: E402 - as above
from stdnum.cn import ric  # noqa: E402 - as above
from values import random_, wide  # noqa: E402 - as above

SEED = 61123  # own choice: another than that of ../values.py, so that no value is drawn twice
ROUNDS = 5  # B4's task: no phrasing more often
ENOUGH = 1600  # B4's task: spans, and decoys
PHRASINGS = 350  # B4's task: with spans, and with decoys
PEOPLE_ENOUGH = 250  # B4's task: names, and addresses
SHAPES = {"plain", "spaced", "fullwidth", "json", "html", "table", "code", "chat", "ocr"}
MARK = re.compile(r"\{(!?)([a-z][a-z0-9]*)(?:\.([a-z0-9]+))?\}|\[\[(.+?)\|\|(.+?)\]\]")
Item = dict[str, Any]


class Phrasing(NamedTuple):
    place: str
    lang: str
    shapes: list[str]
    text: str


def phrasings() -> Iterator[Phrasing]:
    """All phrasings; raises ValueError with file and line of one that cannot be read."""
    for path in sorted((HERE / "phrasings").glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line and not line.startswith("#"):
                head, bar, text = line.partition(" | ")
                lang, _, shapes = head.partition(" ")
                wanted = shapes.split(",")
                kinds = [(LOOK_ALIKES if bang else PEOPLE, kind) for bang, kind, *_ in MARK.findall(text) if kind]
                if not bar or lang not in {"zh", "en", "mixed"} or not set(wanted) <= SHAPES or any(kind not in known for known, kind in kinds):  # fmt: skip
                    raise ValueError(f"{path.name}:{number}: language, shape or kind is unknown")
                yield Phrasing(f"{path.stem}:{number}", lang, wanted, text.replace("\\n", "\n").replace("\\t", "\t"))


def item(phrasing: Phrasing, shape: str) -> Item:
    """One item: the phrasing with values of its shape."""
    text, spans, decoys, at = "", [], [], 0
    for match in MARK.finditer(phrasing.text):
        bang, kind, way, literal, why = match.groups()
        text += phrasing.text[at : match.start()]
        at = match.end()
        if literal:
            value, label, kept = literal, why, decoys
        elif bang:
            label, draw = LOOK_ALIKES[kind]
            value, kept = draw(), decoys
        else:
            rule, make = PEOPLE[kind]
            value, label, kept = make(way or ("s" if shape == "spaced" else "")), f"personal.{rule}", spans
        value = wide(value) if shape == "fullwidth" else value
        kept.append([len(text), len(text) + len(value), label])
        text += value
    return {"text": text + phrasing.text[at:], "lang": phrasing.lang, "spans": spans, "decoys": decoys, "shape": shape, "author": "third", "phrasing": phrasing.place}  # fmt: skip


def items(lines: Sequence[Phrasing]) -> list[Item]:
    """Every phrasing up to ``ROUNDS`` times; once where nothing in it varies."""
    random_.seed(SEED)
    seen: dict[str, Item] = {}
    for phrasing in lines:
        for turn in range(ROUNDS):
            row = item(phrasing, phrasing.shapes[turn % len(phrasing.shapes)])
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


def faults(row: Item) -> Iterator[str]:
    """What is claimed of an item and is not so."""
    where, last = f"{row['phrasing']}: {row['text']!r}", 0
    for start, end, rule in sorted(row["spans"] + row["decoys"]):
        if not last <= start < end <= len(row["text"]):
            yield f"{where}: labels overlap or lie outside"
        value = unicodedata.normalize("NFKC", row["text"][start:end])
        if value != value.strip():
            yield f"{where}: {value!r} has space around it"
        bare = re.sub(r"[\s-]", "", value)
        proof = {"personal.id_card": ric.is_valid, "personal.bank_card": luhn.is_valid, "personal.iban": iban.is_valid, "personal.imei": luhn.is_valid, "personal.vin": vin_is_valid, "personal.ip_address": is_public, "personal.mobile": is_chinese, "personal.landline": is_chinese}.get(rule)  # fmt: skip
        if proof and not proof(value if rule == "personal.landline" else bare):
            yield f"{where}: {value!r} is no {rule}"
        if rule.startswith("resident number") and ric.is_valid(bare):
            yield f"{where}: {value!r} has a right check digit"
        last = end
    rest = "".join("\0" if any(start <= at < end for start, end, _ in row["spans"] + row["decoys"]) else char for at, char in enumerate(row["text"]))  # fmt: skip
    for number in re.findall(r"\d{7,}|[\w.]+@[\w.]+", unicodedata.normalize("NFKC", rest)):
        yield f"{where}: {number!r} has no label"


def shortages(lines: Sequence[Phrasing], rows: Sequence[Item]) -> Iterator[str]:
    """What B4's task asks of the whole set and is not there."""
    rules = Counter(rule for row in rows for *_, rule in row["spans"])
    asked = {
        "spans": (rules.total(), ENOUGH),
        "decoys": (sum(len(row["decoys"]) for row in rows), ENOUGH),
        "phrasings with spans": (sum(any(not mark[0] and mark[1] for mark in MARK.findall(line.text)) for line in lines), PHRASINGS),
        "phrasings with decoys": (sum(any(mark[0] or mark[3] for mark in MARK.findall(line.text)) for line in lines), PHRASINGS),
        "names": (rules["personal.name"], PEOPLE_ENOUGH),
        "addresses": (rules["personal.address"], PEOPLE_ENOUGH),
        "shapes": (len({row["shape"] for row in rows}), len(SHAPES)),
        "rules": (len(rules), len({rule for rule, _ in PEOPLE.values()})),
    }
    yield from (f"{have} {what}, wanted {want}" for what, (have, want) in asked.items() if have < want)
    twice = Counter(line.text for line in lines)
    yield from (f"a phrasing stands twice: {text}" for text, count in twice.items() if count > 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is there")
    options = parser.parse_args()
    lines = list(phrasings())
    rows = items(lines)
    wrong = [*(fault for row in rows for fault in faults(row)), *shortages(lines, rows)]
    written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    target = HERE / "items.jsonl"
    if options.check:
        wrong += [] if target.is_file() and target.read_text("utf-8") == written else ["items.jsonl is not what the phrasings give"]
    else:
        target.write_text(written, "utf-8")
    print(*wrong, sep="\n", file=sys.stderr)
    print(f"{len(lines)} phrasings, {len(rows)} items, {sum(len(row['spans']) for row in rows)} spans, {sum(len(row['decoys']) for row in rows)} decoys")  # fmt: skip
    print(*sorted(Counter(rule for row in rows for *_, rule in row["spans"]).items()), sep="\n")
    print(*sorted(Counter(row["shape"] for row in rows).items()), sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
