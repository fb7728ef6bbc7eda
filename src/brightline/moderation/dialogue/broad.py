"""The goals of conversations (``goals/*.yaml``): a harmless topic and an aim that is not, said in different turns.

Their words are broader than a single text may be judged by, so they are never run over one: only the reader of dialogues knows them.
They are goals like all others, with grounds, exceptions, examples and twins that a test holds; what they find informs or goes to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from brightline.errors import DataError
from brightline.model import Outcome
from brightline.moderation.detectors import goal_paths
from brightline.rulebook import Rulebook, load_rulebook
from brightline.text import GoalBook, TextEngine
from brightline.text.goal_loader import read_goals

__all__ = ["broad_book", "broad_engine", "broad_paths"]

_GOALS = Path(__file__).parent / "goals"


def broad_paths() -> list[Path]:
    """The files of the goals of conversations, in a fixed order."""
    return sorted(_GOALS.glob("*.yaml"))


def broad_book(rulebook: Rulebook, on: date | None = None, paths: Sequence[Path] = ()) -> GoalBook:
    """The goals of conversations. Raises ``DataError`` with file and line if one is wrong, ungrounded, or asks for more than a review.

    Their examples are held by a test and by ``brightline rules test``, not here.
    """
    lists = [path for path in goal_paths() if path.name.startswith("exceptions")]
    reading = read_goals([*lists, *(paths or broad_paths())], rulebook, on, trying=())
    if reading.problems:
        raise reading.problems[0]
    for goal in reading.book:
        if any(effect.severity > Outcome.REVIEW.severity for effect in goal.effects.values()):
            raise DataError(
                "BL-DATA-223",
                f"goal {goal.id!r} of conversations asks for more than a review",
                "say review or notice: broad words stop nothing",
                file=goal.file,
                line=goal.line,
            )
    return reading.book


def broad_engine() -> TextEngine:
    """The engine of these goals, one a process and day: grounds come into force by the day."""
    return _engine(datetime.now(UTC).date())


@lru_cache(maxsize=1)
def _engine(on: date) -> TextEngine:
    # The reader has undone disguises before it asks, so the late lanes have nothing left to do.
    return TextEngine(broad_book(load_rulebook(), on), late_lanes=False)
