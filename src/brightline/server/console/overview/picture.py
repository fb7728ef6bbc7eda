"""The numbers of one stretch of time, read in one go and shared by everybody who looks at it.

Ten consoles that stand open cost as one: a picture is kept for a second and a half, whoever asks meanwhile gets the same
one, and whoever asks while it is being read waits for it. Nothing here knows a language or a page.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Generic, TypeVar

from sqlalchemy import func, select

from brightline.model import Outcome
from brightline.server.console.overview.period import Period
from brightline.store import DecisionFilter, Dimension, Events, Percentiles, Requests, Series, Store, Totals, step_for
from brightline.store.tables import decisions

__all__ = ["BREAKDOWNS", "Before", "Picture", "Shared", "read_picture"]

BREAKDOWNS: tuple[Dimension, ...] = ("type", "rule", "goal", "door", "model", "gap")
"""What decisions are broken down by (store/tallies.py)."""

_SPARKS = 48  # steps of a chart as small as a word
_KEPT_S = 1.5
_MOST_KEPT = 64

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Before:
    """The same figures for the stretch before."""

    requests: int
    outcomes: Mapping[Outcome, int]
    streams_stopped: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the overview shows of one period. ``types`` has coarser steps than the others.

    ``reversed`` counts the stopped decisions that a person's later decision supersedes. ``ever`` is false while the
    installation has not decided anything yet. ``tag`` changes when any of it does.
    """

    period: Period
    requests: Requests
    decisions: Series
    gaps: Series
    types: Series
    own: Percentiles
    call: Percentiles
    streams_stopped: Events
    totals: Mapping[str, Totals]
    before: Before
    reversed: int
    ever: bool
    tag: str = ""

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Decisions by outcome."""
        return {outcome: sum(counts) for outcome, counts in self.decisions.by_outcome().items()}


def read_picture(store: Store, tenant: str, period: Period) -> Picture:
    """Read the numbers of ``period`` that belong to ``tenant``. Blocks for a few milliseconds; raises ``StoreError``."""
    since, until = period.since, period.until
    tallies, traffic = store.tallies, store.traffic
    step, shift = period.step_s, period.offset_s
    decided = tallies.series("all", since, until, step_s=step, offset_s=shift, tenant=tenant)
    requests = traffic.requests(since, until, step_s=step, offset_s=shift, tenant=tenant)
    picture = Picture(
        period=period,
        requests=requests,
        decisions=decided,
        gaps=tallies.series("not_inspected", since, until, step_s=step, offset_s=shift, tenant=tenant),
        types=tallies.series("type", since, until, step_s=max(step, step_for(since, until, points=_SPARKS)), offset_s=shift, tenant=tenant),
        own=traffic.latency("own", since, until, step_s=step, offset_s=shift, tenant=tenant),
        call=traffic.latency("call", since, until, step_s=step, offset_s=shift, tenant=tenant),
        streams_stopped=traffic.streams_stopped(since, until, step_s=step, offset_s=shift, tenant=tenant),
        totals={dimension: tallies.totals(dimension, since, until, tenant=tenant) for dimension in BREAKDOWNS},
        before=_read_before(store, tenant, period),
        reversed=_reversed(store, tenant, since, until),
        ever=bool(decided.total() or requests.total() or store.decisions(DecisionFilter(tenant=tenant), limit=1)),
    )
    shown = (period.key, *(getattr(picture, one.name) for one in fields(picture) if one.name not in ("period", "tag")))
    return replace(picture, tag=hashlib.sha256(repr(shown).encode()).hexdigest()[:20])


def _read_before(store: Store, tenant: str, period: Period) -> Before:
    since, until = period.before
    tallies, traffic = store.tallies, store.traffic
    return Before(
        requests=traffic.requests(since, until, step_s=period.step_s, tenant=tenant).total(),
        outcomes=tallies.totals("all", since, until, tenant=tenant).by_outcome(),
        streams_stopped=traffic.streams_stopped(since, until, step_s=period.step_s, tenant=tenant).total(),
        gaps=tallies.totals("not_inspected", since, until, tenant=tenant).total(),
    )


def _reversed(store: Store, tenant: str, since: int, until: int) -> int:
    """How many refused or blocked decisions of that stretch a person's decision supersedes: few rows, by their own index."""
    stopping = [outcome.value for outcome in Outcome if outcome.stops]
    later = decisions.alias("later")
    lifted = select(later.c.supersedes).where(
        later.c.supersedes.is_not(None), later.c.automated == "none", later.c.outcome.not_in(stopping)
    )
    wanted = select(func.count()).where(
        decisions.c.id.in_(lifted),
        decisions.c.tenant == tenant,
        decisions.c.outcome.in_(stopping),
        # Plus nothing: with the bare column SQLite walks along the time instead, past every decision of the stretch.
        decisions.c.made_at + 0 >= since,
        decisions.c.made_at + 0 < until,
    )
    with store.database.reading() as connection:
        return int(connection.execute(wanted).scalar_one())


@dataclass(slots=True)
class _Known(Generic[Value]):
    """A value that is there or on its way. ``good_until`` is set when it has come."""

    coming: asyncio.Task[Value]
    good_until: float = math.inf


class Shared(Generic[Value]):
    """Values that are read once for all who ask meanwhile and for a second and a half after. For one event loop."""

    def __init__(self, kept_s: float = _KEPT_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_s = kept_s
        self._clock = clock
        self._known: OrderedDict[Hashable, _Known[Value]] = OrderedDict()

    async def get(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """The value of ``key``: a fresh one, the one being read, or ``read`` in a thread. An error is not kept."""
        known = self._known.get(key)
        if known is None or self._clock() >= known.good_until:
            known = self._begin(key, read)
        # Whoever goes away must not take the value from the others that wait for it.
        return await asyncio.shield(known.coming)

    def _begin(self, key: Hashable, read: Callable[[], Value]) -> _Known[Value]:
        known = _Known(asyncio.create_task(asyncio.to_thread(read)))

        def came(task: asyncio.Task[Value]) -> None:
            failed = task.cancelled() or task.exception() is not None
            known.good_until = -math.inf if failed else self._clock() + self._kept_s

        known.coming.add_done_callback(came)
        self._known[key] = known
        self._known.move_to_end(key)
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)
        return known
