"""The prompt side of a call: read the body, understand it, leave out turns that were refused before, inspect the rest."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from brightline.config import Settings
from brightline.errors import InputError, TooLarge, TooSlow
from brightline.model import Context, Finding, Side
from brightline.pipeline import Pipeline
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.server.gateway.media_form import Form, is_form
from brightline.server.gateway.shapes.media_requests import MediaShape
from brightline.server.gateway.shapes.requests import MAX_CHOICES
from brightline.server.gateway.shapes.shape import Prompt, Shape
from brightline.server.gateway.verbatim import Document, Malformed
from brightline.service import Service

__all__ = ["Asked", "check_choices", "inspect_prompt", "leave_out_refused", "parse_body", "parse_request", "read_body"]

MAX_PARTS = 20_000
"""Texts in one request. Each costs some 50 µs to inspect, so more would hold up other callers for seconds."""

IN_LOOP_BYTES = 256 * 1024
"""Above this, reading and inspecting a request moves to a thread: some 5 ms, the longest that other calls should wait."""

BODY_SILENCE_S = 60.0
"""Seconds without a byte of a request's body after which the call is given up."""

BODY_START_S = 60.0
BODY_BYTES_PER_S = 500
"""A body must come within this time and at this rate on the whole: the rate of Apache's mod_reqtimeout."""

MAX_LOOKUPS = 16
"""Refusals of a conversation that are looked up, newest first."""

_DECISION_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body of a request.

    Raises ``TooLarge`` BL-INPUT-102 as soon as it is known to exceed ``limit`` bytes, ``TooSlow`` BL-INPUT-107 if it does not come.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or len(value) > 18 or int(value) > limit):
            raise _too_large(limit)
    pieces: list[bytes] = []
    size = 0
    started = asyncio.get_running_loop().time()
    while True:
        deadline = min(asyncio.get_running_loop().time() + BODY_SILENCE_S, started + BODY_START_S + size / BODY_BYTES_PER_S)
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise TooSlow("BL-INPUT-107", f"the request's body stopped coming after {size} bytes", "send it again, whole") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(pieces) + piece if pieces else piece
        pieces.append(piece)


class Nothing:
    """A request without a body: a GET or DELETE."""

    value: Mapping[str, Any] = MappingProxyType({})

    def encode(self) -> None:
        """No body goes on."""


Asked = Document | Form | Nothing


async def parse_request(shape: Shape, method: str, body: bytes, content_type: str) -> Asked:
    """What a request asks. Raises ``InputError`` BL-INPUT-101 or -103."""
    if method != "POST":
        return Nothing()
    if isinstance(shape, MediaShape) and shape.forms and is_form(content_type):
        return await asyncio.to_thread(Form.parse, body, content_type)
    return await parse_body(body)


async def parse_body(body: bytes) -> Document:
    """The body as a document. Raises ``InputError`` BL-INPUT-101."""
    try:
        return await asyncio.to_thread(Document.parse, body) if len(body) > IN_LOOP_BYTES else Document.parse(body)
    except Malformed as problem:
        hint = "send the request as JSON in UTF-8 (RFC 8259)"
        raise InputError("BL-INPUT-101", f"the request body cannot be read: {problem}", hint) from None


def check_choices(prompt: Prompt) -> None:
    """Raises ``InputError`` BL-INPUT-106 for more answers than one call may have (``n`` times the number of prompts)."""
    if prompt.choices > MAX_CHOICES:
        hint = "send fewer prompts in one request, or a smaller n"
        raise InputError("BL-INPUT-106", f"the request asks for {prompt.choices} answers, more than {MAX_CHOICES}", hint)


async def leave_out_refused(service: Service, prompt: Prompt, document: Document) -> list[dict[str, object]]:
    """Take earlier turns that this service refused, with their refusals, out of what is inspected and forwarded.

    Without this one refused message would refuse the whole conversation for ever, since clients send all of it again.
    An assistant message counts as our refusal only if it names a stored Decision that refused a prompt. Gives what was
    left out, for the Decision's metadata.
    """
    candidates = [
        (position, turn, found.group())
        for position, turn in enumerate(prompt.turns)
        if turn.role == "assistant" and position > 0 and (found := _DECISION_ID.search(turn.text))
    ][-MAX_LOOKUPS:]
    left_out: list[dict[str, object]] = []
    for position, turn, decision_id in candidates:
        stored = await asyncio.to_thread(service.decision, decision_id)
        if stored is None or not stored.decision.outcome.stops:
            continue
        if not any(finding.side is Side.PROMPT for finding in stored.decision.findings):
            continue
        first = position
        while first > 0 and prompt.turns[first - 1].role == "user":
            first -= 1
        if first == position:
            continue
        for gone in prompt.turns[first : position + 1]:
            document.cut(prompt.turns_path, gone.position)
        left_out.append({"turns": [prompt.turns[first].position, turn.position], "decision": decision_id})
        heads = tuple(f"{prompt.turns_path[0]}[{gone.position}]" for gone in prompt.turns[first : position + 1])
        prompt.parts = [part for part in prompt.parts if not part.path.startswith(heads)]
    return left_out


async def inspect_prompt(
    service: Service, clean: CleanTexts, prompt: Prompt, context: Context, pipeline: Pipeline | None = None
) -> list[Finding]:
    """Findings of ``pipeline`` (default: the service's) over every text of the request.

    Raises ``TooLarge`` BL-INPUT-104 (characters) or -105 (texts).
    """
    pipeline = pipeline or service.pipeline
    _check_size(prompt, service.settings)
    chars = sum(len(part.text) for part in prompt.parts)
    if chars > IN_LOOP_BYTES // 4 or len(prompt.parts) > 100:
        return await asyncio.to_thread(_inspect, pipeline, clean, prompt, context)
    return _inspect(pipeline, clean, prompt, context)


def _inspect(pipeline: Pipeline, clean: CleanTexts, prompt: Prompt, context: Context) -> list[Finding]:
    if not prompt.escaped:
        return clean.inspect(prompt.parts, pipeline)
    findings = clean.inspect([part for part in prompt.parts if part.path not in prompt.escaped], pipeline)
    for part in prompt.parts:
        if part.path in prompt.escaped:
            stream = pipeline.stream(part.side, part.path, context, json_escapes=True)
            stream.feed_all(part.text)
            findings += stream.findings
    return findings


def _check_size(prompt: Prompt, settings: Settings) -> None:
    if len(prompt.parts) > MAX_PARTS:
        raise TooLarge(
            "BL-INPUT-105", f"the request has {len(prompt.parts)} texts, more than {MAX_PARTS}", "send fewer messages, or join them"
        )
    chars = sum(len(part.text) for part in prompt.parts)
    if chars > settings.max_text_chars:
        raise TooLarge(
            "BL-INPUT-104",
            f"the request has {chars} characters of text, more than the {settings.max_text_chars} that are inspected in one call",
            "send less text, or let the operator raise max_text_chars",
        )


def _too_large(limit: int) -> TooLarge:
    return TooLarge("BL-INPUT-102", f"the request body is larger than {limit} bytes", "send less, or let the operator raise max_body_bytes")
