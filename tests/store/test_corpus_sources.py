from __future__ import annotations

import pytest

from brightline.errors import InputError
from brightline.store import CorpusSources, NewRevision, Store

WIKI = {"id": "wiki", "kind": "open_data", "name": "维基"}


@pytest.fixture
def sources(store: Store) -> CorpusSources:
    return CorpusSources(store.database)


def test_every_change_is_a_revision_and_the_newest_counts(store: Store, sources: CorpusSources) -> None:
    first = sources.save([NewRevision("wiki", "proposed", WIKI)], by="ada")[0]
    second = sources.save([NewRevision("wiki", "approved", WIKI, revision=1, reason="checked")], by="bob")[0]
    assert (first.revision, second.revision) == (1, 2)
    assert sources.get("wiki") == second
    assert sources.revisions("wiki") == [second, first]
    assert sources.latest() == [second]
    assert sources.latest(status="proposed") == []
    events = store.audit.events(kind="corpus.source_changed", subject="wiki")
    assert [(event.actor, event.detail["was"], event.detail["status"]) for event in events] == [
        ("bob", "proposed", "approved"),
        ("ada", "", "proposed"),
    ]
    assert all(store.audit.verify(event.id) for event in events)


def test_the_same_again_is_no_revision(store: Store, sources: CorpusSources) -> None:
    made = sources.save([NewRevision("wiki", "proposed", WIKI)], by="ada")
    assert sources.save([NewRevision("wiki", "proposed", dict(reversed(WIKI.items())))], by="bob") == made
    assert len(store.audit.events(kind="corpus.source_changed")) == 1


def test_who_was_slower_does_not_write_over_the_change_of_another(sources: CorpusSources) -> None:
    sources.save([NewRevision("wiki", "proposed", WIKI, revision=0)], by="ada")
    with pytest.raises(InputError, match="BL-CORPUS-043"):
        sources.save([NewRevision("news", "proposed", {"id": "news"}), NewRevision("wiki", "approved", WIKI, revision=0)], by="bob")
    assert [row.source for row in sources.latest()] == ["wiki"]  # all of a save or none


def test_each_tenant_has_its_own_register(sources: CorpusSources) -> None:
    sources.save([NewRevision("wiki", "proposed", WIKI)], by="ada")
    assert sources.save([NewRevision("wiki", "approved", WIKI)], by="eve", tenant="elsewhere")[0].revision == 1
    assert sources.latest()[0].status == "proposed"
    assert sources.get("wiki", tenant="nowhere") is None
    assert [row.tenant for row in sources.latest(tenant="elsewhere")] == ["elsewhere"]
