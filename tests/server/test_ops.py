"""Health, readiness, metrics: what an operator's monitoring sees, without a word of any user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from brightline.config import Settings
from brightline.errors import LedgerError
from brightline.server.app import create_app
from brightline.service import Service


@pytest.fixture
def service(settings: Settings) -> Service:
    return Service.open(settings.model_copy(update={"ledger_interval_s": 60.0}))  # no round of the ledger clears what a test sets


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service)) as client:
        yield client


def test_a_started_service_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["checks"]) == {"database", "ledger", "rules"}


def test_a_halted_ledger_makes_it_not_ready_and_says_what_to_do(client: TestClient, service: Service) -> None:
    service.settings.home.joinpath("ledger", "head").unlink(missing_ok=True)
    service.ledger_problem = LedgerError("BL-LEDGER-009", "the database was rolled back", "restore the newest database")
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["ledger"]["code"] == "BL-LEDGER-009"


def test_metrics_count_calls_and_decisions_but_show_no_text(client: TestClient, service: Service) -> None:
    key, _ = service.first_key()
    words = "今天想吃什么呢"
    answer = client.post(
        "/v1/chat/completions",
        headers={"Authorization": f"Bearer {key}"},
        json={"model": "brightline-sandbox", "user": "somebody", "messages": [{"role": "user", "content": words}]},
    )
    assert answer.status_code == 200
    metrics = client.get("/metrics").text
    assert 'brightline_decisions_total{door="gateway",outcome=' in metrics
    assert "brightline_ledger_entries" in metrics
    assert words not in metrics
    assert "somebody" not in metrics


def test_a_database_that_takes_no_decision_makes_it_not_ready_until_it_takes_one(client: TestClient, service: Service) -> None:
    key, _ = service.first_key()
    ask = {"headers": {"Authorization": f"Bearer {key}"}, "json": {"model": "m", "messages": [{"role": "user", "content": "你好"}]}}
    with closing(sqlite3.connect(service.settings.home / "brightline.db")) as database:
        database.execute("create trigger full before insert on decisions begin select raise(abort, 'database or disk is full'); end")
        database.commit()
        assert client.post("/v1/chat/completions", **ask).status_code == 503
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["database"]["code"].startswith("BL-STORE-")
        database.execute("drop trigger full")
        database.commit()
    assert client.post("/v1/chat/completions", **ask).status_code == 200
    assert client.get("/readyz").status_code == 200
