from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from brightline.errors import NotFound
from brightline.ledger import Sequencer, Signer
from brightline.store import AUDIT_KINDS, Cursor, Store
from brightline.store.audit import write_event
from brightline.store.tables import audit_events, ledger_pending


def record(store: Store, kind: str = "decision.opened", actor: str = "u1", subject: str = "d1", **detail: object) -> str:
    return store.audit.record(kind, actor=actor, subject=subject, detail=detail, tenant="default").id


def test_an_event_comes_with_its_pending_ledger_entry(store: Store) -> None:
    event = store.audit.record("decisions.exported", actor="u1", subject="export", detail={"rows": 3}, tenant="school")
    with store.database.reading() as connection:
        row = connection.execute(select(ledger_pending)).one()
    assert (row.kind, row.tenant, row.actor, row.subject, row.ts) == ("decisions.exported", "school", "u1", event.id, event.at)
    assert store.audit.verify(event.id)
    assert store.audit.event(event.id) == event


def test_an_event_is_written_with_its_entry_or_not_at_all(store: Store) -> None:
    def write_and_break() -> None:
        with store.database.writing() as connection:
            write_event(connection, "view.saved", actor="u", subject="s", detail={}, tenant="default")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_break()
    assert store.audit.events() == []
    assert store.ledger.waiting() == (0, None)


def test_events_are_sequenced_and_still_verify(store: Store, tmp_path: Path) -> None:
    sequencer = Sequencer(store.ledger, Signer.load_or_create(tmp_path / "ledger.key"), tmp_path / "head")
    ids = [record(store, subject=f"d{number}") for number in range(5)]
    assert [event.seq for event in store.audit.events()] == [None] * 5
    sequencer.drain()
    assert [event.seq for event in store.audit.events()] == [4, 3, 2, 1, 0]
    assert all(store.audit.verify(event_id) for event_id in ids)


@pytest.mark.parametrize(
    "change", [{"actor": "u2"}, {"kind": "view.saved"}, {"at": 1}, {"salt": b"0" * 32}, {"body": None}, {"subject": "d2"}, {"tenant": "x"}]
)
def test_an_event_that_was_changed_does_not_verify(store: Store, change: dict[str, object]) -> None:
    event_id = record(store, text_length=3)
    if "body" in change:
        with store.database.reading() as connection:
            body = bytes(connection.execute(select(audit_events.c.body)).scalar_one())
        change = {"body": body.replace(b'"text_length":3', b'"text_length":4')}
    with store.database.writing() as connection:
        connection.execute(update(audit_events).values(change))
    assert not store.audit.verify(event_id)


def test_pages_go_on_behind_a_cursor_and_new_events_do_not_shift_them(store: Store) -> None:
    ids = [record(store, subject=str(number)) for number in range(7)][::-1]
    first = store.audit.events(limit=3)
    record(store)
    second = store.audit.events(after=Cursor(first[-1].at, first[-1].id), limit=10)
    assert [event.id for event in first + second] == ids


def test_events_are_found_by_kind_actor_subject_and_tenant(store: Store) -> None:
    wanted = record(store, "view.saved", "ada", "v1")
    record(store, "key.created", "bob", "k1")
    store.audit.record("key.revoked", actor="eve", subject="k2", detail={}, tenant="elsewhere")
    for query in ({"kind": "view.saved"}, {"actor": "ada"}, {"subject": "v1"}):
        assert [event.id for event in store.audit.events(**query)] == [wanted]
    assert len(store.audit.events(tenant="default")) == 2
    assert store.audit.events(kind="view.saved", actor="bob") == []


def test_what_is_no_event_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="kind"):
        record(store, "something.else")
    with pytest.raises(ValueError, match="bytes"):
        record(store, text="x" * 20_000)
    with pytest.raises(ValueError, match="JSON"):
        record(store, value=object())
    with pytest.raises(NotFound, match="BL-INPUT-710"):
        store.audit.verify("nothing")
    assert store.audit.events() == []


def test_hostile_ids_are_kept_as_text(store: Store) -> None:
    event_id = record(store, actor="a\0b\ud800", subject="'; DROP TABLE audit_events; --")
    assert store.audit.verify(event_id)
    assert store.audit.events(actor="a\0b\ud800")[0].subject.startswith("'; DROP")


def test_every_kind_of_event_can_be_recorded(store: Store) -> None:
    for kind in AUDIT_KINDS:
        assert store.audit.verify(record(store, kind))
