"""Which addresses the gateway serves, and that the model service is asked for exactly what was looked at.

Requests are written to the socket as they stand: HTTP clients tidy paths up before they send them.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from brightline.model import Outcome
from tests.server.gateway import answers
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream, json_reply

CHAT = "/v1/chat/completions"
BODY = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "你好"}]})

DISGUISED = [
    "/v1/models/../responses/r1",
    "/v1/models/%2e%2e/%2e%2e/admin",
    "/v1/models/..%2f..%2fadmin",
    "/v1/models/%252e%252e/admin",
    "/v1/models/./x",
    "/v1/models//x",
    "/v1/models/x/..",
    "/v1/models/...",
    "/v1/models/x%00",
    "/v1/models/x\\..\\admin",
    "/v1/models/x;y",
    "/v1/models/a/b/c",
    "/v1/models/%E4%BD%A0",
]
BESIDE_KNOWN = [
    "/v1//chat/completions",
    "/v1/./chat/completions",
    "/v1/x/../chat/completions",
    "/v1/%2e%2e/chat/completions",
    "/v1/%2e%2e/%2e%2e/admin",
    "/v1/chat/completions/",
    "/v1/chat/completions;x",
    "/v1/chat/completions%00",
    "/v1/chat/completions%20",
    "/v1/chat%5Ccompletions",
    "/v1/Chat/Completions",
    "/v1/%2563hat/completions",
]


@pytest.fixture(scope="module")
def passing_service(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("passing")
    with running(home, fake_upstream, unknown_paths="pass", upstream_key="sk-upstream") as service:
        yield service


@pytest.fixture
def passing(passing_service: Running) -> Running:
    """A service that hands unknown addresses through."""
    passing_service.upstream.reset()
    passing_service.upstream.answer = json_reply({"ok": True})
    passing_service.mark()
    return passing_service


class Answer:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.body = answer.read()

    @property
    def code(self) -> str:
        return str(orjson.loads(self.body)["error"]["code"])


def ask(gateway: Running, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
    """One request with this very target in its first line."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in {"authorization": f"Bearer {gateway.key}", "content-length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def asked(gateway: Running) -> list[tuple[str, str]]:
    return [(seen.method, seen.path) for seen in gateway.upstream.seen]


@pytest.mark.parametrize("target", DISGUISED)
def test_the_list_of_models_leads_nowhere_else(gateway: Running, target: str) -> None:
    answer = ask(gateway, "GET", target)
    assert (answer.status, answer.code) in ((400, "BL-INPUT-111"), (404, "BL-INPUT-110"))
    assert gateway.upstream.seen == []


@pytest.mark.parametrize("target", DISGUISED[:-2])
def test_nor_where_unknown_addresses_pass(passing: Running, target: str) -> None:
    assert ask(passing, "GET", target).code == "BL-INPUT-111"
    assert passing.upstream.seen == []


def test_a_line_break_in_an_address_is_known_to_nobody(gateway: Running, passing: Running) -> None:
    for service in (gateway, passing):
        assert ask(service, "GET", "/v1/models/x%0d%0aX:1").status == 404
    assert gateway.upstream.seen == []


@pytest.mark.parametrize(
    ("target", "forwarded"),
    [
        ("/v1/models", "/v1/models"),
        ("/v1/models?limit=20&after_id=x%20y", "/v1/models?limit=20&after_id=x%20y"),
        ("/v1/models/gpt-4o.mini", "/v1/models/gpt-4o.mini"),
        ("/v1/models/qwen2.5:7b-q4_K_M", "/v1/models/qwen2.5:7b-q4_K_M"),
        ("/v1/models/Qwen/Qwen2.5-7B", "/v1/models/Qwen/Qwen2.5-7B"),
        ("/v1/models/Qwen%2FQwen2.5-7B", "/v1/models/Qwen%2FQwen2.5-7B"),
        ("/v1/models/ft:gpt-4o:org::x1", "/v1/models/ft:gpt-4o:org::x1"),
        ("/v1/models/claude@2024", "/v1/models/claude@2024"),
        ("/v1/%6dodels/x", "/v1/models/x"),
    ],
)
def test_the_names_of_models_are_asked_for_as_they_were_written(gateway: Running, target: str, forwarded: str) -> None:
    gateway.upstream.answer = json_reply({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]})
    answer = ask(gateway, "GET", target)
    assert (answer.status, asked(gateway)) == (200, [("GET", forwarded)])
    decision = gateway.decision(answer.headers["x-brightline-decision"])
    assert (decision.outcome, decision.request["endpoint"], decision.not_inspected) == (Outcome.ALLOW, "models", ())


