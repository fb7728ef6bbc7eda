"""A call as a turn of its conversation: what the user's messages ask for together, and what the answer adds to it.

A chat call carries its history, so nothing is kept between calls: the conversation is read again from the request, its messages from
the reader's memory. Only what the user wrote counts, not what tools or instructions say; answers of the model are looked at where
they are given. A call with one message of the user costs a count of its turns.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from brightline.model import Finding, Part, Side
from brightline.moderation.dialogue import Dialogue, DialogueReader, Role, Turn, role_of
from brightline.server.gateway.shapes.shape import Prompt

__all__ = ["Followed", "answer_findings", "follow", "user_turns"]

IN_LOOP_CHARS = 64 * 1024
"""As for inspecting the prompt: above this the conversation is read in a thread."""

MOST_TURNS_READ = 20
"""Newest turns of the user that are read; the dialogue forgets older ones anyway."""

# messages[0].content, messages[0].content[1].text, input[2].content[0–1]: what a user writes, not the result of a tool inside it
_OWN_WORDS = re.compile(r"\w+\[(\d+)\]\.content(?:\[\d+(?:–\d+)?\](?:\.text)?)?\Z")


class Followed(NamedTuple):
    """A conversation up to a call, what its turns say together, and the turns that the call added."""

    dialogue: Dialogue
    findings: list[Finding]
    turns: list[Turn]


async def follow(reader: DialogueReader, prompt: Prompt, dialogue: Dialogue | None = None) -> Followed | None:
    """The conversation up to this call; None where there is only one turn and nothing before it.

    ``dialogue``: where an earlier call left it, for APIs that keep the history themselves.
    """
    own = [turn.position for turn in prompt.turns if turn.role and role_of(turn.role) is Role.USER]
    if dialogue is None and len(own) < 2:
        return None
    turns = user_turns(prompt, own[-MOST_TURNS_READ:])
    if dialogue is not None:  # only turns that come one by one have a time
        turns = [replace(turn, at=time.time()) for turn in turns]
    known = dialogue or Dialogue(reader)
    if sum(len(part.text) for turn in turns for part in turn.parts) > IN_LOOP_CHARS:
        return Followed(known, await asyncio.to_thread(known.observe_all, turns), turns)
    return Followed(known, known.observe_all(turns), turns)


def user_turns(prompt: Prompt, positions: list[int]) -> list[Turn]:
    """The user's own words in the messages at these positions; the bare text of an API that takes one."""
    if not prompt.turns:
        return [Turn(Role.USER, tuple(part for part in prompt.parts if part.path == "input"))]
    parts: dict[int, list[Part]] = {position: [] for position in positions}
    oldest = min(positions, default=0)
    for part in reversed(prompt.parts):
        found = _OWN_WORDS.match(part.path)
        if found is None or part.side is not Side.PROMPT or part.path in prompt.escaped:
            continue
        position = int(found[1])
        if position < oldest:
            break
        if position in parts:
            parts[position].append(part)
    return [Turn(Role.USER, tuple(reversed(own))) for own in parts.values() if own]


def answer_findings(dialogue: Dialogue, texts: Mapping[str, str]) -> list[Finding]:
    """What the texts of an answer add to the goals that the user left open."""
    return dialogue.answered(Part(name, Side.ANSWER, text) for name, text in texts.items())
