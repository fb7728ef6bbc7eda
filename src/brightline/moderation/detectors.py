"""The detectors that moderation contributes: one, which runs the shipped goals over every text part of an Item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from brightline.model import Finding, Item
from brightline.rulebook import Rulebook, load_rulebook
from brightline.text import GoalBook, TextEngine, load_goals

__all__ = ["GoalDetector", "detectors", "goal_book", "goal_paths"]

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
