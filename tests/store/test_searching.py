"""Searching: a page equals a brute-force filter, whatever the filter and however little time there is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import decision, finding, record, refusal
from placing import place

from brightline.errors import InputError, NotFound
from brightline.model import Decision, Door, Ground, NotInspected, Outcome, Side
from brightline.store import Cursor, DecisionFilter, Found, Store, StoredDecision
from brightline.store.searching import MOST_ROWS

BASE = 1_790_000_000_000_000
RULES = ("PSA-82", "CSL-49", "AIGC-4")
GOALS = ("gambling.promotion", "fraud.brushing", "health.case_dose")
ACCOUNTS = ("", "user-1", "user-2", "陈\0")
MODELS = ("sandbox", "qwen-max", "<script>")
KEYS = ("0011223344556677", "8899aabbccddeeff")
GAP = NotInspected("messages[0].content[1]", "text", "an image is not read yet")


def some_decisions(number: int, seed: int = 1) -> list[Decision]:
    """Decisions of every kind, many at the same microsecond, in no order of time."""
    drawn = random.Random(seed)
    made = []
    for _ in range(number):
        outcome = drawn.choice([Outcome.ALLOW] * 4 + list(Outcome))
        common = {
            "made_at": BASE + drawn.randrange(number // 3),
            "door": drawn.choice(list(Door)),
            "account": drawn.choice(ACCOUNTS),
            "api_key": drawn.choice(KEYS),
            "mode": drawn.choice(("live", "live", "shadow")),
            "request": {"model": drawn.choice(MODELS)},
            "not_inspected": (GAP,) if drawn.random() < 0.2 else (),
        }
        if outcome is Outcome.ALLOW:
            texts = {"prompt": "请介绍一下苏州园林"} if drawn.random() < 0.2 else {}
            made.append(decision(**common, texts=texts))
            continue
        goals = drawn.sample(GOALS, drawn.randrange(1, 3))
        findings = tuple(finding(goal=goal, problem_types=(drawn.randrange(1, 4),), effect=outcome) for goal in goals)
        rules = tuple(drawn.sample(RULES, drawn.randrange(1, 4)))
        made.append(refusal(**common, outcome=outcome, ground=Ground.LEGAL, rules=rules, findings=findings))
    return made


def fits(made: Decision, wanted: DecisionFilter) -> bool:
    """The filter, said once more in plain Python."""
    words = [*made.texts.values(), *(word for found in made.findings for word in (*found.evidence, *found.normalised, found.excerpt))]
    model, account = made.request["model"], made.account.replace("\0", "\ufffd")
    checks = {
        "outcome": made.outcome is wanted.outcome,
        "outcomes": made.outcome in (wanted.outcomes or ()),
        "flagged": (made.outcome is not Outcome.ALLOW) is wanted.flagged,
        "rule": wanted.rule in made.rules,
        "problem_type": any(wanted.problem_type in found.problem_types for found in made.findings),
        "goal": any(wanted.goal == found.goal for found in made.findings),
        "door": made.door is wanted.door,
        "mode": made.mode == wanted.mode,
        "model": model == wanted.model,
        "account": account == (wanted.account or "").replace("\0", "\ufffd"),
        "api_key": made.api_key == wanted.api_key,
        "not_inspected": bool(made.not_inspected) is wanted.not_inspected,
        "since": wanted.since is not None and made.made_at >= wanted.since,
        "until": wanted.until is not None and made.made_at < wanted.until,
        "text": any((wanted.text or "").lower() in word.lower() for word in words),
    }
    return all(checks[field.name] for field in fields(wanted) if getattr(wanted, field.name) is not None)


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | st.none() | values


times = st.integers(BASE - 5, BASE + 65)
filters = st.builds(
    DecisionFilter,
    outcome=maybe(st.sampled_from(Outcome)),
    outcomes=maybe(st.lists(st.sampled_from(Outcome), min_size=1, max_size=3).map(tuple)),
    flagged=maybe(st.booleans()),
    rule=maybe(st.sampled_from((*RULES, "no such rule"))),
    problem_type=maybe(st.integers(1, 5)),
    goal=maybe(st.sampled_from((*GOALS, "no such goal"))),
    door=maybe(st.sampled_from(Door)),
    mode=maybe(st.sampled_from(("live", "shadow"))),
    model=maybe(st.sampled_from(MODELS)),
    account=maybe(st.sampled_from((*ACCOUNTS, "nobody"))),
    api_key=maybe(st.sampled_from(KEYS)),
    not_inspected=maybe(st.booleans()),
    text=maybe(st.sampled_from(("百家乐", "苏州", "made_at", "来玩", "nothing of the kind"))),
    since=maybe(times),
    until=maybe(times),
).filter(lambda wanted: wanted.since is None or wanted.until is None or wanted.since <= wanted.until)


def in_order(decisions: list[Decision]) -> list[str]:
    return [made.id for made in sorted(decisions, key=lambda made: (made.made_at, made.id), reverse=True)]


def ids(rows: list[StoredDecision]) -> list[str]:
    return [stored.decision.id for stored in rows]


def to_the_end(store: Store, wanted: DecisionFilter, limit: int, budget_ms: float | None) -> Iterator[Found]:
    after: Cursor | None = None
    while True:
        found = store.search(wanted, after=after, limit=limit, budget_ms=budget_ms)
        yield found
        if found.complete:
            return
        after = found.next


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps so short that a search of few rows takes many of them."""
    for name in ("_FIRST_STEP", "_SMALLEST_STEP", "_LARGEST_STEP"):
        monkeypatch.setattr(f"brightline.store.searching.{name}", 29)
    monkeypatch.setattr("brightline.store.searching._MAYBES", 3)


