"""What a conversation looks like from inside: which turn gave which slot, how the turns hang together, how it sounds, what is open.

For people who write goals and for those who ask why; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from brightline.model import Finding, Part, Span
from brightline.moderation.dialogue.conversation import Dialogue
from brightline.moderation.dialogue.kept import Bond, Kept, bond_of
from brightline.moderation.dialogue.leaning import leaning_model
from brightline.moderation.dialogue.reading import DialogueReader
from brightline.moderation.dialogue.turns import Role, turns_of

__all__ = ["DialogueExplanation", "OpenSlots", "SlotGiven", "TurnExplanation", "explain_dialogue"]

_OPEN_SHOWN = 3


class SlotGiven(NamedTuple):
    """A slot of a goal that a turn filled. ``surprise``: minus the decimal logarithm of the word's share of ordinary texts."""

    goal: str
    slot: str
    span: Span
    written: str
    surprise: float


class TurnExplanation(NamedTuple):
    """One turn of the user. ``bond``: how firmly it goes on with the turn before; ``excuses``: what it is about that excuses.

    ``sounds``: how probable the model holds it, by the turns so far, that something forbidden is asked for.
    """

    part: str
    bond: str
    slots: tuple[SlotGiven, ...]
    techniques: tuple[str, ...]
    excuses: tuple[str, ...]
    shifts: bool
    sounds: float


class OpenSlots(NamedTuple):
    """A goal that was begun and not met: names of its slots."""

    goal: str
    filled: tuple[str, ...]
    missing: tuple[str, ...]


class DialogueExplanation(NamedTuple):
    """A conversation. ``goals_from``, ``broad_from``: from which probability goals over turns count, and broad words and models;
    ``alone_from``: from which a goal begun is enough.
    """

    turns: tuple[TurnExplanation, ...]
    open_goals: tuple[OpenSlots, ...]
    score: float
    goals_from: float
    broad_from: float
    alone_from: float


def explain_dialogue(reader: DialogueReader, parts: Iterable[Part]) -> DialogueExplanation:
    """The conversation of these parts as the dialogue saw it; slots are those of goals that it found or that came nearest."""
    dialogue = Dialogue(reader)
    findings: list[Finding] = []
    seen: list[tuple[Kept, Bond, float]] = []
    for turn in turns_of(parts):
        before = dialogue.turns[-1] if dialogue.turns else None
        findings += dialogue.observe(turn)
        if turn.role is Role.USER and dialogue.turns and dialogue.turns[-1] is not before:
            kept = dialogue.turns[-1]
            seen.append((kept, bond_of(kept, before) if before else Bond.NONE, dialogue.harmful))
    nearest = dialogue.open_goals[:_OPEN_SHOWN]
    told = {finding.goal for finding in findings} | {one.goal.id for one in nearest}
    model = leaning_model()
    return DialogueExplanation(
        turns=tuple(_turn(reader, kept, bond, sounds, told) for kept, bond, sounds in seen),
        open_goals=tuple(
            OpenSlots(
                one.goal.id,
                tuple(slot.name for number, slot in enumerate(one.goal.slots) if number in one.filled),
                tuple(slot.name for number, slot in enumerate(one.goal.slots) if number not in one.filled),
            )
            for one in nearest
        ),
        score=dialogue.score,
        goals_from=model.harmless,
        broad_from=model.card.borderline,
        alone_from=model.card.violating,
    )


def _turn(reader: DialogueReader, kept: Kept, bond: Bond, sounds: float, told: set[str]) -> TurnExplanation:
    texts = [text for _, text in kept.texts]
    sights = {(sight.goal, sight.slot): sight for text in reversed(texts) for sight in reversed(text.sights) if sight.goal in told}
    return TurnExplanation(
        part=kept.texts[0][0],
        bond=bond.name.lower(),
        slots=tuple(
            SlotGiven(sight.goal, reader.goals[sight.goal].slots[sight.slot].name, sight.span, sight.evidence, round(sight.surprise, 2))
            for sight in sorted(sights.values(), key=lambda sight: (sight.goal, sight.slot))
        ),
        techniques=tuple(dict.fromkeys(sight.goal for text in texts for sight in text.techniques)),
        excuses=tuple(dict.fromkeys(name for text in texts for name in text.about)),
        shifts=any(text.shifts for text in texts),
        sounds=sounds,
    )
