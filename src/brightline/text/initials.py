"""Words by the initials of their syllables, as part of the sound lane: zfb for 支付宝, jqr for 机器人.

An entry of at least ``LEAST_SYLLABLES`` Chinese characters has its initials as one more form; a shorter word has them only if the reviewed table
``data/initials.yaml`` says so, inside longer entries too (加wx for 加微信). Letters are read so only as a whole run (all side by side, or all apart),
in a Chinese sentence or beside a digit, where they are no pinyin. A form that is an English word, or that ordinary people write
(one text in 20,000 of the benign profile, which in effect means any that it holds), is left out when the goals are loaded.

Four letters are few: chance writes many entries' initials. What a hit is worth is the sound lane's rule (``late_index``): never more than a review,
and below ``LEAST_ALONE`` letters only beside another slot's word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from brightline.errors import DataError
from brightline.text.lanes import BREAK, MAX_SKIPPED, base_form
from brightline.text.profile import load_profile
from brightline.text.shape_tables import english_words
from brightline.text.sounds import Sounds, sound_forms, sounds_of, syllables_of

__all__ = [
    "INITIALS_FILE",
    "LEAST_ALONE",
    "LEAST_SYLLABLES",
    "Reviewed",
    "has_initials",
    "heard_forms",
    "heard_in",
    "initialled_words",
    "initials_of",
    "is_of_initials",
    "reviewed_initials",
]

INITIALS_FILE = Path(__file__).parent / "data" / "initials.yaml"

LEAST_SYLLABLES = 4  # of an entry whose initials need no row of the table
LEAST_ALONE = 6  # letters: of 26**6 strings the 500 such entries that ship are one in 600,000; of 26**4 the 5,000 are one in 90
MOST_LETTERS = 12
MOST_ORDINARY = 1 / 20_000  # texts of any kind of the benign profile

# A letter first, inside or last of its run: what is a part of a longer run matches nothing.
_FIRST, _INSIDE, _LAST = 0xF100, 0xF120, 0xF140
_A = ord("a")
_BETWEEN = "[^\\w。！？!?\n]"  # separators; where more of them stand than may be skipped, ``sounds_of`` has a break
# A letter that follows none, then letters or single letters apart.
_RUN = re.compile(
    rf"[a-z](?<![a-z][a-z])(?:[a-z]{{1,{MOST_LETTERS - 1}}}|(?:{_BETWEEN}{{1,{MAX_SKIPPED}}}[a-z](?![a-z])){{1,{MOST_LETTERS - 1}}})(?![a-z])"
)
_SENTENCE_END = re.compile(r"[。！？!?\n]|\. ")
_CHINESE = re.compile("[\u3400-\u9fff]")
_DIGIT_AFTER = re.compile(rf"{_BETWEEN}{{0,{MAX_SKIPPED}}}[0-9]")
_DIGIT_BEFORE = re.compile(rf"[0-9]{_BETWEEN}{{0,{MAX_SKIPPED}}}\Z")
_AROUND = 60  # characters of a sentence on either side in which a Chinese one is looked for


class Reviewed(NamedTuple):
    """The table: word → the letters that it is written with; and letters that stand for something else."""

    letters: Mapping[str, tuple[str, ...]]
    ordinary: frozenset[str]


def heard_forms(entries: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """For each entry its forms in the text of ``heard_in``: as it sounds, and by its initials."""
    written = [list(_written(entry)) for entry in entries]
    known = _ordinary({letters for several in written for letters, _ in several})
    for entry, several in zip(entries, written, strict=True):
        spoken = sound_forms(entry)
        found = (_form(spoken[0], entry, letters, at) for letters, at in several if letters not in known) if spoken else ()
        yield tuple(dict.fromkeys((*spoken, *found)))


def initials_of(word: str, letters: str = "") -> str:
    """Letters that are read as the whole of ``word`` (these ``letters``, if given); empty if none are."""
    several = [written for written, at in _written(word) if at == range(len(word)) and letters in ("", written)]
    unread = _ordinary(set(several))
    return next((written for written in several if written not in unread), "")


@cache
def initialled_words() -> list[tuple[str, list[str]]]:
    """The reviewed words, the longest first, each with the letters that are read as it."""
    readable = ((word, [each for each in letters if initials_of(word, each)]) for word, letters in reviewed_initials().letters.items())
    return sorted(((word, letters) for word, letters in readable if letters), key=lambda row: (-len(row[0]), row))


def is_of_initials(form: str) -> bool:
    """True for a form that is nothing but initials."""
    return chr(_FIRST) <= form[0] < chr(_INSIDE) and form[-1] >= chr(_LAST)


def has_initials(heard: str) -> bool:
    """True for something heard of which a part is initials."""
    return max(heard) >= chr(_FIRST)


def heard_in(text: str) -> Sounds:
    """``sounds_of`` a text of the base lane, with its runs of initials in place of the breaks that they are there."""
    heard = sounds_of(text)
    runs = [run.span() for run in _RUN.finditer(text) if _may_be_initials(text, *run.span())]
    if not runs:
        return heard
    spoken, at = list(heard.text), np.asarray(heard.at)
    for (start, end), place in zip(runs, at.searchsorted([start for start, _ in runs]).tolist(), strict=True):
        letters = [letter for letter in text[start:end] if letter.isalpha()]
        if spoken[place : place + len(letters)] == [BREAK] * len(letters) and at[place + len(letters) - 1] == end - 1:
            spoken[place : place + len(letters)] = _coded(letters)
    return Sounds("".join(spoken), heard.at, heard.until)


@cache
def reviewed_initials(path: Path = INITIALS_FILE) -> Reviewed:
    """The reviewed table. Raises ``DataError`` BL-DATA-242 with file and line."""
    content = path.read_text(encoding="utf-8")
    node = yaml.compose(content, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(path, 1, "the table of initials is not a list", "write one row for some letters")
    letters: dict[str, tuple[str, ...]] = {}
    ordinary: set[str] = set()
    seen: set[str] = set()
    for at, row in zip(node.value, yaml.safe_load(content), strict=True):
        line = at.start_mark.line + 1
        match row:
            case {"letters": str(written), "reads": list(words), "why": str(why), **others} if why.strip() and not others:
                pass
            case _:
                raise _wrong(path, line, "a row is not {letters, reads, why}", "fill in all three")
        if not re.fullmatch(f"[a-z]{{2,{MOST_LETTERS}}}", written) or written in seen:
            raise _wrong(path, line, f"{written!r} stands twice, or is not 2 to {MOST_LETTERS} letters a-z", "correct the row")
        seen.add(written)
        for word in words:
            if not isinstance(word, str) or base_form(word) != word or len(syllables_of(word) or ()) != len(written):
                raise _wrong(
                    path, line, f"{word!r} does not have the syllables of {written!r}", "write simplified characters, one a letter"
                )
            letters[word] = (*letters.get(word, ()), written)
        if not words:
            ordinary.add(written)
    return Reviewed(letters, frozenset(ordinary))


def _written(entry: str) -> Iterator[tuple[str, range]]:
    """The letters that may stand for characters of an entry, and for which of them."""
    syllables = syllables_of(entry)
    if syllables is None:
        return
    if LEAST_SYLLABLES <= len(entry) <= MOST_LETTERS:
        yield "".join(syllable[0] for syllable in syllables), range(len(entry))
    for start in range(len(entry)):
        for end in (start + 2, start + 3):
            for letters in reviewed_initials().letters.get(entry[start:end], ()) if end <= len(entry) else ():
                yield letters, range(start, end)


def _ordinary(written: Iterable[str]) -> frozenset[str]:
    """Those of these letters that mean something else to ordinary people."""
    several = sorted(written)
    shares = load_profile().shares(several).by_domain.max(axis=1, initial=0.0).tolist() if several else []
    other, english = reviewed_initials().ordinary, english_words()
    return frozenset(
        letters
        for letters, share in zip(several, shares, strict=True)
        if share >= MOST_ORDINARY or letters in english or letters in other or len(set(letters)) == 1 < len(letters) - 1
    )


def _form(spoken: str, entry: str, letters: str, at: range) -> str:
    return spoken[: at.start] + "".join(_coded(letters)) + spoken[at.stop :]


def _coded(letters: Sequence[str]) -> list[str]:
    places = chain((_FIRST,), (_INSIDE for _ in letters[2:]), (_LAST,))
    return [chr(place + ord(letter) - _A) for place, letter in zip(places, letters, strict=True)]


def _may_be_initials(text: str, start: int, end: int) -> bool:
    """True beside a digit, or in a sentence that has a Chinese character nearby."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if _DIGIT_BEFORE.search(before) or _DIGIT_AFTER.match(after):
        return True
    ends = [stop.end() for stop in _SENTENCE_END.finditer(before)]
    stop = _SENTENCE_END.search(after)
    return (
        _CHINESE.search(before, ends[-1] if ends else 0) is not None
        or _CHINESE.search(after, 0, stop.start() if stop else _AROUND) is not None
    )


def _wrong(path: Path, line: int, message: str, cure: str) -> DataError:
    return DataError("BL-DATA-242", message, cure, file=path.name, line=line)
