"""What the shapes share in reading requests: model, stream, number of answers, end user, and every text as a part."""

from __future__ import annotations

import re
from typing import Any

from brightline.model import Part, Side
from brightline.server.gateway.shapes.shape import Prompt, wrong
from brightline.server.gateway.shapes.texts import dotted, gap, is_identifier, texts
from brightline.server.gateway.verbatim import Path

__all__ = ["MAX_CHOICES", "ROLES", "add_parts", "others_of", "read_common"]

MAX_CHOICES = 128
"""The largest ``n`` of the OpenAI API."""

ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
"""Any other role is looked at like a text."""


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
    return Prompt(model=model, stream=bool(stream), parts=[], gaps=[], choices=choices, end_user=_end_user(body))


def _end_user(body: dict[str, Any]) -> str:
    """The end user as the body names them: ``user``, ``safety_identifier`` or ``metadata.user_id``."""
    metadata = body.get("metadata")
    for value in (body.get("user"), body.get("safety_identifier"), metadata.get("user_id") if isinstance(metadata, dict) else None):
        if isinstance(value, str) and value:
            return value
    return ""


# An account's name is the caller's business, unless it is a sentence.
_IDENTIFIERS = ("model", "user", "conversation")


def others_of(body: dict[str, Any], *read: str) -> dict[str, Any]:
    """The members of a request besides those that the shape has ``read``, and besides identifiers."""
    return {name: value for name, value in body.items() if not (name in read or (name in _IDENTIFIERS and is_identifier(value)))}


def add_parts(prompt: Prompt, value: Any, path: Path, side: Side) -> None:
    """Put every text under ``value`` into the prompt's parts, and every piece of other data into its gaps.

    Text parts of one message that follow each other become one part, as the model reads them.
    """
    first = len(prompt.parts)
    for text in texts(value, path):
        name = dotted(text.path)
        if text.text is None:
            prompt.gaps.append(gap(name))
            continue
        if text.escaped:
            prompt.escaped.add(name)
        prompt.parts.append(Part(name, side, text.text))
    if len(prompt.parts) - first > 1:
        prompt.parts[first:] = _joined(prompt.parts[first:])


# messages[0].content[1].text, input[0].content[1].text, system[1].text; and strings in place of such objects
_PIECE = re.compile(r"(.*(?:content|system|instructions))\[(\d+)\](\.text)?\Z", re.DOTALL)


def _joined(parts: list[Part]) -> list[Part]:
    joined: list[Part] = []
    run: list[Part] = []
    last: tuple[str | None, int] = (None, 0)
    for part in [*parts, None]:
        found = _PIECE.match(part.path) if part is not None else None
        here = (found.group(1), int(found.group(2))) if found else (None, 0)
        if run and not (found and here == (last[0], last[1] + 1)):
            joined.append(_one(run, last))
            run = []
        if part is not None and found:
            run.append(part)
        elif part is not None:
            joined.append(part)
        last = here
    return joined


def _one(run: list[Part], last: tuple[str | None, int]) -> Part:
    if len(run) == 1:
        return run[0]
    return Part(f"{last[0]}[{last[1] - len(run) + 1}–{last[1]}]", run[0].side, "".join(part.text for part in run))
