"""A picture is read once for everybody who looks, and holds what the store counted."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from brightline.errors import StoreError
from brightline.ledger import Sequencer
from brightline.server.console.overview.period import period_of
from brightline.server.console.overview.picture import Shared, read_picture
from brightline.service import record_of
from brightline.store import Store
from tests.server.console.overview.conftest import Filled, count_all, site_decision
from tests.server.face.site import ALLOWED, REFUSED


class Hand:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_ten_viewers_cost_as_one() -> None:
    reads: list[int] = []
    gate = threading.Event()

    def read() -> str:
        reads.append(1)
        gate.wait(30)
        return "picture"

    shared: Shared[str] = Shared()
    viewers = [asyncio.create_task(shared.get("24h", read)) for _ in range(10)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*viewers) == ["picture"] * 10
    assert len(reads) == 1


async def test_a_picture_is_read_anew_when_its_time_is_over() -> None:
    hand = Hand()
    shared: Shared[int] = Shared(kept_s=1.5, clock=hand)
    numbers = iter(range(10))
    assert await shared.get("24h", lambda: next(numbers)) == 0
    assert await shared.get("24h", lambda: next(numbers)) == 0
    assert await shared.get("7d", lambda: next(numbers)) == 1
    hand.now = 1.6
    assert await shared.get("24h", lambda: next(numbers)) == 2


async def test_an_error_is_told_to_all_who_wait_and_then_forgotten() -> None:
    shared: Shared[int] = Shared()

    def fail() -> int:
        raise StoreError("BL-STORE-001", "the database does not answer")

    for caught in await asyncio.gather(*(shared.get("24h", fail) for _ in range(3)), return_exceptions=True):
        assert isinstance(caught, StoreError)
    assert await shared.get("24h", lambda: 7) == 7


async def test_a_viewer_who_leaves_takes_nothing_from_the_others() -> None:
    gate = threading.Event()

    def read() -> int:
        gate.wait(30)
        return 7

    shared: Shared[int] = Shared()
    leaving, staying = (asyncio.create_task(shared.get("24h", read)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    gate.set()
    assert await staying == 7


async def test_only_so_many_are_kept() -> None:
    shared: Shared[int] = Shared()
    for number in range(200):
        assert await shared.get(number, lambda number=number: number) == number
    assert len(shared._known) == 64


def test_a_picture_holds_one_tenant_only(filled: Filled) -> None:
    service = filled.console.site.service
    period = period_of({"last": "6h"}, "UTC")
    own = read_picture(service.store, service.settings.tenant, period)
    other = read_picture(service.store, "somebody else", period)
    assert sum(own.outcomes.values()) == filled.refused + filled.allowed
    assert own.requests.total() == 9
    assert (other.decisions.total(), other.requests.total(), other.ever) == (0, 0, False)
    assert all(not totals.counts for totals in other.totals.values())


def test_postgresql_gives_the_same_picture(filled: Filled, postgres_url: str) -> None:
    service = filled.console.site.service
    tenant = service.settings.tenant
    period = period_of({"last": "6h"}, "Asia/Shanghai")
    refused, allowed = (site_decision(filled, text, model="m") for text in (REFUSED, ALLOWED))
    lifted = replace(allowed, supersedes=refused.id, automated="none")
    store = Store.open(postgres_url)
    try:
        store.write([record_of(each) for each in (refused, lifted)])
        Sequencer(store.ledger, service.signer, service.settings.home / "other-head").drain()
        store.traffic.add(tenant, "here", period.now, {("requests", "chat 200"): 3.0, ("own", "0.001"): 3.0})
        count_all(store)
        picture = read_picture(store, tenant, period)
    finally:
        store.close()
    assert picture.outcomes == {refused.outcome: 1, allowed.outcome: 1}
    assert (picture.reversed, picture.requests.total(), picture.ever) == (1, 3, True)
    assert picture.totals["rule"].of("CRI-303") == 1
    assert picture.decisions.starts[0] == period.since


def test_the_tag_stands_for_the_numbers(filled: Filled) -> None:
    service = filled.console.site.service
    period = period_of({"since": "2026-01-05T10:00Z", "until": "2026-01-05T11:00Z"}, "UTC")
    tags = {read_picture(service.store, service.settings.tenant, period).tag for _ in range(2)}
    assert len(tags) == 1
    longer = period_of({"since": "2026-01-05T10:00Z", "until": "2026-01-05T12:00Z"}, "UTC")
    assert read_picture(service.store, service.settings.tenant, longer).tag not in tags
