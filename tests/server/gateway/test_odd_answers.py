"""Answers in odd forms: whatever a model service puts a sentence into, it does not leave, and the form is understood or refused.

Each row is an answer that once carried the sentence past the gateway (an adversarial review found them).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from brightline.errors import UpstreamError
from brightline.server.gateway.shapes import Shape
from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.completions import COMPLETIONS
from brightline.server.gateway.shapes.embeddings import EMBEDDINGS
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, DONE, PLAIN, chat_chunk, event
from tests.server.gateway.exchanges import streamed, whole
from tests.server.gateway.running import Running
from tests.server.gateway.upstream import json_reply

FIRST, REST = AD[:8], AD[8:]


def chat(message: Any = None, choice: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    body = answers.chat(PLAIN)
    if message is not None:
        body["choices"][0]["message"] = {"role": "assistant", "content": PLAIN, **message} if isinstance(message, dict) else message
    body["choices"][0] |= choice or {}
    return body | top


def completion(text: str = PLAIN, **choice: Any) -> dict[str, Any]:
    return {"id": "x", "object": "text_completion", "choices": [{"index": 0, "text": text, "finish_reason": "stop", **choice}]}


def twice(first: str, second: str) -> dict[str, Any]:
    choices = [{"index": 0, "message": {"role": "assistant", "content": text}} for text in (first, second)]
    return {"id": "x", "choices": choices}


def call_of(function: dict[str, Any]) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "id": "t", "type": "function", "function": function}]}


def text_block(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def message(*blocks: dict[str, Any], **top: Any) -> dict[str, Any]:
    return answers.message(*(blocks or (text_block(PLAIN),))) | top


def response(text: str = PLAIN, **top: Any) -> dict[str, Any]:
    return answers.response(answers.text_item(text)) | top


def embedding(**top: Any) -> dict[str, Any]:
    return {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}], "model": "m", **top}


def tokens(*found: str) -> dict[str, Any]:
    return {"logprobs": {"content": [{"token": token, "logprob": -0.5, "bytes": None, "top_logprobs": []} for token in found]}}


WHOLE: dict[str, tuple[Shape, Any]] = {
    **{f"choice {index!r}": (CHAT, chat({"content": AD}, {"index": index})) for index in (None, "0", [0], -1, 10**9, True, 0.0)},
    "choice number twice": (CHAT, twice(PLAIN, AD)),
    "choice number twice, split": (CHAT, twice(FIRST, REST)),
    "message is a string": (CHAT, chat(AD)),
    "message is a list": (CHAT, chat([AD])),
    "content parts": (CHAT, chat({"content": [text_block(FIRST), text_block(REST)]})),
    "name of a tool argument": (CHAT, chat(call_of({"name": "f", "arguments": {AD: 1}}))),
    "name of an unknown member": (CHAT, chat(**{AD: 1})),
    "name of an empty member": (CHAT, chat({AD: None})),
    "words beside an image": (CHAT, chat({"images": [{"type": "image_url", "image_url": {"url": "http://x", "alt": AD}}]})),
    "words in place of an image": (CHAT, chat({"image_url": AD})),
    "words in place of a time": (CHAT, chat(created=AD)),
    "tokens only": (CHAT, chat(choice=tokens(*AD))),
    "one token": (CHAT, chat(choice=tokens(AD))),
    "tokens in the message": (CHAT, chat(tokens(AD))),
    "alternative tokens": (
        CHAT,
        chat(choice={"logprobs": {"content": [{"token": PLAIN, "logprob": 0, "top_logprobs": [{"token": AD, "logprob": -1}]}]}}),
    ),
    "member beside a token": (CHAT, chat(choice={"logprobs": {"content": [{"token": PLAIN, "logprob": 0, "note": AD}]}})),
    "bytes of a token": (CHAT, chat(choice={"logprobs": {"content": [{"token": PLAIN, "bytes": list(AD.encode())}]}})),
    "completion without number": (COMPLETIONS, completion(AD, index=None)),
    "completion tokens": (COMPLETIONS, completion(logprobs={"tokens": [AD]})),
    "completion token names": (COMPLETIONS, completion(logprobs={"tokens": [PLAIN], "top_logprobs": [{AD: -0.5}]})),
    "message blocks": (MESSAGES, message(text_block(FIRST), text_block(REST))),
    "stop sequence": (MESSAGES, message(stop_sequence=AD)),
    "name of a tool input": (MESSAGES, message({"type": "tool_use", "id": "t", "name": "f", "input": {AD: 1}})),
    "response text": (RESPONSES, response(output_text=AD)),
    "response text, stopped": (RESPONSES, response(AD, output_text=AD, instructions=AD)),
    "response instructions": (RESPONSES, response(instructions=AD)),
    "response format": (RESPONSES, response(text={"format": {"type": "text", "note": AD}})),
    "response details": (RESPONSES, response(incomplete_details={"reason": AD})),
    "response metadata": (RESPONSES, response(metadata={"k": AD})),
    "response parts": (
        RESPONSES,
        answers.response({**answers.text_item(""), "content": [{"type": "output_text", "text": text} for text in (FIRST, REST)]}),
    ),
    "response items": (RESPONSES, answers.response(answers.text_item(FIRST), answers.text_item(REST))),
    "response tokens": (
        RESPONSES,
        answers.response({**answers.text_item(""), "content": [{"type": "output_text", "text": PLAIN, "logprobs": [{"token": AD}]}]}),
    ),
    "embedding model": (EMBEDDINGS, embedding(model=AD)),
    "embedding note": (EMBEDDINGS, embedding(note=AD)),
    "embedding": (EMBEDDINGS, embedding(data=[{"index": 0, "embedding": AD}])),
}


def left(written: bytes) -> str:
    """Everything that left, as one reads it; of a stream the same places one after the other."""
    return answers.readable(written)


@pytest.mark.parametrize("case", WHOLE)
def test_no_odd_answer_carries_the_sentence(service: Service, case: str) -> None:
    shape, answer = WHOLE[case]
    try:
        decision, written = whole(service, shape, answer)
    except UpstreamError as problem:
        assert problem.code == "BL-UPSTREAM-009"
        return
    assert REST not in left(written)
    assert FIRST not in left(written)
    if "token" not in case:
        assert decision.outcome.stops


def chunks(*found: Any, index: int = 0, **choice: Any) -> list[bytes]:
    made = [event({"id": "x", "choices": [{"index": index, "delta": delta, "finish_reason": None, **choice}]}) for delta in found]
    return [chat_chunk({"role": "assistant", "content": ""}), *made, chat_chunk({}, "stop"), DONE]


def tops(**members: Any) -> list[bytes]:
    return [*chunks({"content": PLAIN})[:-2], chat_chunk({"content": "a"}, **members), chat_chunk({}, "stop"), DONE]


def completions(found: Sequence[dict[str, Any]]) -> list[bytes]:
    return [*(event({"id": "c", "choices": [{"index": 0, "text": "", **members}]}) for members in found), DONE]


def messages(*found: tuple[str, dict[str, Any]], at: int = 3, replace: int = 0) -> list[bytes]:
    stream = answers.message_stream([PLAIN])
    stream[at : at + replace] = [event({"type": kind, **members}, kind) for kind, members in found]
    return stream


def block(index: int, text: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("content_block_start", {"index": index, "content_block": text_block("")}),
        *(("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": piece}}) for piece in answers.cut(text)),
        ("content_block_stop", {"index": index}),
    ]


def responses(*found: tuple[str, dict[str, Any]], at: int = 5, replace: int = 0) -> list[bytes]:
    stream = answers.response_stream([PLAIN])
    stream[at : at + replace] = [event({"type": kind, **members}, kind) for kind, members in found]
    return stream


PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
DELTA = "response.output_text.delta"

STREAMED: dict[str, tuple[Shape, list[bytes]]] = {
    "delta is a string": (CHAT, chunks(AD)),
    "delta is a list": (CHAT, chunks([AD])),
    "name of a tool in pieces": (CHAT, chunks(*({"tool_calls": [{"index": 0, "function": {"name": c}}]} for c in AD))),
    "name of a tool argument": (CHAT, chunks(call_of({"name": "f", "arguments": {AD: 1}}))),
    "text of the choice in pieces": (CHAT, [e for c in AD for e in chunks({}, text=c)[1:2]] + [chat_chunk({}, "stop"), DONE]),
    "text of the chunk in pieces": (CHAT, [chat_chunk({"content": "a"}, content=c) for c in AD] + [chat_chunk({}, "stop"), DONE]),
    "content parts in pieces": (CHAT, chunks(*({"content": [text_block(c)]} for c in AD))),
    "content parts": (CHAT, chunks({"content": [text_block(FIRST)]}, {"content": [text_block(REST)]})),
    "event name": (CHAT, [event(b'{"id":"x","choices":[]}', AD), *chunks({"content": PLAIN})]),
    "event number": (CHAT, [f"id: {AD}\n".encode() + chat_chunk({"content": PLAIN}), *chunks({})[1:]]),
    "tokens late": (CHAT, [e for c in AD for e in [*chunks({"content": PLAIN})[1:2], *chunks({"content": ""}, **tokens(c))[1:2]]] + [DONE]),
    "tokens early": (CHAT, [e for c in AD for e in chunks({"content": ""}, **tokens(c))[1:2]] + [DONE]),
    "words in place of a time": (CHAT, tops(created=AD)),
    "completion delta": (COMPLETIONS, completions([{"delta": {"content": c}} for c in AD])),
    "completion content": (COMPLETIONS, [event({"id": "c", "content": c, "choices": []}) for c in AD] + [DONE]),
    "message start": (MESSAGES, messages(("message_start", {"message": message(), "note": AD}), at=0, replace=1)),
    "block start": (
        MESSAGES,
        messages(("content_block_start", {"index": 0, "content_block": text_block(""), "note": AD}), at=1, replace=1),
    ),
    "block delta": (
        MESSAGES,
        messages(("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "a"}, "snapshot": AD})),
    ),
    "block stop": (MESSAGES, messages(("content_block_stop", {"index": 0, "content_block": text_block(AD)}), replace=1)),
    "message delta": (
        MESSAGES,
        messages(("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": AD}}), at=4, replace=1),
    ),
    "message stop": (MESSAGES, messages(("message_stop", {"note": AD}), at=5, replace=1)),
    "another event's name": (
        MESSAGES,
        messages(*(("foo_delta", {"index": 0, "delta": {"text": c}}) for c in AD)),
    ),
    "blocks": (MESSAGES, messages(*block(1, FIRST), *block(2, REST), at=4)),
    "a block for each character": (MESSAGES, messages(*(e for i, c in enumerate(AD, 1) for e in block(i, c)), at=4)),
    "response text": (RESPONSES, responses(("response.completed", {"response": response(output_text=AD)}), at=8, replace=1)),
    "response instructions": (RESPONSES, responses(("response.created", {"response": response(instructions=AD)}), at=0, replace=1)),
    "response failed": (RESPONSES, responses(("response.failed", {"response": answers.response() | {"error": {"message": AD}}}), at=5)),
    "delta, a member beside": (RESPONSES, responses((DELTA, {**PLACE, "delta": "a", "note": AD}))),
    "delta, an object": (RESPONSES, responses(*((DELTA, {**PLACE, "delta": {"text": c}}) for c in AD))),
    "done, a member beside": (RESPONSES, responses(("response.output_text.done", {**PLACE, "text": PLAIN, "note": AD}), replace=1)),
    "done, an object": (RESPONSES, responses(("response.output_text.done", {**PLACE, "text": {"a": AD}}), replace=1)),
    "done, a list": (RESPONSES, responses(("response.output_text.done", {**PLACE, "text": [AD]}), replace=1)),
    "name of a function": (
        RESPONSES,
        responses(("response.function_call_arguments.done", {"output_index": 1, "arguments": "{}", "name": AD})),
    ),
    "part, a member beside": (
        RESPONSES,
        responses(("response.content_part.done", {**PLACE, "part": {"type": "output_text", "text": PLAIN}, "note": AD}), at=6, replace=1),
    ),
    "item, a member beside": (
        RESPONSES,
        responses(("response.output_item.done", {"output_index": 0, "item": answers.text_item(PLAIN), "note": AD}), at=7, replace=1),
    ),
    "unknown event in pieces": (RESPONSES, responses(*(("response.foo", {"text": c}) for c in AD))),
    "parts in pieces": (
        RESPONSES,
        responses(*(("response.content_part.added", {**PLACE, "part": {"type": "output_text", "text": c}}) for c in AD)),
    ),
    "sound that is words": (RESPONSES, responses(*(("response.audio.delta", {"delta": c}) for c in AD))),
    "items": (
        RESPONSES,
        responses(*((DELTA, {**PLACE, "output_index": index, "delta": text}) for index, text in ((1, FIRST), (2, REST))), at=7),
    ),
}

SHOWN_IN_PART = {"name of a tool in pieces", "text of the choice in pieces", "text of the chunk in pieces", "completion delta"}
SHOWN_IN_PART |= {"completion content", "another event's name", "delta, an object", "unknown event in pieces", "parts in pieces"}
SHOWN_IN_PART |= {"blocks", "a block for each character", "items", "sound that is words"}
"""Text in pieces where no API puts pieces: what came before the piece that completes the evidence has left by then."""


@pytest.mark.parametrize("case", STREAMED)
def test_no_odd_stream_carries_the_sentence(service: Service, case: str) -> None:
    shape, stream = STREAMED[case]
    try:
        decision, written = streamed(service, shape, stream, stream=True)
    except UpstreamError as problem:
        assert problem.code == "BL-UPSTREAM-009"
        return
    assert AD not in left(written)
    if case not in SHOWN_IN_PART:
        assert FIRST not in left(written)
    if "token" not in case and "event n" not in case:
        assert decision.outcome.stops


HONEST: dict[str, tuple[Shape, list[bytes]]] = {
    "choices are a number": (CHAT, [event({"id": "c", "choices": 5}), DONE]),
    "block number is false": (MESSAGES, messages(*(("content_block_stop", {"index": False}),))),
    "output number is true": (RESPONSES, responses((DELTA, {**PLACE, "output_index": True, "delta": "a"}))),
    "output is a number": (RESPONSES, responses(("response.completed", {"response": {"id": "r", "output": 5}}), at=0)),
    "done text is a number": (RESPONSES, responses(("response.output_text.done", {**PLACE, "text": 5}), replace=1)),
}


@pytest.mark.parametrize("case", HONEST)
def test_a_wrong_form_is_said_to_be_wrong(service: Service, case: str) -> None:
    shape, stream = HONEST[case]
    with pytest.raises(UpstreamError) as raised:
        streamed(service, shape, stream, stream=True)
    assert raised.value.code == "BL-UPSTREAM-009"


@pytest.mark.parametrize("name", ["x[y", "a.b", "", "0", "[0]", "[", "a[0]"])
def test_an_unknown_member_of_any_name_is_held_and_released(service: Service, name: str) -> None:
    stream = [*chunks({name: "百"}, {name: "花齐放。"})[:-2], chat_chunk({}, "stop"), DONE]
    decision, written = streamed(service, CHAT, stream, stream=True)
    assert "百花齐放。" in left(written)
    assert not decision.outcome.stops


def test_faithful_token_lists_stay(service: Service) -> None:
    same = {"logprobs": {"content": [{"token": token, "logprob": -0.5, "bytes": list(token.encode())} for token in ("今天", "天气")]}}
    body = chat({"content": "今天天气"}, same)
    _, written = whole(service, CHAT, body)
    assert '"token":"天气"' in written.decode()
    stream = chunks({"content": "今天天气"}, **same)
    _, written = streamed(service, CHAT, stream, stream=True)
    assert '"token":"天气"' in written.decode()


def test_vectors_with_words_that_may_not_leave_become_an_error(gateway: Running) -> None:
    gateway.upstream.answer = json_reply(embedding(note=AD))
    answer = gateway.post("/v1/embeddings", {"model": "m", "input": "你好"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BL-REFUSED")
    assert gateway.decision(answer.headers["x-brightline-decision"]).outcome.stops
    assert AD not in answer.text
