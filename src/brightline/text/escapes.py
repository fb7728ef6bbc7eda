r"""JSON string escapes decoded chunk by chunk, with the raw position of every decoded character (RFC 8259, section 7).

Tool-call arguments reach a gateway as the inside of a JSON string: ``赌`` is written ``\u8d4c`` there. What is not a valid
escape stays as it is, character by character. An escape cut by a chunk border waits for the rest.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate

__all__ = ["EscapeDecoder"]

_TOKEN = re.compile(
    r"""
      \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}   # a surrogate pair is one character
    | \\u[0-9a-fA-F]{4}
    | \\["\\/bfnrt]
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = {'\\"': '"', "\\\\": "\\", "\\/": "/", "\\b": "\b", "\\f": "\f", "\\n": "\n", "\\r": "\r", "\\t": "\t"}
# What may still become an escape, at the end of a text whose earlier escapes are complete.
_UNFINISHED = re.compile(
    r"""
      \\(?:u[0-9a-fA-F]{0,3})?
    | \\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?
    """,
    re.VERBOSE,
)
_LONGEST_UNFINISHED = 11


class EscapeDecoder:
    """Decodes one stream; ``pending`` is the raw text of an escape that is not complete yet."""

    def __init__(self) -> None:
        self.pending = ""

    def feed(self, chunk: str, final: bool = False) -> tuple[str, list[int]]:
        """The characters that are complete now, and the raw length of each."""
        raw = self.pending + chunk
        if "\\" not in raw:
            self.pending = ""
            return raw, [1] * len(raw)
        tokens = _TOKEN.findall(raw)
        waiting = 0 if final else _unfinished(tokens)
        complete = tokens[: len(tokens) - waiting]
        self.pending = "".join(tokens[len(complete) :])
        return _decode(complete), list(map(len, complete))


def _unfinished(tokens: list[str]) -> int:
    """How many tokens at the end must wait: the longest run of them that may still become one escape."""
    tail = tokens[-_LONGEST_UNFINISHED:]
    endings = accumulate(reversed(tail), lambda later, earlier: earlier + later)
    return max((count for count, text in enumerate(endings, 1) if _UNFINISHED.fullmatch(text)), default=0)


def _decode(tokens: list[str]) -> str:
    text = "".join(tokens)
    try:
        decoded = json.loads(f'"{text}"', strict=False)
    except ValueError:
        decoded = ""
    if len(decoded) == len(tokens):
        return str(decoded)
    return "".join(map(_character, tokens))


def _character(token: str) -> str:
    if len(token) == 1:
        return token
    if len(token) == 2:
        return _SIMPLE[token]
    return str(json.loads(f'"{token}"'))
