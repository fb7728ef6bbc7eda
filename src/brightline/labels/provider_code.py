"""The 27-character code of a provider: ``00``, subject type, binding, unified social credit code, role, four characters of its own.

Layout as observed in nine public codes, all of whose check digits hold (rules.md, 2.4); the rule for codes was in consultation
when it was read, so an unknown shape is a warning to a reader. A 27-character value that breaks its own check digit is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ProviderCode", "parse_provider_code", "provider_code_problem", "uscc_is_valid"]

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, 5: no I, O, S, V, Z
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3**i mod 31; GB 32100-2015, Annex B
_CODE = re.compile(r"00([0-9A-Z])([0-9A-Z])([0-9A-Z]{18})([12])([0-9A-Za-z]{4})")


@dataclass(frozen=True, slots=True)
class ProviderCode:
    """The parts of a code. ``role``: ``1`` generation, ``2`` propagation."""

    subject_type: str
    binding: str
    uscc: str
    role: str
    product: str


def uscc_is_valid(uscc: str) -> bool:
    """True if the 18 characters are a unified social credit code: alphabet and check digit of GB 32100-2015."""
    if len(uscc) != 18 or any(character not in _USCC_ALPHABET for character in uscc):
        return False
    total = sum(weight * _USCC_ALPHABET.index(character) for weight, character in zip(_USCC_WEIGHTS, uscc[:17], strict=True))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == uscc[17]


def parse_provider_code(code: str) -> ProviderCode | None:
    """The parts of a 27-character code of the known shape, whatever its check digit; None for any other text."""
    found = _CODE.fullmatch(code)
    return ProviderCode(*found.groups()) if found else None


def provider_code_problem(code: str) -> str:
    """Why ``code`` cannot be a provider's code, or nothing. Names and other shapes pass: the standard allows "name or code"."""
    parts = parse_provider_code(code)
    if parts is None:
        return "27 characters that begin with 001 but not of the known shape" if len(code) == 27 and code.startswith("001") else ""
    if parts.binding == "1" and not uscc_is_valid(parts.uscc):
        return f"the check digit of the unified social credit code {parts.uscc} does not hold (GB 32100-2015)"
    return ""
