"""What cannot be labelled is recognised before it leaves: requests for it before they are sent, pieces of it in a stream.

A picture or sound that comes in pieces cannot be labelled piece by piece, and a whole one in the middle of a stream would hold up the
text behind it; so a stream that begins to carry media ends with an error that says to ask without ``stream``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brightline.errors import InputError
from brightline.labels.errors import LabelError
from brightline.server.gateway.shapes.media_requests import UNLABELLED_SOUND, MediaShape, unlabelled_sound
from brightline.server.gateway.shapes.shape import AnswerText

if TYPE_CHECKING:
    from brightline.server.gateway.answer import Channel
    from brightline.server.gateway.exchange import Exchange
    from brightline.server.gateway.media import MediaLabels

__all__ = ["MediaGuard", "check_request"]

_MARK = "data:"
_WATCHED = 512
"""Characters of the end of a text that are looked at again with what comes next once an address of data may have begun in them."""

_MEDIA_NAMES = (".audio.data", ".input_audio.data", "b64_json", "partial_image_b64")
"""Endings of the names of channels that never hold text, however short their pieces are."""

_LIKE_BASE64 = re.compile(r"[A-Za-z0-9+/_=-]*\Z", re.ASCII)
_HEAD_CHARS = 64
"""Of base64: 48 bytes, in which all formats with a head of their own show it."""

_LONGEST_TEXT = 64 * 1024
"""Of a streamed text that is looked through for code blocks when an address of data begins in it; in a longer one none counts as code."""

_LEAST_DATA = 256
"""Characters of a text under an unknown name from which it is looked at as a file."""


def check_request(media: MediaLabels, exchange: Exchange, body: Mapping[str, Any]) -> None:
    """Raises ``InputError`` BL-INPUT-113 or -114, or ``LabelError`` BL-LABEL-080, where what is asked for could not leave labelled."""
    if not media.wanted:
        return
    shape = exchange.shape
    if isinstance(shape, MediaShape):
        if shape.makes or shape.file:
            shape.check_format(body)
            media.require()
    elif asks_for_media(body):
        if exchange.prompt.stream:
            raise InputError(
                "BL-INPUT-113", "media cannot be streamed: a piece of sound or of a picture carries no label", "ask without stream"
            )
        sound = body.get("audio")
        wanted = sound.get("format") if isinstance(sound, dict) else None
        if wanted in UNLABELLED_SOUND:
            raise unlabelled_sound(str(wanted))
        media.require()


def asks_for_media(body: Mapping[str, Any]) -> bool:
    """True for a chat or a response that is to bring sound or pictures (``modalities``, the tool ``image_generation``)."""
    kinds = body.get("modalities")
    if isinstance(kinds, list) and any(kind in ("audio", "image", "video") for kind in kinds):
        return True
    tools = body.get("tools")
    return isinstance(tools, list) and any(isinstance(tool, dict) and tool.get("type") == "image_generation" for tool in tools)


class MediaGuard:
    """Watches one stream. ``labels`` is False where the operator labels no media: then everything passes."""

    def __init__(self, *, labels: bool) -> None:
        self._labels = labels
        self._ends: dict[str, str] = {}  # channel → the end of its text, in which an address may have begun
        self._heads: dict[str, str | None] = {}  # channel → its first characters, while they may be those of a file in base64

    def data(self, event: Any, text: AnswerText) -> None:
        """Something in an event that is no running text. Raises ``LabelError`` BL-LABEL-091 for media."""
        if not self._labels or not text.path:
            return
        if text.name.endswith(_MEDIA_NAMES):
            raise _in_stream(text.name)
        if text.text is not None and len(text.text) < _LEAST_DATA:
            return
        from brightline.server.gateway.media_places import is_media

        if is_media(event, text.path):
            raise _in_stream(text.name)

    def piece(self, channel: Channel, text: str) -> None:
        """More of a running text. Raises ``LabelError`` BL-LABEL-091 where a ``data:`` address of media begins in it."""
        if not self._labels:
            return
        name = channel.name
        head = self._heads.get(name, "")
        if head is not None:
            self._heads[name] = self._head(name, head + text)
        seen = self._ends.get(name, "") + text
        if _MARK not in seen and _MARK not in seen.lower():
            self._ends[name] = seen[-len(_MARK) + 1 :]
            if name.endswith(_MEDIA_NAMES):
                raise _in_stream(name)
            return
        self._ends[name] = seen[-_WATCHED:]
        from brightline.server.gateway.media_places import opens_media

        if opens_media(seen):  # perhaps: only the whole text tells what is code
            whole = "".join(channel.received) + text
            if len(whole) > _LONGEST_TEXT or opens_media(whole, is_whole=True):
                raise _in_stream(name)

    def _head(self, name: str, head: str) -> str | None:
        """The beginning of a channel; None once it is known to be none of a file. Raises ``LabelError`` BL-LABEL-091."""
        if not _LIKE_BASE64.match(head):
            return None
        if len(head) < _HEAD_CHARS:
            return head
        from brightline.server.gateway.media_places import begins_file

        if begins_file(head):
            raise _in_stream(name)
        return None


def _in_stream(name: str) -> LabelError:
    return LabelError(
        "BL-LABEL-091", f"the stream carries a picture, sound or file ({name}), which cannot be labelled in pieces", "ask without stream"
    )
