"""Texts of an answer that stand where no API puts text, or where this gateway does not know of it.

Every shape reads what it knows and hands the rest of each answer and each event over to here, so that there is no place
that nobody looks at. A stray passes whole or not at all; in pieces, the pieces are inspected joined (``Answer.passes``).
"""

from __future__ import annotations

from typing import Any

from brightline.server.gateway.shapes.shape import AnswerText
from brightline.server.gateway.shapes.texts import dotted, texts
from brightline.server.gateway.verbatim import Path

__all__ = ["beside", "strays"]


def strays(value: Any, choice: int, path: Path = ()) -> list[AnswerText]:
    """Every text under ``value``, which stands at ``path``."""
    return [
        AnswerText(() if text.names else text.path, dotted(text.path), choice, text.text, text.escaped, atomic=True)
        for text in texts(value, path, answer=True)
    ]


def beside(value: dict[str, Any], known: frozenset[str], choice: int, path: Path = ()) -> list[AnswerText]:
    """The same for the members of an object that are not ``known`` to its reader."""
    if known.issuperset(value):
        return []
    return strays({name: member for name, member in value.items() if name not in known}, choice, path)
