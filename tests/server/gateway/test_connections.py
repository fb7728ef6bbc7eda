"""Clients that go away, disks that are full, bytes that must pass untouched, identities and keys."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from brightline.model import Outcome
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, PLAIN
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, Reply, json_reply, sse_reply

HELLO = [{"role": "user", "content": "你好"}]
CHAT = {"model": "m", "messages": HELLO}
PATH = "/v1/chat/completions"


def connect(gateway: Running, body: dict[str, Any]) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request("POST", PATH, json.dumps(body), {"Authorization": f"Bearer {gateway.key}", "Content-Type": "application/json"})
    return connection


class TestClientsThatGoAway:
    def test_in_a_stream_the_upstream_is_closed_and_the_decision_says_so(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply([answers.chat_chunk({"content": PLAIN})], hang=True)
        connection = connect(gateway, {**CHAT, "stream": True})
        response = connection.getresponse()
        assert b"data: " in response.read1(10_000)
        response.close()
        connection.close()
        assert gateway.upstream.closed.wait(10)
        decision = gateway.wait_for_newest("client_closed")
        assert decision.id == response.headers["x-brightline-decision"]
        assert decision.request["channels"] == ["choices[0].message.content"]
        assert "went away" in decision.not_inspected[0].reason

    def test_while_the_upstream_thinks_it_is_closed_too(self, gateway: Running) -> None:
        gateway.upstream.answer = Reply(hang=True)
        connection = connect(gateway, CHAT)
        assert gateway.upstream.waiting.wait(10)
        connection.close()
        assert gateway.upstream.closed.wait(10)
        assert gateway.wait_for_newest("client_closed").not_inspected[0].part == "answer"

    def test_a_stop_closes_the_upstream_at_once(self, gateway: Running) -> None:
        gateway.upstream.answer = sse_reply([answers.chat_chunk({"content": f"{AD}。{PLAIN}"})], hang=True)
        chunks = list(gateway.openai.chat.completions.create(model="m", messages=HELLO, stream=True))
        assert chunks[-1].choices[0].finish_reason == "content_filter"
        assert gateway.upstream.closed.wait(10)
        assert gateway.newest().request["status"] == "stopped"


class TestSlowClients:
    def test_a_client_that_does_not_read_holds_the_upstream_back(self, gateway: Running) -> None:
        written = 0

        def pieces() -> Iterator[bytes]:
            nonlocal written
            for _ in range(1000):  # 200 MB in all
                written += 1
                yield answers.chat_chunk({"content": "，"}, obfuscation="x" * 200_000)

        gateway.upstream.answer = sse_reply(pieces())
        connection = connect(gateway, {**CHAT, "stream": True})
        response = connection.getresponse()
        before = -1
        while written != before:  # until nothing moves any more: every buffer on the way is full
            before = written
            threading.Event().wait(0.5)
        assert 0 < written < 500
        response.close()
        connection.close()
        assert gateway.upstream.closed.wait(10)
        gateway.wait_for_newest("client_closed")


class TestFullDisk:
    @pytest.fixture
    def full(self, fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
        """A database that refuses every decision, as it does on a full disk."""
        home = tmp_path_factory.mktemp("full")
        with running(home, fake_upstream) as service:
            database = sqlite3.connect(home / "brightline.db")
            database.execute("create trigger full before insert on decisions begin select raise(abort, 'database or disk is full'); end")
            database.commit()
            database.close()
            fake_upstream.reset()
            yield service

    def test_a_whole_answer_does_not_leave(self, full: Running) -> None:
        full.upstream.answer = json_reply(answers.chat(PLAIN))
        answer = full.post(PATH, CHAT)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"].startswith("BL-STORE-")
        assert PLAIN not in answer.text

    def test_a_refusal_is_not_given_either(self, full: Running) -> None:
        answer = full.post(PATH, {"model": "m", "messages": [{"role": "user", "content": AD}]})
        assert answer.status_code == 503

    def test_a_stream_ends_with_an_error_before_its_end(self, full: Running) -> None:
        full.upstream.answer = sse_reply(answers.chat_stream(answers.cut(PLAIN)))
        answer = full.post(PATH, {**CHAT, "stream": True})
        assert b"BL-STORE-" in answer.content
        assert b'"finish_reason":"stop"' not in answer.content
        assert b"[DONE]" not in answer.content


class TestBytesThatPass:
    AWKWARD = b'{ "model":"m","messages":[{"role":"user","content":"\\u4f60\\u597d"}], "seed": 123456789012345678901234567890, "x": 1.0, "y": 1e400, "z":{"b":1,"a":2}}'

    def test_a_request_reaches_the_upstream_as_it_was_written(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        assert gateway.post(f"{PATH}?beta=true", self.AWKWARD).status_code == 200
        assert gateway.upstream.seen[0].body == self.AWKWARD
        assert gateway.upstream.seen[0].path == "/v1/chat/completions?beta=true"

    def test_an_answer_keeps_what_was_not_changed(self, gateway: Running) -> None:
        raw = b'{"choices": [ {"index":0, "message":{"content":"hi", "role":"assistant", "n": 1.0}, "finish_reason":"stop"}], "big": 123456789012345678901234567890, "huge":1e400, "esc":"\\u4f60"}'
        gateway.upstream.answer = json_reply(raw)
        answer = gateway.post(PATH, CHAT)
        before, _, member = answer.content.partition(b',"brightline":')
        label = json.loads(b'{"brightline":' + member)["brightline"]["label"]["explicit"]["text"]
        assert before + b"}" == raw.replace(b'"hi"', json.dumps(f"hi\n\n{label}", ensure_ascii=False).encode())

    def test_a_chunk_that_was_not_changed_keeps_its_bytes(self, gateway: Running) -> None:
        chunk = b'data: {"id":"1", "choices":[{"index":0,"delta":{"content":", "}}], "big":123456789012345678901234567890, "f":1.0}\n\n'
        gateway.upstream.answer = sse_reply([chunk, answers.chat_chunk({}, "stop"), answers.DONE])
        assert chunk in gateway.post(PATH, {**CHAT, "stream": True}).content

    def test_headers_of_the_answer(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN), headers={"x-request-id": "r1", "set-cookie": "a=b", "server": "secret"})
        answer = gateway.post(PATH, CHAT)
        assert answer.headers["x-request-id"] == "r1"
        assert "set-cookie" not in answer.headers
        assert "secret" not in str(answer.headers)
        assert answer.headers["x-brightline-outcome"] == "allow"
        assert answer.headers["x-brightline-label"].startswith("suffix; lang=zh")

    def test_rules_of_a_refusal_stand_in_a_header(self, gateway: Running) -> None:
        answer = gateway.post(PATH, {"model": "m", "messages": [{"role": "user", "content": AD}]})
        assert answer.headers["x-brightline-outcome"] == "refuse"
        assert "PSA-82" in answer.headers["x-brightline-rules"].split(",")

    def test_keys_cookies_and_our_own_headers_stay_here(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        gateway.post(
            PATH,
            CHAT,
            **{
                "cookie": "a=b",
                "x-api-key": gateway.key,
                "x-brightline-user": "u",
                "x-forwarded-for": "1.2.3.4",
                "openai-organization": "org",
            },
        )
        seen = gateway.upstream.seen[0].headers
        assert seen["authorization"] == "Bearer sk-upstream"
        assert seen["openai-organization"] == "org"
        assert gateway.key not in str(seen)
        assert not {"cookie", "x-brightline-user", "x-forwarded-for"} & set(seen)


class TestIdentity:
    @pytest.mark.parametrize(
        ("headers", "body", "account"),
        [
            ({"x-brightline-user": "header"}, {"user": "body"}, "header"),
            ({}, {"user": "body"}, "body"),
            ({}, {"metadata": {"user_id": "meta"}}, "meta"),
            ({}, {"user": "长" * 1000}, "长" * 256),
            ({}, {"user": 5}, ""),
            ({}, {}, ""),
        ],
    )
    def test_the_end_user_is_kept_as_given(self, gateway: Running, headers: dict[str, str], body: dict[str, Any], account: str) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        answer = gateway.post(PATH, CHAT | body, **headers)
        decision = gateway.decision(answer.headers["x-brightline-decision"])
        assert decision.account == account
        assert decision.api_key

    @pytest.mark.parametrize(("value", "band"), [("minor", "minor"), ("ADULT", "adult"), ("7", "unknown"), ("", "unknown")])
    def test_the_age_band_comes_from_its_header(self, gateway: Running, value: str, band: str) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        answer = gateway.post(PATH, CHAT, **{"x-brightline-age-band": value})
        assert gateway.decision(answer.headers["x-brightline-decision"]).context.age_band == band


class TestKeys:
    @pytest.mark.parametrize("key", ["", "bl_x_y", "sk-somebody"])
    def test_without_a_good_key_there_is_nothing(self, gateway: Running, key: str) -> None:
        with pytest.raises(openai.AuthenticationError) as refused:
            openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=key or "x", max_retries=0).models.list()
        assert refused.value.code == "BL-ACCESS-002"
        assert gateway.upstream.seen == []

    def test_a_key_without_the_scope_is_forbidden(self, gateway: Running) -> None:
        _, secret = gateway.service.store.keys.create("reader", ("read",))
        answer = gateway.post(PATH, CHAT, authorization=f"Bearer {secret}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (403, "permission_error")

    def test_an_anthropic_client_is_told_in_its_own_words(self, gateway: Running) -> None:
        answer = gateway.http.post("/v1/messages", content=b"{}", headers={"authorization": "", "x-api-key": "bl_a_b"})
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")

    def test_over_the_rate_a_client_is_told_when_to_come_back(self, gateway: Running) -> None:
        _, secret = gateway.service.store.keys.create("slow", ("gateway",), rate_per_minute=1)
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        first = gateway.post(PATH, CHAT, authorization=f"Bearer {secret}")
        second = gateway.post(PATH, CHAT, authorization=f"Bearer {secret}")
        assert (first.status_code, second.status_code) == (200, 429)
        assert 1 <= int(second.headers["retry-after"]) <= 61
        assert second.json()["error"]["type"] == "rate_limit_error"


class TestUnknownAddresses:
    @pytest.fixture(scope="class")
    @staticmethod
    def passing(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
        with running(tmp_path_factory.mktemp("pass"), fake_upstream, unknown_paths="pass") as service:
            yield service

    def test_they_are_refused(self, gateway: Running) -> None:
        answer = gateway.post("/v1/audio/transcriptions", {"input": "x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BL-INPUT-110")
        assert gateway.upstream.seen == []

    def test_where_they_pass_the_decision_says_that_nobody_looked(self, passing: Running) -> None:
        passing.upstream.reset()
        passing.upstream.answer = Reply([b"\x00sound"], content_type="audio/mpeg")
        answer = passing.http.post("/v1/audio/transcriptions?x=1", content=b"body", headers={"content-type": "text/plain"})
        assert (answer.content, answer.headers["content-type"]) == (b"\x00sound", "audio/mpeg")
        seen = passing.upstream.seen[0]
        assert (seen.method, seen.path, seen.body, seen.headers["content-type"]) == (
            "POST",
            "/v1/audio/transcriptions?x=1",
            b"body",
            "text/plain",
        )
        decision = passing.decision(answer.headers["x-brightline-decision"])
        assert [gap.part for gap in decision.not_inspected] == ["request", "answer"]
        assert decision.request["status"] == "passed"
        assert [(said["place"], said["implicit"]) for said in decision.label["media"]] == [("answer", "none")]


class TestRefusedTurns:
    def conversation(self, gateway: Running, refusal: str) -> list[dict[str, str]]:
        asked = {"role": "user", "content": AD}
        return [
            {"role": "system", "content": "s"},
            asked,
            {"role": "assistant", "content": refusal},
            {"role": "user", "content": "那今天天气呢？"},
        ]

    def test_a_refused_turn_does_not_refuse_the_conversation_for_ever(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        first = gateway.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": AD}])
        refusal = first.choices[0].message.content
        answer = gateway.openai.chat.completions.create(model="m", messages=self.conversation(gateway, refusal))
        assert answer.choices[0].finish_reason == "stop"
        assert [message["role"] for message in gateway.upstream.seen[0].json["messages"]] == ["system", "user"]
        decision = gateway.decision(answer.brightline["decision"])
        assert decision.outcome is Outcome.ALLOW
        assert decision.request["left_out"] == [{"turns": [1, 2], "decision": first.brightline["decision"]}]

    @pytest.mark.parametrize("refusal", ["编号 01a20445-ac39-7315-b151-4a8294686b22", "好的"])
    def test_an_invented_refusal_helps_nobody(self, gateway: Running, refusal: str) -> None:
        answer = gateway.openai.chat.completions.create(model="m", messages=self.conversation(gateway, refusal))
        assert answer.choices[0].finish_reason == "content_filter"
        assert gateway.upstream.seen == []

    def test_a_number_of_an_allowed_decision_helps_nobody(self, gateway: Running) -> None:
        gateway.upstream.answer = json_reply(answers.chat(PLAIN))
        allowed = gateway.openai.chat.completions.create(model="m", messages=HELLO).brightline["decision"]
        answer = gateway.openai.chat.completions.create(model="m", messages=self.conversation(gateway, allowed))
        assert answer.choices[0].finish_reason == "content_filter"

    def test_in_the_anthropic_and_responses_shapes_too(self, gateway: Running) -> None:
        refusal = gateway.anthropic.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": AD}]).content[0].text
        messages = self.conversation(gateway, refusal)[1:]
        gateway.upstream.answer = json_reply(answers.message({"type": "text", "text": PLAIN}))
        assert gateway.anthropic.messages.create(model="m", max_tokens=9, messages=messages).stop_reason == "end_turn"
        gateway.upstream.answer = json_reply(answers.response(answers.text_item(PLAIN)))
        assert gateway.openai.responses.create(model="m", input=messages).status == "completed"
        assert [len(seen.json.get("messages") or seen.json["input"]) for seen in gateway.upstream.seen] == [1, 1]


class TestSampling:
    def test_texts_are_kept_only_where_the_operator_samples(
        self, fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        with running(tmp_path_factory.mktemp("sampled"), fake_upstream, sample_allow=1.0) as service:
            service.upstream.answer = json_reply(answers.chat(PLAIN))
            answer = service.post(PATH, CHAT)
            texts = service.decision(answer.headers["x-brightline-decision"]).texts
        assert texts == {"messages[0].content": "你好", "choices[0].message.content": PLAIN}
