"""What has to be seen or heard is put into the media itself: the explicit label, and with the same encoding the watermark.

One place that knows which module serves which kind of file; the modules know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from brightline.labels.containers.source import opened
from brightline.labels.errors import Unsupported
from brightline.labels.registry import container_for
from brightline.labels.writing import write_new

if TYPE_CHECKING:
    from PIL.Image import Image

    from brightline.labels.containers.source import Source
    from brightline.labels.explicit.audio import Prompt
    from brightline.labels.explicit.image import Drawn, Position
    from brightline.labels.watermark import Hit
    from brightline.labels.watermark.sound_file import HeardSound

__all__ = [
    "PICTURES",
    "POSITIONS",
    "SOUND",
    "Explicit",
    "Rendered",
    "Watermark",
    "rendered_bytes",
    "rendered_file",
    "sound_watermark_in",
    "watermark_in",
    "works_on_bytes",
]

POSITIONS: tuple[Position, ...] = ("bottom-right", "bottom-left", "bottom", "top-right", "top-left", "top", "left", "right")
"""Edges and corners where an explicit label may stand (GB 45438-2025, 5.2)."""

PICTURES = frozenset({"png", "jpeg", "webp", "gif", "tiff", "avif"})
SOUND = frozenset({"wav", "mp3", "flac", "ogg", "m4a"})
FILM = frozenset({"mp4", "mov", "matroska", "webm", "avi", "flv"})


@dataclass(frozen=True, slots=True)
class Explicit:
    """An explicit label. ``text`` is drawn on pictures and video and written into documents; sound gets the rhythm, or ``prompt``.

    ``position``: edge or corner of pictures and video. ``place``: where in time (not ``footer``), or in a document (not ``middle``). ``prompt``: a recorded prompt for
    sound. ``seconds``: how long video shows it at the start (2 at least, GB 45438-2025, 5.4); ``corner`` keeps a mark throughout,
    ``end`` shows it at the end as well. ``progress`` gets shares from 0 to 1; ``cancel`` ends the work of ffmpeg.
    """

    text: str
    position: Position = "bottom-right"
    place: Literal["start", "middle", "end", "footer"] = "start"
    prompt: Prompt | None = None
    seconds: float = 4.0
    corner: str = ""
    end: bool = False
    progress: Callable[[float], None] | None = None
    cancel: Event | None = None


@dataclass(frozen=True, slots=True)
class Watermark:
    """``payload``: 64 random bits that point to a record; ``key``: at least 16 secret bytes."""

    payload: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made. ``data``: the file, where bytes were asked for. ``drawn``: the label on the (first) picture.

    ``phash``: the perceptual hash of the watermarked picture or sound, for its record. ``notes``: what is not as before, in plain words.
    """

    kind: str
    notes: tuple[str, ...] = ()
    drawn: Drawn | None = None
    phash: str = ""
    data: bytes = b""


def works_on_bytes(data: bytes, name: str) -> bool:
    """True for kinds that are rendered in memory; the others go through files and ffmpeg."""
    with opened(data, name) as source:
        return container_for(source).read(source).container in PICTURES


def rendered_bytes(data: bytes, name: str, explicit: Explicit | None, watermark: Watermark | None) -> Rendered:
    """A picture with its label and watermark. Raises ``LabelError``: see the modules; ``Unsupported`` for what is no picture."""
    with opened(data, name) as source:
        container = container_for(source).read(source).container
    if container not in PICTURES:
        raise Unsupported(f"no explicit label can be put into {container} in memory", "pass a path")
    return _picture(data, explicit, watermark)


def rendered_file(path: Path, out: Path, explicit: Explicit | None, watermark: Watermark | None) -> Rendered:
    """The same for a file of any kind that can carry an explicit label; writes ``out``."""
    with opened(path) as source:
        container = container_for(source).read(source).container
    if container in PICTURES:
        made = _picture(path.read_bytes(), explicit, watermark)
        out.write_bytes(made.data)
        return replace(made, data=b"")
    if container in SOUND and (explicit is not None or watermark is not None):
        return _sound(path, out, explicit, watermark)
    if explicit is not None and watermark is None:
        if container in FILM:
            return _film(path, out, explicit)
        return _document(path, out, explicit)
    raise Unsupported(
        f"no {'explicit label' if watermark is None else 'watermark'} can be put into {container}",
        "show it in the interface around the file instead" if watermark is None else "pictures and sound carry one",
    )


