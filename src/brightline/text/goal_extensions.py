"""What an operator adds to a goal that somebody else wrote: words, patterns, allow phrases, exceptions, examples and twins.

    - extends: gambling.promotion
      words: {game: [新词一, 新词二]}
      examples: [{text: 新词一注册送88, side: post}]
      twins: [{text: 新词一是我家的猫, side: post}]
      owner: our own team

Grounds, effects, sides and distances stay what they are: whoever wants others writes a goal. A word that the goal has by now counts
once, so that a newer Brightline does not break the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from brightline.text.goal_rows import GoalReader
from brightline.text.goals import Entry, Example, Goal, Slot
from brightline.text.patterns import Pattern
from brightline.text.yaml_nodes import Node

__all__ = ["extended_goal", "is_extension"]

_FIELDS = ("extends", "words", "patterns", "allow", "unless", "examples", "twins", "owner")
_T = TypeVar("_T", Entry, Pattern)


def is_extension(row: Node) -> bool:
    """True if the row adds to another goal."""
    return isinstance(row.value, dict) and "extends" in row.value


def extended_goal(row: Node, goals: Mapping[str, Goal], reader: GoalReader) -> tuple[Goal, tuple[Example, ...]] | None:
    """The goal with what the row adds to it, and the row's own examples and twins; None, with problems noted, if it cannot be used."""
    before = len(reader.problems)
    with reader.noting():
        fields = row.only(_FIELDS, "an extension (grounds, effect, sides and distances stay those of the goal)")
        name = fields["extends"].text()
        goal = goals.get(name)
        if goal is None:
            fields["extends"].fail(221, f"there is no goal {name!r} to extend", "`brightline rules price` lists the goals")
        if "owner" not in fields:
            row.fail(205, "field 'owner' is missing", "say who looks after this addition")
        fields["owner"].text()
        if len(fields) == 2:
            row.fail(221, "adds nothing", f"add one of {', '.join(_FIELDS[1:-1])}")
        words = _by_slot(fields.get("words"), goal, reader.entries.entries, reader)
        patterns = _by_slot(fields.get("patterns"), goal, reader.entries.patterns, reader)
        if words and "examples" not in fields:
            fields["words"].fail(213, "new words without an example", "add a text with them that must be hit")
        examples, twins = (reader.examples(fields[what], goal.sides, what) if what in fields else () for what in ("examples", "twins"))
        grown = replace(
            goal,
            slots=tuple(_grown(slot, words.get(slot.name, ()), patterns.get(slot.name, ())) for slot in goal.slots),
            allow=_joined(goal.allow, reader.entries.entries(fields["allow"])) if "allow" in fields else goal.allow,
            unless=goal.unless + (reader.unless(fields["unless"]) if "unless" in fields else ()),
            examples=goal.examples + examples,
            twins=goal.twins + twins,
        )
        if len(reader.problems) == before:
            return grown, examples + twins
    return None


def _by_slot(node: Node | None, goal: Goal, read: Callable[[Node], tuple[_T, ...]], reader: GoalReader) -> dict[str, tuple[_T, ...]]:
    found: dict[str, tuple[_T, ...]] = {}
    names = [slot.name for slot in goal.slots]
    for name, listed in node.fields().items() if node is not None else ():
        with reader.noting():
            if name not in names:
                listed.fail(221, f"goal {goal.id!r} has no slot {name!r}", f"its slots are {', '.join(names)}")
            found[name] = read(listed)
    return found


def _grown(slot: Slot, entries: tuple[Entry, ...], patterns: tuple[Pattern, ...]) -> Slot:
    known = {pattern.source for pattern in slot.patterns}
    added = tuple(pattern for pattern in patterns if pattern.source not in known)
    return replace(slot, entries=_joined(slot.entries, entries), patterns=slot.patterns + added)


def _joined(entries: tuple[Entry, ...], added: tuple[Entry, ...]) -> tuple[Entry, ...]:
    known = {(entry.base, entry.open_left, entry.open_right) for entry in entries}
    return entries + tuple(entry for entry in added if (entry.base, entry.open_left, entry.open_right) not in known)
