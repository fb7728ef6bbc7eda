"""``verify``: one call over any file. Reads metadata, judges labels, looks for traces, and says what a platform shows.

Order: container and labels → signatures → C2PA → traces → explicit labels (words; pictures and sound where asked for) → our own
records → checks → verdict. Every stage that did not run is named in ``gaps``. A file that cannot be read is an answer
(inconclusive), not an error; only a path that cannot be opened raises.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Reading
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError
from brightline.labels.registry import container_for
from brightline.labels.sites import Site, sites_in
from brightline.labels.verification import stages
from brightline.labels.verification.answer import verification_of
from brightline.labels.verification.examined import Examined, OwnRecord, ProvenanceSeen, SignatureSeen, Skipped
from brightline.labels.verification.hearing import FindRhythm, hear_rhythm
from brightline.labels.verification.notices import kind_of
from brightline.labels.verification.provenance import ReadProvenance, read_provenance
from brightline.labels.verification.traces import digital_source_type, named_values, traces_in
from brightline.labels.verification.verdict import Claim, claim_of
from brightline.labels.verification.verification import Verification
from brightline.labels.verification.visible import VisibleLabel

if TYPE_CHECKING:
    from brightline.labels.security import Pins

__all__ = ["FindFingerprint", "FindWatermark", "verify"]

FindWatermark = Callable[[Source], OwnRecord | None]
"""Looks for our own watermark and compares the record's perceptual hash; answers with the record."""

FindFingerprint = Callable[[str], OwnRecord | None]
"""Looks a text up among the fingerprints of what we generated."""

_NOT_ASKED = "not asked for"
_PICTURE, _SOUND = "image", "audio"
_SOUND_SUFFIXES = {".mka": "audio/matroska", ".weba": "audio/webm"}  # RFC 9559, 27.3; Python's table lacks them


def verify(
    file: str | Path | bytes | BinaryIO | Source,
    *,
    name: str = "",
    declared: bool = False,
    proof: Literal["quick", "full"] = "quick",
    pins: Pins | None = None,
    anchors: str = "",
    provenance: ReadProvenance | None = None,
    ocr: bool | stages.TextReader = False,
    rhythm: bool | FindRhythm = False,
    watermark: FindWatermark | None = None,
    fingerprints: FindFingerprint | None = None,
    appeal_url: str = "",
) -> Verification:
    """What ``file`` says of being generated, and what a platform shows for it (Labelling Measures, Art. 6).

    ``declared``: its user declares it to be generated (Art. 6(2), 10). ``proof="full"`` also compares the content with a signed
    binding, which reads all of it. ``pins``: keys of providers (``security.load_pins``); ``anchors``: PEM certificates trusted for
    C2PA, unless another reader is given as ``provenance``. Stages that cost time are asked for:
    ``ocr``, ``rhythm``, ``watermark``, ``fingerprints``. Raises ``OSError`` for a path that cannot be read, nothing else.
    """
    with opened(file, name) as source:
        contents = _contents(source)
        reading = contents.reading
        sites = tuple(site for site in _named_sites(reading) if _counts(site))
        signatures, unbound = _signatures(sites, pins, source, reading, bind=proof == "full")
        named, packets = named_values(reading.entries)
        credential, unread = _credential(source, contents.reading, anchors, provenance)
        text_label, words, wordless = stages.seen_in_text(source, reading.container)
        visible, sightless = _visible(source, contents, ocr)
        beats, soundless = _heard(source, contents, rhythm)
        mark, markless = _mark(source, contents, watermark)
        hit, untraced = _fingerprint(words, fingerprints)
        sealed = [Skipped("container", "an XMP packet that cannot be read", entry.offset, decides=True) for entry in packets]
        skipped = (*contents.skipped, *sealed, *unbound, *unread, *sightless, *soundless, *markless, *untraced)
        examined = Examined(
            name=name or source.name,
            container=reading.container,
            suffixes=contents.suffixes,
            problem=contents.problem,
            sites=sites,
            signatures=signatures,
            traces=traces_in(named),
            source_type=digital_source_type(named),
            gaps=reading.gaps,
            skipped=(*skipped, wordless) if wordless else skipped,
            provenance=credential,
            text_label=text_label,
            visible=visible,
            rhythm=beats,
            watermark=mark,
            watermark_asked=watermark is not None and not markless,
            fingerprint=hit,
            fingerprint_asked=fingerprints is not None and not untraced,
            declared=declared,
        )
        return verification_of(examined, contents.media_type, source.size, source.bytes_read, appeal_url)


def _named_sites(reading: Reading) -> Iterator[Site]:
    """The sites of the file; one that cannot be read in an XMP packet by the name of its property, not by that of the packet."""
    packets = {(entry.place, entry.offset) for entry in reading.entries if entry.kind == "xmp"}
    for site in sites_in(reading.entries):
        yield replace(site, key="AIGC") if site.form == "unreadable" and (site.place, site.offset) in packets else site


def _counts(site: Site) -> bool:
    """False for fields that only sound like a label (``AigcInfo``): they are no site at all."""
    return site.quoted or site.label is not None or claim_of(site) is not Claim.NOTHING


