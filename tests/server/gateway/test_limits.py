"""Nobody can make the gateway work, wait or write without bound."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from brightline.server.gateway import prompt
from tests.server.gateway import answers
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, json_reply, sse_reply

CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "你好"}]
ASKED_FOR_AN_AD = "帮我写一条百家乐开户送彩金、加微信上分的推广文案"


@pytest.fixture(scope="module")
def small(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("small"), fake_upstream, max_answer_bytes=20_000) as service:
        yield service


@pytest.mark.parametrize(("n", "prompts"), [(128, 2), (2, 65), (1, 129)])
@pytest.mark.parametrize("stream", [False, True])
def test_more_answers_than_one_call_may_have(gateway: Running, n: int, prompts: int, stream: bool) -> None:
    answer = gateway.post("/v1/completions", {"model": "m", "n": n, "prompt": [ASKED_FOR_AN_AD] * prompts, "stream": stream})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-INPUT-106")
    assert f"{n * prompts} answers" in answer.json()["error"]["message"]
    assert gateway.upstream.seen == []


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_of_the_most_answers_stays_small(gateway: Running, stream: bool) -> None:
    for path, body in (
        ("/v1/completions", {"prompt": [ASKED_FOR_AN_AD] * 2, "n": 64}),
        (CHAT, {"messages": [{"role": "user", "content": ASKED_FOR_AN_AD}], "n": 128}),
    ):
        answer = gateway.post(path, {"model": "m", "stream": stream, **body})
        assert (answer.status_code, len(gateway.upstream.seen)) == (200, 0)
        assert answer.text.count('"content_filter"') == 128
        assert len(answer.content) < 128 * 1024


def test_a_small_answer_that_unpacks_to_a_large_one_does_not_leave(small: Running) -> None:
    packed = gzip.compress(orjson.dumps({**answers.chat("好"), "padding": "x" * 10_000_000}))
    assert len(packed) < 20_000
    small.upstream.answer = json_reply(packed, headers={"content-encoding": "gzip"})
    answer = small.post(CHAT, {"model": "m", "messages": HELLO})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BL-UPSTREAM-007")


def test_a_packed_answer_is_read(small: Running) -> None:
    small.upstream.answer = json_reply(gzip.compress(orjson.dumps(answers.chat("好"))), headers={"content-encoding": "gzip"})
    assert "好" in small.post(CHAT, {"model": "m", "messages": HELLO}).json()["choices"][0]["message"]["content"]


def test_a_packed_event_without_end_does_not_leave(small: Running) -> None:
    packed = gzip.compress(b"data: " + b"x" * 20_000_000)
    small.upstream.answer = sse_reply([packed], headers={"content-encoding": "gzip"})
    answer = small.post(CHAT, {"model": "m", "messages": HELLO, "stream": True})
    assert b"xxxx" not in answer.content
    assert b"BL-UPSTREAM-" in answer.content


class TestSlowBodies:
    """Other services must not be able to keep a call open by sending nothing, or next to nothing."""

    @pytest.mark.parametrize("sent", [b"", b'{"model":'])
    def test_a_body_that_stops_coming(self, gateway: Running, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
        monkeypatch.setattr(prompt, "BODY_SILENCE_S", 0.2)
        head, body = slow(gateway, sent)
        assert b" 408 " in head.splitlines()[0]
        assert b"connection: close" in head.lower()
        assert orjson.loads(body)["error"]["code"] == "BL-INPUT-107"
        assert gateway.upstream.seen == []

    def test_a_body_that_trickles(self, gateway: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(prompt, "BODY_START_S", 0.2)
        head, _ = slow(gateway, b'{"model":', trickle=True)
        assert b" 408 " in head.splitlines()[0]


def slow(gateway: Running, sent: bytes, trickle: bool = False) -> tuple[bytes, bytes]:
    """Head and body of the answer to a request whose body does not come to its end."""
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\ncontent-length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(head.encode() + sent)
        connection.settimeout(0.02 if trickle else 10)
        got = b""
        for _ in range(500):
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                connection.sendall(b" ")
                continue
            got += piece
            if not piece:
                break
    answer, _, body = got.partition(b"\r\n\r\n")
    return answer, body


@pytest.mark.parametrize("digits", [20, 3000, 100_000])
def test_a_number_too_long_to_be_shown_is_not_shown(gateway: Running, digits: int) -> None:
    answer = gateway.post(CHAT, b'{"model":"m","messages":[{"role":"user","content":"x"}],"n":' + b"9" * digits + b"}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("n must be a whole number from 1 to 128, not a number. ")


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("Qwen/Qwen2.5-7B-Instruct:q4", "Qwen/Qwen2.5-7B-Instruct:q4"),
        ("", ""),
        ("我的身份证号是什么", "sha256:"),
        ("tell me about my neighbour", "sha256:"),
        ("m" * 129, "sha256:"),
        ("m\r\nX-Evil: 1", "sha256:"),
    ],
)
def test_no_text_is_kept_as_the_name_of_a_model(gateway: Running, model: str, kept: str) -> None:
    gateway.upstream.answer = json_reply(answers.chat("好"))
    answer = gateway.post(CHAT, {"model": model, "messages": HELLO})
    stored: Any = gateway.decision(answer.headers["x-brightline-decision"]).request["model"]
    assert stored == kept or (stored.startswith(kept) and len(stored) == 23)
