"""From the rows of goal files to goals. Every field is read by itself, so that all that is wrong with a file is known at once.

``GoalReader.problems`` collects what ``DataError`` says of each field, word and pattern (BL-DATA-202 to -220). A row with a problem
gives no goal. Whether the goals do what their examples say is asked afterwards (``goal_examples``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.rulebook import OperatorTerm, Rulebook
from brightline.text.detectors import DETECTORS, patterns_of
from brightline.text.goal_entries import EntryReader
from brightline.text.goals import (
    LANES,
    MAX_EXCEPTION_WITHIN,
    MAX_SLOTS,
    MAX_WITHIN,
    NEGATION_WITHIN,
    Entry,
    Example,
    Goal,
    Lane,
    Same,
    Slot,
    Unless,
)
from brightline.text.yaml_nodes import Node

__all__ = ["GoalReader", "Grounds", "RuleSource", "Strongest"]

Strongest = Callable[[Sequence[str], Side, date, bool], Outcome]

_GOAL_FIELDS = {
    "id", "title", "types", "rules", "sides", "effect", "manifest", "lanes", "slots", "within", "same", "unless",
    "allow", "notice", "examples", "twins", "owner", "score", "term",
}  # fmt: skip
_REQUIRED = ("id", "title", "types", "sides", "effect", "slots", "examples", "twins", "owner")
_CLASS_FIELDS = ("id", "title", "types", "rules")


class RuleSource(Protocol):
    """What the loader needs of a rulebook."""

    def get(self, rule_id: str) -> Any:
        """The rule, or None."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What effects are judged by: the rules, the day, what rules can ground, and the operator's terms (None: not known here)."""

    rulebook: RuleSource
    on: date
    strongest: Strongest
    terms: Mapping[str, OperatorTerm] | None = None


