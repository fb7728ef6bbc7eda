"""Whatever becomes of a call that reached the model service, a Decision about it is on record."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from brightline.model import Outcome
from brightline.server.gateway.call import record_quietly
from brightline.server.gateway.shapes import SHAPES
from brightline.server.gateway.shapes.media_requests import MediaShape
from tests.server.gateway import answers
from tests.server.gateway.exchanges import exchange
from tests.server.gateway.running import Running
from tests.server.gateway.upstream import Reply, json_reply

CHAT = "/v1/chat/completions"
REQUEST = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_message_of_the_model_service_is_inspected(gateway: Running, stream: bool) -> None:
    error = {"error": {"message": f"bad request: {answers.PLAIN}", "type": "x", "code": "y", "param": None}}
    gateway.upstream.answer = json_reply(error, status=400)
    answer = gateway.post(CHAT, {**REQUEST, "stream": stream})
    assert (answer.status_code, answer.json()) == (400, error)
    decision = gateway.decision(answer.headers["x-brightline-decision"])
    assert (decision.outcome, decision.not_inspected, decision.request["status"]) == (Outcome.ALLOW, (), "upstream_refused")


@pytest.mark.parametrize("path", [shape.path for shape in SHAPES if not isinstance(shape, MediaShape)])
def test_an_error_message_that_repeats_what_must_not_leave(gateway: Running, path: str) -> None:
    gateway.upstream.answer = json_reply({"error": {"message": answers.AD}}, status=422)
    body = {"model": "m", "input": "你好"} if path in ("/responses", "/embeddings") else {**REQUEST, "prompt": "你好"}
    answer = gateway.post(f"/v1{path}", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-REFUSED")
    assert answers.AD not in answer.text
    decision = gateway.decision(answer.headers["x-brightline-decision"])
    assert (decision.outcome, decision.request["status"]) == (Outcome.REFUSE, "stopped")


def test_an_error_message_that_cannot_be_read(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(b'{"error":', status=400)
    answer = gateway.post(CHAT, REQUEST)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-004")


def test_a_model_service_that_does_not_know_the_address(gateway: Running) -> None:
    gateway.upstream.answer = Reply([b"<html>"], status=404, content_type="text/html")
    answer = gateway.post(CHAT, REQUEST)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BL-UPSTREAM-404")
    assert gateway.decision(answer.headers["x-brightline-decision"]).request["status"] == "BL-UPSTREAM-404"


def test_a_call_whose_answer_is_beyond_description_is_recorded_without_it(gateway: Running) -> None:
    call = exchange(gateway.service, SHAPES[0])
    call.about["status"] = "BL-GATEWAY-001"
    call.answer.whole["x"] = 5  # type: ignore[assignment]  # a defect of ours: the digest over it fails
    asyncio.run(record_quietly(call))
    decision = gateway.decision(call.id)
    assert decision.request["status"] == "BL-GATEWAY-001"
    assert [gap.part for gap in decision.not_inspected] == ["answer"]


def test_a_caller_who_goes_away_while_the_decision_is_written_leaves_it_written_once(gateway: Running) -> None:
    call = exchange(gateway.service, SHAPES[0])

    async def gone_while_it_is_written() -> None:
        with closing(sqlite3.connect(gateway.service.settings.home / "brightline.db", isolation_level=None)) as other:
            other.execute("begin immediate")  # the journal waits for its turn to write
            asked = asyncio.create_task(call.record())
            while not gateway.service.journal.depth:  # noqa: ASYNC110 - nobody tells when a record is queued
                await asyncio.sleep(0)
            asked.cancel()
            assert await asyncio.gather(asked, return_exceptions=True)
            call.about["status"] = "client_closed"
            again = asyncio.create_task(record_quietly(call))
            await asyncio.sleep(0)
            other.execute("rollback")
            await again

    with capture_logs() as logged:
        asyncio.run(gone_while_it_is_written())
    assert logged == []
    assert gateway.service.store_problem is None
    assert gateway.decision(call.id).request["status"] == "ok"  # what was decided first is what was written
    assert asyncio.run(call.record()).id == call.id


@pytest.mark.parametrize("broken_off", [False, True])
def test_waiting_for_a_streamed_answer_is_not_counted_as_our_own_time(gateway: Running, broken_off: bool) -> None:
    pieces = answers.chat_stream(["你", "好"])
    gateway.upstream.answer = Reply(pieces[:2] if broken_off else pieces, content_type="text/event-stream", cut=broken_off)
    answer = gateway.post(CHAT, {**REQUEST, "stream": True})
    spent = gateway.decision(answer.headers["x-brightline-decision"]).request["ms"]
    assert spent["upstream_first"] <= spent["upstream"] <= spent["total"]
