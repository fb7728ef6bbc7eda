"""The vocabulary of Brightline as frozen dataclasses: one word for one thing (design.md, section 2).

Everything above this floor speaks in these types. They hold data only: no I/O, no defaults that hide a missing
fact. Text positions are *code points of the raw text*, never of a normalised form. Times are UTC microseconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

__all__ = [
    "AgeBand",
    "Context",
    "Decision",
    "Door",
    "Finding",
    "Ground",
    "Instrument",
    "Item",
    "ItemKind",
    "Key",
    "LedgerEntry",
    "NotInspected",
    "Outcome",
    "Part",
    "Rule",
    "Side",
    "Span",
    "Status",
    "Strictness",
]


class Outcome(StrEnum):
    """What follows from an inspection, from the mildest to the harshest.

    ``refuse``: do not generate or answer; ``block``: stop or remove what somebody else made.
    """

    ALLOW = "allow"
    LABEL = "label"
    NOTICE = "notice"
    REWRITE = "rewrite"
    LIMIT = "limit"
    REVIEW = "review"
    REFUSE = "refuse"
    BLOCK = "block"

    @property
    def severity(self) -> int:
        """Position on the scale: 0 for ``allow`` up to 7 for ``block``."""
        return _SEVERITY[self]

    @property
    def stops(self) -> bool:
        """True where the text must not reach the reader: ``refuse`` and ``block``."""
        return self in (Outcome.REFUSE, Outcome.BLOCK)


_SEVERITY = {outcome: level for level, outcome in enumerate(Outcome)}


class Side(StrEnum):
    """From which side a text comes: a prompt to, or an answer of, the operator's own model; a post or a listing of others."""

    PROMPT = "prompt"
    ANSWER = "answer"
    POST = "post"
    LISTING = "listing"

    @property
    def own_output(self) -> bool:
        """True where the operator would itself generate or answer (``refuse``), false where others published (``block``)."""
        return self in (Side.PROMPT, Side.ANSWER)


class Door(StrEnum):
    """Through which door an Item came."""

    GATEWAY = "gateway"
    API = "api"
    CLI = "cli"
    PYTHON = "python"


class ItemKind(StrEnum):
    """What is under inspection."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    DIALOGUE = "dialogue"
    LISTING = "listing"
    SITE = "site"
    ACCOUNT = "account"
    DATASET = "dataset"


class Status(StrEnum):
    """Rank of a legal text. Only the first three can ground a ``block`` or ``refuse`` (legal-grounds.md, section 0)."""

    LAW = "law"
    REGULATION = "regulation"
    RULE = "rule"
    NORMATIVE = "normative"
    MANDATORY_STANDARD = "mandatory_standard"
    RECOMMENDED_STANDARD = "recommended_standard"
    GUIDE = "guide"
    CAMPAIGN = "campaign"

    @property
    def binding(self) -> bool:
        """True for laws, administrative regulations and departmental rules."""
        return self in (Status.LAW, Status.REGULATION, Status.RULE)


class Key(StrEnum):
    """What a Rule turns: ``A`` forbids content or conduct, ``B`` tells this operator to act."""

    A = "A"
    B = "B"
    SCOPE = "scope"
    DUTY = "duty"
    EXCEPTION = "exception"
    APPEAL = "appeal"


class Ground(StrEnum):
    """On what an outcome rests: the law, the operator's own published terms, or nothing (nothing was found)."""

    LEGAL = "legal"
    TERMS = "terms"
    NONE = "none"


class Strictness(StrEnum):
    """How the operator wants doubtful cases of its own generation handled."""

    LENIENT = "lenient"
    STANDARD = "standard"
    STRICT = "strict"

    @property
    def stricter(self) -> Strictness:
        """The next step; there is none beyond strict."""
        return Strictness.STANDARD if self is Strictness.LENIENT else Strictness.STRICT


class AgeBand(StrEnum):
    """Age of the person the text is for, as far as the operator knows it."""

    UNKNOWN = "unknown"
    ADULT = "adult"
    MINOR = "minor"


