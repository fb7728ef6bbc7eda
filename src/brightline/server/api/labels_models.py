"""What the label routes take and give, as pydantic models: the description in OpenAPI, held to the truth by schemathesis.

Descriptions are message ids, as in ``models.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from brightline.labels.comparing import Change
from brightline.labels.sites import Form as SiteForm
from brightline.labels.verification import Compliance, GroundKind, Integrity, Presence, State
from brightline.server.api.models import DecisionDocument, Name, Text
from brightline.server.face import msgid as _

__all__ = [
    "AgreementCheck",
    "AgreementDocument",
    "CheckList",
    "ContentRecords",
    "CopyPage",
    "CopyRequest",
    "DifferenceDocument",
    "Forgotten",
    "LabelledDocument",
    "PassedOnDocument",
    "TextMatches",
    "TextToMatch",
    "VerificationDocument",
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class InTwoLanguages(_Answer):
    zh: str = Field(description=_("In Chinese."))
    en: str = Field(description=_("In English."))


# Verification


class GroundDocument(_Answer):
    kind: GroundKind = Field(description=_("What was found."))
    state: State = Field(description=_("The state that this alone would give."))
    rule: str = Field(description=_("Rulebook id behind it."))
    what: str = Field(description=_("What was found, in a sentence."))


class ArticleDocument(_Answer):
    rule: str = Field(description=_("Rulebook id."))
    zh: str = Field(description=_("Citation in Chinese."))
    en: str = Field(description=_("Citation in English."))


class SiteDocument(_Answer):
    place: str = Field(description=_("Where in the format the label sits."), examples=["png.text"])
    key: str = Field(description=_("Name of the field that holds it."))
    offset: int = Field(description=_("First byte in the file; -1 where there is none."))
    length: int = Field(description=_("Number of bytes."))
    form: SiteForm = Field(description=_("How the label is written."))
    fields: dict[str, str] = Field(description=_("The values by the key names of GB 45438-2025, Annex E."))
    defects: list[str] = Field(description=_("What is wrong with it, as stable ids."))
    standard: bool = Field(description=_("True at the place that the TC260 guide names for this format."))
    quoted: bool = Field(description=_("True where a text only quotes a label."))


class EvidenceDocument(_Answer):
    place: str = Field(description=_("Where in the format."))
    offset: int = Field(description=_("First byte in the file; -1 where there is none."))
    length: int = Field(description=_("Number of bytes."))
    field: str = Field(description=_("The field or value."))


class CheckDocument(_Answer):
    id: str = Field(description=_("Stable id of the check."), examples=["label.charset"])
    result: Literal["pass", "fail", "warn", "not_applicable", "not_inspected"] = Field(description=_("What came of it."))
    rule: str = Field(description=_("Rulebook id behind it."))
    zh: str = Field(description=_("In Chinese."))
    en: str = Field(description=_("In English."))
    evidence: list[EvidenceDocument] = Field(description=_("Where it was seen."))


class TraceDocument(_Answer):
    id: str = Field(description=_("Stable id of the trace."))
    generator: str = Field(description=_("The tool that leaves it."))
    means: str = Field(description=_("What the trace says of the content."))
    rule: str = Field(description=_("Rulebook id behind it."))
    place: str = Field(description=_("Where in the format."))
    key: str = Field(description=_("Name of the field that holds it."))
    offset: int = Field(description=_("First byte in the file; -1 where there is none."))
    length: int = Field(description=_("Number of bytes."))
    excerpt: str = Field(description=_("Beginning of the value."))


class GapDocument(_Answer):
    stage: str = Field(description=_("What was not inspected."))
    reason: str = Field(description=_("Why not."))
    offset: int = Field(description=_("First byte in the file; -1 where there is none."))
    decides: bool = Field(description=_("True where nothing can be concluded for its sake."))


class VerificationDocument(_Answer):
    """What a file says of being generated, and what a platform shows for it."""

    format: Literal["brightline-verification/1"] = Field(description=_("Name and version of this format."))
    name: str = Field(description=_("Name of the file, as sent."))
    container: str = Field(description=_("Format of the file, as found."))
    size: int = Field(ge=0, description=_("Bytes of the file."))
    bytes_read: int = Field(ge=0, description=_("Bytes that had to be read."))
    state: State = Field(description=_("What a platform shows (Labelling Measures, Art. 6). none and inconclusive show nothing."))
    presence: Presence = Field(description=_("Whether the file declares itself by an implicit label."))
    integrity: Integrity = Field(description=_("Whether the label is as its writer signed it."))
    compliance: Compliance = Field(description=_("Whether the label keeps the standard."))
    decided_by: GroundDocument | None = Field(description=_("What decided the state."))
    grounds: list[GroundDocument] = Field(description=_("Everything that was found."))
    notice: InTwoLanguages = Field(description=_("The text to show around the content; empty for none and inconclusive."))
    advice: InTwoLanguages = Field(description=_("What the state means, for the platform's people."))
    articles: list[ArticleDocument] = Field(description=_("The rules behind the answer, with their citations."))
    appeal_url: str = Field(description=_("Where a publisher objects to a suspicion; empty if the operator named no address."))
    sites: list[SiteDocument] = Field(description=_("Every label in the file."))
    checks: list[CheckDocument] = Field(description=_("Every check with its result."))
    traces: list[TraceDocument] = Field(description=_("Traces of generators in the metadata."))
    gaps: list[GapDocument] = Field(description=_("What was not inspected, and why."))


class CatalogueEntry(_Answer):
    id: str = Field(description=_("Stable id of the check."), examples=["label.charset"])
    rule: str = Field(description=_("Rulebook id behind it."))
    worst: Literal["fail", "warn"] = Field(description=_("What a violation is."))
    title: InTwoLanguages = Field(description=_("Name of the check."))


class CheckList(_Answer):
    """All checks of a verification."""

    checks: list[CatalogueEntry] = Field(description=_("The checks, by id."))


# Labelling


class FileDocument(_Answer):
    name: str = Field(description=_("Name of the file, as sent."))
    size: int = Field(ge=0, description=_("Bytes of the labelled file."))
    sha256: str = Field(description=_("SHA-256 of the labelled file, in hexadecimal."))


class ProofStepDocument(_Answer):
    name: str = Field(description=_("What was looked at after writing."), examples=["label.alone"])
    outcome: Literal["passed", "not_inspected"] = Field(description=_("What came of it. A step that fails is an error, and no file."))
    detail: str = Field(description=_("What was seen, or why not."))


class ReplacedDocument(_Answer):
    place: str = Field(description=_("Where in the format the label sits."), examples=["png.text"])
    offset: int = Field(description=_("First byte in the file; -1 where there is none."))


class LabelledDocument(_Answer):
    """A file that was labelled here, and the proof of it."""

    format: Literal["brightline-labelled/1"] = Field(description=_("Name and version of this format."))
    record: str = Field(description=_("Id of the record, a UUIDv7."))
    role: Literal["producer", "platform"] = Field(description=_("producer: generated here; platform: somebody's upload, passed on."))
    content_id: str = Field(description=_("Number of the content in the label."))
    container: str = Field(description=_("Format of the file, as found."))
    file: FileDocument = Field(description=_("The labelled file."))
    label: dict[str, str] = Field(description=_("The values by the key names of GB 45438-2025, Annex E."))
    how: Literal["patched", "rewritten", "beside"] = Field(
        description=_(
            "patched: in place; rewritten: a new file with the same media; beside: in a side-car, because plain text has no place for it."
        )
    )
    replaced: list[ReplacedDocument] = Field(description=_("Labels that stood there before."))
    explicit: bool = Field(description=_("Whether an explicit label was put into what is seen or heard."))
    watermark: bool = Field(description=_("Whether an invisible watermark was put in."))
    steps: list[ProofStepDocument] = Field(description=_("What was proved after writing."))
    notes: list[str] = Field(description=_("What is not as before, in plain words."))
    sidecar: str = Field(description=_("The side-car that belongs beside the file, where there is one (JSON)."))


class PassedOnDocument(_Answer):
    """An upload on its way: what was found, what was decided, and the platform's label."""

    format: Literal["brightline-passed-on/1"] = Field(description=_("Name and version of this format."))
    verification: VerificationDocument = Field(description=_("What the file says of being generated."))
    decision: DecisionDocument = Field(description=_("The decision, with the statement page of the person concerned."))
    labelled: LabelledDocument | None = Field(description=_("The label as written; null where the state has none to write."))
    note: str = Field(description=_("Why nothing was written, or what is not as before."))


