"""Waits grow, end, and are forgotten."""

from __future__ import annotations

import pytest

from brightline.server.console.people import throttle
from brightline.server.console.people.throttle import LONGEST_WAIT_S, Throttle, address_key, wait_after


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_each_refusal_doubles_the_wait_up_to_five_minutes() -> None:
    clock = Clock()
    guard, waits = Throttle(clock), []
    for number in range(30):
        wait_s = guard.take("name a", f"address {number}")
        if wait_s:
            waits.append(wait_s)
            clock.now += wait_s
    assert waits[:7] == [10, 20, 40, 80, 160, 300, 300]
    assert max(waits) == LONGEST_WAIT_S


def test_waiting_is_not_prolonged_by_trying() -> None:
    clock = Clock()
    guard = Throttle(clock)
    for _ in range(5):
        guard.take("n", "a")
    assert guard.take("n", "a") == 10
    clock.now += 9
    assert [guard.take("n", "a") for _ in range(50)] == [1] * 50
    clock.now += 1
    assert guard.take("n", "a") == 0


def test_many_at_once_gain_nothing() -> None:
    guard = Throttle(Clock())
    assert sum(guard.take("n", f"a{number}") == 0 for number in range(100)) == 5


def test_the_right_password_forgets_the_name_but_not_the_address() -> None:
    guard = Throttle(Clock())
    for number in range(19):
        assert guard.take(f"n{number}", "a") == 0
    assert guard.take("me", "a") == 0
    guard.passed("me", "a")
    assert guard.take("me", "a") == 0
    assert guard.take("other", "a") > 0


def test_an_hour_later_it_is_forgotten() -> None:
    clock = Clock()
    guard = Throttle(clock)
    for _ in range(5):
        guard.take("n", "a")
    clock.now += 3601
    assert [guard.take("n", "b") for _ in range(5)] == [0] * 5


def test_the_memory_of_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MOST_KEYS", 100)
    guard = Throttle(Clock())
    for number in range(1000):
        guard.take(f"n{number}", f"a{number}")
    assert len(guard._counts) == 100


def test_there_is_no_overflow_after_many_refusals() -> None:
    assert wait_after(10**6) == LONGEST_WAIT_S


def test_an_ipv6_network_counts_as_one_address() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:1") != address_key("2001:db8:0:1::1")
    assert address_key("fe80::1%eth0") == address_key("fe80::2")
    assert address_key("198.51.100.1") != address_key("198.51.100.2")
    assert address_key("::ffff:198.51.100.1") != address_key("::ffff:198.51.100.2")
    assert address_key("") == address_key("nonsense")
