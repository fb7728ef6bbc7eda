"""From what was found in a file to the answer: grounds, state, presence, integrity, compliance, rules. Pure, no I/O.

The order of grounds is the order of their worth within one state: labels, C2PA, statements in controlled terms, our own records, the
user's declaration, explicit labels, traces of tools. ``verdict`` has the reasons.
"""

from __future__ import annotations

from collections.abc import Iterator

from brightline.labels.verification.checks import compliance_of, run_checks
from brightline.labels.verification.examined import Examined
from brightline.labels.verification.notices import advice, articles, kind_of, notice_for
from brightline.labels.verification.verdict import Ground, GroundKind, Integrity, Presence, State, decide, ground_of_label, integrity_of
from brightline.labels.verification.verification import Verification

__all__ = ["verification_of"]


_TRAINED = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
"""IPTC terms that say that a trained model made the content; ``compositeSynthetic`` does not say so, and is a trace."""


def verification_of(examined: Examined, media_type: str = "", size: int = 0, bytes_read: int = 0, appeal_url: str = "") -> Verification:
    """The answer that follows from what was found. Pure: the same values give the same answer."""
    grounds = tuple(_grounds(examined))
    state, decided_by = decide(grounds, complete=not any(part.decides for part in examined.skipped))
    integrity = integrity_of(_integrities(examined))
    checks = run_checks(examined)
    notice_zh, notice_en = notice_for(state, kind_of(media_type))
    advice_zh, advice_en = advice(state, decided_by.kind if decided_by else None)
    return Verification(
        state=state,
        presence=_presence(examined),
        integrity=integrity,
        compliance=compliance_of(examined, checks),
        container=examined.container,
        name=examined.name,
        size=size,
        bytes_read=bytes_read,
        decided_by=decided_by,
        grounds=grounds,
        sites=examined.sites,
        checks=checks,
        traces=examined.traces,
        gaps=examined.skipped,
        articles=articles(_rules(decided_by, integrity)),
        notice_zh=notice_zh,
        notice_en=notice_en,
        advice_zh=advice_zh,
        advice_en=advice_en,
        appeal_url=appeal_url,
    )


def _grounds(examined: Examined) -> Iterator[Ground]:
    for index, site in enumerate(examined.sites):
        seen = examined.signatures.get(index)
        ground = ground_of_label(site, seen.integrity if seen else Integrity.UNKNOWN)
        if ground:
            yield ground
    credential = examined.provenance
    if credential and credential.source_types:
        stated = [term for term in credential.source_types if term in _TRAINED]
        state = State.CONFIRMED if stated and credential.standing != "tampered" else State.SUSPECTED
        rule = "LM-6.1" if state is State.CONFIRMED else "LM-6.3"
        yield Ground(GroundKind.PROVENANCE, state, rule, (stated or credential.source_types)[0])
    elif credential and credential.disclosures:
        yield Ground(GroundKind.PROVENANCE, State.SUSPECTED, "LM-6.3", credential.disclosures[0])
    for trace in examined.traces:
        if trace.means == "statement":
            yield Ground(GroundKind.STATEMENT, State.CONFIRMED, trace.rule, trace.id)
    for hit in (examined.watermark, examined.fingerprint):
        if hit:
            yield Ground(
                GroundKind.RECORD, State.CONFIRMED if hit.exact else State.SUSPECTED, "LM-6.1" if hit.exact else "LM-6.3", hit.record
            )
    if examined.declared:
        yield Ground(GroundKind.DECLARATION, State.POSSIBLE, "LM-6.2", "user")
    if examined.text_label:
        yield Ground(GroundKind.EXPLICIT, State.SUSPECTED, "LM-6.3", "text")
    for label in examined.visible or ():
        yield Ground(GroundKind.EXPLICIT, State.SUSPECTED, "LM-6.3", label.text)
    if examined.rhythm:
        yield Ground(GroundKind.EXPLICIT, State.SUSPECTED, "LM-6.3", "rhythm")
    for trace in examined.traces:
        if trace.means == "trace":
            yield Ground(GroundKind.TRACE, State.SUSPECTED, trace.rule, trace.id)


def _integrities(examined: Examined) -> Iterator[Integrity]:
    yield from (seen.integrity for seen in examined.signatures.values())
    if examined.provenance:
        yield {"trusted": Integrity.OK, "tampered": Integrity.TAMPERED}.get(examined.provenance.standing, Integrity.UNKNOWN)


def _presence(examined: Examined) -> Presence:
    if not examined.labels:
        return Presence.NONE
    signed = any(seen.signed for seen in examined.signatures.values())
    return Presence.DECLARED_SIGNED if signed else Presence.DECLARED


def _rules(decided_by: Ground | None, integrity: Integrity) -> Iterator[str]:
    """The rules behind the answer: the state's own, the duty to pass it on, and the ban on tampering where it was broken."""
    if decided_by is None:
        yield "LM-6.1"
        return
    yield decided_by.rule
    yield "LM-6.5"
    if integrity is Integrity.TAMPERED:
        yield "LM-10.2"
