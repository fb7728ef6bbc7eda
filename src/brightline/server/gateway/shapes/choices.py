"""Answers with ``choices``, whole: what chat and completions have in common (OpenAI API reference, "Chat", "Legacy completions").

The two differ in where the text of a choice stands: in an object under ``message`` (``delta`` in a stream), or in the choice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from brightline.server.gateway.shapes.requests import MAX_CHOICES
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText
from brightline.server.gateway.shapes.strays import beside
from brightline.server.gateway.shapes.texts import NAMES, dotted, texts
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["answer_head", "choice_texts", "numbered_choices", "stop_choice", "texts_of_choice"]


def numbered_choices(body: Any) -> list[tuple[int, int, dict[str, Any]]]:
    """(position, number, choice) of each choice. Raises ``ValueError`` unless each has a number that the API permits.

    Whoever reads, labels or stops a choice takes its number from here, so that all of them mean the same one.
    """
    choices = body.get("choices")
    if choices is None:
        return []
    if not isinstance(choices, list):
        raise ValueError("choices is no array")
    found: list[tuple[int, int, dict[str, Any]]] = []
    for position, choice in enumerate(choices):
        if not isinstance(choice, dict):
            raise ValueError(f"choices[{position}] is no object")
        number = choice.get("index", position)
        if number.__class__ is not int or not 0 <= number < MAX_CHOICES:
            raise ValueError(f"choices[{position}].index is no number from 0 to {MAX_CHOICES - 1}")
        found.append((position, number, choice))
    return found


def choice_texts(body: Any, holder: str, visible: str) -> Iterator[AnswerText]:
    """Texts of a whole answer; ``holder`` is where a choice keeps its text (empty: in the choice itself)."""
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        raise ValueError("no array of choices")
    choices = numbered_choices(body)
    if len({number for _, number, _ in choices}) < len(choices):
        raise ValueError("two choices have the same index")
    for position, number, choice in choices:
        yield from texts_of_choice(choice, ("choices", position), number, holder, holder, visible, {})
    yield from beside(body, _CHOICES, EVERY_CHOICE)


_CHOICES = frozenset(("choices",))
_CHATTY = frozenset(("content", "reasoning_content"))
_USUAL_REASONS = frozenset(("stop", "length", "tool_calls", "content_filter", "function_call"))


def texts_of_choice(
    choice: dict[str, Any], path: Path, number: int, holder: str, named: str, visible: str, places: dict[str, Path]
) -> Iterator[AnswerText]:
    """Texts of one choice. ``places`` learns where in a choice the text of each channel stands."""
    inner = choice.get(holder) if holder else None
    if inner.__class__ is dict:
        head = f"choices[{number}].{named}"
        for name, value in inner.items():
            if value.__class__ is str and name in _CHATTY:
                if value:
                    yield AnswerText((*path, holder, name), f"{head}.{name}", number, value, False, name == visible)
            elif not ((name == "role" and value == "assistant") or (value is None and name in _MEMBERS)):
                # texts() wants the holder of a member, because the name decides what is text.
                for text in texts({name: value}, (*path, holder), answer=True):
                    yield _of_member(text.path, text.text, text.escaped, inner, len(path) + 1, head, number, visible, places)
    elif inner is not None:
        raise ValueError(f"{dotted(path)}.{holder} is no object")
    for name, value in choice.items():
        if name == holder or name == "index" or name == "logprobs":
            continue
        if name == "finish_reason" and (value is None or (value.__class__ is str and value in _USUAL_REASONS)):
            continue
        if not holder and name == visible and value.__class__ is str:  # completions
            if value:
                yield AnswerText((*path, name), f"choices[{number}].{name}", number, value, False, True)
            continue
        for text in texts({name: value}, path, answer=True):
            place = text.path[len(path) :]
            yield AnswerText(
                () if text.names else text.path, f"choices[{number}].{dotted(place)}", number, text.text, text.escaped, atomic=True
            )


_MEMBERS = frozenset(
    ("role", "content", "reasoning_content", "refusal", "tool_calls", "function_call", "annotations", "audio", "reasoning", "name")
)


def _of_member(
    path: Path, text: str | None, escaped: bool, inner: Any, depth: int, head: str, number: int, visible: str, places: dict[str, Path]
) -> AnswerText:
    """One text of a message or delta under any other name than the usual ones."""
    place = _numbered(inner, path[depth:])
    if path[-1] == NAMES:
        return AnswerText((), f"{head}.{dotted(place)}", number, text, escaped, atomic=True)
    if place[0] == visible and text is not None and is_content_part(inner, path[depth:]):
        # Parts of the content are one text, as its reader sees them.
        return AnswerText(path, f"{head}.{visible}", number, text, escaped, True)
    name = f"{head}.{dotted(place)}"
    places.setdefault(name, place)
    return AnswerText(path, name, number, text, escaped, atomic=place[-1] == "name")


def is_content_part(inner: Any, place: Path) -> bool:
    """True for ``content[1].text`` of a part that is text."""
    if len(place) != 3 or place[2] != "text":
        return False
    kind = inner[place[0]][place[1]].get("type", "text")
    return kind.__class__ is str and kind in ("text", "output_text")


def _numbered(value: Any, path: Path) -> Path:
    """The path with the ``index`` that a streamed list element carries in place of its position in this chunk."""
    numbered: list[str | int] = []
    for step in path:
        if step is path[-1] and step == NAMES:
            numbered.append(step)
            break
        value = value[step]
        if step.__class__ is int and value.__class__ is dict and value.get("index").__class__ is int:
            numbered.append(value["index"])
        else:
            numbered.append(step)
    return tuple(numbered)


def stop_choice(document: Document, choice: int, holder: str, message: Any) -> None:
    """Replace what a choice says, mark it ``content_filter`` and drop its token list."""
    for position, number, _ in numbered_choices(document.value):
        if choice in (EVERY_CHOICE, number):
            document.put(("choices", position), {"index": number, holder: message, "logprobs": None, "finish_reason": "content_filter"})


def answer_head(decision_id: str, kind: str, model: str) -> dict[str, Any]:
    """The first members of an answer that the gateway writes itself."""
    return {"id": f"brightline-{decision_id}", "object": kind, "created": int(time.time()), "model": model}