def _sound(path: Path, out: Path, explicit: Explicit | None, watermark: Watermark | None) -> Rendered:
    from brightline.labels.explicit.audio import label_audio
    from brightline.labels.watermark.sound_file import Audible, mark_sound

    place = explicit.place if explicit else "start"
    if place == "footer":
        raise Unsupported("sound has no footer", "choose start, middle or end")
    if watermark is not None:
        audible = Audible(place, explicit.prompt) if explicit else None
        heard = (explicit.progress, explicit.cancel) if explicit else (None, None)
        marked = mark_sound(path, out, watermark, audible=audible, progress=heard[0], cancel=heard[1])
        return Rendered("audio", marked.notes, phash=marked.hash.to_hex())
    if explicit is None:
        raise Unsupported("nothing is to be put into this sound", "ask for a label that is heard, or for a watermark")
    made = label_audio(path, out, place=place, prompt=explicit.prompt, progress=explicit.progress, cancel=explicit.cancel)
    return Rendered("audio", made.notes)


def _film(path: Path, out: Path, explicit: Explicit) -> Rendered:
    from brightline.labels.explicit.video import label_video

    made = label_video(
        path,
        out,
        explicit.text,
        seconds=explicit.seconds,
        position=explicit.position,
        corner=explicit.corner,
        end=explicit.end,
        progress=explicit.progress,
        cancel=explicit.cancel,
    )
    return Rendered("video", made.notes)


def _document(path: Path, out: Path, explicit: Explicit) -> Rendered:
    from brightline.labels.explicit.documents import add_document_label

    if explicit.place == "middle":
        raise Unsupported("documents are labelled on their first or last page, or in the footer", "choose start, end or footer")
    position: Literal["first", "last", "footer"] = {"start": "first", "end": "last", "footer": "footer"}[explicit.place]  # type: ignore[assignment]  # a table of literals
    with opened(path) as source:
        made = add_document_label(source, explicit.text, position)
        write_new(source, made.plan, out, lambda _: None)
    return Rendered("text", (f"the label stands in {made.place}",) if made.changed else ("it was labelled already",))


def watermark_in(source: Source, key: bytes) -> tuple[Hit, Image] | None:
    """The mark of ``key`` in a picture, with the picture as decoded; None for none, and for what is no picture.

    Raises ``LabelError`` BL-LABEL-055 for a picture that cannot be decoded.
    """

    from brightline.labels.explicit.image_file import opened_image
    from brightline.labels.watermark import extract

    if container_for(source).read(source).container not in PICTURES:
        return None
    image = opened_image(source)
    hit = extract(image, key)
    return (hit, image) if hit else None


def sound_watermark_in(source: Source, key: bytes) -> HeardSound | None:
    """The mark of ``key`` in a sound; None for none, and for what is no sound. Raises ``LabelError`` BL-LABEL-050 and -059."""
    from brightline.labels.watermark.sound_file import mark_in

    return mark_in(source, key) if container_for(source).read(source).container in SOUND else None


def _picture(data: bytes, explicit: Explicit | None, watermark: Watermark | None) -> Rendered:
    from brightline.labels.explicit.image_file import label_image_file

    hashes: list[str] = []
    then = partial(_watermarked, watermark=watermark, hashes=hashes) if watermark else None
    made = label_image_file(
        data, explicit.text if explicit else None, position=explicit.position if explicit else "bottom-right", then=then
    )
    return Rendered("image", made.notes, made.drawn, hashes[0] if hashes else "", made.data)


def _watermarked(image: Image, *, watermark: Watermark, hashes: list[str]) -> Image:
    from brightline.labels.watermark import embed, perceptual_hash

    marked = embed(image, watermark.payload, watermark.key)
    hashes.append(perceptual_hash(marked).to_hex())
    return marked
