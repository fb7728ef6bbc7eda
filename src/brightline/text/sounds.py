"""The sound lane: a text as it is spoken. Homophones (威信, 薇芯), pinyin (wei xin, wēixìn, wei1xin4) and mixtures (微xin) sound alike.

``sounds_of`` gives one private code point a syllable, without tone and with the pairs merged that people confuse or swap on purpose
(zh z, ch c, sh s, n l, ang an, eng en, ing in, ü u). Separators between syllables are skipped as in the skip lane; anything else that
cannot be spoken (a digit, a foreign word, the end of a sentence) is a break, which no form of an entry contains.

Letters count as pinyin only if the whole run of letters divides into syllables and is not a word of English: text-and-gateway.md 3.2
shows what loose readings cost. What a hit is worth, and how long an entry must be, is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.text.lanes import BREAK, MAX_SKIPPED, skip_form
from brightline.text.tables import DROPPED, END, LAST_CODE_POINT, SEPARATOR, load_tables

__all__ = [
    "ENGLISH_FILE",
    "PHRASES_FILE",
    "SOUNDS_FILE",
    "Sounds",
    "folded",
    "phrase_readings",
    "readings_of",
    "sound_form",
    "sound_forms",
    "sounds_of",
    "syllables_of",
]

_DATA = Path(__file__).parent / "data"
SOUNDS_FILE = _DATA / "sounds.tsv"
PHRASES_FILE = _DATA / "sounds_phrases.tsv"
ENGLISH_FILE = _DATA / "sounds_english.txt"

FIRST = 0xE000  # syllables are private code points from here on
# What is no syllable, as the table of code points has it. Letters and digits stand for themselves, and are breaks in the end.
_INVISIBLE, _END, _SKIPPED, _MUTE = 0, ord(BREAK), ord(" "), ord("#")

MAX_RUN = 256  # letters, and what is invisible among them: no sentence in pinyin is longer
LONGEST_PHRASE = 4  # characters of the words that are kept with a reading of their own
_MAX_SYLLABLE = 6  # zhuang
_ZERO_INITIAL = 1  # a syllable inside a run seldom begins with a vowel: fangan is fan gan

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))

_LETTER = re.compile("[a-z]")
# A run of letters, invisible characters inside; or at least four single letters with separators between: w e i.
_RUN = re.compile("(?<![a-z])(?:[a-z](?:\0* ){1,3}\0*){3,}[a-z](?![a-z\0])|[a-z](?:[a-z\0]*[a-z])?")


Indices = Sequence[int] | NDArray[np.int64]


_GAP = re.compile(f" (?:\0* ){{{MAX_SKIPPED},}}")  # more separators than may be skipped: the first of them becomes a break
_STOP = re.compile(r"\. ")


class Sounds(NamedTuple):
    """What is heard: ``text`` has one code point a syllable, or a BREAK; syllable i stands at ``at[i]`` to ``until[i]`` of the text read."""

    text: str
    at: Indices
    until: Indices


class _Spelling(NamedTuple):
    """How a run of letters divides: for each syllable its code point and its length; ``doubtful`` if it may as well be English."""

    syllables: tuple[tuple[int, int], ...]
    doubtful: bool


class _Run(NamedTuple):
    """A run of letters that divides into syllables: where it stands in the text, where its letters are, and how it divides."""

    start: int
    end: int
    letters: Sequence[int]
    spelling: _Spelling


def sounds_of(text: str) -> Sounds:
    """How a text sounds; any code points. Linear in time and memory."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    marks = _table()[codes]
    if ". " in text:
        marks[[stop.start() for stop in _STOP.finditer(text)]] = _END
    seen = marks.tobytes().decode("utf-16-le")
    if "    " in seen or "\0" in seen:
        marks[[gap.start() for gap in _GAP.finditer(seen)]] = _END
    if _LETTER.search(seen) is None:
        return _heard(marks, None)
    return _heard(marks, _read_letters(seen, marks))


