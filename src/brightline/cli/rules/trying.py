"""``brightline rules test``: do goals hit their examples and pass their twins, and does each word resist the disguises it claims to."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from brightline.cli.rules.files import GoalFiles, Json, Paths, problem_row, read_files
from brightline.cli.terminal import console, print_json
from brightline.model import Outcome, Side
from brightline.text import Goal, GoalBook, TextEngine
from brightline.text.goals import Entry, Slot
from brightline.text.transforms import TRANSFORMS, Transform

__all__ = ["Attacked", "try_rules", "weaknesses"]

_SEED = 20261122
_BESIDE = "请看这里"  # a word of another slot, for disguises that are seen through beside one only


class Weakness(NamedTuple):
    """A word that a disguise hides: what it looks like then."""

    goal: str
    slot: str
    word: str
    disguise: str
    lane: str
    text: str


def try_rules(
    paths: Paths = None,
    attack: Annotated[
        bool, typer.Option("--attack", help="Also disguise every word in each way that its goal claims to see through.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Try goal files on their own examples and twins. Exit code 0: all as they should be; 1: not; 2: there is nothing to read."""
    files = read_files(paths)
    weak = list(weaknesses(files.goals)) if attack and not files.problems else []
    if as_json:
        print_json({
            "goals": [{"goal": goal.id, "examples": len(goal.examples), "twins": len(goal.twins)} for goal in files.goals],
            "problems": [problem_row(problem) for problem in files.problems],
            "weaknesses": [weakness._asdict() for weakness in weak],
        })  # fmt: skip
    else:
        _print(files, weak, attack)
    raise typer.Exit(int(bool(files.problems or weak)))


def weaknesses(goals: Sequence[Goal]) -> Iterator[Weakness]:
    """Every word of the goals under every disguise whose lane its goal claims: those that are not found any more."""
    for goal in goals:
        for slot in goal.slots:
            attacked = Attacked(goal, slot)
            for entry in slot.entries:
                for disguise in TRANSFORMS.values():
                    text = attacked.disguised(entry, disguise)
                    if text is not None and not attacked.is_found(text, disguise):
                        yield Weakness(goal.id, slot.name, entry.written, disguise.name, disguise.lane, text)


class Attacked:
    """One slot of a goal, alone, whose words are put in disguise. A word counts as found if anything of its slot is."""

    def __init__(self, goal: Goal, slot: Slot) -> None:
        alone = replace(goal, slots=(replace(slot, companion=False),), unless=(), allow=(), effects={Side.POST: Outcome.REVIEW})
        self._lanes = goal.lanes
        self._alone = alone
        self._engine = TextEngine(GoalBook((alone,), ""))

    def disguised(self, entry: Entry, disguise: Transform) -> str | None:
        """A word in a disguise that the goal claims to see through; None where it claims nothing, or the disguise can carry nothing."""
        word = entry.written.strip("*")
        if disguise.lane not in self._lanes or not disguise.is_resisted(word):
            return None
        text = disguise.apply(word, random.Random(_SEED))  # noqa: S311 - an attack that can be repeated, no secret
        return None if text == word else text

    def is_found(self, text: str, disguise: Transform) -> bool:
        """True if the slot is met in a text; where the disguise claims no more, beside a word of another slot."""
        if not disguise.accompanied:
            return bool(self._engine.scan(text, Side.POST))
        return bool(self._beside.scan(_BESIDE + text, Side.POST))

    @cached_property
    def _beside(self) -> TextEngine:
        word = Entry(_BESIDE, _BESIDE, _BESIDE)
        return TextEngine(GoalBook((replace(self._alone, slots=(*self._alone.slots, Slot("beside", (word,)))),), ""))


def _print(files: GoalFiles, weak: list[Weakness], attacked: bool) -> None:
    for problem in files.problems:
        row = problem_row(problem)
        console.print(
            Text(f"{problem.file}:{problem.line}: ").append(problem.code, style="bold red").append(f" {row['problem']}"), soft_wrap=True
        )
        console.print(Text(f"  → {problem.hint}", style="dim"), soft_wrap=True)
    for each in weak:
        console.print(
            Text(f"{each.goal}, {each.slot}: ").append(each.word, style="bold").append(f" is hidden by {each.disguise}: {each.text}")
        )
    tried = sum(len(goal.examples) + len(goal.twins) for goal in files.goals)
    said = f"{len(files.goals)} goals, {tried} examples and twins, {len(files.problems)} problems"
    if attacked and not files.problems:
        said += f", {len(weak)} words under a disguise not found"
    console.print(Text(said, style="dim"))
