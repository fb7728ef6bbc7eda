"""Does a user agreement speak of labels? Labelling Measures, Art. 8: the agreement states methods, styles and other norms of the
labels of generated content, and asks its readers to read and understand them; Art. 9 and 10 for three points that are advisable.

A search for passages by pattern, in Chinese and English (``data/agreement.yaml``), sentence by sentence. A sentence is about labels
if it names a label and, so that trademarks and brands stay out, generated content; or if one shortly before it is, and it
has what the row wants of an item in a list. What is found is shown with its place, what is missing with a clause to begin from.

A person reads it then. Whether the passages say what is true, suffice in law, or stand where users see them is not judged here.
Errors of the table: BL-DATA-101 to -105 as for every file of rows, -286 a pattern is no RE2, -287 an example, a clause or a twin
is not told rightly, -288 an id stands twice or a row has no example or twin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import re2

from brightline.labels.errors import LabelError
from brightline.labels.row_patterns import pattern_of
from brightline.rulebook.rows import Row, read_rows

__all__ = ["FORMAT", "MOST_CHARACTERS", "Agreement", "Passage", "Point", "check_agreement", "load_points"]

FORMAT = "brightline-agreement/1"

MOST_CHARACTERS = 2_000_000
"""Own choice: the longest agreements that people are asked to read have some 50,000 characters."""

_SHIPPED = Path(__file__).parent / "data" / "agreement.yaml"
_MOST_PASSAGES = 5  # own choice: of each point; more prove no more
_MOST_SHOWN = 500  # own choice: characters of a passage
_NEAR = 400  # own choice: characters behind a sentence on labels in which items of its list stand, one for each of five media

_SENTENCE = re.compile(r"[^。！？；!?;\n]+?(?:[。！？；!?;\n]|\.(?=\s|$)|$)")
_LABEL = re2.compile(r"(?i)标识|水印|标注|角标|\b(?:label|watermark)(?:s|ed|led|ing|ling)?\b|\bmark(?:s|ed|ing)?\b")
_GENERATED = re2.compile(
    r"(?i)生成|合成|人工智能|显式标识|隐式标识|\b(?:AI|AIGC)\b|\bartificial intelligence\b|\b(?:generated?|synthetic|synthesi[sz]ed)\b"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of the agreement, its beginning where it is long; positions count code points."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One point that an agreement should speak of, where it does, and a clause to begin from where it does not."""

    id: str
    rule: str
    required: bool
    zh: str
    en: str
    sample_zh: str
    sample_en: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """``state``: ``found`` where each required point has a passage, ``missing`` where none has, else ``incomplete``."""

    state: Literal["found", "incomplete", "missing"]
    points: tuple[Point, ...]

    def to_document(self) -> dict[str, Any]:
        """The answer as JSON values with stable ids."""
        return {"format": FORMAT, "state": self.state, "points": [_point_document(point) for point in self.points]}


def check_agreement(text: str) -> Agreement:
    """Look for the points in the text of an agreement. Raises ``LabelError`` BL-LABEL-086 for more than ``MOST_CHARACTERS``."""
    if len(text) > MOST_CHARACTERS:
        raise LabelError(
            "BL-LABEL-086", f"{len(text)} characters; at most {MOST_CHARACTERS} are read", "give the agreement alone, without its annexes"
        )
    sentences = list(_on_labels(text))
    points = tuple(row.point(sentences) for row in _shipped())
    found = [bool(point.passages) for point in points if point.required]
    return Agreement("found" if all(found) else "incomplete" if any(found) else "missing", points)


def load_points(path: Path) -> tuple[_Row, ...]:
    """Read a table of points. Raises ``DataError`` with file and line; see the head of this module."""
    rows: dict[str, _Row] = {}
    for row in read_rows(path, "point"):
        read = _row(row)
        if read.id in rows:
            raise row.fail("BL-DATA-288", f"`{read.id}` stands twice", "give each point an id of its own", "id")
        rows[read.id] = read
    return tuple(rows.values())


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``itself``: whether it is about labels, or only follows a sentence that is."""

    passage: Passage
    itself: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """One point as the table has it; patterns are compiled RE2, which has no types."""

    id: str
    rule: str
    required: bool
    zh: str
    en: str
    clause_zh: str
    clause_en: str
    needs: tuple[Any, ...]
    unless: tuple[Any, ...]
    near: Any

    def is_in(self, sentence: _Sentence) -> bool:
        """True if the sentence speaks of this point."""
        text = sentence.passage.text
        is_about = sentence.itself or self.near.search(text)
        return bool(is_about and all(each.search(text) for each in self.needs) and not any(each.search(text) for each in self.unless))

    def point(self, sentences: list[_Sentence]) -> Point:
        """The point with its passages."""
        passages = [each.passage for each in sentences if self.is_in(each)][:_MOST_PASSAGES]
        shown = tuple(Passage(each.start, min(each.stop, each.start + _MOST_SHOWN), each.text[:_MOST_SHOWN]) for each in passages)
        return Point(self.id, self.rule, self.required, self.zh, self.en, self.clause_zh, self.clause_en, shown)


@cache
def _shipped() -> tuple[_Row, ...]:
    return load_points(_SHIPPED)


def _on_labels(text: str) -> Iterator[_Sentence]:
    """The sentences that are about labels, and those shortly behind them."""
    sound = text.encode("utf-8", "replace").decode("utf-8")  # RE2 takes no lone surrogates; each becomes one character
    near_until = -1
    for match in _SENTENCE.finditer(sound):
        words = match.group().strip()
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        passage = Passage(start, start + len(words), words)
        if _LABEL.search(words) and _GENERATED.search(words):
            near_until = passage.stop + _NEAR
            yield _Sentence(passage, itself=True)
        elif words and passage.start < near_until:
            yield _Sentence(passage, itself=False)


# The table


def _row(row: Row) -> _Row:
    read = _Row(
        id=row.text("id"),
        rule=row.text("rule"),
        required=row.flag("required"),
        zh=row.text("zh"),
        en=row.text("en"),
        clause_zh=row.text("clause_zh"),
        clause_en=row.text("clause_en"),
        needs=tuple(_compiled(row, pattern, "needs") for pattern in row.texts("needs", required=True)),
        unless=tuple(_compiled(row, pattern, "unless") for pattern in row.texts("unless")),
        near=_compiled(row, row.text("near"), "near"),
    )
    examples, twins = row.texts("examples", required=True), row.texts("twins", required=True)
    row.text("source")  # for people; it must be there
    row.finish()
    if not (examples and twins and read.needs):
        raise row.fail("BL-DATA-288", f"`{read.id}` lacks a pattern, an example or a twin", "give one of each", "id")
    for text in (*examples, read.clause_zh, read.clause_en):
        if not read.point(list(_on_labels(text))).passages:
            raise row.fail("BL-DATA-287", f"`{read.id}` is not found in its own example {text!r}", "correct one of them", "examples")
    for text in twins:
        if read.point(list(_on_labels(text))).passages:
            raise row.fail("BL-DATA-287", f"`{read.id}` is found in its twin {text!r}", "ask for more", "twins")
    return read


def _compiled(row: Row, pattern: str, field: str) -> Any:
    return pattern_of(row, pattern, field, "BL-DATA-286")


def _point_document(point: Point) -> dict[str, Any]:
    return {
        "id": point.id,
        "rule": point.rule,
        "required": point.required,
        "found": bool(point.passages),
        "zh": point.zh,
        "en": point.en,
        "sample": {"zh": point.sample_zh, "en": point.sample_en},
        "passages": [{"start": each.start, "stop": each.stop, "text": each.text} for each in point.passages],
    }
