"""What every duty reads text with: lanes, automata, goals with slots and exceptions, streams with hold-back.

The names come from their modules when they are asked for: who only wants a table of YAML nodes does not wait for the engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brightline.text.engine import Inspection, Reading, TextEngine
    from brightline.text.findings import SlotSeen
    from brightline.text.goal_loader import load_goals
    from brightline.text.goals import Goal, GoalBook
    from brightline.text.stream import TextStream

__all__ = ["Goal", "GoalBook", "Inspection", "Reading", "SlotSeen", "TextEngine", "TextStream", "load_goals"]

_MODULES = {
    "Goal": "goals",
    "GoalBook": "goals",
    "Inspection": "engine",
    "Reading": "engine",
    "SlotSeen": "findings",
    "TextEngine": "engine",
    "TextStream": "stream",
    "load_goals": "goal_loader",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
