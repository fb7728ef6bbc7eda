"""What every duty reads text with: lanes, automata, goals with slots and exceptions, streams with hold-back."""

from brightline.text.engine import Inspection, Reading, TextEngine
from brightline.text.findings import SlotSeen
from brightline.text.goal_loader import load_goals
from brightline.text.goals import Goal, GoalBook
from brightline.text.stream import TextStream

__all__ = ["Goal", "GoalBook", "Inspection", "Reading", "SlotSeen", "TextEngine", "TextStream", "load_goals"]
