"""What the inspection API takes and gives, as pydantic models: they check requests and describe both in OpenAPI.

Requests forbid unknown fields, so that a misspelt option is an error and not a silent default. Answers are documents of
``brightline.documents`` written as bytes; their models here are the description, held to the truth by schemathesis.
Descriptions are message ids: the documentation page shows them in the reader's language.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from brightline.model import AgeBand, AtMost, Door, Ground, Item, ItemKind, Key, Outcome, Part, Side, Status, Strictness
from brightline.moderation.dialogue import dialogue_item
from brightline.server.face import msgid as _

__all__ = [
    "MOST_ITEMS",
    "Batch",
    "DecisionBatch",
    "DecisionDocument",
    "DecisionPage",
    "Inspection",
    "InspectionItem",
    "LedgerHead",
    "Problem",
    "ProofBundle",
    "RuleDocument",
    "RuleList",
]

MOST_ITEMS = 100
_MOST_PARTS = 1000


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError(f"holds the character NUL (U+0000) at position {text.index(chr(0))}; no text may contain it")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Name = Annotated[Text, Field(max_length=256)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


# What comes in


class TextPart(_Request):
    path: Name = Field(
        min_length=1, description=_("Name of this part, unique in the item. Findings name it."), examples=["title", "messages[2].content"]
    )
    text: Text = Field(description=_("The text. Positions in findings count its code points."), examples=["如何识别刷单骗局？"])
    side: Side | None = Field(None, description=_("From which side this part comes, where it differs from the item's."))


class TurnText(_Request):
    role: Literal["user", "assistant", "system", "tool"] = Field(
        description=_("Who spoke. Only the user's turns are put together; an assistant's turn is read as an answer."), examples=["user"]
    )
    text: Text = Field(description=_("What was said."), examples=["如何识别刷单骗局？"])
    at: int | None = Field(
        None, ge=0, le=2**53, description=_("When it was said, in microseconds since 1970 (UTC), if you know. Old turns count for less.")
    )


class InspectionItem(_Request):
    """One item to inspect: ``text``, ``parts``, or the ``turns`` of a dialogue."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"text": "如何识别刷单骗局？", "side": "post", "source": "forum", "source_id": "post-4711", "account": "user-42"},
                {
                    "kind": "dialogue",
                    "turns": [{"role": "user", "text": "我收到一个刷单的群"}, {"role": "user", "text": "这是骗局吗？"}],
                    "session": "chat-4711",
                },
            ],
            "oneOf": [
                {"required": ["text"], "not": {"required": ["session"]}},
                {"required": ["parts"], "not": {"required": ["session"]}},
                {"required": ["turns", "kind"], "properties": {"kind": {"const": "dialogue"}}},
            ],
        },
    )

    text: Text | None = Field(None, description=_("The text, where the item has one part only."))
    parts: Annotated[list[TextPart], Field(min_length=1, max_length=_MOST_PARTS)] | None = Field(
        None, description=_("The texts of an item with several parts, such as title and body, or the turns of a dialogue.")
    )
    turns: Annotated[list[TurnText], Field(min_length=1, max_length=_MOST_PARTS)] | None = Field(
        None,
        description=_(
            "The turns of a dialogue, the oldest first: what the user asks for over several of them is put together. Needs kind dialogue."
        ),
    )
    session: Name = Field(
        "",
        description=_(
            "Your name for a conversation that you send in pieces: the turns of earlier requests with the same name and API key count "
            "as said before. Kept for four hours after the last request. Only with turns."
        ),
    )
    side: Side = Field(
        Side.POST,
        description=_("From which side the text comes: a prompt to or an answer of your own model, a post or a listing of somebody else."),
    )
    kind: Literal["text", "document", "dialogue", "listing", "site", "account"] = Field(
        "text", description=_("What the item is. Pictures, sound and video are not inspected yet.")
    )
    source: Name = Field("", description=_("Where the item came from: the name of your forum, shop or feed."))
    source_id: Name = Field("", description=_("The item's id there."))
    age_band: AgeBand = Field(AgeBand.UNKNOWN, description=_("Age of the person the text is for, as far as you know it."))
    strictness: Strictness | None = Field(
        None, description=_("How doubtful cases of your own generation are handled. Default: the setting of the service.")
    )
    account: Name = Field("", description=_("Pseudonym of the account that acted. Do not send real names."))

    @model_validator(mode="after")
    def _has_one_kind_of_text(self) -> InspectionItem:
        # As the description says: one of them is there; the other is left out, not null.
        if len({"text", "parts", "turns"} & self.model_fields_set) != 1 or (
            self.text is None and self.parts is None and self.turns is None
        ):
            raise ValueError("give text, parts or turns, and leave the others out")
        if self.turns is not None and (self.kind != "dialogue" or "kind" not in self.model_fields_set):
            raise ValueError("turns need kind dialogue")
        if self.turns is None and "session" in self.model_fields_set:
            raise ValueError("a session has turns")
        if self.parts is not None and len({part.path for part in self.parts}) < len(self.parts):
            raise ValueError("each part needs a path of its own")
        return self

    def item(self, first: int = 0) -> Item:
        """The Item in the words of the model. ``first``: number of the first turn of a dialogue that goes on."""
        if self.turns is not None:
            said = [(turn.role, turn.text) for turn in self.turns]
            return dialogue_item(said, source=self.source, source_id=self.source_id, first=first)
        if self.parts is None:
            parts: tuple[Part, ...] = (Part("text", self.side, self.text or ""),)
        else:
            parts = tuple(Part(part.path, part.side or self.side, part.text) for part in self.parts)
        return Item(ItemKind(self.kind), parts, self.source, self.source_id)


