"""Media in a stream cannot be labelled piece by piece: the stream ends before them, in every API, and code stays code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.errors import BrightlineError
from brightline.server.gateway.media_places import media_in, opens_media, remote_in
from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.answers import DONE, PLAIN, chat_chunk, event
from tests.server.gateway.exchanges import events, said, streamed, whole
from tests.server.gateway.media_files import b64, picture

DATA = f"data:image/png;base64,{b64(picture())}"
ADDRESS = "https://files.example.com/cat.png"


def refused(service: Service, shape: Any, chunks: Sequence[bytes]) -> None:
    with pytest.raises(BrightlineError) as problem:
        streamed(service, shape, chunks)
    assert problem.value.code == "BL-LABEL-091"


def chat_with(delta: dict[str, Any]) -> list[bytes]:
    return [chat_chunk({"role": "assistant", "content": "好"}), chat_chunk(delta), chat_chunk({}, "stop"), DONE]


@pytest.mark.parametrize(
    "delta",
    [
        {"images": [{"type": "image_url", "image_url": {"url": DATA}}]},
        {"images": [{"type": "image_url", "image_url": {"url": ADDRESS}}]},
        {"content": [{"type": "image_url", "image_url": {"url": ADDRESS}}]},
        {"content": [{"type": "image", "url": ADDRESS}]},
        {"content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": b64(picture())}}]},
        {"audio": {"id": "audio_1", "data": "AAAA"}},
        {"audio": {"id": "audio_1", "data": "A" * 400}},
        {"drawing": b64(picture())},
        {"content": f"看：![猫]({DATA})"},
        {"content": "![猫](data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'></svg>)"},
    ],
)
def test_no_form_of_media_passes_in_a_stream(service: Service, delta: dict[str, Any]) -> None:
    refused(service, CHAT, chat_with(delta))


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_an_address_of_data_is_noticed_however_it_is_cut(service: Service, size: int) -> None:
    refused(service, CHAT, answers.chat_stream(answers.cut(f"好，看：![猫]({DATA[:300].upper()})", size)))


def test_pictures_of_the_responses_api_do_not_pass_in_a_stream(service: Service) -> None:
    item = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": b64(picture())}
    for chunks in (
        [event({"type": "response.image_generation_call.partial_image", "partial_image_b64": b64(picture()), "item_id": "ig_1"})],
        [event({"type": "response.output_item.done", "output_index": 0, "item": item})],
        [event({"type": "response.completed", "response": answers.response(item)})],
    ):
        refused(service, RESPONSES, chunks)


def test_pictures_of_the_messages_api_do_not_pass_in_a_stream(service: Service) -> None:
    block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": b64(picture())}}
    begun = answers.message_stream(answers.cut(PLAIN))[:1]
    refused(service, MESSAGES, [*begun, event({"type": "content_block_start", "index": 0, "content_block": block}, "content_block_start")])


@pytest.mark.parametrize(
    "text",
    [
        f"这样写：\n\n```html\n<img src='{DATA}'>\n```\n\n完。",
        "内联：`data:image/png;base64,iVBORw0KGgo=` 就是这样开头的。",
        "metadata: 数据；data: 也可以是别的；见 data:text/plain,hello。",
        "一张图：![猫](https://example.com/cat.png)",
    ],
)
@pytest.mark.parametrize("size", [1, 5, 400])
def test_code_and_talk_of_data_pass(service: Service, text: str, size: int) -> None:
    _, written = streamed(service, CHAT, answers.chat_stream(answers.cut(text, size)))
    assert said(written).replace("chat.completion.chunk", "").find(text) >= 0 or text in "".join(contents(written))


def contents(written: bytes) -> list[str]:
    return [choice["delta"].get("content") or "" for found in events(written) for choice in found["choices"]]


def test_inline_code_that_never_ends_is_no_way_around(service: Service) -> None:
    refused(service, CHAT, answers.chat_stream(answers.cut(f"看 ` ![猫]({DATA})", 40)))


def test_a_cipher_is_no_picture(service: Service) -> None:
    thought = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": b64(picture())}
    _, written = streamed(service, RESPONSES, [event({"type": "response.completed", "response": answers.response(thought)})])
    assert b64(picture()).encode() in written


@pytest.mark.parametrize(
    "value",
    [
        {"data": [{"embedding": b64(bytes(4000))}]},
        {"signature": b64(picture())},
        {"text": "a" * 5000},
        {"url": "data:image/png,"},
        {"a": "data:application/json;base64,e30="},
    ],
)
def test_vectors_checksums_and_long_words_are_no_media(value: dict[str, Any]) -> None:
    assert list(media_in(value)) == []


def test_addresses_count_where_apis_keep_files() -> None:
    answer = {
        "see": ADDRESS,
        "annotations": [{"type": "url_citation", "url": ADDRESS}],
        "images": [{"image_url": ADDRESS}, {"type": "image", "source": {"url": ADDRESS}}, {"type": "file", "url": DATA}],
    }
    assert [path for path, _ in remote_in(answer, every=False)] == [("images", 0, "image_url"), ("images", 1, "source", "url")]
    assert len(list(remote_in(answer, every=True))) == 4


def test_whole_and_streamed_answers_agree_on_what_is_code(service: Service) -> None:
    text = f"```\n{DATA}\n```"
    assert not opens_media(text, is_whole=True)
    assert list(media_in({"content": text})) == []
    _, written = whole(service, CHAT, answers.chat(text))
    assert orjson.loads(written)["choices"][0]["message"]["content"].startswith(text)


FRAGMENTS = [
    ",",
    ";base64,iVBORw0KGgo",
    "data:",
    "data:image/png",
    "data:Audio/wav",
    "image/png",
    ";base64,",
    b64(picture())[:90],
    "`",
    "```",
    "\n",
    "![",
    "](",
    ")",
    "audio",
    "https://a.b/c",
    "，",
    "<",
    "DATA:IMAGE/",
]
MEMBERS = ["type", "url", "image_url", "data", "audio", "b64_json", "result", "content", "source", "x"]
VALUES = st.recursive(
    st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)
    | st.sampled_from(["image", "image_generation_call"])
    | st.none()
    | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
@example("data:image/png;base64,,")
def test_places_of_files_lead_to_what_they_say(value: Any) -> None:
    for place in media_in(value):
        found = value
        for step in place.path:
            found = found[step]
        assert found == place.text
        assert 0 <= place.start < place.end <= len(found)
    for path, address in remote_in(value, every=True):
        found = value
        for step in path:
            found = found[step]
        assert found == address


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([each for each in FRAGMENTS if "`" not in each]), max_size=14).map("".join), st.integers(1, 9))
def test_what_is_labelled_whole_does_not_pass_in_a_stream(service: Service, text: str, size: int) -> None:
    try:
        streamed(service, CHAT, answers.chat_stream(answers.cut(text, size)))
    except BrightlineError as problem:
        assert problem.code == "BL-LABEL-091"
    else:
        assert list(media_in({"content": text})) == []
