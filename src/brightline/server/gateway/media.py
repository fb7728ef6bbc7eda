"""Media that passes through the gateway leaves labelled, or does not leave.

Pictures, sound, video and documents in an answer are labelled in place by ``service.labelling`` in a worker thread: what is seen or
heard, the implicit label, signature, watermark and C2PA as the settings ask (GB 45438-2025, 5.2–5.4 and 6; Labelling Measures, Art. 4, 5).
Whatever cannot be labelled makes the answer an error: fail closed. With ``label_media = "none"`` everything passes, and the Decision
says that nothing was labelled. What the media shows or says is not inspected, which the Decision says as well.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from brightline.errors import UpstreamError
from brightline.labels.errors import LabelError, Unsupported
from brightline.model import NotInspected
from brightline.server.gateway.exchange import Exchange
from brightline.server.gateway.media_fetch import MediaFetch
from brightline.server.gateway.shapes.choices import numbered_choices
from brightline.server.gateway.shapes.media_requests import MediaShape
from brightline.server.gateway.shapes.shape import EVERY_CHOICE
from brightline.server.gateway.shapes.texts import dotted
from brightline.server.gateway.verbatim import Document, Malformed, Path
from brightline.server.gateway.wav_stream import with_lengths
from brightline.service import Service

if TYPE_CHECKING:
    from brightline.labelling import Labelled
    from brightline.server.gateway.media_places import MediaPlace

__all__ = ["MediaLabels", "media_type_of_bytes"]

_Each = TypeVar("_Each")

MAX_FILES = 64
"""Files in one answer. Own choice: image APIs give 10 at most, and each is encoded anew."""

TOO_SMALL = "BL-LABEL-054"
"""A picture on which no label of a legible size fits: it is labelled where it is shown (GB 45438-2025, 5.6), and in its metadata."""

_NOT_LOOKED_AT = "what this shows or says is not inspected; only its labels are"


class MediaLabels:
    """Labels the media of this gateway's answers, a few files at a time so that texts do not wait for encoders."""

    def __init__(self, service: Service, fetch: MediaFetch) -> None:
        self._service = service
        self._fetch = fetch
        self._slots = asyncio.Semaphore(max(2, os.cpu_count() or 2))

    @property
    def wanted(self) -> bool:
        """False where the operator labels no media."""
        return self._service.settings.label_media != "none"

    def require(self) -> None:
        """Before a model service is asked for media. Raises ``LabelError`` BL-LABEL-080 where it could not be labelled."""
        problem = self._service.labelling.provider_problem
        if self.wanted and problem:
            # 422, not the API's 503 (``NotSetUp``): clients of model services ask again after 503, and each asking may be paid for.
            hint = "the operator sets label_provider_code (docs/labels.md says how it is made); nothing was generated"
            raise LabelError("BL-LABEL-080", problem, hint)

    async def require_few(self, exchange: Exchange, body: bytes) -> None:
        """Before the texts of an answer are read, in which every file costs time. Raises ``LabelError`` BL-LABEL-090 for too many."""
        from brightline.server.gateway.media_places import may_hold_media

        if exchange.shape.name != "embeddings" and may_hold_media(body):
            await asyncio.to_thread(_require_few, body)

    async def in_answer(self, exchange: Exchange, document: Document, body: bytes) -> Document:
        """The answer with every file in it labelled. Raises ``LabelError``, and ``UpstreamError`` for what is no file."""
        from brightline.server.gateway.media_places import may_hold_media

        if exchange.shape.name == "embeddings":
            return document
        if not (isinstance(exchange.shape, MediaShape) or exchange.answer.gaps or may_hold_media(body)):
            return document
        current, places = await asyncio.to_thread(_found, document, exchange)
        if not places:
            return document
        for place in places:
            if place.name not in exchange.answer.gaps:
                exchange.answer.gaps[place.name] = NotInspected(place.name, "gateway", _NOT_LOOKED_AT)
        if not self.wanted:
            for place in places:
                self.say_unlabelled(exchange, place.name)
            return current
        self.require()
        written: dict[Path, list[tuple[int, int, str]]] = {}
        for place in places:
            if place.said == "image/svg+xml" and _draws(exchange):
                raise Unsupported(f"{place.name} is an SVG picture, into which no label is drawn here", "ask for PNG, JPEG or WebP")
            data = await asyncio.to_thread(_bytes_of, place)
            labelled = await self.file(exchange, data, place.name)
            encoded = await asyncio.to_thread(_base64, labelled)
            written.setdefault(place.path, []).append((place.start, place.end, encoded))
        for path, pieces in written.items():
            text = current.at(path)
            for start, end, encoded in reversed(pieces):
                text = f"{text[:start]}{encoded}{text[end:]}"
            current.put(path, text)
        return current

    async def by_address(self, exchange: Exchange, document: Document, body: bytes) -> Document:
        """Fetch files that an answer only names, label them, and put them into the answer as ``data:`` addresses.

        With ``label_media = "none"`` the addresses pass as they are. Raises as ``in_answer``, and ``UpstreamError`` BL-UPSTREAM-011.
        """
        from brightline.server.gateway.media_places import may_name_media

        every = isinstance(exchange.shape, MediaShape)
        if exchange.shape.name == "embeddings" or not (every or may_name_media(body)):
            return document
        current, entries = await asyncio.to_thread(_named, document, exchange, every=every)
        if entries and self.wanted:
            self.require()
        fetched: dict[str, str] = {}  # some services name one file in two members
        for path, address in entries:
            place = dotted(path)
            exchange.answer.gaps.setdefault(place, NotInspected(place, "gateway", _NOT_LOOKED_AT))
            if not self.wanted:
                self.say_unlabelled(exchange, place)
                continue
            if address not in fetched:
                data = await self._fetch.get(address)
                labelled = await self.file(exchange, data, place, PurePosixPath(urlsplit(address).path).name[:200])
                media_type = await asyncio.to_thread(media_type_of_bytes, labelled)
                fetched[address] = f"data:{media_type};base64,{await asyncio.to_thread(_base64, labelled)}"
            current.put(path, fetched[address])
        return current

    async def file(self, exchange: Exchange, data: bytes, place: str, name: str = "") -> bytes:
        """One file with its labels; notes in the call's label what was done. Raises ``LabelError`` and ``StoreError``."""
        limit = self._service.settings.label_max_file_bytes
        if len(data) > limit:
            hint = "ask for a smaller file, or let the operator raise label_max_file_bytes"
            raise LabelError("BL-LABEL-014", f"{place} has {len(data)} bytes, more than the {limit} that are labelled", hint)
        async with self._slots:
            labelled, small = await asyncio.to_thread(self._label, with_lengths(data), name, place, exchange)
        _say_labelled(exchange, place, labelled, small)
        made = labelled.marked.data
        if made is None:
            raise LabelError("BL-LABEL-089", "nothing was labelled", "this is a defect of Brightline: please report it")
        return made

    def say_unlabelled(self, exchange: Exchange, place: str) -> None:
        """Note in the call's label that a file leaves without one, as the operator wants."""
        said = {"place": place, "implicit": "none", "explicit": "none", "reason": 'the operator labels no media (label_media = "none")'}
        exchange.label.setdefault("media", []).append(said)

    def _label(self, data: bytes, name: str, place: str, exchange: Exchange) -> tuple[Labelled, bool]:
        if isinstance(exchange.shape, MediaShape):
            _require_media(data, place)
        label = self._service.labelling.label_generated
        try:
            return label(data, name=name, account=exchange.account, decision=exchange.id), False
        except LabelError as problem:
            if problem.code != TOO_SMALL:
                raise
        return label(data, name=name, account=exchange.account, decision=exchange.id, explicit=False), True


