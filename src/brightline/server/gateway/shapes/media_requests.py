"""Requests for media: a prompt in words in, pictures or sound out (OpenAI API reference, "Images", "Audio", "Videos").

Every text of the request is a prompt and is inspected like one. What comes back is no conversation, so a refusal is an error object,
as a picture cannot carry a sentence. Streams of partial pictures and of sound events are refused before the model service is asked:
a piece of a picture or of sound cannot carry a label (GB 45438-2025, 5.2, 5.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from brightline.errors import BrightlineError, InputError
from brightline.model import Side
from brightline.server.gateway.media_form import FILE_NAMES
from brightline.server.gateway.shapes.envelope import openai_error
from brightline.server.gateway.shapes.requests import add_parts, others_of
from brightline.server.gateway.shapes.shape import EVERY_CHOICE, AnswerText, Prompt, wrong
from brightline.server.gateway.shapes.strays import strays
from brightline.server.gateway.shapes.texts import gap
from brightline.server.gateway.verbatim import Document

__all__ = [
    "IMAGES",
    "MEDIA_SHAPES",
    "SPEECH",
    "UNLABELLED_SOUND",
    "VIDEOS",
    "VIDEO_CONTENT",
    "VIDEO_JOBS",
    "VIDEO_REMIX",
    "MediaShape",
    "unlabelled_sound",
]

_TRUE = (True, "true", "True", "1")  # as JSON says it, and as forms do

UNLABELLED_SOUND = frozenset(("pcm", "pcm16", "aac"))
"""Formats without a place for metadata: samples alone, and frames alone (ADTS, ISO/IEC 13818-7)."""


class MediaShape:
    """One endpoint that makes media. ``forms``: its requests may be forms. ``file``: it answers with a file, not with JSON.

    ``asked``: the member with the newest words; empty for an endpoint that only gives what was made before, which has no body.
    """

    def __init__(self, name: str, path: str, asked: str = "", *, forms: bool = False, file: bool = False) -> None:
        self.name = name
        self.path = path
        self.forms = forms
        self.file = file
        self.makes = bool(asked)
        self._asked = asked

    def read(self, body: Any) -> Prompt:
        """Understand a request. Raises ``InputError`` BL-INPUT-103 for wrong types, -113 for streams, -114 for raw sound."""
        if not isinstance(body, Mapping):
            raise wrong("the body", "an object", body)
        model, asked, user = body.get("model") or "", body.get(self._asked), body.get("user")
        if not isinstance(model, str):
            raise wrong("model", "a string", model)
        if not (asked is None or isinstance(asked, str)):
            raise wrong(self._asked, "a string", asked)
        if body.get("stream") in _TRUE or body.get("stream_format") == "sse":
            raise InputError(
                "BL-INPUT-113", "media cannot be streamed: a piece of a picture or of sound carries no label", "ask without stream"
            )
        prompt = Prompt(model=model, stream=False, parts=[], gaps=[], end_user=user if isinstance(user, str) else "", asked=asked or "")
        for name in body:
            if name.endswith(FILE_NAMES):
                prompt.gaps.append(gap(name.removesuffix(FILE_NAMES)))
        add_parts(prompt, others_of(dict(body)), (), Side.PROMPT)
        return prompt

    def check_format(self, body: Any) -> None:
        """Raises ``InputError`` BL-INPUT-114 where what is asked for could not carry a label."""
        if self.file and isinstance(body.get("response_format"), str) and body["response_format"].lower() in UNLABELLED_SOUND:
            raise unlabelled_sound(body["response_format"].lower())

    def answer_texts(self, body: Any) -> Iterator[AnswerText]:
        """Every text beside the media: revised prompts, errors, names."""
        if not isinstance(body, dict):
            raise ValueError("not an object")
        for text in strays(body, EVERY_CHOICE):
            is_address = len(text.path) == 3 and text.path[0] == "data" and text.path[2] == "url"
            yield text._replace(text=None) if is_address else text

    def stop(self, document: Document, choice: int, text: str) -> bool:
        """The pictures of one answer are in one piece."""
        return False

    def refusal(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> dict[str, Any]:
        """A picture cannot carry a sentence, so a refusal is an error object with the ``brightline`` member."""
        return {**openai_error(InputError("BL-REFUSED", text)), "brightline": member}

    def refusal_stream(self, prompt: Prompt, decision_id: str, text: str, member: dict[str, Any]) -> bytes:
        """Media have no streams here (``read`` refuses them): nothing to send."""
        return b""

    def error(self, problem: BrightlineError) -> dict[str, Any]:
        """The error object of the OpenAI API."""
        return openai_error(problem)

    def error_event(self, problem: BrightlineError) -> bytes:
        """Nothing can be added to a whole answer that broke off: it ends short of its length, which clients notice."""
        return b""

    def streamed(self, prompt: Prompt) -> None:
        """Media have no streams here."""


def unlabelled_sound(asked: str) -> InputError:
    """Sound was asked for in a form that cannot carry the implicit label (GB 45438-2025, 6)."""
    return InputError(
        "BL-INPUT-114",
        f"{asked} is sound without a place for metadata, so it cannot carry a label",
        'ask for "wav", "mp3", "flac" or "opus"',
    )


IMAGES = (
    MediaShape("images.generations", "/images/generations", "prompt"),
    MediaShape("images.edits", "/images/edits", "prompt", forms=True),
    MediaShape("images.variations", "/images/variations", "prompt", forms=True),
)
SPEECH = MediaShape("audio.speech", "/audio/speech", "input", file=True)
VIDEOS = MediaShape("videos", "/videos", "prompt", forms=True)
MEDIA_SHAPES = (*IMAGES, SPEECH, VIDEOS)

VIDEO_REMIX = MediaShape("videos.remix", "/videos/{id}/remix", "prompt")
VIDEO_JOBS = MediaShape("videos.jobs", "/videos/{id}")
VIDEO_CONTENT = MediaShape("videos.content", "/videos/{id}/content", file=True)
"""What follows the making of a film: asking after it, fetching it. Their addresses hold its number (``address.video_target``)."""
