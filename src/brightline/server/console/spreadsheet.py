"""Cells that a spreadsheet shows and does not run (OWASP, CSV Injection).

Names of models, accounts and goals come from outside. One that begins like a formula, also behind blanks or with full-width
signs, gets an apostrophe in front, which spreadsheets take for "this is text".
"""

from __future__ import annotations

import re

__all__ = ["safe_cell"]

_FORMULA = re.compile(r"[\s\u200b-\u200f\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    return "'" + text if _FORMULA.match(text) else text
