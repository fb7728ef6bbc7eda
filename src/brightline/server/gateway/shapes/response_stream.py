"""The event stream of ``/v1/responses``: some fifty event types, understood by four patterns.

``….delta`` adds to a channel, ``….done`` ends it and says it again, ``….item.*`` and ``….part.*`` carry a piece of the
answer, ``response.*`` the answer as it stands. A channel is named by where its text stands in the whole answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.server.gateway.shapes.shape import AnswerText, View
from brightline.server.gateway.shapes.texts import dotted, texts
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["ResponseStream", "refusing_end", "texts_of_item"]

# Event type without `.delta`/`.done` → (where its text stands in the item, the member that says it again in `.done`).
_CHANNELS = {
    "response.output_text": ("content[{content_index}].text", "text"),
    "response.refusal": ("content[{content_index}].refusal", "refusal"),
    "response.reasoning_text": ("content[{content_index}].text", "text"),
    "response.reasoning_summary_text": ("summary[{summary_index}].text", "text"),
    "response.function_call_arguments": ("arguments", "arguments"),
    "response.mcp_call_arguments": ("arguments", "arguments"),
    "response.custom_tool_call_input": ("input", "input"),
    "response.code_interpreter_call_code": ("code", "code"),
}
_KIND_OF_TEXT = {"text": "response.output_text", "refusal": "response.refusal"}
# Members of a response that repeat the request, which was inspected as a prompt.
_REQUESTED = frozenset(("instructions", "input", "tools", "tool_choice", "metadata", "text", "prompt", "reasoning", "user", "conversation"))
_LAST = frozenset(("response.completed", "response.incomplete", "response.failed"))


def texts_of_item(item: Any, path: Path, name: str, repeats: bool = False) -> Iterator[AnswerText]:
    """Every text of an output item that stands at ``path`` and is called ``name``."""
    if not isinstance(item, dict):
        raise ValueError(f"{name} is no object")
    message = item.get("type") == "message"
    for text in texts(item, path):
        place = text.path[len(path) :]
        visible = message and len(place) == 3 and place[0] == "content" and place[2] == "text"
        yield AnswerText(text.path, f"{name}.{dotted(place)}", 0, text.text, text.escaped, visible, repeats, place[-1] == "name")


class ResponseStream:
    """Reads the events of one streamed response."""

    def __init__(self) -> None:
        self._response: dict[str, Any] = {}
        self._items: dict[int, dict[str, Any]] = {}  # as last seen
        self._kinds: dict[str, str] = {}  # channel → event type without `.delta`
        self._item_ids: dict[str, str] = {}  # channel → item id
        self._number = 0  # sequence number of the next event that leaves

    def view(self, value: Any) -> View:
        """Understand one event."""
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            raise ValueError("an event without a type")
        if kind.endswith(".delta"):
            return View(self._delta(value, kind[:-6]))
        if kind.endswith(".done") and kind[:-5] in _CHANNELS:
            name = self._channel(value, kind[:-5])
            member = _CHANNELS[kind[:-5]][1]
            found = [AnswerText((member,), name, 0, value.get(member) or "", False, kind.startswith("response.output_text"), True)]
            return View(found, closes=(name,))
        if isinstance(value.get("item"), dict):
            index = _number(value, "output_index")
            self._items[index] = value["item"]
            done = (f"output[{index}].",) if kind.endswith(".done") else ()
            return View(list(texts_of_item(value["item"], ("item",), f"output[{index}]", True)), closes=done)
        if isinstance(value.get("part"), dict):
            return View(self._part(value))
        if isinstance(value.get("response"), dict):
            self._response = value["response"]
            output = self._response.get("output")
            if not (output is None or isinstance(output, list)):
                raise ValueError("output is no array")
            found = [text for index, item in enumerate(output or ()) for text in self._answered(index, item)]
            own = {name: member for name, member in self._response.items() if name not in _REQUESTED and name != "output"}
            found += [AnswerText(t.path, dotted(t.path), 0, t.text, t.escaped, atomic=True) for t in texts(own, ("response",))]
            if kind in _LAST:
                return View(found, closes=("output[",), ends=(0,), last=True)
            return View(found)
        found = [AnswerText(text.path, dotted(text.path), 0, text.text, text.escaped, atomic=True) for text in texts(value)]
        return View(found, failed=kind == "error")

    def _answered(self, index: int, item: Any) -> Iterator[AnswerText]:
        return texts_of_item(item, ("response", "output", index), f"output[{index}]", True)

    def _delta(self, value: dict[str, Any], kind: str) -> list[AnswerText]:
        text = value.get("delta")
        if not isinstance(text, str):
            return [AnswerText(t.path, dotted(t.path), 0, t.text, t.escaped, atomic=True) for t in texts({"delta": text})]
        if kind == "response.audio":
            return [AnswerText(("delta",), "output.audio", 0, None)]
        name = self._channel(value, kind)
        self._kinds[name] = kind
        self._item_ids[name] = str(value.get("item_id", ""))
        return [AnswerText(("delta",), name, 0, text, name.endswith("arguments"), kind == "response.output_text")] if text else []

    def _channel(self, value: dict[str, Any], kind: str) -> str:
        place = _CHANNELS.get(kind, (kind, ""))[0]
        for index in ("content_index", "summary_index"):
            if index in place:
                place = place.format(**{index: _number(value, index)})
        return f"output[{_number(value, 'output_index') if 'output_index' in value else 0}].{place}"

    def _part(self, value: dict[str, Any]) -> list[AnswerText]:
        holder = "summary" if "summary_index" in value else "content"
        name = f"output[{_number(value, 'output_index')}].{holder}[{_number(value, holder + '_index')}]"
        visible = value["part"].get("type") == "output_text"
        return [
            AnswerText(
                text.path, f"{name}.{dotted(text.path[1:])}", 0, text.text, text.escaped, visible and text.path[1:] == ("text",), True
            )
            for text in texts(value["part"], ("part",))
        ]

    def passing(self, document: Document) -> None:
        """Keep the sequence numbers without gaps and doubles."""
        found = document.value.get("sequence_number")
        if not isinstance(found, int):
            return
        if found < self._number:
            document.put(("sequence_number",), self._number)
            self._number += 1
        else:
            self._number = found + 1

    def drop(self, document: Document, view: Any, stopped: set[int]) -> bool:
        """After a stop nothing of the response is left."""
        return bool(stopped)

    def clean(self, document: Document, text: AnswerText) -> None:
        """Token lists say the text again: out with them where the text was changed."""
        holder = document.at(text.path[:-1])
        if isinstance(holder, dict) and holder.get("logprobs"):
            document.put((*text.path[:-1], "logprobs"), [])

    def more(self, name: str, choice: int, text: str) -> bytes:
        """A delta with more text on an open channel."""
        kind = self._kinds.get(name) or _KIND_OF_TEXT.get(name.rpartition(".")[2], "response.output_text")
        event: dict[str, Any] = {"item_id": self._item_ids.get(name, ""), "output_index": int(name[7:].partition("]")[0]), "delta": text}
        for holder in ("content", "summary"):
            _, found, rest = name.partition(f".{holder}[")
            if found:
                event[f"{holder}_index"] = int(rest.partition("]")[0])
        if kind == "response.output_text":
            event["logprobs"] = []
        return self._event(f"{kind}.delta", event)

    def _event(self, kind: str, members: dict[str, Any]) -> bytes:
        number = self._number
        self._number += 1
        return write_event(orjson.dumps({"type": kind, "sequence_number": number, **members}), kind.encode())

    def stop(self, choice: int, text: str, member: dict[str, Any], sent: dict[str, str]) -> bytes:
        """Say why in a new message item, and end with ``response.incomplete``."""
        items = [_as_sent(item, index, sent) for index, item in sorted(self._items.items())]
        index = max(self._items, default=-1) + 1
        kept = {name: member for name, member in self._response.items() if name in _REQUESTED or not any(texts({name: member}))}
        return refusing_end(kept, items, index, f"msg_stopped_{index}", text, member, self._number)

    def finish(self, events: list[bytes | tuple[Document, bytes, bytes]], member: dict[str, Any]) -> bytes:
        """The ``brightline`` member goes into the answer that the last event carries."""
        written: list[bytes] = []
        marked = False
        for event in reversed(events):
            if isinstance(event, bytes):
                written.append(event)
                continue
            document, kind, event_id = event
            if not marked and isinstance(document.value, dict):
                path: Path = ("response",) if isinstance(document.value.get("response"), dict) else ()
                document.add(path, "brightline", member)
                marked = True
            written.append(write_event(document.encode(), kind, event_id))
        return b"".join(reversed(written))


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


def _as_sent(item: dict[str, Any], index: int, sent: dict[str, str]) -> dict[str, Any]:
    """An item as the client has it: its texts cut to what left, and marked incomplete where it had not ended."""
    copy: dict[str, Any] = orjson.loads(orjson.dumps(item))
    ended = item.get("status") in (None, "completed")
    for text in list(texts(copy)):
        holder: Any = copy
        for step in text.path[:-1]:
            holder = holder[step]
        name = f"output[{index}].{dotted(text.path)}"
        if text.text is not None:
            holder[text.path[-1]] = sent.get(name, "")
    if not ended:
        copy["status"] = "incomplete"
        said = sent.get(f"output[{index}].content[0].text")
        if copy.get("type") == "message" and not copy.get("content") and said:
            copy["content"] = [{"type": "output_text", "text": said, "annotations": [], "logprobs": []}]
    return copy


def _number(value: dict[str, Any], name: str) -> int:
    found = value.get(name)
    if not isinstance(found, int) or not 0 <= found < 100_000:
        raise ValueError(f"an event without {name}")
    return found
