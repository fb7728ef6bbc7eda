"""The bench on which trials run: one at a time, in a thread of its own, each for a bounded time, so many a minute for each user.

The gateway lives in the same process: what is typed here must never make a call wait. A trial that is not needed any more
(the time is up, the reader is gone) is not begun.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from brightline.errors import RateLimited, TooSlow
from brightline.pipeline import Pipeline
from brightline.server.console.trial.conversation import TriedConversation, try_conversation
from brightline.server.console.trial.judging import Asked, Tried, try_text
from brightline.server.face import msgid as _
from brightline.service import Service

__all__ = ["AT_A_TIME", "PER_MINUTE", "Bench"]

AT_A_TIME = 1
"""A second one at the same time would be no quicker, as both share one interpreter, and would take more from the gateway."""
PER_MINUTE = 240
"""Trials of one user. Typing without a rest for a minute makes about a hundred."""

_WAITING = 8  # beside those that run; more would wait longer than they are worth
_MOST_WORK_S = 5.0  # of the processor: own choice, five times what the most disguised 10,000 characters cost on a quiet machine
_MOST_WAIT_S = 10.0


class Bench:
    """Runs trials of one installation."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="brightline-trial")
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(PER_MINUTE)
        self._busy = 0

    async def run(self, asked: Asked, user: str) -> Tried | TriedConversation:
        """Try it. Raises ``InputError``, ``TooLarge``, ``RateLimited`` BL-ACCESS-012 (this user) or -013 (everybody), ``TooSlow`` BL-INPUT-408."""
        asked.check()
        if not self._limiter.hit(self._limit, user):
            reset, _remaining = self._limiter.get_window_stats(self._limit, user)
            wait_s = max(1, min(60, int(reset - time.time()) + 1))
            raise RateLimited("BL-ACCESS-012", _("That was a lot in one minute. Please wait a moment."), retry_after_s=wait_s)
        if self._busy >= AT_A_TIME + _WAITING:
            raise RateLimited("BL-ACCESS-013", _("Many people are trying texts right now. Please try again in a moment."), retry_after_s=2)
        self._busy += 1
        try:
            trial: Callable[[Pipeline, Asked, float], Tried | TriedConversation] = try_conversation if asked.is_dialogue else try_text
            work = asyncio.get_running_loop().run_in_executor(self._threads, trial, self._service.pipeline, asked, _MOST_WORK_S)
            return await asyncio.wait_for(work, _MOST_WAIT_S)
        except TimeoutError:
            raise TooSlow("BL-INPUT-408", _("This text takes too long to try. Shorten it, or send it to the API.")) from None
        finally:
            self._busy -= 1