def sound_form(entry: str) -> str:
    """A list entry as it sounds, character by character; empty if it cannot be carried: not all of it spoken, or one syllable only."""
    heard = sounds_of(entry).text
    return "" if BREAK in heard or len(heard) < 2 else heard


def sound_forms(entry: str) -> tuple[str, ...]:
    """``sound_form``, and beside it the form with the readings that the characters have in words: in 银行, 行 is not xing."""
    plain, word = sound_form(entry), skip_form(entry)
    if not plain or len(word) != len(plain):
        return (plain,) if plain else ()
    numbers = _syllables()
    spoken = "".join(chr(numbers[syllable]) for syllable in syllables_of(word) or ())
    return (plain,) if spoken in ("", plain) else (plain, spoken)


def syllables_of(word: str) -> list[str] | None:
    """How characters of the base lane are read in a row, in letters without tones; None if one of them has no reading."""
    readings, phrases = readings_of(), _phrases()
    if not all(character in readings for character in word):
        return None
    spoken = [readings[character] for character in word]
    for start in range(len(word)):
        for end in range(start + 2, min(start + LONGEST_PHRASE, len(word)) + 1):
            if (reading := phrases.get(word[start:end])) is not None:
                spoken[start:end] = reading
    return spoken


@cache
def readings_of() -> Mapping[str, str]:
    """Character of the base lane → its commonest reading, in letters without tone."""
    rows = (line.split("\t") for line in _rows(SOUNDS_FILE))
    return {character: syllable for syllable, characters in rows for character in characters}


def phrase_readings() -> Iterator[tuple[str, str]]:
    """Characters with the readings that they have in certain words only: 行 is hang in 银行."""
    for word, spoken in _phrases().items():
        yield from zip(word, spoken, strict=True)


@lru_cache(1024)
def folded(syllable: str) -> str:
    """A syllable with the confused pairs merged: zhuang → zuan, ning → lin, lv → lu."""
    for written, heard in _INITIALS:
        if syllable.startswith(written):
            syllable = heard + syllable[len(written) :]
            break
    for written, heard in _FINALS:
        if syllable.endswith(written):
            syllable = syllable[: -len(written)] + heard
            break
    return syllable.replace("v", "u")


def _heard(marks: NDArray[np.uint16], ends: dict[int, int] | None) -> Sounds:
    """Syllables and breaks of a text; ``ends`` says where syllables end that have more than one character."""
    at = ((marks != _INVISIBLE) & (marks != _SKIPPED)).nonzero()[0]
    heard = marks[at]
    heard[heard < FIRST] = _END
    until = np.array([ends.get(start, start + 1) for start in at.tolist()]) if ends else at + 1
    return Sounds(heard.tobytes().decode("utf-16-le"), at, until)


def _read_letters(seen: str, marks: NDArray[np.uint16]) -> dict[int, int]:
    """Put syllables in where letters are pinyin; the ends of those syllables. ``marks`` is changed."""
    runs = [run for found in _RUN.finditer(seen) if (run := _run(found, seen)) is not None]
    accepted = [not run.spelling.doubtful or _beside_a_character(seen, run) for run in runs]
    if not any(accepted):
        return {}
    near = [_are_near(seen, left, right) for left, right in pairwise(runs)]
    # Doubtful runs follow certain neighbours, from left to right and back: wo jia ni wei xin.
    for number in range(1, len(runs)):
        accepted[number] = accepted[number] or (accepted[number - 1] and near[number - 1])
    for number in range(len(runs) - 2, -1, -1):
        accepted[number] = accepted[number] or (accepted[number + 1] and near[number])
    ends: dict[int, int] = {}
    for run in (run for run, is_pinyin in zip(runs, accepted, strict=True) if is_pinyin):
        marks[run.start : run.end] = _INVISIBLE
        first = 0
        for syllable, length in run.spelling.syllables:
            marks[run.letters[first]] = syllable
            ends[run.letters[first]] = run.letters[first + length - 1] + 1
            first += length
        if len(run.spelling.syllables) == 1 and _has_tone_digit(seen, run.end):
            marks[run.end] = _INVISIBLE
            ends[run.letters[0]] = run.end + 1
    return ends


