"""Texts in which nothing was found lately, remembered by digest, so that they are not scanned again.

Clients send the whole conversation with every turn: without this a dialogue of fifty messages is scanned fifty times.
Only texts without any finding are remembered, by a 128-bit keyed digest that nobody outside can aim at, and for the rules
that found nothing only. No text is kept.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b

from brightline.model import Finding, Part
from brightline.pipeline import Pipeline

__all__ = ["CleanTexts"]

GENERATION = 50_000
"""Digests in one generation; two are kept, about 10 MB when full."""


class CleanTexts:
    """Inspects parts, skipping those seen clean before. Safe to use from several threads: at worst a text is scanned twice."""

    def __init__(self, pipeline: Pipeline, generation: int = GENERATION) -> None:
        self._pipeline = pipeline
        self._size = generation
        self._key = secrets.token_bytes(16)
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()

    def inspect(self, parts: list[Part], pipeline: Pipeline | None = None) -> list[Finding]:
        """Findings over all parts, in their order, of ``pipeline`` (default: the one that this was made with)."""
        pipeline = pipeline or self._pipeline
        version = pipeline.engine.version.encode()[-16:]
        findings: list[Finding] = []
        for part in parts:
            digest = self._digest(part, version)
            if digest in self._young:
                continue
            if digest not in self._old:
                found = pipeline.inspect((part,))
                if found:
                    findings += found
                    continue
            self._remember(digest)
        return findings

    def _digest(self, part: Part, version: bytes) -> bytes:
        text = part.text.encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=16, key=self._key, person=part.side.encode(), salt=version).digest()

    def _remember(self, digest: bytes) -> None:
        if len(self._young) >= self._size:
            self._old, self._young = self._young, set()
        self._young.add(digest)
