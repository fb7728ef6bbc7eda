"""Regular expressions in rows of our tables, compiled by RE2: linear in the text, whatever a row asks for."""

from __future__ import annotations

from typing import Any

import re2

from brightline.rulebook.rows import Row

__all__ = ["pattern_of"]


def pattern_of(row: Row, pattern: str, field: str, code: str) -> Any:
    """``pattern`` compiled (the library has no types). Raises ``DataError`` of this ``code`` with the row's file and line."""
    options = re2.Options()
    options.log_errors = False  # the error is raised, with its line
    try:
        return re2.compile(pattern, options)
    except re2.error as problem:
        raise row.fail(code, f"`{pattern}` is no RE2 pattern: {problem}", "RE2 has no lookaround", field) from None
