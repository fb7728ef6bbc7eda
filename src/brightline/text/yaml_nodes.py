"""YAML values that remember where they stand, so that every complaint can name file and line.

Scalars stay as they are written: ``no`` is a word here, ``1.10`` a text. What an attacker or an accident can do with YAML is bounded: the size
of a file, how deep it nests, how many values it has; an alias is the value that it names, not a copy, so it cannot multiply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from brightline.errors import DataError

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Node", "parse_nodes", "read_nodes"]

MAX_BYTES = 32 * 1024 * 1024  # some 500,000 words: more than any list that was ever reviewed
MAX_DEPTH = 12  # the deepest value of a goal file lies six levels down
_MAX_DIGITS = 9
_OPENERS = "[{-?:"  # every level of YAML begins with one of these
_HARMLESS_DEPTH = 2000  # PyYAML's C loader crashes somewhere above 10,000 levels on a stack of 8 MB


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value: a dict of nodes, a list of nodes, a string, or None."""

    value: Any
    file: str
    line: int

    def fail(self, number: int, message: str, cure: str) -> NoReturn:
        """Raise ``DataError`` BL-DATA-``number`` about this place."""
        raise DataError(f"BL-DATA-{number}", message, cure, file=self.file, line=self.line)

    def rows(self) -> list[Node]:
        """The values of a list."""
        if not isinstance(self.value, list):
            self.fail(202, "a list is expected here", "write the values as - items or in [brackets]")
        return self.value

    def fields(self) -> dict[str, Node]:
        """The values of a mapping, by name."""
        if not isinstance(self.value, dict):
            self.fail(202, "named fields are expected here", "write field: value")
        return self.value

    def text(self) -> str:
        """A text that says something."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(202, "a text is expected here", "write a value, in quotes if it contains : or #")
        return self.value

    def texts(self) -> list[Node]:
        """The values of a list of texts."""
        rows = self.rows()
        for row in rows:
            row.text()
        return rows

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        text = self.text()
        if not text.isdecimal() or len(text) > _MAX_DIGITS or not low <= int(text) <= high:
            self.fail(203, f"{_short(text)} is out of range", f"write a whole number from {low} to {high}")
        return int(text)

    def share(self) -> float:
        """A number above 0 and at most 1."""
        try:
            value = float(self.text())
        except ValueError:
            value = -1.0
        if not 0.0 < value <= 1.0:
            self.fail(203, f"{_short(self.value)} is out of range", "write a number above 0 and at most 1")
        return value

    def flag(self) -> bool:
        """True or false."""
        if self.text() not in ("true", "false"):
            self.fail(203, f"{_short(self.value)} is neither true nor false", "write true or false")
        return bool(self.value == "true")

    def choice(self, permitted: Iterable[str]) -> str:
        """One of the permitted texts."""
        known = list(permitted)
        if self.text() not in known:
            self.fail(203, f"{_short(self.value)} is not known here", f"choose from {', '.join(known)}")
        return str(self.value)

    def only(self, known: Iterable[str], what: str) -> dict[str, Node]:
        """The fields, none of which may have another name than those of ``known``."""
        fields = self.fields()
        allowed = set(known)
        for name, node in fields.items():
            if name not in allowed:
                quote = "; a text with a comma inside {} needs quotes" if node.value is None else ""
                node.fail(204, f"unknown field {_short(name)} in {what}", f"known fields: {', '.join(sorted(allowed))}{quote}")
        return fields


def read_nodes(path: Path) -> tuple[bytes, Node]:
    """The content of a YAML file, as bytes and as nodes. Raises ``DataError`` BL-DATA-200, -201, -202, -219."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise DataError("BL-DATA-200", f"cannot be read: {problem.strerror}", "name an existing goal file", file=str(path)) from None
    except ValueError:  # a NUL in the name
        raise DataError("BL-DATA-200", "cannot be read: no file can have this name", "name an existing goal file", file=str(path)) from None
    return content, parse_nodes(content, str(path))


def parse_nodes(content: bytes, file: str) -> Node:
    """YAML text as nodes; ``file`` is what complaints name."""
    if len(content) > MAX_BYTES:
        raise DataError("BL-DATA-219", f"has more than {MAX_BYTES // 1024**2} MB", "split the file", file=file)
    try:
        text = content.decode("utf-8")
        _check_depth(text, file)
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise DataError("BL-DATA-201", "is not UTF-8", "save the file as UTF-8", file=file, line=line) from None
    except (yaml.YAMLError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        reason = getattr(problem, "problem", None) or getattr(problem, "reason", None) or str(problem)
        line = mark.line + 1 if mark else 0
        raise DataError("BL-DATA-201", f"is not YAML: {reason}", "check indentation, colons and quotes", file=file, line=line) from None
    return _Locating(file).node(tree, 0)


def _check_depth(text: str, file: str) -> None:
    """Look at the events first: they come without recursion, but the tree by recursion in C, which a deep file would crash."""
    if sum(map(text.count, _OPENERS)) <= _HARMLESS_DEPTH:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                _too_deep(file, event.start_mark.line + 1 if event.start_mark else 0)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1


class _Locating:
    """Turns PyYAML's tree into nodes, each value once, however many aliases name it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._known: dict[int, Node] = {}

    def node(self, tree: Any, depth: int) -> Node:
        if tree is None:
            return Node(None, self._file, 1)
        known = self._known.get(id(tree))
        if known is None:
            line = tree.start_mark.line + 1
            if depth > MAX_DEPTH:  # an alias inside what it names
                _too_deep(self._file, line)
            known = self._known[id(tree)] = Node(self._value(tree, depth), self._file, line)
        return known

    def _value(self, tree: Any, depth: int) -> Any:
        if isinstance(tree, yaml.SequenceNode):
            return [self.node(value, depth + 1) for value in tree.value]
        if not isinstance(tree, yaml.MappingNode):
            return None if tree.tag == "tag:yaml.org,2002:null" else tree.value
        fields: dict[str, Node] = {}
        for key, value in tree.value:
            here = Node(None, self._file, key.start_mark.line + 1)
            if not isinstance(key, yaml.ScalarNode):
                here.fail(202, "a list or mapping as the name of a field", "write field: value")
            if key.value in fields:
                here.fail(202, f"field {_short(key.value)} stands twice", "keep one of them")
            fields[key.value] = self.node(value, depth + 1)
        return fields


def _too_deep(file: str, line: int) -> NoReturn:
    raise DataError(
        "BL-DATA-219", f"nests deeper than {MAX_DEPTH} levels", "remove the inner brackets, or the alias of itself", file=file, line=line
    )


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:60] + "…" + shown[-1]