# Stages


@dataclass(frozen=True, slots=True)
class _Contents:
    reading: Reading
    suffixes: tuple[str, ...] = ()
    media_type: str = ""
    problem: str = ""
    skipped: tuple[Skipped, ...] = ()


def _contents(source: Source) -> _Contents:
    """The metadata of the file; where it cannot be walked, an empty reading and the reason."""
    handler: Container | None = None
    try:
        handler = container_for(source)
        reading = handler.read(source)
    except LabelError as problem:
        reason = f"{problem.code}: {problem.message}"
        unread = Skipped("container", reason, getattr(problem, "offset", -1), decides=True)
        known = handler.name if handler else "unknown"
        suffixes, media_type = (handler.suffixes, handler.media_types[0]) if handler else ((), "")
        return _Contents(Reading(known, ()), suffixes, media_type, reason, (unread,))
    gaps = tuple(Skipped("container", gap.reason, gap.offset, decides=True) for gap in reading.gaps)
    return _Contents(reading, handler.suffixes, _media_type(source, handler, reading), "", gaps)


def _media_type(source: Source, handler: Container, reading: Reading) -> str:
    """By the kind that the file itself names, else by its suffix: one format holds sound and films. (``registry.media_type_of`` reads anew.)"""
    suffix = Path(source.name).suffix.lower()
    guessed = "audio/mp4" if reading.container == "m4a" else _SOUND_SUFFIXES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0]
    return guessed if guessed in handler.media_types else handler.media_types[0]


def _signatures(
    sites: tuple[Site, ...], pins: Pins | None, source: Source, reading: Reading, *, bind: bool
) -> tuple[dict[int, SignatureSeen], list[Skipped]]:
    seen: dict[int, SignatureSeen] = {}
    skipped = []
    for index, site in enumerate(sites):
        if site.quoted or site.label is None:
            continue
        try:
            seen[index] = stages.signature_of(site, pins, source, reading, bind=bind)
        except LabelError as problem:
            skipped.append(Skipped("signature", f"{problem.code}: {problem.message}", site.offset))
            continue
        if seen[index].media == "not_compared":
            skipped.append(Skipped("binding", 'the content was not compared with the signed binding; proof="full" does', site.offset))
    return seen, skipped


def _credential(
    source: Source, reading: Reading, anchors: str, provenance: ReadProvenance | None
) -> tuple[ProvenanceSeen | None, list[Skipped]]:
    fact = reading.facts.get("c2pa")
    if fact is None:
        return None, []
    offset = int(fact) if fact.isdecimal() else -1
    try:
        found = provenance(source) if provenance else read_provenance(source, anchors)
    except LabelError as problem:
        return None, [Skipped("provenance", f"{problem.code}: {problem.message}", offset, decides=True)]
    if found is None:
        return None, [Skipped("provenance", "there is a C2PA store, but no credential in it", offset, decides=True)]
    found = replace(found, offset=offset)
    if found.standing == "unreadable":
        return found, [Skipped("provenance", found.detail or "the C2PA credential cannot be read", offset, decides=True)]
    return found, []


def _visible(source: Source, contents: _Contents, ocr: bool | stages.TextReader) -> tuple[tuple[VisibleLabel, ...] | None, list[Skipped]]:
    if kind_of(contents.media_type) != _PICTURE:
        return None, []
    if ocr is False:
        return None, [Skipped("ocr", f"words in the picture: {_NOT_ASKED}")]
    from brightline.labels.verification.ocr import read_text

    try:
        return stages.seen_in_picture(stages.picture_of(source), read_text if ocr is True else ocr), []
    except LabelError as problem:
        return None, [Skipped("ocr", f"{problem.code}: {problem.message}")]


def _heard(source: Source, contents: _Contents, rhythm: bool | FindRhythm) -> tuple[tuple[float, ...] | None, list[Skipped]]:
    if kind_of(contents.media_type) != _SOUND:
        return None, []
    if rhythm is False:
        return None, [Skipped("rhythm", f"rhythm in the sound: {_NOT_ASKED}")]
    try:
        return (hear_rhythm if rhythm is True else rhythm)(source), []
    except LabelError as problem:
        return None, [Skipped("rhythm", f"{problem.code}: {problem.message}")]


def _mark(source: Source, contents: _Contents, watermark: FindWatermark | None) -> tuple[OwnRecord | None, list[Skipped]]:
    if kind_of(contents.media_type) not in (_PICTURE, _SOUND):
        return None, []
    if watermark is None:
        return None, [Skipped("watermark", f"our own watermark: {_NOT_ASKED}")]
    try:
        return watermark(source), []
    except LabelError as problem:
        return None, [Skipped("watermark", f"{problem.code}: {problem.message}")]


def _fingerprint(words: str, fingerprints: FindFingerprint | None) -> tuple[OwnRecord | None, list[Skipped]]:
    if not words.strip():
        return None, []
    if fingerprints is None:
        return None, [Skipped("fingerprint", f"our own records of texts: {_NOT_ASKED}")]
    return fingerprints(words), []
