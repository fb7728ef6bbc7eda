"""A streamed answer: every event is understood, inspected and passed on as it comes, with at most a few characters held.

From the event on after which only bookkeeping follows, everything is kept back until the Decision is on disk, together
with the last text that came in the same piece: nobody holds a complete answer that is not on record. A stop ends its choice with a last word, ``content_filter`` and the
``brightline`` member; when no choice is left open the upstream is closed.
"""

from __future__ import annotations

import re

import orjson

from brightline.errors import UpstreamError
from brightline.model import Decision
from brightline.server.gateway.answer import Channel
from brightline.server.gateway.exchange import Exchange
from brightline.server.gateway.labelling import Labeller
from brightline.server.gateway.media_stream import MediaGuard
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, StreamShape, View
from brightline.server.gateway.shapes.tokens import false_tokens
from brightline.server.gateway.sse import COMMENT, Event, EventReader, EventTooLarge, write_event
from brightline.server.gateway.verbatim import Document, Malformed, Path

__all__ = ["StreamRelay"]

# A token list that is not empty; with an escape in the event, the name may be written in another way.
_TOKENS = re.compile(rb'logprobs"\s*:\s*(?:[\[{]\s*[^\s\]}]|")|\\u00')


class StreamRelay:
    """Turns the bytes of an upstream's stream into the bytes that may leave. ``ended`` when nothing more is to be read."""

    def __init__(self, exchange: Exchange, shape: StreamShape) -> None:
        self._exchange = exchange
        self._answer = exchange.answer
        self._shape = shape
        self._labeller = Labeller(exchange)
        self._media = MediaGuard(labels=exchange.service.settings.label_media != "none")
        self._reader = EventReader(exchange.service.settings.max_answer_bytes)
        self._open = set(range(exchange.prompt.choices))  # choices that neither ended nor were stopped
        self._said_stop: set[int] = set()
        self._held: list[bytes | tuple[Document, bytes]] = []
        self._ready: list[bytes] = []  # of the chunk that is being read
        self._newest: dict[int, int] = {}  # choice → where its newest text stands in it
        self._emptied: set[Path] = set()  # texts of the event at hand of which nothing may leave now
        self._last = False
        self.ended = False
        self.failed = False

    def feed(self, chunk: bytes) -> bytes:
        """What may leave now. Raises ``UpstreamError`` where the stream cannot be understood."""
        try:
            events = self._reader.feed(chunk)
        except EventTooLarge as problem:
            raise UpstreamError("BL-UPSTREAM-007", f"the model service's stream cannot be read: {problem}", "try again") from None
        return self._take(events)

    def end(self) -> bytes:
        """What may leave now that the upstream has closed. Raises ``UpstreamError`` BL-UPSTREAM-003 if it was not done."""
        written = self._take(self._reader.finish())
        if not self.ended and not self._last:
            raise UpstreamError("BL-UPSTREAM-003", "the model service broke the stream off before its end", "try again")
        self.ended = True
        return written

    def release(self) -> bytes:
        """After a failure: what came, was inspected, and is still held."""
        if self.ended:
            return b""
        out = self._ready + [event for event in self._held if isinstance(event, bytes)]
        self._held = []
        stopped_before = set(self._answer.stopped)
        for channel in list(self._answer.channels.values()):
            if not channel.closed and not self._answer.is_stopped(channel.choice):
                tail = self._answer.close(channel)
                if tail:
                    out.append(self._shape.more(channel.name, channel.choice, tail))
        for choice in set(self._answer.stopped) - stopped_before:
            out += self._stop(choice)
        return b"".join(out)

    def finish(self, decision: Decision) -> bytes:
        """The last events, once the Decision is on disk."""
        return self._shape.finish(self._held, self._exchange.member(decision))

    def _take(self, events: list[Event]) -> bytes:
        for event in events:
            if self.ended:
                break
            self._ready += self._event(event)
        written = b"".join(self._ready)
        self._ready.clear()
        self._newest.clear()
        return written

    def _event(self, event: Event) -> list[bytes]:
        data = event.data
        if data is None:
            return [COMMENT]
        if data[:6] == b"[DONE]":
            return self._done()
        try:
            document = Document.parse(data)
            view = self._shape.view(document.value)
        except Malformed as problem:
            raise UpstreamError("BL-UPSTREAM-004", f"an event of the model service cannot be read: {problem}", "try again") from None
        except ValueError as problem:
            raise UpstreamError("BL-UPSTREAM-009", f"the model service's stream has not the API's form: {problem}", "try again") from None
        if view.ends or view.last or "usage" in document.value:
            self._exchange.usage(document.value)
        before = set(self._answer.stopped)
        if before and self._shape.drop(document, view, self._known_stopped()):
            return self._ends(view)
        if _TOKENS.search(data):
            for path, empty in false_tokens(document.value, self._answer.is_harmless):
                document.put(path, empty)
        out: list[bytes] = []
        if view.last:
            self._hold()
        elif self._last and self._goes_on(view):
            out += self._resume()
        out += self._inspect(document, view)
        fresh = set(self._answer.stopped) - before
        dropped = bool(fresh) and (EVERY_CHOICE in fresh or self._shape.drop(document, view, self._known_stopped()))
        if not dropped and not self._is_idle(document, view):
            self._shape.passing(document)
            out.append(self._keep(document, event))
        for choice in fresh:
            out += self._stop(choice)
        out += self._ends(view)
        if view.failed:
            self.failed = self.ended = True
        return [piece for piece in out if piece]

    def _hold(self) -> None:
        """From now on everything waits for the record; so does the newest text of each choice that has not been sent yet."""
        if not self._last:
            self._last = True
            first = min(self._newest.values(), default=len(self._ready))
            self._held += self._ready[first:]
            del self._ready[first:]

    def _goes_on(self, view: View) -> bool:
        """True if an event says something new, other than on a channel that has ended."""
        found = [self._answer.channels.get(text.name) for text in view.texts]
        return bool(found) and not any(channel is not None and channel.closed for channel in found)

    def _resume(self) -> list[bytes]:
        """The answer goes on after what looked like its end: another choice begins late."""
        self._last = False
        held = [event if isinstance(event, bytes) else write_event(event[0].encode(), event[1]) for event in self._held]
        self._held.clear()
        return held

    def _is_idle(self, document: Document, view: View) -> bool:
        """True if the event has nothing to say any more: all that it said is held."""
        emptied = self._emptied
        return bool(emptied) and len(emptied) == len(view.texts) and not view.closes and self._shape.is_idle(document.value, emptied)

    def _inspect(self, document: Document, view: View) -> list[bytes]:
        """Feed an event's texts, put what may leave in their places; gives the events to be sent before it."""
        answer = self._answer
        self._emptied.clear()
        released: list[tuple[AnswerText, Channel, str]] = []
        for text in view.texts:
            if answer.is_stopped(text.choice):
                continue
            if text.repeats:
                self._media.data(document.value, text)
                continue
            if text.text is None or text.atomic or not text.path:
                self._media.data(document.value, text)
                answer.passes(text)
                continue
            channel = answer.channel(text)
            self._media.piece(channel, text.text)
            if channel.closed:
                raise UpstreamError("BL-UPSTREAM-009", f"the model service went on with {text.name} after its end", "try again")
            left = self._labeller.passing(channel, answer.feed(channel, text.text))
            if left:
                self._newest[text.choice] = len(self._ready)
            released.append((text, channel, left))
        closed = self._close(view) if view.closes or view.completes else {}
        out: list[bytes] = []
        for text, channel, left in released:
            if answer.is_stopped(text.choice):
                if left:
                    out.append(self._more(channel, left))
            elif channel.name in closed:
                closed[channel.name] = left + closed[channel.name]
                self._replace(document, text, "")
            elif left != text.text:
                self._replace(document, text, left)
                if not left:
                    self._emptied.add(text.path)
        for name, rest in closed.items():
            if rest:
                out.append(self._more(answer.channels[name], rest))
        for text in view.texts:
            if text.repeats and text.text != "" and not answer.is_stopped(text.choice):
                self._repeat(document, text)
        return out

    def _close(self, view: View) -> dict[str, str]:
        """End the channels that an event closes: channel → what is left to say on it, with notices and label."""
        answer = self._answer
        closed: dict[str, str] = {}
        for channel in list(answer.channels.values()):
            if channel.closed or answer.is_stopped(channel.choice):
                continue
            if not channel.name.startswith(view.closes) and not (channel.name in view.completes and _is_json(channel)):
                continue
            tail = self._labeller.passing(channel, answer.close(channel))
            if channel.visible and not answer.is_stopped(channel.choice):
                added = self._labeller.after(channel.choice, "".join(channel.received))
                if added:
                    channel.sent.append(added)
                    tail += added
            closed[channel.name] = tail
        return closed

    def _repeat(self, document: Document, text: AnswerText) -> None:
        """A text that the stream says again: replaced by what left, or inspected if it says something else."""
        answer = self._answer
        channel = answer.channels.get(text.name)
        if channel is not None and text.text == "".join(channel.received):
            sent = "".join(channel.sent)
            if sent != text.text:
                self._replace(document, text, sent)
            return
        if not answer.passes(text) or text.text is None or not text.visible:
            return
        marked = answer.marked.get(text.text)
        if marked is None:
            marked = answer.marked[text.text] = self._labeller.whole(text.choice, text.name, text.text)
        if marked != text.text:
            self._replace(document, text, marked)

    def _replace(self, document: Document, text: AnswerText, left: str) -> None:
        document.put(text.path, left)
        self._shape.clean(document, text)

    def _more(self, channel: Channel, text: str) -> bytes:
        return self._keep_bytes(self._shape.more(channel.name, channel.choice, text))

    def _keep(self, document: Document, event: Event) -> bytes:
        """An event of the upstream, to leave now or at the end."""
        if self._last:
            self._held.append((document, event.event))
            return b""
        return write_event(document.encode(), event.event)

    def _keep_bytes(self, written: bytes) -> bytes:
        if self._last:
            self._held.append(written)
            return b""
        return written

    def _stop(self, choice: int) -> list[bytes]:
        """End a choice: label what left of it, say why, and close the upstream if it was the last one."""
        out: list[bytes] = []
        choices = sorted(self._open) if choice == EVERY_CHOICE else [choice]
        finding = self._answer.stopped[choice]
        for number in choices:
            if number in self._said_stop:
                continue
            self._said_stop.add(number)
            self._open.discard(number)
            shown = next((c for c in self._answer.channels.values() if c.choice == number and c.visible and c.chars_left), None)
            if shown is not None:
                added = self._labeller.after(number, "".join(shown.sent))
                if added:
                    out.append(self._more(shown, added))
                    shown.sent.append(added)
            word, member = self._exchange.stopped_choice(number, finding)
            written = self._shape.stop(number, word, member, self._answer.sent())
            if not self._open:
                self._last = self.ended = True
            out.append(self._keep_bytes(written))
        if not self._open:
            self._last = self.ended = True
        self._exchange.service.metrics.streams_stopped.inc()
        return out

    def _ends(self, view: View) -> list[bytes]:
        for choice in view.ends:
            self._open.discard(choice)
        if self._answer.stopped and not self._open:
            self._last = True
        return []

    def _done(self) -> list[bytes]:
        """The API's end mark: close whatever the upstream left open."""
        out: list[bytes] = []
        self._hold()
        before = set(self._answer.stopped)
        closed = self._close(View((), closes=("",)))
        for name, rest in closed.items():
            if rest:
                out.append(self._more(self._answer.channels[name], rest))
        for choice in set(self._answer.stopped) - before:
            out += self._stop(choice)
        self._last = self.ended = True
        return out

    def _known_stopped(self) -> set[int]:
        stopped: set[int] = set(self._answer.stopped)
        return stopped | self._said_stop | (self._open if EVERY_CHOICE in stopped else set())


def _is_json(channel: Channel) -> bool:
    try:
        orjson.loads("".join(channel.received))
    except orjson.JSONDecodeError:
        return False
    return True
