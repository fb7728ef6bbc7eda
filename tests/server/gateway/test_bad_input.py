"""Requests that cannot be used: a clear error with code and hint in the words of the API, and the upstream is left alone."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from brightline.model import Outcome
from tests.server.gateway import answers
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, json_reply

CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "hi"}]


def chat(**changes: Any) -> dict[str, Any]:
    return {"model": "m", "messages": HELLO, **changes}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b'{"model":"m"', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"model":"m","messages":[{"role":"user","content":"\xe4\xbd"}]}', "not UTF-8"),
        (b'{"model":"m","messages":[{"role":"user","content":"\\ud83d"}]}', "half of a surrogate pair"),
        (b'{"model":"m","messages":[{"role":"user","content":"\x00"}]}', "not JSON"),
        (b'{"model":"m","messages":[],"messages":[]}', "twice"),
        (b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"n":NaN}', "NaN is not JSON"),
        (b"[]", "the body must be an object, not an array"),
        (b'"x"', "the body must be an object, not a string"),
        (chat(model=1), "model must be a string, not a number"),
        (chat(stream="yes"), "stream must be true or false"),
        (chat(n=0), "n must be a whole number from 1 to 128, not a number (0)"),
        (chat(n=129), "n must be"),
        (chat(n=True), "n must be"),
        (chat(messages="hi"), "messages must be an array with at least one message, not a string"),
        (chat(messages=[]), "messages must be"),
        (chat(messages=["hi"]), "messages[0] must be an object"),
        (chat(messages=[{"content": "hi"}]), "messages[0].role must be a string, not null"),
        (chat(messages=[{"role": "user", "content": 5}]), "messages[0].content must be a string, an array of parts or null"),
        (chat(messages=[{"role": "user", "content": [5]}]), "messages[0].content[0] must be an object"),
    ],
)
def test_a_chat_request_that_cannot_be_used(gateway: Running, body: Any, said: str) -> None:
    answer = gateway.post(CHAT, body)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert said in error["message"]
    assert error["code"].startswith("BL-INPUT-")
    assert error["type"] == "invalid_request_error"
    assert set(error) == {"message", "type", "param", "code"}
    assert gateway.upstream.seen == []


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/v1/completions", {"model": "m", "prompt": 5}, "prompt must be"),
        ("/v1/completions", {"model": "m", "prompt": [{"a": 1}]}, "prompt[0] must be"),
        ("/v1/responses", {"model": "m", "input": 5}, "input must be"),
        ("/v1/responses", {"model": "m", "input": [5]}, "input[0] must be"),
        ("/v1/responses", {"model": "m", "instructions": 5}, "instructions must be"),
        ("/v1/embeddings", {"model": "m"}, "input must be"),
        ("/v1/embeddings", {"model": "m", "input": [True]}, "input[0] must be"),
    ],
)
def test_other_shapes_name_the_field(gateway: Running, path: str, body: Any, said: str) -> None:
    answer = gateway.post(path, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-103")
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize("body", [{"model": "m"}, {"messages": [{"role": "user"}]}, {"messages": HELLO, "system": 5}, b"{"])
def test_the_anthropic_shape_gets_its_own_error_object(gateway: Running, body: Any) -> None:
    answer = gateway.post("/v1/messages", body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_nul_written_as_an_escape_is_text_like_any_other(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(answers.chat("ok"))
    body = json.dumps(chat(messages=[{"role": "user", "content": "a\x00b"}])).encode()
    assert gateway.post(CHAT, body).status_code == 200
    assert gateway.upstream.seen[0].body == body


def test_a_hundred_thousand_messages_get_an_answer_in_seconds(gateway: Running) -> None:
    answer = gateway.post(CHAT, chat(messages=HELLO * 100_000))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BL-INPUT-105")


def test_ten_thousand_messages_are_inspected(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(answers.chat("ok"))
    assert gateway.post(CHAT, chat(messages=HELLO * 10_000)).status_code == 200


def test_an_unknown_model_is_the_upstreams_business(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(
        {"error": {"message": "no such model: m", "type": "x", "code": "model_not_found", "param": None}}, status=404
    )
    with pytest.raises(openai.NotFoundError) as refused:
        gateway.openai.chat.completions.create(model="m", messages=HELLO)
    assert refused.value.code == "model_not_found"
    decision = gateway.newest()
    assert (decision.request["status"], decision.not_inspected) == ("upstream_refused", ())


class TestLimits:
    @pytest.fixture(scope="module")
    @staticmethod
    def small(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
        home = tmp_path_factory.mktemp("small")
        with running(
            home, fake_upstream, max_body_bytes=20_000, max_text_chars=2000, max_answer_bytes=20_000, rate_limit_per_minute=1000
        ) as service:
            yield service

    def test_a_body_over_the_limit_is_refused_by_its_announced_length(self, small: Running) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", small.port, timeout=10)
        connection.putrequest("POST", CHAT)
        connection.putheader("Authorization", f"Bearer {small.key}")
        connection.putheader("Content-Length", "100000000")
        connection.endheaders()  # nothing of the body is ever sent
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["error"]["code"] == "BL-INPUT-102"
        connection.close()

    def test_a_body_of_unknown_length_is_refused_when_it_passes_the_limit(self, small: Running) -> None:
        answer = small.http.post(CHAT, content=(b"x" * 1000 for _ in range(50)))
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BL-INPUT-102")

    def test_more_text_than_may_be_inspected_is_an_error_and_never_a_gap(self, small: Running) -> None:
        answer = small.post(CHAT, chat(messages=[{"role": "user", "content": "长" * 1000}] * 3))
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BL-INPUT-104")

    def test_an_answer_that_is_too_long_to_inspect_does_not_leave(self, small: Running) -> None:
        small.upstream.answer = json_reply(answers.chat("长" * 3000))
        answer = small.post(CHAT, chat())
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-008")

    def test_an_answer_over_the_byte_limit_does_not_leave(self, small: Running) -> None:
        small.upstream.answer = json_reply(answers.chat("a" * 30_000))
        answer = small.post(CHAT, chat())
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-007")
        assert small.newest().request["status"] == "BL-UPSTREAM-007"


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
        [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
    ],
)
def test_what_is_no_text_is_recorded_as_not_inspected(gateway: Running, content: Any) -> None:
    gateway.upstream.answer = json_reply(answers.chat("ok"))
    answer = gateway.post(CHAT, chat(messages=[{"role": "user", "content": [{"type": "text", "text": "看图"}, *content]}]))
    decision = gateway.decision(answer.headers["x-brightline-decision"])
    kind = content[0]["type"]
    assert [gap.part for gap in decision.not_inspected] == [f"messages[0].content[1].{kind}"]
    assert decision.outcome is Outcome.ALLOW


def test_token_ids_are_recorded_as_not_inspected(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(answers.completion("ok"))
    answer = gateway.post("/v1/completions", {"model": "m", "prompt": [1, 2, 3]})
    assert [gap.part for gap in gateway.decision(answer.headers["x-brightline-decision"]).not_inspected] == ["prompt"]
