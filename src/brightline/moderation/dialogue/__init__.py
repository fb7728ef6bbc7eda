"""What several messages ask for together: a request split over turns, named pieces that are joined, letters sent one by one.

``Dialogue`` follows one conversation, ``DialogueReader`` reads its turns (one an engine, shared by all conversations), and
``followed`` does both for an Item whose parts are the turns in their order. Evidence is cited turn by turn: the
``parts`` of a Finding name the turn of each span.
"""

from __future__ import annotations

from collections.abc import Iterable

from brightline.model import Finding, Part
from brightline.moderation.dialogue.conversation import Dialogue, OpenGoal
from brightline.moderation.dialogue.reading import DialogueReader
from brightline.moderation.dialogue.saved import load_dialogue, save_dialogue
from brightline.moderation.dialogue.turns import ROLES, Role, Turn, dialogue_item, role_of, turns_of

__all__ = [
    "ROLES",
    "Dialogue",
    "DialogueReader",
    "OpenGoal",
    "Role",
    "Turn",
    "dialogue_findings",
    "dialogue_item",
    "followed",
    "load_dialogue",
    "role_of",
    "save_dialogue",
    "turns_of",
]


def followed(reader: DialogueReader, parts: Iterable[Part]) -> tuple[Dialogue, list[Finding]]:
    """The conversation of an Item's parts, and what they say together that none of them says alone.

    Answers are the service's turns, all others the user's; a single turn of the user says nothing together.
    """
    turns, dialogue = turns_of(parts), Dialogue(reader)
    if sum(turn.role is Role.USER for turn in turns) < 2:
        return dialogue, []
    return dialogue, dialogue.observe_all(turns)


def dialogue_findings(reader: DialogueReader, parts: Iterable[Part]) -> list[Finding]:
    """Only the findings."""
    return followed(reader, parts)[1]
