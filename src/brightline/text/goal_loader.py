"""Reads goal files (YAML) and refuses every row that could not work, with file, line and cure.

Checked at load: unknown and missing fields, unknown rules, words that normalise to nothing or to a single character
(over-broad), duplicates, patterns that are unbounded or do not compile on google-re2, unknown exception lists, sides and
effects, effects stronger than their legal grounds (``rulebook.policy.strongest``), examples that do not hit, benign twins
that do. Errors are ``DataError`` BL-DATA-2xx; the first one stops the load.

A file holds a list of goals, or a mapping ``lists:`` of named exception lists, which all files of one load share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn, Protocol

import yaml

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.rulebook import Rulebook, policy
from brightline.text.engine import TextEngine
from brightline.text.goals import (
    MAX_ENTRY_CHARS,
    MAX_EXCEPTION_WITHIN,
    MAX_SLOTS,
    MAX_WITHIN,
    NEGATION_WITHIN,
    Entry,
    Example,
    Goal,
    GoalBook,
    Lane,
    Same,
    Slot,
    Unless,
)
from brightline.text.lanes import base_form, skip_form
from brightline.text.patterns import Pattern, PatternError, compile_pattern
from brightline.text.prices import with_prices

__all__ = ["RuleSource", "Strongest", "load_goals"]

Strongest = Callable[[Sequence[str], Side, date, bool], Outcome]

_GOAL_FIELDS = {
    "id", "title", "types", "rules", "sides", "effect", "manifest", "lanes", "slots", "within", "same", "unless",
    "allow", "notice", "examples", "twins", "owner", "score", "term",
}  # fmt: skip
_REQUIRED = ("id", "title", "types", "sides", "effect", "slots", "examples", "twins", "owner")


class RuleSource(Protocol):
    """What the loader needs of a rulebook."""

    def get(self, rule_id: str) -> Any:
        """The rule, or None."""


def load_goals(paths: Sequence[Path], rulebook: RuleSource, on: date | None = None, strongest: Strongest | None = None) -> GoalBook:
    """Read and check goal files; grounds are judged for the day ``on`` (default: today, UTC).

    ``strongest`` answers which outcome a set of rules can ground on a side; by default the policy's own answer.
    Raises ``DataError`` with file and line.
    """
    # The nodes of the files are gone before the examples are tried: together they would double what loading takes.
    book = with_prices(_goals_of(paths, rulebook, on or datetime.now(UTC).date(), strongest or _policy(rulebook)))
    _check_examples(book)
    return book


def _goals_of(paths: Sequence[Path], rulebook: RuleSource, day: date, strongest: Strongest) -> GoalBook:
    documents = [(path, *_read(path)) for path in paths]
    loader = _Loader(rulebook, day, strongest, _exception_lists(node for _, _, node in documents))
    goals: list[Goal] = []
    for _, _, node in documents:
        if node.value is not None and not isinstance(node.value, dict):
            goals.extend(loader.goal(row) for row in node.rows())
    _check_unique(goals)
    digest = hashlib.sha256()
    for _, content, _ in documents:
        digest.update(hashlib.sha256(content).digest())
    return GoalBook(tuple(goals), digest.hexdigest())


@dataclass(frozen=True, slots=True)
class _Node:
    """A YAML value that remembers where it stands: a dict of nodes, a list of nodes, a string, or None."""

    value: Any
    file: str
    line: int

    def fail(self, number: int, message: str, cure: str) -> NoReturn:
        raise DataError(f"BL-DATA-{number}", message, cure, file=self.file, line=self.line)

    def rows(self) -> list[_Node]:
        if not isinstance(self.value, list):
            self.fail(202, "a list is expected here", "write the values as - items or in [brackets]")
        return self.value

    def fields(self) -> dict[str, _Node]:
        if not isinstance(self.value, dict):
            self.fail(202, "named fields are expected here", "write field: value")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(202, "a text is expected here", "write a value, in quotes if it contains : or #")
        return self.value

    def texts(self) -> list[_Node]:
        rows = self.rows()
        for row in rows:
            row.text()
        return rows

    def number(self, low: int, high: int) -> int:
        text = self.text()
        if not text.isdecimal() or not low <= int(text) <= high:
            self.fail(203, f"{text!r} is out of range", f"write a whole number from {low} to {high}")
        return int(text)

    def flag(self) -> bool:
        if self.text() not in ("true", "false"):
            self.fail(203, f"{self.value!r} is neither true nor false", "write true or false")
        return bool(self.value == "true")

    def choice(self, permitted: Iterable[str]) -> str:
        known = list(permitted)
        if self.text() not in known:
            self.fail(203, f"{self.value!r} is not known here", f"choose from {', '.join(known)}")
        return str(self.value)

    def only(self, known: Iterable[str], what: str) -> dict[str, _Node]:
        fields = self.fields()
        allowed = set(known)
        for name, node in fields.items():
            if name not in allowed:
                quote = "; a text with a comma inside {} needs quotes" if node.value is None else ""
                node.fail(204, f"unknown field {name!r} in {what}", f"known fields: {', '.join(sorted(allowed))}{quote}")
        return fields


def _read(path: Path) -> tuple[bytes, _Node]:
    try:
        content = path.read_bytes()
        tree = yaml.compose(content.decode("utf-8"), Loader=yaml.CSafeLoader)
    except OSError as problem:
        raise DataError("BL-DATA-200", f"cannot be read: {problem.strerror}", "name an existing goal file", file=str(path)) from None
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise DataError("BL-DATA-201", "is not UTF-8", "save the file as UTF-8", file=str(path), line=line) from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        reason = getattr(problem, "problem", None) or str(problem)
        raise DataError(
            "BL-DATA-201", f"is not YAML: {reason}", "check indentation, colons and quotes", file=str(path), line=line
        ) from None
    return content, _located(tree, str(path))


def _located(tree: Any, file: str) -> _Node:
    if tree is None:
        return _Node(None, file, 1)
    line = tree.start_mark.line + 1
    if isinstance(tree, yaml.MappingNode):
        fields: dict[str, _Node] = {}
        for key, value in tree.value:
            if key.value in fields:
                _Node(None, file, key.start_mark.line + 1).fail(202, f"field {key.value!r} stands twice", "keep one of them")
            fields[key.value] = _located(value, file)
        return _Node(fields, file, line)
    if isinstance(tree, yaml.SequenceNode):
        return _Node([_located(value, file) for value in tree.value], file, line)
    is_null = tree.tag == "tag:yaml.org,2002:null"
    return _Node(None if is_null else tree.value, file, line)


def _exception_lists(documents: Iterable[_Node]) -> dict[str, tuple[Entry, ...]]:
    lists: dict[str, tuple[Entry, ...]] = {}
    for document in documents:
        if not isinstance(document.value, dict):
            continue
        fields = document.only(("lists",), "an exceptions file")
        if "lists" not in fields:
            document.fail(202, "neither a list of goals nor exception lists", "write a list of goals, or lists: {name: [words]}")
        for name, node in fields["lists"].fields().items():
            if name in lists:
                node.fail(206, f"exception list {name!r} stands twice", "keep one of them")
            lists[name] = _entries(node, shortest=1)
    return lists


class _Loader:
    """Turns checked nodes into goals."""

    def __init__(self, rulebook: RuleSource, on: date, strongest: Strongest, lists: Mapping[str, tuple[Entry, ...]]) -> None:
        self._rulebook = rulebook
        self._on = on
        self._strongest = strongest
        self._lists = lists

    def goal(self, node: _Node) -> Goal:
        fields = node.only(_GOAL_FIELDS, "a goal")
        for name in _REQUIRED:
            if name not in fields:
                node.fail(205, f"field {name!r} is missing", f"every goal needs {', '.join(_REQUIRED)}")
        title = fields["title"].only(("zh", "en"), "title")
        notice = fields["notice"].only(("zh", "en"), "notice") if "notice" in fields else {}
        term = fields["term"].text() if "term" in fields else None
        rules = self._rules(fields.get("rules", _Node([], node.file, node.line)), term)
        manifest = fields["manifest"].flag() if "manifest" in fields else True
        sides = self._sides(fields["sides"])
        effects = self._effects(fields["effect"], sides, rules, manifest)
        self._check_notice(fields, effects)
        goal_id = fields["id"].text()
        return Goal(
            id=goal_id,
            title_zh=_member(fields["title"], title, "zh"),
            title_en=_member(fields["title"], title, "en"),
            types=tuple(row.number(1, 13) for row in fields["types"].rows()),
            rules=rules,
            effects=effects,
            manifest=manifest,
            lanes=self._lanes(fields.get("lanes")),
            slots=self._slots(fields["slots"]),
            within=fields["within"].number(2, MAX_WITHIN) if "within" in fields else 40,
            same=self._same(fields.get("same")),
            unless=tuple(self._unless(row) for row in fields["unless"].rows()) if "unless" in fields else (),
            allow=_entries(fields["allow"]) if "allow" in fields else (),
            notice_zh=notice["zh"].text() if "zh" in notice else "",
            notice_en=notice["en"].text() if "en" in notice else "",
            examples=self._examples(fields["examples"], sides, "examples"),
            twins=self._examples(fields["twins"], sides, "twins"),
            owner=fields["owner"].text(),
            score=self._score(fields.get("score")),
            term=term,
            file=node.file,
            line=node.line,
        )

    def _rules(self, node: _Node, term: str | None) -> tuple[str, ...]:
        rows = node.texts()
        if not rows and term is None:
            node.fail(207, "no rule and no term", "name the rules that ground this goal, or the operator's term")
        for row in rows:
            if self._rulebook.get(row.value) is None:
                row.fail(207, f"unknown rule {row.value!r}", "see `brightline rules search` for the rules that exist")
            if isinstance(self._rulebook, Rulebook) and (left := self._rulebook.stale(row.value)):
                row.fail(
                    207, f"{row.value} is the article's number until {left.last_day}", f"cite {left.now}, its number since {left.since}"
                )
        return tuple(row.value for row in rows)

    def _sides(self, node: _Node) -> tuple[Side, ...]:
        sides = tuple(Side(row.choice(list(Side))) for row in node.rows())
        if not sides or len(set(sides)) != len(sides):
            node.fail(208, "sides are empty or stand twice", f"choose each at most once from {', '.join(Side)}")
        return sides

    def _effects(self, node: _Node, sides: Sequence[Side], rules: Sequence[str], manifest: bool) -> dict[Side, Outcome]:
        effects: dict[Side, Outcome] = {}
        if isinstance(node.value, dict):
            for name, choice in node.value.items():
                if name not in sides:
                    choice.fail(208, f"effect for {name!r}, which is not among the sides", f"sides are {', '.join(sides)}")
            missing = [side for side in sides if side not in node.value]
            if missing:
                node.fail(208, f"no effect for {', '.join(missing)}", "name an effect for every side")
        for side in sides:
            choice = node.value[side] if isinstance(node.value, dict) else node
            effect = _effect(choice, side)
            if rules:
                grounded = self._strongest(rules, side, self._on, manifest)
                if effect.severity > grounded.severity:
                    choice.fail(
                        209,
                        f"effect {effect} on side {side} is stronger than its rules ground (at most {grounded})",
                        "choose a milder effect, or add the rule that justifies this one (`brightline rules grounds`)",
                    )
            effects[side] = effect
        return effects

    def _check_notice(self, fields: Mapping[str, _Node], effects: Mapping[Side, Outcome]) -> None:
        if any(effect in (Outcome.NOTICE, Outcome.REWRITE) for effect in effects.values()):
            notice = fields["notice"].fields() if "notice" in fields else {}
            if not {"zh", "en"} <= set(notice):
                fields["effect"].fail(210, "a notice or rewrite without its text", "add notice: {zh: …, en: …}")

    def _lanes(self, node: _Node | None) -> tuple[Lane, ...]:
        if node is None:
            return ("base", "skip")
        lanes = [row.choice(("base", "skip")) for row in node.rows()]
        if "base" not in lanes or len(set(lanes)) != len(lanes):
            node.fail(208, "lanes without base, or one twice", "write [base] or [base, skip]")
        return ("base", "skip") if "skip" in lanes else ("base",)

    def _same(self, node: _Node | None) -> Same:
        choice = node.choice(("clause", "sentence", "text")) if node else "sentence"
        return "clause" if choice == "clause" else "text" if choice == "text" else "sentence"

    def _score(self, node: _Node | None) -> float:
        if node is None:
            return 1.0
        try:
            score = float(node.text())
        except ValueError:
            score = -1.0
        if not 0.0 < score <= 1.0:
            node.fail(203, f"score {node.value!r} is out of range", "write a number above 0 and at most 1")
        return score

    def _slots(self, node: _Node) -> tuple[Slot, ...]:
        rows = node.rows()
        if not 1 <= len(rows) <= MAX_SLOTS:
            node.fail(211, f"{len(rows)} slots", f"write 1 to {MAX_SLOTS} slots")
        slots = tuple(self._slot(row) for row in rows)
        if len({slot.name for slot in slots}) != len(slots):
            node.fail(211, "two slots have the same name", "give each slot its own name")
        if all(slot.companion for slot in slots):
            node.fail(211, "every slot is a companion", "leave companion out where the words say something by themselves")
        return slots

    def _slot(self, node: _Node) -> Slot:
        fields = node.only(("name", "words", "patterns", "companion"), "a slot")
        if "name" not in fields:
            node.fail(205, "field 'name' is missing", "name the slot after what it stands for")
        entries = _entries(fields["words"]) if "words" in fields else ()
        patterns = tuple(_pattern(row) for row in fields["patterns"].texts()) if "patterns" in fields else ()
        if not entries and not patterns:
            node.fail(211, "a slot without words and patterns", "add words: […] or patterns: […]")
        return Slot(fields["name"].text(), entries, patterns, fields["companion"].flag() if "companion" in fields else False)

    def _unless(self, node: _Node) -> Unless:
        fields = node.only(("exception", "use", "words", "within", "after"), "an exception")
        if "exception" not in fields or ("use" in fields) == ("words" in fields):
            node.fail(212, "an exception needs its name and either use or words", "write {exception: news, use: news}")
        name = fields["exception"].text()
        listed = fields["use"].text() if "use" in fields else ""
        if listed and listed not in self._lists:
            fields["use"].fail(212, f"unknown exception list {listed!r}", f"known lists: {', '.join(sorted(self._lists)) or 'none'}")
        entries = self._lists[listed] if listed else _entries(fields["words"], shortest=1)
        negates = "negation" in (name, listed)
        longest = NEGATION_WITHIN if negates else MAX_EXCEPTION_WITHIN
        within = fields["within"].number(1, longest) if "within" in fields else min(30, longest)
        after = fields["after"].flag() if "after" in fields else not negates
        if negates and after:
            fields["after"].fail(212, "a negation after the evidence", "leave `after` out: a negation stands before what it negates")
        return Unless(name, entries, within, after)

    def _examples(self, node: _Node, sides: Sequence[Side], what: str) -> tuple[Example, ...]:
        rows = node.rows()
        if not rows:
            node.fail(213, f"no {what}", "every goal has examples that must hit and benign twins that must pass")
        found = []
        for row in rows:
            fields = row.only(("text", "side"), what) if isinstance(row.value, dict) else {"text": row}
            if "text" not in fields:
                row.fail(213, "an example without text", "write {text: …, side: …}")
            side = Side(fields["side"].choice(sides)) if "side" in fields else sides[0]
            found.append(Example(fields["text"].text(), side, row.line))
        return tuple(found)


def _member(node: _Node, fields: Mapping[str, _Node], lang: str) -> str:
    if lang not in fields:
        node.fail(205, f"title without {lang}", "write title: {zh: …, en: …}")
    return fields[lang].text()


def _effect(node: _Node, side: Side) -> Outcome:
    choice = node.choice(["stop", *Outcome])
    if choice == "stop":
        return Outcome.REFUSE if side.own_output else Outcome.BLOCK
    effect = Outcome(choice)
    if effect is (Outcome.BLOCK if side.own_output else Outcome.REFUSE):
        node.fail(208, f"effect {effect} on side {side}", "write stop: it refuses on prompt and answer, blocks on post and listing")
    return effect


def _entries(node: _Node, shortest: int = 2) -> tuple[Entry, ...]:
    """The words of a list, normalised; ``shortest`` in characters of the base lane."""
    seen: dict[tuple[str, bool, bool], str] = {}
    found = []
    for row in node.texts():
        written = row.value.strip()
        open_left, open_right = written.startswith("*"), written.endswith("*")
        word = written.removeprefix("*").removesuffix("*")
        base = base_form(word)
        if not base:
            row.fail(214, f"word {written!r} normalises to nothing", "remove it: it has only invisible characters or marks")
        if len(base) < shortest:
            row.fail(
                214, f"word {written!r} is one character ({base!r})", "single characters are over-broad: write a longer word or a pattern"
            )
        if len(base) > MAX_ENTRY_CHARS:
            row.fail(214, f"word of {len(base)} characters", f"at most {MAX_ENTRY_CHARS}: split it into slots")
        if "\n" in base:
            row.fail(214, f"word {written!r} contains a line break", "write it on one line")
        key = (base, open_left, open_right)
        if key in seen:
            row.fail(
                215, f"word {written!r} is a duplicate of {seen[key]!r}", "remove it: case, width and script variants are folded anyway"
            )
        seen[key] = written
        skip = skip_form(word)
        found.append(Entry(written, base, skip if len(skip) >= max(shortest, 2) else "", open_left, open_right))
    return tuple(found)


def _pattern(node: _Node) -> Pattern:
    try:
        return compile_pattern(node.value)
    except PatternError as problem:
        node.fail(216, f"pattern {node.value!r} {problem}", problem.cure)


def _check_unique(goals: Sequence[Goal]) -> None:
    seen: dict[str, Goal] = {}
    for goal in goals:
        if goal.id in seen:
            first = seen[goal.id]
            raise DataError(
                "BL-DATA-206",
                f"goal {goal.id!r} stands twice, first in {first.file}:{first.line}",
                "rename one",
                file=goal.file,
                line=goal.line,
            )
        seen[goal.id] = goal


def _check_examples(book: GoalBook) -> None:
    for side in Side:
        # One engine a side, as each holds some 8 MB for every side that it has seen.
        _check_side(book, side, TextEngine(book))


def _check_side(book: GoalBook, side: Side, engine: TextEngine) -> None:
    for goal in book:
        for example in goal.examples:
            if example.side is not side:
                continue
            hits = [finding for finding in engine.scan(example.text, side) if finding.goal == goal.id]
            if all(finding.exceptions for finding in hits):
                seen = ", ".join(sorted({name for finding in hits for name in finding.exceptions}))
                why = f"meets the exception {seen}" if hits else "does not hit"
                _refuse(goal, example, 217, f"example {example.text!r} {why}", "correct the slots, distance or sentence, or the example")
        for twin in goal.twins:
            if twin.side is not side:
                continue
            hits = [finding for finding in engine.scan(twin.text, side) if finding.goal == goal.id and not finding.exceptions]
            if hits:
                evidence = " + ".join(hits[0].evidence)
                _refuse(
                    goal,
                    twin,
                    218,
                    f"benign twin {twin.text!r} is hit by {evidence!r}",
                    "add an exception, an allow phrase, or narrow the slots",
                )


def _refuse(goal: Goal, example: Example, number: int, message: str, cure: str) -> NoReturn:
    raise DataError(f"BL-DATA-{number}", f"goal {goal.id!r}: {message}", cure, file=goal.file, line=example.line)


def _policy(rulebook: RuleSource) -> Strongest:
    if not isinstance(rulebook, Rulebook):
        raise TypeError("load_goals needs a Rulebook, or a strongest() of its own")

    def strongest(rules: Sequence[str], side: Side, on: date, manifest: bool) -> Outcome:
        return policy.strongest(rules, side, on, rulebook, manifest=manifest)

    return strongest
