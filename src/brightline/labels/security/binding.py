"""Content binding: a digest of the coded media that a signed label can carry, so that a label cannot be moved to another file.

The guide (TC260-PG-202511A, A.2) selects bytes by a ``CntSel`` for each format. Its text could not be read here, and the one
producer whose files have a binding names no selection, so this one is ours and says so by its name: the bytes of
``Reading.media`` (the ranges that determine pixels, samples or pages), one after the other, nothing between them. Writing or
replacing a label, or signing with C2PA afterwards, does not change it; any re-encoding does. Nobody else's bindings are compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from brightline.labels.containers.reading import Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError

__all__ = ["OIDS", "SELECTION", "Algorithm", "Binding", "digest_parts", "is_digest", "media_digest"]

SELECTION = "brightline-coded-media-1"
"""The name of our selection in ``CntSel``; the number changes if the selection ever does."""

Algorithm = Literal["sm3", "sha256"]

OIDS: dict[str, Algorithm] = {"1.2.156.10197.1.401": "sm3", "2.16.840.1.101.3.4.2.1": "sha256"}
"""Object identifiers of the digests: GM/T 0006-2012 and RFC 5754."""

_DIGEST = re.compile(r"(sm3|sha256):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Binding:
    """One entry of ``Bindings``: ``digest`` is ours to compare (``sm3:…``), or empty; ``text`` its compact JSON, which is what is signed."""

    digest: str
    text: str


def media_digest(source: Source, ranges: Iterable[Range], algorithm: Algorithm = "sm3") -> str:
    """``sm3:`` or ``sha256:`` and 64 hex digits over the ranges, read a megabyte at a time.

    Raises ``LabelError`` BL-LABEL-032 where there is no media to bind to, and ``Truncated``.
    """
    if algorithm == "sha256":
        plain = hashlib.sha256()
        length = sum(_fed(plain.update, source, ranges))
        value = plain.digest()
    else:
        from cryptography.hazmat.primitives.hashes import SM3, Hash

        state = Hash(SM3())
        length = sum(_fed(state.update, source, ranges))
        value = state.finalize()
    if not length:
        raise LabelError("BL-LABEL-032", "there are no media bytes that a label could be bound to", "sign the label without a media digest")
    return f"{algorithm}:{value.hex()}"


def is_digest(text: str) -> bool:
    """True for what ``media_digest`` can return."""
    return _DIGEST.fullmatch(text) is not None


def digest_parts(digest: str) -> tuple[Algorithm, str]:
    """Algorithm and hex digits of a media digest. Raises ``LabelError`` BL-LABEL-032 for any other text."""
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise LabelError("BL-LABEL-032", f"{digest[:80]!r} is no media digest", "use what media_digest() returns")
    return "sm3" if found[1] == "sm3" else "sha256", found[2]


def _fed(update: Callable[[bytes], object], source: Source, ranges: Iterable[Range]) -> Iterator[int]:
    for start, stop in ranges:
        for piece in source.chunks(start, stop):
            update(piece)
            yield len(piece)
