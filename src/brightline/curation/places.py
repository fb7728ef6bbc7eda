"""Where a document stands, for people: file and line, or file and byte where nobody counted the lines before it (parts of objects)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["place_of"]


def place_of(row: Mapping[str, Any]) -> str:
    """``row``: file, line (0: not known) and position, as documents and rejects have them."""
    return f"{row['file']}:{row['line']}" if row["line"] else f"{row['file']}, byte {row['position']}"
