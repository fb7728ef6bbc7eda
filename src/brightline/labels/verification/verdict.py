"""The verdict: from what was found in a file to the state that a platform shows. Pure functions, no I/O, no numbers of chance.

Labelling Measures, Art. 6: (1) the metadata says that the content is generated → *is*; (2) no label, but the user declares it →
*may be*; (3) neither, but an explicit label or other traces are found → *suspected*. Everything found is a ``Ground`` with the
state that it alone would give; the strongest decides. Where nothing was found, a file that was inspected in full is ``none``,
any other ``inconclusive``: a missing label proves nothing, and a parser error is never a clean file.

Own decisions, where the Measures are silent (docs/label-verification.md has the whole table with the reasons):

* a label "2" or "3" passes on what an earlier platform decided: possible, suspected;
* a label that was changed after it was signed, or whose content was, is no longer a statement but still a trace: suspected;
* a label whose attribute cannot be read, whose values were wiped, or that is cut off, is a trace: suspected; unless it says "no";
* a quotation is nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from brightline.labels.sites import Site

__all__ = [
    "FRONT_MATTER",
    "Claim",
    "Compliance",
    "Ground",
    "GroundKind",
    "Integrity",
    "Presence",
    "State",
    "claim_of",
    "decide",
    "ground_of_label",
    "integrity_of",
]


class State(StrEnum):
    """What a platform shows: Labelling Measures, Art. 6(1) to (3); and its two ways of not knowing."""

    CONFIRMED = "confirmed"
    POSSIBLE = "possible"
    SUSPECTED = "suspected"
    NONE = "none"
    INCONCLUSIVE = "inconclusive"


class Presence(StrEnum):
    """Whether the file declares itself by an implicit label: no; yes; yes and with a signature that could be checked."""

    NONE = "none"
    DECLARED = "declared"
    DECLARED_SIGNED = "declared_signed"


class Integrity(StrEnum):
    """Whether what the file declares is as its writer signed it. ``unknown``: not signed, or by a key that nobody vouches for."""

    OK = "ok"
    UNKNOWN = "unknown"
    TAMPERED = "tampered"


class Compliance(StrEnum):
    """Whether the label keeps the standard: no failed check; some; or there is no label that could."""

    OK = "ok"
    DEFECTS = "defects"
    NOT_APPLICABLE = "not_applicable"


class Claim(StrEnum):
    """What one label says of the content."""

    IS = "is"
    POSSIBLY = "possibly"
    SUSPECTED = "suspected"
    UNCLEAR = "unclear"
    NOTHING = "nothing"


class GroundKind(StrEnum):
    """What kind of thing was found."""

    LABEL = "label"
    PROVENANCE = "provenance"
    STATEMENT = "statement"
    RECORD = "record"
    DECLARATION = "declaration"
    EXPLICIT = "explicit"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Ground:
    """Something found, with the state that it alone would give and the rule that says so. ``what``: a place or id."""

    kind: GroundKind
    state: State
    rule: str
    what: str = ""


FRONT_MATTER = "front matter"
"""The key under which the Markdown handler gives the whole block."""

_NAMED_IN_YAML = re.compile(r"(?im)^\s*[\"']?aigc[\"']?\s*:")
_RULES = {State.CONFIRMED: "LM-6.1", State.POSSIBLE: "LM-6.2", State.SUSPECTED: "LM-6.3"}
_STRENGTH = (State.CONFIRMED, State.POSSIBLE, State.SUSPECTED)
_STATE_OF_CLAIM = {
    Claim.IS: State.CONFIRMED,
    Claim.POSSIBLY: State.POSSIBLE,
    Claim.SUSPECTED: State.SUSPECTED,
    Claim.UNCLEAR: State.SUSPECTED,
}
# Values of Label that real writers use beside the standard's (labels.md, 1.3: MiniMax writes "AIGC"), and their like.
_SAYS_IS = frozenset({"1", "01", "aigc", "ai", "true", "yes", "是"})
_SAYS_NO = frozenset({"0", "false", "no", "none", "null", "否", "无"})


def claim_of(site: Site) -> Claim:
    """What the label at ``site`` says of the content; ``NOTHING`` for quotations and for other fields that only sound like it."""
    if site.quoted:
        return Claim.NOTHING
    if site.form == "vendor":
        return Claim.IS
    if site.label is None:
        return _claim_of_unreadable(site)
    value = site.fields.get("Label", "").strip().casefold()
    if value in _SAYS_IS:
        return Claim.IS
    if value in ("2", "3"):
        return Claim.POSSIBLY if value == "2" else Claim.SUSPECTED
    return Claim.NOTHING if value in _SAYS_NO else Claim.UNCLEAR


def _claim_of_unreadable(site: Site) -> Claim:
    """A field that is called AIGC but holds no label. Names such as ``AigcInfo`` or ``x-aigc-api`` are other fields."""
    raw = site.raw.strip()
    if raw.strip("\"'").casefold() in _SAYS_NO:
        return Claim.NOTHING
    if "cut-off" in site.defects:
        return Claim.UNCLEAR  # it began as a label, whatever the field is called
    if site.key == FRONT_MATTER:  # the whole block where it is no YAML, else the value of its field AIGC
        named = ":" not in raw or _NAMED_IN_YAML.search(raw) is not None
    else:
        named = site.key.rpartition(":")[2].strip().casefold() == "aigc"
    return Claim.UNCLEAR if named else Claim.NOTHING


def ground_of_label(site: Site, integrity: Integrity) -> Ground | None:
    """What the label at ``site`` is worth; None where it claims nothing. A tampered label is a trace, whatever it says."""
    claim = claim_of(site)
    if claim is Claim.NOTHING:
        return None
    state = State.SUSPECTED if integrity is Integrity.TAMPERED else _STATE_OF_CLAIM[claim]
    return Ground(GroundKind.LABEL, state, _RULES[state], site.place)


def integrity_of(parts: Iterable[Integrity]) -> Integrity:
    """One answer of several: anything tampered taints the file; one proof is enough where nothing is."""
    found = set(parts)
    if Integrity.TAMPERED in found:
        return Integrity.TAMPERED
    return Integrity.OK if Integrity.OK in found else Integrity.UNKNOWN


def decide(grounds: Sequence[Ground], *, complete: bool) -> tuple[State, Ground | None]:
    """The state of a file and the ground that decided (the first of the strongest). ``complete``: no part that could hold a
    label was left out."""
    for state in _STRENGTH:
        for ground in grounds:
            if ground.state is state:
                return state, ground
    return (State.NONE if complete else State.INCONCLUSIVE), None
