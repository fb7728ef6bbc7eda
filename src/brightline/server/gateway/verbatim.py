"""A JSON document that can be changed in a few places while everything else keeps its bytes.

Unknown fields of a request or an answer must pass through the gateway exactly: integers beyond 64 bits, ``1e400``,
``1.0``, the order of members, the writing of strings. Two ways lead there, chosen by the document itself:

* *exact*: orjson writes the parsed value back to the very same bytes. Then nothing is lost by changing the value and
  writing it again (about 1 µs for a streamed chunk), and no name occurs twice, or the bytes would differ.
* *spliced*: otherwise a tokeniser finds the byte ranges of the values to be replaced, and only those are cut out.

A name that occurs twice in one object is refused (RFC 8259, section 4 leaves its meaning open): two readers could take
two different values, and the gateway would have inspected only one.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

__all__ = ["Document", "Malformed", "Path"]

Path = tuple[str | int, ...]

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


class Malformed(ValueError):
    """The bytes are not one unambiguous JSON document; the message says why, for a person."""


class Document:
    """A parsed document. Read ``value``; change it only through ``put``, ``cut`` and ``add``; then ``encode``."""

    __slots__ = ("_cuts", "_exact", "_members", "_puts", "raw", "value")

    def __init__(self, raw: bytes, value: Any, exact: bool) -> None:
        self.raw = raw
        self.value = value
        self._exact = exact
        self._puts: dict[Path, Any] = {}
        self._cuts: dict[Path, set[int]] = {}
        self._members: dict[Path, dict[str, Any]] = {}

    @classmethod
    def parse(cls, raw: bytes) -> Document:
        """Read the bytes. Raises ``Malformed`` if they are not UTF-8 JSON (RFC 8259) with unique names in each object."""
        try:
            value = orjson.loads(raw)
            if orjson.dumps(value) == raw:
                return cls(raw, value, True)
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            return cls(raw, _lenient(raw), False)
        _strict_names(raw)
        return cls(raw, value, False)

    @property
    def changed(self) -> bool:
        """True once anything was put, cut or added."""
        return bool(self._puts or self._cuts or self._members)

    def put(self, path: Path, value: Any) -> None:
        """Replace the value at ``path``, which must exist; changes made inside it before are forgotten."""
        depth = len(path)
        for inner in [known for known in self._puts if len(known) > depth and known[:depth] == path]:
            del self._puts[inner]
        self._puts[path] = value

    def cut(self, path: Path, index: int) -> None:
        """Leave out element ``index`` of the array at ``path``; changes made inside it are forgotten."""
        gone = (*path, index)
        for inner in [known for known in self._puts if known[: len(gone)] == gone]:
            del self._puts[inner]
        self._cuts.setdefault(path, set()).add(index)

    def add(self, path: Path, name: str, value: Any) -> None:
        """Give the object at ``path`` one more member, or replace the one of that name."""
        if name in self.at(path):
            self._puts[(*path, name)] = value
        else:
            self._members.setdefault(path, {})[name] = value

    def at(self, path: Path) -> Any:
        """The parsed value at ``path`` as it came."""
        value = self.value
        for step in path:
            value = value[step]
        return value

    def encode(self) -> bytes:
        """The bytes with all changes made."""
        if not self.changed:
            return self.raw
        return self._rewritten() if self._exact else self._spliced()

    def _rewritten(self) -> bytes:
        for path, value in self._puts.items():
            self.at(path[:-1])[path[-1]] = value
        for path, members in self._members.items():
            self.at(path).update(members)
        for path, indices in self._cuts.items():
            array = self.at(path)
            array[:] = [element for index, element in enumerate(array) if index not in indices]
        self._puts, self._cuts, self._members = {}, {}, {}
        self.raw = orjson.dumps(self.value)
        return self.raw

    def _spliced(self) -> bytes:
        wanted: set[Path] = set(self._puts) | set(self._members)
        for path in self._cuts:
            wanted.update((*path, index) for index in range(len(self.at(path))))
            wanted.add(path)
        spans = _locate(self.raw, wanted)
        edits: list[tuple[int, int, bytes]] = [(*spans[path], orjson.dumps(value)) for path, value in self._puts.items()]
        for path, members in self._members.items():
            end = spans[path][1] - 1
            text = orjson.dumps(members)[1:-1]
            edits.append((end, end, b"," + text if self.at(path) else text))
        for path, indices in self._cuts.items():
            edits += _deletions(spans[path], [spans[(*path, index)] for index in range(len(self.at(path)))], indices)
        pieces: list[bytes] = []
        position = 0
        for start, end, text in sorted(edits):
            pieces += (self.raw[position:start], text)
            position = end
        pieces.append(self.raw[position:])
        return b"".join(pieces)


def _deletions(array: tuple[int, int], elements: list[tuple[int, int]], gone: set[int]) -> list[tuple[int, int, bytes]]:
    """Edits that take elements out of an array together with one comma each."""
    kept = [index for index in range(len(elements)) if index not in gone]
    if not kept:
        return [(array[0] + 1, array[1] - 1, b"")]
    edits = [(elements[index][0], elements[index + 1][0], b"") for index in sorted(gone) if index < kept[-1]]
    if kept[-1] < len(elements) - 1:
        edits.append((elements[kept[-1]][1], elements[-1][1], b""))
    return edits


def _locate(raw: bytes, wanted: set[Path]) -> dict[Path, tuple[int, int]]:
    """Byte ranges of the values at the wanted paths, in one walk over the tokens of a valid document."""
    found: dict[Path, tuple[int, int]] = {}
    path: list[Any] = []
    opened: list[tuple[int, bool]] = []  # (start, is it an object)
    name_next = False
    for token in _TOKEN.finditer(raw):
        start = token.start()
        first = raw[start]
        if first in b"{[":
            opened.append((start, first == 0x7B))
            path.append("" if first == 0x7B else 0)
            name_next = first == 0x7B
            continue
        if first == 0x2C:  # comma
            if opened[-1][1]:
                name_next = True
            else:
                path[-1] += 1
            continue
        if first == 0x3A:  # colon
            continue
        if first in b"}]":
            start = opened.pop()[0]
            path.pop()
            name_next = False
        elif name_next:
            path[-1] = _name(token.group())
            name_next = False
            continue
        here = tuple(path)
        if here in wanted:
            found[here] = (start, token.end())
    return found


def _name(token: bytes) -> str:
    name: str = json.loads(token)
    return name


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the name {twice[:60]!r} occurs twice in one object")
    return members


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not JSON")


def _huge(digits: str) -> int:
    return int(digits if len(digits) < 4000 else digits[:4000])  # Python refuses longer ones; their bytes pass unread


# len: the values of numbers are of no interest here, only the names; and it costs nothing
_names_only = json.JSONDecoder(object_pairs_hook=_unique, parse_int=len, parse_float=len)
_whole = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_huge, parse_constant=_no_constant)


def _strict_names(raw: bytes) -> None:
    try:
        _names_only.decode(raw.decode())
    except RecursionError:
        raise Malformed("it is nested too deeply") from None


def _lenient(raw: bytes) -> Any:
    """Read what orjson does not: numbers beyond a double. Everything else it rejects is rejected here, with the reason."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as problem:
        raise Malformed(f"byte {problem.start} is not UTF-8") from None
    try:
        value = _whole.decode(text)
    except json.JSONDecodeError as problem:
        raise Malformed(f"it is not JSON: {problem.msg} at character {problem.pos}") from None
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError as problem:
        if "surrogate" in str(problem) or "UTF-8" in str(problem):
            raise Malformed("a string holds half of a surrogate pair, which is no character") from None
        if "recursion" in str(problem).lower():
            raise Malformed("it is nested too deeply") from None
    return value
