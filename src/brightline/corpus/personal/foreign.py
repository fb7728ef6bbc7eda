"""Identity and tax numbers of people of other countries: the check digits that python-stdnum knows, and a word where those are weak.

``data/national_ids.csv`` has one row a number: its shape, the words of which one has to stand near it, and its source. In these words
``{CPF}`` stands for an acronym (a word of its own in capitals, or the name of a field in any case), ``{!SIN}`` for one that is an ordinary
word in small letters, and ``{zh:巴西}`` for a country's name with a word of identity, tax or insurance beside it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from functools import cache

from brightline.corpus.personal.context import before, heading, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import Which
from brightline.corpus.personal.identity import singapore_letter
from brightline.corpus.personal.tables import foreign_numbers

__all__ = ["foreign_identities", "foreign_in_columns", "foreign_signs"]

COLUMNS = r"cpf|pesel|bsn|dni|nie|aadhaar(?:_?no|_?number)?|pan_?(?:no|number)|nric|rrn|personnummer|codice_?fiscale|national_?id(?:_?no|_?number)?|tax_?id"
_MACRO = re.compile(r"\{(zh:|!|)([^{}0-9,]+)\}")
_PAPER = r"(?:身份|税号|税务|纳税|社保|社会保险|医保|居民|登记|个人(?:号|代码|识别|编号)|公民|出生号|番号|证件|国民|护理号)"
_FIELD = r"[_ -]?(?:n(?:o|r|um|úmero)|id|code|号)|[\"' ]{0,3}(?:[:：=|]|$)"  # what follows the name of a field
_LOOK_AROUND = re.compile(r"\(\?<?!.*?\)")
_SHAPED = re.compile(r"[0-9]{3}|[A-Za-z]{5}[0-9]")  # no number of the table has neither


def foreign_identities(text: str, focus: int = 0) -> Iterator[Found]:
    """Identity numbers of other countries."""
    if _SHAPED.search(text, focus) is None:
        return
    for number in _called().of(text):
        validator, pattern, context = _numbers()[number]
        for match in pattern.finditer(text, focus):
            if (not context or says(context, text, *match.span())) and _validator(validator)(match.group()):
                beside = context and words(context).search(heading(text, match.start()) or before(text, match.start(), 24))
                yield Found("personal.national_id", *match.span(), validator + ("+context" if context else ""), 0.96 if beside else 0.8)


def foreign_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """The same under the heading of a column, however far above."""
    for found in foreign_identities(text, focus):
        if words(COLUMNS).search(heading(text, found.start)):
            yield found


@cache
def _numbers() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Validator, shape and context (macros written out) of each row."""
    return tuple((number.validator, number.pattern, _MACRO.sub(_context, number.context)) for number in foreign_numbers())


@cache
def _called() -> Which:
    """Which rows' words stand in a text; a row without words always may."""
    return Which([context for _, _, context in _numbers()], re.IGNORECASE)


def _context(macro: re.Match[str]) -> str:
    kind, word = macro.groups()
    if kind == "zh:":
        return rf"(?:{word})[^\n]{{0,8}}{_PAPER}|{_PAPER}[^\n]{{0,6}}(?:{word})"
    capitals = rf"(?-i:(?<![A-Za-z]){word}(?![A-Za-z(]))"
    return capitals if kind else rf"{capitals}|(?<![A-Za-z]){word}(?={_FIELD})"


def foreign_signs() -> str:
    """An expression (google-re2) for the words that make a number one of another country's, and for the numbers that need none."""
    signs = (f"(?i:{_MACRO.sub(_sign, number.context)})" if number.context else number.pattern.pattern for number in foreign_numbers())
    return _LOOK_AROUND.sub("", "|".join(signs))


def _sign(macro: re.Match[str]) -> str:
    kind, word = macro.groups()
    if kind == "zh:":
        return rf"(?:{word})[^\n]{{0,8}}{_PAPER}|{_PAPER}[^\n]{{0,6}}(?:{word})"
    return rf"(?-i:\b{word})" if kind else rf"(?:\b|_){word}(?:[^a-z]|n[or]|id|$)"


@cache
def _validator(name: str) -> Callable[[str], bool]:
    if name == "sg.nric":
        return lambda code: singapore_letter(code[:8].upper()) == code[8].upper()
    is_valid: Callable[[str], bool] = importlib.import_module(f"stdnum.{name}").is_valid
    return is_valid
