"""Traffic: what each process served in each minute and hour, so that the console can draw it without a metrics server.

A process adds what it counted since the last time to rows of its own (``process`` is in the key), so no two ever wait for each
other; a row holds all labels of a series, so that a histogram is one row. What a process had not added yet when it was killed is lost, ten seconds at most: these are measurements, not records.

Durations are kept as histograms whose bounds are the R10 series of ISO 3:1973 (ten preferred numbers a decade, each at most
28 % above the one before). A percentile is placed inside its bucket by geometric interpolation: the true one lies in the same
bucket, so it is less than 28 % off, and usually by a few per cent. Above the last bound nothing is known, and the bound is given.

Kept: minutes and quarters of an hour for eight days (seven are promised), hours for 400.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, select, text, tuple_

from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.periods import DAY, LENGTHS, SECOND, Period, Steps, floor_to, steps, tenants_in
from brightline.store.tables import traffic

__all__ = ["CALL_BOUNDS", "OWN_BOUNDS", "Amounts", "Events", "Percentiles", "Requests", "Traffic", "Upstream"]

Amounts = Mapping[tuple[str, str], float]
"""What happened, by series and label. ``own``, ``call``: calls by upper bound of their bucket in seconds (``0.001``, ``+Inf``);
``requests``: by endpoint and status (``chat 200``); ``upstream_errors``: by code; ``streams_stopped``: one label, empty.
``answered_at`` (empty label) and ``failed_at`` (label: code) are no amounts but the last time, in seconds."""

_R10 = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
_BOUNDS = tuple(round(number * 10.0**power, 7) for power in range(-4, 3) for number in _R10)
OWN_BOUNDS = tuple(bound for bound in _BOUNDS if bound <= 10)
"""Seconds in Brightline itself: a tenth of a millisecond to ten seconds."""
CALL_BOUNDS = tuple(bound for bound in _BOUNDS if 0.001 <= bound <= 500)
"""Seconds of a whole call: a millisecond to eight minutes."""


class Percentiles(NamedTuple):
    """Seconds by step (None: nothing was served), the number of calls, and (p50, p95, p99) of the ``whole`` time."""

    step_s: int
    starts: tuple[int, ...]
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    p99: tuple[float | None, ...]
    calls: tuple[int, ...]
    whole: tuple[float | None, float | None, float | None]


class Events(NamedTuple):
    """How often something happened in each step, by what it was."""

    step_s: int
    starts: tuple[int, ...]
    lines: dict[str, tuple[int, ...]]

    def total(self) -> int:
        """Everything added up."""
        return sum(map(sum, self.lines.values()))

    def per_step(self) -> tuple[int, ...]:
        """All lines added up."""
        return _sum(self.lines.values(), len(self.starts))


class Requests(NamedTuple):
    """Requests to the gateway in each step, by endpoint and HTTP status."""

    step_s: int
    starts: tuple[int, ...]
    lines: dict[tuple[str, int], tuple[int, ...]]

    def total(self) -> int:
        """Everything added up."""
        return sum(map(sum, self.lines.values()))

    def per_step(self) -> tuple[int, ...]:
        """All lines added up."""
        return _sum(self.lines.values(), len(self.starts))

    def by_status(self) -> dict[int, tuple[int, ...]]:
        """The lines of all endpoints added up."""
        return {wanted: self._of(1, wanted) for wanted in sorted({status for _, status in self.lines})}

    def by_endpoint(self) -> dict[str, tuple[int, ...]]:
        """The lines of all statuses added up."""
        return {wanted: self._of(0, wanted) for wanted in sorted({endpoint for endpoint, _ in self.lines})}

    def _of(self, place: int, wanted: str | int) -> tuple[int, ...]:
        return _sum([line for key, line in self.lines.items() if key[place] == wanted], len(self.starts))


class Upstream(NamedTuple):
    """The model service as the processes saw it in the last seven days: last answer, last failure (UTC microseconds) and its code."""

    answered_at: int | None
    failed_at: int | None
    failure: str


class Traffic:
    """The traffic of one store. Safe in several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, tenant: str, process: str, at: int, amounts: Amounts) -> None:
        """Add to the rows of ``process`` what happened around ``at`` (UTC microseconds), in one transaction."""
        if not amounts:
            return
        rows: list[tuple[str, str, int]] = [
            (period, series, floor_to(at, LENGTHS[period])) for period in _KEPT_FOR for series in sorted({series for series, _ in amounts})
        ]
        with self._database.writing() as connection:
            present = self._present(connection, tenant, process, rows)
            grown = [
                [tenant, *row, process, orjson.dumps(_grown(present.get(row, {}), row[1], amounts), option=orjson.OPT_SORT_KEYS).decode()]
                for row in rows
            ]
            connection.execute(_PUT[connection.dialect.name], {"rows": orjson.dumps(grown).decode()})

    def _present(
        self, connection: Connection, tenant: str, process: str, rows: list[tuple[str, str, int]]
    ) -> dict[tuple[str, str, int], dict[str, float]]:
        key = (traffic.c.period, traffic.c.series, traffic.c.start)
        query = select(*key, traffic.c.amounts).where(traffic.c.tenant == tenant, traffic.c.process == process, tuple_(*key).in_(rows))
        return {(period, series, start): orjson.loads(amounts) for period, series, start, amounts in connection.execute(query)}

    def prune(self, now: int | None = None) -> int:
        """Delete the rows that are kept no longer; how many it was."""
        now = now_us() if now is None else now
        deleted = 0
        for period, keep in _KEPT_FOR.items():
            with self._database.reading() as connection:
                old = traffic.c.tenant.in_(tenants_in(connection, traffic)), traffic.c.series.in_(_SERIES), traffic.c.start < now - keep
                first = connection.execute(select(func.min(traffic.c.start)).where(traffic.c.period == period, *old)).scalar()
            if first is not None:
                with self._database.writing() as connection:
                    deleted += connection.execute(delete(traffic).where(traffic.c.period == period, *old)).rowcount
        return deleted

    def latency(
        self, series: Literal["own", "call"], since: int, until: int, *, step_s: int, offset_s: int = 0, tenant: str | None = None
    ) -> Percentiles:
        """Percentiles of the seconds that calls spent in Brightline itself (``own``) or as a whole (``call``), by step.

        Steps as in ``Tallies.series``: of less than an hour for seven days back. Raises ``InputError`` BL-INPUT-721.
        """
        made, cells = self._read(series, since, until, step_s, offset_s, tenant)
        by_step = [{float(bound): amount for bound, amount in cell.items()} for cell in cells]
        whole: Counter[float] = Counter()
        for cell in by_step:
            whole.update(cell)
        shares = (0.50, 0.95, 0.99)
        p50, p95, p99 = ([_percentile(buckets, share, series) for buckets in by_step] for share in shares)
        median, high, highest = (_percentile(whole, share, series) for share in shares)
        calls = tuple(round(sum(buckets.values())) for buckets in by_step)
        return Percentiles(made.step_s, made.starts, tuple(p50), tuple(p95), tuple(p99), calls, (median, high, highest))

    def requests(self, since: int, until: int, *, step_s: int, offset_s: int = 0, tenant: str | None = None) -> Requests:
        """Requests to the gateway by endpoint and HTTP status. Raises ``InputError`` BL-INPUT-721."""
        events = self._events("requests", since, until, step_s, offset_s, tenant)
        lines = {}
        for label, line in events.lines.items():
            endpoint, _, status = label.rpartition(" ")
            lines[endpoint, int(status)] = line
        return Requests(events.step_s, events.starts, lines)

    def errors(self, since: int, until: int, *, step_s: int, offset_s: int = 0, tenant: str | None = None) -> Events:
        """Failures of the upstream by code. Raises ``InputError`` BL-INPUT-721."""
        return self._events("upstream_errors", since, until, step_s, offset_s, tenant)

    def streams_stopped(self, since: int, until: int, *, step_s: int, offset_s: int = 0, tenant: str | None = None) -> Events:
        """Streamed answers stopped before their end, in one line. Raises ``InputError`` BL-INPUT-721."""
        return self._events("streams_stopped", since, until, step_s, offset_s, tenant)

    def upstream(self, *, tenant: str | None = None) -> Upstream:
        """When the upstream last answered and last failed, as far as all processes have written it down."""
        with self._database.reading() as connection:
            answered = self._last(connection, "answered_at", tenant)
            failed = self._last(connection, "failed_at", tenant)
        return Upstream(answered and answered[0], failed and failed[0], failed[1] if failed else "")

    def _last(self, connection: Connection, series: str, tenant: str | None) -> tuple[int, str] | None:
        tenants = tenants_in(connection, traffic) if tenant is None else [tenant]
        of_series = (traffic.c.tenant.in_(tenants), traffic.c.period == "minute", traffic.c.series == series)
        newest = connection.execute(select(func.max(traffic.c.start)).where(*of_series)).scalar()
        if newest is None:
            return None
        rows = connection.execute(select(traffic.c.amounts).where(*of_series, traffic.c.start == newest)).scalars()
        seconds, label = max((float(amount), label) for row in rows for label, amount in orjson.loads(row).items())
        return round(seconds * SECOND), label

    def _events(self, series: str, since: int, until: int, step_s: int, offset_s: int, tenant: str | None) -> Events:
        made, cells = self._read(series, since, until, step_s, offset_s, tenant)
        labels = sorted({label for cell in cells for label in cell})
        return Events(made.step_s, made.starts, {label: tuple(round(cell.get(label, 0.0)) for cell in cells) for label in labels})

    def _read(
        self, series: str, since: int, until: int, step_s: int, offset_s: int, tenant: str | None
    ) -> tuple[Steps, list[dict[str, float]]]:
        """The steps, and for each of them the amounts by label."""
        now = now_us()
        made = steps(since, until, step_s, offset_s, {period: now - keep + DAY for period, keep in _KEPT_FOR.items()})
        if not made.starts:
            return made, []
        with self._database.reading() as connection:
            tenants = tenants_in(connection, traffic) if tenant is None else [tenant]
            query = select(traffic.c.start, traffic.c.amounts).where(
                traffic.c.tenant.in_(tenants), traffic.c.period == made.rows.period, traffic.c.series == series
            )
            found = connection.execute(query.where(traffic.c.start >= made.rows.since, traffic.c.start < made.rows.until)).all()
        cells: list[dict[str, float]] = [{} for _ in made.starts]
        for start, amounts in found:
            cell = cells[(start - made.rows.since) // (made.step_s * SECOND)]
            for label, amount in orjson.loads(amounts).items():
                cell[label] = cell.get(label, 0.0) + amount
        return made, cells


_KEPT_FOR: dict[Period, int] = {"minute": 8 * DAY, "quarter": 8 * DAY, "hour": 401 * DAY}
_LAST_TIMES = ("answered_at", "failed_at")
_SERIES = ("own", "call", "requests", "upstream_errors", "streams_stopped", *_LAST_TIMES)
_PUT_ROWS = "INSERT INTO traffic (tenant, period, series, start, process, amounts) {rows} " + (
    "ON CONFLICT (tenant, period, series, start, process) DO UPDATE SET amounts = excluded.amounts"
)
_PUT = {
    "sqlite": text(
        _PUT_ROWS.format(
            rows="SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), "
            "json_extract(value, '$[4]'), json_extract(value, '$[5]') FROM json_each(:rows) WHERE true"
        )
    ),
    "postgresql": text(
        _PUT_ROWS.format(
            rows="SELECT r ->> 0, r ->> 1, r ->> 2, CAST(r ->> 3 AS BIGINT), r ->> 4, r ->> 5 FROM json_array_elements(CAST(:rows AS JSON)) AS r"
        )
    ),
}


def _grown(present: Mapping[str, float], series: str, amounts: Amounts) -> dict[str, float]:
    """What a row holds after ``amounts``: added up by label, but of last times the latest alone."""
    new = {label: amount for (name, label), amount in amounts.items() if name == series}
    if series in _LAST_TIMES:
        return new
    return {**present, **{label: present.get(label, 0.0) + amount for label, amount in new.items()}}


def _percentile(buckets: Mapping[float, float], share: float, series: str) -> float | None:
    """The value below which ``share`` of the calls lie, from the number of calls by upper bound."""
    uppers = sorted(buckets)
    counts = list(accumulate(buckets[upper] for upper in uppers))
    if not counts or not counts[-1]:
        return None
    wanted = share * counts[-1]
    place = min(bisect_left(counts, wanted), len(uppers) - 1)
    upper, bounds = uppers[place], OWN_BOUNDS if series == "own" else CALL_BOUNDS
    below = bisect_left(bounds, upper) - 1
    if upper == float("inf"):
        return bounds[-1]
    before = counts[place - 1] if place else 0.0
    part = (wanted - before) / (counts[place] - before)
    return upper * part if below < 0 else bounds[below] * (upper / bounds[below]) ** part


def _sum(lines: Any, length: int) -> tuple[int, ...]:
    return tuple(map(sum, zip(*lines, strict=True))) if lines else (0,) * length
