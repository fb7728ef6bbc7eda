"""Which texts of a call the second look still has to see, and what follows where there are more than it takes.

Clients send the whole conversation with every turn, the newest message last, and instructions and tools beside it. The second look is slow, so
it gets the newest texts that no earlier call had looked at and found clean. Those that it did not get are named as not inspected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from brightline.model import NotInspected, Part
from brightline.moderation.guards import DETECTOR as GUARD
from brightline.moderation.guards import GuardAnswer
from brightline.moderation.semantic import DETECTOR as SEMANTIC
from brightline.pipeline import Pipeline
from brightline.second_look import SecondLook, Wanted
from brightline.server.gateway.clean_texts import Memory
from brightline.server.gateway.shapes.shape import Prompt

__all__ = ["NEWEST_TEXTS", "LookedAt"]

NEWEST_TEXTS = 4
"""Of a call, for each stage of the second look."""

IN_LOOP_CHARS = 16 * 1024
"""Above this the linear models, which choose among the texts, run in a thread: some 5 ms."""


class LookedAt:
    """Remembers by digest which texts the second look found clean."""

    def __init__(self) -> None:
        self._memory = Memory()

    async def look(self, second: SecondLook, prompt: Prompt, pipeline: Pipeline) -> GuardAnswer:
        """What the second look finds in the newest of the prompt's new texts, and what it did not look at."""
        new = [part for part in _newest_last(prompt) if part.text.strip() and not self._memory.knows(part, pipeline)]
        if not new:
            return GuardAnswer()
        if sum(len(part.text) for part in new) > IN_LOOP_CHARS:
            wanted = await asyncio.to_thread(second.wanted, new, pipeline)
        else:
            wanted = second.wanted(new, pipeline)
        answer = await second.look_at(Wanted(wanted.by_meaning[-NEWEST_TEXTS:], wanted.by_guard[-NEWEST_TEXTS:]), pipeline)
        left_out = {SEMANTIC: wanted.by_meaning[:-NEWEST_TEXTS], GUARD: wanted.by_guard[:-NEWEST_TEXTS]}
        still_new = {finding.part for finding in answer.findings} | {gap.part for gap in answer.not_inspected}
        still_new.update(part.path for parts in left_out.values() for part in parts)
        for part in new:
            if part.path not in still_new:
                self._memory.keep(part, pipeline)
        gaps = tuple(_left_out(parts, detector) for detector, parts in left_out.items() if parts)
        return GuardAnswer(answer.findings, answer.not_inspected + gaps)


def _left_out(parts: Sequence[Part], detector: str) -> NotInspected:
    """One entry for all: a conversation that began elsewhere may have a thousand."""
    named = parts[0].path if len(parts) == 1 else f"{parts[0].path} … {parts[-1].path}"
    return NotInspected(named, detector, f"only the {NEWEST_TEXTS} newest texts of a call are looked at again")


def _newest_last(prompt: Prompt) -> list[Part]:
    """The texts with those of the conversation at the end, wherever the call has its instructions and tools."""
    turns = f"{prompt.turns_path[0]}[" if prompt.turns_path else "input"
    return sorted(prompt.parts, key=lambda part: part.path.startswith(turns))
