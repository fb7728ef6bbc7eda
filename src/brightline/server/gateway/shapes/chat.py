"""``POST /v1/chat/completions`` and the older ``/v1/completions``, whole and streamed.

Follows the OpenAI API reference ("Chat", "Legacy completions"). The two differ in where the text of a choice stands;
``Chat`` and ``Completions`` say so, and ``ChoiceStream`` reads the chunks of both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import BrightlineError
from brightline.model import Part, Side
from brightline.server.gateway.shapes.envelope import openai_error
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, Prompt, Turn, View, wrong
from brightline.server.gateway.shapes.texts import Text, dotted, gap, texts
from brightline.server.gateway.sse import write_event
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["CHAT", "Chat", "ChoiceStream"]

MAX_CHOICES = 128
"""The largest ``n`` of the OpenAI API."""

_DONE = b"data: [DONE]\n\n"


class Chat:
    """The chat API."""

    name = "chat.completions"
    path = "/chat/completions"

    def read(self, body: Any) -> Prompt:
        """Understand a request. Raises ``InputError`` BL-INPUT-103 for wrong types."""
        prompt = read_common(body)
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise wrong("messages", "an array with at least one message", messages)
        newest = ""
        for index, message in enumerate(messages):
            role, text = self._message(prompt, index, message)
            prompt.turns.append(Turn(index, role, text))
            if role == "user" and text:
                newest = text
        prompt.turns_path = ("messages",)
        prompt.asked = newest
        others = {name: value for name, value in body.items() if name not in _NOT_IN_OTHERS}
        add_parts(prompt, others, (), Side.PROMPT)
        kind = body.get("response_format")
        prompt.structured = isinstance(kind, dict) and kind.get("type") in ("json_object", "json_schema")
        return prompt

    def _message(self, prompt: Prompt, index: int, message: Any) -> tuple[str, str]:
        if not isinstance(message, dict):
            raise wrong(f"messages[{index}]", "an object", message)
        role = message.get("role")
        if not isinstance(role, str):
            raise wrong(f"messages[{index}].role", "a string", role)
        content = message.get("content")
        if not (content is None or isinstance(content, str | list)):
            raise wrong(f"messages[{index}].content", "a string, an array of parts or null", content)
        if isinstance(content, list):
            for position, piece in enumerate(content):
                if not isinstance(piece, dict | str):
                    raise wrong(f"messages[{index}].content[{position}]", "an object", piece)
        side = Side.ANSWER if role == "assistant" else Side.PROMPT
        if content.__class__ is str and len(message) == 2:
            prompt.parts.append(Part(f"messages[{index}].content", side, content))
            return role, content
        first = len(prompt.parts)
        add_parts(prompt, message, ("messages", index), side)
        return role, "\n".join(part.text for part in prompt.parts[first:])

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Every text of a whole answer."""
        yield from choice_texts(body, "message", ("content",))

    def stop(self, document: Document, choice: int, text: str) -> None:
        """Replace a choice by a refusal."""
        stop_choice(document, choice, "message", {"role": "assistant", "content": text, "refusal": None})

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A whole answer that refuses."""
        return {
            **answer_head(decision_id, "chat.completion", prompt.model),
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", "content": text, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "content_filter",
                }
                for index in range(prompt.choices)
            ],
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
            "brightline": member,
        }

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """The same as a stream."""
        head = answer_head(decision_id, "chat.completion.chunk", prompt.model)
        pieces = [
            _chunk(head, {"index": index, "delta": {"role": "assistant", "content": text}, "logprobs": None, "finish_reason": None})
            for index in range(prompt.choices)
        ]
        ends: list[dict[str, Any]] = [
            {"index": index, "delta": {}, "logprobs": None, "finish_reason": "content_filter"} for index in range(prompt.choices)
        ]
        return b"".join(pieces) + write_event(orjson.dumps({**head, "choices": ends, "brightline": member})) + _DONE

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the OpenAI API."""
        return openai_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """An error in the middle of a stream."""
        return write_event(orjson.dumps(openai_error(problem)))

    def streamed(self, prompt: Prompt) -> ChoiceStream:
        """A reader for one streamed answer."""
        return ChoiceStream("chat.completion.chunk", prompt.choices, "delta", "message", ("content",))


_NOT_IN_OTHERS = frozenset(("messages", "model", "user", "stream", "prompt"))

CHAT = Chat()


def read_common(body: Any) -> Prompt:
    """What all OpenAI shapes share: ``model``, ``stream``, ``n``, ``user``."""
    if not isinstance(body, dict):
        raise wrong("the body", "an object", body)
    model = body.get("model", "")
    if not isinstance(model, str):
        raise wrong("model", "a string", model)
    stream = body.get("stream")
    if not (stream is None or isinstance(stream, bool)):
        raise wrong("stream", "true or false", stream)
    choices = body.get("n")
    if choices is None:
        choices = 1
    elif not isinstance(choices, int) or isinstance(choices, bool) or not 1 <= choices <= MAX_CHOICES:
        raise wrong("n", f"a whole number from 1 to {MAX_CHOICES}", choices)
    return Prompt(model=model, stream=bool(stream), parts=[], gaps=[], choices=choices, end_user=end_user(body))


