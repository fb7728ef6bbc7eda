"""Server-sent events, read incrementally and written (WHATWG HTML, section 9.2 "Server-sent events").

The reader takes bytes cut anywhere, also within a UTF-8 character or between CR and LF, and gives the same events for
every cutting. It does not decode: ``data`` stays bytes, and whoever parses it finds out whether it is UTF-8. What stands outside
the data could carry words past the gateway: an event's name is kept only if it is one, an ``id`` is dropped.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Event", "EventReader", "EventTooLarge", "write_event"]

COMMENT = b":\n\n"

_NAME = re.compile(rb"[A-Za-z0-9_.]{1,64}\Z")


class EventTooLarge(ValueError):
    """One event is over the limit, or never ends."""


class Event(NamedTuple):
    """One event. A comment or heartbeat is an event without data (``data`` is None)."""

    data: bytes | None
    event: bytes = b""


class EventReader:
    """Feed it bytes, get the events that ended; ``finish`` gives the one left open, as a cut stream leaves it."""

    def __init__(self, max_event_bytes: int) -> None:
        self._limit = max_event_bytes
        self._rest: list[bytes] = []  # pieces of a line that has not ended
        self._data: list[bytes] = []
        self._event = b""
        self._size = 0  # of everything that waits, in bytes
        self._started = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that ended within ``chunk``. Raises ``EventTooLarge``."""
        self._size += len(chunk)
        if self._started and b"\n" not in chunk and b"\r" not in chunk and not (self._rest and self._rest[-1].endswith(b"\r")):
            self._rest.append(chunk)
            return self._within_limit([])
        text = b"".join(self._rest) + chunk
        if not self._started and text:
            if len(text) < 3 and b"\xef\xbb\xbf".startswith(text):  # perhaps the beginning of a byte order mark
                self._rest = [text]
                return []
            self._started = True
            text = text.removeprefix(b"\xef\xbb\xbf")
        held = b""
        if b"\r" in text:
            # A CR at the very end may be half of a CRLF: it waits for the next byte.
            held = b"\r" if text.endswith(b"\r") else b""
            text = text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        rest += held
        self._rest = [rest] if rest else []
        events: list[Event] = []
        for line in lines:
            if line:
                self._line(line, events)
            elif self._data or self._event:
                events.append(self._end())
        if not self._data:
            self._size = len(rest)
        return self._within_limit(events)

    def finish(self) -> list[Event]:
        """What stands unfinished at the end of the stream, as an event: some servers leave out the last blank line."""
        events: list[Event] = []
        rest = b"".join(self._rest).removesuffix(b"\r")
        self._rest = []
        if rest:
            self._line(rest, events)
        if self._data:
            events.append(self._end())
        return events

    def _within_limit(self, events: list[Event]) -> list[Event]:
        if self._size > self._limit:
            raise EventTooLarge(f"one event is larger than {self._limit} bytes")
        return events

    def _line(self, line: bytes, events: list[Event]) -> None:
        name, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value if _NAME.match(value) else b""
        elif not name:
            events.append(Event(None))

    def _end(self) -> Event:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        event = Event(data if self._data else None, self._event)
        self._data, self._event = [], b""
        return event


def write_event(data: bytes, event: bytes = b"") -> bytes:
    """The bytes of one event."""
    head = b"event: " + event + b"\n" if event else b""
    if b"\n" in data:
        data = data.replace(b"\n", b"\ndata: ")
    return head + b"data: " + data + b"\n\n"