def media_type_of_bytes(data: bytes, said: str = "") -> str:
    """The media type of a file: what the model service ``said``, if its content can be that. Raises ``LabelError``."""
    from brightline.labels.containers.source import Source
    from brightline.labels.registry import container_for, media_type_of

    source = Source(data, "")
    return said if said in container_for(source).media_types else media_type_of(source)


def _require_media(data: bytes, place: str) -> None:
    """A page or a text in the place of a picture, a sound or a film is a failure (or an attack on who opens it), and no media."""
    from brightline.labels.containers.source import Source
    from brightline.labels.registry import container_for
    from brightline.server.gateway.media_places import TEXTS

    if container_for(Source(data, "")).name in TEXTS:
        raise UpstreamError(
            "BL-UPSTREAM-006",
            f"the model service's {place} is a page or a text, no picture, sound or film",
            "check what upstream points to",
        )


def _require_few(body: bytes) -> None:
    from brightline.server.gateway.media_places import media_in

    try:
        value = Document.parse(body).value
    except Malformed:
        return  # whoever inspects the answer says so
    _few(media_in(value))


def _found(document: Document, exchange: Exchange) -> tuple[Document, list[MediaPlace]]:
    """The answer as changed so far, read anew, and the files in it; not those of a choice that is stopped."""
    from brightline.server.gateway.media_places import media_in

    current, gone = _left(document, exchange)
    if gone is None:
        return current, []
    return current, _few(place for place in media_in(current.value) if place.path[:2] not in gone)


