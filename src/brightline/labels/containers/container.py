"""The face of a container handler, one module a format, and nothing else in common."""

from __future__ import annotations

from typing import Protocol

from brightline.labels.containers.reading import Plan, Reading
from brightline.labels.containers.source import Source

__all__ = ["Container"]


class Container(Protocol):
    """Reads and plans writing for one format. Stateless; ``read`` and ``plan`` never change the source."""

    @property
    def name(self) -> str:
        """Short stable id: ``png``, ``mp4``, ``docx``."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """Media types (RFC 6838), the usual one first."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File name endings in lower case, with the dot, the usual one first."""

    def accepts(self, head: bytes, name: str) -> bool:
        """True if a file that begins with ``head`` (up to 4,096 bytes) is of this format. ``name`` decides only for plain text."""

    def read(self, source: Source) -> Reading:
        """Every textual metadata entry, wherever the format lets one stand. Tolerant: a broken part becomes a ``Gap`` while
        the rest is read on. Raises ``Malformed`` or ``Truncated`` only where the file cannot be walked at all."""

    def plan(self, source: Source, value: str) -> Plan:
        """How to put ``value`` (the bare seven-key JSON, ASCII) at the guide's place as the only label of the file.

        Every label that ``brightline.labels.sites.sites_in`` finds, at whatever place, is taken out or replaced; foreign metadata
        stays byte for byte where the format allows it. Strict: raises ``Malformed``, ``Truncated``, ``OverLimit`` or
        ``Unsupported`` rather than write into a file it does not fully understand.
        """
