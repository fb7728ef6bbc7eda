"""Conversations for ``brightline check --dialogue``: from JSONL, or from lines that begin with who speaks.

* *JSONL*: a turn a line (``{"role": "user", "text": "…"}``), the file one conversation; or a conversation a line
  (``{"turns": [{"role": …, "text": …}, …]}``, or the list itself). ``content`` may stand in place of ``text``.
* *Text*: lines that begin with who speaks (``moderation.dialogue.transcript``).

What is none of these is a ``BL-INPUT-853`` or ``-854`` with file and line, and nothing of that conversation is inspected; for a role
that is unknown it is ``-851``, for a file without a turn ``-852``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import InputError
from brightline.model import Item
from brightline.moderation.dialogue import dialogue_item
from brightline.moderation.dialogue.transcript import spoken

__all__ = ["dialogues_in"]


def dialogues_in(name: str, text: str, problems: list[InputError]) -> Iterator[tuple[str, Item]]:
    """Each conversation of a file with the name that a person would give it; what cannot be read goes to ``problems``."""
    first = text.lstrip("\ufeff \t\r\n")[:1]
    try:
        if first in ("{", "["):
            yield from _from_jsonl(name, text, problems)
        else:
            yield name, _item(name, name, list(spoken(name, text)))
    except InputError as problem:
        problems.append(problem)


def _from_jsonl(name: str, text: str, problems: list[InputError]) -> Iterator[tuple[str, Item]]:
    turns: list[tuple[str, str]] = []
    broken = False
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            row = _parsed(where, line)
            whole = row.get("turns") if isinstance(row, dict) and "turns" in row else row
            if isinstance(whole, list):
                yield where, _item(where, where, [_turn(f"{where}: turn {place}", turn) for place, turn in enumerate(whole)])
            else:
                turns.append(_turn(where, row))
        except InputError as problem:
            problems.append(problem)
            broken = True
    if turns and not broken:  # with a turn missing the rest would be another conversation
        yield name, _item(name, name, turns)


def _parsed(where: str, line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise InputError(
            "BL-INPUT-854", f"{where}: not JSON: {problem.msg}", 'write a turn a line: {"role": "user", "text": "…"}, or {"turns": […]}'
        ) from None


def _turn(where: str, row: Any) -> tuple[str, str]:
    if isinstance(row, dict):
        role, text = row.get("role"), row.get("text", row.get("content"))
        if isinstance(role, str) and isinstance(text, str):
            return role, text
    raise InputError(
        "BL-INPUT-854", f"{where}: no turn", 'a turn is {"role": "user", "text": "…"}; nothing of this conversation was inspected'
    )


def _item(where: str, source_id: str, turns: list[tuple[str, str]]) -> Item:
    try:
        return dialogue_item(turns, source="cli", source_id=source_id)
    except InputError as problem:
        raise InputError(problem.code, f"{where}: {problem.message}", problem.hint) from None
