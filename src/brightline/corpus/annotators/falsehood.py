"""Signs of falsehood that a document carries itself: reports of events without a date, and claims that were refuted.

GB/T 45654 (TC260-003, A.1-g) names false and harmful information. Whether a sentence is true no rule can say. This says two things: a report
that speaks of "yesterday" and is dated nowhere cannot be checked, and a text that repeats a claim from a library of refutations,
without a word of denial near it, repeats what was refuted. Cures and false authorities are goals of moderation (kernel "illegal").

The library is a JSONL file, a line each: ``{"claim", "refutation", "url", "published_at"}``. A claim is recognised by its characters in twos:
``_CONTAINED`` of them in a row of text not much longer than the claim. Paraphrases are not found.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from daachorse import CharwiseDoubleArrayAhoCorasick

from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.annotators.signals import sightings
from brightline.corpus.errors import CorpusError

__all__ = ["Refutations", "find_missing_dates", "find_refuted_claims", "read_refutations"]

_CONTAINED = 0.75
"""Share of a claim's pairs of characters that must stand there. Own choice: one word in four may differ."""
_SHORTEST, _LONGEST = 8, 400  # characters of a claim: shorter ones say nothing alone, longer ones are articles
_PIECE = 4  # characters of the pieces that lead to a claim
_PIECES = 24
_DENIAL_WITHIN = 80
_DENIAL = re.compile(
    r"谣言|辟谣|不实|虚假|假的|谣传|误传|并非|并不是|不是真|不属实|没有依据|毫无根据|造谣|误区|真相|澄清|骗局|错误说法|谨防|"
    r"rumou?r|hoax|debunk|false|myth|misleading|not true|untrue|no evidence|fact[- ]?check|misinformation|disproved|refuted",
    re.IGNORECASE,
)


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    r"(?:19|20)\d{2}\s?年\s?\d{1,2}\s?月|\d{1,2}\s?月\s?\d{1,2}\s?日|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}"
    rf"|(?:{_MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d{{2}}|\d{{1,2}}\s(?:{_MONTHS})\s(?:19|20)\d{{2}}"
)
"""The usual ways to write a day or a month, GB/T 7408 among them."""


@dataclass(frozen=True)
class Refutations:
    """Claims that were refuted. ``digest`` changes with any of them."""

    claims: tuple[str, ...]
    digest: str

    @cached_property
    def pieces(self) -> tuple[CharwiseDoubleArrayAhoCorasick | None, tuple[tuple[int, ...], ...]]:
        """An automaton of pieces of the claims, and the claims of each piece."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, claim in enumerate(self.claims):
            small = _small(claim)
            places = np.unique(np.linspace(0, len(small) - _PIECE, _PIECES).astype(int)).tolist()
            for place in places:
                found[small[place : place + _PIECE]].append(number)
        words = sorted(found)
        return CharwiseDoubleArrayAhoCorasick(words) if words else None, tuple(tuple(dict.fromkeys(found[word])) for word in words)


def read_refutations(file: Path) -> Refutations:
    """The library. Raises ``CorpusError`` BL-CORPUS-084 with file and line where it cannot be used."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CorpusError(
            "BL-CORPUS-084", f"{file.name} cannot be read ({error.strerror})", "name the JSONL file of refutations"
        ) from error
    claims = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            claims.append(_claim(file, number, line))
    return Refutations(tuple(claims), hashlib.sha256(content).hexdigest())


def find_missing_dates(stretch: Stretch, dated: list[bool], found: FindingRows) -> None:
    """Note reports that speak of a day and name none. ``dated``: documents whose record has a date."""
    seen: defaultdict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for each in sightings(stretch, "falsehood."):
        if not dated[each.document]:
            seen[each.document].setdefault(each.signal.rule, (each.start, each.end))
    for row, rules in seen.items():
        if {"falsehood.event", "falsehood.reporting"} <= rules.keys() and not _DATE.search(stretch.texts[row]):
            start, end = rules["falsehood.event"]
            found.add(row, "falsehood.missing_date", start, end, 0.3, "words")


def find_refuted_claims(stretch: Stretch, refutations: Refutations, found: FindingRows) -> None:
    """Note claims of the library that a document repeats without denying them."""
    automaton, of_piece = refutations.pieces
    if automaton is None:
        return
    hits: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    matches = np.array(automaton.find_overlapping(stretch.lower), np.int64).reshape(-1, 3)
    rows = stretch.documents_at(matches[:, 0])
    for start, piece, row in zip((matches[:, 0] - stretch.starts[rows]).tolist(), matches[:, 2].tolist(), rows.tolist(), strict=True):
        for number in of_piece[piece]:
            hits[row, number].append(start)
    for (row, number), places in hits.items():
        text, claim = stretch.texts[row], refutations.claims[number]
        for start, end, contained in _repeats(text, claim, places):
            around = text[max(0, start - _DENIAL_WITHIN) : end + _DENIAL_WITHIN]
            if not _DENIAL.search(around):
                found.add(row, "falsehood.refuted_claim", start, end, contained, "refutation")


def _repeats(text: str, claim: str, places: list[int]) -> Iterator[tuple[int, int, float]]:
    """Where a text has what a claim says: beginnings of pieces lead there, each stretch of text is looked at once."""
    small = _small(claim)
    pairs = {a + b for a, b in pairwise(small)}
    reach, done = len(small) + len(small) // 4, -1
    for place in places:
        if place < done:
            continue
        begin = max(0, place - len(small) // 4)
        window = _small(text[begin : begin + reach + len(small) // 4])
        there = {a + b for a, b in pairwise(window)}
        contained = len(pairs & there) / len(pairs)
        if contained >= _CONTAINED:
            done = min(len(text), place + reach)
            yield place, done, contained


def _small(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def _claim(file: Path, number: int, line: bytes) -> str:
    try:
        claim = json.loads(line)["claim"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _wrong(file, number, "is no JSON object with a claim") from error
    claim = claim.replace("\0", "").strip() if isinstance(claim, str) else ""
    if not _SHORTEST <= len(claim) <= _LONGEST or any("\ud800" <= character < "\ue000" for character in claim):
        raise _wrong(file, number, f"a claim is a text of {_SHORTEST} to {_LONGEST} characters")
    return claim


def _wrong(file: Path, number: int, problem: str) -> CorpusError:
    return CorpusError(
        "BL-CORPUS-084", f"{file.name}, line {number}: {problem}", 'write {"claim": …, "refutation": …, "url": …, "published_at": …}'
    )
