"""Where the explicit label of an answer stands: once for each choice, in its first text that says something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as at_most
from hypothesis import strategies as st

from brightline.config import with_changes
from brightline.model import Decision
from brightline.server.gateway.shapes import Shape
from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.channels import CHANNELS
from tests.server.gateway.exchanges import events, streamed, whole

LABEL = "（本内容由人工智能生成）"


def block(index: int, text: str) -> list[bytes]:
    """The events of one text block."""
    said: list[dict[str, Any]] = [
        {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": index},
    ]
    return [answers.event(each, each["type"]) for each in said]


@pytest.mark.parametrize("space", ["\n\n", " ", "　"])
def test_a_text_of_white_space_is_not_the_one_that_is_labelled(service: Service, space: str) -> None:
    answer = answers.message({"type": "text", "text": space}, {"type": "text", "text": answers.PLAIN})

    _, written = whole(service, MESSAGES, answer)

    assert [part["text"] for part in orjson.loads(written)["content"]] == [space, f"{answers.PLAIN}\n\n{LABEL}"]


def test_a_streamed_block_of_white_space_is_not_the_one_that_is_labelled(service: Service) -> None:
    start, *_, delta, end = answers.message_stream([])
    stream = [start, *block(0, "\n\n"), *block(1, answers.PLAIN), delta, end]

    _, written = streamed(service, MESSAGES, stream, stream=True)

    shown = {0: "", 1: ""}
    for each in events(written):
        if each["type"] == "content_block_delta":
            shown[each["index"]] += each["delta"]["text"]
    assert shown == {0: "\n\n", 1: f"{answers.PLAIN}\n\n{LABEL}"}


def test_a_choice_is_labelled_once_however_many_texts_it_has(service: Service) -> None:
    answer = answers.message({"type": "text", "text": answers.PLAIN}, {"type": "text", "text": answers.PLAIN})

    _, written = whole(service, MESSAGES, answer)

    assert [part["text"].count(LABEL) for part in orjson.loads(written)["content"]] == [1, 0]


@pytest.mark.parametrize("times", [1, 40])
def test_a_picture_in_the_text_does_not_change_the_language_of_the_label(service: Service, times: int) -> None:
    picture = f"![](data:image/webp;base64,{'iVBORw0KGgoAAAANSUhEUgAA' * 50})\n"

    _, written = whole(service, MESSAGES, answers.message({"type": "text", "text": picture * times + answers.PLAIN}))

    assert orjson.loads(written)["content"][0]["text"].endswith(f"{answers.PLAIN}\n\n{LABEL}")


# In the middle

SHOWN = ["chat content", "completions", "messages text", "responses text", "responses without deltas"]
PARAGRAPH = answers.PLAIN * 16
ENGLISH = "It is a fine day for a walk in the park. " * 8
LONG = f"{PARAGRAPH}\n\n{answers.PLAIN}\n\n{answers.PLAIN}"
MARKED = f"{PARAGRAPH}\n\n{LABEL}\n\n{answers.PLAIN}\n\n{answers.PLAIN}"
ANSWERS = [
    LONG,
    answers.PLAIN,
    f"{ENGLISH}\n\n{ENGLISH}",
    f"（AI生成）\n\n{LONG}",
    f"```\n{LONG}\n```\n\n{LONG}",
    f"{PARAGRAPH}如下：\n\n- 一\n\n- 二\n\n{answers.PLAIN}\n\n{answers.PLAIN}",
    f"{PARAGRAPH}\n\n{answers.DOSE}\n\n{answers.PLAIN}",
]


@pytest.fixture
def middle(service: Service) -> Iterator[Service]:
    """The service with its label in the middle of texts."""
    before = service.settings
    service.settings = with_changes(before, {"label_text": "middle"})
    try:
        yield service
    finally:
        service.settings = before


def shown_whole(shape: Shape, written: bytes) -> list[str]:
    """The visible texts of a whole answer, as the gateway itself reads them."""
    return [text.text or "" for text in shape.answer_texts(orjson.loads(written)) if text.visible and text.text]


def shown_streamed(written: bytes) -> str:
    """The visible text of a stream, from the pieces of every API."""
    pieces: list[str] = []
    for each in events(written):
        delta = each.get("delta")
        if each.get("type") == "response.output_text.delta":
            pieces.append(delta)
        elif each.get("type") == "content_block_delta":
            pieces.append(delta.get("text", ""))
        elif "choices" in each:
            pieces += [choice.get("text") or choice.get("delta", {}).get("content") or "" for choice in each["choices"]]
    return "".join(pieces)


def told(decision: Decision) -> tuple[Any, Any, Any]:
    return decision.label.get("position"), decision.label.get("text"), decision.label.get("reason")


@pytest.mark.parametrize("channel", SHOWN)
def test_a_whole_answer_carries_the_label_in_its_middle(middle: Service, channel: str) -> None:
    shape, answer, _, _ = CHANNELS[channel]
    decision, written = whole(middle, shape, answer(LONG))
    assert shown_whole(shape, written) == [MARKED]
    assert told(decision) == ("middle", LABEL, None)
    decision, written = whole(middle, shape, answer(answers.PLAIN))
    assert shown_whole(shape, written) == [f"{answers.PLAIN}\n\n{LABEL}"]
    assert told(decision) == ("suffix", LABEL, "the text has no suitable break between paragraphs in its middle")


@pytest.mark.parametrize("channel", SHOWN)
@at_most(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_cutting_of_a_stream_has_the_label_where_the_whole_answer_has_it(middle: Service, channel: str, data: st.DataObject) -> None:
    shape, answer, stream, _ = CHANNELS[channel]
    text = data.draw(st.sampled_from(ANSWERS))
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    first, written = whole(middle, shape, answer(text))
    (expected,) = shown_whole(shape, written)
    pieces = [text[start:end] for start, end in pairwise(sorted({0, len(text), *cuts}))]
    second, said = streamed(middle, shape, stream(pieces), stream=True)
    assert told(first) == told(second)
    if channel != "responses without deltas":
        assert shown_streamed(said) == expected
    if channel.startswith("responses"):  # which say the whole text again at their end
        (completed,) = (each["response"] for each in events(said) if each["type"] == "response.completed")
        assert shown_whole(shape, orjson.dumps(completed)) == [expected]


def test_reasoning_and_what_a_program_parses_have_no_label_in_their_middle(middle: Service) -> None:
    shape, answer, _, _ = CHANNELS["messages thinking"]
    decision, written = whole(middle, shape, answer(LONG))
    assert LABEL not in orjson.loads(written)["content"][0]["thinking"]
    assert decision.label["position"] == "interface"
    decision, written = whole(middle, CHAT, answers.chat(LONG), response_format={"type": "json_object"})
    assert orjson.loads(written)["choices"][0]["message"]["content"] == LONG
    assert decision.label["position"] == "interface"


def test_each_choice_has_its_label_and_the_decision_says_where_they_stand(middle: Service) -> None:
    answer = answers.chat(LONG)
    answer["choices"].append({**answer["choices"][0], "index": 1, "message": {"role": "assistant", "content": answers.PLAIN}})
    decision, written = whole(middle, CHAT, answer, n=2)
    assert shown_whole(CHAT, written) == [MARKED, f"{answers.PLAIN}\n\n{LABEL}"]
    stream = [
        answers.chat_chunk({"role": "assistant", "content": answers.PLAIN}, index=1),
        *(answers.chat_chunk({"content": piece}) for piece in answers.cut(LONG, 9)),
        answers.chat_chunk({}, "stop", index=1),
        answers.chat_chunk({}, "stop"),
        answers.DONE,
    ]
    second, said = streamed(middle, CHAT, stream, stream=True, n=2)
    assert said.count(LABEL.encode()) + said.decode().count(LABEL) >= 2
    assert told(decision) == told(second)
    assert told(decision)[0] == "middle"
    assert "at their end" in told(decision)[2]


def test_a_second_block_has_no_second_label(middle: Service) -> None:
    answer = answers.message({"type": "text", "text": "\n\n"}, {"type": "text", "text": LONG}, {"type": "text", "text": LONG})
    _, written = whole(middle, MESSAGES, answer)
    assert [part["text"] for part in orjson.loads(written)["content"]] == ["\n\n", MARKED, LONG]


def test_a_stop_behind_the_label_says_how_much_of_the_text_stays_with_it(middle: Service) -> None:
    _, said = streamed(middle, CHAT, answers.chat_stream(answers.cut(f"{LONG}\n\n{answers.AD}", 7)), stream=True)
    shown = shown_streamed(said)
    assert shown.startswith(MARKED)
    (offset,) = {each["brightline"]["offset"] for each in events(said) if "offset" in each.get("brightline", {})}
    assert shown[:offset].rstrip() == MARKED


def test_a_stop_before_the_label_keeps_no_part_of_it(middle: Service) -> None:
    _, said = streamed(middle, CHAT, answers.chat_stream(answers.cut(f"{answers.PLAIN}{answers.AD}\n\n{LONG}", 7)), stream=True)
    shown = shown_streamed(said)
    (offset,) = {each["brightline"]["offset"] for each in events(said) if "offset" in each.get("brightline", {})}
    assert shown[:offset] == answers.PLAIN
    assert LABEL in shown
