"""Percentages that never say more than is true: "100.00 %" is all, "0.00 %" is none, and nothing else rounds to either.

A reader takes "100.00 % inspected" for "nothing was left out" and signs it; with one document of a million left out it is not.
"""

from __future__ import annotations

__all__ = ["percent_of", "percent_text", "share_text"]


def percent_of(count: int, of: int) -> str:
    """``count`` of ``of`` in per cent with two decimals, rounded half to even: ``"99.99"`` for 999,999 of a million, ``"0.01"`` for one of it."""
    hundredths, rest = divmod(10_000 * count, of)
    if 2 * rest > of or (2 * rest == of and hundredths % 2):
        hundredths += 1
    if 0 < count < of:
        hundredths = min(max(hundredths, 1), 9_999)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def percent_text(share: float, places: int = 2) -> str:
    """A share in per cent with ``places`` decimals, in the same way."""
    return _within(share, 100, places)


def share_text(share: float, places: int = 3) -> str:
    """A share as a number between 0 and 1, in the same way: two long texts of which one character differs are not 1.000 alike."""
    return _within(share, 1, places)


def _within(share: float, whole: int, places: int) -> str:
    text = f"{whole * share:.{places}f}"
    least = 10.0**-places
    if share > 0 and float(text) <= 0:
        return f"{least:.{places}f}"
    if share < 1 and float(text) >= whole:
        return f"{whole - least:.{places}f}"
    return text
