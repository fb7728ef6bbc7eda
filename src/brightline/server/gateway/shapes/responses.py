"""``POST /v1/responses``: the OpenAI API of typed items, whole and streamed (OpenAI API reference, "Responses").

One choice, number 0. A stream says every text up to four times: as deltas, in ``….done``, in the finished item, and in
``response.completed``; a repetition is replaced by what left as deltas, and inspected anew where it says something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import BrightlineError
from brightline.model import Part, Side
from brightline.server.gateway.shapes.envelope import openai_error
from brightline.server.gateway.shapes.requests import add_parts, others_of, read_common
from brightline.server.gateway.shapes.response_events import own_response, refusing_end
from brightline.server.gateway.shapes.response_stream import ResponseStream, texts_of_item
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, Prompt, Turn, wrong
from brightline.server.gateway.shapes.strays import beside
from brightline.server.gateway.shapes.texts import is_identifier
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document

__all__ = ["RESPONSES", "Responses"]


class Responses:
    """The responses API."""

    name = "responses"
    path = "/responses"

    def read(self, body: Any) -> Prompt:
        """Understand a request."""
        prompt = read_common(body)
        prompt.choices = 1
        instructions, value = body.get("instructions"), body.get("input")
        if not (instructions is None or isinstance(instructions, str | list)):
            raise wrong("instructions", "a string", instructions)
        add_parts(prompt, others_of(body, "input"), (), Side.PROMPT)
        if isinstance(value, str):
            prompt.parts.append(Part("input", Side.PROMPT, value))
            prompt.asked = value
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._item(prompt, index, item)
            prompt.turns_path = ("input",)
        elif value is not None:
            raise wrong("input", "a string or an array of items", value)
        prompt.continues = _continued(body)
        prompt.keeps = body.get("store") is not False
        kind = body.get("text")
        form = kind.get("format") if isinstance(kind, dict) else None
        prompt.structured = isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")
        return prompt

    def _item(self, prompt: Prompt, index: int, item: Any) -> None:
        if not isinstance(item, dict):
            raise wrong(f"input[{index}]", "an object", item)
        role = item.get("role", "")
        own = role == "assistant" or item.get("type") in ("function_call", "custom_tool_call", "reasoning", "mcp_call")
        first = len(prompt.parts)
        add_parts(prompt, item, ("input", index), Side.ANSWER if own else Side.PROMPT)
        text = "\n".join(part.text for part in prompt.parts[first:])
        prompt.turns.append(Turn(index, role if isinstance(role, str) else "", text))
        if role == "user" and text:
            prompt.asked = text

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Every text of a whole answer."""
        if not isinstance(body, dict) or not isinstance(body.get("output"), list):
            raise ValueError("no array of output items")
        for index, item in enumerate(body["output"]):
            yield from texts_of_item(item, ("output", index), f"output[{index}]")
        yield from beside(body, _OUTPUT, EVERY_CHOICE)

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """A response is in one piece."""
        return False

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A whole answer that refuses."""
        return {
            **own_response(f"resp_brightline_{decision_id}", prompt.model),
            "status": "incomplete",
            "incomplete_details": {"reason": "content_filter"},
            "output": [_said(decision_id, text)],
            "brightline": member,
        }

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """The same as a stream."""
        response = own_response(f"resp_brightline_{decision_id}", prompt.model)
        start = {"type": "response.created", "sequence_number": 0, "response": response}
        return write_event(orjson.dumps(start), b"response.created") + refusing_end(response, [], 0, f"msg_{decision_id}", text, member, 1)

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the OpenAI API."""
        return openai_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """An error in the middle of a stream, in the words of this API and of its SDK."""
        error = openai_error(problem)["error"]
        event = {"type": "error", "code": problem.code, "message": error["message"], "param": None, "error": error}
        return write_event(orjson.dumps(event), b"error")

    def streamed(self, prompt: Prompt) -> ResponseStream:
        """A reader for one streamed answer."""
        return ResponseStream(prompt.model)


_OUTPUT = frozenset(("output",))

RESPONSES = Responses()


def _continued(body: dict[str, Any]) -> str:
    """The conversation or the response that a request goes on with."""
    conversation = body.get("conversation")
    named = conversation.get("id") if isinstance(conversation, dict) else conversation
    if named and is_identifier(named):
        return f"conversation:{named}"
    before = body.get("previous_response_id")
    return f"response:{before}" if before and is_identifier(before) else ""


def _said(decision_id: str, text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"id": f"msg_{decision_id}", "type": "message", "role": "assistant", "status": "incomplete", "content": [part]}
