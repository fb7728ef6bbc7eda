from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import characters, text
from making import decision, finding, record, refusal
from sqlalchemy import func, select
from sqlalchemy import text as sql

from brightline.errors import NotFound, StoreError
from brightline.model import Door, NotInspected, Outcome
from brightline.store import Cursor, DecisionFilter, OutboxJob, Store
from brightline.store.records import column_text
from brightline.store.tables import decision_rules, decisions, findings, items, ledger_pending, metadata, outbox_jobs


def rows(store: Store, table) -> int:
    with store.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_decision_is_read_back_as_it_was_written(store: Store) -> None:
    written = record(refusal())
    store.write([written])
    found = store.decision(written.decision.id)
    assert found is not None
    assert found.decision == written.decision
    assert found.body == written.body
    assert found.salt == written.salt
    assert found.seq is None
    assert store.by_token(written.decision.token) == found


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.decision("no such id") is None
    assert store.by_token("no such token") is None


def test_an_allow_writes_only_the_decision_and_its_pending_ledger_row(store: Store) -> None:
    store.write([record()])
    written = {table.name: number for table in metadata.sorted_tables if (number := rows(store, table))}
    assert written == {"decisions": 1, "ledger_pending": 1}


def test_a_refusal_writes_item_findings_and_rules(store: Store) -> None:
    store.write([record(refusal())])
    assert (rows(store, items), rows(store, findings), rows(store, decision_rules)) == (1, 1, 2)


def test_the_same_content_is_one_item_however_often_it_comes(store: Store) -> None:
    store.write([record(refusal()), record(refusal())])
    store.write([record(refusal())])
    assert rows(store, items) == 1


def test_decision_findings_outbox_and_ledger_row_are_one_transaction(store: Store) -> None:
    good, twin = record(refusal()), record(refusal())
    twin = twin._replace(decision=refusal(id=good.decision.id))
    with pytest.raises(StoreError, match="BL-STORE-006"):
        store.write([good, twin], [OutboxJob("webhook", "k", b"{}")])
    for table in (decisions, findings, items, ledger_pending, outbox_jobs):
        assert rows(store, table) == 0


def test_a_refusal_without_cause_is_not_stored(store: Store) -> None:
    with pytest.raises(StoreError, match=r"BL-STORE-006.*without a finding"):
        store.write([record(refusal(findings=()))])
    assert rows(store, decisions) == 0


def test_the_schema_itself_asks_for_a_cause(store: Store) -> None:
    store.write([record()])
    with pytest.raises(StoreError, match="BL-STORE-006"), store.database.writing() as connection:
        connection.execute(sql("UPDATE decisions SET outcome = 'block'"))


def test_a_gap_in_the_inspection_is_a_cause(store: Store) -> None:
    gap = NotInspected("choices[0]", "text", "the upstream's answer was cut")
    store.write([record(refusal(findings=(), not_inspected=(gap,)))])
    assert rows(store, decisions) == 1


def test_a_persons_decision_needs_no_finding(store: Store) -> None:
    store.write([record(refusal(findings=(), automated="none"))])
    assert rows(store, decisions) == 1


def test_a_legal_ground_must_name_a_rule(store: Store) -> None:
    with pytest.raises(StoreError, match="BL-STORE-006"):
        store.write([record(refusal(rules=()))])


STRANGE = ["a\0b", "x\ud800y", "漏洞\0"]


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_characters_in_a_clients_names_do_not_lose_the_decision(store: Store, strange: str) -> None:
    made = record(decision())
    made = made._replace(decision=decision(id=made.decision.id, account=strange, request={"model": strange}))
    store.write([made])
    assert store.decision(made.decision.id) is not None
    assert len(store.decisions(DecisionFilter(account=strange, model=strange))) == 1


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_characters_in_a_question_find_nothing(store: Store, strange: str) -> None:
    store.write([record(refusal())])
    assert store.decision(strange) is None
    assert store.by_token(strange) is None
    assert store.decisions(DecisionFilter(account=strange)) == []
    assert store.decisions(DecisionFilter(rule=strange)) == []
    assert store.decisions(after=Cursor(0, strange)) == []


@given(text(characters(exclude_categories=())))
def test_any_text_fits_a_column(written: str) -> None:
    kept = column_text(written)
    assert "\0" not in kept.encode("utf-8").decode("utf-8")
    assert len(kept) == len(written)
    assert column_text(kept) == kept


def test_pages_come_newest_first_and_new_rows_do_not_shift_them(store: Store) -> None:
    written = [record() for _ in range(7)]
    written.append(record(decision(made_at=written[-1].decision.made_at)))  # same microsecond: the id decides
    store.write(written)
    first = store.decisions(limit=3)
    store.write([record()])
    seen = first
    while page := store.decisions(after=Cursor.after(seen[-1]), limit=3):
        seen = seen + page
    expected = sorted((made.decision for made in written), key=lambda made: (made.made_at, made.id), reverse=True)
    assert [found.decision.id for found in seen] == [made.id for made in expected]


def test_a_page_can_go_on_after_an_id(store: Store) -> None:
    written = [record() for _ in range(3)]
    store.write(written)
    ids = [made.decision.id for made in written]
    assert [found.decision.id for found in store.decisions(after=ids[2])] == [ids[1], ids[0]]
    with pytest.raises(NotFound):
        store.decisions(after="no such id")