def test_any_search_continued_to_its_end_is_what_a_plain_filter_finds(store: Store, small_steps: None) -> None:
    made = some_decisions(180)
    store.write([record(one) for one in made])

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(wanted=filters, limit=st.integers(1, 60), budget_ms=st.sampled_from([0, 1, 60, None]))
    def holds(wanted: DecisionFilter, limit: int, budget_ms: float | None) -> None:
        expected = in_order([one for one in made if fits(one, wanted)])
        met: list[str] = []
        for found in to_the_end(store, wanted, limit, budget_ms):
            assert len(found.rows) <= limit
            assert found.complete is (found.next is None) is (found.searched_to is None)
            if found.searched_to is not None:
                passed = [one for one in made if one.made_at > found.searched_to and fits(one, wanted)]
                assert set(in_order(passed)) <= {*met, *ids(found.rows)}
            if budget_ms is None and not found.complete:
                assert len(found.rows) == limit
            met += ids(found.rows)
        assert met == expected
        assert ids(list(store.walk(wanted, chunk=limit))) == expected
        if wanted.text is None:
            assert sum(store.counts(filters=wanted).values()) == len(expected)

    holds()


def test_neighbours_are_those_of_the_list(store: Store, small_steps: None) -> None:
    made = some_decisions(150, seed=2)
    store.write([record(one) for one in made])
    for wanted in (
        DecisionFilter(),
        DecisionFilter(rule="PSA-82"),
        DecisionFilter(flagged=True, door=Door.API),
        DecisionFilter(text="苏州"),
    ):
        listed = in_order([one for one in made if fits(one, wanted)])
        for here in (listed[0], listed[len(listed) // 2], listed[-1]):
            place_of = listed.index(here)
            found = store.around(here, wanted, budget_ms=10_000)
            assert found.complete
            assert (found.newer and found.newer.id) == (listed[place_of - 1] if place_of else None)
            assert (found.older and found.older.id) == (listed[place_of + 1] if place_of + 1 < len(listed) else None)


def test_neighbours_of_a_decision_outside_the_filter(store: Store) -> None:
    first, other, last = refusal(), decision(), refusal()
    store.write([record(made) for made in (first, other, last)])
    found = store.around(other.id, DecisionFilter(flagged=True))
    assert (found.newer.id, found.older.id) == (last.id, first.id)


def test_neighbours_that_time_did_not_reach_are_said_to_be_unknown(store: Store, small_steps: None) -> None:
    rare, *between, here = decision(door=Door.CLI), *(decision() for _ in range(100)), decision()
    store.write([record(made) for made in (rare, *between, here)])
    assert store.around(here.id, DecisionFilter(door=Door.CLI), budget_ms=0) == (None, None, False)
    assert store.around(here.id, DecisionFilter(door=Door.CLI), budget_ms=10_000).older.id == rare.id


def test_an_unknown_decision_has_no_neighbours(store: Store) -> None:
    with pytest.raises(NotFound, match="BL-INPUT-704"):
        store.around("01a1ea8c-177c-7321-9e40-783cef9b786f")


def test_text_is_found_where_peoples_words_are_kept_and_nowhere_else(store: Store) -> None:
    flagged, plain, sampled = refusal(), decision(), decision(texts={"prompt": 'He said "Äpfel\n\\o/" to VPN users'})
    store.write([record(made) for made in (flagged, plain, sampled)])

    def found(text: str) -> list[str]:
        return ids(store.search(DecisionFilter(text=text)).rows)

    assert found("加微信") == [flagged.id]
    assert found('"Äpfel\n\\O/"') == [sampled.id]
    assert found("vpn USERS") == [sampled.id]
    assert found("äpfel") == []  # other letters than ASCII's are compared exactly
    assert found("\0") == found("\ud800") == []
    for of_the_document in ("format", "choices[0]", "default", plain.id, "涉及赌博推广"):
        assert found(of_the_document) == []


def test_an_erased_decision_is_found_by_its_rule_but_not_by_its_words(store: Store) -> None:
    made = refusal()
    store.write([record(made)])
    store.erase_payload(made.id)
    assert store.search(DecisionFilter(text="百家乐")).rows == []
    assert store.search(DecisionFilter(account="user-1")).rows == []
    (row,) = store.search(DecisionFilter(rule="PSA-82", goal="gambling.promotion", problem_type=9)).rows
    assert row.decision.id == made.id
    assert row.erased_at is not None


def test_a_walk_gives_each_decision_once_while_others_come(store: Store) -> None:
    made = [decision() for _ in range(60)]
    store.write([record(one) for one in made])
    met = []
    for stored in store.walk(chunk=7):
        met.append(stored.decision.id)
        store.write([record(decision())])
    assert met == in_order(made)


def test_a_search_passes_over_what_is_impossible_at_once(store: Store) -> None:
    store.write([record(refusal())])
    for wanted in (
        DecisionFilter(outcome=Outcome.BLOCK, flagged=False),
        DecisionFilter(outcomes=(Outcome.ALLOW,), outcome=Outcome.REFUSE),
        DecisionFilter(rule="PSA-82", account="nobody"),
        DecisionFilter(since=BASE, until=BASE),
    ):
        assert store.search(wanted, budget_ms=0) == Found([], None, None, True)


def test_the_tail_gives_every_decision_once_in_the_order_of_the_ledger(store: Store) -> None:
    store.write([record(decision())])
    place(store)
    position = store.tail()
    late = refusal(made_at=BASE - 1_000_000)  # of a process whose clock is behind
    store.write([record(late), record(decision())])
    pending = store.newer(None, position)
    assert (pending.rows, pending.position, pending.more) == ([], position, False)
    place(store)
    news = store.newer(DecisionFilter(flagged=True), position)
    assert ids(news.rows) == [late.id]
    assert store.newer(DecisionFilter(flagged=True), news.position).rows == []
    assert store.newer(DecisionFilter(flagged=True), position, shown=[late.id]).rows == []


def test_the_tail_names_no_decision_again_when_it_is_erased(store: Store) -> None:
    made = refusal()
    store.write([record(made)])
    place(store)
    position = store.tail()
    store.erase_payload(made.id)
    place(store)
    news = store.newer(None, position)
    assert (news.rows, news.position) == ([], position + 1)


def test_a_tail_that_is_too_long_gives_the_newest_and_says_so(store: Store) -> None:
    made = [refusal() for _ in range(5)]
    store.write([record(one) for one in made])
    place(store)
    news = store.newer(None, 0, limit=2)
    assert (ids(news.rows), news.more) == (in_order(made)[:2], True)
    assert ids(store.newer(DecisionFilter(text="百家乐"), 0).rows) == in_order(made)


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ({"text": ""}, "text"),
        ({"text": "字" * 201}, "text"),
        ({"problem_type": 14}, "problem_type"),
        ({"outcomes": ()}, "outcomes"),
        ({"since": 2**63}, "since"),
        ({"until": -1}, "until"),
        ({"since": 2, "until": 1}, "since"),
        ({"model": "m" * 1001}, "model"),
        ({"rule": "r" * 100_000}, "rule"),
    ],
)
def test_a_filter_of_no_use_is_refused_with_a_hint(store: Store, wanted: dict, named: str) -> None:
    for ask in (store.search, lambda chosen: store.newer(chosen, 0), lambda chosen: list(store.walk(chosen)), store.decisions):
        with pytest.raises(InputError, match="BL-INPUT-720") as caught:
            ask(DecisionFilter(**wanted))
        assert named in caught.value.message
        assert caught.value.hint.startswith("permitted: ")


@pytest.mark.parametrize("limit", [0, -1, MOST_ROWS + 1])
def test_a_page_has_a_length_that_makes_sense(store: Store, limit: int) -> None:
    with pytest.raises(InputError, match="BL-INPUT-720"):
        store.search(limit=limit)


def test_hostile_values_are_values(store: Store) -> None:
    made = refusal(account="' OR 1=1 --", request={"model": "%_\\"})
    store.write([record(made), record(decision())])
    assert ids(store.search(DecisionFilter(account="' OR 1=1 --")).rows) == [made.id]
    assert ids(store.search(DecisionFilter(model="%_\\")).rows) == [made.id]
    assert store.search(DecisionFilter(model="%")).rows == []
    assert store.search(DecisionFilter(rule="' OR 1=1 --", text="%")).rows == []


def test_counting_by_a_text_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="BL-INPUT-720"):
        store.counts(filters=DecisionFilter(text="百家乐"))


def test_a_findings_side_does_not_matter_for_its_goal(store: Store) -> None:
    made = refusal(findings=(finding(side=Side.PROMPT), replace(finding(), side=Side.ANSWER)))
    store.write([record(made)])
    assert ids(store.search(DecisionFilter(goal="gambling.promotion")).rows) == [made.id]