class CopyRequest(_Request):
    """Who gets a copy without an explicit label, and on what terms (Labelling Measures, Art. 9)."""

    recipient: Name = Field(min_length=1, description=_("Pseudonym of the user who gets the copy. Do not send real names."))
    agreement: Name = Field(min_length=1, description=_("Version of the text on their own duty to label that they agreed to."))
    agreed_at: int = Field(ge=0, le=2**53, description=_("When they agreed, in microseconds since 1970 (UTC)."))
    purpose: Name = Field("", description=_("What the copy is for, if they said so."))
    content_id: Name = Field("", description=_("Number of the content, if it has one already. Default: a fresh UUIDv7."))


class CopyDocument(_Answer):
    id: str = Field(description=_("Id of the entry, a UUIDv7."))
    given_at: int = Field(description=_("When the copy was given, in microseconds since 1970 (UTC)."))
    kept_until: int = Field(description=_("Until when the entry is kept, in microseconds since 1970 (UTC): six months at least."))
    content_id: str = Field(description=_("Number of the content in the label."))
    file_digest: str = Field(description=_("SHA-256 of the copy, in hexadecimal."))
    recipient: str = Field(description=_("Pseudonym of the user who got it."))
    agreement: str = Field(description=_("Version of the text that they agreed to."))
    agreed_at: int = Field(description=_("When they agreed, in microseconds since 1970 (UTC)."))
    purpose: str = Field(description=_("What the copy is for, if they said so."))


