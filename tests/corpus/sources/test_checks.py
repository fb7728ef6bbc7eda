"""Which of several checks of a source counts."""

from __future__ import annotations

import pytest

from brightline.corpus.sources.checks import verdicts_of_checks
from brightline.store import StoredSample

DRAWN = 400
CLEAR, BAD, NOTHING, HALF = (DRAWN, 4), (DRAWN, 60), (0, 0), (20, 1)  # documents with an answer, and those that failed


def check(number: int, answers: tuple[int, int], *, population: str = "all", status: str = "closed") -> StoredSample:
    decided, failures = answers
    counts = [{"name": "town-news", "drawn": DRAWN, "decided": decided, "failures": failures}]
    plan = {"population": population, "strata": {"town-news": 10_000}}
    return StoredSample(f"s{number}", "default", "run", "human", number, "test", status, number, plan, {"sources": counts})


@pytest.mark.parametrize(
    ("checks", "verdict", "counts"),
    [
        ([CLEAR, BAD], "blacklisted", "s1"),
        ([BAD, CLEAR], "clear", "s1"),
        ([BAD, NOTHING], "blacklisted", "s0"),
        ([BAD, HALF], "blacklisted", "s0"),
        ([BAD, HALF, NOTHING, HALF], "blacklisted", "s0"),
        ([BAD, CLEAR, HALF], "undecided", "s2"),
        ([CLEAR, NOTHING], "clear", "s0"),
        ([CLEAR, HALF], "undecided", "s1"),
    ],
)
def test_a_look_that_decides_nothing_lifts_no_blacklisting(checks: list[tuple[int, int]], verdict: str, counts: str) -> None:
    found = verdicts_of_checks(check(number, answers) for number, answers in enumerate(checks))["town-news"]
    assert (found.verdict.verdict, found.sample) == (verdict, counts)


def test_what_is_open_or_of_what_was_kept_is_no_check_of_a_source() -> None:
    assert verdicts_of_checks([check(0, BAD, status="open"), check(1, BAD, population="kept"), check(2, NOTHING)]) == {}
