"""The answer side of one call: a text stream for each channel of each choice, and what their findings lead to.

Whole and streamed answers go through the same ``Answer``, a whole one as a stream of one piece, so that both lead to
the same Decision. What ``feed`` and ``close`` return may leave; nothing else may.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from brightline.config import Settings
from brightline.errors import UpstreamError
from brightline.model import Context, Finding, NotInspected, Outcome, Part, Side, Span
from brightline.pipeline import Pipeline
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText
from brightline.server.gateway.shapes.texts import gap
from brightline.text import TextStream
from brightline.text.lanes import Piece
from brightline.text.stream import LEFT_OUT

__all__ = ["Answer", "Channel"]

MAX_CHANNELS = 4096
"""More than any answer has (128 choices with 32 channels each): a bound on memory."""

BEFORE_CHARS = 200
"""So much of the visible text before a piece is read with it: a window of 40 characters with entries of 64 at its ends."""


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
    label_chars: int = 0  # characters that the gateway put before or into it (a label)
    label_at: int = 0  # characters of the upstream's text that stand before those
    closed: bool = False
    before: str = ""  # end of the visible text that stands directly before: evidence may reach across
    owed: int = 0  # characters of it that the stream still holds

    @property
    def findings(self) -> list[Finding]:
        """What was found in this text, or across its beginning."""
        return _own(self.stream.findings, len(self.before)) if self.before else self.stream.findings


class Answer:
    """Inspects one answer. ``stopped`` tells which choices ended and by which finding."""

    def __init__(self, pipeline: Pipeline, context: Context, settings: Settings) -> None:
        self._pipeline = pipeline
        self._context = context
        self._chars_left = settings.max_text_chars
        self._clean: set[str] = set()
        self._noticed: set[str] = set()
        self._kept: list[tuple[int, Finding]] = []  # (choice, finding) of texts that have no channel
        self._last: dict[str, str] = {}  # name → what stood there last, of texts that have no channel
        self._visible: set[str] = set()  # names of visible texts that have no channel
        self._shown: dict[int, Channel | str] = {}  # choice → its newest visible text
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
            before = self._before(text) if text.visible else ""
            stream, owed = self._begin(text, before)
            found = self.channels[text.name] = Channel(text.name, text.choice, text.visible, stream, before=before, owed=owed)
            if text.visible:
                self._shown[text.choice] = found
        return found

    def _before(self, text: AnswerText) -> str:
        shown = self._shown.get(text.choice, "")
        return (shown if isinstance(shown, str) else shown.before + "".join(shown.received))[-BEFORE_CHARS:]

    def _begin(self, text: AnswerText, before: str) -> tuple[TextStream, int]:
        """A stream that has read ``before`` already, and how much of that it holds."""
        if not before:
            return self._pipeline.stream(Side.ANSWER, text.name, self._context, json_escapes=text.escaped), 0
        stops, rewrites, length = self._pipeline.stops(self._context), self._pipeline.rewrites(self._context), len(before)
        owed = length  # while the stream still holds some of what left elsewhere, a cut could reach into it
        stream = self._pipeline.engine.stream(
            Side.ANSWER,
            text.name,
            lambda finding: _end(finding) > length and stops(finding),
            rewrites=lambda finding: not owed and _end(finding) > length and rewrites(finding),
            json_escapes=text.escaped,
        )
        owed -= len(stream.feed(before))
        return stream, owed

    def feed(self, channel: Channel, text: str) -> str:
        """What may leave now that ``text`` has come."""
        self._spend(len(text))
        channel.received.append(text)
        released = channel.stream.feed(text)
        if channel.owed:
            released = _past(channel, released)
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
        if channel.owed:
            released = _past(channel, released)
        if channel.stream.stopped is not None:
            self._stop(channel.choice, channel.stream.stopped)
        return self._leave(channel, released)

    def take(self, channel: Channel, text: str) -> str:
        """What may leave of a channel whose whole text is ``text``: ``feed`` and ``close`` in one."""
        if channel.before or channel.received:
            return self.feed(channel, text) + self.close(channel)
        self._spend(len(text))
        channel.received.append(text)
        channel.closed = True
        released = channel.stream.feed_all(text)
        if channel.stream.stopped is not None:
            self._stop(channel.choice, channel.stream.stopped)
        return self._leave(channel, released)

    def put_label(self, channel: Channel, place: int, label: str) -> None:
        """Note that ``label`` leaves within what was released last, before its character ``place``."""
        released = channel.sent.pop()
        channel.sent += [released[:place], label, released[place:]]
        channel.label_chars += len(label)
        channel.label_at = channel.chars_left - len(released) + place

    def passes(self, text: AnswerText) -> bool:
        """Inspect a text in one piece, to leave whole or not at all."""
        if text.text is None:
            self.gaps.setdefault(text.name, gap(text.name))
            return True
        before = self._read_before(text)
        if text.text in self._clean and not before:
            return True
        self._spend(len(text.text))
        stream, _ = self._begin(text, before)
        if before:
            stream.feed(text.text)
            stream.finish()
        else:
            stream.feed_all(text.text)
        self._kept += [(text.choice, finding) for finding in _own(stream.findings, len(before))]
        if stream.stopped is not None:
            self._stop(text.choice, stream.stopped)
            return False
        if stream.left_out:  # it leaves whole or not at all, and whole it may not
            rewrites = self._pipeline.rewrites(self._context)
            self._stop(text.choice, next(finding for finding in stream.findings if rewrites(finding)))
            return False
        self._clean.add(text.text)
        return True

    def _read_before(self, text: AnswerText) -> str:
        """What is to be read together with a text that has no channel, and remember the text for those that follow.

        Text may come in pieces where no API has pieces; each left when it came, so the next is read together with them.
        """
        new = text.text or ""
        if text.visible:
            self._visible.add(text.name)
        last = self._last.get(text.name)
        self._last[text.name] = new
        if last is None:
            self.whole[text.name] = new
            if not text.visible:
                return ""
            before = self._before(text)
            self._shown[text.choice] = before + new
            return before
        if last == new and (text.repeats or len(new) > 1):
            return ""  # said again
        if len(last) > 1 and new.startswith(last):
            return ""  # said again, and more of it
        before = self.whole[text.name][-BEFORE_CHARS:]
        self.whole[text.name] += new
        return before

    def is_harmless(self, text: str) -> bool:
        """True if nothing is found in a text that need not leave."""
        return not self._pipeline.inspect((Part("logprobs", Side.ANSWER, text),))

    def is_stopped(self, choice: int) -> bool:
        """True if nothing more of that choice may leave."""
        return bool(self.stopped) and (choice in self.stopped or EVERY_CHOICE in self.stopped)

    @property
    def findings(self) -> list[Finding]:
        """Findings of all texts, channel by channel, without repetitions."""
        found = [finding for channel in self.channels.values() for finding in channel.findings]
        found += [finding for _, finding in self._kept]
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def pending_notices(self, choice: int) -> list[tuple[str, str]]:
        """Notices (zh, en) that findings of this choice ask for and that have not been given yet: one of a family of goals."""
        found = [
            finding
            for channel in self.channels.values()
            if channel.choice == choice and channel.stream.findings
            for finding in channel.findings
        ]
        found += [finding for whose, finding in self._kept if whose == choice]
        due: list[tuple[str, str]] = []
        for finding in found:
            family = finding.goal.partition(".")[0]
            if family in self._noticed or not (finding.note_zh or finding.note_en):
                continue
            outcome = self._pipeline.judge((finding,), self._context).outcome
            if outcome in (Outcome.NOTICE, Outcome.REWRITE):
                self._noticed.add(family)
                due.append((finding.note_zh or finding.note_en, finding.note_en or finding.note_zh))
        return due

    def shown(self) -> dict[str, str]:
        """The visible texts that came, whole, by name."""
        read = {channel.name: "".join(channel.received) for channel in self.channels.values() if channel.visible}
        return read | {name: text for name, text in self.whole.items() if name in self._visible}

    def lanes(self, name: str) -> Piece | None:
        """The lanes of a visible text, if its stream read it at once."""
        channel = self.channels.get(name)
        return channel.stream.piece if channel is not None and name not in self.whole and len(channel.received) == 1 else None

    def texts(self) -> dict[str, str]:
        """What came, by channel, for the digest and, where the operator samples, for storage."""
        return {channel.name: "".join(channel.received) for channel in self.channels.values()} | self.whole

    def delivered(self) -> list[str]:
        """What a reader got of each visible text: as it came, or as far as it left where something was cut."""
        left = []
        for channel in self.channels.values():
            if channel.visible:
                is_whole = channel.stream.stopped is None and not channel.stream.left_out and not self.is_stopped(channel.choice)
                left.append("".join(channel.received if is_whole else channel.sent))
        return left

    def sent(self) -> dict[str, str]:
        """What left, by channel."""
        passed = {name: text for name, text in self.whole.items() if text in self._clean}
        return passed | {channel.name: "".join(channel.sent) for channel in self.channels.values()}

    def offset(self, choice: int) -> int:
        """Code points of the visible text of a choice that left and may stay: a reader retracts what comes after."""
        kept = 0
        for channel in self.channels.values():
            if channel.choice != choice or not channel.visible:
                continue
            stopped = channel.stream.stopped
            if stopped is not None:
                first = _as_released(channel.stream, min((span.start for span in stopped.spans), default=0)) - len(channel.before)
                stays = min(first, channel.chars_left)
                return max(0, kept + stays + (channel.label_chars if stays >= channel.label_at else 0))
            kept += channel.label_chars + channel.chars_left
        return kept

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


def _past(channel: Channel, released: str) -> str:
    """What was released without the text before the channel, which has left elsewhere."""
    skipped = min(channel.owed, len(released))
    channel.owed -= skipped
    return released[skipped:]


def _as_released(stream: TextStream, place: int) -> int:
    """A raw position among the characters that left: what was left out before it stands there as a mark."""
    cut = [span for span in stream.left_out if span.start < place]
    return place - sum(min(span.end, place) - span.start - len(LEFT_OUT) for span in cut)


def _end(finding: Finding) -> int:
    return max((span.end for span in finding.spans), default=1 << 62)


def _own(findings: list[Finding], before: int) -> list[Finding]:
    """Findings of a text that was read with so many characters before it: without those of the characters before.

    Places count from the beginning of the text; evidence across it is named with the part "… (and the text before it)",
    and its places count from where reading began.
    """
    if not before:
        return findings
    own: list[Finding] = []
    for finding in findings:
        if _end(finding) <= before:
            continue
        start = min((span.start for span in finding.spans), default=before)
        if start < before:
            own.append(replace(finding, part=f"{finding.part} (and the text before it)"))
            continue
        spans = tuple(Span(span.start - before, span.end - before) for span in finding.spans)
        cut = max(0, before - finding.excerpt_start)
        excerpt_start = max(0, finding.excerpt_start - before)
        own.append(replace(finding, spans=spans, excerpt=finding.excerpt[cut:], excerpt_start=excerpt_start))
    return own
