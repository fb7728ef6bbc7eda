"""Sentences written by their sound, read as what they say: 绑涡斜一封信 is 帮我写一封信, wo yao mai 药 is 我要买药.

A row of characters that nobody would write side by side, or letters that are pinyin, is read as the most natural row of characters that
sounds the same: a noisy channel (Kernighan, Church and Gale 1990) over the scores of ``pairs``, searched with a beam. What was written stays
where it is natural. Words of one's own, which counts of ordinary texts know little of, are told with ``familiar``.

Only what is strange as it stands is read, so ordinary text costs one look at its pairs. A sentence that only makes sense when it is read
backwards *and* by sound is read so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.text.lanes import BREAK, base_form
from brightline.text.pairs import FIRST_HAN, LAST_HAN, UNSEEN, is_familiar, load_counts, naturalness, pair_scores, place_of
from brightline.text.shape_tables import english_words
from brightline.text.sounds import FIRST, phrase_readings, readings_of, sounds_of
from brightline.text.tables import CLAUSE, END, load_tables
from brightline.text.views import Edit, View

__all__ = ["spoken_edits"]

LEAST_SYLLABLES = 3
MOST_NATURAL = -0.5  # nats a pair: what is more natural as it stands is left as it is
LEAST_STRANGE, LEAST_UNSEEN = -3.9, 0.55  # nats of a row in all, and the share of its pairs that nobody writes: few ordinary rows have both
LEAST_SPELT, LEAST_SPELT_SHARE = 2, 0.3  # syllables in letters that a row has, and how many of all
LEAST_GAIN = 6.0  # nats by which the reading must be more likely than what was written, in all
LEAST_GAIN_EACH = 3.0  # and for each character that is exchanged
MORE_TURNED = 1.25  # times the gain of the reading forwards, before a sentence is read backwards
LEAST_READ = 0.5  # nats a pair: the reading itself must be natural
LONGEST = 32  # syllables that are read in one go; a longer row is cut

# How likely it is that somebody writes another character of the same syllable, or of one that sounds nearly the same: nats.
OTHER_CHARACTER = -2.0
NEAR_SOUND = -2.5  # beside that
STRANGE_CHANCE = -14.0  # of a character that was never counted
FAMILIAR_UNSEEN, FAMILIAR_MORE = 3.0, 4.0  # nats of a pair in a familiar word that was never counted, and what one that was is worth more

_MOST_CHARACTERS = 48  # of a syllable
_BEAM = 12
_NO_READING = -1

_LETTERS = re.compile("[a-z]+")
_FOREIGN = re.compile(r"[^\W\d_\u3400-\u9fff]")  # a letter in any form that may be a Latin one
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_HAN = re.compile("[\u3400-\u9fff]")

_U32 = NDArray[np.uint32]
_F32 = NDArray[np.float32]


class _Candidates(NamedTuple):
    """For each syllable (of the sound lane) the characters that are read so, ``_MOST_CHARACTERS`` at most, the rest zeros."""

    codes: _U32
    chances: _F32
    readings: NDArray[np.int16]


class _Row(NamedTuple):
    """Syllables in a row: their places in the text, their sound, exact reading (or ``_NO_READING``), and the character written (or 0)."""

    at: list[int]
    until: list[int]
    sounds: list[int]
    readings: list[int]
    written: list[int]


class _Reading(NamedTuple):
    """What a row says, one character a syllable; by how much likelier that is than what was written, and how natural a pair of it is."""

    codes: list[int]
    gain: float
    natural: float


def spoken_edits(text: str, familiar: NDArray[np.uint8] | None = None) -> list[Edit]:
    """The characters and syllables of ``text`` that are to be read as other characters; any code points, time in proportion to the length."""
    foreign = _is_foreign(text)
    clauses = _clauses(text, foreign)
    if not clauses and not foreign:
        return []
    edits: list[Edit] = []
    for start, end in (sentence.span() for sentence in _SENTENCE.finditer(text)):
        own = [(first, last) for first, last in clauses if start <= first and last <= end]
        forwards, gain = _edits(text, own, familiar)
        if 2 * sum(last - first for first, last in own) > end - start or (foreign and _is_mostly_letters(text[start:end])):
            turned = text[start:end][::-1]
            backwards, more = _edits(turned, _clauses(turned, _is_foreign(turned)), familiar)
            if more > LEAST_GAIN + MORE_TURNED * gain:
                forwards = [Edit(start, end, View.of(turned).edited(backwards).text, "sound")]
        edits += forwards
    return edits


def _is_mostly_letters(sentence: str) -> bool:
    """True if there are fewer Chinese characters than others."""
    return 2 * len(_HAN.findall(sentence)) < len(sentence)


def _is_foreign(text: str) -> bool:
    """True if there are letters, and most words of them are not English."""
    if _FOREIGN.search(text) is None:
        return False
    words = _LETTERS.findall(naturalness(text).letters(0, len(text)))
    return 2 * sum(len(word) > 1 and word in english_words() for word in words) <= len(words) > 0


def _edits(text: str, clauses: Sequence[tuple[int, int]], familiar: NDArray[np.uint8] | None) -> tuple[list[Edit], float]:
    """The edits of these clauses, and how many nats likelier they make the text."""
    rows = [row for start, end in clauses for row in _rows(text[start:end], start) if _is_strange(row)]
    edits: list[Edit] = []
    gain = 0.0
    for row, reading in zip(rows, _read(rows, familiar), strict=True):
        changed = [n for n, code in enumerate(reading.codes) if code != row.written[n]]
        if reading.natural >= LEAST_READ and reading.gain >= max(LEAST_GAIN, LEAST_GAIN_EACH * len(changed)):
            edits += (Edit(row.at[n], _end(row, n), chr(reading.codes[n]), "sound") for n in changed)
            gain += reading.gain
    return edits, gain


def _end(row: _Row, n: int) -> int:
    """Where syllable n ends, with the separators after it."""
    return row.at[n + 1] if n + 1 < len(row.at) else row.until[n]


def _clauses(text: str, foreign: bool) -> list[tuple[int, int]]:
    """The clauses that may be meant to be spoken: their characters do not belong side by side, or there are letters that are pinyin."""
    codes, at, _, natural_until = naturalness(text)
    rims = (load_tables().classes.take(codes, mode="clip") & (END | CLAUSE)).nonzero()[0]
    cuts = np.zeros(len(rims) + 2, np.int64)  # before which of the Chinese characters a clause begins
    cuts[1:-1] = at.searchsorted(rims)
    cuts[-1] = len(at)
    first, last = cuts[:-1], cuts[1:] - 1
    pairs = last - first
    natural = natural_until.take(last, mode="clip") - natural_until.take(first, mode="clip")
    wanted = (pairs >= LEAST_SYLLABLES - 1) & (natural < MOST_NATURAL * pairs)
    if not foreign and not wanted.any():
        return []
    starts, ends = np.append(0, rims + 1), np.append(rims, len(text))
    if foreign:
        heard = sounds_of(text)
        spelt = np.asarray(heard.at)[(np.asarray(heard.until) - heard.at) > 1]
        wanted |= spelt.searchsorted(ends) > spelt.searchsorted(starts)
    return list(zip(starts[wanted].tolist(), ends[wanted].tolist(), strict=True))


def _rows(text: str, offset: int) -> Iterator[_Row]:
    """The rows of syllables between breaks; ``offset`` is where the text stands in the whole."""
    heard = sounds_of(text)
    base, numbers, readings = load_tables().base, _numbers(), readings_of()
    row = _Row([], [], [], [], [])
    for sound, start, end in zip(heard.text, map(int, heard.at), map(int, heard.until), strict=True):
        if row.at and (sound == BREAK or len(row.at) == LONGEST):
            yield row
            row = _Row([], [], [], [], [])
        if sound == BREAK:
            continue
        code = int(base[ord(text[start])]) if end - start == 1 else 0
        reading = readings.get(chr(code)) if FIRST_HAN <= code <= LAST_HAN else "".join(filter(str.isalpha, base_form(text[start:end])))
        row.at.append(offset + start)
        row.until.append(offset + end)
        row.sounds.append(ord(sound) - FIRST)
        row.readings.append(numbers.get(reading or "", _NO_READING))
        row.written.append(code if FIRST_HAN <= code <= LAST_HAN else 0)
    if row.at:
        yield row


def _is_strange(row: _Row) -> bool:
    """True if nobody would write it so. Several syllables in letters are strange enough; one is a name, or a word such as AI."""
    if len(row.at) < LEAST_SYLLABLES:
        return False
    spelt = row.written.count(0)
    if spelt >= max(LEAST_SPELT, len(row.written) * LEAST_SPELT_SHARE):
        return True
    written = np.array([code for code in row.written if code], np.uint32)
    if len(written) < LEAST_SYLLABLES:
        return False
    scores = pair_scores(written[:-1], written[1:])
    return float(scores.sum()) <= LEAST_STRANGE and float((scores <= UNSEEN).mean()) >= LEAST_UNSEEN


def _read(rows: Sequence[_Row], familiar: NDArray[np.uint8] | None) -> list[_Reading]:
    """The likeliest reading of each row; all rows at once, syllable by syllable."""
    if not rows:
        return []
    longest = max(len(row.at) for row in rows)
    sounds = _padded([row.sounds for row in rows], longest, 0)
    readings = _padded([row.readings for row in rows], longest, _NO_READING).astype(np.int16)
    written = _padded([row.written for row in rows], longest, 0).astype(np.uint32)
    own = _chances()[written]
    beams: list[_U32] = []
    before: list[NDArray[np.int64]] = []
    totals: list[_F32] = []
    for n in range(longest):
        codes, likely = _candidates_of(sounds[:, n], readings[:, n], written[:, n], own[:, n])
        if n:
            scores = _scores(beams[-1][:, :, None], codes[:, None, :], familiar) + totals[-1][:, :, None]
            best = scores.argmax(axis=1)
            likely = likely + np.take_along_axis(scores, best[:, None, :], axis=1)[:, 0]
        else:
            best = np.zeros(codes.shape, np.int64)
        kept = np.argpartition(-likely, _BEAM, axis=1)[:, :_BEAM]
        beams.append(np.take_along_axis(codes, kept, axis=1))
        before.append(np.take_along_axis(best, kept, axis=1))
        totals.append(np.take_along_axis(likely, kept, axis=1))
    found: list[_Reading] = []
    for number, row in enumerate(rows):
        size = len(row.at)
        place = int(totals[size - 1][number].argmax())
        total = float(totals[size - 1][number, place])
        path: list[int] = []
        for n in range(size - 1, -1, -1):
            path.append(int(beams[n][number, place]))
            place = int(before[n][number, place])
        path.reverse()
        row_written, row_path = np.array(row.written, np.uint32), np.array(path, np.uint32)
        as_written = float(own[number, :size].sum()) + float(_scores(row_written[:-1], row_written[1:], familiar).sum())
        natural = float(_scores(row_path[:-1], row_path[1:], familiar).mean())
        found.append(_Reading(path, total - as_written, natural))
    return found


def _candidates_of(sounds: NDArray[np.int64], readings: NDArray[np.int16], written: _U32, own: _F32) -> tuple[_U32, _F32]:
    """For each row the characters that its syllable may stand for, what was written among them, and how likely each is by itself."""
    table = _candidates()
    codes, likely, exact = table.codes[sounds], table.chances[sounds], table.readings[sounds]
    likely = likely + np.float32(OTHER_CHARACTER)
    likely += np.float32(NEAR_SOUND) * ((exact != readings[:, None]) & (readings[:, None] != _NO_READING))
    likely[codes == written[:, None]] = -np.inf  # it comes once more, as it was written
    mine = np.where(written > 0, own, np.float32(-np.inf)).astype(np.float32)
    return np.concatenate((codes, written[:, None]), axis=1), np.concatenate((likely, mine[:, None]), axis=1)


def _scores(left: _U32, right: _U32, familiar: NDArray[np.uint8] | None) -> _F32:
    scores = pair_scores(left, right)
    if familiar is None:
        return scores
    known = is_familiar(familiar, place_of(left, right)[0])
    return np.where(known, np.where(scores > UNSEEN, scores + np.float32(FAMILIAR_MORE), np.float32(FAMILIAR_UNSEEN)), scores)


def _padded(rows: Sequence[Sequence[int]], size: int, value: int) -> NDArray[np.int64]:
    return np.array([[*row, *[value] * (size - len(row))] for row in rows], np.int64)


@cache
def _numbers() -> dict[str, int]:
    """Syllable in letters → its number."""
    return {syllable: number for number, syllable in enumerate(sorted(set(readings_of().values())))}


@cache
def _chances() -> _F32:
    """Character of the base lane → how likely it is by itself, in nats."""
    counts = load_counts()
    chances = np.full(0x10000, STRANGE_CHANCE, np.float32)
    chances[counts.characters] = counts.chances
    return chances


@cache
def _candidates() -> _Candidates:
    chances, numbers = _chances(), _numbers()
    spoken = {*readings_of().items(), *phrase_readings()}
    sounds = {syllable: ord(sounds_of(character).text) - FIRST for character, syllable in readings_of().items()}
    by_sound: dict[int, list[tuple[float, int, int]]] = {}
    for character, syllable in spoken:
        if chances[ord(character)] > STRANGE_CHANCE and syllable in sounds:
            by_sound.setdefault(sounds[syllable], []).append((float(chances[ord(character)]), ord(character), numbers[syllable]))
    size = max(sounds.values()) + 1
    table = _Candidates(
        np.zeros((size, _MOST_CHARACTERS), np.uint32),
        np.full((size, _MOST_CHARACTERS), -np.inf, np.float32),
        np.full((size, _MOST_CHARACTERS), _NO_READING, np.int16),
    )
    for sound, characters in by_sound.items():
        for n, (chance, code, reading) in enumerate(sorted(characters, reverse=True)[:_MOST_CHARACTERS]):
            table.codes[sound, n], table.chances[sound, n], table.readings[sound, n] = code, chance, reading
    return table
