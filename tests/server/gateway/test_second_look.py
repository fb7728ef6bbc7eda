"""The second stage in the gateway and the API: a guard model's objection is recorded, what it did not judge too, and nothing waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import orjson
import pytest

from brightline.model import Decision, Outcome
from tests.server.face.site import Site, running_site


class Guard(BaseHTTPRequestHandler):
    """A guard model service that objects to one word, and breaks on another."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["messages"][-1]["content"]
        Guard.asked.append(text)
        said = "Safety: Unsafe\nCategories: Violent" if "紫色大象" in text else "Safety: Safe\nCategories: None"
        content = orjson.dumps({"choices": [{"message": {"content": said}}]})
        self.send_response(500 if "绿色大象" in text else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Guard) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        with running_site(tmp_path_factory.mktemp("home"), guard_url=url, guard_when="always", guard_timeout_s=20) as site:
            yield site
        server.shutdown()
        thread.join(30)


def asked_of_gateway(site: Site, text: str, *, stream: bool = False) -> str:
    """The id of the decision over one call to the sandbox model."""
    body = {"model": "sandbox:echo", "messages": [{"role": "user", "content": text}], "stream": stream}
    answer = httpx.post(f"{site.url}/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {site.key}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["x-brightline-decision"])


@pytest.mark.parametrize("stream", [False, True])
def test_an_objection_sends_the_call_to_a_person_and_lets_it_go_on(site: Site, stream: bool) -> None:
    made = site.service.decision(asked_of_gateway(site, "讲一讲紫色大象", stream=stream))
    assert made is not None
    assert made.decision.outcome is Outcome.REVIEW
    assert {"guard.violent"} == {finding.goal for finding in made.decision.findings if finding.lane == "guard"}


def test_prompt_and_answer_are_both_shown_to_the_guard(site: Site) -> None:
    Guard.asked.clear()
    asked_of_gateway(site, "讲一讲天气")
    assert "讲一讲天气" in Guard.asked
    assert len(Guard.asked) == 2


def test_what_the_guard_did_not_judge_is_not_inspected(site: Site) -> None:
    made = site.service.decision(asked_of_gateway(site, "讲一讲绿色大象"))
    assert made is not None
    assert "guard" in {gap.detector for gap in made.decision.not_inspected}


def test_the_api_asks_it_too(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.key}"}
    answer = httpx.post(f"{site.url}/api/v1/inspect", json={"text": "紫色大象来了"}, headers=headers, timeout=60)
    assert answer.json()["outcome"] == "review"
    answer = httpx.post(f"{site.url}/api/v1/inspect", json={"text": "绿色大象来了"}, headers=headers, timeout=60)
    assert [gap["detector"] for gap in answer.json()["not_inspected"]] == ["guard"]


def test_the_api_asks_it_for_every_item_of_a_batch_and_keeps_their_order(site: Site) -> None:
    texts = ["紫色大象来了" if number % 3 == 0 else f"第{number}句平常的话" for number in range(12)]
    Guard.asked.clear()
    answer = httpx.post(
        f"{site.url}/api/v1/inspect",
        json={"items": [{"text": text} for text in texts]},
        headers={"Authorization": f"Bearer {site.key}"},
        timeout=60,
    )
    outcomes = [decision["outcome"] for decision in answer.json()["decisions"]]
    assert outcomes == ["review" if "紫色" in text else "allow" for text in texts]
    assert sorted(Guard.asked) == sorted(texts)


def chat(site: Site, messages: list[dict[str, str]], **more: object) -> Decision:
    """The decision over one call with these messages."""
    body = {"model": "sandbox:echo", "messages": messages} | more
    answer = httpx.post(f"{site.url}/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {site.key}"}, timeout=60)
    made = site.service.decision(str(answer.headers["x-brightline-decision"]))
    assert made is not None
    return made.decision


def test_tools_do_not_keep_the_users_words_from_the_guard(site: Site) -> None:
    tools = [
        {"type": "function", "function": {"name": f"tool_{number}", "description": f"Does thing number {number}"}} for number in range(9)
    ]
    Guard.asked.clear()
    made = chat(site, [{"role": "user", "content": "画一头紫色大象，用上工具"}], tools=tools)
    assert "画一头紫色大象，用上工具" in Guard.asked
    assert made.outcome is Outcome.REVIEW


def test_of_a_conversation_that_began_elsewhere_the_older_texts_are_named(site: Site) -> None:
    said = [{"role": "user", "content": f"旧话之{number}"} for number in range(7)]
    gaps = [gap for gap in chat(site, said).not_inspected if gap.detector == "guard"]
    assert [gap.part for gap in gaps] == ["messages[0].content … messages[2].content"]
    assert [gap for gap in chat(site, said).not_inspected if gap.detector == "guard"] == []  # the rest had its turn


def test_what_was_found_clean_is_not_asked_about_again_and_what_was_not_is(site: Site) -> None:
    chat(site, [{"role": "user", "content": "先说好话"}, {"role": "user", "content": "又是紫色大象"}])
    Guard.asked.clear()
    made = chat(
        site,
        [{"role": "user", "content": "先说好话"}, {"role": "user", "content": "又是紫色大象"}, {"role": "user", "content": "再说一句"}],
    )
    assert "先说好话" not in Guard.asked
    assert {"又是紫色大象", "再说一句"} <= set(Guard.asked)
    assert made.outcome is Outcome.REVIEW