def end_user(body: dict[str, Any]) -> str:
    """The end user as the body names them: ``user``, ``safety_identifier`` or ``metadata.user_id``."""
    metadata = body.get("metadata")
    for value in (body.get("user"), body.get("safety_identifier"), metadata.get("user_id") if isinstance(metadata, dict) else None):
        if isinstance(value, str) and value:
            return value
    return ""


def add_parts(prompt: Prompt, value: Any, path: Path, side: Side) -> None:
    """Put every text under ``value`` into the prompt's parts, and every piece of other data into its gaps."""
    for text in texts(value, path):
        name = dotted(text.path)
        if text.text is None:
            prompt.gaps.append(gap(name))
            continue
        if text.escaped:
            prompt.escaped.add(name)
        prompt.parts.append(Part(name, side, text.text))


# Answers


def choice_texts(body: Any, holder: str, visible: Path) -> Iterator[AnswerText]:
    """Texts of an answer or chunk with ``choices``; ``holder`` is where a choice keeps its text (empty: in the choice itself)."""
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        raise ValueError("no array of choices")
    for position, choice in enumerate(body["choices"]):
        if not isinstance(choice, dict):
            raise ValueError(f"choices[{position}] is no object")
        index = choice.get("index", position)
        number = index if isinstance(index, int) else position
        yield from _texts_of_choice(choice, ("choices", position), number, holder, holder, visible)
    for text in texts({name: value for name, value in body.items() if name != "choices"}):
        yield AnswerText(text.path, dotted(text.path), EVERY_CHOICE, text.text, text.escaped, atomic=True)


def _texts_of_choice(choice: dict[str, Any], path: Path, number: int, holder: str, named: str, visible: Path) -> Iterator[AnswerText]:
    inner = choice.get(holder) if holder else None
    if holder and inner.__class__ is dict:
        head = f"choices[{number}].{named}"
        for name, value in inner.items():
            if value.__class__ is str and (name == "content" or name == "reasoning_content"):
                if value:
                    yield AnswerText((*path, holder, name), f"{head}.{name}", number, value, False, (name,) == visible)
            elif value is not None and not (name == "role" and value == "assistant"):
                # texts() wants the holder of a member, because the name decides what is text.
                for text in texts({name: value}, (*path, holder)):
                    place = _numbered(inner, text.path[len(path) + 1 :])
                    atomic = place[-1] == "name"
                    yield AnswerText(text.path, f"{head}.{dotted(place)}", number, text.text, text.escaped, place == visible, atomic=atomic)
    for text in texts({name: value for name, value in choice.items() if name not in (holder, "logprobs")}, path):
        place = text.path[len(path) :]
        shown = not holder and place == visible
        yield AnswerText(text.path, f"choices[{number}].{dotted(place)}", number, text.text, text.escaped, shown, atomic=not shown)


def _numbered(value: Any, path: Path) -> Path:
    """The path with the ``index`` that a streamed list element carries in place of its position in this chunk."""
    numbered: list[str | int] = []
    for step in path:
        value = value[step]
        if isinstance(step, int) and isinstance(value, dict) and isinstance(value.get("index"), int):
            numbered.append(value["index"])
        else:
            numbered.append(step)
    return tuple(numbered)


def stop_choice(document: Document, choice: int, holder: str, message: Any) -> None:
    """Replace what a choice says, mark it ``content_filter`` and drop its token list."""
    for position, found in enumerate(document.value["choices"]):
        if choice not in (EVERY_CHOICE, found.get("index", position)):
            continue
        replaced = {"index": found.get("index", position), holder: message, "logprobs": None, "finish_reason": "content_filter"}
        document.put(("choices", position), replaced)


