"""The detectors that moderation contributes: one, which runs the shipped goals over every text part of an Item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from brightline.model import Finding, Item
from brightline.moderation.benign import held_to_budget
from brightline.rulebook import OperatorTerm, Rulebook, load_rulebook
from brightline.text import GoalBook, TextEngine, load_goals
from brightline.text.goal_loader import files_digest, read_goals

__all__ = ["GoalDetector", "detectors", "goal_book", "goal_paths", "goals_in_force", "shipped_goals_digest"]

_GOALS = Path(__file__).parent / "goals"


def goal_paths() -> list[Path]:
    """The goal files that ship with Brightline, exception lists included, in a fixed order."""
    return sorted(_GOALS.glob("*.yaml"))


@lru_cache(maxsize=4)
def goal_book(rulebook: Rulebook) -> GoalBook:
    """The shipped goals, checked against ``rulebook``; read once for each rulebook.

    Raises ``DataError`` with file and line if a goal is wrong, ungrounded, or fails one of its own examples or twins.
    """
    return load_goals(goal_paths(), rulebook)


def goals_in_force(rulebook: Rulebook, operator_files: Sequence[Path] = (), terms: Mapping[str, OperatorTerm] | None = None) -> GoalBook:
    """The shipped goals and the operator's: what an installation runs.

    Goals that the operator wrote or added to are run over the ordinary texts, and stop nothing if they are over their budget
    (``GoalBook.demoted``). For the shipped ones a test did that. Raises ``DataError`` as ``goal_book``.
    """
    own = {str(path) for path in operator_files}
    # The shipped goals are held against their examples by the tests and by `brightline rules test`, the operator's at every load.
    reading = read_goals([*goal_paths(), *operator_files], rulebook, terms=terms, trying=own)
    if reading.problems:
        raise reading.problems[0]
    touched = {goal_id for goal_id, files in reading.files.items() if not own.isdisjoint(files)}
    return held_to_budget(reading.book, touched) if touched else reading.book


def shipped_goals_digest() -> str:
    """The digest that ``goals_in_force`` gives the shipped goals, without reading what the files say: a test holds the two together."""
    return files_digest(path.read_bytes() for path in goal_paths())


@dataclass(frozen=True, slots=True)
class GoalDetector:
    """Runs a text engine over the parts of an Item. ``name`` and ``version`` identify it in Findings and Decisions."""

    name: str
    version: str
    engine: TextEngine

    def __call__(self, item: Item) -> list[Finding]:
        """All findings of all text parts, part by part in the order of the Item."""
        return [finding for part in item.parts for finding in self.engine.scan(part.text, part.side, part.path)]


def detectors(rulebook: Rulebook | None = None) -> tuple[GoalDetector, ...]:
    """Moderation's detectors on ``rulebook`` (default: the shipped one)."""
    engine = TextEngine(goal_book(rulebook if rulebook is not None else load_rulebook()))
    return (GoalDetector("moderation.goals", engine.version, engine),)
