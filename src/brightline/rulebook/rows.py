"""Typed reading of YAML rows: every value is taken from the parser's nodes, so that each complaint names file and line.

PyYAML's constructor is not used: it would lose the lines, guess types and silently keep the last of two equal keys. The
rows are built from libyaml's events with a stack of our own, so that no nesting overflows anything. Anchors,
aliases and tags have no use in a table of data and are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

from brightline.errors import DataError

__all__ = ["Row", "read_rows"]

_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null"})
# A row is a list in a list in a mapping in a list. libyaml takes quadratic time for text that opens ever more brackets.
_DEEPEST = 16


class _Node(NamedTuple):
    """A scalar (``text``; ``plain`` if it stood without quotes), a list (``items``) or a mapping (``pairs``), and its line."""

    line: int
    text: str | None = None
    plain: bool = False
    items: list[_Node] | None = None
    pairs: list[tuple[_Node, _Node]] | None = None

    @property
    def null(self) -> bool:
        return self.plain and self.text in _NULL


class Row:
    """One YAML mapping. Each reader takes a field; ``finish`` complains about fields that nobody took."""

    def __init__(self, node: _Node, file: str, what: str) -> None:
        self.file, self.line, self.what = file, node.line, what
        if node.pairs is None:
            raise DataError("BL-DATA-102", f"{what} must be a mapping of fields", "write `field: value` lines", file=file, line=self.line)
        self._fields: dict[str, tuple[int, _Node]] = {}
        for key, value in node.pairs:
            if key.text is None:
                raise self._bad(key.line, "a field name must be a plain word")
            if key.text in self._fields:
                raise self._bad(key.line, f"field `{key.text}` stands twice", "keep one of the two")
            self._fields[key.text] = (key.line, value)
        self._taken: set[str] = set()

    def line_of(self, field: str) -> int:
        """The line of a field, or of the row where the field is missing."""
        return self._fields[field][0] if field in self._fields else self.line

    def fail(self, code: str, message: str, hint: str = "", field: str = "") -> DataError:
        """A DataError that points at a field of this row (or at the row)."""
        return DataError(code, f"{self.what}: {message}", hint, file=self.file, line=self.line_of(field))

    def text(self, field: str, default: str | None = None) -> str:
        """A scalar as its text. Without a default the field must be there and must not be empty."""
        node = self._take(field, required=default is None)
        if node is None or node.null:
            if default is None:
                raise self.fail("BL-DATA-104", f"field `{field}` is empty", "give it a value", field)
            return default
        if node.text is None:
            raise self.fail("BL-DATA-105", f"field `{field}` must be a text", "put it into quotes", field)
        if default is None and not node.text.strip():
            raise self.fail("BL-DATA-104", f"field `{field}` is empty", "give it a value", field)
        return node.text

    def choice(self, field: str, allowed: Iterable[str]) -> str:
        """A text out of a closed set."""
        value, permitted = self.text(field), list(allowed)
        if value not in permitted:
            raise self.fail("BL-DATA-105", f"`{value}` is not a value of `{field}`", f"one of: {', '.join(permitted)}", field)
        return value

    def texts(self, field: str, allowed: Iterable[str] | None = None, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts without repetition, each out of ``allowed`` where that is given; absent means empty."""
        node = self._take(field, required=required)
        if node is None or node.null:
            return ()
        values = tuple(each.text for each in node.items or () if each.text is not None and not each.null)
        if node.items is None or len(values) != len(node.items):
            raise self.fail("BL-DATA-105", f"field `{field}` must be a list of words", "write `[a, b]`", field)
        if len(set(values)) != len(values):
            raise self.fail("BL-DATA-105", f"field `{field}` repeats a value", "list each value once", field)
        if allowed is not None:
            permitted = list(allowed)
            for value in values:
                if value not in permitted:
                    raise self.fail("BL-DATA-105", f"`{value}` is not a value of `{field}`", f"any of: {', '.join(permitted)}", field)
        return values

    def integer(self, field: str, low: int, high: int) -> int:
        """A whole number in a range."""
        return self._whole(field, self.text(field), low, high)

    def integers(self, field: str, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers in a range, absent means empty."""
        return tuple(self._whole(field, value, low, high) for value in self.texts(field))

    def flag(self, field: str, default: bool | None = None) -> bool:
        """``true`` or ``false``."""
        node = self._take(field, required=default is None)
        if node is None and default is not None:
            return default
        if node is None or not node.plain or node.text not in ("true", "false"):
            raise self.fail("BL-DATA-105", f"field `{field}` must be true or false", "write `true` or `false`", field)
        return node.text == "true"

    def day(self, field: str) -> date:
        """A date as ``2026-01-01``."""
        value = self.day_or_none(field)
        if value is None:
            raise self.fail("BL-DATA-104", f"field `{field}` is missing", "write a date such as 2026-01-01", field)
        return value

    def day_or_none(self, field: str) -> date | None:
        """A date, or None where the field is absent or null."""
        node = self._take(field)
        if node is None or node.null:
            return None
        text = node.text or ""
        try:
            if len(text) != 10:
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            raise self.fail("BL-DATA-105", f"field `{field}` is not a date: `{text}`", "write it as 2026-01-01", field) from None

    def row(self, field: str) -> Row:
        """A mapping inside this one."""
        node = self._take(field, required=True)
        assert node is not None  # noqa: S101 - _take raised otherwise
        return Row(node, self.file, f"{self.what}, `{field}`")

    def rows(self, field: str) -> list[Row]:
        """A list of mappings inside this one, absent means empty."""
        node = self._take(field)
        if node is None or node.null:
            return []
        if node.items is None:
            raise self.fail("BL-DATA-105", f"field `{field}` must be a list of rows", "write `- …` lines", field)
        return [Row(each, self.file, f"{self.what}, `{field}`") for each in node.items]

    def finish(self) -> None:
        """Raise if the row has a field that is not known here."""
        for field, (line, _) in self._fields.items():
            if field not in self._taken:
                raise DataError(
                    "BL-DATA-103",
                    f"{self.what}: unknown field `{field}`",
                    f"known fields: {', '.join(sorted(self._taken))}",
                    file=self.file,
                    line=line,
                )

    def _take(self, field: str, *, required: bool = False) -> _Node | None:
        self._taken.add(field)
        if field not in self._fields:
            if required:
                raise self.fail("BL-DATA-104", f"field `{field}` is missing", "add it; docs/rulebook.md explains each field")
            return None
        return self._fields[field][1]

    def _whole(self, field: str, value: str, low: int, high: int) -> int:
        if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
            raise self.fail("BL-DATA-105", f"`{value}` in `{field}` is not a whole number from {low} to {high}", "", field)
        return int(value)

    def _bad(self, line: int, message: str, hint: str = "") -> DataError:
        return DataError("BL-DATA-105", f"{self.what}: {message}", hint, file=self.file, line=line)


def read_rows(path: Path, what: str) -> list[Row]:
    """The rows of a YAML file that is one list of mappings. An empty file has no rows; anything else is a DataError."""
    file = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError("BL-DATA-101", f"cannot be read: {error.strerror}", "check the path and its rights", file=file, line=1) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError("BL-DATA-101", "is not UTF-8", "save the file as UTF-8", file=file, line=line) from error
    try:
        node = _document(text, file)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError("BL-DATA-101", f"is not YAML: {error.problem}", "check indentation and quotes", file=file, line=line) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise DataError("BL-DATA-101", f"is not YAML: {error}", "check for control characters", file=file, line=1) from error
    if node is None or node.null:
        return []
    if node.items is None:
        raise DataError("BL-DATA-102", "must be one list of rows", "begin each row with `- `", file=file, line=node.line)
    return [Row(each, file, what) for each in node.items]


def _document(text: str, file: str) -> _Node | None:
    """The nodes of a YAML text with at most one document."""
    found: list[_Node] = []
    open_nodes: list[tuple[_Node, list[_Node]]] = []  # a list or mapping and what stands in it so far
    for event in _events(text):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise DataError("BL-DATA-102", "uses an anchor, an alias or a tag", "write the value out", file=file, line=line)
        if len(open_nodes) > _DEEPEST:
            raise DataError("BL-DATA-102", "is nested too deeply", "a rule file is a list of rows", file=file, line=line)
        if isinstance(event, yaml.ScalarEvent):
            node = _Node(line, text=event.value, plain=event.implicit[0])
        elif isinstance(event, yaml.SequenceStartEvent):
            open_nodes.append((_Node(line, items=[]), []))
            continue
        elif isinstance(event, yaml.MappingStartEvent):
            open_nodes.append((_Node(line, pairs=[]), []))
            continue
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            node, inside = open_nodes.pop()
            if node.items is not None:
                node.items.extend(inside)
            elif node.pairs is not None:
                node.pairs.extend(zip(inside[::2], inside[1::2], strict=True))
        else:
            continue
        (open_nodes[-1][1] if open_nodes else found).append(node)
    if len(found) > 1:
        raise DataError("BL-DATA-102", "holds more than one document", "remove the `---`", file=file, line=found[1].line)
    return found[0] if found else None


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=_LOADER)
