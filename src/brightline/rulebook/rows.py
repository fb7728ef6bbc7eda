"""Typed reading of YAML rows: every value is taken from the parser's nodes, so that each complaint names file and line.

PyYAML's constructor is not used: it would lose the lines, guess types and silently keep the last of two equal keys.
libyaml composes the nodes (about five times faster than the pure Python parser, same node classes).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from brightline.errors import DataError

__all__ = ["Row", "read_rows"]

_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A row is a list in a list in a mapping; anything deeper than this is no rule file, and deep nesting overflows the C stack.
_DEEPEST = 16


class Row:
    """One YAML mapping. Each reader takes a field; ``finish`` complains about fields that nobody took."""

    def __init__(self, node: Node, file: str, what: str) -> None:
        self.file, self.line, self.what = file, _line(node), what
        if not isinstance(node, MappingNode):
            raise DataError("BL-DATA-102", f"{what} must be a mapping of fields", "write `field: value` lines", file=file, line=self.line)
        self._fields: dict[str, tuple[int, Node]] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                raise self._bad(_line(key_node), "a field name must be a plain word")
            if key in self._fields:
                raise self._bad(_line(key_node), f"field `{key}` stands twice", "keep one of the two")
            self._fields[key] = (_line(key_node), value_node)
        self._taken: set[str] = set()

    def __contains__(self, field: str) -> bool:
        return field in self._fields

    def line_of(self, field: str) -> int:
        """The line of a field, or of the row where the field is missing."""
        return self._fields[field][0] if field in self._fields else self.line

    def fail(self, code: str, message: str, hint: str = "", field: str = "") -> DataError:
        """A DataError that points at a field of this row (or at the row)."""
        return DataError(code, f"{self.what}: {message}", hint, file=self.file, line=self.line_of(field))

    def text(self, field: str, default: str | None = None) -> str:
        """A scalar as its text. Without a default the field must be there and must not be empty."""
        node = self._take(field, required=default is None)
        if node is None or _is_null(node):
            if default is None:
                raise self.fail("BL-DATA-104", f"field `{field}` is empty", "give it a value", field)
            return default
        if not isinstance(node, ScalarNode):
            raise self.fail("BL-DATA-105", f"field `{field}` must be a text", "", field)
        if default is None and not node.value.strip():
            raise self.fail("BL-DATA-104", f"field `{field}` is empty", "give it a value", field)
        return str(node.value)

    def choice(self, field: str, allowed: Iterable[str]) -> str:
        """A text out of a closed set."""
        value, permitted = self.text(field), list(allowed)
        if value not in permitted:
            raise self.fail("BL-DATA-105", f"`{value}` is not a value of `{field}`", f"one of: {', '.join(permitted)}", field)
        return value

    def texts(self, field: str, allowed: Iterable[str] | None = None, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts without repetition, each out of ``allowed`` where that is given; absent means empty."""
        node = self._take(field, required=required)
        if node is None or _is_null(node):
            return ()
        if not isinstance(node, SequenceNode) or not all(isinstance(each, ScalarNode) and not _is_null(each) for each in node.value):
            raise self.fail("BL-DATA-105", f"field `{field}` must be a list of words", "write `[a, b]`", field)
        values = tuple(str(each.value) for each in node.value)
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
        if not isinstance(node, ScalarNode) or node.tag != _BOOL or node.value not in ("true", "false"):
            raise self.fail("BL-DATA-105", f"field `{field}` must be true or false", "write `true` or `false`", field)
        return bool(node.value == "true")

    def day(self, field: str) -> date:
        """A date as ``2026-01-01``."""
        value = self.day_or_none(field)
        if value is None:
            raise self.fail("BL-DATA-104", f"field `{field}` is missing", "write a date such as 2026-01-01", field)
        return value

    def day_or_none(self, field: str) -> date | None:
        """A date, or None where the field is absent or null."""
        node = self._take(field)
        if node is None or _is_null(node):
            return None
        text = node.value if isinstance(node, ScalarNode) else ""
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
        if node is None or _is_null(node):
            return []
        if not isinstance(node, SequenceNode):
            raise self.fail("BL-DATA-105", f"field `{field}` must be a list of rows", "write `- …` lines", field)
        return [Row(each, self.file, f"{self.what}, `{field}`") for each in node.value]

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

    def _take(self, field: str, *, required: bool = False) -> Node | None:
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
        _check_depth(text, file)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError("BL-DATA-101", f"is not YAML: {error.problem}", "check indentation and quotes", file=file, line=line) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise DataError("BL-DATA-101", f"is not YAML: {error}", "check for control characters", file=file, line=1) from error
    if node is None or _is_null(node):
        return []
    if not isinstance(node, SequenceNode):
        raise DataError("BL-DATA-102", "must be one list of rows", "begin each row with `- `", file=file, line=_line(node))
    return [Row(each, file, what) for each in node.value]


def _check_depth(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            depth -= 1
        if depth > _DEEPEST and event.start_mark is not None:
            raise DataError(
                "BL-DATA-102", "is nested too deeply", "a rule file is a list of rows", file=file, line=event.start_mark.line + 1
            )


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL
