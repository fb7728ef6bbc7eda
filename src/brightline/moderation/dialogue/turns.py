"""One turn of a conversation: who spoke, and the texts of the message, each with the part that it is cited by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from brightline.model import Part, Side

__all__ = ["Role", "Turn", "role_of", "turns_of"]


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
    """A turn for each part: answers were said by the service's model, everything else by the user."""
    return [Turn(Role.ASSISTANT if part.side is Side.ANSWER else Role.USER, (part,)) for part in parts]
