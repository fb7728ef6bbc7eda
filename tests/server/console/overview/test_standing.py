"""How things stand: every sign from its own source, the worst first, and no alarm where there is none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.errors import LedgerError
from brightline.ledger import Signer
from brightline.model import Door, Item, ItemKind, Part, Side
from brightline.pipeline import Pipeline
from brightline.server.console.overview.standing import read_standing
from brightline.service import Service, record_of
from brightline.store import Store
from tests.server.face.site import REFUSED

MINUTE_S = 60


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(load_settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture
def upstream() -> str:
    return ""


@pytest.fixture
def service(upstream: str, tmp_path: Path, pipeline: Pipeline) -> Iterator[Service]:
    """Opened, not started: nothing moves by itself."""
    settings = load_settings(home=tmp_path, upstream=upstream)
    signer = Signer.load_or_create(tmp_path / "ledger.key", settings.ledger_name, settings.tenant)
    with Service(settings, pipeline, Store.open(settings.effective_database_url), signer) as service:
        yield service


def called(service: Service, series: str, code: str, ago_s: float) -> None:
    now = time.time()
    service.store.traffic.add(service.settings.tenant, "here", int((now - ago_s) * 1e6), {(series, code): now - ago_s})


def test_a_fresh_installation_is_well_and_has_nothing_to_show(service: Service) -> None:
    standing = read_standing(service)
    assert (standing.state, standing.remarks) == ("ok", ())
    assert standing.signed_at is None
    assert standing.ledger is not None
    assert standing.ledger.size == 0
    assert standing.states["upstream"] == "off"


def test_a_signed_head_has_its_time(service: Service) -> None:
    before = time.time_ns() // 1000
    decide(service)
    service.sequencer.drain()
    standing = read_standing(service)
    assert standing.signed_at is not None
    assert before <= standing.signed_at <= standing.now
    assert standing.behind == 1
    assert standing.size_bytes


def test_a_decision_that_waits_too_long_for_its_place_is_said(service: Service) -> None:
    decide(service, ago_s=60)
    standing = read_standing(service)
    assert (standing.state, standing.states["ledger"]) == ("warn", "warn")
    assert dict(standing.remarks[0].values) == {"number": 1}


def test_a_decision_that_just_came_is_no_alarm(service: Service) -> None:
    decide(service)
    assert read_standing(service).state == "ok"


def test_a_halted_ledger_is_the_worst_and_names_its_code(service: Service) -> None:
    decide(service, ago_s=60)
    service.ledger_problem = LedgerError("BL-LEDGER-009", "the database was rolled back", "restore the newest database")
    standing = read_standing(service)
    assert standing.state == "bad"
    assert [(remark.values["code"], remark.href) for remark in standing.remarks] == [("BL-LEDGER-009", "/console/ledger")]


@pytest.mark.parametrize("upstream", ["http://user:secret@models.example:8000/v1"])
@pytest.mark.parametrize(
    ("answered_ago_s", "failed_ago_s", "sign", "worst"),
    [
        (None, None, "wait", "ok"),
        (5, None, "ok", "ok"),
        (None, 5, "bad", "bad"),
        (60, 5, "bad", "bad"),
        (5, 60, "warn", "warn"),
        (5, 40 * MINUTE_S, "ok", "ok"),
    ],
)
def test_the_model_service_is_judged_by_its_last_calls(
    service: Service, answered_ago_s: int | None, failed_ago_s: int | None, sign: str, worst: str
) -> None:
    if answered_ago_s is not None:
        called(service, "answered_at", "", answered_ago_s)
    if failed_ago_s is not None:
        called(service, "failed_at", "BL-UPSTREAM-001", failed_ago_s)
    standing = read_standing(service)
    assert (standing.states["upstream"], standing.state) == (sign, worst)
    assert standing.upstream_host == "models.example:8000"  # without its password
    if worst != "ok":
        assert standing.remarks[0].values["code"] == "BL-UPSTREAM-001"


def test_a_database_that_is_gone_is_said_and_breaks_nothing(service: Service) -> None:
    service.store.database.close()
    service.settings.home.joinpath("brightline.db").unlink()
    service.settings.home.joinpath("brightline.db").mkdir()
    standing = read_standing(service)
    assert standing.state == "bad"
    assert standing.states["database"] == "bad"
    assert standing.ledger is None


def decide(service: Service, ago_s: float = 0) -> None:
    item = Item(ItemKind.TEXT, (Part("text", Side.PROMPT, REFUSED),))
    made = service.pipeline.decide_item(item, service.pipeline.context(Door.GATEWAY))
    service.store.write([record_of(replace(made, made_at=made.made_at - int(ago_s * 1e6)))])
