"""``POST /v1/messages``: the Anthropic API, whole and streamed (Anthropic API reference, "Messages" and "Streaming messages").

Its answer is one list of content blocks, so there is one choice, number 0, and a stop ends the message. What a stream
says as ``partial_json`` a whole answer says as an object; both are inspected as JSON text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import BrightlineError
from brightline.model import Part, Side
from brightline.server.gateway.shapes.envelope import anthropic_error
from brightline.server.gateway.shapes.requests import ROLES, add_parts, others_of, read_common
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, Prompt, Turn, View, wrong
from brightline.server.gateway.shapes.strays import beside, strays
from brightline.server.gateway.shapes.texts import dotted, texts
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["MESSAGES", "Messages"]


class Messages:
    """The messages API."""

    name = "messages"
    path = "/messages"

    def read(self, body: Any) -> Prompt:
        """Understand a request."""
        prompt = read_common(body)
        prompt.choices = 1
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise wrong("messages", "an array with at least one message", messages)
        system = body.get("system")
        if not (system is None or isinstance(system, str | list)):
            raise wrong("system", "a string or an array of text blocks", system)
        add_parts(prompt, others_of(body, "messages"), (), Side.PROMPT)
        for index, message in enumerate(messages):
            if not isinstance(message, dict):
                raise wrong(f"messages[{index}]", "an object", message)
            role, content = message.get("role"), message.get("content")
            if not isinstance(role, str):
                raise wrong(f"messages[{index}].role", "a string", role)
            if not isinstance(content, str | list):
                raise wrong(f"messages[{index}].content", "a string or an array of content blocks", content)
            side = Side.ANSWER if role == "assistant" else Side.PROMPT
            first = len(prompt.parts)
            if isinstance(content, str) and len(message) == 2 and role in ROLES:
                prompt.parts.append(Part(f"messages[{index}].content", side, content))
            else:
                add_parts(prompt, message, ("messages", index), side)
            text = "\n".join(part.text for part in prompt.parts[first:])
            prompt.turns.append(Turn(index, role, text))
            if role == "user" and text:
                prompt.asked = text
        prompt.turns_path = ("messages",)
        config = body.get("output_config")
        prompt.structured = bool(body.get("output_format")) or (isinstance(config, dict) and bool(config.get("format")))
        return prompt

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Every text of a whole answer."""
        if not isinstance(body, dict) or not isinstance(body.get("content"), list):
            raise ValueError("no array of content blocks")
        for index, block in enumerate(body["content"]):
            yield from _texts_of_block(block, ("content", index), index)
        yield from beside(body, _CONTENT, EVERY_CHOICE)

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """A message is in one piece."""
        return False

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A whole answer that refuses."""
        return {
            **_message(prompt, decision_id),
            "content": [{"type": "text", "text": text}],
            "stop_reason": "refusal",
            "brightline": member,
        }

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """The same as a stream."""
        start = _event("message_start", {"message": _message(prompt, decision_id)})
        return start + _text_block(0, text) + _end("refusal", member)

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the Anthropic API."""
        return anthropic_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """An error in the middle of a stream."""
        return write_event(orjson.dumps(anthropic_error(problem)), b"error")

    def streamed(self, prompt: Prompt) -> MessageStream:
        """A reader for one streamed answer."""
        return MessageStream()


_CONTENT = frozenset(("content",))

MESSAGES = Messages()


def _texts_of_block(block: Any, path: Path, index: int) -> Iterator[AnswerText]:
    if not isinstance(block, dict):
        raise ValueError(f"content[{index}] is no object")
    kind = block.get("type")
    for name, value in block.items():
        if name == "input" and isinstance(value, dict | list):
            if value:
                # An object cannot be let out in part: path is empty, it passes whole or not at all.
                yield AnswerText((), f"content[{index}].input", 0, orjson.dumps(value).decode(), True, atomic=True)
            continue
        visible = name == "text" and kind == "text"
        for text in texts({"type": kind, name: value} if name == "data" else {name: value}, path, answer=True):
            place = text.path[len(path) :]
            atomic = text.names or place[-1] == "name"
            at = () if text.names else text.path
            yield AnswerText(at, f"content[{index}].{dotted(place)}", 0, text.text, text.escaped, visible, atomic=atomic)


# Streams

# What a delta of each type carries, and what a whole answer calls it.
_DELTAS = {"text_delta": ("text", "text"), "thinking_delta": ("thinking", "thinking"), "input_json_delta": ("partial_json", "input")}
_WRITTEN = {place: (kind, name) for kind, (name, place) in _DELTAS.items()}


_OF_DELTA = frozenset(("type", "index", "delta"))
_OF_BLOCK = frozenset(("type", "index", "content_block"))
_OF_BLOCK_STOP = frozenset(("type", "index"))
_OF_START = frozenset(("type", "message"))


