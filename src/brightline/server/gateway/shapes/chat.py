"""``POST /v1/chat/completions``, whole and streamed (OpenAI API reference, "Chat")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import BrightlineError
from brightline.model import Part, Side
from brightline.server.gateway.shapes.choice_stream import DONE, ChoiceStream, write_chunk
from brightline.server.gateway.shapes.choices import answer_head, choice_texts, stop_choice
from brightline.server.gateway.shapes.envelope import openai_error
from brightline.server.gateway.shapes.requests import ROLES, add_parts, others_of, read_common
from brightline.server.gateway.shapes.shape import AnswerText, Prompt, Turn, wrong
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document

__all__ = ["CHAT", "Chat"]


class Chat:
    """The chat API."""

    name = "chat.completions"
    path = "/chat/completions"

    def read(self, body: Any) -> Prompt:
        """Understand a request. Raises ``InputError`` BL-INPUT-103 for wrong types."""
        prompt = read_common(body)
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise wrong("messages", "an array with at least one message", messages)
        newest = ""
        for index, message in enumerate(messages):
            role, text = self._message(prompt, index, message)
            prompt.turns.append(Turn(index, role, text))
            if role == "user" and text:
                newest = text
        prompt.turns_path = ("messages",)
        prompt.asked = newest
        add_parts(prompt, others_of(body, "messages"), (), Side.PROMPT)
        kind = body.get("response_format")
        prompt.structured = isinstance(kind, dict) and kind.get("type") in ("json_object", "json_schema")
        return prompt

    def _message(self, prompt: Prompt, index: int, message: Any) -> tuple[str, str]:
        if not isinstance(message, dict):
            raise wrong(f"messages[{index}]", "an object", message)
        role = message.get("role")
        if not isinstance(role, str):
            raise wrong(f"messages[{index}].role", "a string", role)
        content = message.get("content")
        if not (content is None or isinstance(content, str | list)):
            raise wrong(f"messages[{index}].content", "a string, an array of parts or null", content)
        if isinstance(content, list):
            for position, piece in enumerate(content):
                if not isinstance(piece, dict | str):
                    raise wrong(f"messages[{index}].content[{position}]", "an object", piece)
        side = Side.ANSWER if role == "assistant" else Side.PROMPT
        if content.__class__ is str and len(message) == 2 and role in ROLES:
            prompt.parts.append(Part(f"messages[{index}].content", side, content))
            return role, content
        first = len(prompt.parts)
        add_parts(prompt, message, ("messages", index), side)
        return role, "\n".join(part.text for part in prompt.parts[first:])

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Every text of a whole answer."""
        yield from choice_texts(body, "message", "content")

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """Replace a choice by a refusal."""
        stop_choice(document, choice, "message", {"role": "assistant", "content": text, "refusal": None})
        return True

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A whole answer that refuses."""
        return {
            **answer_head(decision_id, "chat.completion", prompt.model),
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", "content": text, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "content_filter",
                }
                for index in range(prompt.choices)
            ],
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
            "brightline": member,
        }

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """The same as a stream."""
        head = answer_head(decision_id, "chat.completion.chunk", prompt.model)
        pieces = [
            write_chunk(head, {"index": index, "delta": {"role": "assistant", "content": text}, "logprobs": None, "finish_reason": None})
            for index in range(prompt.choices)
        ]
        ends: list[dict[str, Any]] = [
            {"index": index, "delta": {}, "logprobs": None, "finish_reason": "content_filter"} for index in range(prompt.choices)
        ]
        return b"".join(pieces) + write_event(orjson.dumps({**head, "choices": ends, "brightline": member})) + DONE

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the OpenAI API."""
        return openai_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """An error in the middle of a stream."""
        return write_event(orjson.dumps(openai_error(problem)))

    def streamed(self, prompt: Prompt) -> ChoiceStream:
        """A reader for one streamed answer."""
        return ChoiceStream("chat.completion.chunk", prompt.model, "delta", "message", "content")


CHAT = Chat()
