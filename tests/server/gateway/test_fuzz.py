"""Whatever JSON a caller or an upstream sends, the shapes raise nothing but their own errors, and what passes stays clean."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightline.errors import InputError, UpstreamError
from brightline.server.gateway.shapes import SHAPES, Shape
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.answers import AD
from tests.server.gateway.channels import CHANNELS
from tests.server.gateway.exchanges import REQUESTS, exchange, said, streamed, whole

NAMES = [
    "choices",
    "index",
    "delta",
    "message",
    "content",
    "role",
    "tool_calls",
    "function",
    "arguments",
    "name",
    "finish_reason",
    "type",
    "text",
    "thinking",
    "input",
    "output",
    "item",
    "part",
    "response",
    "content_block",
    "output_index",
    "content_index",
    "summary_index",
    "error",
    "usage",
    "model",
    "stream",
    "messages",
    "prompt",
    "instructions",
    "user",
    "n",
    "data",
    "url",
    "logprobs",
    "obfuscation",
    "system",
    "metadata",
    "response_format",
]
KINDS = [
    "text",
    "tool_use",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "error",
    "text_delta",
    "response.created",
    "response.completed",
    "response.output_text.delta",
    "response.output_text.done",
    "response.output_item.added",
    "message",
    "response.function_call_arguments.delta",
    "image_url",
    "user",
    "assistant",
    "stop",
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([*KINDS, "", "x", AD])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5), max_leaves=20
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=8)
STREAMED = [shape for shape in SHAPES if shape.name in REQUESTS and shape.name != "embeddings"]
free = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def names(shape: Shape) -> str:
    return shape.name


@pytest.mark.parametrize("shape", SHAPES, ids=names)
@free
@given(value=values | objects)
def test_any_request_is_understood_or_refused(shape: Shape, value: Any) -> None:
    with contextlib.suppress(InputError):
        shape.read(value)


@pytest.mark.parametrize("shape", STREAMED, ids=names)
@free
@given(value=values | objects)
def test_any_whole_answer_passes_clean_or_is_an_error(service: Service, shape: Shape, value: Any) -> None:
    with contextlib.suppress(UpstreamError):
        _, written = whole(service, shape, value)
        assert AD not in orjson.dumps(orjson.loads(written) | {"brightline": None}).decode()


@pytest.mark.parametrize("shape", STREAMED, ids=names)
@free
@given(found=st.lists(objects, max_size=5))
def test_any_stream_passes_clean_or_is_an_error(service: Service, shape: Shape, found: list[Any]) -> None:
    call = exchange(service, shape, stream=True)
    with contextlib.suppress(UpstreamError):
        _, written = streamed(service, shape, [answers.event(value) for value in found], stream=True)
        assert AD not in said(written)
    assert call.prompt.stream


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_good_stream_with_odd_events_in_it_passes_clean_or_is_an_error(service: Service, channel: str, data: st.DataObject) -> None:
    shape, _, stream, write = CHANNELS[channel]
    good = stream(answers.cut(write(answers.PLAIN + AD)))
    for value in data.draw(st.lists(objects, min_size=1, max_size=3)):
        good.insert(data.draw(st.integers(0, len(good))), answers.event(value))
    with contextlib.suppress(UpstreamError):
        _, written = streamed(service, shape, good, stream=True)
        assert AD not in said(written)