class MessageStream:
    """Reads the events of one streamed message."""

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}  # type of each block that the client has open
        self._next = 0

    def view(self, value: Any) -> View:
        """Understand one event."""
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == "content_block_delta":
            return View(self._delta(value))
        if kind == "content_block_start":
            found = [*_texts_of_block(value.get("content_block"), ("content_block",), _index(value)), *beside(value, _OF_BLOCK, 0)]
            return View(found)
        if kind == "content_block_stop":
            return View(beside(value, _OF_BLOCK_STOP, 0), closes=(f"content[{_index(value)}].",))
        if kind == "message_start":
            message = value.get("message")
            if not isinstance(message, dict):
                raise ValueError("message_start without a message")
            found = [text._replace(path=("message", *text.path) if text.path else ()) for text in self._started(message)]
            return View(found + beside(value, _OF_START, 0))
        if kind == "message_delta":
            return View(strays(value, 0), closes=("content[",), ends=(0,), last=True)
        if kind == "message_stop":
            return View(strays(value, 0), last=True)
        if kind == "error":
            return View(strays(value, 0), failed=True)
        if kind is None:
            raise ValueError("an event without a type")
        return View(strays(value, 0))

    def _started(self, message: dict[str, Any]) -> Iterator[AnswerText]:
        yield from MESSAGES.answer_texts({"content": [], **message})

    def _delta(self, value: dict[str, Any]) -> list[AnswerText]:
        index, delta = _index(value), value.get("delta")
        if not isinstance(delta, dict):
            raise ValueError("content_block_delta without a delta")
        known = _DELTAS.get(str(delta.get("type")))
        name = ""
        found: list[AnswerText] = []
        if known is not None and delta.get(known[0]).__class__ is str:
            name, place = known
            text = delta[name]
            if text:
                found.append(AnswerText(("delta", name), f"content[{index}].{place}", 0, text, place == "input", place == "text"))
        if not name or len(delta) > 2:
            for text in texts({member: inner for member, inner in delta.items() if member not in ("type", name)}, ("delta",), answer=True):
                at = () if text.names else text.path
                found.append(AnswerText(at, f"content[{index}].{dotted(text.path[1:])}", 0, text.text, text.escaped))
        return found if len(value) == 3 else found + beside(value, _OF_DELTA, 0)

    def passing(self, document: Document) -> None:
        """Remember which blocks the client has open."""
        value = document.value
        if value["type"] == "content_block_start":
            self._kinds[value["index"]] = str(value["content_block"].get("type"))
            self._next = max(self._next, value["index"] + 1)
        elif value["type"] == "content_block_stop":
            self._kinds.pop(value["index"], None)

    def is_idle(self, value: Any, emptied: set[Path]) -> bool:
        """True for a delta in which nothing is left but an empty text."""
        return value["type"] == "content_block_delta" and len(value) == 3 and len(value["delta"]) == 2 and bool(emptied)

    def drop(self, document: Document, view: View, stopped: set[int]) -> bool:
        """After a stop nothing of the message is left."""
        return bool(stopped)

    def clean(self, document: Document, text: AnswerText) -> None:
        """This API does not repeat texts as tokens."""

    def more(self, name: str, choice: int, text: str) -> bytes:
        """A delta with more text on an open block."""
        index, place = _block_of(name)
        kind, member = _WRITTEN.get(place, ("text_delta", "text"))
        return _event("content_block_delta", {"index": index, "delta": {"type": kind, member: text}})

    def stop(self, choice: int, text: str, member: dict[str, Any], sent: dict[str, str]) -> bytes:
        """Close what is open, say the last word in a text block, end the message with ``stop_reason`` refusal."""
        written, said = b"", False
        for index, kind in sorted(self._kinds.items()):
            if kind == "text" and not said:
                before = "\n\n" if sent.get(f"content[{index}].text") else ""
                written += self.more(f"content[{index}].text", 0, before + text)
                said = True
            written += _event("content_block_stop", {"index": index})
        self._kinds.clear()
        if not said:
            written += _text_block(self._next, text)
        return written + _end("refusal", member)

    def finish(self, events: list[bytes | tuple[Document, bytes]], member: dict[str, Any]) -> bytes:
        """The ``brightline`` member goes into ``message_stop``, or the last event there is."""
        written: list[bytes] = []
        marked = False
        for event in reversed(events):
            if isinstance(event, bytes):
                written.append(event)
                continue
            document, kind = event
            if not marked:
                document.add((), "brightline", member)
                marked = True
            written.append(write_event(document.encode(), kind))
        return b"".join(reversed(written))


def _index(value: dict[str, Any]) -> int:
    index = value.get("index")
    if index.__class__ is not int or not 0 <= index < 100_000:
        raise ValueError("an event without the index of its block")
    return index


def _block_of(name: str) -> tuple[int, str]:
    number, _, place = name.removeprefix("content[").partition("].")
    return int(number), place


def _message(prompt: Prompt, decision_id: str) -> dict[str, Any]:
    return {
        "id": f"msg_brightline_{decision_id}",
        "type": "message",
        "role": "assistant",
        "model": prompt.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def _event(kind: str, members: dict[str, Any]) -> bytes:
    return write_event(orjson.dumps({"type": kind, **members}), kind.encode())


def _text_block(index: int, text: str) -> bytes:
    return (
        _event("content_block_start", {"index": index, "content_block": {"type": "text", "text": ""}})
        + _event("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": text}})
        + _event("content_block_stop", {"index": index})
    )


def _end(reason: str, member: dict[str, Any]) -> bytes:
    delta = {"delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": 0}}
    return _event("message_delta", delta) + _event("message_stop", {"brightline": member})