class GoalReader:
    """Turns nodes into goals, exception lists and classes. One for all files of a load: they share the lists and the classes."""

    def __init__(self, grounds: Grounds) -> None:
        self.problems: list[DataError] = []
        self.lists: dict[str, tuple[Entry, ...]] = {}
        self.classes: dict[str, dict[str, Node]] = {}
        self.entries = EntryReader(self.problems)
        self._grounds = grounds

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Add what goes wrong inside to ``problems``, and go on after it."""
        try:
            yield
        except DataError as problem:
            self.problems.append(problem)

    def shared(self, document: Node) -> None:
        """Read what a file of named things shares with all others: exception lists, and classes that have no words of their own."""
        fields = document.only(("lists", "classes"), "a file of exceptions and classes")
        if not fields:
            document.fail(202, "neither a list of goals nor exception lists", "write a list of goals, or lists: {name: [words]}")
        for name, node in fields["lists"].fields().items() if "lists" in fields else ():
            with self.noting():
                if name in self.lists:
                    node.fail(206, f"exception list {name!r} stands twice", "keep one of them")
                self.lists[name] = self.entries.entries(node, shortest=1)
        for row in fields["classes"].rows() if "classes" in fields else ():
            with self.noting():
                known = row.only(_CLASS_FIELDS, "a class")
                for name in _CLASS_FIELDS:
                    if name not in known:
                        row.fail(205, f"field {name!r} is missing", f"every class needs {', '.join(_CLASS_FIELDS)}")
                self.classes[known["id"].text()] = known

    def goal(self, node: Node) -> Goal | None:
        """The goal of a row; None if anything is wrong with it."""
        before = len(self.problems)
        with self.noting():
            fields = node.fields()
            with self.noting():
                node.only(_GOAL_FIELDS, "a goal")
            of_class = fields["id"].value if "id" in fields else None
            if isinstance(of_class, str):
                fields = {**self.classes.get(of_class, {}), **fields}
            for name in _REQUIRED:
                if name not in fields:
                    node.fail(205, f"field {name!r} is missing", f"every goal needs {', '.join(_REQUIRED)}")
            found = self._goal(node, fields)
            if len(self.problems) == before:
                return found
        return None

    def _goal(self, node: Node, fields: dict[str, Node]) -> Goal:
        goal_id, owner, title_zh, title_en, term = "", "", "", "", None
        rules: tuple[str, ...] = ()
        types: tuple[int, ...] = ()
        sides: tuple[Side, ...] = ()
        effects: dict[Side, Outcome] = {}
        manifest, score, within = True, 1.0, 40
        same: Same = "sentence"
        lanes: tuple[Lane, ...] = LANES
        slots: tuple[Slot, ...] = ()
        unless: tuple[Unless, ...] = ()
        allow: tuple[Entry, ...] = ()
        notice: dict[str, str] = {}
        with self.noting():
            goal_id = fields["id"].text()
        with self.noting():
            owner = fields["owner"].text()
        with self.noting():
            title_zh, title_en = _both(fields["title"])
        with self.noting():
            types = tuple(row.number(1, 13) for row in fields["types"].rows())
        with self.noting():
            manifest = fields["manifest"].flag() if "manifest" in fields else True
        with self.noting():
            score = fields["score"].share() if "score" in fields else 1.0
        with self.noting():
            term = self._term(fields)
        with self.noting():
            rules = self._rules(fields.get("rules", Node([], node.file, node.line)), "term" in fields)
            sides = self._sides(fields["sides"])
            effects = self._effects(fields["effect"], sides, rules, term, manifest)
        with self.noting():
            notice = self._notice(fields, effects)
        with self.noting():
            lanes = _lanes(fields.get("lanes"))
        with self.noting():
            within = fields["within"].number(2, MAX_WITHIN) if "within" in fields else 40
        with self.noting():
            same = _same(fields.get("same"))
        with self.noting():
            slots = self._slots(fields["slots"])
        with self.noting():
            unless = self.unless(fields["unless"]) if "unless" in fields else ()
        with self.noting():
            allow = self.entries.entries(fields["allow"]) if "allow" in fields else ()
        examples = self._examples_of(fields, "examples", sides)
        twins = self._examples_of(fields, "twins", sides)
        return Goal(
            id=goal_id,
            title_zh=title_zh,
            title_en=title_en,
            types=types,
            rules=rules,
            effects=effects,
            manifest=manifest,
            lanes=lanes,
            slots=slots,
            within=within,
            same=same,
            unless=unless,
            allow=allow,
            notice_zh=notice.get("zh", ""),
            notice_en=notice.get("en", ""),
            examples=examples,
            twins=twins,
            owner=owner,
            score=score,
            term=term,
            file=node.file,
            line=node.line,
        )

    def _term(self, fields: Mapping[str, Node]) -> str | None:
        if "term" not in fields:
            return None
        term = fields["term"].text()
        known = self._grounds.terms
        if known is not None and term not in known:
            fields["term"].fail(220, f"unknown term {term!r}", f"terms in terms_file: {', '.join(sorted(known)) or 'none'}")
        return term

    def _rules(self, node: Node, has_term: bool) -> tuple[str, ...]:
        rows, rulebook = node.texts(), self._grounds.rulebook
        if not rows and not has_term:
            node.fail(207, "no rule and no term", "name the rules that ground this goal, or the operator's term")
        for row in rows:
            if rulebook.get(row.value) is None:
                row.fail(207, f"unknown rule {row.value!r}", "see `brightline rules search` for the rules that exist")
            if isinstance(rulebook, Rulebook) and (left := rulebook.stale(row.value)):
                row.fail(
                    207, f"{row.value} is the article's number until {left.last_day}", f"cite {left.now}, its number since {left.since}"
                )
        return tuple(row.value for row in rows)

    def _sides(self, node: Node) -> tuple[Side, ...]:
        sides = tuple(Side(row.choice(list(Side))) for row in node.rows())
        if not sides or len(set(sides)) != len(sides):
            node.fail(208, "sides are empty or stand twice", f"choose each at most once from {', '.join(Side)}")
        return sides

    def _effects(self, node: Node, sides: Sequence[Side], rules: Sequence[str], term: str | None, manifest: bool) -> dict[Side, Outcome]:
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
            grounded = self._grounded(rules, term, side, manifest)
            if grounded is not None and effect.severity > grounded.severity:
                choice.fail(
                    209,
                    f"effect {effect} on side {side} is stronger than its rules ground (at most {grounded})",
                    "choose a milder effect, or add the rule that justifies this one (`brightline rules grounds`)",
                )
            effects[side] = effect
        return effects

    def _grounded(self, rules: Sequence[str], term: str | None, side: Side, manifest: bool) -> Outcome | None:
        """The harshest effect that rules and term ground; None if that is not known here."""
        known: list[Outcome] = []
        if rules:
            known.append(self._grounds.strongest(rules, side, self._grounds.on, manifest))
        if term is not None and self._grounds.terms is not None:
            at_most = self._grounds.terms[term].at_most
            known.append(Outcome.REVIEW if at_most.stops and not manifest else at_most)
        return max(known, key=lambda outcome: outcome.severity) if known else None

    def _notice(self, fields: Mapping[str, Node], effects: Mapping[Side, Outcome]) -> dict[str, str]:
        notice = {lang: node.text() for lang, node in fields["notice"].only(("zh", "en"), "notice").items()} if "notice" in fields else {}
        informs = any(effect in (Outcome.NOTICE, Outcome.REWRITE) for effect in effects.values())
        if informs and not {"zh", "en"} <= set(notice):
            fields["effect"].fail(210, "a notice or rewrite without its text", "add notice: {zh: …, en: …}")
        return notice

    def _slots(self, node: Node) -> tuple[Slot, ...]:
        rows = node.rows()
        if not 1 <= len(rows) <= MAX_SLOTS:
            node.fail(211, f"{len(rows)} slots", f"write 1 to {MAX_SLOTS} slots")
        slots = []
        for row in rows:
            with self.noting():
                slots.append(self._slot(row))
        if len({slot.name for slot in slots}) != len(slots):
            node.fail(211, "two slots have the same name", "give each slot its own name")
        if slots and all(slot.companion for slot in slots):
            node.fail(211, "every slot is a companion", "leave companion out where the words say something by themselves")
        return tuple(slots)

    def _slot(self, node: Node) -> Slot:
        fields = node.only(("name", "words", "patterns", "detectors", "companion"), "a slot")
        if "name" not in fields:
            node.fail(205, "field 'name' is missing", "name the slot after what it stands for")
        before = len(self.problems)
        entries = self.entries.entries(fields["words"]) if "words" in fields else ()
        patterns = self.entries.patterns(fields["patterns"]) if "patterns" in fields else ()
        detectors = self._detectors(fields["detectors"]) if "detectors" in fields else ()
        if not entries and not patterns and not detectors and len(self.problems) == before:
            node.fail(211, "a slot without words, patterns and detectors", "add words: […], patterns: […] or detectors: […]")
        companion = fields["companion"].flag() if "companion" in fields else False
        patterns += tuple(pattern for name in detectors for pattern in patterns_of(name))
        return Slot(fields["name"].text(), entries, patterns, companion, detectors)

    def _detectors(self, node: Node) -> tuple[str, ...]:
        names: list[str] = []
        for row in node.texts():
            with self.noting():
                if row.value not in DETECTORS:
                    row.fail(211, f"unknown detector {row.value!r}", f"known detectors: {', '.join(sorted(DETECTORS))}")
                if row.value in names:
                    row.fail(211, f"detector {row.value!r} stands twice", "name it once")
                names.append(row.value)
        return tuple(names)

    def unless(self, node: Node) -> tuple[Unless, ...]:
        """The exceptions of a goal."""
        found = []
        for row in node.rows():
            with self.noting():
                found.append(self._exception(row))
        return tuple(found)

    def _exception(self, node: Node) -> Unless:
        fields = node.only(("exception", "use", "words", "within", "after"), "an exception")
        if "exception" not in fields or ("use" in fields) == ("words" in fields):
            node.fail(212, "an exception needs its name and either use or words", "write {exception: news, use: news}")
        name = fields["exception"].text()
        listed = fields["use"].text() if "use" in fields else ""
        if listed and listed not in self.lists:
            fields["use"].fail(212, f"unknown exception list {listed!r}", f"known lists: {', '.join(sorted(self.lists)) or 'none'}")
        entries = self.lists[listed] if listed else self.entries.entries(fields["words"], shortest=1)
        negates = "negation" in (name, listed)
        longest = NEGATION_WITHIN if negates else MAX_EXCEPTION_WITHIN
        within = fields["within"].number(1, longest) if "within" in fields else min(30, longest)
        after = fields["after"].flag() if "after" in fields else not negates
        if negates and after:
            fields["after"].fail(212, "a negation after the evidence", "leave `after` out: a negation stands before what it negates")
        return Unless(name, entries, within, after)

    def _examples_of(self, fields: Mapping[str, Node], what: str, sides: Sequence[Side]) -> tuple[Example, ...]:
        with self.noting():
            if not fields[what].rows():
                fields[what].fail(213, f"no {what}", "every goal has examples that must hit and benign twins that must pass")
            if sides:
                return self.examples(fields[what], sides, what)
        return ()

    def examples(self, node: Node, sides: Sequence[Side], what: str) -> tuple[Example, ...]:
        """Texts, or texts with their side; the first side is taken for granted."""
        found = []
        for row in node.rows():
            with self.noting():
                fields = row.only(("text", "side"), what) if isinstance(row.value, dict) else {"text": row}
                if "text" not in fields:
                    row.fail(213, "an example without text", "write {text: …, side: …}")
                side = Side(fields["side"].choice(sides)) if "side" in fields else sides[0]
                found.append(Example(fields["text"].text(), side, row.line))
        return tuple(found)


def _both(node: Node) -> tuple[str, str]:
    fields = node.only(("zh", "en"), "title")
    for lang in ("zh", "en"):
        if lang not in fields:
            node.fail(205, f"title without {lang}", "write title: {zh: …, en: …}")
    return fields["zh"].text(), fields["en"].text()


def _effect(node: Node, side: Side) -> Outcome:
    choice = node.choice(["stop", *Outcome])
    if choice == "stop":
        return Outcome.REFUSE if side.own_output else Outcome.BLOCK
    effect = Outcome(choice)
    if effect is (Outcome.BLOCK if side.own_output else Outcome.REFUSE):
        node.fail(208, f"effect {effect} on side {side}", "write stop: it refuses on prompt and answer, blocks on post and listing")
    return effect


def _lanes(node: Node | None) -> tuple[Lane, ...]:
    if node is None:
        return LANES
    lanes = [row.choice(LANES) for row in node.rows()]
    if "base" not in lanes or len(set(lanes)) != len(lanes):
        node.fail(208, "lanes without base, or one twice", f"begin with base and add from {', '.join(LANES[1:])}")
    return tuple(lane for lane in LANES if lane in lanes)


def _same(node: Node | None) -> Same:
    choice = node.choice(("clause", "sentence", "text")) if node else "sentence"
    return "clause" if choice == "clause" else "text" if choice == "text" else "sentence"
