"""The implicit label: the seven keys of the metadata field ``AIGC`` (GB 45438-2025, Annex E), written strictly.

Writing asks for the exact character set of Annex E j) and a provider code whose check digit holds; reading (``sites.py``)
takes what it finds and says what is wrong with it. Values never hold a person's name: the standard wants codes and numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from brightline.labels.errors import LabelError
from brightline.labels.provider_code import provider_code_problem

__all__ = ["KEYS", "LONGEST_VALUE", "PRODUCER_KEYS", "Attribute", "ImplicitLabel", "charset_problem", "checked", "propagated"]

KEYS = ("Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
"""The seven keys in the order of Annex E."""

PRODUCER_KEYS = frozenset(("ContentProducer", "ProduceID", "ReservedCode1"))
"""The keys that are the producer's; a platform leaves them as they are (Annex E; Labelling Measures, Art. 6)."""

LONGEST_VALUE = 2048
"""Characters of one value. The standard sets no limit (rules.md, 2.3); Tencent Cloud's is 2,048, and so is ours, except in the
reserved codes, which hold signatures: 16,384."""

_LONGEST_RESERVED = 16_384


class Attribute(StrEnum):
    """What the label says of the content (Annex E c): is, may be, is suspected to be generated or synthesised."""

    IS = "1"
    POSSIBLY = "2"
    SUSPECTED = "3"


@dataclass(frozen=True, slots=True)
class ImplicitLabel:
    """The seven values in the order of Annex E. All strings; empty where a writer has nothing to say."""

    label: str = Attribute.IS
    content_producer: str = ""
    produce_id: str = ""
    reserved_code1: str = ""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""

    @classmethod
    def first(cls, producer: str, produce_id: str, attribute: Attribute = Attribute.IS) -> ImplicitLabel:
        """The label of a producer's first writing: the propagator pair repeats the producer's (Annex E, note 1)."""
        return cls(attribute, producer, produce_id, "", producer, produce_id, "")

    @property
    def fields(self) -> dict[str, str]:
        """The values by their key in the file, in the order of Annex E."""
        values = (
            self.label,
            self.content_producer,
            self.produce_id,
            self.reserved_code1,
            self.content_propagator,
            self.propagate_id,
            self.reserved_code2,
        )
        return dict(zip(KEYS, map(str, values), strict=True))

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> ImplicitLabel:
        """The label of a mapping; absent keys are empty, others are ignored."""
        return cls(*(str(fields.get(key, "")) for key in KEYS))

    def to_json(self) -> str:
        """The bare form: one line of ASCII JSON, no spaces, keys in the order of Annex E. What a container's ``AIGC`` key holds."""
        return json.dumps(self.fields, ensure_ascii=True, separators=(",", ":"))

    def to_wrapped_json(self) -> str:
        """The wrapped form ``{"AIGC":{…}}`` for places that have no key of their own (EXIF UserComment)."""
        return json.dumps({"AIGC": self.fields}, ensure_ascii=True, separators=(",", ":"))


def charset_problem(value: str) -> str:
    """Why ``value`` may not be written, or nothing: Annex E j) has 0x21, 0x23–0x5B, 0x5D–0x7E, and the quote in its escaped form."""
    for position, character in enumerate(value):
        code = ord(character)
        if not (0x21 <= code <= 0x7E) or character == "\\":
            return f"the character {character!r} at position {position} is outside the set of GB 45438-2025, Annex E j)"
    return ""


def checked(label: ImplicitLabel, *, propagating: bool = False) -> ImplicitLabel:
    """``label`` itself, if it may be written.

    Raises ``LabelError``: BL-LABEL-001 a value's characters or length, -002 an attribute that is not "1", "2" or "3",
    -003 a pair that is missing, -004 a provider code that cannot be right. ``propagating``: the producer's keys are somebody
    else's words; a platform hands them on as they are, whatever they lack, or empty where no producer is known (Labelling
    Measures, Art. 6; real producers write Chinese file names into their numbers). Only their length is bounded.
    """
    for key, value in label.fields.items():
        longest = _LONGEST_RESERVED if key.startswith("Reserved") else LONGEST_VALUE
        problem = f"it has {len(value)} characters; at most {longest} are written" if len(value) > longest else ""
        if not (propagating and key in PRODUCER_KEYS):
            problem = charset_problem(value) or problem
        if problem:
            raise LabelError("BL-LABEL-001", f"{key} cannot be written: {problem}", "use the 27-character provider code and ASCII numbers")
    if label.label not in set(Attribute):
        raise LabelError("BL-LABEL-002", f"Label is {label.label!r}", 'use "1" (is), "2" (possibly) or "3" (suspected); Annex E c)')
    required = [("ContentPropagator", "PropagateID")] if propagating else [("ContentProducer", "ProduceID")]
    for pair in required:
        missing = [key for key in pair if not label.fields[key]]
        if missing:
            raise LabelError(
                "BL-LABEL-003", f"{' and '.join(missing)} may not be empty", "set label_provider_code, and give the content's own number"
            )
    for key in ("ContentPropagator",) if propagating else ("ContentProducer", "ContentPropagator"):
        code_problem = provider_code_problem(label.fields[key])
        if code_problem:
            raise LabelError(
                "BL-LABEL-004", f"{key}: {code_problem}", "the code is 001 1 + unified social credit code + role + 4 characters"
            )
    return label


def propagated(label: ImplicitLabel | None, attribute: Attribute, platform: str, content_id: str) -> ImplicitLabel:
    """The label as a platform passes the content on (Labelling Measures, Art. 6, last paragraph): producer keys stay, propagator keys are its own."""
    base = label if label is not None else ImplicitLabel()
    return replace(base, label=attribute, content_propagator=platform, propagate_id=content_id, reserved_code2="")
