"""Exemplars: texts that ask for what a goal is about, and their benign twins.

Two sources: the examples and twins that every goal is written with (the shipped ones and the operator's), and ``data/exemplars.tsv``, which
``python -m brightline.moderation.build_exemplars`` makes of ``training/authored``. The table holds harmful texts only: of benign ones
a stage needs the vectors, never the words.

    BL-DATA-270  the table is missing or unreadable     BL-DATA-271  a row is wrong
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from brightline.errors import DataError
from brightline.model import Side
from brightline.text import GoalBook

__all__ = ["MOST_CHARS", "REBUILD", "TABLE", "VECTORS", "Exemplar", "exemplars_of", "key_of", "shipped_exemplars", "table_digest"]

MOST_CHARS = 600
"""Of a text that are embedded, exemplar or message: about 420 tokens of the 512 that e5 reads at once."""

_DATA = Path(__file__).parent.parent / "data"
TABLE, VECTORS = _DATA / "exemplars.tsv", _DATA / "exemplars.npz"
REBUILD = "python -m brightline.moderation.build_exemplars"


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A text that is (``harmful``) or only looks like what the goal named is about."""

    goal: str
    side: Side
    harmful: bool
    text: str


def key_of(text: str) -> int:
    """The first 64 bits of its SHA-256: what a vector is found by."""
    return int.from_bytes(hashlib.sha256(text[:MOST_CHARS].encode("utf-8", "surrogatepass")).digest()[:8], "big")


def table_digest(table: Path = TABLE) -> str:
    """Of the whole table, as the vectors name it."""
    return hashlib.sha256(table.read_bytes()).hexdigest()[:16] if table.is_file() else ""


@lru_cache(maxsize=2)
def shipped_exemplars(table: Path = TABLE) -> tuple[Exemplar, ...]:
    """The rows of the table: goal, side and text, with tabs between. Raises ``DataError`` BL-DATA-270 or -271 with file and line."""
    try:
        lines = table.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError("BL-DATA-270", f"cannot be read: {problem}", f"build it anew with `{REBUILD}`", file=str(table)) from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        columns = line.split("\t")
        if len(columns) != 3 or columns[1] not in list(Side) or not columns[2].strip():
            raise DataError("BL-DATA-271", "is no exemplar", "write goal, side and text with tabs between", file=str(table), line=number)
        found.append(Exemplar(columns[0], Side(columns[1]), True, columns[2]))
    return tuple(found)


def exemplars_of(book: GoalBook, more: Iterable[Exemplar] = ()) -> tuple[Exemplar, ...]:
    """All exemplars of the goals in ``book``, each text once: the goals' own first, then ``more`` as far as their goals are in force."""
    known = {goal.id for goal in book}
    own = [
        Exemplar(goal.id, example.side, harmful, example.text)
        for goal in book
        for harmful, examples in ((True, goal.examples), (False, goal.twins))
        for example in examples
    ]
    unique: dict[str, Exemplar] = {}
    for exemplar in (*own, *(one for one in more if one.goal in known)):
        unique.setdefault(exemplar.text[:MOST_CHARS], exemplar)
    return tuple(unique.values())