def _named(document: Document, exchange: Exchange, *, every: bool) -> tuple[Document, list[tuple[Path, str]]]:
    """As ``_found``, with the files that the answer only names."""
    from brightline.server.gateway.media_places import remote_in

    current, gone = _left(document, exchange)
    if gone is None:
        return current, []
    return current, _few(entry for entry in remote_in(current.value, every=every) if entry[0][:2] not in gone)


def _left(document: Document, exchange: Exchange) -> tuple[Document, set[Path] | None]:
    """The answer as changed so far, read anew, and the places of its stopped choices; None where nothing of it leaves."""
    stopped = exchange.answer.stopped
    if EVERY_CHOICE in stopped:
        return document, None
    current = Document.parse(document.encode()) if document.changed else document
    if not stopped:
        return current, set()
    if not isinstance(current.value, dict) or "choices" not in current.value:
        return current, None
    return current, {("choices", position) for position, number, _ in numbered_choices(current.value) if number in stopped}


def _few(places: Iterable[_Each]) -> list[_Each]:
    found = list(islice(places, MAX_FILES + 1))
    if len(found) > MAX_FILES:
        raise _too_many(len(found))
    return found


def _bytes_of(place: MediaPlace) -> bytes:
    from brightline.server.gateway.media_places import decoded

    if not place.encoded:
        raise Unsupported(f"{place.name} holds a file that is not in base64", "ask for PNG, JPEG or WebP in base64")
    try:
        return decoded(place.text[place.start : place.end])
    except ValueError as problem:
        raise UpstreamError("BL-UPSTREAM-009", f"the model service's {place.name} holds no file: {problem}", "try again") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _too_many(count: int) -> LabelError:
    return LabelError(
        "BL-LABEL-090", f"the answer holds {count} or more files, more than the {MAX_FILES} that are labelled", "ask for fewer"
    )


def _say_labelled(exchange: Exchange, place: str, labelled: Labelled, small: bool) -> None:
    marked, record = labelled.marked, labelled.record
    said: dict[str, Any] = {
        "place": place,
        "container": marked.container,
        "content_id": record.content_id,
        "implicit": "written",
        "explicit": marked.rendered.kind if marked.rendered is not None and not small and _draws(exchange) else "none",
        "proof": [f"{step.name}: {step.outcome}" for step in marked.steps],
    }
    if small:
        said |= {"explicit": "interface", "reason": "the picture is too small for a legible label, so it is labelled where it is shown"}
    elif not _draws(exchange):
        said["reason"] = "the setting label_media asks for the implicit label only"
    exchange.label.setdefault("media", []).append(said)


def _draws(exchange: Exchange) -> bool:
    return exchange.service.settings.label_media == "both"
