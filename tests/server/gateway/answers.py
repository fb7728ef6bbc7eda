"""Answers of model services in every API shape, whole and streamed, built from a text and a way to cut it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

Pieces = Sequence[str]

AD = "百家乐在线开户，注册送88彩金，提款秒到账"
"""A sentence that the goal gambling.promotion stops."""

DOSE = "您可以口服布洛芬，每次0.3克，一日两次。"
"""A sentence that gets a notice."""

PLAIN = "今天天气很好，适合去公园散步。"


def cut(text: str, size: int = 3) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def event(value: Any, kind: str = "") -> bytes:
    head = f"event: {kind}\n".encode() if kind else b""
    return head + b"data: " + (value if isinstance(value, bytes) else orjson.dumps(value)) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def chat(text: str, **message: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
    }


def chat_chunk(delta: dict[str, Any], reason: str | None = None, index: int = 0, **more: Any) -> bytes:
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more})


def chat_stream(pieces: Pieces, wrap: Callable[[str], dict[str, Any]] = lambda piece: {"content": piece}) -> list[bytes]:
    return [chat_chunk({"role": "assistant", "content": ""}), *(chat_chunk(wrap(piece)) for piece in pieces), chat_chunk({}, "stop"), DONE]


def completion(text: str) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": "stop"}
    return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}


def completion_stream(pieces: Pieces) -> list[bytes]:
    def chunk(text: str, reason: str | None) -> bytes:
        choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}
        return event({"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]})

    return [*(chunk(piece, None) for piece in pieces), chunk("", "stop"), DONE]


def message(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": list(blocks),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 5},
    }


def message_stream(pieces: Pieces, kind: str = "text") -> list[bytes]:
    start = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""}}
    start["tool_use"] = {"type": "tool_use", "id": "toolu_1", "name": "show", "input": {}}  # type: ignore[dict-item]
    names = {"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking"), "tool_use": ("input_json_delta", "partial_json")}
    delta, member = names[kind]
    events: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": {**message(), "stop_reason": None}}),
        ("content_block_start", {"index": 0, "content_block": start[kind]}),
        *(("content_block_delta", {"index": 0, "delta": {"type": delta, member: piece}}) for piece in pieces),
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 5}}),
        ("message_stop", {}),
    ]
    return [event({"type": name, **members}, name) for name, members in events]


def text_item(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


def call_item(arguments: str) -> dict[str, Any]:
    return {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "show", "arguments": arguments, "status": "completed"}


def response(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": list(items),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": None,
    }


def response_stream(pieces: Pieces, kind: str = "text", *, deltas: bool = True) -> list[bytes]:
    text = "".join(pieces)
    begun = {**response(), "status": "in_progress"}
    place: dict[str, Any] = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    if kind == "text":
        item, name, done = text_item(text), "response.output_text", {"text": text, "logprobs": []}
    else:
        item, name, done = call_item(text), "response.function_call_arguments", {"arguments": text, "name": "show"}
        place = {"output_index": 0, "item_id": "fc_1"}
    empty = {**item, "status": "in_progress", **({"content": []} if kind == "text" else {"arguments": ""})}
    events: list[tuple[str, dict[str, Any]]] = [
        ("response.created", {"response": begun}),
        ("response.in_progress", {"response": begun}),
        ("response.output_item.added", {"output_index": 0, "item": empty}),
    ]
    if kind == "text":
        events.append(("response.content_part.added", {**place, "part": {**part, "text": ""}}))
    if deltas:
        events += [(f"{name}.delta", {**place, "delta": piece, **({"logprobs": []} if kind == "text" else {})}) for piece in pieces]
    events.append((f"{name}.done", {**place, **done}))
    if kind == "text":
        events.append(("response.content_part.done", {**place, "part": part}))
    events += [("response.output_item.done", {"output_index": 0, "item": item}), ("response.completed", {"response": response(item)})]
    return [event({"type": name, "sequence_number": number, **members}, name) for number, (name, members) in enumerate(events)]


def readable(written: bytes) -> str:
    """Everything readable that left, without the ``brightline`` members: of a stream the strings of each place joined, place by place."""
    places: dict[tuple[str, ...], str] = {}

    def walk(value: Any, place: tuple[str, ...]) -> None:
        if isinstance(value, str):
            places[place] = places.get(place, "") + value
        elif isinstance(value, dict):
            for name, member in value.items():
                if name != "brightline":
                    walk(name, (*place, "name"))
                    walk(member, (*place, name))
        elif isinstance(value, list):
            if value and all(isinstance(member, int) and 0 <= member < 256 for member in value):
                walk(bytes(value).decode(errors="replace"), place)
            for member in value:
                walk(member, (*place, "[]"))

    if written.startswith(b"{"):
        walk(orjson.loads(written), ())
        return "\n".join(places.values())
    heads = []
    for line in written.decode().split("\n"):
        if line.startswith("data: {"):
            walk(orjson.loads(line[6:]), ())
        elif not line.startswith("data: "):
            heads.append(line)
    return "\n".join([*places.values(), *heads])
