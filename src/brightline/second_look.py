"""The slower look at what the first one was not sure of: a guard model service, asked off the hot path.

Deterministic rules have decided before; what is found here is added to their findings, and can send to a person, not stop.
"""

from __future__ import annotations

from collections.abc import Sequence

from brightline.config import Settings
from brightline.model import Finding, Outcome, Part, Span
from brightline.moderation.guards import Guard, GuardAnswer, load_guard_map
from brightline.pipeline import Pipeline

__all__ = ["SecondLook"]

NOT_ANSWERED = "guard.not_answered"
"""Goal of the finding that a missing answer becomes, where the operator wants a person to look then."""


class SecondLook:
    """The stages behind the first. For use from one event loop; ``close`` ends its connections."""

    def __init__(self, guard: Guard | None, settings: Settings) -> None:
        self._guard = guard
        self._always = settings.guard_when == "always"
        self._review_gaps = settings.guard_failure == "review"

    @classmethod
    def open(cls, settings: Settings, pipeline: Pipeline) -> SecondLook:
        """As the settings say. Raises ``DataError`` BL-DATA-260 to 262 for a guard map that cannot be used."""
        guard = None
        if settings.guard_url:
            read = load_guard_map(settings.guard_map, pipeline.rulebook)
            guard = Guard(settings.guard_url, settings.guard_model, read, key=settings.guard_key, timeout_s=settings.guard_timeout_s)
        return cls(guard, settings)

    @property
    def is_on(self) -> bool:
        """False if there is nobody to ask."""
        return self._guard is not None

    async def look(self, parts: Sequence[Part], pipeline: Pipeline) -> GuardAnswer:
        """What the second stage finds in those texts that it is asked about, and what it did not judge."""
        if self._guard is None:
            return GuardAnswer()
        asked = [part for part in parts if self._always or pipeline.models.borderline(part.text)]
        answer = await self._guard.look(asked)
        if not (self._review_gaps and answer.not_inspected):
            return answer
        missing = {gap.part for gap in answer.not_inspected}
        added = tuple(self._not_answered(part, self._guard.version) for part in asked if part.path in missing)
        return GuardAnswer(answer.findings + added, answer.not_inspected)

    async def close(self) -> None:
        """End the connections."""
        if self._guard is not None:
            await self._guard.close()

    def _not_answered(self, part: Part, version: str) -> Finding:
        shown = part.text[:200]
        return Finding(
            detector="guard",
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
