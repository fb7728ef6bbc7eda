"""Make ``items.jsonl`` from the phrasings of ``authored/`` and prove that what is claimed of every item is so.

    .venv/bin/python evals/personal/make_items.py [--check]

Follows ``README.md`` (what counts). The author of the phrasings has not read the detectors. ``values.py`` and ``look_alikes.py`` draw the values
from a fixed seed, so that the same phrasings give the same bytes (``--check`` compares). The proof uses other people's code: python-stdnum,
phonenumbers, ipaddress. It deliberately imports nothing of ``brightline``: no detector may decide what stands in the set.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import phonenumbers
from look_alikes import DECOYS, spaced
from stdnum import iban, isbn, luhn
from stdnum.cn import ric, uscc
from values import SPANS, groups, wide

HERE = Path(__file__).parent
ITEMS = HERE / "items.jsonl"
ROUNDS = 5  # own choice: values enough for narrow intervals, fewer than the eight that a phrasing may be used
MOST = 8  # B2's task: no phrasing more often
MARK = re.compile(r"\{(!?)([a-z][a-z0-9]*)(?:\.([a-z0-9]+))?\}|\[\[(.+?)\|\|(.+?)\]\]")
DIGITS = re.compile(r"\d{7,}")
Item = dict[str, Any]


class Phrasing(NamedTuple):
    number: str
    shape: str
    text: str


def phrasings() -> Iterator[Phrasing]:
    for half in ("spans_zh", "spans_en", "decoys_zh", "decoys_en"):
        lines = [line for line in (HERE / "authored" / f"{half}.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
        for at, line in enumerate(lines):
            shape, _, text = line.partition("|")
            yield Phrasing(f"{half.replace('_', '-')}-{at:03}", shape, text.replace("⏎", "\n").replace("⇥", "\t").replace("\\|", "|"))


def language(text: str) -> str:
    """By the letters outside of the values: Chinese, English, or both in earnest (a third of the words)."""
    han, words = len(re.findall(r"[一-鿿]", text)), len(re.findall(r"[A-Za-z]{3,}", MARK.sub(" ", text)))
    if not han:
        return "mixed" if re.search(r"\{(name|addr)[.}]", text) else "en"
    return "mixed" if words * 4 > han else "zh"


def written(value: str, way: str) -> str:
    """A value in full width, or with a space between any two characters, as a bad scan has it."""
    return wide(value) if way == "f" else groups(value, (1,)) if way == "o" else value


def fill(phrasing: Phrasing, turn: int) -> Item:
    text, at = "", 0
    spans: list[tuple[int, int, str]] = []
    decoys: list[tuple[int, int, str]] = []
    for mark in MARK.finditer(phrasing.text):
        text += phrasing.text[at : mark.start()]
        at = mark.end()
        look_alike, kind, way, literal, why = mark.groups()
        if literal:
            value, into, word = literal, decoys, why
        elif look_alike:
            word, make = DECOYS[kind]
            value, into = written(spaced(make(way or ""), way or ""), way or ""), decoys
        else:
            rule, make = SPANS[kind]
            value, into, word = written(make(way or ""), way or ""), spans, f"personal.{rule}"
        into.append((len(text), len(text) + len(value), word))
        text += value
    text += phrasing.text[at:]
    return {"id": f"B2-{phrasing.number}-{turn}", "text": text, "lang": language(phrasing.text), "spans": spans, "decoys": decoys, "shape": phrasing.shape, "author": "B2"}  # fmt: skip


def items() -> Iterator[Item]:
    """Each phrasing some times with other values; one whose values are few (a list of hotlines) as often as its texts differ."""
    for phrasing in phrasings():
        seen: set[str] = set()
        for turn in range(ROUNDS):
            item = fill(phrasing, turn)
            if item["text"] not in seen:
                yield item
            seen.add(item["text"])


def bare(value: str) -> str:
    return re.sub(r"[\s\-.·]", "", unicodedata.normalize("NFKC", value))


def telephone(kinds: Sequence[int], country: str | None) -> Callable[[str], bool]:
    def right(value: str) -> bool:
        plain = unicodedata.normalize("NFKC", value)
        if re.fullmatch(r"(\d ?)+(- (\d ?)+)?", plain) and len(plain) > 20:  # a bad scan: the spaces say nothing
            plain = plain.replace(" ", "")
        number = phonenumbers.parse(plain, country)
        return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in kinds

    return right


def citizen(value: str) -> bool:
    """Check character and date. ``ric.is_valid`` also asks that the region had its code at birth; codes are given when a number is issued."""
    plain = bare(value)
    try:
        return len(plain) == 18 and plain[-1] == ric.calc_check_digit(plain) and ric.get_birth_date(plain) is not None
    except ValueError:
        return False


def public(value: str) -> bool:
    return ipaddress.ip_address(unicodedata.normalize("NFKC", value)).is_global


MOBILE, FIXED = phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE
EITHER = phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
RIGHT: dict[str, Callable[[str], bool]] = {
    "personal.id_card": citizen,
    "personal.residence_permit": citizen,
    "personal.bank_card": lambda value: luhn.is_valid(bare(value)),
    "personal.uscc": lambda value: uscc.is_valid(bare(value)),
    "personal.iban": lambda value: iban.is_valid(bare(value)),
    "personal.mobile": telephone([MOBILE, EITHER], "CN"),
    "personal.landline": telephone([FIXED], "CN"),
    "personal.phone_foreign": telephone([MOBILE, FIXED, EITHER], "US"),
    "personal.ip_address": public,
    "personal.email": lambda value: re.fullmatch(r"[\w.]+@[a-z0-9.-]+\.[a-z]+", value) is not None and "example" not in value,
}
WRONG: dict[str, Callable[[str], bool]] = {
    "18-digit serial, wrong check digit": lambda value: not citizen(value),
    "16 digits that fail Luhn": lambda value: not luhn.is_valid(bare(value)),
    "ISBN": isbn.is_valid,
    "private address": lambda value: not public(value),
    "documentation address": lambda value: not public(value),
    "order number": lambda value: not citizen(value),
    "test card": luhn.is_valid,
}


def faults(item: Item) -> Iterator[str]:
    """What is not so that was claimed: places, check digits, or a long number that nothing is said of."""
    text = item["text"]
    taken = 0
    rest = list(text)
    for start, end, word in sorted([*item["spans"], *item["decoys"]]):
        value = text[start:end]
        if not taken <= start < end <= len(text) or value != value.strip():
            yield f"{item['id']}: {word} at {start} overlaps, or is not where it should be"
        if not RIGHT.get(word, WRONG.get(word, bool))(value):
            yield f"{item['id']}: {value!r} is no {word}"
        taken = end
        rest[start:end] = " " * (end - start)
    left = MARK.search("".join(rest)) or DIGITS.search("".join(rest)) or re.search("@[a-z]{2,}", "".join(rest))
    if left and left.group() not in {"86400000", "@github"}:
        yield f"{item['id']}: {left.group()!r} stands in the text and nothing is said of it"


def whole_faults(rows: Sequence[Item]) -> Iterator[str]:
    """The sizes that B2's task asks for."""
    rules = Counter(word for row in rows for _, _, word in row["spans"])
    known = {
        line.split(",")[0] for line in (HERE.parents[1] / "src/brightline/corpus/personal/data/rules.csv").read_text("utf-8").splitlines()
    }
    secrets = sum(rules[f"personal.{name}"] for name in ("api_key", "jwt", "private_key", "password"))
    least = dict.fromkeys(("id_card", "bank_card", "mobile", "landline", "passport", "plate", "email", "ip_address", "uscc"), 100)
    for name, wanted in {**least, "address": 150, "name": 150}.items():
        if rules[f"personal.{name}"] < wanted:
            yield f"{rules[f'personal.{name}']} of personal.{name}, wanted {wanted}"
    for what, have, wanted in (("items", len(rows), 1800), ("spans", rules.total(), 1800), ("secrets", secrets, 100), ("decoys", sum(len(row["decoys"]) for row in rows), 1800)):  # fmt: skip
        if have < wanted:
            yield f"{have} {what}, wanted {wanted}"
    for half in ("spans", "decoys"):
        different = {row["id"].rsplit("-", 1)[0] for row in rows if row[half]}
        if len(different) < 300:
            yield f"{len(different)} phrasings with {half}, wanted 300"
    texts, written_ = Counter(row["text"] for row in rows), Counter(phrasing.text for phrasing in phrasings())
    yield from (f"twice: {text}" for text, times in [*texts.items(), *written_.items()] if times > 1)
    yield from (
        f"{number}: more than {MOST} times"
        for number, times in Counter(row["id"].rsplit("-", 1)[0] for row in rows).items()
        if times > MOST
    )
    yield from (f"unknown rule {rule}" for rule in rules if rule not in known)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is there")
    options = parser.parse_args()
    rows = list(items())
    wrong = [*(fault for row in rows for fault in faults(row)), *whole_faults(rows)]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if options.check and ITEMS.read_text("utf-8") != lines:
        wrong.append("items.jsonl is not what the phrasings give")
    print(*wrong, sep="\n", file=sys.stderr)
    if not wrong and not options.check:
        ITEMS.write_text(lines, "utf-8")
    for name, counts in (("rule", Counter(word for row in rows for _, _, word in row["spans"])), ("decoy", Counter(word for row in rows for _, _, word in row["decoys"])), ("shape", Counter(row["shape"] for row in rows)), ("language", Counter(row["lang"] for row in rows))):  # fmt: skip
        print(f"{name}: {counts.total()} in {len(rows)} items;", ", ".join(f"{word} {times}" for word, times in counts.most_common()))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
