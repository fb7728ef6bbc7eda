"""What is kept of labels: files found again, fingerprints that hold no words, copies whose log lasts; on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from brightline.errors import InputError, StoreError
from brightline.store import SHORTEST_KEPT_DAYS, NewFingerprint, Store
from brightline.store.clock import now_us
from brightline.store.tables import audit_events, text_fingerprints, text_grams, unlabelled_copies
from tests.store.making import record

HALF, LARGEST = 1 << 63, (1 << 64) - 1


def a_file(**changes: Any) -> dict[str, Any]:
    return {
        "role": "producer",
        "attribute": "1",
        "content_id": "c-1",
        "container": "png",
        "file_digest": "f" * 64,
        "media_digest": "m" * 64,
    } | changes


@pytest.mark.parametrize("number", [0, 1, HALF - 1, HALF, LARGEST])
def test_a_file_is_found_by_its_watermark_whatever_the_number(store: Store, number: int) -> None:
    kept = store.labelled_files.add(**a_file(watermark=number, phash="0f" * 16))

    assert store.labelled_files.by_watermark(number) == kept
    assert (kept.watermark, kept.phash) == (number, "0f" * 16)


def test_a_watermarks_number_is_given_once(store: Store) -> None:
    store.labelled_files.add(**a_file(watermark=7))
    store.labelled_files.add(**a_file(watermark=7), tenant="another")
    store.labelled_files.add(**a_file())
    store.labelled_files.add(**a_file())

    with pytest.raises(StoreError, match="BL-STORE-006"):
        store.labelled_files.add(**a_file(watermark=7))


def test_whether_there_is_any_watermark_is_known_of_each_tenant(store: Store) -> None:
    store.labelled_files.add(**a_file())
    assert not store.labelled_files.has_watermarks()

    store.labelled_files.add(**a_file(watermark=0), tenant="another")

    assert not store.labelled_files.has_watermarks()
    assert store.labelled_files.has_watermarks(tenant="another")


def test_files_are_listed_newest_first_in_pages_of_their_tenant(store: Store) -> None:
    made = [store.labelled_files.add(**a_file(content_id=f"c-{number}")) for number in range(5)]
    store.labelled_files.add(**a_file(), tenant="another")

    first = store.labelled_files.page(limit=3)

    assert first == made[:1:-1]
    assert store.labelled_files.page(limit=3, after=first[-1].id) == made[1::-1]


def test_a_file_without_its_metadata_is_known_by_its_media(store: Store) -> None:
    kept = store.labelled_files.add(**a_file())

    assert store.labelled_files.by_digest("f" * 64) == [kept]
    assert store.labelled_files.by_digest("0" * 64) == []
    assert store.labelled_files.by_digest("0" * 64, "m" * 64) == [kept]
    assert store.labelled_files.by_digest("f" * 64, tenant="another") == []


def test_records_of_a_content_are_forgotten_on_request(store: Store) -> None:
    first = store.labelled_files.add(**a_file())
    second = store.labelled_files.add(**a_file(role="platform"))

    assert store.labelled_files.by_content("c-1") == [second, first]
    assert store.labelled_files.erase("c-1") == 2
    assert store.labelled_files.by_content("c-1") == []


def test_the_same_answer_is_found_exactly_and_a_part_of_it_by_its_grams(store: Store) -> None:
    grams = (-(1 << 63), -5, 0, 5, (1 << 63) - 1)
    store.text_fingerprints.add([NewFingerprint("whole", grams, "d-1"), NewFingerprint("other", (5, 77), "d-2")], keep_days=1)

    exact = store.text_fingerprints.matches("whole", grams)
    part = store.text_fingerprints.matches("edited", (-5, 0, 99))

    assert [(match.decision, match.shared, match.grams, match.exact) for match in exact] == [("d-1", 5, 5, True), ("d-2", 1, 2, False)]
    assert [(match.decision, match.shared, match.exact) for match in part] == [("d-1", 2, False)]
    assert store.text_fingerprints.matches("edited", ()) == []
    assert store.text_fingerprints.matches("whole", grams, tenant="another") == []


def test_whether_any_fingerprint_is_kept_is_known_of_each_tenant(store: Store) -> None:
    store.text_fingerprints.add([NewFingerprint("a", (1,), "d-1")], keep_days=1, tenant="another")

    assert store.text_fingerprints.is_empty()
    assert not store.text_fingerprints.is_empty(tenant="another")


def test_more_grams_than_a_statement_holds_are_asked_in_slices(store: Store) -> None:
    grams = tuple(range(1_300))
    store.text_fingerprints.add([NewFingerprint("long", grams, "d-1")], keep_days=1)

    assert [match.shared for match in store.text_fingerprints.matches("", grams)] == [1_300]


def test_fingerprints_expire_and_take_their_grams_with_them(store: Store) -> None:
    store.text_fingerprints.add([NewFingerprint("a", (1, 2), "d-1"), NewFingerprint("b", (2, 3), "d-2")], keep_days=1)
    with store.database.writing() as connection:
        connection.execute(update(text_fingerprints).where(text_fingerprints.c.digest == "a").values(expires_at=now_us() - 1))

    assert [match.decision for match in store.text_fingerprints.matches("a", (1, 2))] == ["d-2"]
    assert store.text_fingerprints.prune() == 1
    assert store.text_fingerprints.prune() == 0
    with store.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(text_grams)).scalar_one() == 2


def test_an_erased_decision_loses_its_fingerprint(store: Store) -> None:
    made = record()
    store.write([made])
    store.text_fingerprints.add([NewFingerprint("a", (1,), made.decision.id), NewFingerprint("b", (2,), "d-2")], keep_days=1)

    store.erase_payload(made.decision.id)

    assert store.text_fingerprints.count() == 1
    assert store.text_fingerprints.matches("a", (1,)) == []


def test_forgetting_a_text_is_an_event_and_forgetting_nothing_is_none(store: Store) -> None:
    store.text_fingerprints.add([NewFingerprint("a", (1,), "d-1")], keep_days=1)

    assert store.text_fingerprints.erase("d-1", by="key-1", tenant="elsewhere") == 0
    assert [store.text_fingerprints.erase("d-1", by="key-1") for _ in range(2)] == [1, 0]

    [event] = store.audit.events()
    assert (event.kind, event.actor, event.subject, event.detail) == ("label.forgotten", "key-1", "d-1", {"texts": 1})
    assert store.audit.verify(event.id)


def a_copy(**changes: Any) -> dict[str, Any]:
    return {
        "content_id": "c-1",
        "file_digest": "f" * 64,
        "recipient": "user-7",
        "agreement": "terms-3",
        "agreed_at": now_us() - 1,
        "purpose": "print",
    } | changes


def test_a_copy_is_logged_for_six_months_at_least_and_told_to_the_audit_log(store: Store) -> None:
    copy = store.unlabelled_copies.record(**a_copy())

    assert store.unlabelled_copies.of_content("c-1") == [copy]
    assert copy.kept_until - copy.given_at == SHORTEST_KEPT_DAYS * 86_400_000_000
    with store.database.reading() as connection:
        assert connection.execute(select(audit_events.c.kind)).scalars().all() == ["label.copy_given"]


@pytest.mark.parametrize("change", [{"recipient": " "}, {"agreement": ""}, {"agreed_at": 1 << 62}])
def test_no_copy_without_a_recipient_who_agreed_before(store: Store, change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="BL-INPUT-860"):
        store.unlabelled_copies.record(**a_copy(**change))
    assert list(store.unlabelled_copies.walk()) == []


def test_the_log_cannot_be_kept_shorter(store: Store) -> None:
    with pytest.raises(InputError, match="BL-INPUT-861"):
        store.unlabelled_copies.record(**a_copy(), keep_days=SHORTEST_KEPT_DAYS - 1)


def test_the_log_is_walked_in_pages_and_pruned_on_its_day_only(store: Store) -> None:
    copies = [store.unlabelled_copies.record(**a_copy(content_id=f"c-{number}")) for number in range(5)]

    assert list(store.unlabelled_copies.walk(chunk=2)) == copies[::-1]
    assert store.unlabelled_copies.prune() == 0
    with store.database.writing() as connection:
        connection.execute(update(unlabelled_copies).where(unlabelled_copies.c.content_id == "c-3").values(kept_until=now_us() - 1))
    assert store.unlabelled_copies.prune() == 1
    assert len(list(store.unlabelled_copies.walk())) == 4