class Batch(_Request):
    """Several items, decided one by one and recorded together: all of them or none."""

    items: list[InspectionItem] = Field(min_length=1, max_length=MOST_ITEMS, description=_("The items, up to 100."))


def _one_or_many(value: Any) -> str:
    has_items = "items" in value if isinstance(value, dict) else isinstance(value, Batch)
    return "(batch)" if has_items else "(one)"


Inspection = Annotated[
    Annotated[InspectionItem, Tag("(one)")] | Annotated[Batch, Tag("(batch)")],
    Discriminator(_one_or_many),
]


# What goes out


class FindingDocument(_Answer):
    detector: str = Field(description=_("Name of the detector."), examples=["text"])
    detector_version: str = Field(description=_("Version of the detector and its data."))
    goal: str = Field(description=_("Which goal of the detector was met."), examples=["gambling.promotion"])
    rules: list[str] = Field([], description=_("Rulebook ids that this finding concerns."), examples=[["IIS-15", "CSL-49"]])
    problem_types: list[int] = Field([], description=_("Problem types of the campaign, 1 to 13."))
    effect: Outcome = Field(description=_("What the goal asks for. What follows is the decision's outcome."))
    part: str = Field("", description=_("Path of the part in which it was found."))
    side: Side = Field(description=_("From which side that part came."))
    lane: str = Field(description=_("The reading of the text in which it was seen: base, skip, …"))
    spans: list[tuple[int, int]] = Field(
        [], description=_("Half-open ranges of code points in the raw text of the part."), examples=[[[4, 7], [16, 19]]]
    )
    parts: list[str] = Field(
        [],
        description=_("Path of the part of each range, where the evidence stands in several: the turns of a dialogue."),
        examples=[["turns[0]", "turns[2]"]],
    )
    evidence: list[str] = Field([], description=_("The raw text of each range."), examples=[["百家乐", "加微信"]])
    score: float = Field(1.0, ge=0, le=1, description=_("How sure the detector is, from 0 to 1."))
    manifest: bool = Field(True, description=_("False where a person should look before anything is stopped."))
    exceptions: list[str] = Field([], description=_("Contexts around the evidence that exempt it: news, education, help_seeking, …"))
    normalised: list[str] = Field([], description=_("The evidence as the lane reads it."))
    term: str | None = Field(None, description=_("Clause of the operator's own terms, where there is no legal ground."))
    note_zh: str = Field("", description=_("What a notice or rewrite tells the reader, in Chinese."))
    note_en: str = Field("", description=_("What a notice or rewrite tells the reader, in English."))
    excerpt: str = Field("", description=_("Raw text around the evidence."))
    excerpt_start: int = Field(0, ge=0, description=_("Code point at which the excerpt begins in its part."))


class NotInspectedDocument(_Answer):
    part: str = Field(description=_("The part."))
    detector: str = Field(description=_("The detector that did not look at it."))
    reason: str = Field(description=_("Why not."))


