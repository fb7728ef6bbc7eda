"""Text that a caller cuts into parts of one message is read as one text, as the model reads it."""

from __future__ import annotations

from typing import Any

import pytest

from brightline.model import Door
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.server.gateway.prompt import inspect_prompt
from brightline.server.gateway.shapes import Shape
from brightline.server.gateway.shapes.chat import CHAT
from brightline.server.gateway.shapes.messages import MESSAGES
from brightline.server.gateway.shapes.responses import RESPONSES
from brightline.service import Service
from tests.server.gateway.answers import AD


def parts(kind: str, *texts: str) -> list[dict[str, str]]:
    return [{"type": kind, "text": text} for text in texts]


PIECES = (AD[:3], AD[3:9], AD[9:])
HELLO = [{"role": "user", "content": "hi"}]
CUT: dict[str, tuple[Shape, dict[str, Any], str]] = {
    "chat": (CHAT, {"messages": [{"role": "user", "content": parts("text", *PIECES)}]}, "messages[0].content[0–2]"),
    "chat, strings": (CHAT, {"messages": [{"role": "user", "content": list(PIECES)}]}, "messages[0].content[0–2]"),
    "messages": (MESSAGES, {"messages": [{"role": "user", "content": parts("text", *PIECES)}]}, "messages[0].content[0–2]"),
    "system": (MESSAGES, {"messages": HELLO, "system": parts("text", *PIECES)}, "system[0–2]"),
    "tool result": (
        MESSAGES,
        {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": parts("text", *PIECES)}]}]},
        "messages[0].content[0].content[0–2]",
    ),
    "responses": (RESPONSES, {"input": [{"role": "user", "content": parts("input_text", *PIECES)}]}, "input[0].content[0–2]"),
}


@pytest.mark.parametrize("case", CUT)
async def test_parts_of_one_message_are_read_as_one_text(service: Service, case: str) -> None:
    shape, body, name = CUT[case]
    prompt = shape.read({"model": "m", **body})
    assert next(part.text for part in prompt.parts if part.path == name) == AD
    findings = await inspect_prompt(service, CleanTexts(service.pipeline), prompt, service.pipeline.context(Door.GATEWAY))
    assert "gambling.promotion" in {finding.goal for finding in findings}


def test_an_image_between_two_texts_keeps_them_apart() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    content = [*parts("text", "a"), image, *parts("text", "b")]
    prompt = CHAT.read({"model": "m", "messages": [{"role": "user", "content": content}]})
    assert [part.text for part in prompt.parts] == ["a", "b"]
    assert [gap.part for gap in prompt.gaps] == ["messages[0].content[1].image_url"]
