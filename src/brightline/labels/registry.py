"""Which handler reads a file: by its first bytes, and by its name only where a format has no first bytes of its own (text)."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Gap, Reading
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Unsupported
from brightline.labels.sites import Site, sites_in

__all__ = ["Read", "container_for", "container_named", "containers", "media_type_of", "read", "read_or_gap", "suffixes"]

_HEAD_BYTES = 4096

_HANDLERS = (
    # module, name; binary formats with first bytes of their own come first, packages before plain zips, text last
    ("png", "PNG"),
    ("jpeg", "JPEG"),
    ("webp", "WEBP"),
    ("gif", "GIF"),
    ("tiff", "TIFF"),
    ("heif", "HEIF"),
    ("mp4", "MP4"),
    ("matroska", "MATROSKA"),
    ("avi", "AVI"),
    ("flv", "FLV"),
    ("wav", "WAV"),
    ("flac", "FLAC"),
    ("ogg", "OGG"),
    ("mp3", "MP3"),
    ("pdf", "PDF"),
    ("epub", "EPUB"),
    ("ofd", "OFD"),
    ("ooxml", "OOXML"),
    ("svg", "SVG"),
    ("html", "HTML"),
    ("markdown", "MARKDOWN"),
    ("svg", "XML"),
    ("sidecar", "PLAIN"),
)

_OF_KIND = {
    "avif": "image/avif",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "heic": "image/heic",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types (IANA) of the kinds that a file itself names (``Reading.container``); what it is called may be wrong about these."""

_USUAL_OF_KIND = {"heif": "image/heif", "webm": "video/webm"}
"""Those of kinds that have several, as MP4 and WebM hold films and sound alike, where the name does not tell."""


@dataclass(frozen=True, slots=True)
class Read:
    """A file as read: its handler's reading and the labels found in it, quotations included (``Site.quoted``)."""

    reading: Reading
    sites: tuple[Site, ...]
    size: int
    bytes_read: int

    @property
    def labels(self) -> tuple[Site, ...]:
        """The sites that count: all but quotations."""
        return tuple(site for site in self.sites if not site.quoted)


@cache
def containers() -> tuple[Container, ...]:
    """All handlers in the order in which they are asked."""
    return tuple(cast(Container, getattr(import_module(f"brightline.labels.containers.{module}"), name)) for module, name in _HANDLERS)


def suffixes() -> frozenset[str]:
    """All file name endings that some handler knows, in lower case with the dot: what a walk through a folder picks up."""
    return frozenset(suffix for container in containers() for suffix in container.suffixes)


def container_named(name: str) -> Container:
    """The handler called ``name``. Raises ``Unsupported``."""
    for container in containers():
        if container.name == name:
            return container
    raise Unsupported(f"there is no format called {name!r}", f"known: {', '.join(container.name for container in containers())}")


def container_for(source: Source) -> Container:
    """The handler of this file. Raises ``Unsupported`` (BL-LABEL-013) for a format that nobody here knows, and for an empty file."""
    head = source.at_most(0, _HEAD_BYTES)
    if not head:
        raise Unsupported("the file is empty", "an empty file has nothing to label; was it cut off on its way here?")
    name = Path(source.name).name.lower()
    for container in _asked_first(head, name):
        if container.accepts(head, name):
            return container
    raise Unsupported(
        f"this is no format that can be labelled (it begins with {head[:8].hex(' ')})",
        f"known: {', '.join(container.name for container in containers())}",
    )


def media_type_of(source: Source) -> str:
    """The usual media type of this file: that of its kind; by its name where its kind leaves several. Raises ``LabelError``."""
    container = container_for(source)
    if len(container.media_types) == 1:
        return container.media_types[0]
    kind = container.read(source).container
    guessed = mimetypes.guess_type(f"x{Path(source.name).suffix.lower()}")[0]
    by_name = guessed if guessed in container.media_types else None
    return _OF_KIND.get(kind) or by_name or _USUAL_OF_KIND.get(kind, container.media_types[0])


def read(file: str | Path | bytes | BinaryIO | Source, name: str = "") -> Read:
    """Read metadata and labels of a file: a path, bytes, an open binary file, or a ``Source``.

    Raises ``OSError`` for a path that cannot be read and ``LabelError`` where the format is unknown or cannot be walked.
    """
    with opened(file, name) as source:
        reading = container_for(source).read(source)
        return Read(reading, tuple(sites_in(reading.entries)), source.size, source.bytes_read)


def read_or_gap(file: str | Path | bytes | BinaryIO | Source, name: str = "") -> Read:
    """As ``read``, but a file that cannot be walked is a reading with a ``Gap`` instead of an error: not inspected, never clean."""
    with opened(file, name) as source:
        try:
            return read(source)
        except LabelError as problem:
            reading = Reading("unknown", (), gaps=(Gap(f"{problem.code}: {problem.message}", getattr(problem, "offset", -1)),))
            return Read(reading, (), source.size, source.bytes_read)


def _asked_first(head: bytes, name: str) -> Iterator[Container]:
    """The handlers in their order; those of plain text only for what may be text."""
    for container in containers():
        if b"\x00" in head[:1024] and container.name in _TEXTUAL and not _is_utf16(head):
            continue
        yield container


def _is_utf16(head: bytes) -> bool:
    return head[:2] in (b"\xff\xfe", b"\xfe\xff")


_TEXTUAL = frozenset({"html", "markdown", "text"})