class ContextDocument(_Answer):
    on: str = Field(description=_("The day whose law was applied."), examples=["2026-11-22"], json_schema_extra={"format": "date"})
    door: Door = Field(description=_("Through which door the item came."))
    strictness: Strictness = Field(description=_("How doubtful cases were handled."))
    age_band: AgeBand = Field(description=_("Age of the person the text is for."))
    sector: str = Field(description=_("Sector of the service; empty: general."))
    terms: list[str] = Field(description=_("The operator's own terms that were in force."))
    tightened: list[str] | None = Field(
        None,
        description=_("What a conversation left open, for the sake of which its answers were judged one step stricter; absent: nothing."),
    )


class WarningDocument(_Answer):
    code: str = Field(description=_("Stable code."), examples=["BL-STORE-001"])
    detail: str = Field(description=_("What is wrong, in a sentence."))
    hint: str = Field("", description=_("What to do about it."))


class LedgerPlace(_Answer):
    state: Literal["pending", "sequenced"] = Field(description=_("Whether the decision is under a signed head already."))
    seq: int | None = Field(None, description=_("Its place in the ledger, once sequenced."))


class DecisionDocument(_Answer):
    """A decision. Fields with empty values are left out."""

    format: Literal["brightline-decision/1"] = Field(description=_("Name and version of this format."))
    id: str = Field(description=_("Id of the decision, a UUIDv7."), examples=["01936f7e-5b1c-7cc3-98c4-dc0c0c07398f"])
    token: str = Field(description=_("Unguessable name of the statement page. Whoever has it can read the statement."))
    tenant: str = Field(description=_("Tenant under which it is stored."))
    made_at: int = Field(description=_("When it was made, in microseconds since 1970 (UTC)."), examples=[1795366800000000])
    door: Door = Field(description=_("Through which door the item came."))
    item_kind: ItemKind = Field(description=_("What the item is."))
    item_digest: str = Field(description=_("SHA-256 over the item's parts."))
    outcome: Outcome = Field(
        description=_("What follows, from the mildest to the harshest. refuse: do not answer; block: stop or remove what somebody made.")
    )
    ground: Ground = Field(description=_("On what it rests: the law, the operator's own terms, or nothing was found."))
    rules: list[str] = Field([], description=_("Rulebook ids that carry the outcome."))
    findings: list[FindingDocument] = Field([], description=_("What the detectors saw, with the exact evidence."))
    not_inspected: list[NotInspectedDocument] = Field([], description=_("What was not looked at, and why."))
    reason_zh: str = Field("", description=_("The reason in Chinese."))
    reason_en: str = Field("", description=_("The reason in English."))
    context: ContextDocument = Field(description=_("Everything else the decision depends on, so that it can be replayed."))
    versions: dict[str, str] = Field({}, description=_("Versions of rules and detectors."))
    automated: Literal["full", "part", "none"] = Field("full", description=_("Whether the decision was made by a program."))
    mode: Literal["live", "shadow"] = Field("live", description=_("shadow: recorded for comparison, without effect."))
    account: str = Field("", description=_("Pseudonym of the account that acted."))
    api_key: str = Field("", description=_("Id of the API key that asked."))
    supersedes: str | None = Field(None, description=_("Id of the decision that this one reverses."))
    label: dict[str, Any] = Field({}, description=_("How the answer was labelled as AI-generated."))
    request: dict[str, Any] = Field({}, description=_("The call, without its text."))
    texts: dict[str, str] = Field({}, description=_("Whole texts, only where the operator samples allowed exchanges."))
    statement_url: str = Field(description=_("Address of the statement of reasons for the person concerned."))
    ledger: LedgerPlace = Field(description=_("Its place in the tamper-evident log."))
    erased_at: int | None = Field(None, description=_("When its texts were erased, in microseconds since 1970 (UTC)."))
    warnings: list[WarningDocument] = Field(
        [], description=_("What went wrong beside the decision, only in the answer that made it: its session was not kept.")
    )


class DecisionBatch(_Answer):
    """The decisions of a batch, in the order of its items."""

    decisions: list[DecisionDocument] = Field(description=_("One decision an item."))