def test_a_list_of_models_is_inspected_like_any_answer(gateway: Running) -> None:
    gateway.upstream.answer = json_reply({"object": "list", "data": [{"id": "m", "description": answers.AD}]})
    answer = ask(gateway, "GET", "/v1/models")
    assert (answer.status, answer.code) == (502, "BL-REFUSED")
    assert answers.AD.encode() not in answer.body
    decision = gateway.decision(answer.headers["x-brightline-decision"])
    assert (decision.outcome, decision.request["status"]) == (Outcome.REFUSE, "stopped")


@pytest.mark.parametrize(("status", "code"), [(500, "BL-UPSTREAM-005"), (302, "BL-UPSTREAM-005"), (403, "BL-UPSTREAM-010")])
def test_a_model_service_that_lists_nothing(gateway: Running, status: int, code: str) -> None:
    gateway.upstream.answer = json_reply({"error": {"message": "x"}}, status=status)
    answer = ask(gateway, "GET", "/v1/models")
    assert (answer.status, answer.code) == (502, code)
    assert gateway.newest().request["status"] == code


def test_a_model_that_does_not_exist(gateway: Running) -> None:
    gateway.upstream.answer = json_reply({"error": {"message": "no such model", "code": "model_not_found"}}, status=404)
    answer = ask(gateway, "GET", "/v1/models/nobody")
    assert (answer.status, answer.code) == (404, "model_not_found")


@pytest.mark.parametrize("target", BESIDE_KNOWN)
def test_an_address_in_disguise_is_refused_whatever_unknown_paths_says(gateway: Running, passing: Running, target: str) -> None:
    for service in (gateway, passing):
        answer = ask(service, "POST", target, BODY)
        assert (answer.status, answer.code) == (400, "BL-INPUT-111")
    assert gateway.upstream.seen == passing.upstream.seen == []


@pytest.mark.parametrize(
    "target", ["/v1/%63hat/completions", "/v1/chat%2Fcompletions", "/%76%31/chat/completions", CHAT, "http://x.example" + CHAT]
)
def test_an_address_that_means_a_known_one_is_inspected_and_asked_for_by_its_plain_name(passing: Running, target: str) -> None:
    passing.upstream.answer = json_reply(answers.chat("好"))
    answer = ask(passing, "POST", target, BODY)
    assert (answer.status, asked(passing)) == (200, [("POST", CHAT)])
    assert passing.decision(answer.headers["x-brightline-decision"]).not_inspected == ()


def test_the_query_of_a_known_address_is_kept(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(answers.chat("好"))
    ask(gateway, "POST", CHAT + "?api-version=2024-10-21&x=%2e%2e/a", BODY)
    assert asked(gateway) == [("POST", CHAT + "?api-version=2024-10-21&x=%2e%2e/a")]


@pytest.mark.parametrize("target", ["/v1/files/file-1", "/v1/vector_stores?limit=2", "/v1/responses/r_1"])
def test_a_plain_unknown_address_passes_where_the_operator_says_so(passing: Running, target: str) -> None:
    answer = ask(passing, "GET", target)
    assert (answer.status, asked(passing)) == (200, [("GET", target)])
    decision = passing.decision(answer.headers["x-brightline-decision"])
    assert [gap.part for gap in decision.not_inspected] == ["request", "answer"]
    assert decision.request["endpoint"] == target.partition("?")[0].removeprefix("/v1")


@pytest.mark.parametrize("target", [CHAT, "/v1/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_the_wrong_method_is_named_with_the_right_one(gateway: Running, passing: Running, method: str, target: str) -> None:
    for service in (gateway, passing):
        answer = ask(service, method, target)
        assert (answer.status, answer.headers["allow"], answer.code) == (405, "POST", "BL-INPUT-112")
    assert passing.upstream.seen == []


def test_headers_that_change_address_or_method_stay_here(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(answers.chat("好"))
    sent = {"x-original-url": "/admin", "x-rewrite-url": "/admin", "x-http-method-override": "DELETE", "x-forwarded-prefix": "/a"}
    ask(gateway, "POST", CHAT, BODY, **sent, **{"content-encoding": "identity", "openai-organization": "org"})
    seen: dict[str, Any] = gateway.upstream.seen[0].headers
    assert not {*sent, "content-encoding"} & set(seen)
    assert seen["openai-organization"] == "org"


def test_without_a_key_the_answer_says_how_to_show_one(gateway: Running) -> None:
    for method, target in (("POST", CHAT), ("GET", "/v1/models"), ("GET", "/v1/nothing")):
        answer = ask(gateway, method, target, authorization="")
        assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="brightline"')
