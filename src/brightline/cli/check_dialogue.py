"""Conversations for ``brightline check --dialogue``: from JSONL, or from lines that begin with who speaks.

* *JSONL*: a turn a line (``{"role": "user", "text": "…"}``), the file one conversation; or a conversation a line
  (``{"turns": [{"role": …, "text": …}, …]}``, or the list itself). ``content`` may stand in place of ``text``.
* *Text*: ``user: …``, ``assistant: …`` (also with a full-width colon, and 用户, 助手); lines without a speaker go on with the turn before.

What is none of these is a ``BL-INPUT-853`` or ``-854`` with file and line, and nothing of that conversation is inspected; for a role
that is unknown it is ``-851``, for a file without a turn ``-852``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from brightline.errors import InputError
from brightline.model import Item
from brightline.moderation.dialogue import ROLES, dialogue_item

__all__ = ["dialogues_in"]

_SPEAKER = re.compile(r"\s*(?:(user|assistant|system|tool)|(用户|助手|系统|工具))\s*[:：]\s?", re.IGNORECASE)
_NAMES = {"用户": "user", "助手": "assistant", "系统": "system", "工具": "tool"}


def dialogues_in(name: str, text: str, problems: list[InputError]) -> Iterator[tuple[str, Item]]:
    """Each conversation of a file with the name that a person would give it; what cannot be read goes to ``problems``."""
    first = text.lstrip("\ufeff \t\r\n")[:1]
    try:
        if first in ("{", "["):
            yield from _from_jsonl(name, text, problems)
        else:
            yield name, _item(name, name, list(_spoken(name, text)))
    except InputError as problem:
        problems.append(problem)


def _spoken(name: str, text: str) -> Iterator[tuple[str, str]]:
    role, said = "", list[str]()
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        found = _SPEAKER.match(line)
        if found is not None:
            if role:
                yield role, "\n".join(said).strip()
            role, said = _NAMES.get(found[2]) or found[1].lower(), [line[found.end() :]]
        elif role:
            said.append(line)
        elif line.strip():
            raise InputError(
                "BL-INPUT-853", f"{name}:{number}: nobody speaks here", f"begin each turn with a role and a colon: {', '.join(ROLES)}"
            )
    if role:
        yield role, "\n".join(said).strip()


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
