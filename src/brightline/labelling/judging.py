"""From a verified upload to what follows for a platform: the finding behind its decision, and the producer who is kept.

Labelling Measures, Art. 6, last paragraph: who passes content on adds the attribute, its own name or code and its own number; the
producer's keys stay. A file has one label afterwards (GB 45438-2025, 6.1 c). Where it came with several, one producer stays: that of
the label that counted most for the state; among equals one whose signature holds or that has none goes before one that was
tampered with, then the first in the file. Pure functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from brightline.labels.label import PRODUCER_KEYS, ImplicitLabel
from brightline.model import Finding, ItemKind, NotInspected, Outcome, Side, Span

if TYPE_CHECKING:
    from brightline.labels.sites import Site
    from brightline.labels.verification import Verification

__all__ = ["DETECTOR", "findings_of", "gaps_of", "kept_label", "kind_of_item", "left_out"]

DETECTOR = "labels.verify"
_VERSION = "1"
_FAMILIES = {"image": ItemKind.IMAGE, "audio": ItemKind.AUDIO, "video": ItemKind.VIDEO, "text": ItemKind.TEXT}


def findings_of(found: Verification) -> list[Finding]:
    """One finding for what decided the state; none for ``none`` and ``inconclusive``."""
    if found.decided_by is None or not found.notice_zh:
        return []
    ground = found.decided_by
    return [
        Finding(
            detector=DETECTOR,
            detector_version=_VERSION,
            goal=f"label.{found.state}",
            rules=(ground.rule,),
            problem_types=(5,),
            effect=Outcome.LABEL,
            part="file",
            side=Side.POST,
            lane="base",
            spans=(Span(0, 0),),
            evidence=(ground.what,),
            note_zh=found.notice_zh,
            note_en=found.notice_en,
        )
    ]


def gaps_of(found: Verification) -> list[NotInspected]:
    """The parts of the file that were not inspected, though a label could have been there."""
    return [NotInspected("file", DETECTOR, gap.reason) for gap in found.gaps if gap.decides]


def kind_of_item(media_type: str) -> ItemKind:
    """What a file of this media type is to the rest of Brightline: pages and packages are documents."""
    family = media_type.partition("/")[0]
    return ItemKind.DOCUMENT if family == "application" and media_type != "application/json" else _FAMILIES.get(family, ItemKind.TEXT)


def kept_label(found: Verification) -> ImplicitLabel | None:
    """The label whose producer's keys stay; None where no label claims anything."""
    best = min(_claiming(found), default=None)
    return best[2].label if best else None


def left_out(found: Verification) -> tuple[str, ...]:
    """The producer's keys on which the labels of the file disagree: what was said there by the others is lost in passing on."""
    claiming = [site.fields for _, _, site in _claiming(found)]
    return tuple(sorted(key for key in PRODUCER_KEYS if len({fields.get(key, "") for fields in claiming}) > 1))


def _claiming(found: Verification) -> Iterator[tuple[int, int, Site]]:
    """Labels that were read and claim something, as (how much they count for the state: less is more, place in the file, site)."""
    from brightline.labels.verification import GroundKind, State
    from brightline.labels.verification.verdict import Claim, claim_of

    # One ground for each label that claims something, in the order of the file (verification.answer).
    grounds = [ground for ground in found.grounds if ground.kind is GroundKind.LABEL]
    sites = [site for site in found.sites if claim_of(site) is not Claim.NOTHING]
    for place, (site, ground) in enumerate(zip(sites, grounds, strict=True)):
        is_tampered = ground.state is State.SUSPECTED and claim_of(site) in (Claim.IS, Claim.POSSIBLY)
        if site.label is not None:
            yield 2 * list(State).index(ground.state) + is_tampered, place, site
