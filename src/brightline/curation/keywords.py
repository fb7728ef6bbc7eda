"""Kernel ``keywords``: the operator's own keyword library over a corpus (SEC-D5: keyword filtering; SEC-K1: the library's size).

A library is a text file: one word a line, optionally a tab and a category (``a1``, ``brand``), lines that begin with ``#`` are
remarks. Words and texts are compared in the text engine's base lane (width, case, traditional and simplified forms, invisible
characters), so a library of 50,000 words costs one pass. A word of Latin letters or digits counts only where no further one stands
beside it, told by ASCII look-around and never by ``\\b``, which is no boundary beside CJK.

A word is no proof: findings are ``keywords.<category>``, which asks for a person and never drops by itself. Nothing ships here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from brightline._version import __version__
from brightline.corpus.annotators.base_lane import base_lane
from brightline.corpus.annotators.batch import Stretch, by_stretches
from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import Announced
from brightline.corpus.schema import FINDINGS
from brightline.corpus.storage import Workspace
from brightline.text.automata import Automaton
from brightline.text.lanes import forms_of

__all__ = ["SCORE", "Keyword", "KeywordKernel", "announce", "kernel", "read_keywords", "shelve"]

_CODE = "1"  # number of this code: rises when the same library could find otherwise
SCORE = 0.5
"""Own choice: a word without context is as likely quoted, refuted or meant otherwise; goals with context score higher."""

_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
_DEFAULT = "listed"
_MOST_WORD = 200  # own choice: longer lines are texts, which duplicates find better
_SCHEMA = pa.schema([pa.field("findings", FINDINGS)])


class Keyword(NamedTuple):
    """A word as its file has it, as texts are compared with it, and its category."""

    word: str
    form: str
    category: str


def read_keywords(text: str, file: str = "keywords") -> tuple[Keyword, ...]:
    """The words of a library. Raises ``CorpusError`` BL-CORPUS-091 with file and line."""
    found: dict[str, Keyword] = {}
    lines = [
        (number, *line.partition("\t")) for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    forms = forms_of([word for _number, word, _tab, _category in lines])
    for (number, word, _tab, category), (form, _skip) in zip(lines, forms, strict=True):
        category = category.strip() or _DEFAULT
        if not form or len(word) > _MOST_WORD:
            raise _bad(file, number, f"{word[:40]!r} is no word", f"one word of at most {_MOST_WORD} characters a line")
        if not _CATEGORY.fullmatch(category):
            raise _bad(file, number, f"{category[:40]!r} is no category", "lower-case letters, digits, dot, dash, underscore")
        found.setdefault(form, Keyword(word.strip(), form, category))  # the first of two that look alike counts
    if not found:
        raise _bad(file, 1, "there is no word in it", "one word a line")
    return tuple(found.values())


def shelve(path: Path, workspace: Workspace) -> Mapping[str, str]:
    """Copy a library into a run's workspace, under its digest: workers of a cluster read it there, and so does an auditor.

    Gives the options of ``kernel`` but for the key. Raises ``CorpusError`` BL-CORPUS-091 for a file that is no library.
    """
    try:
        data = path.read_bytes()
        name = f"keywords/{hashlib.sha256(data).hexdigest()}.txt"
        if _forms(workspace, name) is None:
            words = read_keywords(data.decode("utf-8-sig"), path.name)
            workspace.write_bytes(name, data)
            workspace.write_bytes(_forms_name(name), "\n".join([_FORMS, *map(_line, words)]).encode())
    except OSError as problem:
        raise CorpusError("BL-CORPUS-091", f"{path} cannot be read: {problem.strerror}", "name a text file of words") from None
    except UnicodeDecodeError as problem:
        raise CorpusError("BL-CORPUS-091", f"{path} is no UTF-8 (byte {problem.start})", "convert it to UTF-8") from None
    return {"workspace": workspace.uri, "name": name}


def kernel(workspace: str, name: str, key_hex: str = "") -> KeywordKernel:
    """The kernel over a library that ``shelve`` put into a workspace."""
    place = Workspace(workspace)
    lines = _forms(place, name)
    if lines is None:
        words = read_keywords(place.read_bytes(name).decode("utf-8-sig"), name)
    else:
        words = tuple(Keyword(form, form, category) for form, _tab, category in (line.rpartition("\t") for line in lines))
    return KeywordKernel(words, bytes.fromhex(key_hex))


def announce(workspace: str, name: str, key_hex: str = "") -> Announced | None:
    """Name and version without the automaton; ``None`` where the library lies there without its forms."""
    lines = _forms(Workspace(workspace), name)
    return None if lines is None else Announced(KeywordKernel.name, _version(lines))


_FORMS = f"brightline {__version__}, keywords {_CODE}"
"""Forms are those of one version: another one reads the words again."""


def _forms_name(name: str) -> str:
    return f"{name.removesuffix('.txt')}.forms"


def _forms(workspace: Workspace, name: str) -> list[str] | None:
    """What texts are compared with, a line each as ``_line`` has it: every process of a run needs it, and 50,000 words take half a second."""
    if not workspace.exists(name) or not workspace.exists(_forms_name(name)):
        return None
    head, *lines = workspace.read_bytes(_forms_name(name)).decode("utf-8", "replace").split("\n")
    return lines if head == _FORMS else None


def _line(word: Keyword) -> str:
    return f"{word.form}\t{word.category}"


def _version(lines: Iterable[str]) -> str:
    return hashlib.sha256("\0".join([_CODE, *lines]).encode()).hexdigest()[:16]


class KeywordKernel:
    """Findings of words, in the order of the text; overlapping words are all found."""

    name = "keywords"
    schema = _SCHEMA

    def __init__(self, words: tuple[Keyword, ...], key: bytes) -> None:
        self._automaton = Automaton([word.form for word in words])
        self._lengths = np.array([len(word.form) for word in words], np.int64)
        self._rules = pa.array([f"keywords.{word.category}" for word in words], pa.string())
        # Only where the word itself begins or ends with such a letter is a letter beside it a reason not to count.
        self._open = np.array([_is_latin(word.form[0]) for word in words]), np.array([_is_latin(word.form[-1]) for word in words])
        self.version = _version(map(_line, words))
        self._hashed = lru_cache(maxsize=65_536)(lambda evidence: _keyed(evidence, key))  # words repeat

    def annotate(self, documents: pa.Table) -> pa.Table:
        """One row for each document: its findings, perhaps none."""
        return by_stretches(documents, _SCHEMA, self._annotated)

    def _annotated(self, stretch: Stretch) -> pa.Table:
        codes, raw = base_lane(stretch)
        matches = self._automaton.matches(codes.tobytes().decode("utf-32-le", "surrogatepass"))
        hits = np.fromiter(chain.from_iterable(matches), np.int64, 3 * len(matches)).reshape(-1, 3)
        hits = hits[self._stands_alone(codes, hits)]
        starts, ends = raw[hits[:, 0]], raw[hits[:, 1] - 1] + 1
        row = stretch.documents_at(starts)
        within = ends < stretch.starts[row + 1]  # one pass over many documents, but no word of two
        hits, starts, ends, row = hits[within], starts[within], ends[within], row[within]
        evidence = [self._hashed(stretch.joined[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        count = len(hits)
        findings = pa.StructArray.from_arrays(
            [
                pc.take(self._rules, pa.array(hits[:, 2])),
                pa.array((starts - stretch.starts[row]).astype(np.int32)),
                pa.array((ends - stretch.starts[row]).astype(np.int32)),
                pa.array(evidence, pa.string()),
                pa.array(np.full(count, SCORE, np.float32)),
                pa.array(["keyword"] * count, pa.string()),
            ],
            fields=list(FINDINGS.value_type),
        )
        offsets = np.searchsorted(row, np.arange(len(stretch) + 1)).astype(np.int32)
        return pa.Table.from_arrays([pa.ListArray.from_arrays(offsets, findings, type=FINDINGS)], schema=_SCHEMA)

    def _stands_alone(self, codes: NDArray[np.uint32], hits: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which hits no letter or digit continues. The base lane ends with a line break, which also stands before its beginning."""
        before, after = codes[hits[:, 0] - 1], codes[hits[:, 1]]
        open_left, open_right = self._open
        kept: NDArray[np.bool_] = ~((open_left[hits[:, 2]] & _latin(before)) | (open_right[hits[:, 2]] & _latin(after)))
        return kept


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _latin(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    lower = codes | 0x20
    found: NDArray[np.bool_] = ((lower >= ord("a")) & (lower <= ord("z"))) | ((codes >= ord("0")) & (codes <= ord("9")))
    return found


def _keyed(evidence: str, key: bytes) -> str:
    return hashlib.blake2b(evidence.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


def _bad(file: str, line: int, message: str, hint: str) -> CorpusError:
    return CorpusError("BL-CORPUS-091", f"{file}:{line}: {message}", hint)
