"""No gate loses a match: each sign that ``re`` takes, google-re2 takes as well, and whatever is made to match gets through.

A gate is its expression sign by sign without what is looked around for, so it is enough that every class and every letter is no narrower
in google-re2 than in ``re``. That is gone through over the code points where the two could differ: those with case, digits, spaces and words
of all scripts, lone halves of surrogates, NUL. (Over all 1,114,112 of Unicode 15 it took half a minute, with the same outcome.)
"""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import re2

from brightline.corpus.personal import (
    accounts,
    births,
    credentials,
    families,
    foreign,
    identity,
    latin_names,
    network,
    phones,
    places,
    speech,
)
from brightline.corpus.personal.gated import Gated, Which, gate_of

parser = importlib.import_module("re._parser")
DOTLESS = "\u0130\u0131"  # for ``re`` an i where case does not count; a text that has them passes every gate
SIGNS = [
    chr(code)
    for ranges in ((0, 0x3100), (0xA640, 0xABC0), (0xD7F0, 0xE010), (0xF8F0, 0x10600), (0x1D7C0, 0x1D800), (0x1FBE0, 0x1FC00), (0x10FFF0, 0x110000))
    for code in range(*ranges)
    if chr(code) not in DOTLESS
]  # fmt: skip
IDEOGRAPHS = "一二三号码信微住址地好龥鿿"


def expressions() -> list[re.Pattern[str]]:
    found: dict[tuple[str, int], re.Pattern[str]] = {}
    for module in (accounts, births, credentials, families, foreign, identity, latin_names, network, phones, places, speech):
        for value in vars(module).values():
            of = [value.pattern] if isinstance(value, Gated) else value._expressions if isinstance(value, Which) else []
            found |= {(pattern.pattern, pattern.flags): pattern for pattern in of}
    found |= {(pattern.pattern, pattern.flags): pattern for pattern in foreign._called()._expressions if pattern.pattern}
    for kind in accounts._KINDS:
        found |= {(one.pattern.pattern, one.pattern.flags): one.pattern for one in (kind.forward, kind.backward) if one is not None}
    return list(found.values())


EXPRESSIONS = expressions()


def parts(items: Any, case_counts: bool) -> Iterator[tuple[str, bool]]:
    """Every sign and class of an expression as ``re`` would be told it, and whether case counts there."""
    for kind, value in items:
        match str(kind):
            case "LITERAL" | "NOT_LITERAL" | "IN":
                yield as_class(str(kind), value), case_counts
            case "BRANCH":
                for branch in value[1]:
                    yield from parts(branch, case_counts)
            case "SUBPATTERN":
                yield from parts(value[3], (case_counts and not value[1] & re.IGNORECASE) or bool(value[2] & re.IGNORECASE))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                yield from parts(value[2], case_counts)
            case "ATOMIC_GROUP":
                yield from parts(value, case_counts)


def as_class(kind: str, value: Any) -> str:
    if kind != "IN":
        return f"[{'^' if kind == 'NOT_LITERAL' else ''}{written(value)}]"
    letters = {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W"}  # fmt: skip
    inner = ""
    for what, of in value:
        match str(what):
            case "NEGATE":
                inner += "^"
            case "LITERAL":
                inner += written(of)
            case "RANGE":
                inner += f"{written(of[0])}-{written(of[1])}"
            case _:
                inner += letters[str(of)]
    return f"[{inner}]"


def written(code: int) -> str:
    return f"\\U{code:08x}"


def test_a_gate_takes_every_sign_that_its_expression_takes() -> None:
    every = {part for one in EXPRESSIONS for part in parts(parser.parse(one.pattern, one.flags), not one.flags & re.IGNORECASE)}
    assert len(every) > 500
    text = "".join(SIGNS)
    written_signs = text.encode("utf-8", "surrogatepass")
    begins = [0]
    for sign in SIGNS:
        begins.append(begins[-1] + len(sign.encode("utf-8", "surrogatepass")))
    for part, case_counts in every:
        one = re.compile(part, 0 if case_counts else re.IGNORECASE)
        gate = re2.compile(gate_of(one).encode())
        taken = {match.start() for match in gate.finditer(written_signs)}
        assert not [hex(ord(text[place])) for place in (match.start() for match in one.finditer(text)) if begins[place] not in taken], part


class Maker:
    """Makes texts of an expression, look-arounds left aside."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.groups: dict[int, str] = {}

    def text(self, items: Any, fold: bool) -> str:
        return "".join(self.part(str(kind), value, fold) for kind, value in items)

    def part(self, kind: str, value: Any, fold: bool) -> str:
        match kind:
            case "LITERAL":
                return self.rng.choice([chr(value), chr(value).swapcase()]) if fold and value != 0x49 else chr(value)
            case "NOT_LITERAL" | "IN" | "ANY":
                one = re.compile("." if kind == "ANY" else as_class(kind, value), re.IGNORECASE if fold else 0)
                some = [sign for sign in [*self.rng.choices(SIGNS, k=40), *IDEOGRAPHS, *map(chr, range(32, 127))] if one.fullmatch(sign)]
                return self.rng.choice(some) if some else chr(next(code for code in range(0x110000) if one.fullmatch(chr(code))))
            case "BRANCH":
                return self.text(self.rng.choice(value[1]), fold)
            case "SUBPATTERN":
                made = self.text(value[3], (fold or bool(value[1] & re.IGNORECASE)) and not value[2] & re.IGNORECASE)
                if value[0]:
                    self.groups[value[0]] = made
                return made
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = value
                return "".join(
                    self.text(inner, fold) for _ in range(self.rng.choice([least, min(int(most), least + 1), min(int(most), least + 3)]))
                )
            case "ATOMIC_GROUP":
                return self.text(value, fold)
            case "GROUPREF":
                return self.groups.get(value, "")
        return ""


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)))
def test_what_is_made_to_match_gets_through_the_gate(number: int) -> None:
    one = EXPRESSIONS[number]
    rng = random.Random(number)
    made = Maker(rng)
    gate = re2.compile(gate_of(one).encode())
    for _ in range(12):
        text = rng.choice(["", "\0", "好", " ", "\ud800"]) + made.text(
            parser.parse(one.pattern, one.flags), bool(one.flags & re.IGNORECASE)
        )
        text += rng.choice(["", "\0", "好", " ", "\ud800"])
        match = one.search(text)
        if match and not set(DOTLESS) & set(text):
            through = gate.search(text.encode("utf-8", "surrogatepass"))
            assert through is not None
            assert through.start() <= len(text[: match.start()].encode("utf-8", "surrogatepass"))
        gated_spans = [found.span() for found in Gated(one).finditer(text)]
        assert gated_spans == [found.span() for found in one.finditer(text) if found.end() > found.start()]
