"""Answers with ``choices``, streamed: the chunks of the chat and completions APIs (OpenAI API reference)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.server.gateway.shapes.choices import numbered_choices, texts_of_choice
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, View
from brightline.server.gateway.shapes.strays import beside, strays
from brightline.server.gateway.shapes.texts import is_identifier
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["DONE", "ChoiceStream", "write_chunk"]

DONE = b"data: [DONE]\n\n"
"""The end mark of the OpenAI API."""


def write_chunk(head: dict[str, Any], choice: dict[str, Any]) -> bytes:
    """One chunk with one choice."""
    return write_event(orjson.dumps({**head, "choices": [choice]}))


class ChoiceStream:
    """Reads the chunks of one streamed answer with ``choices``."""

    def __init__(self, kind: str, model: str, holder: str, named: str, visible: str) -> None:
        self._head: dict[str, Any] = {"id": "", "object": kind, "created": 0, "model": model if is_identifier(model) else ""}
        self._open: set[int] = set()  # choices seen and not ended
        self._ended = False  # at least one choice has ended
        self._begun: set[int] = set()  # choices of which the client has a chunk
        self._holder = holder  # where a chunk keeps the text, and
        self._named = named  # what a whole answer calls that place
        self._visible = visible
        self._head_seen: list[Any] = []
        self._calls: dict[int, int] = {}  # choice → tool call that was written last
        self._places: dict[str, Path] = {}  # channel → where in a whole answer's choice its text stands
        self._in_parts: set[int] = set()  # choices whose content is a list of parts

    def view(self, value: Any) -> View:
        """Understand one chunk."""
        if not isinstance(value, dict):
            raise ValueError("a chunk is no object")
        if value.get("error") is not None:
            return View(strays(value, EVERY_CHOICE), failed=True)
        if not self._head["id"]:
            self._take_head(value)
        found: list[AnswerText] = []
        ends: list[int] = []
        completes: list[str] = []
        for position, number, choice in numbered_choices(value):
            found.extend(texts_of_choice(choice, ("choices", position), number, self._holder, self._named, self._visible, self._places))
            delta = choice.get(self._holder)
            if delta.__class__ is dict:
                if delta.get("tool_calls"):
                    completes += self._calls_before(number, delta["tool_calls"])
                if delta.get(self._visible).__class__ is list:
                    self._in_parts.add(number)
            self._open.add(number)
            if choice.get("finish_reason") is not None:
                ends.append(number)
                self._open.discard(number)
                self._ended = True
        head = [value.get(name) for name in _SAME_IN_ALL]
        if head != self._head_seen or not _USUAL.issuperset(value) or value.get("created").__class__ not in _TIMES:
            self._head_seen = head
            found.extend(beside(value, _CHOICES, EVERY_CHOICE))
        last = self._ended and not self._open
        return View(found, tuple(f"choices[{number}]." for number in ends), tuple(ends), last, completes=tuple(completes))

    def _take_head(self, value: dict[str, Any]) -> None:
        """What the gateway's own chunks say about themselves: identifiers, as the upstream wrote them."""
        for name in ("id", "object", "model"):
            if is_identifier(value.get(name)):
                self._head[name] = value[name]
        if value.get("created").__class__ is int:
            self._head["created"] = value["created"]

    def _calls_before(self, choice: int, calls: Any) -> Iterator[str]:
        """Arguments of the call before the one that begins now: clients take them for complete."""
        for call in calls if isinstance(calls, list) else ():
            index = call.get("index") if isinstance(call, dict) else None
            if isinstance(index, int):
                before = self._calls.get(choice, index)
                self._calls[choice] = index
                if before != index:
                    yield f"choices[{choice}].{self._named}.tool_calls[{before}].function.arguments"

    def passing(self, document: Document) -> None:
        """Chunks of this API carry no numbers; remember whose beginning the client has."""
        if self._open - self._begun:
            self._begun.update(number for _, number, _ in numbered_choices(document.value))

    def is_idle(self, value: Any, emptied: set[Path]) -> bool:
        """True for a chunk in which nothing is left but an empty text of a choice that has begun."""
        choices = value.get("choices")
        if not choices or len(choices) != 1 or value.get("usage") or not _USUAL_OR_EMPTY.issuperset(value):
            return False
        choice = choices[0]
        if choice.get("finish_reason") is not None or choice.get("index", 0) not in self._begun:
            return False
        if not self._holder:
            return ("choices", 0, self._visible) in emptied and _OF_CHOICE.issuperset(choice)
        delta = choice[self._holder]
        for name, member in delta.items():
            if member is None or name == "role" or member == "" or ("choices", 0, self._holder, name) in emptied:
                continue
            return False
        return _OF_CHOICE.issuperset(choice)

    def drop(self, document: Document, view: View, stopped: set[int]) -> bool:
        """Take stopped choices out of a chunk."""
        choices = numbered_choices(document.value)
        gone = [position for position, number, _ in choices if number in stopped]
        if not gone:
            return False
        if len(gone) == len(choices) and not document.value.get("usage"):
            return True
        for position in gone:
            document.cut(("choices",), position)
        return False

    def clean(self, document: Document, text: AnswerText) -> None:
        """Token lists and their alternatives say the text again: out with them where the text was changed."""
        if len(text.path) > 1 and text.path[0] == "choices" and document.at(text.path[:2]).get("logprobs") is not None:
            document.put((*text.path[:2], "logprobs"), None)

    def more(self, name: str, choice: int, text: str) -> bytes:
        """A chunk with more text on a channel."""
        inner: Any = text
        place = self._places.get(name)
        if place is None:
            member = name.rpartition(".")[2]  # content and its like stand directly in their holder
            inner = [{"type": "text", "text": text}] if member == self._visible and choice in self._in_parts else text
            place = (member,)
        for step in reversed(place):
            inner = [inner | {"index": step} if isinstance(inner, dict) else inner] if isinstance(step, int) else {step: inner}
        if self._holder:
            inner = {self._holder: inner}
        return write_chunk(self._head, {"index": choice, **inner, "logprobs": None, "finish_reason": None})

    def stop(self, choice: int, text: str, member: dict[str, Any], sent: dict[str, str]) -> bytes:
        """A last word to the reader, then the terminal chunk of the choice."""
        channel = f"choices[{choice}].{self._named}.{self._visible}" if self._named else f"choices[{choice}].{self._visible}"
        said = sent.get(channel)
        word = self.more(channel, choice, f"\n\n{text}" if said else text)
        self._open.discard(choice)
        self._ended = True
        ended: dict[str, Any] = {"index": choice, **({self._holder: {}} if self._holder else {"text": ""})}
        ended |= {"logprobs": None, "finish_reason": "content_filter"}
        return word + write_event(orjson.dumps({**self._head, "choices": [ended], "brightline": member}))

    def finish(self, events: list[bytes | tuple[Document, bytes]], member: dict[str, Any]) -> bytes:
        """The ``brightline`` member goes into the last chunk, or a chunk of its own; then ``[DONE]``."""
        written: list[bytes] = []
        marked = any(isinstance(event, bytes) and b'"brightline"' in event for event in events)
        for event in reversed(events):
            if isinstance(event, bytes):
                written.append(event)
                continue
            document, kind = event
            if not marked:
                document.add((), "brightline", member)
                marked = True
            written.append(write_event(document.encode(), kind))
        if not marked:
            # With a choice in it, because many clients take the first one without looking.
            choice: dict[str, Any] = {
                "index": 0,
                **({self._holder: {}} if self._holder else {"text": ""}),
                "logprobs": None,
                "finish_reason": None,
            }
            written.insert(0, write_event(orjson.dumps({**self._head, "choices": [choice], "brightline": member})))
        return b"".join(reversed(written)) + DONE


# Members that need no second look once they were looked at, and those that hold numbers or random padding only.
_SAME_IN_ALL = ("id", "object", "model", "system_fingerprint", "service_tier")
_USUAL = frozenset((*_SAME_IN_ALL, "created", "choices"))
_USUAL_OR_EMPTY = _USUAL | {"usage", "obfuscation"}
_TIMES = frozenset((int, float, type(None)))
_CHOICES = frozenset(("choices",))
_OF_CHOICE = frozenset(("index", "delta", "text", "logprobs", "finish_reason", "stop_reason", "content_filter_results"))
