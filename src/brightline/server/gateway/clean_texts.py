"""Texts in which nothing was found lately, remembered by digest, so that they are not scanned again.

Clients send the whole conversation with every turn: without this a dialogue of fifty messages is scanned fifty times.
Only texts without any finding are remembered, by a 128-bit keyed digest that nobody outside can aim at; the rules do not
change while a process lives. No text is kept.
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

    def inspect(self, parts: list[Part]) -> list[Finding]:
        """Findings over all parts, in their order."""
        findings: list[Finding] = []
        for part in parts:
            digest = self._digest(part)
            if digest in self._young:
                continue
            if digest not in self._old:
                found = self._pipeline.inspect((part,))
                if found:
                    findings += found
                    continue
            self._remember(digest)
        return findings

    def _digest(self, part: Part) -> bytes:
        return blake2b(part.text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key, person=part.side.encode()).digest()

    def _remember(self, digest: bytes) -> None:
        if len(self._young) >= self._size:
            self._old, self._young = self._young, set()
        self._young.add(digest)
