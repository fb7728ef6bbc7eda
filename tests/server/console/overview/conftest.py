"""What the overview's tests share: an installation with decisions of the last hours, counted, and some traffic."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from brightline.model import Decision, Door, Item, ItemKind, NotInspected, Part, Side
from brightline.store import Store
from tests.server.console.conftest import Console
from tests.server.face.site import ALLOWED, REFUSED, running_site

MINUTE = 60_000_000
HOUR = 60 * MINUTE
EVIL = '=cmd|"/c calc"!A1<script>alert(1)</script>'
"""A model's name that a spreadsheet and a browser would both like to run."""


def now_us() -> int:
    return time.time_ns() // 1000


def count_all(store: Store) -> None:
    """Count whatever has its place in the ledger."""
    while store.tallies.advance():
        pass


@dataclass
class Filled:
    """A console over known numbers. ``refused`` decisions were made two hours ago, ``allowed`` half an hour ago (well within the last hour
    for as long as the tests take), through the gateway."""

    console: Console
    at: int
    refused: int = 3
    allowed: int = 5

    def record(self, decision: Decision, **changes: Any) -> Decision:
        return self.console.site.record(replace(decision, **changes))

    def settle(self) -> None:
        """Bring everything under a head and into the tallies."""
        self.console.site.service.sequencer.drain()
        count_all(self.console.site.service.store)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        filled = Filled(Console(site), now_us())
        for number in range(filled.refused):
            refused = site_decision(filled, REFUSED, model="qwen3-32b")
            filled.record(refused, made_at=filled.at - 2 * HOUR + number)
        for number in range(filled.allowed):
            allowed = site_decision(filled, ALLOWED, model=EVIL if number == 0 else "qwen3-32b")
            gaps = (NotInspected("messages[0].content[1]", "gateway", "only text is inspected here"),) if number == 1 else ()
            filled.record(allowed, made_at=filled.at - HOUR // 2 + number, not_inspected=gaps)
        traffic = site.service.store.traffic
        amounts = {
            ("requests", "chat 200"): 7.0,
            ("requests", "chat 429"): 2.0,
            ("own", "0.001"): 9.0,
            ("call", "1.0"): 9.0,
            ("streams_stopped", ""): 1.0,
        }
        traffic.add(site.service.settings.tenant, "elsewhere", filled.at - HOUR, amounts | {("answered_at", ""): filled.at / 1e6 - 3600})
        filled.settle()
        yield filled


def site_decision(filled: Filled, text: str, *, model: str, side: Side = Side.PROMPT) -> Decision:
    """A decision as the gateway would make it, not recorded yet."""
    pipeline = filled.console.site.service.pipeline
    return pipeline.decide_item(Item(ItemKind.TEXT, (Part("text", side, text),)), pipeline.context(Door.GATEWAY), request={"model": model})