def test_a_cursor_survives_a_url() -> None:
    cursor = Cursor(1_790_000_000_000_000, "0198-abc")
    assert Cursor.parse(str(cursor)) == cursor
    for wrong in ("", "x.y", ".", "12", "-1.a", "1" * 30 + ".a"):
        assert Cursor.parse(wrong) is None


@pytest.mark.parametrize(
    ("wanted", "finds"),
    [
        (DecisionFilter(), "plain refused api"),
        (DecisionFilter(outcome=Outcome.REFUSE), "refused"),
        (DecisionFilter(flagged=True), "refused"),
        (DecisionFilter(flagged=False), "plain api"),
        (DecisionFilter(rule="PSA-82"), "refused"),
        (DecisionFilter(rule="LM-6.1"), ""),
        (DecisionFilter(problem_type=12), "refused"),
        (DecisionFilter(problem_type=3), ""),
        (DecisionFilter(door=Door.API), "api"),
        (DecisionFilter(model="other"), "api"),
        (DecisionFilter(account="user-1"), "refused"),
        (DecisionFilter(api_key="k2"), "plain"),
        (DecisionFilter(tenant="default"), "plain refused"),
        (DecisionFilter(mode="shadow"), "api"),
        (DecisionFilter(since=200), "refused api"),
        (DecisionFilter(until=200), "plain"),
        (DecisionFilter(since=200, until=300), "refused"),
    ],
    ids=repr,
)
def test_a_filter_finds(store: Store, wanted: DecisionFilter, finds: str) -> None:
    store.write(
        [
            record(decision(token="plain", made_at=100, api_key="k2")),
            record(refusal(token="refused", made_at=200)),
            record(decision(token="api", made_at=300, door=Door.API, tenant="b", mode="shadow", request={"model": "other"})),
        ]
    )
    assert {found.decision.token for found in store.decisions(wanted)} == set(finds.split())
    assert sum(store.counts(filters=wanted).values()) == len(finds.split())


def test_counts_by_outcome(store: Store) -> None:
    store.write([record(decision(made_at=1)), record(decision(made_at=2)), record(refusal(made_at=3))])
    assert store.counts() == {Outcome.ALLOW: 2, Outcome.REFUSE: 1}
    assert store.counts(since=2) == {Outcome.ALLOW: 1, Outcome.REFUSE: 1}


def test_a_rule_that_two_findings_name_is_found_once(store: Store) -> None:
    store.write([record(refusal(findings=(finding(), finding(problem_types=(9,))), rules=("PSA-82", "PSA-82")))])
    assert len(store.decisions(DecisionFilter(rule="PSA-82", problem_type=9))) == 1


def test_many_decisions_in_one_transaction(store: Store) -> None:
    written = [record(refusal()) if number % 3 == 0 else record() for number in range(301)]
    store.write(written)
    assert rows(store, decisions) == 301
    assert {found.decision.id for found in store.decisions(limit=400)} == {made.decision.id for made in written}


def test_erasure_leaves_the_row_and_nothing_of_the_person(store: Store) -> None:
    made = refusal(texts={"messages[0].content": "来玩百家乐"}, request={"model": "m", "user": "user-1", "status": 200})
    store.write([record(made)])
    erased = store.erase_payload(made.id, actor="dpo")
    for word in ("百家乐", "上分", "user-1", made.item_digest):
        assert word.encode() not in erased.body
    assert erased.salt is None
    assert erased.erased_at is not None
    assert erased == store.decision(made.id)
    assert erased.decision.outcome is Outcome.REFUSE
    assert erased.decision.rules == made.rules
    assert erased.decision.findings[0].spans == made.findings[0].spans
    assert erased.decision.request == {"model": "m", "status": 200}
    assert rows(store, items) == 0
    assert store.decisions(DecisionFilter(account="user-1")) == []


def test_an_erasure_is_itself_logged_once(store: Store) -> None:
    made = refusal()
    store.write([record(made)])
    first = store.erase_payload(made.id)
    assert store.erase_payload(made.id) == first
    with store.ledger.exclusive() as tx:
        assert [(event.kind, event.subject) for event in tx.pending(10)] == [("decision", made.id), ("erasure", made.id)]


def test_erasing_one_decision_keeps_the_item_of_another(store: Store) -> None:
    one, other = refusal(), refusal()
    store.write([record(one), record(other)])
    store.erase_payload(one.id)
    assert rows(store, items) == 1


def test_erasing_what_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound):
        store.erase_payload("no such id")


@pytest.mark.parametrize("url", ["mysql://h/db", "sqlite://", "sqlite:///:memory:", "not a url"])
def test_a_database_that_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="BL-STORE-009"):
        Store.open(url)


def test_a_server_that_is_not_there_is_reported_with_a_hint() -> None:
    with pytest.raises(StoreError, match="BL-STORE-003") as caught:
        Store.open("postgresql://nobody@127.0.0.1:1/nothing")
    assert caught.value.hint


def test_an_error_does_not_quote_what_was_stored(store: Store) -> None:
    made = record(refusal())
    store.write([made])
    with pytest.raises(StoreError) as caught:
        store.write([made])
    assert "百家乐" not in str(caught.value)
