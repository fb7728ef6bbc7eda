"""The event stream of ``/v1/responses``: some fifty event types, understood by four patterns.

``….delta`` adds to a channel, ``….done`` ends it and says it again, ``….item.*`` and ``….part.*`` carry a piece of the
answer, ``response.*`` the answer as it stands. A channel is named by where its text stands in the whole answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.server.gateway.shapes.response_events import item_as_sent, own_response, refusing_end
from brightline.server.gateway.shapes.shape import AnswerText, View
from brightline.server.gateway.shapes.strays import beside, strays
from brightline.server.gateway.shapes.texts import dotted, is_base64, is_identifier, texts
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["ResponseStream", "texts_of_item"]

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
# Members of an event that are places and numbers, or are read as its text.
_PLACE = frozenset(("type", "sequence_number", "output_index", "content_index", "summary_index"))
_OF_DELTA = _PLACE | {"delta", "logprobs"}
_OF_ITEM = _PLACE | {"item"}
_OF_PART = _PLACE | {"part"}
_OF_RESPONSE = _PLACE | {"response"}
_OUTPUT = frozenset(("output",))
_OF_IDLE = _OF_DELTA | {"item_id", "obfuscation"}
_LAST = frozenset(("response.completed", "response.incomplete", "response.failed"))


def texts_of_item(item: Any, path: Path, name: str, repeats: bool = False) -> Iterator[AnswerText]:
    """Every text of an output item that stands at ``path`` and is called ``name``."""
    if not isinstance(item, dict):
        raise ValueError(f"{name} is no object")
    message = item.get("type") == "message"
    for text in texts(item, path, answer=True):
        place = text.path[len(path) :]
        visible = message and len(place) == 3 and place[0] == "content" and place[2] == "text"
        atomic = text.names or place[-1] == "name"
        at = () if text.names else text.path
        yield AnswerText(at, f"{name}.{dotted(place)}", 0, text.text, text.escaped, visible, repeats and not text.names, atomic)


class ResponseStream:
    """Reads the events of one streamed response."""

    def __init__(self, model: str = "") -> None:
        self._model = model
        self._response: dict[str, Any] = {}
        self._items: dict[int, dict[str, Any]] = {}  # as last seen
        self._kinds: dict[str, str] = {}  # channel → event type without `.delta`
        self._item_ids: dict[str, str] = {}  # channel → item id
        self._number: int | None = None  # sequence number of the next event that leaves

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
            text = value.get(member)
            if not (text is None or isinstance(text, str)):
                raise ValueError(f"{kind} without text")
            found = [AnswerText((member,), name, 0, text or "", False, kind.startswith("response.output_text"), True)]
            return View(found + beside(value, _OF_DELTA | {member}, 0), closes=(name,))
        if isinstance(value.get("item"), dict):
            index = _number(value, "output_index")
            self._items[index] = value["item"]
            done = (f"output[{index}].",) if kind.endswith(".done") else ()
            found = list(texts_of_item(value["item"], ("item",), f"output[{index}]", True))
            return View(found + beside(value, _OF_ITEM, 0), closes=done)
        if isinstance(value.get("part"), dict):
            return View(self._part(value) + beside(value, _OF_PART, 0))
        if isinstance(value.get("response"), dict):
            self._response = value["response"]
            output = self._response.get("output")
            if not (output is None or isinstance(output, list)):
                raise ValueError("output is no array")
            found = [text for index, item in enumerate(output or ()) for text in self._answered(index, item)]
            found += beside(self._response, _OUTPUT, 0, ("response",)) + beside(value, _OF_RESPONSE, 0)
            if kind in _LAST:
                return View(found, closes=("output[",), ends=(0,), last=True)
            return View(found)
        return View(strays(value, 0), failed=kind == "error")

    def _answered(self, index: int, item: Any) -> Iterator[AnswerText]:
        return texts_of_item(item, ("response", "output", index), f"output[{index}]", True)

    def _delta(self, value: dict[str, Any], kind: str) -> list[AnswerText]:
        text = value.get("delta")
        if not isinstance(text, str):
            return strays(value, 0)
        if kind == "response.audio" and is_base64(text):
            return [AnswerText(("delta",), "output.audio", 0, None), *beside(value, _OF_DELTA, 0)]
        name = self._channel(value, kind)
        self._kinds[name] = kind
        self._item_ids[name] = str(value.get("item_id", ""))
        others = beside(value, _OF_DELTA, 0)
        if not text:
            return others
        return [AnswerText(("delta",), name, 0, text, name.endswith("arguments"), kind == "response.output_text"), *others]

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
                () if text.names else text.path,
                f"{name}.{dotted(text.path[1:])}",
                0,
                text.text,
                text.escaped,
                visible and text.path[1:] == ("text",),
                not text.names,
                text.names,
            )
            for text in texts(value["part"], ("part",), answer=True)
        ]

    def passing(self, document: Document) -> None:
        """Keep the sequence numbers without gaps and doubles, whatever was added or left out."""
        found = document.value.get("sequence_number")
        if found.__class__ is not int:
            return
        if self._number is not None and found != self._number:
            document.put(("sequence_number",), self._number)
            found = self._number
        self._number = found + 1

    def is_idle(self, value: Any, emptied: set[Path]) -> bool:
        """True for a delta in which nothing is left but an empty text."""
        return ("delta",) in emptied and _OF_IDLE.issuperset(value)

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
        number = self._number or 0
        self._number = number + 1
        return write_event(orjson.dumps({"type": kind, "sequence_number": number, **members}), kind.encode())

    def stop(self, choice: int, text: str, member: dict[str, Any], sent: dict[str, str]) -> bytes:
        """Say why in a new message item, and end with ``response.incomplete``."""
        items = [item_as_sent(item, index, sent) for index, item in sorted(self._items.items())]
        index = max(self._items, default=-1) + 1
        about = {name: found for name, found in self._response.items() if is_identifier(found)}
        response = own_response(
            about.get("id", f"resp_{member['decision']}"), about.get("model", self._model), self._response.get("created_at")
        )
        return refusing_end(response, items, index, f"msg_stopped_{index}", text, member, self._number or 0)

    def finish(self, events: list[bytes | tuple[Document, bytes]], member: dict[str, Any]) -> bytes:
        """The ``brightline`` member goes into the answer that the last event carries."""
        written: list[bytes] = []
        marked = False
        for event in reversed(events):
            if isinstance(event, bytes):
                written.append(event)
                continue
            document, kind = event
            if not marked and isinstance(document.value, dict):
                path: Path = ("response",) if isinstance(document.value.get("response"), dict) else ()
                document.add(path, "brightline", member)
                marked = True
            written.append(write_event(document.encode(), kind))
        return b"".join(reversed(written))


def _number(value: dict[str, Any], name: str) -> int:
    found = value.get(name)
    if found.__class__ is not int or not 0 <= found < 100_000:
        raise ValueError(f"an event without {name}")
    return found