class DecisionPage(_Answer):
    """A page of decisions, newest first."""

    decisions: list[DecisionDocument] = Field(description=_("The decisions."))
    next: str | None = Field(None, description=_("Pass it as after to get the next page. Absent on the last page."))


class ProofBundle(_Answer):
    """What an auditor needs to check that a decision was logged, without this service."""

    format: Literal["brightline-proof/1"] = Field(description=_("Name and version of this format."))
    decision: dict[str, Any] = Field(description=_("The decision exactly as committed to."))
    salt: str = Field(description=_("Salt of the commitment, in hexadecimal."))
    entry: str = Field(description=_("The ledger entry, in base64."))
    proof: str = Field(description=_("Inclusion proof and signed checkpoint (C2SP tlog-proof)."))
    vkey: str = Field(description=_("Public key of the ledger."))


class RuleDocument(_Answer):
    """One rule of the rulebook."""

    id: str = Field(description=_("Id of the rule."), examples=["CSL-49"])
    citation_zh: str = Field(description=_("Official name and article, in Chinese."), examples=["《中华人民共和国网络安全法》第四十九条"])
    citation_en: str = Field(description=_("Name and article in English."))
    instrument: str = Field(description=_("Id of the legal text, standard or notice."))
    article: str = Field(description=_("Article, paragraph or clause."))
    status: Status = Field(description=_("Rank of the text. Only laws, regulations and departmental rules can ground a refusal or block."))
    title_zh: str = Field(description=_("Title in Chinese."))
    title_en: str = Field(description=_("Title in English."))
    obligation_zh: str = Field(description=_("What it demands, in Chinese."))
    obligation_en: str = Field(description=_("What it demands, in English."))
    problem_types: list[int] = Field(description=_("Problem types of the campaign, 1 to 13."))
    editions: list[str] = Field(description=_("Editions of the campaign that name it."))
    maps_to: list[str] = Field(description=_("Rules of other editions that it corresponds to."))
    keys: list[Key] = Field(description=_("A forbids, B obliges the operator to act; a block needs one of each."))
    at_most: list[AtMost] = Field(description=_("What it may justify."))
    binds: list[str] = Field(description=_("Whom it binds."))
    in_force_from: str = Field(description=_("First day in force."), json_schema_extra={"format": "date"})
    in_force_to: str | None = Field(description=_("Last day in force, if known."), json_schema_extra={"format": "date"})
    verified: bool = Field(description=_("Whether the text was verified. An unverified rule may flag, never stop."))
    number_verified: bool = Field(description=_("Whether the article number was verified."))
    evidence_grade: str = Field(description=_("How well the text was read."))
    readers: int = Field(description=_("How many independent readings agree."))
    source: str = Field(description=_("Where the text was read."))
    read_on: str = Field(description=_("When it was read."), json_schema_extra={"format": "date"})
    threshold: str = Field(description=_("A figure that the rule sets."))
    manifest_only: bool = Field(description=_("True where it reaches only what is manifest."))
    note: str = Field(description=_("Remarks."))


class RuleList(_Answer):
    """Rules of the rulebook."""

    digest: str = Field(description=_("Digest of the whole rulebook; decisions name its beginning."))
    rules: list[RuleDocument] = Field(description=_("The rules, by id."))


class LedgerHead(_Answer):
    """The latest signed head of the tamper-evident log."""

    size: int = Field(ge=0, description=_("Number of entries under the head."))
    pending: int = Field(ge=0, description=_("Decisions recorded but not yet under a signed head."))
    checkpoint: str = Field(description=_("The head as a signed note (C2SP tlog-checkpoint); empty before the first."))
    vkey: str = Field(description=_("Public key of the ledger."))


class FieldProblem(_Answer):
    pointer: str = Field(description=_("Where: a JSON Pointer into the body, or query/name."))
    detail: str = Field(description=_("What is wrong there."))


class Problem(_Answer):
    """What went wrong (RFC 9457)."""

    type: str = Field(description=_("URN of the code."))
    title: str = Field(description=_("Phrase of the HTTP status."))
    status: int = Field(description=_("HTTP status."))
    detail: str = Field(description=_("What is wrong, in a sentence."))
    code: str = Field(description=_("Stable code."), examples=["BL-INPUT-201"])
    hint: str = Field("", description=_("What to do about it."))
    errors: list[FieldProblem] = Field([], description=_("Each wrong field."))
