"""The answer side of one call: a text stream for each channel of each choice, and what their findings lead to.

Whole and streamed answers go through the same ``Answer``, a whole one as a stream of one piece, so that both lead to
the same Decision. What ``feed`` and ``close`` return may leave; nothing else may.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from brightline.config import Settings
from brightline.errors import UpstreamError
from brightline.model import Context, Finding, NotInspected, Outcome, Side
from brightline.pipeline import Pipeline
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText
from brightline.server.gateway.shapes.texts import gap
from brightline.text import TextStream

__all__ = ["Answer", "Channel"]

MAX_CHANNELS = 4096
"""More than any answer has (128 choices with 32 channels each): a bound on memory."""


@dataclass(slots=True)
class Channel:
    """One run of text: what came, what left, and the stream between them."""

    name: str
    choice: int
    visible: bool
    stream: TextStream
    received: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    chars_left: int = 0  # characters of the upstream's text that left
    chars_before: int = 0  # characters that the gateway put before it (a label)
    closed: bool = False


class Answer:
    """Inspects one answer. ``stopped`` tells which choices ended and by which finding."""

    def __init__(self, pipeline: Pipeline, context: Context, settings: Settings) -> None:
        self._pipeline = pipeline
        self._context = context
        self._chars_left = settings.max_text_chars
        self._clean: set[str] = set()
        self._noticed: set[str] = set()
        self._kept: list[Finding] = []  # findings of texts that have no channel
        self.channels: dict[str, Channel] = {}
        self.gaps: dict[str, NotInspected] = {}
        self.stopped: dict[int, Finding] = {}
        self.labelled: set[int] = set()
        self.notices: list[str] = []  # as delivered
        self.whole: dict[str, str] = {}  # texts inspected in one piece, by name
        self.marked: dict[str, str] = {}  # such a text → the same with label and notices

    def channel(self, text: AnswerText) -> Channel:
        """The channel of a text, opened when first seen."""
        found = self.channels.get(text.name)
        if found is None:
            if len(self.channels) >= MAX_CHANNELS:
                raise UpstreamError("BL-UPSTREAM-009", f"the model service answered with more than {MAX_CHANNELS} separate texts")
            stream = self._pipeline.stream(Side.ANSWER, text.name, self._context, json_escapes=text.escaped)
            found = self.channels[text.name] = Channel(text.name, text.choice, text.visible, stream)
        return found

    def feed(self, channel: Channel, text: str) -> str:
        """What may leave now that ``text`` has come."""
        self._spend(len(text))
        channel.received.append(text)
        released = channel.stream.feed(text)
        if channel.stream.stopped is not None:
            self._stop(channel.choice, channel.stream.stopped)
        return self._leave(channel, released)

    def close(self, channel: Channel) -> str:
        """What may leave now that the channel has ended."""
        if channel.closed or channel.stream.stopped is not None:
            channel.closed = True
            return ""
        channel.closed = True
        released = channel.stream.finish()
        if channel.stream.stopped is not None:
            self._stop(channel.choice, channel.stream.stopped)
        return self._leave(channel, released)

    def put_before(self, channel: Channel, mark: str) -> None:
        """Note that ``mark`` leaves before what was released last."""
        channel.sent.insert(-1, mark)
        channel.chars_before += len(mark)

    def passes(self, text: AnswerText) -> bool:
        """Inspect a text in one piece, to leave whole or not at all."""
        if text.text is None:
            self.gaps.setdefault(text.name, gap(text.name))
            return True
        self.whole.setdefault(text.name, text.text)
        if text.text in self._clean:
            return True
        self._spend(len(text.text))
        stream = self._pipeline.stream(Side.ANSWER, text.name, self._context, json_escapes=text.escaped)
        stream.feed(text.text)
        if stream.stopped is None:
            stream.finish()
        self._kept.extend(stream.findings)
        if stream.stopped is None:
            self._clean.add(text.text)
            return True
        self._stop(text.choice, stream.stopped)
        return False

    def is_stopped(self, choice: int) -> bool:
        """True if nothing more of that choice may leave."""
        return bool(self.stopped) and (choice in self.stopped or EVERY_CHOICE in self.stopped)

    @property
    def findings(self) -> list[Finding]:
        """Findings of all texts, channel by channel, without repetitions."""
        found = [finding for channel in self.channels.values() for finding in channel.stream.findings] + self._kept
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def pending_notices(self, choice: int) -> list[tuple[str, str]]:
        """Notices (zh, en) that findings of this choice ask for and that have not been given yet."""
        due: list[tuple[str, str]] = []
        for channel in self.channels.values():
            if channel.choice != choice or not channel.stream.findings:
                continue
            for finding in channel.stream.findings:
                if finding.goal in self._noticed or not (finding.note_zh or finding.note_en):
                    continue
                outcome = self._pipeline.judge((finding,), self._context).outcome
                if outcome in (Outcome.NOTICE, Outcome.REWRITE):
                    self._noticed.add(finding.goal)
                    due.append((finding.note_zh or finding.note_en, finding.note_en or finding.note_zh))
        return due

    def texts(self) -> dict[str, str]:
        """What came, by channel, for the digest and, where the operator samples, for storage."""
        return {channel.name: "".join(channel.received) for channel in self.channels.values()} | self.whole

    def sent(self) -> dict[str, str]:
        """What left, by channel."""
        passed = {name: text for name, text in self.whole.items() if text in self._clean}
        return passed | {channel.name: "".join(channel.sent) for channel in self.channels.values()}

    def offset(self, choice: int) -> int:
        """Code points of the visible text of a choice that left and may stay: a reader retracts what comes after."""
        for channel in self.channels.values():
            if channel.choice == choice and channel.visible:
                stopped = channel.stream.stopped
                first = min((span.start for span in stopped.spans), default=channel.chars_left) if stopped else channel.chars_left
                return channel.chars_before + min(first, channel.chars_left)
        return 0

    def _leave(self, channel: Channel, released: str) -> str:
        if released:
            channel.chars_left += len(released)
            channel.sent.append(released)
        return released

    def _spend(self, chars: int) -> None:
        self._chars_left -= chars
        if self._chars_left < 0:
            raise UpstreamError(
                "BL-UPSTREAM-008",
                "the model service's answer is longer than may be inspected in one call",
                "ask for a shorter answer, or let the operator raise max_text_chars",
            )

    def _stop(self, choice: int, finding: Finding) -> None:
        self.stopped.setdefault(choice, finding)