class CopyPage(_Answer):
    """A page of the log of copies without an explicit label, newest first."""

    copies: list[CopyDocument] = Field(description=_("The entries of the page."))
    next: str | None = Field(None, description=_("Pass it as after to go on; absent on the last page."))


class ContentRecord(_Answer):
    record: str = Field(description=_("Id of the record, a UUIDv7."))
    made_at: int = Field(description=_("When it was labelled, in microseconds since 1970 (UTC)."))
    role: Literal["producer", "platform"] = Field(description=_("producer: generated here; platform: somebody's upload, passed on."))
    attribute: Literal["1", "2", "3"] = Field(description=_("What the label says: 1 is, 2 may be, 3 is suspected to be generated."))
    container: str = Field(description=_("Format of the file, as found."))
    file_digest: str = Field(description=_("SHA-256 of the labelled file, in hexadecimal."))
    media_digest: str = Field(description=_("SHA-256 of its media without metadata; empty where the format has no such part."))
    account: str = Field(description=_("Pseudonym of the account that acted."))
    decision: str = Field(description=_("Id of the decision behind it; empty if there is none."))
    watermark: bool = Field(description=_("Whether an invisible watermark was put in."))


class ContentRecords(_Answer):
    """What was labelled here under one number, newest first, and who got it without an explicit label."""

    content_id: str = Field(description=_("Number of the content in the label."))
    records: list[ContentRecord] = Field(description=_("The labelled files."))
    copies: list[CopyDocument] = Field(description=_("Copies without an explicit label."))


# Differences


class SiteBrief(_Answer):
    place: str = Field(description=_("Where in the format the label sits."), examples=["png.text"])
    offset: int = Field(description=_("First byte in the file; -1 where there is none."))
    fields: dict[str, str] = Field(description=_("The values by the key names of GB 45438-2025, Annex E."))


class ChangedField(_Answer):
    before: str = Field(description=_("The value before."))
    after: str = Field(description=_("The value after."))


