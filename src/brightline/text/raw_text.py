"""The raw text of a stream, as far as anybody may still ask for it, and the way to it from decoded positions.

Decoded is the text with JSON escapes undone; where there are none, the two are the same.
"""

from __future__ import annotations

from itertools import accumulate

from brightline.model import Span
from brightline.text.escapes import EscapeDecoder

__all__ = ["RawText"]

TRIM_AT = 4096  # raw characters kept before the old ones are looked at


class RawText:
    """``read`` is how many decoded characters there are; whoever reads on counts it up."""

    __slots__ = ("_begin", "_escapes", "_starts", "_starts_from", "_text", "read")

    def __init__(self, json_escapes: bool) -> None:
        self._escapes = EscapeDecoder() if json_escapes else None
        self._text = ""
        self._begin = 0  # raw position of the first character kept
        self._starts = [0]  # with escapes: raw position of each decoded character from _starts_from on
        self._starts_from = 0
        self.read = 0

    @property
    def has_escapes(self) -> bool:
        """True if escapes are undone."""
        return self._escapes is not None

    @property
    def is_long(self) -> bool:
        """True if it is time to trim."""
        return len(self._text) > TRIM_AT

    def append(self, chunk: str, final: bool = False) -> str:
        """Take more raw text; what can be decoded of it."""
        self._text += chunk
        if self._escapes is None:
            return chunk
        text, lengths = self._escapes.feed(chunk, final)
        self._starts.extend(accumulate(lengths, initial=self._starts.pop()))
        return text

    def at(self, decoded: int) -> int:
        """The raw position of a decoded one."""
        return decoded if self._escapes is None else self._starts[decoded - self._starts_from]

    def span(self, start: int, end: int) -> Span:
        """The raw place of the decoded characters from ``start`` to ``end`` (half-open, not empty)."""
        return Span(self.at(start), self.at(end))

    def cut(self, start: int, end: int) -> str:
        """The raw text from one raw position to another."""
        return self._text[start - self._begin : end - self._begin]

    def forget_all(self) -> None:
        """Nobody will ask for the text any more."""
        self._text = ""

    def trim(self, released: int, decoded: int, margin: int) -> None:
        """Drop what was released and lies more than ``margin`` characters before the decoded position that is still asked for."""
        count = min(released, self.at(decoded) - margin) - self._begin
        if count > 0:
            self._text = self._text[count:]
            self._begin += count
        if self._escapes is not None:
            del self._starts[: decoded - self._starts_from]
            self._starts_from = max(self._starts_from, decoded)
