"""Events of ``/v1/responses`` that the gateway writes itself. Nothing of the upstream's answer is in them but identifiers and what left."""

from __future__ import annotations

import re
import time
from typing import Any

import orjson

from brightline.server.gateway.shapes.texts import is_identifier
from brightline.server.gateway.sse import write_event

__all__ = ["item_as_sent", "own_response", "refusing_end"]


def own_response(response_id: str, model: str, created: Any = None) -> dict[str, Any]:
    """The members that every response has, with nothing in them."""
    return {
        "id": response_id,
        "object": "response",
        "created_at": created if created.__class__ in (int, float) else int(time.time()),
        "model": model,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None,
    }


def refusing_end(
    response: dict[str, Any], items: list[dict[str, Any]], index: int, item_id: str, text: str, member: dict[str, Any], number: int
) -> bytes:
    """The events that say ``text`` in a message item of its own and end the response as incomplete."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"id": item_id, "type": "message", "role": "assistant", "status": "incomplete", "content": [part]}
    place = {"output_index": index, "item_id": item_id, "content_index": 0}
    ended = {
        **response,
        "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"},
        "output": [*items, item],
        "brightline": member,
    }
    events: list[tuple[str, dict[str, Any]]] = [
        ("response.output_item.added", {"output_index": index, "item": {**item, "status": "in_progress", "content": []}}),
        ("response.content_part.added", {**place, "part": {**part, "text": ""}}),
        ("response.output_text.delta", {**place, "delta": text, "logprobs": []}),
        ("response.output_text.done", {**place, "text": text, "logprobs": []}),
        ("response.content_part.done", {**place, "part": part}),
        ("response.output_item.done", {"output_index": index, "item": item}),
        ("response.incomplete", {"response": ended}),
    ]
    written = b""
    for kind, members in events:
        written += write_event(orjson.dumps({"type": kind, "sequence_number": number, **members}), kind.encode())
        number += 1
    return written


_IDENTIFIERS = ("id", "type", "role", "call_id", "name")
_LISTED = re.compile(r"(content|summary)\[(\d+)\]\.(text|refusal)\Z")
_KINDS = {("content", "text"): "output_text", ("content", "refusal"): "refusal", ("summary", "text"): "summary_text"}


def item_as_sent(item: dict[str, Any], index: int, sent: dict[str, str]) -> dict[str, Any]:
    """An item as the client has it: identifiers, and of its texts what left; incomplete where it had not ended."""
    copy: dict[str, Any] = {name: item[name] for name in _IDENTIFIERS if is_identifier(item.get(name))}
    copy["status"] = "completed" if item.get("status") in (None, "completed") else "incomplete"
    kind = copy.get("type")
    if kind in ("message", "reasoning"):
        copy["content" if kind == "message" else "summary"] = []
    head = f"output[{index}]."
    for name in sorted(name for name in sent if name.startswith(head) and sent[name]):
        place = name.removeprefix(head)
        listed = _LISTED.match(place)
        if listed:
            holder, _, member = listed.groups()
            part_kind = "reasoning_text" if kind == "reasoning" and holder == "content" else _KINDS.get((holder, member), "summary_text")
            part: dict[str, Any] = {"type": part_kind, member: sent[name]}
            if part_kind == "output_text":
                part |= {"annotations": [], "logprobs": []}
            copy.setdefault(holder, []).append(part)
        elif place in ("arguments", "input", "code"):
            copy[place] = sent[name]
    return copy
