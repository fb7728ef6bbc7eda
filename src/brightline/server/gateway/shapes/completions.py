"""``POST /v1/completions``: the text-in, text-out API that many local model servers still offer (OpenAI, "Legacy completions")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import BrightlineError
from brightline.model import Part, Side
from brightline.server.gateway.shapes.choice_stream import DONE, ChoiceStream
from brightline.server.gateway.shapes.choices import answer_head, choice_texts, stop_choice
from brightline.server.gateway.shapes.envelope import openai_error
from brightline.server.gateway.shapes.requests import add_parts, others_of, read_common
from brightline.server.gateway.shapes.shape import AnswerText, Prompt, wrong
from brightline.server.gateway.shapes.texts import gap
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document

__all__ = ["COMPLETIONS", "Completions", "read_texts"]


class Completions:
    """The completions API."""

    name = "completions"
    path = "/completions"

    def read(self, body: Any) -> Prompt:
        """Understand a request. Token arrays cannot be read as text and are noted as not inspected."""
        prompt = read_common(body)
        read_texts(prompt, "prompt", body.get("prompt", ""))
        count = len(body["prompt"]) if _is_batch(body.get("prompt")) else 1
        prompt.choices *= max(1, count)
        add_parts(prompt, others_of(body, "prompt"), (), Side.PROMPT)
        return prompt

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Every text of a whole answer."""
        return choice_texts(body, "", "text")

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """Replace a choice by a refusal."""
        stop_choice(document, choice, "text", text)
        return True

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A whole answer that refuses."""
        return {
            **answer_head(decision_id, "text_completion", prompt.model),
            "choices": _refusals(prompt, text),
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
            "brightline": member,
        }

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """The same as a stream."""
        head = answer_head(decision_id, "text_completion", prompt.model)
        return write_event(orjson.dumps({**head, "choices": _refusals(prompt, text), "brightline": member})) + DONE

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the OpenAI API."""
        return openai_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """An error in the middle of a stream."""
        return write_event(orjson.dumps(openai_error(problem)))

    def streamed(self, prompt: Prompt) -> ChoiceStream:
        """A reader for one streamed answer."""
        return ChoiceStream("text_completion", prompt.model, "", "", "text")


COMPLETIONS = Completions()


def read_texts(prompt: Prompt, name: str, value: Any) -> None:
    """A text, a list of texts, or token ids in place of them (``prompt`` here, ``input`` of embeddings)."""
    if isinstance(value, str):
        prompt.parts.append(Part(name, Side.PROMPT, value))
        prompt.asked = value
    elif isinstance(value, list) and value:
        for index, element in enumerate(value):
            if isinstance(element, str):
                prompt.parts.append(Part(f"{name}[{index}]", Side.PROMPT, element))
                prompt.asked = element
            elif isinstance(element, list) and all(isinstance(token, int) for token in element):
                prompt.gaps.append(gap(f"{name}[{index}]", "token ids, which are no text"))
            elif not isinstance(element, int) or isinstance(element, bool):
                raise wrong(f"{name}[{index}]", "a string or an array of token ids", element)
        if all(isinstance(element, int) for element in value):
            prompt.gaps.append(gap(name, "token ids, which are no text"))
    else:
        raise wrong(name, "a string or a non-empty array of strings or token ids", value)


def _is_batch(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(element, str | list) for element in value)


def _refusals(prompt: Prompt, text: str) -> list[dict[str, Any]]:
    return [{"index": index, "text": text, "logprobs": None, "finish_reason": "content_filter"} for index in range(prompt.choices)]
