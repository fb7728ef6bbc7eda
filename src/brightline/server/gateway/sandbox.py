"""The built-in model service ``brightline-sandbox``: it answers when no upstream is configured, so that a newcomer sees
the whole path at once.

It is no model. It is deterministic, runs in this process, says in every answer that it is the sandbox, and knows a few
fixed answers. Three of them say something that a rule acts on, so that a stop in the middle of a stream, a notice and a
stopped tool call can be watched (docs/gateway.md lists the words that ask for them). The gateway inspects it like any
other upstream.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from brightline.server.gateway.refusal import language_of
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.upstream import UpstreamAnswer

__all__ = ["MODEL", "SCENES", "Sandbox"]

MODEL = "brightline-sandbox"
_WAIT_S = 0.02  # between two pieces of a stream: slow enough to watch

# A word in the newest prompt → what the sandbox says then (zh, en). Written for this purpose.
SCENES: tuple[tuple[str, str], ...] = (
    (
        "sandbox:ad",
        "这是 Brightline 沙盒的回答。下面这句话是专门写来触发规则的：百家乐在线开户，注册送88彩金，提款秒到账。从“百家乐”起的文字都不会到达您这里。",
    ),
    (
        "sandbox:dose",
        "这是 Brightline 沙盒的回答。下面这句话是专门写来触发用药提示的：您可以口服布洛芬，每次0.3克，一日两次。",
    ),
    ("sandbox:tool", "百家乐在线开户，注册送88彩金，提款秒到账"),
)
_PLAIN = {
    "zh": "这是 Brightline 的内置沙盒，不是真正的模型。您的问题已经过检查并放行，这段回答也经过了检查。配置 upstream 之后，这里会是您自己的模型服务的回答。",
    "en": "This is Brightline's built-in sandbox, not a model. Your prompt was inspected and passed, and so was this answer."
    " Once upstream is configured, your own model service answers here.",
}


class Sandbox:
    """An upstream in this process."""

    name = "sandbox"

    async def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> UpstreamAnswer:
        """Answer at once."""
        place = path.partition("?")[0]
        if place == "/models":
            listed = {"id": MODEL, "object": "model", "created": 0, "owned_by": "brightline"}
            return _Answer(200, orjson.dumps({"object": "list", "data": [listed], "has_more": False, "first_id": MODEL, "last_id": MODEL}))
        try:
            request = orjson.loads(body or b"{}")
        except orjson.JSONDecodeError:  # numbers that only another reader accepts
            request = {}
        speak = _SHAPES.get(place)
        if speak is None or method != "POST":
            error = {"message": f"the sandbox has no {method} {place}", "type": "not_found_error", "param": None, "code": "not_found"}
            return _Answer(404, orjson.dumps({"error": error}))
        whole, events = speak(request, _Line(request))
        if request.get("stream") is True and place != "/embeddings":
            return _Answer(200, b"", events)
        return _Answer(200, orjson.dumps(whole))

    async def close(self) -> None:
        """Nothing to close."""


class _Answer:
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, status: int, body: bytes, events: Iterator[bytes] | None = None) -> None:
        self.status = status
        self.content_type = "application/json" if events is None else "text/event-stream"
        self._body = body
        self._events = events

    async def read(self, limit: int) -> bytes:
        return self._body

    async def chunks(self) -> AsyncIterator[bytes]:
        for event in self._events or ():
            yield event
            await asyncio.sleep(_WAIT_S)

    async def close(self) -> None:
        self._events = None


class _Line:
    """What the sandbox says to a request."""

    def __init__(self, request: dict[str, Any]) -> None:
        asked = _newest_prompt(request)
        self.model = str(request.get("model") or MODEL)
        self.tool = "sandbox:tool" in asked
        scene = next((text for word, text in SCENES if word in asked), None)
        self.text = scene or _PLAIN[language_of(asked, "zh")]
        self.pieces = [self.text[start : start + 4] for start in range(0, len(self.text), 4)]
        self.created = int(time.time())
        self.tokens = {"prompt": len(asked), "completion": len(self.text)}


def _newest_prompt(request: dict[str, Any]) -> str:
    for name in ("messages", "input", "prompt"):
        value = request.get(name)
        if isinstance(value, list):
            value = value[-1] if value else ""
        if isinstance(value, dict):
            value = value.get("content")
        if isinstance(value, list):
            value = "\n".join(str(piece.get("text", "")) for piece in value if isinstance(piece, dict))
        if isinstance(value, str) and value:
            return value
    return ""


Spoken = tuple[dict[str, Any], Iterator[bytes]]


def _chat(request: dict[str, Any], line: _Line) -> Spoken:
    head = {"id": "chatcmpl-sandbox", "created": line.created, "model": line.model}
    arguments = orjson.dumps({"text": line.text}).decode()
    call = {"id": "call_sandbox", "type": "function", "function": {"name": "show", "arguments": arguments}}
    message: dict[str, Any] = {"role": "assistant", "content": line.text, "refusal": None}
    reason = "stop"
    if line.tool:
        message |= {"content": None, "tool_calls": [call]}
        reason = "tool_calls"
    count = request.get("n") or 1
    choices = [{"index": index, "message": message, "logprobs": None, "finish_reason": reason} for index in range(count)]
    usage = {**_usage(line, "prompt_tokens", "completion_tokens"), "total_tokens": sum(line.tokens.values())}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        ended = [{"index": index, "delta": delta, "logprobs": None, "finish_reason": reason} for index in range(count)]
        return write_event(orjson.dumps({**head, "object": "chat.completion.chunk", "choices": ended}))

    def events() -> Iterator[bytes]:
        yield chunk({"role": "assistant", "content": None if line.tool else ""})
        if line.tool:
            yield chunk({"tool_calls": [{**call, "index": 0, "function": {"name": "show", "arguments": ""}}]})
        for piece in [arguments[start : start + 4] for start in range(0, len(arguments), 4)] if line.tool else line.pieces:
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} if line.tool else {"content": piece})
        yield chunk({}, reason)
        if isinstance(request.get("stream_options"), dict) and request["stream_options"].get("include_usage"):
            yield write_event(orjson.dumps({**head, "object": "chat.completion.chunk", "choices": [], "usage": usage}))
        yield b"data: [DONE]\n\n"

    return {**head, "object": "chat.completion", "choices": choices, "usage": usage}, events()


def _completions(request: dict[str, Any], line: _Line) -> Spoken:
    head = {"id": "cmpl-sandbox", "object": "text_completion", "created": line.created, "model": line.model}
    prompts = request.get("prompt")
    count = (len(prompts) if isinstance(prompts, list) and all(isinstance(p, str) for p in prompts) else 1) * (request.get("n") or 1)

    def choices(text: str, reason: str | None) -> list[dict[str, Any]]:
        return [{"index": index, "text": text, "logprobs": None, "finish_reason": reason} for index in range(count)]

    def events() -> Iterator[bytes]:
        for piece in line.pieces:
            yield write_event(orjson.dumps({**head, "choices": choices(piece, None)}))
        yield write_event(orjson.dumps({**head, "choices": choices("", "stop")}))
        yield b"data: [DONE]\n\n"

    usage = {**_usage(line, "prompt_tokens", "completion_tokens"), "total_tokens": sum(line.tokens.values())}
    return {**head, "choices": choices(line.text, "stop"), "usage": usage}, events()


def _messages(request: dict[str, Any], line: _Line) -> Spoken:
    usage = _usage(line, "input_tokens", "output_tokens")
    head = {"id": "msg_sandbox", "type": "message", "role": "assistant", "model": line.model, "stop_sequence": None}
    block: dict[str, Any] = {"type": "text", "text": line.text}
    if line.tool:
        block = {"type": "tool_use", "id": "toolu_sandbox", "name": "show", "input": {"text": line.text}}
    reason = "tool_use" if line.tool else "end_turn"

    def event(kind: str, members: dict[str, Any]) -> bytes:
        return write_event(orjson.dumps({"type": kind, **members}), kind.encode())

    begun: dict[str, Any] = {"input": {}} if line.tool else {"text": ""}

    def events() -> Iterator[bytes]:
        yield event("message_start", {"message": {**head, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}})
        yield event("content_block_start", {"index": 0, "content_block": {**block, **begun}})
        text = orjson.dumps({"text": line.text}).decode() if line.tool else line.text
        for piece in [text[start : start + 4] for start in range(0, len(text), 4)]:
            delta = {"type": "input_json_delta", "partial_json": piece} if line.tool else {"type": "text_delta", "text": piece}
            yield event("content_block_delta", {"index": 0, "delta": delta})
        yield event("content_block_stop", {"index": 0})
        yield event(
            "message_delta", {"delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": usage["output_tokens"]}}
        )
        yield event("message_stop", {})

    return {**head, "content": [block], "stop_reason": reason, "usage": usage}, events()


def _responses(request: dict[str, Any], line: _Line) -> Spoken:
    usage = {
        **_usage(line, "input_tokens", "output_tokens"),
        "total_tokens": sum(line.tokens.values()),
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    part = {"type": "output_text", "text": line.text, "annotations": [], "logprobs": []}
    item: dict[str, Any] = {"id": "msg_sandbox", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    text, kind, place = line.text, "response.output_text", {"item_id": "msg_sandbox", "output_index": 0, "content_index": 0}
    if line.tool:
        text, kind, place = (
            orjson.dumps({"text": line.text}).decode(),
            "response.function_call_arguments",
            {"item_id": "fc_sandbox", "output_index": 0},
        )
        item = {
            "id": "fc_sandbox",
            "type": "function_call",
            "call_id": "call_sandbox",
            "name": "show",
            "arguments": text,
            "status": "completed",
        }
    response: dict[str, Any] = {
        "id": "resp_sandbox",
        "object": "response",
        "created_at": line.created,
        "model": line.model,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": [item],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": usage,
    }

    def events() -> Iterator[bytes]:
        for number, (name, members) in enumerate(_response_events(response, item, part, text, kind, place, line.tool)):
            yield write_event(orjson.dumps({"type": name, "sequence_number": number, **members}), name.encode())

    return response, events()


def _response_events(
    response: dict[str, Any], item: dict[str, Any], part: dict[str, Any], text: str, kind: str, place: dict[str, Any], tool: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    content: dict[str, Any] = {"arguments": ""} if tool else {"content": []}
    empty = {**item, "status": "in_progress", **content}
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    yield "response.output_item.added", {"output_index": 0, "item": empty}
    extra: dict[str, Any] = {} if tool else {"logprobs": []}
    if not tool:
        yield "response.content_part.added", {**place, "part": {**part, "text": ""}}
    for start in range(0, len(text), 4):
        yield f"{kind}.delta", {**place, **extra, "delta": text[start : start + 4]}
    yield f"{kind}.done", {**place, **extra, **({"arguments": text, "name": "show"} if tool else {"text": text})}
    if not tool:
        yield "response.content_part.done", {**place, "part": part}
    yield "response.output_item.done", {"output_index": 0, "item": item}
    yield "response.completed", {"response": response}


def _embeddings(request: dict[str, Any], line: _Line) -> Spoken:
    value = request.get("input")
    texts = value if isinstance(value, list) else [value]
    vectors = [{"object": "embedding", "index": index, "embedding": [0.0, 1.0, 0.0]} for index in range(len(texts))]
    usage = {"prompt_tokens": line.tokens["prompt"], "total_tokens": line.tokens["prompt"]}
    return {"object": "list", "data": vectors, "model": line.model, "usage": usage}, iter(())


def _usage(line: _Line, prompt: str, completion: str) -> dict[str, int]:
    return {prompt: line.tokens["prompt"], completion: line.tokens["completion"]}


_SHAPES = {
    "/chat/completions": _chat,
    "/completions": _completions,
    "/messages": _messages,
    "/responses": _responses,
    "/embeddings": _embeddings,
}
