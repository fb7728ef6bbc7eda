"""What the gateway must know about an API shape, and the few types in which shapes and relays speak.

A shape reads requests and answers of one API and writes that API's refusals, labels and errors. It decides nothing.
A stream is read by a second object, made for each answer, that remembers what its API needs (open blocks, numbers).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from brightline.errors import BrightlineError, InputError
from brightline.model import NotInspected, Part
from brightline.server.gateway.verbatim import Document, Path

__all__ = ["EVERY_CHOICE", "AnswerText", "Prompt", "Shape", "StreamShape", "Turn", "View", "wrong"]

EVERY_CHOICE = -1
"""Choice of a text that belongs to no choice: if it stops, all of them stop."""


class Turn(NamedTuple):
    """One message of the conversation: its position in the request's list, who spoke, and its text."""

    position: int
    role: str
    text: str


@dataclass(slots=True)
class Prompt:
    """A request as far as the gateway understands it."""

    model: str
    stream: bool
    parts: list[Part]
    gaps: list[NotInspected]
    escaped: set[str] = field(default_factory=set)  # names of parts that are JSON written as a string
    choices: int = 1
    end_user: str = ""
    structured: bool = False  # the caller parses the answer (JSON mode): nothing may be added to its text
    turns: list[Turn] = field(default_factory=list)
    turns_path: Path = ()
    continues: str = ""  # what the API calls a history that it keeps itself: a conversation or an earlier response
    keeps: bool = False  # whether this API may be asked to go on with the answer
    asked: str = ""  # the newest text of the user, which tells the language


class AnswerText(NamedTuple):
    """One text of an answer, whole or a piece of a stream.

    ``name`` is the channel, the same in a stream and in a whole answer: ``choices[0].message.content``. ``visible`` is
    true for what the end user reads as the answer, where a label may stand. ``path`` is its place in the document, or
    empty where the text cannot be replaced in place (a JSON object that was serialised to be inspected). ``repeats``
    marks a text that the stream says a second time; ``atomic`` one that is only good in one piece (a function's name);
    ``text`` is None for data that is not text.
    """

    path: Path
    name: str
    choice: int
    text: str | None
    escaped: bool = False
    visible: bool = False
    repeats: bool = False
    atomic: bool = False


class View(NamedTuple):
    """What one event of a stream means: its texts, the channels that end with it (by the beginning of their names), the
    choices that end with it, and whether nothing but bookkeeping follows. ``completes`` names channels of JSON that end
    with it if their JSON is complete by now."""

    texts: Sequence[AnswerText]
    closes: tuple[str, ...] = ()
    ends: tuple[int, ...] = ()
    last: bool = False
    failed: bool = False
    completes: tuple[str, ...] = ()


class StreamShape(Protocol):
    """Reads one streamed answer, and writes what the gateway adds to it. All ``bytes`` are complete events."""

    def view(self, value: Any) -> View:
        """Understand one event."""

    def passing(self, document: Document) -> None:
        """An event of the upstream is about to leave: bring its number into order with what was added."""

    def is_idle(self, value: Any, emptied: set[Path]) -> bool:
        """True if nothing is left of an event once the texts at these places are empty."""

    def drop(self, document: Document, view: View, stopped: set[int]) -> bool:
        """Take stopped choices out of an event. True if nothing is left of it."""

    def clean(self, document: Document, text: AnswerText) -> None:
        """Take out of the event what repeats a text that was changed (token lists)."""

    def more(self, name: str, choice: int, text: str) -> bytes:
        """More text on an open channel."""

    def stop(self, choice: int, text: str, member: dict[str, Any], sent: dict[str, str]) -> bytes:
        """End a choice with a word to the reader and the ``brightline`` member. ``sent``: what left so far, by channel."""

    def finish(self, events: list[bytes | tuple[Document, bytes]], member: dict[str, Any]) -> bytes:
        """The last events with the ``brightline`` member in them, and the end mark of the API."""


class Shape(Protocol):
    """One API."""

    name: str
    path: str

    def read(self, body: Any) -> Prompt:
        """Understand a request. Raises ``InputError`` for wrong types."""

    def answer_texts(self, body: Any) -> Iterable[AnswerText]:
        """Every text of a whole answer. Raises ``ValueError`` if it is not an answer of this API."""

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """Replace a choice of a whole answer by a refusal. False if its answers are in one piece: then the whole is replaced."""

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A whole answer that refuses."""

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """The same as a stream."""

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The API's error object."""

    def error_event(self, problem: BrightlineError) -> bytes:
        """An error in the middle of a stream."""

    def streamed(self, prompt: Prompt) -> StreamShape | None:
        """A reader for one streamed answer; None where the API has no streams."""


def wrong(where: str, what: str, found: Any) -> InputError:
    """A field of a request has the wrong type or value."""
    kind = {dict: "an object", list: "an array", str: "a string", type(None): "null", bool: "a boolean"}.get(type(found), "a number")
    shown = f"{kind} ({found})" if isinstance(found, int | float) and abs(found) < 1e15 else kind
    return InputError("BL-INPUT-103", f"{where} must be {what}, not {shown}", "see the API description of the model service for this field")
