"""Checks of everything around the label: the file itself, explicit labels, C2PA, IPTC, traces and our own records.

None of them decides by itself; the verdict does. A check that was not asked for is ``not_inspected``, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from brightline.labels.verification.check_catalogue import Evidence, Outcome
from brightline.labels.verification.examined import Examined, Stage
from brightline.labels.verification.verdict import Claim, claim_of

__all__ = ["signal_outcomes"]

_MOST_NAMED = 4  # things that one sentence names; own choice

_CAPTURED = ("digitalCapture", "negativeFilm", "positiveFilm", "print", "computationalCapture", "humanEdits")
"""IPTC digital source types of content that no model made; a label "1" beside them is a contradiction."""


def signal_outcomes(examined: Examined) -> Iterator[Outcome]:
    """The outcomes of all checks that are not of the label or its signers."""
    yield from _file(examined)
    yield from _explicit(examined)
    yield from _provenance(examined)
    yield from _traces(examined)
    yield from _records(examined)


def _file(examined: Examined) -> Iterator[Outcome]:
    if examined.problem:
        yield Outcome("file.known_format", False, examined.problem)
    else:
        yield Outcome("file.known_format", True, examined.container)
        suffix = PurePath(examined.name).suffix.lower()
        if suffix:
            agrees = suffix in examined.suffixes
            yield Outcome("file.suffix_agrees", agrees, f"{suffix}, {examined.container}")
    deciding = [part for part in examined.skipped if part.decides]
    evidence = tuple(Evidence("file", part.offset, 0, part.reason) for part in deciding)
    named = "; ".join(dict.fromkeys(part.reason for part in deciding[:_MOST_NAMED]))
    yield Outcome("file.complete", not deciding, named, len(deciding), evidence)


def _explicit(examined: Examined) -> Iterator[Outcome]:
    """A missing explicit label is worth a word only where something else says that the content is generated."""
    due = bool(examined.labels or examined.traces or examined.declared or (examined.provenance and examined.provenance.source_types))
    if examined.text_label or (due and examined.text_label is not None):
        yield Outcome("explicit.text", examined.text_label)
    if examined.visible is None:
        reason = _skipped(examined, "ocr")
        if reason:
            yield from (Outcome(f"explicit.{name}", None, reason) for name in ("elements", "height", "place"))
    elif examined.visible or due:
        yield from _visible(examined)
    if examined.rhythm is None:
        reason = _skipped(examined, "rhythm")
        if reason:
            yield Outcome("explicit.rhythm", None, reason)
    elif examined.rhythm or due:
        times = ", ".join(f"{second:.1f} s" for second in examined.rhythm[:_MOST_NAMED])
        yield Outcome("explicit.rhythm", bool(examined.rhythm), times, len(examined.rhythm))


def _visible(examined: Examined) -> Iterator[Outcome]:
    labels = examined.visible or ()
    best = max(labels, key=lambda label: (label.at_an_edge, label.height_share), default=None)
    if best is None:
        yield Outcome("explicit.elements", False)
        return
    box = best.box
    where = (Evidence("picture", -1, 0, f"{box.left:.0f},{box.top:.0f},{box.right:.0f},{box.bottom:.0f}"),)
    yield Outcome("explicit.elements", True, best.text, evidence=where)
    share = f"{box.height:.0f} px"
    yield Outcome("explicit.height", best.large_enough, share, evidence=where)
    yield Outcome("explicit.place", best.at_an_edge, best.place, evidence=where)


def _provenance(examined: Examined) -> Iterator[Outcome]:
    seen = examined.provenance
    if seen is None:
        reason = _skipped(examined, "provenance")
        if reason:
            yield from (Outcome(f"c2pa.{name}", None, reason) for name in ("readable", "hash", "trusted", "source_type"))
        return
    where = (Evidence("c2pa", seen.offset, 0, seen.detail),)
    if seen.standing == "unreadable":
        yield Outcome("c2pa.readable", False, seen.detail, evidence=where)
        return
    yield Outcome("c2pa.readable", True, evidence=where)
    yield Outcome("c2pa.hash", seen.standing != "tampered", seen.detail, evidence=where)
    if seen.standing != "tampered":
        yield Outcome("c2pa.trusted", seen.standing == "trusted", seen.detail or seen.standing, evidence=where)
    unlabelled = bool(seen.source_types) and not examined.labels
    yield Outcome("c2pa.source_type", not unlabelled, ", ".join(seen.source_types), evidence=where)


def _traces(examined: Examined) -> Iterator[Outcome]:
    unlabelled = bool(examined.traces) and not examined.labels
    names = ", ".join(dict.fromkeys(trace.generator for trace in examined.traces[:_MOST_NAMED]))
    evidence = tuple(Evidence(trace.place, trace.offset, trace.length, trace.key) for trace in examined.traces)
    yield Outcome("traces.labelled", not unlabelled, names, len(examined.traces), evidence)
    if examined.labels and examined.source_type:
        term = examined.source_type.rpartition("/")[2]
        contradicted = term in _CAPTURED and any(claim_of(site) is Claim.IS for site in examined.labels)
        yield Outcome("iptc.agrees", not contradicted, term)


def _records(examined: Examined) -> Iterator[Outcome]:
    for check, asked, hit, stage in (
        ("watermark.own", examined.watermark_asked, examined.watermark, "watermark"),
        ("fingerprint.own", examined.fingerprint_asked, examined.fingerprint, "fingerprint"),
    ):
        if asked:
            yield Outcome(check, hit is None or bool(examined.labels), hit.record if hit else "")
        elif _skipped(examined, stage):
            yield Outcome(check, None, _skipped(examined, stage))


def _skipped(examined: Examined, stage: Stage | str) -> str:
    return next((part.reason for part in examined.skipped if part.stage == stage), "")
