"""Without an upstream the sandbox answers, says that it is the sandbox, and can be asked to trip a rule."""

from __future__ import annotations

import pytest

from tests.server.gateway.running import Running


def test_it_is_listed_by_its_name(sandbox: Running) -> None:
    assert [model.id for model in sandbox.openai.models.list()] == ["brightline-sandbox"]


@pytest.mark.parametrize(("question", "name"), [("你好", "沙盒"), ("Hello there", "sandbox")])
def test_it_says_what_it_is_in_the_language_of_the_question(sandbox: Running, question: str, name: str) -> None:
    answer = sandbox.openai.chat.completions.create(model="any", messages=[{"role": "user", "content": question}])
    assert name in answer.choices[0].message.content


@pytest.mark.parametrize(
    ("word", "outcome"), [("sandbox:ad", "refuse"), ("sandbox:dose", "notice"), ("sandbox:tool", "refuse"), ("你好", "allow")]
)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", ["chat", "completions", "responses", "messages"])
def test_its_scenes_show_what_they_promise_in_every_shape(sandbox: Running, shape: str, word: str, outcome: str, stream: bool) -> None:
    question = f"请演示 {word}"
    messages = [{"role": "user", "content": question}]
    if shape == "messages":
        answer = sandbox.anthropic.messages.create(model="m", max_tokens=9, messages=messages, stream=stream)
    elif shape == "responses":
        answer = sandbox.openai.responses.create(model="m", input=question, stream=stream)
    elif shape == "completions":
        answer = sandbox.openai.completions.create(model="m", prompt=question, stream=stream)
    else:
        answer = sandbox.openai.chat.completions.create(model="m", messages=messages, stream=stream)
    if stream:
        list(answer)
    assert sandbox.newest().outcome == outcome


def test_the_stopped_stream_ends_where_the_documentation_says(sandbox: Running) -> None:
    stream = sandbox.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "请演示 sandbox:ad"}], stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert "专门写来触发规则的：" in text
    assert "百家乐" not in text


def test_embeddings_and_unknown_addresses(sandbox: Running) -> None:
    assert sandbox.openai.embeddings.create(model="m", input="你好", encoding_format="float").data[0].embedding
    assert sandbox.post("/v1/audio/transcriptions", {"input": "x"}).status_code == 404
