"""Names of steps and stretches: short, without doubt, by the reader's clock."""

from __future__ import annotations

from datetime import datetime

import pytest

from brightline.server.console.overview.labels import local_input, step_names, stretch_name, zone_name
from brightline.server.console.overview.period import period_of


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


NOW = us("2026-11-22T18:07:30+00:00")


@pytest.mark.parametrize(
    ("start", "step_s", "zone", "en", "zh"),
    [
        ("2026-11-22T10:00Z", 900, "UTC", "22 Nov 10:00–10:15", "11月22日 10:00–10:15"),
        ("2026-11-22T10:00Z", 900, "Asia/Shanghai", "22 Nov 18:00–18:15", "11月22日 18:00–18:15"),
        ("2026-11-22T23:45Z", 900, "UTC", "22 Nov 23:45–00:00", "11月22日 23:45–00:00"),
        ("2026-11-22T22:00Z", 10_800, "UTC", "22 Nov 22:00 – 23 Nov 01:00", "11月22日 22:00 – 11月23日 01:00"),
        ("2026-11-21T16:00Z", 86_400, "Asia/Shanghai", "22 Nov", "11月22日"),
        ("2026-11-16T00:00Z", 604_800, "UTC", "16 Nov – 22 Nov", "11月16日 – 11月22日"),
        ("2026-09-01T00:00Z", 86_400, "Asia/Kathmandu", "1 Sept 05:45 – 2 Sept 05:45", "9月1日 05:45 – 9月2日 05:45"),
    ],
)
def test_a_step_is_named_by_when_it_begins_and_ends(start: str, step_s: int, zone: str, en: str, zh: str) -> None:
    assert step_names((us(start),), step_s, lang="en", zone=zone) == [en]
    assert step_names((us(start),), step_s, lang="zh", zone=zone) == [zh]


def test_a_day_with_25_hours_is_not_named_as_if_it_had_24() -> None:
    names = step_names((us("2026-11-01T04:00Z"), us("2026-11-02T04:00Z")), 86_400, lang="en", zone="America/New_York")
    assert names == ["1 Nov 00:00–23:00", "1 Nov 23:00 – 2 Nov 23:00"]


def test_a_stretch_names_the_day_once_and_the_year_where_it_is_another() -> None:
    here = {"lang": "en", "zone": "UTC", "now": NOW}
    assert stretch_name(us("2026-11-22T10:00Z"), us("2026-11-22T16:00Z"), **here) == "22 Nov 10:00–16:00"  # type: ignore[arg-type]
    assert stretch_name(us("2025-12-31T10:00Z"), us("2026-01-01T09:00Z"), **here) == "31 Dec 2025 10:00 – 1 Jan 09:00"  # type: ignore[arg-type]
    said = stretch_name(us("2025-12-31T10:00Z"), us("2025-12-31T11:00Z"), lang="zh", zone="UTC", now=NOW)
    assert said == "2025年12月31日 10:00–11:00"


def test_a_field_and_a_zone_are_the_readers() -> None:
    assert local_input(us("2026-11-22T10:00Z"), "Asia/Shanghai") == "2026-11-22T18:00"
    assert zone_name(period_of({}, "Asia/Kolkata", now=NOW), "Asia/Kolkata") == "Asia/Kolkata (UTC+05:30)"
    assert zone_name(period_of({}, "UTC", now=NOW), "UTC") == "UTC"
