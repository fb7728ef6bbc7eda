"""Every channel of every API shape in which a model can say something, and how to build answers that use it."""

from __future__ import annotations

from typing import Any

import orjson

from brightline.server.gateway.shapes import Shape
from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.completions import COMPLETIONS
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from tests.server.gateway import answers


def arguments(text: str) -> str:
    return orjson.dumps({"text": text}).decode()


def escaped(text: str) -> str:
    return '{"text":"' + "".join(f"\\u{ord(char):04x}" if ord(char) < 65536 else char for char in text) + '"}'


def tool(text: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "show", "arguments": text}}]}


def piece_of_tool(text: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}


# (name, shape, whole answer of a text, stream of its pieces, how the channel writes the text)
CHANNELS: dict[str, tuple[Shape, Any, Any, Any]] = {
    "chat content": (CHAT, answers.chat, answers.chat_stream, str),
    "chat reasoning": (
        CHAT,
        lambda text: answers.chat("", reasoning_content=text),
        lambda pieces: answers.chat_stream(pieces, lambda piece: {"reasoning_content": piece}),
        str,
    ),
    "chat refusal": (
        CHAT,
        lambda text: answers.chat("", refusal=text),
        lambda pieces: answers.chat_stream(pieces, lambda piece: {"refusal": piece}),
        str,
    ),
    "chat unknown member": (
        CHAT,
        lambda text: answers.chat("", thoughts=text),
        lambda pieces: answers.chat_stream(pieces, lambda piece: {"thoughts": piece}),
        str,
    ),
    "chat tool": (CHAT, lambda text: answers.chat("", **tool(text)), lambda p: answers.chat_stream(p, piece_of_tool), arguments),
    "chat tool, escaped": (CHAT, lambda text: answers.chat("", **tool(text)), lambda p: answers.chat_stream(p, piece_of_tool), escaped),
    "completions": (COMPLETIONS, answers.completion, answers.completion_stream, str),
    "messages text": (MESSAGES, lambda text: answers.message({"type": "text", "text": text}), answers.message_stream, str),
    "messages thinking": (
        MESSAGES,
        lambda text: answers.message({"type": "thinking", "thinking": text, "signature": "s"}),
        lambda pieces: answers.message_stream(pieces, "thinking"),
        str,
    ),
    "messages tool": (
        MESSAGES,
        lambda text: answers.message({"type": "tool_use", "id": "t", "name": "show", "input": orjson.loads(text)}),
        lambda pieces: answers.message_stream(pieces, "tool_use"),
        arguments,
    ),
    "responses text": (RESPONSES, lambda text: answers.response(answers.text_item(text)), answers.response_stream, str),
    "responses without deltas": (
        RESPONSES,
        lambda text: answers.response(answers.text_item(text)),
        lambda pieces: answers.response_stream(pieces, deltas=False),
        str,
    ),
    "responses tool": (
        RESPONSES,
        lambda text: answers.response(answers.call_item(text)),
        lambda pieces: answers.response_stream(pieces, "call"),
        arguments,
    ),
}
