"""The tables of the shape lane, read and checked once: look-alike letters, leet signs, numerals, and the words that count.

All are text files beside this package, one row a line, reviewed as a diff. A bad row is a ``DataError`` with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from brightline.errors import DataError

__all__ = ["CONFUSABLES_FILE", "ENGLISH_FILE", "LookAlikes", "english_words", "field_words", "leet_signs", "look_alikes", "numerals"]

_DATA = Path(__file__).parent / "data"
CONFUSABLES_FILE = _DATA / "shapes_confusables.tsv"
ENGLISH_FILE = _DATA / "shapes_english.txt"
LEET_FILE = _DATA / "shapes_leet.tsv"
NUMERALS_FILE = _DATA / "shapes_numerals.tsv"
FIELDS_FILE = _DATA / "shapes_fields.txt"


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """``reads``: character → Latin letter. ``sure``: those of Unicode's own table, which differ from the letter by nothing
    one could see; the others need a known word. ``latin``: letters of the Latin script; ``greek``: those of the Greek one.
    """

    reads: Mapping[str, str]
    sure: frozenset[str]
    latin: frozenset[str]
    greek: frozenset[str]


@cache
def look_alikes(path: Path = CONFUSABLES_FILE) -> LookAlikes:
    """The table of ``build_shapes``. Raises ``DataError`` BL-DATA-240."""
    rows = {}
    for line, (code, character, letter, source, name) in _rows(path, 5):
        if (
            len(character) != 1
            or f"{ord(character):04X}" != code
            or not ("a" <= letter <= "z" and len(letter) == 1)
            or source not in ("unicode", "own")
        ):
            raise _wrong(path, line, "code point, the character, one letter a-z, unicode or own, name")
        if character in rows:
            raise _wrong(path, line, f"{character} only once")
        rows[character] = (letter, source, name)
    return LookAlikes(
        {character: letter for character, (letter, _, _) in rows.items()},
        frozenset(character for character, (_, source, _) in rows.items() if source == "unicode"),
        frozenset(character for character, (_, _, name) in rows.items() if name.startswith("LATIN")),
        frozenset(character for character, (_, _, name) in rows.items() if name.startswith("GREEK")),
    )


@cache
def leet_signs(path: Path = LEET_FILE) -> Mapping[str, str]:
    """Sign → the letters it may stand for, the likeliest first. Raises ``DataError`` BL-DATA-240."""
    signs: dict[str, str] = {}
    for line, (sign, letters, _) in _rows(path, 3):
        if len(sign) != 1 or sign.isalpha() or not letters.isalpha() or sign in signs:
            raise _wrong(path, line, "a sign that is no letter, its letters, why; each sign once")
        signs[sign] = letters
    return signs


@cache
def numerals(path: Path = NUMERALS_FILE) -> Mapping[str, str]:
    """Character → the ASCII digit it is written for. Raises ``DataError`` BL-DATA-240."""
    digits: dict[str, str] = {}
    for line, (character, digit, _) in _rows(path, 3):
        if len(character) != 1 or digit not in tuple("0123456789") or character in digits:
            raise _wrong(path, line, "a character, a digit 0-9, why; each character once")
        digits[character] = digit
    return digits


@cache
def english_words(path: Path = ENGLISH_FILE) -> frozenset[str]:
    """About 11,000 common English words. Raises ``DataError`` BL-DATA-240."""
    return frozenset(_words(path))


@cache
def field_words(path: Path = FIELDS_FILE) -> frozenset[str]:
    """Words of the goals' fields, for which weak evidence is enough. Raises ``DataError`` BL-DATA-240."""
    return frozenset(_words(path))


def _words(path: Path) -> Iterator[str]:
    for line, word in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not word or word.startswith("#"):
            continue
        if not (word.isascii() and word.isalpha() and word.islower() and len(word) > 1):
            raise _wrong(path, line, "a word of two letters a-z or more")
        yield word


def _rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row below the heading."""
    for line, row in enumerate(path.read_text(encoding="utf-8").split("\n")[1:], 2):
        if not row:
            continue
        cells = row.split("\t")
        if len(cells) != columns:
            raise _wrong(path, line, f"{columns} columns")
        yield line, cells


def _wrong(path: Path, line: int, expected: str) -> DataError:
    return DataError(
        "BL-DATA-240", f"this row of the shape lane's tables is not {expected}", "correct or remove the row", file=path.name, line=line
    )
