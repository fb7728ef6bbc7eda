"""A decision that somebody changed in the database is not shown as one that was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import update

from brightline.model import Decision
from brightline.store.tables import decisions

if TYPE_CHECKING:
    from tests.server.console.conftest import Console


@pytest.fixture
def made(console: Console) -> Decision:
    decision = console.decide(account="u-1")
    console.site.sequence()
    return decision


def alter(console: Console, decision: Decision) -> None:
    store = console.site.service.store
    stored = store.decision(decision.id)
    assert stored is not None
    changed = stored.body.replace(b'"account":"u-1"', b'"account":"u-2"')
    assert changed != stored.body
    with store.database.writing() as connection:
        connection.execute(update(decisions).where(decisions.c.id == decision.id).values(body=changed))


def test_it_is_said_first(console: Console, made: Decision) -> None:
    page = console.as_("auditor").get(f"/console/decisions/{made.id}")
    assert "BL-LEDGER-104" not in page.text
    alter(console, made)
    page = console.as_("auditor").get(f"/console/decisions/{made.id}")
    assert page.status_code == 200
    assert 0 < page.text.index("BL-LEDGER-104") < page.text.index('id="text"')


def test_the_person_gets_no_statement_that_nobody_made(console: Console, made: Decision) -> None:
    address = f"{console.site.url}/d/{made.token}"
    assert httpx.get(address, trust_env=False).status_code == 200
    alter(console, made)
    for path in (address, f"{address}/proof.json"):
        answer = httpx.get(path, trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (500, "BL-LEDGER-104")


def test_the_way_to_a_folded_text_opens_with_the_text(console: Console, made: Decision) -> None:
    reviewer = console.as_("reviewer")
    page = reviewer.get(f"/console/decisions/{made.id}").text
    assert made.token not in page
    assert made.item_digest not in page
    opened = reviewer.post(f"/console/decisions/{made.id}/text").text
    assert made.token in opened
    assert made.item_digest in opened