def _run(found: re.Match[str], seen: str) -> _Run | None:
    """What was found, if its letters divide into syllables."""
    start, end = found.span()
    if end - start > MAX_RUN:
        return None
    word, letters = found[0], range(start, end)
    if word.isalpha():
        spelling = _spelling(word)
        return None if spelling is None else _Run(start, end, letters, spelling)
    written = [at for at in letters if seen[at].isalpha()]
    spelling = _spelling("".join(seen[at] for at in written))
    return None if spelling is None else _Run(start, end, written, spelling)


def _beside_a_character(seen: str, run: _Run) -> bool:
    """True if a spoken character stands directly beside the run: 微xin. A letter alone says nothing so."""
    return run.end - run.start > 1 and (seen[run.start - 1 : run.start] >= chr(FIRST) or seen[run.end : run.end + 1] >= chr(FIRST))


def _are_near(seen: str, left: _Run, right: _Run) -> bool:
    """True if only a tone digit and separators that may be skipped stand between two runs."""
    start = left.end + _has_tone_digit(seen, left.end)
    gap = seen[start : right.start]
    return gap.count(" ") <= MAX_SKIPPED and not gap.strip(" \0")


def _has_tone_digit(seen: str, at: int) -> bool:
    return seen[at : at + 1] in tuple("12345") and not seen[at + 1 : at + 2].isdigit()


@lru_cache(4096)
def _spelling(word: str) -> _Spelling | None:
    """The best way to divide letters into syllables: few of them, none inside that begins with a vowel; None if there is no way."""
    numbers = _syllables()
    best: list[tuple[int, tuple[tuple[int, int], ...]] | None] = [(0, ())]
    for end in range(1, len(word) + 1):
        ways = []
        for start in range(max(0, end - _MAX_SYLLABLE), end):
            before, code = best[start], numbers.get(word[start:end])
            if before is not None and code is not None and not (start and end - start == 1):
                ways.append((before[0] + 1 + (_ZERO_INITIAL if start and word[start] in "aeo" else 0), (*before[1], (code, end - start))))
        best.append(min(ways, key=lambda way: way[0]) if ways else None)
    found = best[-1]
    return _Spelling(found[1], len(word) == 1 or word in _english()) if found else None


@cache
def _syllables() -> dict[str, int]:
    """Syllable as written → its code point; syllables that sound alike share one."""
    heard: dict[str, int] = {}
    written = [line.split("\t")[0] for line in _rows(SOUNDS_FILE)]
    codes = {syllable: heard.setdefault(folded(syllable), FIRST + len(heard)) for syllable in written}
    # ü after l and n is typed as v, as u and as ue for üe.
    codes |= {syllable.replace("v", "u"): code for syllable, code in codes.items() if "v" in syllable}
    return codes


@cache
def _table() -> NDArray[np.uint16]:
    """What every code point sounds like, by way of the base lane; 2 MB."""
    tables, syllables = load_tables(), _syllables()
    own = np.full(LAST_CODE_POINT + 1, _MUTE, np.uint16)
    own[: LAST_CODE_POINT + 1][(tables.classes & SEPARATOR) != 0] = _SKIPPED
    own[(tables.classes & END) != 0] = _END
    for character in "abcdefghijklmnopqrstuvwxyz0123456789":
        own[ord(character)] = ord(character)
    for character, syllable in readings_of().items():
        own[ord(character)] = syllables[syllable]
    base = tables.base
    marks = own[np.minimum(base, LAST_CODE_POINT)]
    marks[base == DROPPED] = _INVISIBLE
    marks[base > DROPPED] = _MUTE  # several characters out of one: nothing that is spoken
    return marks


@cache
def _phrases() -> dict[str, list[str]]:
    """Words with a reading of their own → that reading."""
    rows = (line.split("\t") for line in _rows(PHRASES_FILE))
    return {word: reading.split() for word, reading in rows}


@cache
def _english() -> frozenset[str]:
    """Words of English that would divide into syllables: change, women, fan."""
    return frozenset(_rows(ENGLISH_FILE))


def _rows(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