def answer_head(decision_id: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": f"brightline-{decision_id}", "object": kind, "created": int(time.time()), "model": model}


def _chunk(head: dict[str, Any], choice: dict[str, Any]) -> bytes:
    return write_event(orjson.dumps({**head, "choices": [choice]}))


class ChoiceStream:
    """Reads the chunks of one streamed answer with ``choices``."""

    def __init__(self, kind: str, choices: int, holder: str, named: str, visible: Path) -> None:
        self._head: dict[str, Any] = {"id": "", "object": kind, "created": 0, "model": ""}
        self._open = set(range(choices))
        self._holder = holder  # where a chunk keeps the text, and
        self._named = named  # what a whole answer calls that place
        self._visible = visible
        self._checked: list[Any] = []
        self._calls: dict[int, int] = {}  # choice → tool call that was written last

    def view(self, value: Any) -> View:
        """Understand one chunk."""
        if not isinstance(value, dict):
            raise ValueError("a chunk is no object")
        if value.get("error") is not None:
            return View([_stray(text) for text in texts(value)], failed=True)
        if not self._head["id"]:
            # Identifiers only: whatever else stands there is inspected, and may be what stops the answer.
            self._head = {
                name: default if _has_text({name: value.get(name)}) else value.get(name, default) for name, default in self._head.items()
            }
        found: list[AnswerText] = []
        ends: list[int] = []
        completes: list[str] = []
        choices = value.get("choices")
        if not (choices is None or isinstance(choices, list)):
            raise ValueError("choices is no array")
        for position, choice in enumerate(choices or ()):
            if not isinstance(choice, dict):
                raise ValueError(f"choices[{position}] is no object")
            number = choice.get("index", position)
            if not isinstance(number, int) or not 0 <= number < MAX_CHOICES:
                raise ValueError(f"choices[{position}].index is out of range")
            found.extend(_texts_of_choice(choice, ("choices", position), number, self._holder, self._named, self._visible))
            delta = choice.get("delta")
            if delta.__class__ is dict and delta.get("tool_calls"):
                completes += self._calls_before(number, delta["tool_calls"])
            if choice.get("finish_reason") is not None:
                ends.append(number)
                self._open.discard(number)
        head = [value.get(name) for name in _SAME_IN_ALL]
        if head != self._checked or not _USUAL.issuperset(value):
            self._checked = head
            found.extend(_loose(value))
        return View(found, tuple(f"choices[{number}]." for number in ends), tuple(ends), not self._open, completes=tuple(completes))

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
        """Chunks of this API carry no numbers."""

    def drop(self, document: Document, view: View, stopped: set[int]) -> bool:
        """Take stopped choices out of a chunk."""
        choices = document.value.get("choices") or []
        gone = [position for position, choice in enumerate(choices) if choice.get("index", position) in stopped]
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
        place = _place(name, self._named, self._holder)
        inner: Any = text
        for step in reversed(place):
            inner = [inner | {"index": step} if isinstance(inner, dict) else inner] if isinstance(step, int) else {step: inner}
        return _chunk(self._head, {"index": choice, **inner, "logprobs": None, "finish_reason": None})

    def stop(self, choice: int, text: str, member: dict[str, Any], sent: dict[str, str]) -> bytes:
        """A last word to the reader, then the terminal chunk of the choice."""
        channel = dotted(("choices", choice, self._named, *self._visible) if self._named else ("choices", choice, *self._visible))
        said = sent.get(channel)
        word = self.more(channel, choice, f"\n\n{text}" if said else text)
        self._open.discard(choice)
        ended: dict[str, Any] = {"index": choice, **({self._holder: {}} if self._holder else {"text": ""})}
        ended |= {"logprobs": None, "finish_reason": "content_filter"}
        return word + write_event(orjson.dumps({**self._head, "choices": [ended], "brightline": member}))

    def finish(self, events: list[bytes | tuple[Document, bytes, bytes]], member: dict[str, Any]) -> bytes:
        """The ``brightline`` member goes into the last chunk, then ``[DONE]``."""
        written: list[bytes] = []
        marked = False
        for event in reversed(events):
            if isinstance(event, bytes):
                written.append(event)
                continue
            document, kind, event_id = event
            if not marked and isinstance(document.value, dict):
                document.add((), "brightline", member)
                marked = True
            written.append(write_event(document.encode(), kind, event_id))
        return b"".join(reversed(written)) + _DONE


# Members that need no second look once they were looked at, and those that hold numbers or random padding only.
_SAME_IN_ALL = ("id", "object", "model", "system_fingerprint", "service_tier")
_USUAL = frozenset((*_SAME_IN_ALL, "created", "choices"))


def _loose(value: dict[str, Any]) -> list[AnswerText]:
    """Texts of a chunk outside its choices."""
    others = {name: member for name, member in value.items() if name != "choices"}
    return [_stray(text) for text in texts(others)]


def _has_text(value: Any) -> bool:
    return next(iter(texts(value)), None) is not None


def _stray(text: Text) -> AnswerText:
    return AnswerText(text.path, dotted(text.path), EVERY_CHOICE, text.text, text.escaped, atomic=True)


def _place(name: str, named: str, holder: str) -> Path:
    """The path inside a chunk's choice of the channel ``choices[0].message.tool_calls[1].function.arguments``."""
    pieces = name.split(".", 1)[1].replace("[", ".[").split(".")
    steps: list[str | int] = [int(piece[1:-1]) if piece.startswith("[") else piece for piece in pieces]
    if named and steps[0] == named:
        steps[0] = holder
    return tuple(steps)
