"""A scene that a goal must find, beside a neighbour in nearly the same words that must pass."""

from __future__ import annotations

from brightline.model import Side
from brightline.text import TextEngine

__all__ = ["assert_found_beside_its_neighbour"]


def assert_found_beside_its_neighbour(engine: TextEngine, side: Side, goal: str, harmful: str, ordinary: str) -> None:
    """The harmful text meets that goal, the ordinary one meets none; excused findings do not count."""
    assert goal in {finding.goal for finding in engine.scan(harmful, side) if not finding.exceptions}
    assert [finding.goal for finding in engine.scan(ordinary, side) if not finding.exceptions] == []
