"""``/``: what runs here, where its doors are, what it counted so far, and two examples decided live by the service itself."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response

from brightline.errors import BrightlineError, InputError, RateLimited, TooLarge
from brightline.model import Decision, Door, Item, ItemKind, Outcome, Part, Side
from brightline.server.face import Face, Segment, highlight, read_form, require_same_origin
from brightline.server.face import msgid as _
from brightline.server.public.examples import EXAMPLES
from brightline.service import Service

__all__ = ["HomePage"]

MOST_CHARS = 500
"""Longest sentence that the start page inspects; longer texts belong to the API."""

_MOST_BODY_BYTES = 16 * 1024  # 500 characters of four bytes, percent-encoded, and the other fields
_TRIES_PER_MINUTE = RateLimitItemPerMinute(20)  # for one address: a curious person, not a program
_TRIES_OF_ALL_PER_MINUTE = RateLimitItemPerMinute(600)  # together: strangers must not fill the database
_NUMBERS_KEPT_S = 2.0
_MOST_CITATIONS = 4  # the statement has them all


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the service counted so far."""

    decisions: int
    stopped: int
    entries: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A Decision as the start page shows it."""

    outcome: Outcome
    reason: str
    citations: tuple[str, ...]
    segments: list[Segment]
    statement: str
    spent_ms: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the live form: which example (or ``own``), the text, and what came of it."""

    example: str
    text: str
    verdict: Verdict | None = None
    problem: str = ""


class HomePage:
    """The start page and its live form."""

    def __init__(self, service: Service, face: Face) -> None:
        self._service = service
        self._face = face
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._numbers: tuple[float, Numbers] | None = None

    async def show(self, request: Request) -> Response:
        """``GET /``."""
        return await self._page(request)

    async def try_live(self, request: Request) -> Response:
        """``POST /live``: run an example or the visitor's own sentence through the service and record the Decision.

        Answers with a fragment to htmx and with the whole page to a plain form.
        """
        require_same_origin(request, self._face.base_url)
        fields = await read_form(request, _MOST_BODY_BYTES)
        example, text = _asked(fields)
        status, headers = 200, {}
        try:
            trial = Trial(example, text, await self._inspect(request, example, text))
        except RateLimited as problem:
            status, headers = problem.http_status, {"Retry-After": str(problem.retry_after_s)}
            trial = Trial(example, text, problem=self._face.text(request, problem.message))
        except InputError as problem:
            status, trial = problem.http_status, Trial(example, text, problem=self._face.text(request, problem.message))
        if request.headers.get("hx-request") == "true":
            return self._face.render(request, "trial.html", status=status, headers=headers, home="/", trial=trial)
        return await self._page(request, trial, status, headers)

    async def _inspect(self, request: Request, example: str, text: str) -> Verdict:
        if not text:
            raise InputError("BL-INPUT-031", _("Please write a sentence first."))
        if len(text) > MOST_CHARS:
            raise TooLarge("BL-INPUT-413", _("This is longer than 500 characters. Longer texts can be sent to the API."))
        if "\0" in text:
            raise InputError("BL-INPUT-032", _("The text contains a character that no text may contain (NUL)."))
        visitor = request.client.host if request.client else ""
        if not (self._limiter.hit(_TRIES_PER_MINUTE, visitor) and self._limiter.hit(_TRIES_OF_ALL_PER_MINUTE)):
            raise RateLimited("BL-ACCESS-011", _("That was a lot in one minute. Please wait a moment."), retry_after_s=60)
        began = time.perf_counter()
        decision = self._service.pipeline.decide_item(
            Item(ItemKind.TEXT, (Part("text", Side.PROMPT, text),), source="start page"),
            self._service.pipeline.context(Door.API),
            request={"endpoint": "/live", "example": example if example != "own" else ""},
        )
        spent_ms = (time.perf_counter() - began) * 1000
        await self._service.record(decision)
        return self._verdict(decision, text, self._face.preferences(request).lang, spent_ms)

    def _verdict(self, decision: Decision, text: str, lang: str, spent_ms: float) -> Verdict:
        rulebook = self._service.rulebook
        decisive = [finding for finding in decision.findings if set(finding.rules) & set(decision.rules)]
        return Verdict(
            outcome=decision.outcome,
            reason=decision.reason(lang),
            citations=tuple(dict.fromkeys(rulebook.citation(rule, lang) for rule in decision.rules))[:_MOST_CITATIONS],
            segments=highlight(text, (span for finding in decisive for span in finding.spans)),
            statement=f"/d/{decision.token}",
            spent_ms=spent_ms,
        )

    async def _page(
        self, request: Request, trial: Trial | None = None, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        settings = self._service.settings
        return self._face.render(
            request,
            "home.html",
            status=status,
            headers=headers,
            home="/",
            upstream=_host_of(settings.upstream),
            rules=len(self._service.rulebook.rules),
            instruments=len(self._service.rulebook.instruments),
            examples=EXAMPLES,
            most_chars=MOST_CHARS,
            numbers=await self._counted(),
            trial=trial,
        )

    async def _counted(self) -> Numbers | None:
        """Numbers at most two seconds old; None while the database does not answer, because the page must still explain itself."""
        now = time.monotonic()
        if self._numbers is None or now - self._numbers[0] > _NUMBERS_KEPT_S:
            try:
                self._numbers = (now, await asyncio.to_thread(_count, self._service))
            except BrightlineError:
                return None
        return self._numbers[1]


def _asked(fields: dict[str, str]) -> tuple[str, str]:
    """Which example a form asks for, or ``own``, and the text to inspect."""
    for example in EXAMPLES:
        if fields.get("example") == example.id:
            return example.id, example.text
    return "own", fields.get("text", "").replace("\r\n", "\n").strip()


def _host_of(address: str) -> str:
    """Host and port alone: the rest of an address may hold a name, a password or a key."""
    return urlsplit(address).netloc.rpartition("@")[2]


def _count(service: Service) -> Numbers:
    by_outcome = service.store.counts()
    return Numbers(
        decisions=sum(by_outcome.values()),
        stopped=sum(count for outcome, count in by_outcome.items() if Outcome(outcome).stops),
        entries=service.ledger_state().size,
    )
