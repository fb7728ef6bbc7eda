"""Ways to change a proof bundle in one place."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

Tampering = Callable[[dict[str, Any]], None]


def entry_with(bundle: dict[str, Any], **changes: Any) -> None:
    entry = json.loads(base64.b64decode(bundle["entry"])) | changes
    raw = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    bundle["entry"] = base64.b64encode(raw).decode()


def flipped(encoded: str) -> str:
    raw = bytearray(base64.b64decode(encoded))
    raw[7] ^= 1
    return base64.b64encode(raw).decode()


def proof_line(number: int, change: Callable[[str], str]) -> Tampering:
    def tamper(bundle: dict[str, Any]) -> None:
        lines = bundle["proof"].split("\n")
        lines[number] = change(lines[number])
        bundle["proof"] = "\n".join(lines)

    return tamper


def head_line(number: int, change: Callable[[str], str]) -> Tampering:
    def tamper(bundle: dict[str, Any]) -> None:
        path, _, note = bundle["proof"].partition("\n\n")
        lines = note.split("\n")
        lines[number] = change(lines[number])
        bundle["proof"] = path + "\n\n" + "\n".join(lines)

    return tamper
