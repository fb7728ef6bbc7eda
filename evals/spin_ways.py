"""Ways of spinning a text, as machines do it: what ``spin.py`` makes out of natural texts when it measures.

The tables stand in ``spin/`` (its README says where they come from). Everything is drawn from a ``random.Random`` that the caller seeds, so the
same text is spun the same way. Nothing here knows a detector. A way gives ``None`` for a text in which it finds too little to change: a page
with two words replaced is no spun page.

A replacing tool looks neither at context nor at where a word begins: in Chinese whatever characters the table has are replaced, the longest
first, also across the border of two words; in English a word's ending is cut off and put behind the replacement. Both are meant.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "LEAST",
    "Spun",
    "articles",
    "doorway",
    "look_alikes",
    "placeholders",
    "replaced",
    "round_trips",
    "shuffled",
    "spintax",
    "templates",
    "torn",
]

HERE = Path(__file__).parent / "spin"
LEAST = 3  # replacements below which a text does not count as spun: own choice

_ENDINGS = ("ing", "ies", "ed", "es", "ly", "s", "d")
_SENTENCE = {"zh": re.compile(r"[^。!?！？\n]+[。!?！？]*[”’」）]?"), "en": re.compile(r"[^.!?\n]+(?:[.!?]+[\"”’)]?|$)\s*")}
_CONJUNCTIONS = {
    "zh": {"但是": "然而", "可是": "不过", "不过": "但是", "因为": "由于", "由于": "因为", "所以": "因此", "因此": "所以", "如果": "假如", "而且": "并且", "虽然": "尽管", "首先": "第一", "其次": "第二", "最后": "末了", "同时": "与此同时", "也": "亦", "还": "并且还", "就": "便", "以及": "还有", "或者": "或是", "然后": "接着", "例如": "比如", "比如": "譬如"},
    "en": {"but": "however", "however": "nevertheless", "because": "since", "since": "because", "so": "therefore", "also": "moreover", "although": "even though", "though": "although", "if": "provided that", "when": "as soon as", "while": "whereas", "and": "as well as", "then": "afterwards", "until": "till", "therefore": "thus", "yet": "nevertheless"},
}  # fmt: skip
_BLANKS = ("{{{}}}", "{{{{{}}}}}", "[{}]", "%{}%", "##{}##", "[[{}]]", "${{{}}}", "【{}】")
_FIELDS = {"zh": {"city": "城市", "keyword": "关键词", "brand": "品牌"}, "en": {"city": "city", "keyword": "keyword", "brand": "brand"}}
_FILLINGS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "zh": {
        "city": ("石家庄", "绵阳", "襄阳", "湛江", "包头", "泉州", "洛阳", "遵义", "常德", "烟台", "赣州", "玉林"),
        "brand": ("捷安达", "顺万家", "优帮手", "金钥匙"),
        "keyword": ("长途搬家", "设备搬运", "会计", "美甲", "古城墙", "温泉", "全包", "旧房改造"),
    },
    "en": {
        "city": ("Dayton", "Boise", "Leeds", "Tulsa", "Perth", "Fresno", "Swansea", "Mesa", "Akron", "Dundee", "Reno", "Hull"),
        "brand": ("ProServe", "QuickHands", "BlueKey", "HomeHero"),
        "keyword": ("drain cleaning", "car accident", "hotels", "moving", "dishwasher", "emergency plumbing"),
    },
}


class Spun(NamedTuple):
    """``changes``: words replaced, groups or blanks left, parts that stand elsewhere."""

    text: str
    changes: int


@cache
def synonyms(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Word → replacements. Raises ValueError with file and line for a row that cannot be used."""
    path = HERE / f"synonyms_{lang}.tsv"
    table: dict[str, tuple[str, ...]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in (rows := csv.DictReader(file, delimiter="\t")):
            word, others = row["word"], tuple((row["replacements"] or "").split("|"))
            if not word or word in table or not all(others) or word in others or None in row:
                raise ValueError(f"{path.name}:{rows.line_num}: a word twice, without replacement, or replaced by itself")
            table[word] = others
    return table


def replaced(text: str, lang: str, share: float, chance: random.Random) -> Spun | None:
    """Words of the table replaced, ``share`` of their occurrences."""
    changes = 0

    def other(match: re.Match[str]) -> str:
        nonlocal changes
        found = _others(match[0], lang)
        if not found or chance.random() >= share:
            return match[0]
        changes += 1
        return chance.choice(found)

    made = _words(lang).sub(other, text)
    return Spun(made, changes) if changes >= LEAST else None


def spintax(text: str, lang: str, chance: random.Random) -> Spun | None:
    """A text in spintax that was never run: groups of alternatives in the place of words."""
    return _with_groups(text, lang, 0.7, chance)


def torn(text: str, lang: str, chance: random.Random) -> Spun | None:
    """A run that broke: most groups resolved, some left whole, some with a brace missing."""
    rest = replaced(text, lang, 0.4, chance)
    made = _with_groups(rest.text if rest else text, lang, 0.25, chance)
    if made is None:
        return None
    damages: tuple[Callable[[str], str], ...] = (str, str, lambda group: group[1:], lambda group: group[:-1])
    return Spun(re.sub(r"\{[^{}]*\}", lambda group: chance.choice(damages)(group[0]), made.text), made.changes)


def placeholders(template: str, lang: str, chance: random.Random) -> Spun:
    """A doorway page of which one or two fields were never filled in."""
    there = [name for name in _FIELDS[lang] if f"{{{name}}}" in template]
    left = chance.sample(there, chance.choice((1, 2)))
    blank = chance.choice(_BLANKS)
    values = {name: blank.format(_FIELDS[lang][name]) if name in left else chance.choice(_FILLINGS[lang][name]) for name in _FIELDS[lang]}
    return Spun(_filled(template, values), sum(template.count(f"{{{name}}}") for name in left))


def doorway(template: str, lang: str, chance: random.Random) -> Spun:
    """A page of a template as it should come out: city, brand and keyword put in."""
    values = {name: chance.choice(_FILLINGS[lang][name]) for name in _FIELDS[lang]}
    return Spun(_filled(template, values), sum(template.count(f"{{{name}}}") for name in values))


def shuffled(text: str, lang: str, chance: random.Random) -> Spun | None:
    """Paragraphs in another order (sentences, where there are fewer than three), and conjunctions replaced."""
    parts = [part for part in text.split("\n") if part.strip()]
    between = "\n\n" if "\n\n" in text else "\n"
    if len(parts) < LEAST:
        parts, between = [part.strip() for part in _SENTENCE[lang].findall(text) if part.strip()], "" if lang == "zh" else " "
    if len(parts) < LEAST:
        return None
    order = list(range(len(parts)))
    while order == sorted(order):
        chance.shuffle(order)
    table, changes = _CONJUNCTIONS[lang], 0

    def other(match: re.Match[str]) -> str:
        nonlocal changes
        changes += 1
        word = table[match[0].lower()]
        return word.capitalize() if match[0][0].isupper() else word

    border = "" if lang == "zh" else r"\b"
    pattern = re.compile(border + "(?:" + "|".join(sorted(table, key=len, reverse=True)) + ")" + border, re.IGNORECASE)
    made = pattern.sub(other, between.join(parts[at] for at in order))
    return Spun(made, changes + sum(at != place for place, at in enumerate(order)))


def articles() -> list[dict[str, str]]:
    """``id``, ``lang``, ``topic``, ``text`` of the articles written for this set."""
    return _rows("articles")


def round_trips() -> list[dict[str, str]]:
    """``id``, ``lang``, ``text`` of passages worded as by a translation there and back."""
    return _rows("round_trip")


def templates() -> list[dict[str, str]]:
    """``id``, ``lang``, ``text`` of doorway pages with fields ``{city}``, ``{brand}``, ``{keyword}``."""
    return _rows("doorways")


def look_alikes() -> list[dict[str, str]]:
    """``id``, ``lang`` (zh, en or code), ``kind``, ``text`` of texts that look spun, or like templates, and are not."""
    return _rows("look_alikes")


def _rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


@cache
def _words(lang: str) -> re.Pattern[str]:
    return re.compile(r"[A-Za-z]+" if lang == "en" else "|".join(sorted(synonyms(lang), key=lambda word: (-len(word), word))))


@cache
def _others(word: str, lang: str) -> tuple[str, ...]:
    """The replacements of a word as it stands, with its ending and its capital. Empty where the table has none."""
    table = synonyms(lang)
    if lang == "zh" or word.lower() in table:
        found = table.get(word.lower(), ())
    else:
        found = next((_ended(table[base], end) for end in _ENDINGS if (base := _base(word.lower(), end)) in table), ())
    return tuple(other[0].upper() + other[1:] for other in found) if word[0].isupper() else found


def _base(word: str, end: str) -> str:
    if not word.endswith(end) or len(word) - len(end) < LEAST:
        return ""
    stem = word[: -len(end)]
    return stem + "y" if end == "ies" else stem if end != "ing" or stem in synonyms("en") else stem + "e"


def _ended(others: Sequence[str], end: str) -> tuple[str, ...]:
    end = "s" if end in ("ies", "es") else "ed" if end == "d" else end
    return tuple((other[:-1] if other.endswith("e") and end in ("ing", "ed") else other) + end for other in others)


def _with_groups(text: str, lang: str, share: float, chance: random.Random) -> Spun | None:
    groups = 0

    def group(match: re.Match[str]) -> str:
        nonlocal groups
        found = _others(match[0], lang)
        if not found or chance.random() >= share:
            return match[0]
        groups += 1
        return "{" + "|".join((match[0], *found)) + "}"

    made = _words(lang).sub(group, text)
    return Spun(made, groups) if groups >= LEAST else None


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(city|brand|keyword)\}", lambda field: values[field[1]], template)
