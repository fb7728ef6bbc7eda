"""The slower look at what the first one was not sure of, off the hot path: by meaning, and by a guard model service.

Deterministic rules have decided before; what is found here is added to their findings, and can send to a person, not stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from brightline.config import Settings
from brightline.model import Finding, NotInspected, Outcome, Part, Span
from brightline.moderation.guards import DETECTOR as GUARD
from brightline.moderation.guards import Guard, GuardAnswer, load_guard_map
from brightline.moderation.semantic import DETECTOR, Semantic, admitted
from brightline.pipeline import Pipeline
from brightline.text import GoalBook

__all__ = ["SecondLook", "Wanted"]

NOT_ANSWERED = "guard.not_answered"
"""Goal of the finding that a missing answer becomes, where the operator wants a person to look then."""
MOST_WAITING = 8
"""Calls whose texts wait to be compared by meaning; a call beyond them is not, so that no queue grows under load."""


class Wanted(NamedTuple):
    """The texts that the stages are to be asked about."""

    by_meaning: Sequence[Part]
    by_guard: Sequence[Part]


class SecondLook:
    """The stages behind the first. For use from one event loop; ``close`` ends its connections and its thread."""

    def __init__(self, guard: Guard | None, settings: Settings, semantic: Semantic | None = None) -> None:
        self._guard = guard
        self._always = settings.guard_when == "always"
        self._review_gaps = settings.guard_failure == "review"
        self._semantic = semantic
        self._all_by_meaning = settings.semantic == "all"
        self._home: Path = settings.home
        self._thread = ThreadPoolExecutor(1, "brightline-second-look")
        self._waiting = 0

    @classmethod
    def open(cls, settings: Settings, pipeline: Pipeline) -> SecondLook:
        """As the settings say.

        Raises ``DataError`` BL-DATA-260 to 262 for a guard map that cannot be used, 270 to 273 for exemplars or an embedder that cannot.
        """
        guard = None
        if settings.guard_url:
            read = load_guard_map(settings.guard_map, pipeline.rulebook)
            guard = Guard(settings.guard_url, settings.guard_model, read, key=settings.guard_key, timeout_s=settings.guard_timeout_s)
        semantic = Semantic.open(pipeline.engine.book, settings.home) if settings.semantic != "off" else None
        return cls(guard, settings, semantic)

    @property
    def is_on(self) -> bool:
        """False if there is nobody to ask."""
        return self._guard is not None or self._semantic is not None

    @property
    def guard(self) -> Guard | None:
        """The guard model service that is asked."""
        return self._guard

    @property
    def semantic(self) -> Semantic | None:
        """The comparison by meaning; None if it is off or not installed."""
        return self._semantic

    async def look(self, parts: Sequence[Part], pipeline: Pipeline) -> GuardAnswer:
        """What the second stages find in those texts that they are asked about, and what they did not judge."""
        return await self.look_at(self.wanted(parts, pipeline), pipeline) if self.is_on else GuardAnswer()

    def wanted(self, parts: Sequence[Part], pipeline: Pipeline) -> Wanted:
        """The texts that each stage is to be asked about. For any thread."""
        some = (self._semantic is not None and not self._all_by_meaning) or (self._guard is not None and not self._always)
        borderline = [part for part in parts if pipeline.models.borderline(part.text)] if some else []
        return Wanted(
            by_meaning=() if self._semantic is None else parts if self._all_by_meaning else borderline,
            by_guard=() if self._guard is None else parts if self._always else borderline,
        )

    async def look_at(self, wanted: Wanted, pipeline: Pipeline) -> GuardAnswer:
        """The same for texts that were chosen."""
        by_meaning, by_guard = await asyncio.gather(
            self._by_meaning(wanted.by_meaning, pipeline.engine.book), self._by_guard(wanted.by_guard)
        )
        return GuardAnswer(by_meaning.findings + by_guard.findings, by_meaning.not_inspected + by_guard.not_inspected)

    async def close(self) -> None:
        """End the connections and the thread; what it has in hand is finished first."""
        if self._guard is not None:
            await self._guard.close()
        if self._semantic is not None:
            await asyncio.to_thread(self._semantic.close)
        await asyncio.to_thread(self._thread.shutdown)

    async def _by_meaning(self, parts: Sequence[Part], book: GoalBook) -> GuardAnswer:
        if self._semantic is None or not parts:
            return GuardAnswer()
        if self._waiting >= MOST_WAITING:
            return GuardAnswer(
                (), tuple(NotInspected(part.path, DETECTOR, "too many texts wait to be compared by meaning") for part in parts)
            )
        asked, gaps = admitted(parts)
        self._waiting += 1
        try:
            findings = await asyncio.get_running_loop().run_in_executor(self._thread, self._compared, asked, book)
        except (OSError, RuntimeError, ValueError) as problem:
            why = f"the comparison by meaning failed ({type(problem).__name__})"
            return GuardAnswer((), tuple(NotInspected(part.path, DETECTOR, why) for part in parts))
        finally:
            self._waiting -= 1
        return GuardAnswer(tuple(findings), tuple(gaps))

    def _compared(self, parts: Sequence[Part], book: GoalBook) -> list[Finding]:
        """In the thread. Goals that were read anew are taken over before the next text."""
        if self._semantic is None:
            return []
        if self._semantic.book is not book:
            self._semantic = self._semantic.over(book, self._home)
        return self._semantic.look(parts)

    async def _by_guard(self, parts: Sequence[Part]) -> GuardAnswer:
        if self._guard is None:
            return GuardAnswer()
        answer = await self._guard.look(parts)
        if not (self._review_gaps and answer.not_inspected):
            return answer
        missing = {gap.part for gap in answer.not_inspected}
        added = tuple(self._not_answered(part, self._guard.version) for part in parts if part.path in missing)
        return GuardAnswer(answer.findings + added, answer.not_inspected)

    def _not_answered(self, part: Part, version: str) -> Finding:
        shown = part.text[:200]
        return Finding(
            detector=GUARD,
            detector_version=version,
            goal=NOT_ANSWERED,
            rules=("QL25-1.4a",),  # the campaign asks for content review and intent recognition that fit the business
            problem_types=(4,),
            effect=Outcome.REVIEW,
            part=part.path,
            side=part.side,
            lane="guard",
            spans=(Span(0, len(shown)),),
            evidence=(shown,),
            manifest=False,
            excerpt=shown,
        )
