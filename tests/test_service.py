"""One installation: what a fresh home holds, who gets in, and that a recorded decision can be proved."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from brightline.config import Settings
from brightline.errors import AccessError, Forbidden, LedgerError, NotFound, RateLimited, StoreError
from brightline.ledger import verify_proof
from brightline.metrics import Metrics, Sampler
from brightline.model import Door, Item, ItemKind, Outcome, Part, Side
from brightline.service import Service


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    opened = Service.open(settings)
    await opened.start()
    yield opened
    await opened.stop()


def _decide(service: Service, words: str = "百家乐开户送彩金"):
    item = Item(ItemKind.TEXT, (Part("text", Side.POST, words),))
    return service.pipeline.decide_item(item, service.pipeline.context(Door.PYTHON))


async def test_a_fresh_home_is_for_its_owner_only(service: Service, settings: Settings) -> None:
    service.first_key()
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in sorted((settings.home / "keys").iterdir())] == [0o600, 0o600]


async def test_a_fresh_home_gets_one_client_key_once(service: Service) -> None:
    key, is_new = service.first_key()
    assert is_new
    assert service.first_key() == (key, False)
    assert service.authenticate(f"Bearer {key}", "gateway").name == "first client"


async def test_a_recorded_decision_is_read_back_as_it_was(service: Service) -> None:
    decision = _decide(service)
    await service.record(decision)
    by_id, by_token = service.decision(decision.id), service.decision_by_token(decision.token)
    assert by_id is not None
    assert by_token is not None
    assert by_id.decision == by_token.decision == decision


async def test_a_replay_equals_the_stored_decision(service: Service) -> None:
    decision = _decide(service)
    await service.record(decision)
    stored = service.decision(decision.id)
    assert stored is not None
    again = service.pipeline.replay(stored.decision)
    assert (again.outcome, again.ground, again.rules, again.reason_zh, again.reason_en) == (
        decision.outcome,
        decision.ground,
        decision.rules,
        decision.reason_zh,
        decision.reason_en,
    )


async def test_a_proof_convinces_the_auditors_file_and_a_changed_one_does_not(service: Service, tmp_path: Path) -> None:
    decision = _decide(service)
    await service.record(decision)
    service.sequencer.drain()
    bundle = json.loads(service.proof(decision.id))
    path = tmp_path / "proof.json"
    for changed, status in ((False, 0), (True, 1)):
        bundle["decision"]["outcome"] = "allow" if changed else bundle["decision"]["outcome"]
        path.write_text(json.dumps(bundle, ensure_ascii=False), "utf-8")
        checked = subprocess.run(
            [sys.executable, verify_proof.__file__, str(path), "--vkey", service.signer.vkey], capture_output=True, check=False
        )
        assert checked.returncode == status, checked.stdout + checked.stderr


async def test_a_proof_of_nothing_or_of_something_pending_says_so(settings: Settings) -> None:
    with Service.open(settings) as service:
        decision = _decide(service)
        with pytest.raises(NotFound):
            service.proof(decision.id)
        service.journal.start()
        await service.record(decision)
        service.journal.close()
        with pytest.raises(LedgerError, match="BL-LEDGER-101"):
            service.proof(decision.id)


async def test_stopping_sequences_what_is_waiting(settings: Settings) -> None:
    service = Service.open(settings)
    await service.start()
    decision = _decide(service)
    await service.record(decision)
    await service.stop()
    with Service.open(settings) as again:
        stored = again.decision(decision.id)
        assert stored is not None
        assert stored.seq is not None
        assert again.ledger_state().pending == 0


async def test_several_decisions_are_recorded_all_or_none(service: Service) -> None:
    first, second = _decide(service), _decide(service)
    await service.record(first)
    with pytest.raises(StoreError):
        await service.record_all([second, first])  # first is there already
    assert service.decision(second.id) is None
    await service.record_all([second])
    assert service.decision(second.id) is not None


async def test_access_is_refused_with_the_reason(service: Service) -> None:
    keys = service.store.keys
    reader, secret = keys.create("reader", ("read",), tenant="default")
    _, expired = keys.create("old", ("gateway",), expires_at=1)
    for credential, error, code in (
        ("", AccessError, "BL-ACCESS-001"),
        ("Bearer bl_nobody_nothing", AccessError, "BL-ACCESS-002"),
        (f"Bearer {secret}x", AccessError, "BL-ACCESS-002"),
        (expired, AccessError, "BL-ACCESS-003"),
        (secret, Forbidden, "BL-ACCESS-004"),
    ):
        with pytest.raises(error) as caught:
            service.authenticate(credential, "gateway")
        assert caught.value.code == code
    keys.revoke(reader.id)
    with pytest.raises(AccessError, match="BL-ACCESS-002"):
        service.authenticate(secret, "read")


async def test_a_key_over_its_rate_is_told_when_to_come_back(service: Service) -> None:
    _, secret = service.store.keys.create("slow", ("gateway",), rate_per_minute=2)
    for _ in range(2):
        service.authenticate(secret, "gateway")
    with pytest.raises(RateLimited) as caught:
        service.authenticate(secret, "gateway")
    assert 1 <= caught.value.retry_after_s <= 61


async def test_a_rolled_back_database_halts_the_ledger_and_is_reported(settings: Settings) -> None:
    with Service.open(settings) as service:
        service.record_now([_decide(service)])
    database = settings.home / "brightline.db"
    yesterday = database.read_bytes()
    with Service.open(settings) as service:
        service.record_now([_decide(service)])
    for path in settings.home.glob("brightline.db-*"):
        path.unlink()
    database.write_bytes(yesterday)
    service = Service.open(settings)
    await service.start()
    await service.record(_decide(service))
    await service.stop()
    assert service.ledger_problem is not None
    assert service.ledger_problem.code == "BL-LEDGER-009"


async def test_what_waits_is_written_even_if_the_second_look_does_not_end(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks() -> None:
        raise OSError("no connection to end")

    service = Service.open(settings)
    await service.start()
    decision = _decide(service)
    await service.record(decision)
    monkeypatch.setattr(service.second_look, "close", breaks)
    with pytest.raises(OSError, match="no connection"):
        await service.stop()
    with Service.open(settings) as again:
        assert again.decision(decision.id) is not None
        assert again.ledger_state().pending == 0


async def test_what_a_stopped_service_recorded_is_counted(settings: Settings) -> None:
    service = Service.open(settings)
    await service.start()
    decision = _decide(service)
    await service.record_all([decision, _decide(service, "你好，请介绍一下苏州园林")])
    service.metrics.requests.labels("chat", "200").inc(2)
    service.metrics.own_seconds.observe(0.0011)
    await service.stop()
    assert service.tally_problem is None
    with Service.open(settings) as again:
        store, since, until = again.store, decision.made_at - 60_000_000, decision.made_at + 60_000_000
        assert store.tallies.behind() == 0
        assert store.tallies.totals("all", since, until).by_outcome() == {Outcome.ALLOW: 1, decision.outcome: 1}
        assert store.tallies.totals("rule", since, until).by_value() == dict.fromkeys(sorted(decision.rules), 1)
        assert store.traffic.requests(since, until, step_s=60).total() == 2
        assert store.traffic.latency("own", since, until, step_s=60).whole[0] == pytest.approx(0.0011, rel=0.28)


async def test_a_failure_to_count_is_told_and_loses_nothing(settings: Settings) -> None:
    service = Service.open(settings)
    with service.store.database.writing() as connection:
        connection.execute(text("ALTER TABLE tallies RENAME TO hidden"))
    await service.start()
    decision = _decide(service)
    await service.record(decision)
    await service.stop()
    assert service.tally_problem is not None
    assert service.tally_problem.code == "BL-STORE-005"
    service = Service.open(settings)
    with service.store.database.writing() as connection:
        connection.execute(text("ALTER TABLE hidden RENAME TO tallies"))
    await service.start()
    await service.stop()
    assert service.tally_problem is None
    with Service.open(settings) as again:
        assert again.store.tallies.totals("all", decision.made_at, decision.made_at + 1).total() == 1


async def test_a_sample_that_was_not_written_is_taken_again(service: Service) -> None:
    metrics = Metrics()
    sampler = Sampler(metrics)
    metrics.upstream_errors.labels("BL-UPSTREAM-001").inc()
    metrics.call_seconds.observe(0.7)
    first = sampler.take()
    assert first == {("upstream_errors", "BL-UPSTREAM-001"): 1, ("call", "0.8"): 1}
    metrics.streams_stopped.inc()
    assert sampler.take() == {**first, ("streams_stopped", ""): 1}
    sampler.written()
    assert sampler.take() == {}


async def test_the_upstream_is_known_by_what_became_of_calls(service: Service) -> None:
    answered = replace(_decide(service), made_at=5, request={"status": "ok", "upstream_status": 200})
    failed = replace(answered, made_at=6, request={"status": "BL-UPSTREAM-002", "upstream_status": 500})
    for decision in (answered, failed, replace(answered, made_at=7, request={"status": "refused"})):
        service.metrics.decided(decision)
    assert service.metrics.upstream_answered_at == 5
    assert service.metrics.upstream_failed == (6, "BL-UPSTREAM-002")
