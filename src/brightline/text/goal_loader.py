"""Reads goal files (YAML) and refuses every row that could not work, with file, line and cure.

Checked at load: unknown and missing fields, unknown rules, words that normalise to nothing or to a single character
(over-broad), duplicates, patterns that are unbounded or do not compile on google-re2, unknown exception lists, sides and
effects, effects stronger than their legal grounds (``rulebook.policy.strongest``) and the operator's terms, examples that do not hit,
benign twins that do. Errors are ``DataError`` BL-DATA-200 to -222. ``read_goals`` tells all of them, ``load_goals`` raises the first.

A file holds a list of goals and of additions to goals (``goal_extensions``), or a mapping: ``lists:`` of named exceptions and ``classes:``,
ids that wait for an operator's words. All files of one load share them. Every goal is priced (``prices``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.rulebook import OperatorTerm, Rulebook, policy
from brightline.text.goal_examples import example_problems
from brightline.text.goal_extensions import extended_goal, is_extension
from brightline.text.goal_rows import GoalReader, Grounds, RuleSource, Strongest
from brightline.text.goals import Example, Goal, GoalBook
from brightline.text.prices import with_prices
from brightline.text.yaml_nodes import Node, read_nodes

__all__ = ["MAX_ENTRIES", "Reading", "RuleSource", "Strongest", "files_digest", "load_goals", "read_goals"]

MAX_ENTRIES = 1_000_000  # of all slots of a load: some 2 GB of automata on four sides


@dataclass(frozen=True, slots=True)
class Reading:
    """What goal files hold. ``book`` has the goals without a problem; ``problems`` are in the order of files and lines.

    ``files``: goal id → the files that it stands in, its own first, then those that add to it.
    """

    book: GoalBook
    problems: tuple[DataError, ...]
    files: Mapping[str, tuple[str, ...]]


def files_digest(contents: Iterable[bytes]) -> str:
    """The digest of a book that was read from files of these contents, as long as no goal of it is demoted for its price."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def load_goals(
    paths: Sequence[Path],
    rulebook: RuleSource,
    on: date | None = None,
    strongest: Strongest | None = None,
    terms: Mapping[str, OperatorTerm] | None = None,
) -> GoalBook:
    """Read and check goal files; grounds are judged for the day ``on`` (default: today, UTC).

    ``strongest`` answers which outcome a set of rules can ground on a side; by default the policy's own answer. ``terms`` are the
    operator's; without them a goal's term is taken on trust. Raises ``DataError`` with file and line.
    """
    reading = read_goals(paths, rulebook, on, strongest, terms)
    if reading.problems:
        raise reading.problems[0]
    return reading.book


def read_goals(
    paths: Sequence[Path],
    rulebook: RuleSource,
    on: date | None = None,
    strongest: Strongest | None = None,
    terms: Mapping[str, OperatorTerm] | None = None,
    *,
    trying: Collection[str] | None = None,
) -> Reading:
    """The same, with everything that is wrong instead of an error. ``trying``: only goals of these files are held against their examples."""
    grounds = Grounds(rulebook, on or datetime.now(UTC).date(), strongest or _policy(rulebook), terms)
    # The nodes of the files are gone before the examples are tried: together they would double what loading takes.
    loaded = _Loaded(grounds)
    loaded.read(paths)
    book = with_prices(GoalBook(tuple(loaded.goals.values()), files_digest(loaded.contents)))
    files = {goal_id: tuple(names) for goal_id, names in loaded.files.items()}
    problems = loaded.reader.problems
    if trying is None or any(name in trying for names in files.values() for name in names):
        tried = book if trying is None else _only(book, {goal for goal, names in files.items() if not set(names).isdisjoint(trying)})
        problems.extend(example_problems(tried, loaded.places))
    order = {str(path): number for number, path in enumerate(paths)}
    problems.sort(key=lambda problem: (order.get(problem.file, len(order)), problem.line))
    return Reading(book, tuple(problems), files)


class _Loaded:
    """What has been read so far."""

    def __init__(self, grounds: Grounds) -> None:
        self.reader = GoalReader(grounds)
        self.goals: dict[str, Goal] = {}
        self.files: dict[str, list[str]] = {}
        self.places: dict[Example, str] = {}
        self.contents: list[bytes] = []

    def read(self, paths: Sequence[Path]) -> None:
        documents: list[Node] = []
        for path in paths:
            with self.reader.noting():
                content, node = read_nodes(path)
                self.contents.append(content)
                documents.append(node)
        for document in documents:
            if isinstance(document.value, dict):
                with self.reader.noting():
                    self.reader.shared(document)
        rows = [
            row
            for document in documents
            if document.value is not None and not isinstance(document.value, dict)
            for row in self._rows(document)
        ]
        for row in rows:
            if not is_extension(row):
                self._goal(row)
        for row in rows:
            if is_extension(row):
                self._extension(row)
        self._check_size()

    def _rows(self, document: Node) -> list[Node]:
        with self.reader.noting():
            return document.rows()
        return []

    def _goal(self, row: Node) -> None:
        goal = self.reader.goal(row)
        if goal is None:
            return
        with self.reader.noting():
            if goal.id in self.goals:
                first = self.goals[goal.id]
                row.fail(206, f"goal {goal.id!r} stands twice, first in {first.file}:{first.line}", "rename one, or write `extends:`")
            self.goals[goal.id] = goal
            self.files[goal.id] = [goal.file]

    def _extension(self, row: Node) -> None:
        found = extended_goal(row, self.goals, self.reader)
        if found is None:
            return
        goal, examples = found
        self.goals[goal.id] = goal
        self.files[goal.id].append(row.file)
        self.places.update(dict.fromkeys(examples, row.file))

    def _check_size(self) -> None:
        total = 0
        for goal in self.goals.values():
            total += sum(len(slot.entries) for slot in goal.slots)
            if total > MAX_ENTRIES:
                with self.reader.noting():
                    Node(None, goal.file, goal.line).fail(
                        219, f"with goal {goal.id!r} there are more than {MAX_ENTRIES} words", "split rare words off, or drop them"
                    )
                self.goals.clear()
                return


def _only(book: GoalBook, wanted: Collection[str]) -> GoalBook:
    return GoalBook(tuple(goal for goal in book if goal.id in wanted), book.digest)


def _policy(rulebook: RuleSource) -> Strongest:
    if not isinstance(rulebook, Rulebook):
        raise TypeError("load_goals needs a Rulebook, or a strongest() of its own")

    def strongest(rules: Sequence[str], side: Side, on: date, manifest: bool) -> Outcome:
        return policy.strongest(rules, side, on, rulebook, manifest=manifest)

    return strongest
