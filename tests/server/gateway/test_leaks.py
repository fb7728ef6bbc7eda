"""A planted sentence must not leave: not in any channel, not in a choice, not repeated, not as tokens, whole or streamed."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from brightline.model import Door, Outcome
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.server.gateway.prompt import inspect_prompt
from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.answers import AD, PLAIN
from tests.server.gateway.channels import CHANNELS, escaped
from tests.server.gateway.exchanges import events, said, streamed, whole

FORBIDDEN = ("百家乐", "在线开户", "送88彩金", "秒到账", "\\u767e\\u5bb6")


def assert_clean(written: bytes) -> None:
    text = said(written) if b"data: " in written else written.decode()
    for word in FORBIDDEN:
        assert word not in text, f"{word} left in {text}"
        assert word.encode() not in written.split(b'"brightline"')[0]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_a_planted_sentence_does_not_leave(service: Service, channel: str, size: int) -> None:
    shape, answer, stream, write = CHANNELS[channel]
    text = write(PLAIN + AD + PLAIN)
    for decision, written in (
        whole(service, shape, answer(text)),
        streamed(service, shape, stream(answers.cut(text, size)), stream=True),
    ):
        assert decision.outcome is Outcome.REFUSE
        assert_clean(written)
        assert decision.id in written.decode()


def test_the_other_choices_go_on_when_one_is_stopped(service: Service) -> None:
    stream = [answers.chat_chunk({"role": "assistant", "content": ""}, index=index) for index in (0, 1)]
    for piece, other in zip(answers.cut(AD), answers.cut(PLAIN), strict=False):
        stream += [answers.chat_chunk({"content": piece}, index=0), answers.chat_chunk({"content": other}, index=1)]
    stream += [answers.chat_chunk({"content": "Das Ende."}, index=1), answers.chat_chunk({}, "stop", 0), answers.chat_chunk({}, "stop", 1)]
    decision, written = streamed(service, CHAT, [*stream, answers.DONE], stream=True, n=2)
    assert_clean(written)
    reasons = [choice for event in events(written) for choice in event["choices"] if choice["finish_reason"]]
    assert [(choice["index"], choice["finish_reason"]) for choice in reasons] == [(0, "content_filter"), (1, "stop")]
    second = "".join(c["delta"].get("content") or "" for e in events(written) for c in e["choices"] if c["index"] == 1)
    assert second.startswith("".join(answers.cut(PLAIN)[: len(answers.cut(AD))]))
    assert "Das Ende." in second
    assert decision.outcome is Outcome.REFUSE
    assert written.endswith(answers.DONE)


def test_choices_that_share_a_chunk_are_kept_apart(service: Service) -> None:
    def chunk(first: str, second: str) -> bytes:
        choices = [{"index": index, "delta": {"content": text}, "finish_reason": None} for index, text in enumerate((first, second))]
        return answers.event({"id": "x", "choices": choices})

    stream = [chunk(first, second) for first, second in zip(answers.cut(AD, 1), answers.cut(PLAIN * 3, 1), strict=False)]
    stream += [answers.event({"id": "x", "choices": [{"index": index, "delta": {}, "finish_reason": "stop"} for index in (0, 1)]})]
    _, written = streamed(service, CHAT, [*stream, answers.DONE], stream=True, n=2)
    assert_clean(written)
    second = "".join(c["delta"].get("content") or "" for e in events(written) for c in e["choices"] if c["index"] == 1)
    assert second.startswith((PLAIN * 3)[: len(AD)])


def test_a_stopped_choice_of_a_whole_answer_leaves_the_others_alone(service: Service) -> None:
    body = answers.chat(AD)
    body["choices"].append({"index": 1, "message": {"role": "assistant", "content": PLAIN}, "finish_reason": "stop"})
    _, written = whole(service, CHAT, body, n=2)
    assert_clean(written)
    choices = orjson.loads(written)["choices"]
    assert choices[0]["finish_reason"] == "content_filter"
    assert choices[1]["message"]["content"].startswith(PLAIN)
    assert choices[1]["finish_reason"] == "stop"


def test_token_lists_do_not_say_what_is_held(service: Service) -> None:
    def chunk(piece: str) -> bytes:
        logprobs = {"content": [{"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": []}]}
        return answers.event(
            {"id": "x", "choices": [{"index": 0, "delta": {"content": piece}, "logprobs": logprobs, "finish_reason": None}]}
        )

    _, written = streamed(service, CHAT, [*(chunk(piece) for piece in answers.cut(AD, 2)), answers.chat_chunk({}, "stop"), answers.DONE])
    assert_clean(written)


@pytest.mark.parametrize("member", ["citations", "warning", "x"])
def test_members_outside_the_choices_are_inspected_too(service: Service, member: str) -> None:
    _, written = whole(service, CHAT, {**answers.chat(PLAIN), member: [AD]})
    assert_clean(written)
    stream = [answers.chat_chunk({"content": PLAIN}), answers.chat_chunk({"content": "a"}, **{member: {"deep": [AD]}})]
    _, written = streamed(service, CHAT, [*stream, answers.chat_chunk({}, "stop"), answers.DONE], stream=True)
    assert_clean(written)


def test_a_repetition_that_says_more_than_the_deltas_is_inspected(service: Service) -> None:
    events_ = answers.response_stream(answers.cut(PLAIN))
    swapped = [raw.replace(PLAIN.encode(), AD.encode()) if b".done" in raw or b"completed" in raw else raw for raw in events_]
    decision, written = streamed(service, RESPONSES, swapped, stream=True)
    assert decision.outcome is Outcome.REFUSE
    assert_clean(written)


def test_a_block_that_starts_with_its_whole_text_is_inspected(service: Service) -> None:
    stream = answers.message_stream([])
    stream[1] = answers.event(
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": AD}}, "content_block_start"
    )
    decision, written = streamed(service, MESSAGES, stream, stream=True)
    assert decision.outcome is Outcome.REFUSE
    assert_clean(written)


def test_a_tool_input_that_starts_whole_is_inspected(service: Service) -> None:
    block = {"type": "tool_use", "id": "t", "name": "show", "input": {"text": AD}}
    stream = answers.message_stream([], "tool_use")
    stream[1] = answers.event({"type": "content_block_start", "index": 0, "content_block": block}, "content_block_start")
    decision, written = streamed(service, MESSAGES, stream, stream=True)
    assert decision.outcome is Outcome.REFUSE
    assert_clean(written)


@pytest.mark.parametrize("kind", ["content_block_delta", "unheard_of"])
def test_events_nobody_knows_are_inspected(service: Service, kind: str) -> None:
    odd: dict[str, Any] = {"type": kind, "index": 0, "delta": {"type": "poem_delta", "poem": AD}}
    stream = answers.message_stream(answers.cut(PLAIN))
    stream.insert(3, answers.event(odd, kind))
    decision, written = streamed(service, MESSAGES, stream, stream=True)
    assert decision.outcome is Outcome.REFUSE
    assert_clean(written)


def test_text_in_the_chunk_that_ends_the_choice_is_inspected(service: Service) -> None:
    stream = [answers.chat_chunk({"content": AD[:8]}), answers.chat_chunk({"content": AD[8:]}, "stop"), answers.DONE]
    decision, written = streamed(service, CHAT, stream, stream=True)
    assert decision.outcome is Outcome.REFUSE
    assert_clean(written)


def test_comments_of_the_upstream_do_not_leave(service: Service) -> None:
    stream = [f": {AD}\n\n".encode(), *answers.chat_stream([PLAIN])]
    _, written = streamed(service, CHAT, stream, stream=True)
    assert AD.encode() not in written


def test_escaped_arguments_in_the_prompt_are_read_unescaped(service: Service) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "show", "arguments": escaped(AD)}}
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    prompt = CHAT.read({"model": "m", "messages": messages})
    findings = asyncio.run(inspect_prompt(service, CleanTexts(service.pipeline), prompt, service.pipeline.context(Door.GATEWAY)))
    assert {finding.goal for finding in findings} == {"gambling.promotion"}
    assert findings[0].part == "messages[1].tool_calls[0].function.arguments"
