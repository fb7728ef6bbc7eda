"""Rates of keys: the count itself is limits'; what is ours is that no thread starts for it and that nothing is kept for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from brightline.request_rates import RequestRates

START = 1_800_000_000.0  # the beginning of a minute


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves both clocks on by so many seconds; they stand still otherwise."""
    now = [START]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def test_a_name_may_call_as_often_as_its_limit_and_is_told_how_long_to_wait(later: Callable[[float], None]) -> None:
    rates = RequestRates()
    assert [rates.spend("key", 3) for _ in range(3)] == [0, 0, 0]
    waits = [rates.spend("key", 3) for _ in range(2)]
    assert all(1 <= wait <= 61 for wait in waits)
    assert rates.spend("other", 3) == 0
    later(waits[0])
    assert rates.spend("key", 3) == 0
    assert rates.spend("key", 3) > 0


@pytest.mark.parametrize("limit", [1, 2, 7, 60])
@pytest.mark.parametrize("begun", [0.0, 0.5, 29.9, 59.0])
def test_who_waits_as_told_may_call_again(later: Callable[[float], None], limit: int, begun: float) -> None:
    rates = RequestRates()
    later(begun)
    refused = 0
    for _ in range(5 * limit):
        wait = rates.spend("key", limit)
        if wait:
            refused += 1
            assert 1 <= wait <= 61
            later(wait)
            assert rates.spend("key", limit) == 0
    assert refused > 0


def test_what_expired_is_forgotten(later: Callable[[float], None]) -> None:
    rates = RequestRates()
    for number in range(500):
        rates.spend(f"key {number}", 10)
    assert len(rates) == 500
    later(200)
    rates.spend("key 0", 10)
    assert len(rates) == 1


def test_calls_start_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = RequestRates()
    started: list[threading.Thread] = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    for _ in range(200):
        assert rates.spend("key", 1000) == 0
    assert started == []


def test_threads_together_get_no_more_than_the_limit() -> None:
    rates = RequestRates()
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: rates.spend("key", 100), range(400)))
    assert 90 <= waits.count(0) <= 100
