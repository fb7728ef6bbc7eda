"""Asks a guard model over an OpenAI-compatible API, within a time limit and behind a circuit breaker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import orjson

from brightline.model import Finding, NotInspected, Outcome, Part, Side, Span
from brightline.moderation.guards.breaker import Breaker
from brightline.moderation.guards.reading import GuardCategory, GuardMap

__all__ = ["DETECTOR", "LANE", "Guard", "GuardAnswer"]

DETECTOR, LANE = "guard", "guard"
MOST_CHARS = 8000  # of one text; what is longer is judged by its end, and the rest is not inspected
MOST_AT_ONCE = 8
MOST_ANSWER_BYTES = 64 * 1024
_SHOWN = 400  # characters of the text that a finding shows: a guard says nothing about where


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """What the guard found, and what it did not judge and why."""

    findings: tuple[Finding, ...] = ()
    not_inspected: tuple[NotInspected, ...] = ()


class Guard:
    """One guard model service. For use from one event loop; ``close`` ends its connections."""

    def __init__(
        self, url: str, model: str, guard_map: GuardMap, *, key: str = "", timeout_s: float = 1.0, breaker: Breaker | None = None
    ) -> None:
        """``url``: base URL with /v1. ``timeout_s``: for each text, connection and waiting for a free slot included."""
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._model = model
        self._map = guard_map
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout_s = timeout_s
        self._breaker = breaker or Breaker()
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        self.version = f"{guard_map.reads}:{model}"[:80]

    @property
    def is_resting(self) -> bool:
        """True while the service is left alone after failures in a row."""
        return self._breaker.is_open

    async def look(self, parts: Sequence[Part]) -> GuardAnswer:
        """Findings over texts, each judged by itself. Never raises for what the service does."""
        answers = await asyncio.gather(*(self._part(part) for part in parts if part.text.strip()))
        return GuardAnswer(
            tuple(finding for answer in answers for finding in answer.findings),
            tuple(gap for answer in answers for gap in answer.not_inspected),
        )

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _part(self, part: Part) -> GuardAnswer:
        gaps: tuple[NotInspected, ...] = ()
        if len(part.text) > MOST_CHARS:
            gaps = (NotInspected(part.path, DETECTOR, f"only the last {MOST_CHARS} characters were sent to the guard model"),)
        if not self._breaker.admit():
            return GuardAnswer((), (NotInspected(part.path, DETECTOR, "the guard model service is left alone after failures in a row"),))
        try:
            async with asyncio.timeout(self._timeout_s):
                async with self._slots:
                    said = await self._ask(part)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError) as problem:
            self._breaker.failed()
            why = "did not answer in time" if isinstance(problem, TimeoutError) else f"failed ({type(problem).__name__})"
            return GuardAnswer((), (NotInspected(part.path, DETECTOR, f"the guard model service {why}"),))
        except asyncio.CancelledError:  # the caller went away: that says nothing of the service
            self._breaker.given_up()
            raise
        verdict = self._map.verdict(said)
        if verdict is None:
            self._breaker.failed()
            return GuardAnswer((), (NotInspected(part.path, DETECTOR, "the guard model's answer cannot be read"),))
        self._breaker.succeeded()
        if verdict.level != "violating":
            return GuardAnswer((), gaps)  # a borderline verdict alone leads to nothing
        unknown = [name for name in verdict.categories if name not in self._map.categories]
        if unknown or not verdict.categories:
            named = ", ".join(unknown)[:80] or "none"
            gaps += (NotInspected(part.path, DETECTOR, f"the guard model objects for a category that is not mapped ({named})"),)
        known = dict.fromkeys(category for name in verdict.categories if (category := self._map.categories.get(name)))
        return GuardAnswer(tuple(self._finding(part, category) for category in known), gaps)

    async def _ask(self, part: Part) -> str:
        """The guard's words. Raises what aiohttp raises, and ``ValueError``, ``LookupError`` or ``TypeError`` for an answer of another shape."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), headers=self._headers, trust_env=False)
        text = part.text[-MOST_CHARS:].encode("utf-8", "replace").decode()
        role = "assistant" if part.side is Side.ANSWER else "user"
        messages = (
            [{"role": role, "content": text}] if role == "user" else [{"role": "user", "content": "…"}, {"role": role, "content": text}]
        )
        body = orjson.dumps({"model": self._model, "messages": messages, "temperature": 0, "max_tokens": 64})
        async with self._session.post(self._url, data=body, headers={"Content-Type": "application/json"}, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            content = b""
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > MOST_ANSWER_BYTES:
                    raise ValueError("too long")
        said = orjson.loads(content)["choices"][0]["message"]["content"]
        if not isinstance(said, str):
            raise ValueError("no text")
        return said

    def _finding(self, part: Part, category: GuardCategory) -> Finding:
        start = max(0, len(part.text) - MOST_CHARS)  # what was not sent is not shown as evidence
        shown = part.text[start : start + _SHOWN]
        return Finding(
            detector=DETECTOR,
            detector_version=self.version,
            goal=category.goal,
            rules=category.rules,
            problem_types=category.types,
            effect=min(category.effect, Outcome.REVIEW, key=lambda outcome: outcome.severity),
            part=part.path,
            side=part.side,
            lane=LANE,
            spans=(Span(start, start + len(shown)),),
            evidence=(shown,),
            manifest=False,
            normalised=(category.name,),
            excerpt=shown,
            excerpt_start=start,
        )
