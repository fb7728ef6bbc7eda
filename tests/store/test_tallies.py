"""Tallies: exact counts, whatever happens while they are made."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import decision, finding, record, refusal
from placing import place
from sqlalchemy import text, update
from test_searching import some_decisions

from brightline.errors import InputError
from brightline.model import Decision, Door, Ground, NotInspected, Outcome
from brightline.store import DIMENSIONS, OTHER, Store, schema, step_for
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.periods import DAY, HOUR, MINUTE
from brightline.store.tables import decisions

LONG_AGO = 1_700_000_000_000_000
GAPS = (NotInspected("a", "text", "an image"), NotInspected("b", "text", "an image"), NotInspected("c", "gateway", "no answer"))


def fill(store: Store, made: Iterable[Decision]) -> None:
    store.write([record(one) for one in made])
    place(store)


def count_all(store: Store, limit: int = 1000) -> None:
    while store.tallies.advance(limit):
        pass


def values_of(made: Decision) -> dict[str, set[str]]:
    """Under what a decision counts, said once more."""
    return {
        "all": {""},
        "type": {str(number) for found in made.findings for number in found.problem_types},
        "rule": set(made.rules),
        "goal": {found.goal for found in made.findings},
        "door": {made.door.value},
        "model": {made.request["model"]},
        "not_inspected": {""} if made.not_inspected else set(),
        "gap": {gap.detector for gap in made.not_inspected},
    }


def brute_force(all_made: Iterable[Decision], dimension: str, since: int, until: int, mode: str = "live") -> dict[tuple[str, Outcome], int]:
    counted: Counter[tuple[str, Outcome]] = Counter()
    for made in all_made:
        if since <= made.made_at < until and made.mode == mode:
            counted.update((value, made.outcome) for value in values_of(made)[dimension])
    return dict(counted)


def totals(store: Store, dimension: str, since: int, until: int, mode: str = "live") -> dict[tuple[str, Outcome], int]:
    found = store.tallies.totals(dimension, since, until, mode=mode)
    return {(value, outcome): count for value, counts in found.counts.items() for outcome, count in counts.items()}


def spread(number: int, since: int, until: int) -> list[Decision]:
    """Decisions of every kind, evenly over that time."""
    made = some_decisions(number)
    return [Decision(**_values(one) | {"made_at": since + (until - since) * place // number}) for place, one in enumerate(made)]


def _values(made: Decision) -> dict[str, object]:
    return {name: getattr(made, name) for name in Decision.__slots__}


def test_totals_are_those_of_a_plain_count_for_any_time(store: Store) -> None:
    now = now_us()
    made = spread(240, now - 20 * DAY, now)
    fill(store, made)
    count_all(store, limit=37)
    assert store.tallies.behind() == 0

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        ends=st.tuples(st.integers(0, 21 * 1440), st.integers(0, 21 * 1440)), dimension=st.sampled_from(DIMENSIONS), shadow=st.booleans()
    )
    def holds(ends: tuple[int, int], dimension: str, shadow: bool) -> None:
        since, until = sorted(now - minutes * MINUTE for minutes in ends)
        mode = "shadow" if shadow else "live"
        found = store.tallies.totals(dimension, since, until, mode=mode)
        if since < until:
            assert since - HOUR < found.since <= since < until <= found.until < until + HOUR
        assert totals(store, dimension, since, until, mode) == brute_force(made, dimension, found.since, found.until, mode)
        assert store.tallies.all_totals(since, until, mode=mode)[dimension] == found

    holds()


def test_series_are_those_of_a_plain_count(store: Store) -> None:
    now = now_us()
    made = spread(240, now - 20 * DAY, now)
    fill(store, made)
    count_all(store)
    for back, step_s, offset_s in (
        (2 * HOUR, 60, 0),
        (6 * DAY, 900, 0),
        (20 * DAY, 3600, 28_800),
        (20 * DAY, 86_400, 28_800),
        (20 * DAY, 604_800, 0),
    ):
        found = store.tallies.series("rule", now - back, now, step_s=step_s, offset_s=offset_s)
        assert found.step_s == step_s
        assert found.starts[0] <= now - back < found.starts[0] + step_s * 1_000_000
        assert found.starts[-1] < now <= found.starts[-1] + step_s * 1_000_000
        assert all((start // 1_000_000 + offset_s) % min(step_s, 86_400) == 0 for start in found.starts)
        for place_of, start in enumerate(found.starts):
            here = {key: line[place_of] for key, line in found.lines.items() if line[place_of]}
            assert here == brute_force(made, "rule", start, start + step_s * 1_000_000)
        assert sum(map(sum, found.by_outcome().values())) == sum(map(sum, found.by_value().values())) == found.total()
        one = store.tallies.series("rule", now - back, now, step_s=step_s, offset_s=offset_s, value="PSA-82")
        assert one.by_value() == {value: line for value, line in found.by_value().items() if value == "PSA-82"}


def test_a_week_begins_on_monday(store: Store) -> None:
    fill(store, [decision()])
    (start,) = store.tallies.series("all", 1_790_000_000_000_000, 1_790_000_000_000_001, step_s=604_800).starts
    assert start == 1_789_948_800_000_000  # 2026-09-21


def test_what_is_old_comes_in_coarser_steps(store: Store) -> None:
    now = now_us()
    made = [decision(made_at=now - days * DAY) for days in (1, 30, 500)]
    fill(store, made)
    count_all(store)
    assert store.tallies.series("all", now - 2 * DAY, now, step_s=300).step_s == 300
    assert store.tallies.series("all", now - 40 * DAY, now - 20 * DAY, step_s=300).step_s == 3600
    assert store.tallies.series("all", now - 600 * DAY, now - 400 * DAY, step_s=300).step_s == 86_400
    assert store.tallies.totals("all", 0, now + 1).total() == 3


def test_a_decision_counts_once_under_each_of_its_values(store: Store) -> None:
    made = refusal(findings=(finding(), finding(), finding(goal="fraud.brushing", problem_types=(9,))), not_inspected=GAPS)
    fill(store, [made])
    count_all(store)
    tallies, since, until = store.tallies, made.made_at, made.made_at + 1
    assert tallies.totals("goal", since, until).by_value() == {"fraud.brushing": 1, "gambling.promotion": 1}
    assert tallies.totals("type", since, until).by_value() == {"12": 1, "9": 1}
    assert tallies.totals("gap", since, until).by_value() == {"gateway": 1, "text": 1}
    assert tallies.totals("not_inspected", since, until).total() == 1
    assert tallies.totals("rule", since, until, value="PSA-82").total() == 1
    assert tallies.totals("rule", since, until).of("CSL-49") == 1
    assert tallies.totals("rule", since, until).by_outcome() == {Outcome.REFUSE: 2}


def test_shadow_decisions_are_counted_apart(store: Store) -> None:
    made = refusal(mode="shadow")
    fill(store, [made])
    count_all(store)
    assert store.tallies.totals("all", made.made_at, made.made_at + 1).total() == 0
    assert store.tallies.totals("all", made.made_at, made.made_at + 1, mode="shadow").total() == 1


def test_an_erasure_changes_no_count_and_is_no_decision(store: Store) -> None:
    first, second = refusal(not_inspected=GAPS), refusal(not_inspected=GAPS)
    fill(store, [first])
    count_all(store)
    store.write([record(second)])
    for made in (first, second):
        store.erase_payload(made.id)
    place(store)
    count_all(store)
    for dimension in DIMENSIONS:
        assert totals(store, dimension, 0, now_us()) == brute_force([first, second], dimension, 0, now_us())


def test_an_entry_that_only_looks_like_a_decision_is_not_counted(store: Store) -> None:
    made = decision()
    fill(store, [made])
    with store.database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_pending (ts, kind, tenant, actor, subject, commitment) VALUES (1, 'erasure', 'default', :actor, :id, :hash)"
            ),
            {"actor": '"kind":"decision"', "id": made.id, "hash": "0" * 64},
        )
    place(store)
    count_all(store)
    assert store.tallies.totals("all", 0, now_us()).total() == 1


def test_the_fifty_first_model_of_an_hour_is_another(store: Store) -> None:
    names = [f"model-{number:02}" for number in range(60)]
    start = now_us() // HOUR * HOUR - 30 * DAY
    made = [decision(made_at=start + place_of, request={"model": name}) for place_of, name in enumerate([*names, *names])]
    made.append(decision(made_at=start + HOUR, request={"model": names[-1]}))
    made.append(decision(made_at=start + HOUR, request={"model": "长" * 300}))
    fill(store, made)
    count_all(store, limit=7)
    assert store.tallies.totals("model", start, start + HOUR).by_value() == {OTHER: 20} | dict.fromkeys(names[:50], 2)
    assert store.tallies.totals("model", start + HOUR, start + 2 * HOUR).by_value() == {names[-1]: 1, "长" * 100: 1}
    assert store.tallies.totals("model", start, start + HOUR).total() == 120


def test_a_damaged_document_is_counted_by_what_the_columns_say(store: Store) -> None:
    made, other = refusal(), refusal()
    fill(store, [made, other])
    with store.database.writing() as connection:
        connection.execute(update(decisions).where(decisions.c.id == made.id).values(body=b"\xff not JSON"))
    count_all(store)
    assert store.tallies.totals("all", 0, now_us()).total() == 2
    assert store.tallies.totals("rule", 0, now_us()).of("PSA-82") == 1


def test_tenants_are_counted_apart_and_together(store: Store) -> None:
    fill(store, [decision(tenant="a"), decision(tenant="b"), decision(tenant="b"), decision(tenant="z", made_at=LONG_AGO)])
    count_all(store)
    assert store.tallies.totals("all", 0, now_us(), tenant="b").total() == 2
    assert store.tallies.totals("all", 0, now_us()).total() == 4
    assert store.tallies.totals("all", 0, now_us(), tenant="nobody").total() == 0


def test_what_is_kept_no_longer_is_pruned_and_nothing_else(store: Store) -> None:
    now = now_us()
    made = [decision(made_at=now - days * DAY) for days in (0, 6, 7, 390)]
    fill(store, made)
    count_all(store)
    while store.tallies.prune(now):
        pass
    assert store.tallies.totals("all", now - 7 * DAY, now + 1).total() == 3
    assert store.tallies.prune(now + 2 * DAY) > 0
    while store.tallies.prune(now + 500 * DAY):
        pass
    assert _periods(store) == {"day"}
    assert store.tallies.totals("all", now - 500 * DAY, now - 380 * DAY).total() == 1


def _periods(store: Store) -> set[str]:
    with store.database.reading() as connection:
        return set(connection.execute(text("SELECT DISTINCT period FROM tallies")).scalars())


def start_child(url: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("tally_child.py")), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.fixture
def counted_elsewhere(database_url: str) -> Iterable[tuple[Store, str, list[Decision]]]:
    """A store of its own with decisions to count, its URL, and the decisions."""
    store = Store.open(database_url)
    made = spread(150, LONG_AGO, LONG_AGO + 3 * DAY)
    fill(store, made)
    yield store, database_url, made
    store.close()


def assert_exact(store: Store, made: list[Decision]) -> None:
    for dimension in DIMENSIONS:
        for mode in ("live", "shadow"):
            assert totals(store, dimension, 0, now_us(), mode) == brute_force(made, dimension, 0, now_us(), mode)


def test_a_process_killed_while_counting_leaves_exact_counts(counted_elsewhere: tuple[Store, str, list[Decision]]) -> None:
    store, url, made = counted_elsewhere
    child = start_child(url)
    child.stdin.write("go\n")
    child.stdin.flush()
    child.stdout.readline()
    child.kill()
    child.communicate()
    assert 0 < store.tallies.behind() < len(made)
    count_all(store)
    assert_exact(store, made)


def test_processes_that_count_together_count_each_decision_once(counted_elsewhere: tuple[Store, str, list[Decision]]) -> None:
    store, url, made = counted_elsewhere
    children = [start_child(url) for _ in range(2)]
    done = [child.communicate("go\n")[0].split() for child in children]
    assert sum(int(number) for numbers in done for number in numbers) == len(made)
    assert store.tallies.behind() == 0
    assert_exact(store, made)


def test_a_failure_in_the_middle_counts_nothing(store: Store) -> None:
    made = refusal()
    fill(store, [made])
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE tallies RENAME TO hidden"))
    with pytest.raises(Exception, match="BL-STORE"):
        store.tallies.advance()
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE hidden RENAME TO tallies"))
    assert store.tallies.behind() == 1
    count_all(store)
    assert_exact(store, [made])


def test_what_was_recorded_before_the_console_is_counted_and_found(database_url: str) -> None:
    """Revision 0001 → 0002 with rows present; back and up again."""
    store = Store.open(database_url)
    made = [refusal(not_inspected=GAPS), refusal(rules=("PSA-82",), findings=(finding(goal="fraud.brushing"),)), decision()]
    fill(store, made)
    store.close()
    database = Database(database_url)
    schema.downgrade(database, "0001")
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM decision_rules")).scalar() == 3
    assert schema.migrate(database)
    database.close()
    store = Store.open(database_url)
    count_all(store)
    assert_exact(store, made)
    for name, value in (("rule", "CSL-49"), ("problem_type", 12), ("goal", "fraud.brushing")):
        with store.database.reading() as connection:
            table, column = {"rule": ("rules", "rule_id"), "problem_type": ("types", "problem_type"), "goal": ("goals", "goal")}[name]
            query = text(f"SELECT made_at FROM decision_{table} WHERE {column} = :value")  # noqa: S608 - names of our own tables
            times = connection.execute(query, {"value": value}).scalars()
            assert set(times) <= {one.made_at for one in made}
    store.close()


@pytest.mark.parametrize(
    "asked",
    [
        {"step_s": 90},
        {"step_s": 0},
        {"step_s": -60},
        {"since": -1},
        {"until": 2**70},
        {"since": 2, "until": 1},
        {"offset_s": 86_400},
        {"offset_s": 17},
        {"dimension": "account"},
        {"mode": "both"},
        {"step_s": 60, "since": now_us() - 6 * DAY - HOUR, "until": now_us() + 2 * DAY},
    ],
)
def test_what_cannot_be_counted_is_refused(store: Store, asked: dict) -> None:
    values = {"dimension": "all", "since": now_us() - HOUR, "until": now_us(), "step_s": 60} | asked
    with pytest.raises(InputError, match="BL-INPUT-721") as caught:
        store.tallies.series(values.pop("dimension"), values.pop("since"), values.pop("until"), **values)
    assert caught.value.hint


def test_an_empty_time_has_no_steps(store: Store) -> None:
    assert store.tallies.series("all", 5, 5, step_s=60).starts == ()
    assert store.tallies.totals("all", 5, 5).counts == {}


def test_steps_suit_the_time() -> None:
    hours = {1: 60, 3: 300, 24: 900, 7 * 24: 10_800, 30 * 24: 21_600, 365 * 24: 604_800}
    assert {number: step_for(0, number * HOUR) for number in hours} == hours
    assert step_for(0, 10_000 * DAY) == 604_800


def test_counts_by_door_and_outcome(store: Store) -> None:
    fill(store, [decision(door=Door.API), refusal(door=Door.API, ground=Ground.TERMS), decision()])
    count_all(store)
    found = store.tallies.totals("door", 0, now_us())
    assert found.counts == {"api": {Outcome.ALLOW: 1, Outcome.REFUSE: 1}, "gateway": {Outcome.ALLOW: 1}}
    assert list(found.by_value()) == ["api", "gateway"]
