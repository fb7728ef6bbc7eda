"""The same reading on PostgreSQL: entries, heads, growth, proofs, events, verification, and what the page of health looks at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from brightline.config import load_settings
from brightline.model import Door, Item, ItemKind, Part, Side
from brightline.server.console.health.room import live_checks
from brightline.server.console.ledger import log
from brightline.server.console.ledger.events import EventFilter, page_of_events
from brightline.server.console.ledger.verifying import Verifier
from brightline.service import Service
from tests.server.face.site import REFUSED


def test_the_ledger_reads_the_same_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with Service.open(load_settings(home=tmp_path / "home", database_url=postgres_url)) as service:
        context = service.pipeline.context(Door.API)
        item = Item(ItemKind.TEXT, (Part("text", Side.PROMPT, REFUSED),))
        service.record_now([service.pipeline.decide_item(item, context) for _ in range(7)])
        user = service.store.users.create("ada", role="auditor", by="test", must_change=False)
        service.store.setting_changes.record("notices", "false", user.id)
        service.refresh_settings()
        assert service.settings.notices is False
        service.sequencer.drain()

        rows, following = log.entries(service, "", None, 5)
        assert ([row.seq for row in rows], following) == ([8, 7, 6, 5, 4], 4)
        changed, _ = log.entries(service, "setting.changed", None, 5)
        assert [row.entry.kind for row in changed if row.entry] == ["setting.changed"]
        assert log.evidence(service, 8).fits is True
        assert log.evidence(service, 0).steps
        assert log.consistency(service, 3, 9).proof
        assert [head.problem for head in log.heads(service, None, 10)] == ["", ""]
        growth = log.growth(service, "Asia/Shanghai", datetime.now(UTC))
        assert growth is not None
        assert sum(growth.counts) == 9
        events = page_of_events(service.store, EventFilter(person=user.id), "UTC", "default", 10).events
        assert [event.kind for event in events] == ["setting.changed"]

        verifier = Verifier(service)
        assert verifier.start(user.id)
        assert verifier.wait(60)
        assert verifier.failed == ""
        assert service.store.audit.events(kind="ledger.verified")[0].detail["ok"] is True

        checks = {check.name: check for check in live_checks(service)}
        assert all(check.ok for check in checks.values()), [check.seen for check in checks.values() if not check.ok]
        assert "database server" in checks["clock"].seen
