"""Whether a pseudonym could be taken for somebody's real number: asked of the detectors of personal data themselves, and of Luhn's check
digit (ISO/IEC 7812-1), by which shops and banks accept a card long before they know its issuer."""

from __future__ import annotations

from stdnum import luhn

from brightline.corpus.personal.finder import find

__all__ = ["is_valid"]

_CONTEXTS = ("{}", "电话：{}", "身份证号：{}", "银行卡号：{}")
"""Alone, and behind words that let detectors accept weaker proofs."""

_SHORTEST_CARD = 12  # ISO/IEC 7812-1: 8 digits of issuer, then the account


def is_valid(value: str) -> bool:
    """Whether any detector finds anything in the value, or it has the digits of a card."""
    digits = "".join(character for character in value if character.isdecimal())
    return (len(digits) >= _SHORTEST_CARD and luhn.is_valid(digits)) or any(_inside(context, value) for context in _CONTEXTS)


def _inside(context: str, value: str) -> bool:
    start = context.index("{}")
    return any(found.start < start + len(value) and found.end > start for found in find(context.format(value)))
