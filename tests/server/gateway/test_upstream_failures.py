"""What an upstream can do wrong: each gives a clear error in the API's words and a Decision that says what was not inspected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pytest

from tests.server.gateway import answers
from tests.server.gateway.answers import PLAIN
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, Reply, json_reply, sse_reply

HELLO = [{"role": "user", "content": "你好"}]
CHAT = {"model": "m", "messages": HELLO}


def failed(gateway: Running, reply: Reply, status: int, code: str, **request: Any) -> str:
    """The error message, after checking status, code and Decision."""
    gateway.upstream.answer = reply
    answer = gateway.post("/v1/chat/completions", {**CHAT, **request})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    decision = gateway.decision(answer.headers["x-brightline-decision"])
    assert decision.request["status"] == code
    assert [gap.part for gap in decision.not_inspected] == ["answer"]
    assert "nothing was passed on" in decision.not_inspected[0].reason
    return str(answer.json()["error"]["message"])


@pytest.mark.parametrize("status", [500, 502, 503, 302])
def test_an_upstream_that_fails(gateway: Running, status: int) -> None:
    assert str(status) in failed(gateway, json_reply({"secret": "stack trace"}, status=status), 502, "BL-UPSTREAM-005")


@pytest.mark.parametrize("status", [401, 403])
def test_an_upstream_that_refuses_the_operators_key_is_not_the_clients_fault(gateway: Running, status: int) -> None:
    failed(gateway, json_reply({"error": {"message": "bad key"}}, status=status), 502, "BL-UPSTREAM-010")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"choices":[],"choices":[]}'])
def test_broken_json(gateway: Running, body: bytes) -> None:
    failed(gateway, json_reply(body), 502, "BL-UPSTREAM-004")


@pytest.mark.parametrize("body", [{}, [], "x", {"choices": 5}, {"choices": [5]}])
def test_json_that_is_no_answer(gateway: Running, body: Any) -> None:
    failed(gateway, json_reply(body), 502, "BL-UPSTREAM-009")


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "text/event-stream"])
def test_an_answer_of_another_kind_is_not_passed(gateway: Running, kind: str) -> None:
    failed(gateway, Reply([b"<html>"], content_type=kind), 502, "BL-UPSTREAM-006")


def test_json_in_place_of_a_stream_is_not_passed(gateway: Running) -> None:
    failed(gateway, json_reply(answers.chat(PLAIN)), 502, "BL-UPSTREAM-006", stream=True)


def test_a_body_cut_off(gateway: Running) -> None:
    failed(gateway, Reply([b'{"choices":'], cut=True), 502, "BL-UPSTREAM-003")


def test_a_rate_limit_of_the_upstream_passes_with_its_waiting_time(gateway: Running) -> None:
    gateway.upstream.answer = json_reply({"error": {"message": "slow down", "code": "x"}}, status=429, headers={"retry-after": "7"})
    answer = gateway.post("/v1/chat/completions", CHAT)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]["message"]) == (429, "7", "slow down")


class TestTimes:
    @pytest.fixture(scope="module")
    @staticmethod
    def hasty(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
        with running(tmp_path_factory.mktemp("hasty"), fake_upstream, upstream_timeout_s=0.3) as service:
            yield service

    def test_an_upstream_that_never_answers(self, hasty: Running) -> None:
        failed(hasty, Reply(hang=True), 504, "BL-UPSTREAM-002")

    def test_a_stream_that_falls_silent(self, hasty: Running) -> None:
        hasty.upstream.answer = sse_reply([answers.chat_chunk({"content": PLAIN})], hang=True)
        text, error = read_stream(hasty)
        assert text == PLAIN
        assert error.code == "BL-UPSTREAM-002"


def test_nobody_listens(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("nobody"), "http://127.0.0.1:9/v1") as service:
        answer = service.post("/v1/chat/completions", CHAT)
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-001")
        assert service.newest().request["status"] == "BL-UPSTREAM-001"


def read_stream(gateway: Running) -> tuple[str, openai.APIError]:
    """(text that came, error that ended the stream)"""
    text = ""
    try:
        for chunk in gateway.openai.chat.completions.create(model="m", messages=HELLO, stream=True):
            text += "".join(choice.delta.content or "" for choice in chunk.choices)
    except openai.APIError as error:
        return text, error
    raise AssertionError(f"the stream ended without an error after {text!r}")


FIRST = answers.chat_chunk({"content": PLAIN})

CUTS: dict[str, tuple[Callable[[], Reply], str]] = {
    "ends too early": (lambda: sse_reply([FIRST]), "BL-UPSTREAM-003"),
    "connection breaks": (lambda: sse_reply([FIRST], cut=True), "BL-UPSTREAM-003"),
    "cut in an event": (lambda: sse_reply([FIRST, b'data: {"choices":[{"in']), "BL-UPSTREAM-004"),
    "cut in a character": (
        lambda: sse_reply([FIRST, answers.chat_chunk({"content": "你"}).split("你".encode())[0] + b"\xe4\xbd"]),
        "BL-UPSTREAM-004",
    ),
    "not JSON": (lambda: sse_reply([FIRST, b"data: hello\n\n"]), "BL-UPSTREAM-004"),
    "not an object": (lambda: sse_reply([FIRST, b"data: [1]\n\n"]), "BL-UPSTREAM-009"),
    "a choice without number": (
        lambda: sse_reply([FIRST, b'data: {"choices":[{"index":-5,"delta":{"content":"x"}}]}\n\n']),
        "BL-UPSTREAM-009",
    ),
    "goes on after its end": (
        lambda: sse_reply([FIRST, answers.chat_chunk({}, "stop"), answers.chat_chunk({"content": "mehr"}), answers.DONE]),
        "BL-UPSTREAM-009",
    ),
}


@pytest.mark.parametrize("how", CUTS)
def test_a_stream_that_breaks_ends_with_an_error_and_without_done(gateway: Running, how: str) -> None:
    reply, code = CUTS[how]
    gateway.upstream.answer = reply()
    text, error = read_stream(gateway)
    assert text.startswith(PLAIN)
    assert error.code == code
    decision = gateway.wait_for_newest(code)
    assert "what came before was inspected" in decision.not_inspected[-1].reason
    gateway.upstream.answer = reply()
    raw = gateway.post("/v1/chat/completions", {**CHAT, "stream": True}).content
    assert b"[DONE]" not in raw


def test_an_anthropic_stream_that_breaks_ends_with_an_error_event(gateway: Running) -> None:
    gateway.upstream.answer = sse_reply(answers.message_stream(answers.cut(PLAIN))[:4])
    with pytest.raises(anthropic.APIStatusError) as failed:
        list(gateway.anthropic.messages.create(model="m", max_tokens=9, messages=HELLO, stream=True))
    assert "broke the stream off" in str(failed.value)


def test_a_response_stream_that_breaks_ends_with_an_error_event(gateway: Running) -> None:
    gateway.upstream.answer = sse_reply(answers.response_stream(answers.cut(PLAIN))[:6])
    with pytest.raises(openai.APIError, match="broke the stream off"):
        list(gateway.openai.responses.create(model="m", input="你好", stream=True))


def test_an_error_in_the_stream_of_the_upstream_passes(gateway: Running) -> None:
    gateway.upstream.answer = sse_reply([FIRST, answers.event({"error": {"message": "overloaded", "type": "x", "code": "busy"}})])
    text, error = read_stream(gateway)
    assert text == PLAIN
    assert error.code == "busy"
    assert gateway.wait_for_newest("upstream_error").not_inspected == ()


def test_a_stream_without_finish_reason_but_with_its_end_mark_is_complete(gateway: Running) -> None:
    gateway.upstream.answer = sse_reply([FIRST, answers.DONE])
    chunks = list(gateway.openai.chat.completions.create(model="m", messages=HELLO, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks).startswith(PLAIN)
