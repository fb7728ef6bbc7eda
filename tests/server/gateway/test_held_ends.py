"""The end of a streamed answer waits for the record, the label stands wherever text is shown, and no empty rows are sent."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.completions import COMPLETIONS
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from brightline.server.gateway.stream import StreamRelay
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, DONE, DOSE, PLAIN, chat_chunk, readable
from tests.server.gateway.exchanges import events, exchange, streamed, whole

STREAMS = {
    "chat": (CHAT, answers.chat_stream),
    "completions": (COMPLETIONS, answers.completion_stream),
    "messages": (MESSAGES, answers.message_stream),
    "responses": (RESPONSES, answers.response_stream),
}


def before_the_record(service: Service, shape: Any, chunks: list[bytes]) -> tuple[bytes, bytes]:
    """(what leaves before the record, what leaves after it)"""
    call = exchange(service, shape, stream=True)
    relay = StreamRelay(call, shape.streamed(call.prompt))
    early = b"".join(relay.feed(chunk) for chunk in chunks)
    return early, relay.finish(call.decide())


@pytest.mark.parametrize("name", STREAMS)
def test_what_ends_an_answer_waits_for_the_record(service: Service, name: str) -> None:
    shape, stream = STREAMS[name]
    raw = stream([PLAIN, PLAIN])
    second = [number for number, chunk in enumerate(raw) if PLAIN.encode() in chunk][1]
    early, late = before_the_record(service, shape, [*raw[:second], b"".join(raw[second:])])
    for held in ("人工智能", '"stop"', "end_turn", "response.completed", '"brightline"'):
        assert held not in early.decode()
    assert PLAIN + PLAIN not in readable(early)
    assert PLAIN in readable(late)
    assert "人工智能" in readable(late)


def test_an_upstream_that_ignores_the_number_of_answers_still_ends_with_the_decision(service: Service) -> None:
    decision, written = streamed(service, CHAT, answers.chat_stream([PLAIN]), stream=True, n=2)
    assert events(written)[-1]["brightline"]["decision"] == decision.id
    call = exchange(service, CHAT, stream=True, n=2)
    relay = StreamRelay(call, CHAT.streamed(call.prompt))
    early = b"".join(relay.feed(chunk) for chunk in answers.chat_stream([PLAIN]))
    assert b'"stop"' not in early


def test_a_choice_that_begins_when_another_has_ended_goes_on(service: Service) -> None:
    first, second = (answers.chat_stream([PLAIN, str(index)])[1:-1] for index in (0, 1))
    second = [chunk.replace(b'"index":0', b'"index":1') for chunk in second]
    call = exchange(service, CHAT, stream=True, n=2)
    relay = StreamRelay(call, CHAT.streamed(call.prompt))
    early = b"".join(relay.feed(chunk) for chunk in [*first, second[0], second[1]])
    written = early + relay.feed(second[2]) + relay.feed(DONE) + relay.finish(call.decide())
    assert b'"finish_reason":"stop"' in early
    assert [c["index"] for e in events(written) for c in e["choices"] if c["finish_reason"] == "stop"] == [0, 1]
    for index in (0, 1):
        text = "".join(c["delta"].get("content") or "" for e in events(written) for c in e["choices"] if c["index"] == index)
        assert text.startswith(f"{PLAIN}{index}")
        assert "人工智能" in text


def parts(*found: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text} for text in found]


def test_content_in_parts_is_labelled_and_gets_its_notice(service: Service) -> None:
    _, written = whole(service, CHAT, answers.chat("", content=parts(PLAIN, DOSE)))
    first, last = orjson.loads(written)["choices"][0]["message"]["content"]
    assert first["text"] == PLAIN
    assert last["text"].startswith(DOSE)
    assert last["text"].endswith("（本内容由人工智能生成）")
    assert orjson.loads(written)["brightline"]["notices"]
    stream = [chat_chunk({"content": parts(piece)}) for piece in answers.cut(PLAIN + DOSE)] + [chat_chunk({}, "stop"), DONE]
    _, written = streamed(service, CHAT, stream, stream=True)
    shown = [part["text"] for e in events(written) for c in e["choices"] for part in c["delta"].get("content", ())]
    assert "".join(shown).startswith(PLAIN + DOSE)
    assert "".join(shown).endswith("（本内容由人工智能生成）")


@pytest.mark.parametrize("name", STREAMS)
def test_no_rows_of_empty_texts_are_sent(service: Service, name: str) -> None:
    shape, stream = STREAMS[name]
    _, written = streamed(service, shape, stream(answers.cut(PLAIN + "百家乐" + PLAIN + AD[:4] + "。", 1)), stream=True)
    found = events(written)
    empty = [e for e in found if e.get("delta") == "" or (isinstance(e.get("delta"), dict) and "" in e["delta"].values())]
    for chunk in (e for e in found if e.get("choices")):
        choice = chunk["choices"][0]
        delta = choice.get("delta", {"content": choice.get("text")})
        if choice["finish_reason"] is None and delta.get("content") == "" and "role" not in delta:
            empty.append(chunk)
    assert empty == []
    numbers = [e["sequence_number"] for e in found if "sequence_number" in e]
    assert numbers == list(range(len(numbers)))


def test_a_chunk_with_an_empty_text_and_anything_else_is_sent(service: Service) -> None:
    call = {"tool_calls": [{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    stream = [
        chat_chunk({"role": "assistant", "content": "百家乐"}),
        chat_chunk({"content": "在", **call}),
        chat_chunk({"content": "线"}, usage={"total_tokens": 7}),
        chat_chunk({}, "stop"),
        DONE,
    ]
    _, written = streamed(service, CHAT, stream, stream=True)
    found = events(written)
    assert found[0]["choices"][0]["delta"]["role"] == "assistant"
    assert any(c["delta"].get("tool_calls") for e in found for c in e["choices"])
    assert any(e.get("usage") for e in found)


def test_evidence_in_two_blocks_is_placed_in_the_second(service: Service) -> None:
    block = answers.message({"type": "text", "text": PLAIN}, {"type": "text", "text": "好。" + DOSE})
    decision, _ = whole(service, MESSAGES, block)
    finding = next(found for found in decision.findings if found.part == "content[1].text")
    text = "好。" + DOSE
    assert [text[span.start : span.end] for span in finding.spans] == list(finding.evidence)
    assert text[finding.excerpt_start :].startswith(finding.excerpt)


def test_the_place_to_cut_may_lie_in_the_text_before(service: Service) -> None:
    stream = answers.message_stream([PLAIN + AD[:8]])
    second = [chunk.replace(b'"index":0', b'"index":1').replace((PLAIN + AD[:8]).encode(), AD[8:].encode()) for chunk in stream[1:4]]
    stream[4:4] = second
    decision, written = streamed(service, MESSAGES, stream, stream=True)
    assert decision.outcome.stops
    assert events(written)[-1]["brightline"]["offset"] <= len(PLAIN) + 8
    assert AD[8:] not in readable(written)
