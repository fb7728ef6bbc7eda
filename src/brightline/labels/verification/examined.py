"""What the stages of verification found in one file: plain values, from which checks and verdict are computed.

A stage that did not run leaves ``None`` and a ``Skipped`` with the reason; that is not the same as having found nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from brightline.labels.containers.reading import Gap
from brightline.labels.sites import Site
from brightline.labels.verification.check_catalogue import Evidence
from brightline.labels.verification.traces import Trace
from brightline.labels.verification.verdict import Integrity
from brightline.labels.verification.visible import VisibleLabel

__all__ = ["Examined", "OwnRecord", "ProvenanceSeen", "SignatureSeen", "Skipped", "Stage"]

Stage = Literal["container", "signature", "binding", "provenance", "text", "ocr", "rhythm", "watermark", "fingerprint"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stage, or a part of the file, that was not inspected. ``decides``: a label could have been there."""

    stage: Stage
    reason: str
    offset: int = -1
    decides: bool = False


@dataclass(frozen=True, slots=True)
class SignatureSeen:
    """What the signature of one label says, in the words of ``labels.security``. ``signed``: there is one that could be checked."""

    integrity: Integrity
    reason: str
    signed: bool
    key_id: str = ""
    media: str = "unbound"


@dataclass(frozen=True, slots=True)
class ProvenanceSeen:
    """What a C2PA manifest store says: whether hash and signature hold, whether the signer is trusted, any generated source, and
    models that took part (assertion ``c2pa.ai-disclosure``)."""

    standing: Literal["trusted", "untrusted", "expired", "tampered", "unreadable"]
    source_types: tuple[str, ...] = ()
    detail: str = ""
    offset: int = -1
    disclosures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A hit in our own records: a watermark's number or a text's fingerprint. ``exact``: the whole text, or the mark with its hash."""

    record: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything that was found in one file."""

    name: str
    container: str = ""
    suffixes: tuple[str, ...] = ()
    problem: str = ""
    sites: tuple[Site, ...] = ()
    signatures: Mapping[int, SignatureSeen] = field(default_factory=dict)
    traces: tuple[Trace, ...] = ()
    source_type: str = ""
    gaps: tuple[Gap, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    provenance: ProvenanceSeen | None = None
    text_label: bool | None = None
    visible: tuple[VisibleLabel, ...] | None = None
    rhythm: tuple[float, ...] | None = None
    watermark: OwnRecord | None = None
    watermark_asked: bool = False
    fingerprint: OwnRecord | None = None
    fingerprint_asked: bool = False
    declared: bool = False

    @property
    def labels(self) -> tuple[Site, ...]:
        """The sites that count: all but quotations."""
        return tuple(site for site in self.sites if not site.quoted)

    @staticmethod
    def where(site: Site, name: str = "") -> Evidence:
        """The site as evidence."""
        return Evidence(site.place, site.offset, site.length, name)
