"""Words and patterns of goal files: normalised once, refused where they could not work.

Lists that several slots share by an alias are read once. Every bad word is reported, not only the first of a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from brightline.errors import DataError
from brightline.text.goals import MAX_ENTRY_CHARS, Entry
from brightline.text.lanes import entry_forms, forms_of
from brightline.text.patterns import Pattern, PatternError, compile_pattern
from brightline.text.yaml_nodes import Node

__all__ = ["EntryReader"]

MAX_PATTERN_CHARS = 1000
MAX_PATTERN_NESTING = 8  # what a pattern becomes for streams doubles with each nested repeat
_MAX_RAW_CHARS = 8 * MAX_ENTRY_CHARS  # of a word as written, marks and invisible characters included


class EntryReader:
    """Reads lists of words and of patterns; what is wrong with single ones is added to ``problems``."""

    def __init__(self, problems: list[DataError]) -> None:
        self._problems = problems
        self._entries: dict[tuple[int, int], tuple[Entry, ...]] = {}
        self._patterns: dict[int, tuple[Pattern, ...]] = {}
        self._nodes: list[Node] = []  # kept, so that no other node gets the same id

    def entries(self, node: Node, shortest: int = 2) -> tuple[Entry, ...]:
        """The words of a list; ``shortest`` in characters of the base lane. Raises ``DataError`` if it is no list."""
        key = id(node), shortest
        if key not in self._entries:
            self._nodes.append(node)
            seen: dict[tuple[str, bool, bool], str] = {}
            found = []
            rows = node.rows()
            forms = _forms(rows)
            for row in rows:
                try:
                    found.append(_entry(row, shortest, seen, forms))
                except DataError as problem:
                    self._problems.append(problem)
            self._entries[key] = tuple(found)
        return self._entries[key]

    def patterns(self, node: Node) -> tuple[Pattern, ...]:
        """The patterns of a list, compiled. Raises ``DataError`` if it is no list."""
        if id(node) not in self._patterns:
            self._nodes.append(node)
            found = []
            for row in node.rows():
                try:
                    found.append(_pattern(row))
                except DataError as problem:
                    self._problems.append(problem)
            self._patterns[id(node)] = tuple(found)
        return self._patterns[id(node)]


def _forms(rows: Sequence[Node]) -> dict[str, tuple[str, str]]:
    """Base and skip form of each word that is not too long to be one."""
    values = (row.value for row in rows)
    words = dict.fromkeys(_word(value.strip()) for value in values if isinstance(value, str) and len(value) <= _MAX_RAW_CHARS)
    return dict(zip(words, forms_of(tuple(words)), strict=True))


def _word(written: str) -> str:
    return written.removeprefix("*").removesuffix("*")


def _entry(row: Node, shortest: int, seen: dict[tuple[str, bool, bool], str], forms: Mapping[str, tuple[str, str]]) -> Entry:
    written = row.text().strip()
    if len(written) > _MAX_RAW_CHARS:
        row.fail(214, f"word of {len(written)} characters", f"at most {MAX_ENTRY_CHARS}: split it into slots")
    open_left, open_right = written.startswith("*"), written.endswith("*")
    word = _word(written)
    base, skip = forms[word] if word in forms else entry_forms(word)
    if not base:
        row.fail(214, f"word {written!r} normalises to nothing", "remove it: it has only invisible characters or marks")
    if len(base) < shortest:
        row.fail(214, f"word {written!r} is one character ({base!r})", "single characters are over-broad: write a longer word or a pattern")
    if len(base) > MAX_ENTRY_CHARS:
        row.fail(214, f"word of {len(base)} characters", f"at most {MAX_ENTRY_CHARS}: split it into slots")
    if "\n" in base:
        row.fail(214, f"word {written!r} contains a line break", "write it on one line")
    key = (base, open_left, open_right)
    if key in seen:
        row.fail(215, f"word {written!r} is a duplicate of {seen[key]!r}", "remove it: case, width and script variants are folded anyway")
    seen[key] = written
    # Mostly all three are the same: there are tens of thousands of them, so they are one string then.
    base = written if base == written else base
    skip = base if skip == base else skip
    return Entry(written, base, skip if len(skip) >= max(shortest, 2) else "", open_left, open_right)


def _pattern(row: Node) -> Pattern:
    source = row.text()
    if len(source) > MAX_PATTERN_CHARS:
        row.fail(216, f"pattern of {len(source)} characters", f"at most {MAX_PATTERN_CHARS}: write several patterns, or words")
    if _nesting(source) > MAX_PATTERN_NESTING:
        row.fail(216, f"pattern with more than {MAX_PATTERN_NESTING} brackets inside each other", "write several flat patterns")
    try:
        return compile_pattern(source)
    except PatternError as problem:
        row.fail(216, f"pattern {source!r} {problem}", problem.cure)


def _nesting(source: str) -> int:
    """How deep groups nest, escaped brackets counted too."""
    depth = deepest = 0
    for character in source:
        depth += (character == "(") - (character == ")" and depth > 0)
        deepest = max(deepest, depth)
    return deepest
