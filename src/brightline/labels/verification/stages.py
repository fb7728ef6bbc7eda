"""The stages of verification that look further than metadata: signatures, C2PA, words, pictures, sound, our own records.

Each takes what it needs and answers with values; where it cannot look, it answers with a ``Skipped`` instead of nothing. A stage
turns a ``LabelError`` of its part into that answer, because a verifier reports what it could not read; other errors are defects of
Brightline and pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.sites import Site
from brightline.labels.text_label import has_text_label
from brightline.labels.verification.examined import SignatureSeen, Skipped
from brightline.labels.verification.verdict import Integrity
from brightline.labels.verification.visible import TextBox, VisibleLabel, visible_labels
from brightline.labels.verification.words import words_of

if TYPE_CHECKING:
    from PIL import Image

    from brightline.labels.security import Pins

__all__ = ["TextReader", "picture_of", "seen_in_picture", "seen_in_text", "signature_of"]

TextReader = Callable[["Image.Image"], Sequence[TextBox]]
"""Reads the text in a picture: ``ocr.read_text``, or an operator's own."""

_MOST_PIXELS = 100_000_000  # own choice: the largest camera sensors; a larger picture is not decoded for its text
_LARGEST_PICTURE = 256 << 20  # bytes of a coded picture that are read into memory; own choice
_NOT_SIGNED = frozenset({"unsigned", "opaque", "unsupported"})  # security.REASONS without a signature that could be checked
_UNSIGNED = SignatureSeen(Integrity.UNKNOWN, "unsigned", signed=False)


def signature_of(site: Site, pins: Pins | None, source: Source, reading: Reading, *, bind: bool) -> SignatureSeen:
    """What the signatures in the reserved codes of the label at ``site`` say. ``bind``: compare the content too, which reads all of it.

    Raises ``LabelError`` where the content cannot be read for the comparison.
    """
    label = site.label
    if label is None or not (label.reserved_code1 or label.reserved_code2):
        return _UNSIGNED
    from brightline.labels.security import NO_PINS, media_digest, verify_label

    digest = (lambda algorithm: media_digest(source, reading.media, algorithm)) if bind and reading.media else None
    found = verify_label(label, pins if pins is not None else NO_PINS, digest)
    signed = any(part.reason not in _NOT_SIGNED for part in found.parts or (found,))
    return SignatureSeen(Integrity(found.state), found.reason, signed, found.key_id, found.media)


def seen_in_text(source: Source, container: str) -> tuple[bool | None, str, Skipped | None]:
    """Whether the words of a text file begin or end with an explicit label, and the words; nothing for other files."""
    words = words_of(source, container)
    if words is None:
        return None, "", None
    if isinstance(words, str):
        return has_text_label(words), words, None
    return None, "", words


def picture_of(source: Source) -> Image.Image:
    """The first frame as it is shown (EXIF orientation applied). Raises ``LabelError`` BL-LABEL-071 where it cannot be decoded."""
    from PIL import Image, ImageOps

    if source.size > _LARGEST_PICTURE:
        raise LabelError(
            "BL-LABEL-071", f"the picture has {source.size} bytes; at most {_LARGEST_PICTURE} are decoded", "make it smaller first"
        )
    try:
        picture = Image.open(BytesIO(source.read(0, source.size)))
        if picture.width * picture.height > _MOST_PIXELS:
            raise LabelError("BL-LABEL-071", f"the picture has {picture.width} × {picture.height} pixels", "make it smaller first")
        picture.load()
        return ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise LabelError(
            "BL-LABEL-071", f"the picture cannot be decoded: {problem}", "it is damaged, or a variant that Pillow lacks"
        ) from problem


def seen_in_picture(picture: Image.Image, reader: TextReader) -> tuple[VisibleLabel, ...]:
    """The explicit labels that can be seen in ``picture``. Raises what ``reader`` raises."""
    return visible_labels(reader(picture), picture.width, picture.height)
