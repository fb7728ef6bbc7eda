"""Compares the texts of pairs: reads them again shard by shard, lays them into a scratch file, and compares pair by pair.

The scratch file holds normalised texts only (two bytes a character, four where a text has a character beyond U+FFFF) and is gone with its
folder. Reads are ``pread``, not a mapping, so that memory stays what it is.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from brightline.corpus.duplicates.candidates import Pairs
from brightline.corpus.duplicates.chance import align, is_sure
from brightline.corpus.duplicates.groups import Rows
from brightline.corpus.duplicates.laying import Laid, lay
from brightline.corpus.duplicates.normalising import Codes, normalise
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.duplicates.rows import RowNumbers
from brightline.corpus.duplicates.texts import chosen_texts
from brightline.corpus.duplicates.verifying import MOST_CHARS, Profile, compare, profile
from brightline.corpus.errors import RunError
from brightline.corpus.shard import ReadOptions
from brightline.corpus.storage import Workspace

__all__ = ["compare_pairs"]

_PAIRS_A_TASK = 4_096
_CACHED_CHARS = 4_000_000
"""Profiles are kept for so many characters (about 16 bytes each: 64 MB a process; own choice)."""

_LAID_AT_ONCE = 64
"""Pairs aligned at once: 3 MB of pieces and windows (own choice: more are no faster)."""


class Compared(NamedTuple):
    """First row, second row, their exact figures, and whether they are copies."""

    first: int
    second: int
    jaccard: float
    covered: float
    alike: bool


class _Spill(NamedTuple):
    """Where texts lie: ``rows`` ascending; text ``i`` has ``lengths[i]`` characters of ``widths[i]`` bytes from byte ``offsets[i]``, and is
    the beginning of one of ``wholes[i]``."""

    path: Path
    rows: Rows
    offsets: Rows
    lengths: Rows
    widths: Rows
    wholes: Rows


def compare_pairs(
    pairs: Pairs,
    workspace: Workspace,
    numbers: RowNumbers,
    reading: ReadOptions,
    options: DuplicateOptions,
    folder: Path,
    workers: int,
    told: Callable[[str, int, int], None],
) -> Iterator[Compared]:
    """Each pair, in the order of ``pairs``. Raises ``RunError`` BL-CORPUS-048 where a process that compares is killed."""
    rows = np.unique(np.concatenate([pairs.first, pairs.second]))
    spill = _laid_out(rows, workspace, numbers, reading, folder / "texts", told)
    total = len(pairs.first)
    tasks = [(pairs.first[at : at + _PAIRS_A_TASK], pairs.second[at : at + _PAIRS_A_TASK]) for at in range(0, total, _PAIRS_A_TASK)]
    if workers < 2 or len(tasks) < 2:
        done = 0
        for first, second in tasks:
            yield from _compare(spill, options, first, second)
            done += len(first)
            told("compare", done, total)
    else:
        with _pool(min(workers, len(tasks)), spill, options) as pool:
            done = 0
            for answer in pool.map(_compare_given, *zip(*tasks, strict=True)):
                yield from answer
                done += len(answer)
                told("compare", done, total)
    spill.path.unlink()


@contextmanager
def _pool(workers: int, spill: _Spill, options: DuplicateOptions) -> Iterator[ProcessPoolExecutor]:
    """Processes that are told once where the texts lie: 40 bytes a candidate."""
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (spill, options)) as pool:
            yield pool
    except BrokenProcessPool as error:
        hint = "resume: nothing is lost; fewer workers need less memory"
        raise RunError("BL-CORPUS-048", "a process that compared texts was killed (by somebody, or for want of memory)", hint) from error


def _laid_out(
    rows: Rows, workspace: Workspace, numbers: RowNumbers, reading: ReadOptions, path: Path, told: Callable[[str, int, int], None]
) -> _Spill:
    lengths, widths, wholes = (np.zeros(len(rows), np.int64) for _ in range(3))
    at = done = 0
    with path.open("wb") as file:
        for part in numbers.by_shard(rows):
            for texts in chosen_texts(workspace, part, reading):
                normalised = normalise(texts)
                for number in range(len(normalised)):
                    codes = normalised.text(number)
                    read = codes[:MOST_CHARS]
                    wide = bool(len(read)) and int(read.max()) > 0xFFFF
                    file.write(read.tobytes() if wide else read.astype(np.uint16).tobytes())
                    lengths[at], widths[at], wholes[at] = len(read), 4 if wide else 2, len(codes)
                    at += 1
            done += 1
            told("texts", done, len(numbers.shards))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths * widths)])[:-1]
    return _Spill(path, rows, offsets, lengths, widths, wholes)


_given: list[tuple[_Spill, DuplicateOptions]] = []  # of a process that compares


def _begin(spill: _Spill, options: DuplicateOptions) -> None:
    _given[:] = [(spill, options)]


def _compare_given(first: Rows, second: Rows) -> list[Compared]:
    return _compare(*_given[0], first, second)


def _compare(spill: _Spill, options: DuplicateOptions, first: Rows, second: Rows) -> list[Compared]:
    handle = os.open(spill.path, os.O_RDONLY)
    try:
        return _judged(_Profiles(spill, handle), options, list(zip(first.tolist(), second.tolist(), strict=True)))
    finally:
        os.close(handle)


def _judged(profiles: _Profiles, options: DuplicateOptions, pairs: Sequence[tuple[int, int]]) -> list[Compared]:
    """Pairs by their grams, and those that these leave in doubt by alignment, many at once."""
    judged: list[Compared] = []
    doubts: list[tuple[int, Laid]] = []
    for at, (one, other) in enumerate(pairs):
        texts = profiles[one], profiles[other]
        found = compare(*texts)
        enough = found.covered >= options.covered and found.jaccard >= options.jaccard
        judged.append(Compared(one, other, *found, enough and is_sure(found, *texts)))
        if enough and not judged[-1].alike:
            doubts.append((at, lay((profiles.codes(one), texts[0]), (profiles.codes(other), texts[1]))))
        if len(doubts) == _LAID_AT_ONCE or at == len(pairs) - 1:
            for (place, _laid), alignment in zip(doubts, align([laid for _at, laid in doubts]), strict=True):
                judged[place] = judged[place]._replace(alike=alignment.is_copy(options.changed))
            doubts.clear()
    return judged


class _Profiles:
    """Profiles of laid out texts, those used last kept."""

    def __init__(self, spill: _Spill, handle: int) -> None:
        self._spill = spill
        self._handle = handle
        self._kept: OrderedDict[int, Profile] = OrderedDict()
        self._chars = 0

    def __getitem__(self, row: int) -> Profile:
        found = self._kept.get(row)
        if found is not None:
            self._kept.move_to_end(row)
            return found
        found = self._kept[row] = self._read(row)
        self._chars += found.chars
        while self._chars > _CACHED_CHARS and len(self._kept) > 2:
            _row, dropped = self._kept.popitem(last=False)
            self._chars -= dropped.chars
        return found

    def codes(self, row: int) -> Codes:
        """What is laid out of a text."""
        place = int(np.searchsorted(self._spill.rows, row))
        length, width = int(self._spill.lengths[place]), int(self._spill.widths[place])
        raw = os.pread(self._handle, length * width, int(self._spill.offsets[place]))
        return np.frombuffer(raw, np.uint32 if width == 4 else np.uint16).astype(np.uint32)

    def _read(self, row: int) -> Profile:
        whole = int(self._spill.wholes[int(np.searchsorted(self._spill.rows, row))])
        return profile(self.codes(row), whole)
