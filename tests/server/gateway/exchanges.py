"""Answers through the gateway's own relays without a socket: whole and streamed, cut as a test likes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson

from brightline.model import Decision, Door
from brightline.server.gateway.exchange import Exchange
from brightline.server.gateway.relay import finish_answer, inspect_answer
from brightline.server.gateway.shapes import Shape
from brightline.server.gateway.stream import StreamRelay
from brightline.service import Service

REQUESTS: dict[str, dict[str, Any]] = {
    "chat.completions": {"model": "m", "messages": [{"role": "user", "content": "你好"}]},
    "completions": {"model": "m", "prompt": "你好"},
    "messages": {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "你好"}]},
    "responses": {"model": "m", "input": "你好"},
    "embeddings": {"model": "m", "input": "你好"},
}


def exchange(service: Service, shape: Shape, **request: Any) -> Exchange:
    prompt = shape.read({**REQUESTS[shape.name], **request})
    return Exchange(service, shape, prompt, service.pipeline.context(Door.GATEWAY), account="", api_key="")


def whole(service: Service, shape: Shape, answer: Any, **request: Any) -> tuple[Decision, bytes]:
    """The Decision over a whole answer, and what leaves."""
    call = exchange(service, shape, **request)
    body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    document = asyncio.run(inspect_answer(call, body))
    decision = call.decide()
    return decision, finish_answer(call, document, decision)


def streamed(service: Service, shape: Shape, chunks: Sequence[bytes], **request: Any) -> tuple[Decision, bytes]:
    """The Decision over a streamed answer that comes in these chunks, and what leaves."""
    call = exchange(service, shape, **request)
    reader = shape.streamed(call.prompt)
    assert reader is not None
    relay = StreamRelay(call, reader)
    written = []
    for chunk in chunks:
        written.append(relay.feed(chunk))
        if relay.ended:
            break
    else:
        written.append(relay.end())
    decision = call.decide()
    return decision, b"".join(written) + relay.finish(decision)


def events(written: bytes) -> list[Any]:
    """The JSON of all events that left."""
    found = [line[6:] for line in written.split(b"\n") if line.startswith(b"data: ")]
    return [orjson.loads(data) for data in found if data != b"[DONE]"]


def said(written: bytes) -> str:
    """Everything readable that left, in one string: no channel is forgotten."""
    pieces: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, str):
            pieces.append(value)
        elif isinstance(value, dict):
            for name, member in value.items():
                if name != "brightline":
                    collect(member)
        elif isinstance(value, list):
            for member in value:
                collect(member)

    for found in events(written):
        collect(found)
    return "".join(pieces)