class Span(NamedTuple):
    """Half-open range of code points in the raw text of a Part."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """One text inside an Item: its path (``messages[2].content``), the side it comes from, and the raw text."""

    path: str
    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class NotInspected:
    """A part that a detector did not look at, and why. An empty result and this are different things."""

    part: str
    detector: str
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing under inspection, content-addressed, with a source and a revision."""

    kind: ItemKind
    parts: tuple[Part, ...]
    source: str = ""
    source_id: str = ""
    revision: int = 1
    not_inspected: tuple[NotInspected, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the parts, each framed by its byte length so that no two lists of parts collide."""
        return digest_of((part.path, part.text) for part in self.parts)


def digest_of(pairs: Any) -> str:
    """SHA-256 (hex) of an iterable of ``(path, text)`` pairs with length framing."""
    state = hashlib.sha256()
    for path, text in pairs:
        for piece in (path, text):
            raw = piece.encode("utf-8", "surrogatepass")
            state.update(len(raw).to_bytes(8, "big"))
            state.update(raw)
    return state.hexdigest()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw: which goal was met, the exact evidence in the raw text, and how it was seen.

    ``effect`` is what the detector's goal asks for; what may follow is the policy's answer, not the detector's.
    ``rules`` are rulebook ids. ``manifest`` is false where a person should look. ``exceptions`` names the contexts
    (news, education, help_seeking, …) that the detector saw around the evidence. ``spans`` and ``evidence`` run in
    parallel, one pair a slot. ``term`` names a clause of the operator's own terms where there is no legal ground.
    ``note_zh/en`` is the text that a ``notice`` or ``rewrite`` shows the reader. ``excerpt`` is raw text around the
    evidence, beginning at code point ``excerpt_start`` of the part, so that a person can judge it later. ``parts`` runs in
    parallel to ``spans`` where the evidence stands in several parts (the turns of a dialogue); empty: all of it is in ``part``.
    """

    detector: str
    detector_version: str
    goal: str
    rules: tuple[str, ...]
    problem_types: tuple[int, ...]
    effect: Outcome
    part: str
    side: Side
    lane: str
    spans: tuple[Span, ...]
    evidence: tuple[str, ...]
    score: float = 1.0
    manifest: bool = True
    exceptions: tuple[str, ...] = ()
    normalised: tuple[str, ...] = ()
    term: str | None = None
    note_zh: str = ""
    note_en: str = ""
    excerpt: str = ""
    excerpt_start: int = 0
    parts: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[tuple[str, Span], ...]:
        """Each span with the part in which it stands."""
        parts = self.parts if len(self.parts) == len(self.spans) else (self.part,) * len(self.spans)
        return tuple(zip(parts, self.spans, strict=True))

    def spans_in(self, part: str) -> tuple[Span, ...]:
        """The spans that stand in that part."""
        return tuple(span for here, span in self.places if here == part)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything besides the Findings that a decision depends on. Stored with the Decision, so that it can be replayed.

    ``tightened``: what a conversation left open; for its sake the answer is judged one step stricter than ``strictness`` says.
    """

    on: date
    door: Door
    strictness: Strictness = Strictness.STANDARD
    age_band: AgeBand = AgeBand.UNKNOWN
    sector: str = ""
    terms: tuple[str, ...] = ()
    tightened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """A legal text, standard, guide or campaign notice: official name, rank, when it binds, where it was read."""

    id: str
    title_zh: str
    title_en: str
    status: Status
    in_force_from: date
    in_force_to: date | None = None
    source: str = ""
    number: str = ""

    def in_force(self, on: date) -> bool:
        """True if the text binds on that day (both ends inclusive)."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


AtMost = Literal["duty", "label", "limit", "block", "report"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the rulebook: an obligation with its instrument, article, rank and what it may justify at most."""

    id: str
    instrument: str
    article: str
    status: Status
    title_zh: str
    title_en: str
    obligation_zh: str
    obligation_en: str
    problem_types: tuple[int, ...]
    editions: tuple[str, ...]
    maps_to: tuple[str, ...]
    keys: tuple[Key, ...]
    at_most: tuple[AtMost, ...]
    binds: tuple[str, ...]
    in_force_from: date
    in_force_to: date | None
    verified: bool
    number_verified: bool
    evidence_grade: str
    readers: int
    source: str
    read_on: date
    threshold: str = ""
    manifest_only: bool = False
    note: str = ""

    def in_force(self, on: date) -> bool:
        """True if the rule binds on that day (both ends inclusive)."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


@dataclass(frozen=True, slots=True)
class Decision:
    """What followed, with rules, findings, versions and reasons. Append-only: a reversal is a new Decision that supersedes.

    ``id`` is a UUIDv7; ``token`` the unguessable public name of its statement page; ``made_at`` UTC microseconds.
    ``rules`` are the rulebook ids that carry the outcome, in the order of the reason. ``label`` says how the answer was
    labelled, ``request`` describes the call (model, endpoint, stream, status) without its text, ``texts`` holds whole
    texts by part path only where the operator samples allowed exchanges.
    """

    id: str
    token: str
    tenant: str
    made_at: int
    door: Door
    item_kind: ItemKind
    item_digest: str
    outcome: Outcome
    ground: Ground
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_inspected: tuple[NotInspected, ...]
    reason_zh: str
    reason_en: str
    context: Context
    versions: dict[str, str]
    automated: Literal["full", "part", "none"] = "full"
    mode: Literal["live", "shadow"] = "live"
    account: str = ""
    api_key: str = ""
    supersedes: str | None = None
    label: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def made_on(self) -> datetime:
        """The time of the decision as an aware UTC datetime."""
        return datetime.fromtimestamp(self.made_at / 1_000_000, UTC)

    def reason(self, lang: str = "zh") -> str:
        """The reason in ``zh`` (default) or ``en``."""
        return self.reason_en if lang.lower().startswith("en") else self.reason_zh


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the tamper-evident log: what happened to whom, and a salted commitment to the payload."""

    seq: int
    ts: int
    kind: str
    tenant: str
    actor: str
    subject: str
    commitment: str
