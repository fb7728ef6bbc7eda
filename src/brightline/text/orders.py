"""The order lane: entries written backwards, 信微我加. Matching the reversed entries over the skip lane equals reversing the text.

``order_forms`` gives each entry as it would be seen there, or nothing where that cannot be evidence: palindromes, words of two
characters whose reverse is itself something that ordinary people write (女子 for 子女, priced on the benign profile), and short
runs of letters and digits.
"""

from __future__ import annotations

from collections.abc import Sequence

from brightline.text.lanes import skip_form
from brightline.text.profile import load_profile

__all__ = ["order_form", "order_forms"]

LEAST_CHARACTERS = 2
LEAST_LETTERS = 6  # evil is live: English has many short words that are words backwards

# Shares of ordinary texts (text-and-gateway.md 3.2: a random word of three characters hits 0.78 % of posts, of four 0.51 %).
MOST_ORDINARY = 0.0002


def order_form(entry: str) -> str:
    """A list entry as reversed text has it, in the skip lane; empty if the entry cannot be carried."""
    return order_forms((entry,))[0]


def order_forms(entries: Sequence[str]) -> list[str]:
    """The form of each entry. Many at once cost little more than one: their prices are looked up together."""
    forms = [_reversed(skip_form(entry)) for entry in entries]
    shares = load_profile().shares(forms).overall
    return [form if share <= MOST_ORDINARY else "" for form, share in zip(forms, shares.tolist(), strict=True)]


def _reversed(form: str) -> str:
    backwards = form[::-1]
    if backwards == form or len(form) < LEAST_CHARACTERS:
        return ""
    return "" if form.isascii() and len(form) < LEAST_LETTERS else backwards
