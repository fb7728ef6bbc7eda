"""One turn of a conversation: who spoke, and the texts of the message, each with the part that it is cited by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from brightline.errors import InputError
from brightline.model import Item, ItemKind, Part, Side

__all__ = ["ROLES", "Role", "Turn", "dialogue_item", "role_of", "turns_of"]


class Role(StrEnum):
    """Who spoke: the user, the service's model, or the application (instructions, tools)."""

    USER = "user"
    ASSISTANT = "assistant"
    APPLICATION = "application"


_ROLES = {
    "assistant": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "system": Role.APPLICATION,
    "developer": Role.APPLICATION,
    "tool": Role.APPLICATION,
    "function": Role.APPLICATION,
}

ROLES = ("user", "assistant", "system", "tool")
"""What a turn of a dialogue Item may be."""

_NAMED = re.compile(r"turns\[\d+\]\.(\w+)\Z", re.ASCII)


def role_of(name: str) -> Role:
    """The role of that name in an API. A name that no API knows is the user's: an invented role hides nothing."""
    return _ROLES.get(name, Role.USER)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. ``at``: when it was said, in seconds, if that is known."""

    role: Role
    parts: tuple[Part, ...]
    at: float | None = None


def turns_of(parts: Iterable[Part]) -> list[Turn]:
    """A turn for each part. Its path names the role (``turns[2].user``); else answers are the model's and all else is the user's."""
    return [Turn(_role(part), (part,)) for part in parts]


def dialogue_item(said: Iterable[tuple[str, str]], *, source: str = "", source_id: str = "", first: int = 0) -> Item:
    """An Item of (role, text) pairs, the oldest first. ``first``: number of the first turn, where earlier ones were sent before.

    Raises ``InputError`` BL-INPUT-851 for a role that is none of ``ROLES``, -852 without any turn.
    """
    parts = []
    for number, (role, text) in enumerate(said, first):
        if role not in ROLES:
            raise InputError("BL-INPUT-851", f"turn {number} has the role {role[:40]!r}", f"roles are: {', '.join(ROLES)}")
        side = Side.ANSWER if role == "assistant" else Side.PROMPT
        parts.append(Part(f"turns[{number}].{role}", side, text))
    if not parts:
        raise InputError("BL-INPUT-852", "a dialogue needs at least one turn", "send the turns of the conversation, the oldest first")
    return Item(ItemKind.DIALOGUE, tuple(parts), source, source_id)


def _role(part: Part) -> Role:
    named = _NAMED.match(part.path)
    if named is not None and named[1] in ROLES:
        return role_of(named[1])
    return Role.ASSISTANT if part.side is Side.ANSWER else Role.USER
