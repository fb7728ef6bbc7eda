"""The stretch of time: from an address to two moments on whole steps, in the reader's zone, and clear errors for the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import InputError
from brightline.server.console.overview.period import LAST, period_of
from brightline.store.periods import steps

NOW = int(datetime(2026, 11, 22, 18, 7, 30, tzinfo=UTC).timestamp()) * 1_000_000
ZONES = ["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Pacific/Marquesas"]


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def utc(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_without_an_address_it_is_the_last_24_hours_with_the_step_under_way() -> None:
    period = period_of({}, "UTC", now=NOW)
    assert (period.last, period.step_s, period.running) == ("24h", 900, True)
    assert period.until == us("2026-11-22T18:15:00+00:00")
    assert period.since == us("2026-11-21T18:15:00+00:00")


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("zone", ZONES)
def test_a_stretch_up_to_now_is_whole_steps_and_its_length(last: str, zone: str) -> None:
    period = period_of({"last": last}, zone, now=NOW)
    assert period.until - period.since == LAST[last] * 1_000_000
    assert period.until - period.step_s * 1_000_000 <= NOW < period.until
    assert period.query == f"last={last}"


def test_what_came_before_is_as_long_as_this_one_has_come() -> None:
    period = period_of({"last": "24h"}, "UTC", now=NOW)
    since, until = period.before
    assert until - since == NOW - period.since
    assert since == period.since - 24 * 3_600_000_000


def test_a_time_without_a_zone_is_the_readers() -> None:
    asked = {"since": "2026-11-22T10:00", "until": "2026-11-22T12:00"}
    assert period_of(asked, "Asia/Shanghai", now=NOW).since == us("2026-11-22T02:00:00+00:00")
    assert period_of(asked, "UTC", now=NOW).since == us("2026-11-22T10:00:00+00:00")


def test_an_address_that_we_make_shows_the_same_to_every_reader() -> None:
    here = period_of({"since": "2026-11-22T10:00", "until": "2026-11-22T12:00"}, "Asia/Shanghai", now=NOW)
    there = period_of(dict(parse_qsl(here.query)), "America/New_York", now=NOW)
    assert (there.since, there.until) == (here.since, here.until)
    assert here.query == "since=2026-11-22T02:00Z&until=2026-11-22T04:00Z"


def test_a_day_begins_at_the_readers_midnight() -> None:
    period = period_of({"since": "2026-03-01", "until": "2026-09-01"}, "Asia/Shanghai", now=NOW)
    assert period.step_s >= 86_400
    assert datetime.fromtimestamp(period.since / 1e6, UTC).hour == 16


def test_an_end_still_to_come_is_now() -> None:
    period = period_of({"since": "2026-11-22T10:00Z", "until": "2999-01-01T00:00Z"}, "UTC", now=NOW)
    assert period.until - NOW < period.step_s * 1_000_000


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"last": "1y"}, "BL-INPUT-741"),
        ({"last": "-1h"}, "BL-INPUT-741"),
        ({"since": "yesterday"}, "BL-INPUT-741"),
        ({"since": "2026-02-31T10:00"}, "BL-INPUT-741"),
        ({"since": "2026-11-22T25:00"}, "BL-INPUT-741"),
        ({"since": "2026-11-22T10:00+99:99"}, "BL-INPUT-741"),
        ({"since": "<script>alert(1)</script>"}, "BL-INPUT-741"),
        ({"since": "9" * 4000}, "BL-INPUT-741"),
        ({"since": "２０２６-11-22"}, "BL-INPUT-741"),
        ({"since": "2026-11-22T12:00", "until": "2026-11-22T10:00"}, "BL-INPUT-742"),
        ({"since": "2026-11-22T12:00", "until": "2026-11-22T12:00"}, "BL-INPUT-742"),
        ({"since": "2030-01-01", "until": "2031-01-01"}, "BL-INPUT-742"),
        ({"since": "9999-12-31T23:59"}, "BL-INPUT-742"),
        ({"since": "0001-01-01", "until": "2026-11-22"}, "BL-INPUT-742"),
        ({"since": "1971-01-01"}, "BL-INPUT-743"),
        ({"since": "2026-11-22T12:00", "until": "2026-11-22T12:04"}, "BL-INPUT-743"),
        ({"until": "0001-01-01"}, "BL-INPUT-742"),
    ],
)
def test_what_cannot_be_shown_is_an_error_that_says_so(asked: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        period_of(asked, "Asia/Shanghai", now=NOW)
    assert caught.value.code == code
    assert caught.value.hint


@settings(max_examples=100, deadline=None)
@given(
    age_min=st.integers(0, 4 * 366 * 1440),
    length_min=st.integers(5, 360 * 1440),
    zone=st.sampled_from(ZONES),
)
def test_the_store_cuts_the_same_steps(age_min: int, length_min: int, zone: str) -> None:
    until = NOW - age_min * 60_000_000
    period = period_of(
        {"since": utc(until - length_min * 60_000_000), "until": utc(until)},
        zone,
        now=NOW,
    )
    day = 86_400 * 1_000_000
    made = steps(period.since, period.until, period.step_s, period.offset_s, {"minute": NOW - 7 * day, "hour": NOW - 400 * day, "day": 0})
    assert made.step_s == period.step_s
    assert made.starts[0] == period.since
    assert made.starts[-1] + period.step_s * 1_000_000 == period.until
    assert len(made.starts) <= 280


@settings(max_examples=100, deadline=None)
@given(since=st.text(max_size=40), until=st.text(max_size=40), last=st.text(max_size=10))
def test_no_address_breaks_it(since: str, until: str, last: str) -> None:
    try:
        period = period_of({"since": since, "until": until, "last": last}, "Asia/Shanghai", now=NOW)
    except InputError as problem:
        assert problem.hint
    else:
        assert period.since < period.until
