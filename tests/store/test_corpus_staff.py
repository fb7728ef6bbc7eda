from __future__ import annotations

from brightline.store import CorpusStaff, Store


def test_people_and_rules_are_kept_apart_and_the_newest_counts(store: Store) -> None:
    staff = CorpusStaff(store.database)
    staff.save("ada", {"score": 50}, by="lead")
    newest = staff.save("ada", {"score": 90}, by="lead")
    rules = staff.save("rules/safety", {"version": "2"}, by="lead")
    assert newest.revision == 2
    assert staff.latest() == [newest]
    assert staff.latest(rules=True) == [rules]
    assert [row.document["score"] for row in staff.revisions("ada")] == [90, 50]
    assert staff.latest(tenant="elsewhere") == []
    events = store.audit.events(kind="corpus.staff_changed", subject="ada")
    assert [event.detail for event in events] == [{"revision": 2}, {"revision": 1}]  # a person's score is nobody's business in the log
