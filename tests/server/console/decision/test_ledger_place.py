from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from brightline.config import load_settings
from brightline.model import Decision, Door, Item, ItemKind, Part, Side
from brightline.server.console.decision.ledger_place import LedgerPlace, ledger_place
from brightline.service import Service, record_of
from brightline.store.tables import ledger_nodes


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home: Path = tmp_path_factory.mktemp("home")
    with Service.open(load_settings(home=home)) as service:
        yield service


def decide(service: Service, number: int) -> Decision:
    item = Item(ItemKind.TEXT, (Part("text", Side.POST, f"第{number}条"),))
    return service.pipeline.decide_item(item, service.pipeline.context(Door.PYTHON))


def place_of(service: Service, decision: Decision) -> LedgerPlace:
    stored = service.decision(decision.id)
    assert stored is not None
    return ledger_place(service, stored)


def top_of(place: LedgerPlace) -> str:
    """The root that leaf and path give, going only by the sides that the page shows."""
    computed = bytes.fromhex(place.leaf)
    for sibling in place.path:
        other = bytes.fromhex(sibling.hash)
        computed = hashlib.sha256(b"\x01" + (other + computed if sibling.side == "left" else computed + other)).digest()
    return computed.hex()


def test_leaf_path_and_sides_lead_to_the_root_wherever_an_entry_stands(service: Service) -> None:
    made = [decide(service, number) for number in range(21)]
    service.record_now(made)
    for number, decision in enumerate(made):
        place = place_of(service, decision)
        assert (place.state, place.seq, place.size) == ("sealed", number, 21)
        assert place.entry is not None
        assert place.entry.subject == decision.id
        assert top_of(place) == place.root
        assert place.vkeys == (service.signer.vkey,)


def test_before_its_entry_a_decision_is_pending(service: Service) -> None:
    decision = decide(service, 100)
    service.store.write([record_of(decision)])
    assert place_of(service, decision).state == "pending"
    service.sequencer.drain()
    assert place_of(service, decision).state == "sealed"


def test_an_erasure_is_told_with_its_own_entry(service: Service) -> None:
    decision = decide(service, 200)
    service.record_now([decision])
    service.store.erase_payload(decision.id, actor="test")
    assert place_of(service, decision).erasure is None
    service.sequencer.drain()
    place = place_of(service, decision)
    assert place.erasure is not None
    assert place.erasure.kind == "erasure"
    assert place.entry is not None
    assert place.entry.kind == "decision"
    assert top_of(place) == place.root


def test_a_damaged_log_is_told_and_not_guessed(service: Service) -> None:
    made = [decide(service, 300 + number) for number in range(8)]
    service.record_now(made)
    with service.store.database.writing() as connection:
        connection.execute(delete(ledger_nodes))
    place = place_of(service, made[0])
    assert place.state == "damaged"
    assert place.problem is not None
    assert place.problem.code == "BL-LEDGER-011"
