"""The table of generator traces (``data/traces.yaml``): what a generator writes of itself, by structure and never by a word.

A row has *clauses*; all must hold, each in some metadata entry with one of the clause's ``keys`` (case and namespace prefix
do not count). A clause is a set of RE2 ``patterns`` that must all be found, ``unless`` patterns of which none may be, and
``json`` conditions on a value that is JSON (after a ``prefix`` is taken off where the value begins with it).

A path of a JSON condition is names with dots; ``*`` is any child, ``**`` any depth. Scalars are compared as their text, an
object as ``{}`` and a list as ``[]``. One match is enough unless ``every`` is true.

``means``: ``statement`` where the metadata says in a controlled term that the content is generated (Labelling Measures, Art.
6(1)), ``trace`` where it only shows the tool (Art. 6(3)). Each row proves itself when it is loaded: its examples match, its
twins do not. Errors: BL-DATA-101 to -105 as for every file of rows, -280 a pattern is no RE2, -281 an example does not
match, -282 a twin matches, -283 an id stands twice or a row has no clause, example or twin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

from brightline.labels.row_patterns import pattern_of
from brightline.rulebook.rows import Row, read_rows

__all__ = ["Clause", "JsonCondition", "Means", "TraceRow", "entry_name", "load_trace_table", "trace_table"]

Means = Literal["statement", "trace"]

_SHIPPED = Path(__file__).parent / "data" / "traces.yaml"
_DEEPEST = 8  # levels that ``**`` follows; export records nest three deep; own choice
_MOST_STEPS = 20_000  # values that one path may go through; a large workflow has some hundred nodes; own choice


@dataclass(frozen=True, slots=True)
class JsonCondition:
    """One condition on a JSON value: what the path reaches must match."""

    path: tuple[str, ...]
    matches: Any  # a compiled RE2 pattern; the library has no types
    every: bool

    def holds(self, value: Any) -> bool:
        """True if ``value`` has something at the path that matches, or, with ``every``, nothing that does not."""
        verdicts = [self.matches.search(_text(found)) is not None for found in _reached(value, self.path)]
        return bool(verdicts) and (all(verdicts) if self.every else any(verdicts))


@dataclass(frozen=True, slots=True)
class Clause:
    """What one metadata entry must look like."""

    keys: frozenset[str]
    prefix: str
    patterns: tuple[Any, ...]
    unless: tuple[Any, ...]
    json: tuple[JsonCondition, ...]

    def holds(self, value: str, memory: dict[str, Any]) -> bool:
        """True if an entry with one of the clause's keys and this value fulfils it. ``memory``: what was parsed before."""
        value = value.encode("utf-8", "replace").decode("utf-8")  # RE2 takes no lone surrogates
        text = value[len(self.prefix) :] if self.prefix and value.startswith(self.prefix) else value
        if not all(pattern.search(text) for pattern in self.patterns) or any(pattern.search(text) for pattern in self.unless):
            return False
        if not self.json:
            return True
        if text not in memory:
            memory[text] = _parsed(text)
        parsed = memory[text]
        return parsed is not None and all(condition.holds(parsed) for condition in self.json)


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One row of the table: which generator, what its trace means, and how it is recognised."""

    id: str
    generator: str
    means: Means
    rule: str
    clauses: tuple[Clause, ...]
    examples: tuple[tuple[tuple[str, str], ...], ...]
    twins: tuple[tuple[tuple[str, str], ...], ...]

    def match(self, named: Sequence[tuple[str, str]], memory: dict[str, Any] | None = None) -> tuple[int, ...] | None:
        """For each clause the index of the entry (name as ``entry_name`` gives it, value) that fulfils it; None unless all are.

        ``memory`` is shared between the rows that look at one file, so that a value is parsed once.
        """
        memory = {} if memory is None else memory
        found: list[int] = []
        for clause in self.clauses:
            index = next((i for i, (name, value) in enumerate(named) if name in clause.keys and clause.holds(value, memory)), None)
            if index is None:
                return None
            found.append(index)
        return tuple(found)


def entry_name(key: str) -> str:
    """The name of a metadata entry as the table knows it: without namespace prefix and case (``Iptc4xmpExt:DigitalSourceType``)."""
    return key.rpartition(":")[2].strip().casefold()


@cache
def trace_table() -> tuple[TraceRow, ...]:
    """The table that ships."""
    return load_trace_table(_SHIPPED)


def load_trace_table(path: Path) -> tuple[TraceRow, ...]:
    """Read a table of traces. Raises ``DataError`` with file and line; see the head of this module."""
    rows: dict[str, TraceRow] = {}
    for row in read_rows(path, "trace"):
        trace = _row(row)
        if trace.id in rows or not (trace.clauses and trace.examples and trace.twins):
            raise row.fail("BL-DATA-283", f"`{trace.id}` stands twice, or lacks a clause, an example or a twin", "give one of each", "id")
        _prove(row, trace)
        rows[trace.id] = trace
    return tuple(rows.values())


def _row(row: Row) -> TraceRow:
    means: Means = "statement" if row.choice("means", ("statement", "trace")) == "statement" else "trace"
    trace = TraceRow(
        id=row.text("id"),
        generator=row.text("generator"),
        means=means,
        rule=row.text("rule"),
        clauses=tuple(_clause(each) for each in row.rows("clauses")),
        examples=tuple(_entries(each) for each in row.rows("examples")),
        twins=tuple(_entries(each) for each in row.rows("twins")),
    )
    row.text("source")  # for people; it must be there
    row.finish()
    return trace


def _clause(row: Row) -> Clause:
    clause = Clause(
        keys=frozenset(entry_name(key) for key in row.texts("keys", required=True)),
        prefix=row.text("prefix", ""),
        patterns=tuple(_compiled(row, pattern, "patterns") for pattern in row.texts("patterns")),
        unless=tuple(_compiled(row, pattern, "unless") for pattern in row.texts("unless")),
        json=tuple(_condition(each) for each in row.rows("json")),
    )
    row.finish()
    if not clause.patterns and not clause.json:
        raise row.fail("BL-DATA-283", "a clause needs patterns or json conditions", "a key alone is no trace")
    return clause


def _condition(row: Row) -> JsonCondition:
    condition = JsonCondition(
        tuple(row.text("path").split(".")), _compiled(row, row.text("matches", ""), "matches"), row.flag("every", default=False)
    )
    row.finish()
    return condition


def _entries(row: Row) -> tuple[tuple[str, str], ...]:
    entries = []
    for each in row.rows("entries"):
        entries.append((entry_name(each.text("key")), each.text("value")))
        each.finish()
    row.finish()
    return tuple(entries)


def _compiled(row: Row, pattern: str, field: str) -> Any:
    return pattern_of(row, pattern, field, "BL-DATA-280")


def _prove(row: Row, trace: TraceRow) -> None:
    for example in trace.examples:
        if trace.match(example) is None:
            raise row.fail("BL-DATA-281", f"`{trace.id}` does not match its own example {example[0]}", "correct one of them", "examples")
    for twin in trace.twins:
        if trace.match(twin) is not None:
            raise row.fail("BL-DATA-282", f"`{trace.id}` matches its benign twin {twin[0]}", "ask for more structure", "twins")


# JSON


def _parsed(text: str) -> Any:
    """The object or list that ``text`` is, or None. NaN is read as null, for generators write it."""
    stripped = text.strip().strip("\x00")
    if stripped[:1] not in ("{", "["):
        return None
    for candidate in (stripped, stripped.replace("NaN", "null")):
        try:
            return orjson.loads(candidate)
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            continue
    return None


def _reached(value: Any, path: tuple[str, ...]) -> list[Any]:
    """What ``path`` reaches in ``value``; nothing at all where that would take more than ``_MOST_STEPS`` steps."""
    reached: list[Any] = []
    waiting = [(value, path, 0)]
    for _ in range(_MOST_STEPS):
        if not waiting:
            return reached
        here, steps, depth = waiting.pop()
        if not steps:
            reached.append(here)
        elif steps[0] == "**":
            waiting.append((here, steps[1:], depth))
            if depth < _DEEPEST:
                waiting += ((child, steps, depth + 1) for child in _children(here))
        elif steps[0] == "*":
            waiting += ((child, steps[1:], depth + 1) for child in _children(here))
        elif isinstance(here, Mapping) and steps[0] in here:
            waiting.append((here[steps[0]], steps[1:], depth + 1))
    return []


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
