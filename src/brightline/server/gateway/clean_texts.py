"""Texts in which nothing was found lately, remembered by digest, so that they are not scanned again.

Clients send the whole conversation with every turn: without this a dialogue of fifty messages is scanned fifty times.
Only texts without any finding are remembered, by a 128-bit keyed digest that nobody outside can aim at, and for the rules
that found nothing only. No text is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import blake2b

from brightline.model import Finding, Part
from brightline.pipeline import Pipeline

__all__ = ["CleanTexts", "Memory"]

GENERATION = 50_000
"""Digests in one generation; two are kept, about 10 MB when full."""


class Memory:
    """Texts of a side that were clean by the rules of a pipeline. Safe to use from several threads: at worst one is forgotten early."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._size = generation
        self._key = secrets.token_bytes(16)
        self._rules: tuple[Pipeline | None, bytes] = (None, b"")
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()

    def knows(self, part: Part, pipeline: Pipeline) -> bool:
        """True if it was clean when it was last read; it is then remembered for another generation."""
        digest = self._digest(part, pipeline)
        if digest in self._young:
            return True
        if digest not in self._old:
            return False
        self._keep(digest)
        return True

    def keep(self, part: Part, pipeline: Pipeline) -> None:
        """Remember a clean text."""
        self._keep(self._digest(part, pipeline))

    def _digest(self, part: Part, pipeline: Pipeline) -> bytes:
        known, salt = self._rules
        if known is not pipeline:
            salt = blake2b("\n".join(pipeline.versions.values()).encode(), digest_size=16).digest()
            self._rules = pipeline, salt
        text = part.text.encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=16, key=self._key, person=part.side.encode(), salt=salt).digest()

    def _keep(self, digest: bytes) -> None:
        if len(self._young) >= self._size:
            self._old, self._young = self._young, set()
        self._young.add(digest)


class CleanTexts:
    """Inspects parts, skipping those seen clean before. Safe to use from several threads: at worst a text is scanned twice."""

    def __init__(self, pipeline: Pipeline, generation: int = GENERATION) -> None:
        self._pipeline = pipeline
        self._memory = Memory(generation)

    def inspect(self, parts: Sequence[Part], pipeline: Pipeline | None = None) -> list[Finding]:
        """Findings over all parts, in their order, of ``pipeline`` (default: the one that this was made with)."""
        pipeline = pipeline or self._pipeline
        findings: list[Finding] = []
        for part in parts:
            if self._memory.knows(part, pipeline):
                continue
            found = pipeline.inspect((part,))
            findings += found
            if not found:
                self._memory.keep(part, pipeline)
        return findings
