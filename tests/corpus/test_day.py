"""The day in China."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.day import day_at, day_in_china


def _us(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, 999_999, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, tzinfo=UTC), date(2026, 11, 24)),
    ],
)
def test_the_day_changes_at_four_in_the_afternoon_of_utc(moment: datetime, day: date) -> None:
    assert day_at(_us(moment)) == day


@given(st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_it_is_the_day_of_shanghai_since_there_is_no_summer_time(moment: datetime) -> None:
    assert day_at(_us(moment)) == moment.astimezone(ZoneInfo("Asia/Shanghai")).date()


def test_today_is_the_day_of_now() -> None:
    before = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    assert before <= day_in_china() <= datetime.now(ZoneInfo("Asia/Shanghai")).date()
