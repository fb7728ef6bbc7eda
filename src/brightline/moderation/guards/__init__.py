"""A third look by a model service of the operator's: Qwen3Guard, Llama Guard, or any that speaks their language over an OpenAI API.

Off the hot path, and never alone enough for a stop: a guard's verdict is evidence for a person (``review``), its "controversial" is
none at all. What it did not judge, because it was slow, away or unreadable, is ``not_inspected``, never clean.
"""

from brightline.moderation.guards.guard import DETECTOR, Guard, GuardAnswer
from brightline.moderation.guards.reading import GuardMap, GuardVerdict, load_guard_map

__all__ = ["DETECTOR", "Guard", "GuardAnswer", "GuardMap", "GuardVerdict", "load_guard_map"]