class DifferenceDocument(_Answer):
    """What a transformation did to a label."""

    format: Literal["brightline-label-difference/1"] = Field(description=_("Name and version of this format."))
    change: Change = Field(description=_("One word for it."))
    breaks_rule: bool = Field(description=_("True where a label is gone, altered, doubled, or nothing can be known."))
    rules: list[str] = Field(description=_("Rulebook ids behind it."))
    propagated: bool = Field(description=_("True where only what a platform has to change was changed."))
    moved: bool = Field(description=_("True where the label sits at another place of the format."))
    fields: dict[str, ChangedField] = Field(description=_("The values that changed, by key."))
    before: list[SiteBrief] = Field(description=_("Labels of the file before."))
    after: list[SiteBrief] = Field(description=_("Labels of the file after."))
    lost_metadata: list[str] = Field(description=_("Names of other metadata that is gone."))
    c2pa: Literal["kept", "added", "lost", "none"] = Field(description=_("What happened to a C2PA manifest."))
    gaps: list[str] = Field(description=_("What was not inspected, and why."))


# Texts


class TextToMatch(_Request):
    """A text of which somebody asks whether it was generated here."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"text": "识别刷单骗局，先看对方是否要求垫付资金；凡是要求先交钱的，都是诈骗。"}]},
    )

    text: Annotated[Text, Field(min_length=1)] = Field(description=_("The text. It is not kept."))


class TextMatch(_Answer):
    decision: str = Field(description=_("Id of the decision on that answer."))
    made_at: int = Field(description=_("When it was generated, in microseconds since 1970 (UTC)."))
    exact: bool = Field(description=_("True where the whole text is the same, but for white space, punctuation, case and width."))
    shared: int = Field(ge=0, description=_("Fingerprints that both have."))
    grams: int = Field(ge=0, description=_("Fingerprints that the answer has."))


class TextMatches(_Answer):
    """Answers of this installation that are this text, or share passages with it, best first."""

    matches: list[TextMatch] = Field(description=_("The answers, 20 at most. None proves nothing: a paraphrase is not recognised."))
    too_short: bool = Field(description=_("True where the text is too short to be anybody's; nothing was looked for then."))
    kept_days: int = Field(ge=0, description=_("For how many days fingerprints are kept; 0: none are taken."))


class Forgotten(_Answer):
    decision: str = Field(description=_("Id of the decision on that answer."))
    forgotten: int = Field(ge=0, description=_("Fingerprints that were deleted; 0 where none were kept any more."))


class AgreementCheck(_Request):
    """The text of a user agreement."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "text": "本服务对人工智能生成合成内容添加标识：在文本起始或者末尾添加文字提示，在图片边缘添加文字提示标识，"
                    "并在文件元数据中添加隐式标识。请您仔细阅读并理解本条标识管理要求。"
                }
            ]
        },
    )

    text: Annotated[Text, Field(min_length=1)] = Field(description=_("The text. It is not kept."))


class AgreementPassage(_Answer):
    start: int = Field(ge=0, description=_("Code point at which the passage begins."))
    stop: int = Field(ge=0, description=_("Code point behind the passage."))
    text: str = Field(description=_("The passage."))


class AgreementPoint(_Answer):
    id: str = Field(description=_("Stable id of the point."))
    rule: str = Field(description=_("Rulebook id behind it."))
    required: bool = Field(description=_("False for points that are advisable only."))
    found: bool = Field(description=_("Whether a passage speaks of it."))
    zh: str = Field(description=_("In Chinese."))
    en: str = Field(description=_("In English."))
    sample: InTwoLanguages = Field(description=_("A clause to begin from, where there is none yet."))
    passages: list[AgreementPassage] = Field(description=_("Where it was seen."))


class AgreementDocument(_Answer):
    """Whether a user agreement speaks of methods and styles of labels (Labelling Measures, Art. 8)."""

    format: Literal["brightline-agreement/1"] = Field(description=_("Name and version of this format."))
    state: Literal["found", "incomplete", "missing"] = Field(
        description=_("found: each required point has a passage. It is not judged whether what the passages say is right.")
    )
    points: list[AgreementPoint] = Field(description=_("The points, required ones first."))
