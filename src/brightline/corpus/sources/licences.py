"""Licences by their SPDX identifiers: which there are, which expression is one, and what a licence forbids that training would need.

``data/spdx.csv`` is the list of SPDX (spdx.org/licenses, version in its first line); ``data/licence_terms.csv`` says of some what they forbid, with
the clause. Neither says that a licence *permits* training: that is a question for a lawyer, and the answer belongs into the source's evidence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from brightline.errors import DataError

__all__ = ["LicenceTerms", "forbidden_by", "known_licences", "known_terms", "licence_problem", "licences_in", "terms_in"]

_WORD = re.compile(r"[()]|[^\s()]+")
_REFERENCE = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+", re.ASCII)  # SPDX 2.3, annex D
_LONGEST = 200
_MOST_OPEN = 8  # brackets in brackets
_FORBIDDABLE = frozenset({"commercial", "derivatives", "production"})


class LicenceTerms(NamedTuple):
    """What the licences whose identifiers begin so forbid. ``forbids``: commercial, derivatives, production."""

    prefix: str
    forbids: frozenset[str]
    clause: str


@cache
def known_licences() -> dict[str, tuple[str, bool]]:
    """Identifier in lower case → (as SPDX writes it, whether it is deprecated); exceptions (``WITH …``) under ``with `` and theirs."""
    return licences_in(_shipped("spdx.csv"), "spdx.csv")


@cache
def known_terms() -> tuple[LicenceTerms, ...]:
    """What the shipped table says of licences, by identifier."""
    return terms_in(_shipped("licence_terms.csv"), "licence_terms.csv")


def licences_in(text: str, file: str) -> dict[str, tuple[str, bool]]:
    """The identifiers in a table of kind, id, deprecated. Raises ``DataError`` BL-DATA-294 with file and line."""
    found: dict[str, tuple[str, bool]] = {}
    for line, (kind, identifier, deprecated) in _rows(text, file, ("kind", "id", "deprecated")):
        if kind not in ("licence", "exception") or not identifier or deprecated not in ("yes", "no"):
            raise DataError("BL-DATA-294", "a row is not kind, id, deprecated", "kind: licence or exception", file=file, line=line)
        found[("with " if kind == "exception" else "") + identifier.lower()] = (identifier, deprecated == "yes")
    return found


def terms_in(text: str, file: str) -> tuple[LicenceTerms, ...]:
    """The terms in a table of prefix, forbids, clause. Raises ``DataError`` BL-DATA-294 with file and line."""
    found = []
    for line, (prefix, forbids, clause) in _rows(text, file, ("prefix", "forbids", "clause")):
        words = frozenset(forbids.split())
        if not prefix or not clause or not words or not words <= _FORBIDDABLE:
            raise DataError("BL-DATA-294", "a row says nothing usable", f"forbids: {', '.join(sorted(_FORBIDDABLE))}", file=file, line=line)
        found.append(LicenceTerms(prefix, words, clause))
    return tuple(found)


def licence_problem(expression: str) -> str:
    """What is wrong with an SPDX expression, empty where nothing is. The empty expression is one: nobody knows the licence."""
    if len(expression) > _LONGEST:
        return f"has more than {_LONGEST} characters"
    words = _WORD.findall(expression)
    if not words:
        return ""
    problem, rest = _either(words, 0)
    return problem or (f"{rest[0]!r} is one word too many" if rest else "")


def forbidden_by(expression: str) -> tuple[LicenceTerms, ...]:
    """Terms that stand against training whatever one chooses: of ``A AND B`` those of both, of ``A OR B`` those that both have."""
    words = _WORD.findall(expression)
    return tuple(_forbidden(words)) if words and not licence_problem(expression) else ()


def _forbidden(words: list[str]) -> list[LicenceTerms]:
    """By the grammar's precedence: OR splits last, AND before it; a bracket is a word of its own."""
    for operator in ("OR", "AND"):
        parts = _split(words, operator)
        if len(parts) > 1:
            each = [_forbidden(part) for part in parts]
            if operator == "AND":
                return list(dict.fromkeys(terms for part in each for terms in part))
            shared = frozenset.intersection(*(frozenset(word for terms in part for word in terms.forbids) for part in each))
            return [terms for terms in dict.fromkeys(terms for part in each for terms in part) if terms.forbids & shared]
    if words[0] == "(":
        return _forbidden(words[1:-1])
    return [terms for terms in known_terms() if words[0].lower().startswith(terms.prefix.lower())]


def _split(words: list[str], operator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if word.upper() == operator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _either(words: list[str], depth: int) -> tuple[str, list[str]]:
    """One expression from the front of ``words``; what is wrong with it, and what is left."""
    if depth > _MOST_OPEN:
        return "has too many brackets", []
    while True:
        if not words:
            return "ends where a licence is expected", []
        if words[0] == "(":
            problem, words = _either(words[1:], depth + 1)
            if problem:
                return problem, []
            if not words or words[0] != ")":
                return "a bracket is not closed", []
            words = words[1:]
        else:
            problem = _unknown(words[0])
            if problem:
                return problem, []
            words = words[1:]
            if words and words[0].upper() == "WITH":
                if len(words) < 2 or f"with {words[1].lower()}" not in known_licences():
                    return f"{' '.join(words[1:2])!r} is no exception that SPDX lists", []
                words = words[2:]
        if not words or words[0].upper() not in ("AND", "OR"):
            return "", words
        words = words[1:]


def _unknown(word: str) -> str:
    if _REFERENCE.fullmatch(word) or word.lower().removesuffix("+") in known_licences():
        return ""
    return f"{word[:60]!r} is no licence that SPDX lists"


def _rows(text: str, file: str, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of a table; lines that begin with # are remarks."""
    for line, row in enumerate(csv.reader(text.splitlines()), start=1):
        if not row or row[0].startswith("#") or tuple(row) == columns:
            continue
        if len(row) != len(columns):
            raise DataError("BL-DATA-294", f"a row has {len(row)} fields", f"columns: {', '.join(columns)}", file=file, line=line)
        yield line, row


def _shipped(name: str) -> str:
    return resources.files("brightline.corpus.sources").joinpath("data", name).read_text(encoding="utf-8")
