"""A conversation as people write it down: lines that begin with who speaks.

``user: …``, ``assistant: …``, ``system: …``, ``tool: …``, or 用户, 助手, 系统, 工具, with a colon of either width; lines without a speaker go on
with the turn before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.errors import InputError
from brightline.moderation.dialogue.turns import ROLES

__all__ = ["spoken"]

_SPEAKER = re.compile(r"\s*(?:(user|assistant|system|tool)|(用户|助手|系统|工具))\s*[:：]\s?", re.IGNORECASE)
_NAMES = {"用户": "user", "助手": "assistant", "系统": "system", "工具": "tool"}


def spoken(name: str, text: str) -> Iterator[tuple[str, str]]:
    """(role, text) of each turn. Raises ``InputError`` BL-INPUT-853 with ``name`` and line where somebody speaks before the first role."""
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
