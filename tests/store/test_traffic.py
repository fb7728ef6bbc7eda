"""Traffic: percentiles that are no further off than they say, and rows that nobody waits for."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.errors import InputError
from brightline.store import Store, Upstream
from brightline.store.clock import now_us
from brightline.store.periods import DAY, HOUR
from brightline.store.traffic import CALL_BOUNDS, OWN_BOUNDS

_numbers = itertools.count()


def histogram(series: str, seconds: list[float]) -> dict[tuple[str, str], float]:
    """What a process counts of these calls."""
    bounds = OWN_BOUNDS if series == "own" else CALL_BOUNDS
    found: dict[tuple[str, str], float] = {}
    for taken in seconds:
        label = next((str(bound) for bound in bounds if taken <= bound), "+Inf")
        found[series, label] = found.get((series, label), 0.0) + 1
    return found


def test_bounds_are_preferred_numbers_less_than_28_percent_apart() -> None:
    for bounds in (OWN_BOUNDS, CALL_BOUNDS):
        assert list(bounds) == sorted(bounds)
        assert max(after / before for before, after in itertools.pairwise(bounds)) <= 1.28
    assert (OWN_BOUNDS[0], OWN_BOUNDS[-1]) == (0.0001, 10.0)
    assert (CALL_BOUNDS[0], CALL_BOUNDS[-1]) == (0.001, 500.0)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(seconds=st.lists(st.floats(0.0002, 9.0), min_size=1, max_size=200))
def test_a_percentile_is_less_than_28_percent_off(store: Store, seconds: list[float]) -> None:
    tenant, at = f"tenant-{next(_numbers)}", now_us()  # of its own: the examples share one store
    store.traffic.add(tenant, "a", at, histogram("own", seconds))
    found = store.traffic.latency("own", at, at + 1, step_s=60, tenant=tenant)
    assert found.calls == (len(seconds),)
    for share, percentile in zip((0.5, 0.95, 0.99), found.whole, strict=True):
        true = sorted(seconds)[math.ceil(share * len(seconds)) - 1]
        assert true / 1.281 <= percentile <= true * 1.281
    assert found.whole == (found.p50[0], found.p95[0], found.p99[0])


def test_percentiles_of_many_ordinary_calls_are_a_few_percent_off(store: Store) -> None:
    drawn = random.Random(1)
    seconds = sorted(drawn.lognormvariate(-6.5, 0.6) for _ in range(20_000))
    now = now_us()
    store.traffic.add("default", "a", now, histogram("own", seconds))
    found = store.traffic.latency("own", now, now + 1, step_s=60).whole
    assert [round(percentile / seconds[int(share * 20_000)], 1) for share, percentile in zip((0.5, 0.95, 0.99), found, strict=True)] == [
        1,
        1,
        1,
    ]


def test_what_took_longer_than_the_last_bound_is_at_least_that(store: Store) -> None:
    now = now_us()
    store.traffic.add("default", "a", now, histogram("call", [0.1, 1000.0, 2000.0]))
    assert store.traffic.latency("call", now, now + 1, step_s=60).whole[1:] == (500.0, 500.0)


def test_a_step_without_calls_has_no_percentile(store: Store) -> None:
    now = now_us()
    store.traffic.add("default", "a", now, histogram("call", [0.1]))
    found = store.traffic.latency("call", now - 2 * HOUR, now + 1, step_s=3600)
    assert found.p50[0] is None
    assert found.calls[:-1] == (0,) * (len(found.calls) - 1)
    assert store.traffic.latency("own", now - HOUR, now, step_s=60).whole == (None, None, None)


def test_processes_add_up_and_each_adds_to_its_own_rows(store: Store) -> None:
    now = now_us()
    for process in ("a", "b", "a"):
        store.traffic.add(
            "default", process, now, {("requests", "chat 200"): 3.0, ("requests", "messages 502"): 1.0, ("streams_stopped", ""): 2.0}
        )
    for step_s in (60, 300, 900, 3600, 86_400):
        found = store.traffic.requests(now - 2 * DAY, now + 1, step_s=step_s)
        assert {key: sum(line) for key, line in found.lines.items()} == {("chat", 200): 9, ("messages", 502): 3}
        assert {status: sum(line) for status, line in found.by_status().items()} == {200: 9, 502: 3}
        assert {name: sum(line) for name, line in found.by_endpoint().items()} == {"chat": 9, "messages": 3}
        assert sum(found.per_step()) == found.total() == 12
        assert store.traffic.streams_stopped(now - 2 * DAY, now + 1, step_s=step_s).total() == 6
    assert store.traffic.errors(now - HOUR, now, step_s=60).lines == {}
    assert set(store.traffic.errors(now - HOUR, now, step_s=60).per_step()) == {0}


def test_the_upstreams_last_answer_and_failure_are_the_latest_of_all_processes(store: Store) -> None:
    assert store.traffic.upstream() == Upstream(None, None, "")
    now = now_us()
    for process, ago_s in (("a", 7200), ("a", 5), ("b", 6)):
        at = now - ago_s * 1_000_000
        store.traffic.add("default", process, at, {("answered_at", ""): at / 1e6})
    store.traffic.add("default", "b", now, {("failed_at", "BL-UPSTREAM-001"): (now - 9) / 1e6})
    store.traffic.add("default", "b", now, {("failed_at", "BL-UPSTREAM-002"): now / 1e6})
    assert store.traffic.upstream() == Upstream(now - 5_000_000, now, "BL-UPSTREAM-002")


def test_hours_outlive_minutes(store: Store) -> None:
    now = now_us()
    for days in (0, 8, 30):
        store.traffic.add("default", "a", now - days * DAY, {("requests", "chat 200"): 1.0})
    assert store.traffic.prune(now + DAY) > 0
    assert store.traffic.requests(now - 31 * DAY, now + 1, step_s=900).step_s == 3600
    assert store.traffic.requests(now - 31 * DAY, now + 1, step_s=3600).total() == 3
    assert store.traffic.requests(now - HOUR, now + 1, step_s=60).total() == 1
    assert store.traffic.prune(now + DAY) == 0


def test_nothing_to_add_writes_nothing(store: Store) -> None:
    store.traffic.add("default", "a", now_us(), {})
    assert store.traffic.requests(now_us() - DAY, now_us(), step_s=3600).lines == {}


def test_a_step_of_no_use_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="BL-INPUT-721"):
        store.traffic.requests(0, 60, step_s=59)
