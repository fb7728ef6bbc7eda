"""Goals are held against their own examples: each example must be hit, no benign twin may be. BL-DATA-217 and -218."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from brightline.errors import DataError
from brightline.model import Side
from brightline.text.engine import TextEngine
from brightline.text.goals import Example, Goal, GoalBook

__all__ = ["example_problems"]


def example_problems(book: GoalBook, files: Mapping[Example, str] | None = None) -> Iterator[DataError]:
    """What is wrong, side by side and goal by goal; ``files`` says where examples stand that are not in their goal's file."""
    for side in Side:
        # One engine a side, as each holds some 8 MB for every side that it has seen.
        engine = TextEngine(book)
        for goal in book:
            for example in goal.examples:
                if example.side is side and (problem := _missed(goal, example, engine)):
                    yield _error(goal, example, 217, problem, "correct the slots, distance or sentence, or the example", files)
            for twin in goal.twins:
                if twin.side is side and (problem := _hit(goal, twin, engine)):
                    yield _error(goal, twin, 218, problem, "add an exception, an allow phrase, or narrow the slots", files)


def _missed(goal: Goal, example: Example, engine: TextEngine) -> str:
    hits = [finding for finding in engine.scan(example.text, example.side) if finding.goal == goal.id]
    if not all(finding.exceptions for finding in hits):
        return ""
    seen = ", ".join(sorted({name for finding in hits for name in finding.exceptions}))
    return f"example {example.text!r} " + (f"meets the exception {seen}" if hits else "does not hit")


def _hit(goal: Goal, twin: Example, engine: TextEngine) -> str:
    hits = [finding for finding in engine.scan(twin.text, twin.side) if finding.goal == goal.id and not finding.exceptions]
    return f"benign twin {twin.text!r} is hit by {' + '.join(hits[0].evidence)!r}" if hits else ""


def _error(goal: Goal, example: Example, number: int, message: str, cure: str, files: Mapping[Example, str] | None) -> DataError:
    file = (files or {}).get(example, goal.file)
    return DataError(f"BL-DATA-{number}", f"goal {goal.id!r}: {message}", cure, file=file, line=example.line)
