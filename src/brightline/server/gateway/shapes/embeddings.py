"""``POST /v1/embeddings``: texts in, vectors out. The input is inspected; a vector says nothing that a reader could read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brightline.errors import BrightlineError, InputError
from brightline.model import Side
from brightline.server.gateway.shapes.completions import read_texts
from brightline.server.gateway.shapes.envelope import openai_error
from brightline.server.gateway.shapes.requests import add_parts, others_of, read_common
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, Prompt
from brightline.server.gateway.shapes.strays import strays
from brightline.server.gateway.verbatim import Document

__all__ = ["EMBEDDINGS", "Embeddings"]


class Embeddings:
    """The embeddings API."""

    name = "embeddings"
    path = "/embeddings"

    def read(self, body: Any) -> Prompt:
        """Understand a request."""
        prompt = read_common(body)
        prompt.stream = False
        value = body.get("input")
        if isinstance(value, list) and any(isinstance(element, dict) for element in value):
            add_parts(prompt, value, ("input",), Side.PROMPT)  # multimodal inputs of some servers
        else:
            read_texts(prompt, "input", value)
        add_parts(prompt, others_of(body, "input"), (), Side.PROMPT)
        return prompt

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Whatever stands beside the vectors, which are no text."""
        if not isinstance(body, dict):
            raise ValueError("not an object")
        return iter(strays(body, EVERY_CHOICE))

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """The vectors of one answer are in one piece."""
        return False

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """An embedding cannot carry a sentence, so a refusal is an error object with the ``brightline`` member."""
        return {**openai_error(InputError("BL-REFUSED", text)), "brightline": member}

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """Embeddings have no streams (``read`` never asks for one): nothing to send."""
        return b""

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the OpenAI API."""
        return openai_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """Nothing can be added to a whole answer that broke off: it ends short of its length, which clients notice."""
        return b""

    def streamed(self, prompt: Prompt) -> None:
        """Embeddings have no streams."""


EMBEDDINGS = Embeddings()
