"""What the corpus routes take and give, as pydantic models: the description in OpenAPI, held to the truth by schemathesis.

Documents whose shape another module fixes (a source, a plan, an outcome, figures) are objects here; what they hold is said there.
Descriptions are message ids, as in ``models.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from brightline.server.api.models import Name, Text
from brightline.server.face import msgid as _

__all__ = [
    "AnswerKept",
    "AnswerToKeep",
    "ComplaintReceipt",
    "ComplaintToReceive",
    "NextTask",
    "ReportPage",
    "RunDocument",
    "RunPage",
    "SampleDocument",
    "SamplePage",
    "SourceDocument",
    "SourceList",
    "SourceToSave",
    "WhoReviews",
]

Label = Literal["pass", "fail", "unsure"]
Status = Literal["proposed", "approved", "suspended", "blacklisted", "retired"]
Kind = Literal["copyright", "trade_secret", "portrait", "reputation", "privacy", "personal_data", "illegal", "other"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


# Inspections


class RunSummary(_Answer):
    id: str = Field(description=_("Id of the inspection (UUIDv7)."))
    corpus: str = Field(description=_("Name of the corpus."))
    status: Literal["running", "interrupted", "done", "failed"] = Field(description=_("State of the inspection."))
    stage: str = Field(description=_("The stage that was last begun."))
    made_at: int = Field(description=_("When it began, UTC microseconds."))
    ended_at: int | None = Field(description=_("When it ended, UTC microseconds; null while it has not."))


class RunDocument(RunSummary):
    workspace: str = Field(description=_("Folder or address of its files."))
    versions: dict[str, str] = Field(description=_("Versions of all that looked at documents."))
    figures: dict[str, Any] = Field(description=_("What each stage counted."))
    shards: dict[str, dict[str, int]] = Field(description=_("Of each stage, shards by state."))


class RunPage(_Answer):
    runs: list[RunSummary] = Field(description=_("Inspections, newest first."))
    next: str | None = Field(default=None, description=_("Where the page ends; absent on the last page."))


# Sources


class SourceDocument(_Answer):
    source: dict[str, Any] = Field(description=_("The source, with the fields of sources.yaml."))
    revision: int = Field(description=_("Its revision; each change is one more."))
    made_at: int = Field(description=_("When this revision was made, UTC microseconds."))
    made_by: str = Field(description=_("Who made it."))
    missing: list[str] = Field(description=_("Fields that the standard asks for and that are not there."))
    objections: list[str] = Field(description=_("What speaks against training on it, as stable words."))
    usable: bool = Field(description=_("False while something forbids training on it."))


class SourceList(_Answer):
    sources: list[SourceDocument] = Field(description=_("Sources by id."))


class SourceToSave(_Request):
    source: dict[str, Any] = Field(
        description=_("The source, with the fields of sources.yaml."),
        examples=[{"id": "zhwiki", "name": "中文维基百科", "kind": "open_data", "licence": {"spdx": "CC-BY-SA-4.0"}}],
    )
    revision: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description=_("The revision that was looked at, 0 for a new source; null takes whatever is there."),
    )
    reason: Name = Field(default="", description=_("Why it is changed, for the ledger."))

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"source": {"id": "zhwiki", "name": "中文维基百科", "kind": "open_data", "licence": {"spdx": "CC-BY-SA-4.0"}}}]
        },
    )


# Complaints


class ComplaintToReceive(_Request):
    kind: Kind = Field(description=_("What it is about."))
    what: Annotated[Text, Field(min_length=1, max_length=5000)] = Field(description=_("What is complained of."))
    contact: Annotated[Text, Field(min_length=1, max_length=500)] = Field(description=_("Where the answer goes."))
    complainant: Annotated[Text, Field(max_length=500)] = Field(default="", description=_("Who complains."))
    source: Annotated[Text, Field(max_length=64)] = Field(default="", description=_("Id of the source, if it is named."))
    doc_ids: list[str] = Field(default=[], max_length=1000, description=_("Documents, as the inspection names them."))
    urls: list[str] = Field(default=[], max_length=1000, description=_("Addresses; an asterisk at the end means all that begin so."))
    evidence: Annotated[Text, Field(max_length=500)] = Field(default="", description=_("What proves it."))

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"kind": "copyright", "what": "转载了我社文章", "contact": "desk@press.example"}]},
    )


class ComplaintReceipt(_Answer):
    id: str = Field(description=_("Its number: by it one can ask how things stand."))
    due_at: int = Field(description=_("Until when it is to be decided, UTC microseconds."))


# Samples


class SampleSummary(_Answer):
    id: str = Field(description=_("Id of the sample."))
    run: str = Field(description=_("Id of the inspection (UUIDv7)."))
    kind: Literal["human", "technical", "removed"] = Field(description=_("What it was drawn from, and for whom."))
    status: Literal["open", "closed"] = Field(description=_("Whether answers are still taken."))
    made_at: int = Field(description=_("When it was drawn, UTC microseconds."))
    items: int = Field(description=_("Documents in it."))
    answers: int = Field(description=_("Answers that were given."))
    answers_wanted: int = Field(description=_("Answers that it needs: one a document, two where two people look."))
    decided: int | None = Field(description=_("Documents with a verdict; null while answers are awaited, because reviewers are blind."))


class SampleDocument(SampleSummary):
    plan: dict[str, Any] = Field(description=_("The plan by which it was drawn."))
    outcome: dict[str, Any] | None = Field(
        description=_("What it says: as it was closed, or as it would be closed now; null while answers are awaited.")
    )


class SamplePage(_Answer):
    samples: list[SampleSummary] = Field(description=_("Samples, newest first."))
    next: str | None = Field(default=None, description=_("Where the page ends; absent on the last page."))


class WhoReviews(_Request):
    reviewer: Name = Field(min_length=1, description=_("Pseudonym of the person who looks. Do not send real names."))

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"reviewer": "annotator-7"}]})


class TaskDocument(_Answer):
    position: int = Field(description=_("Its place in the sample."))
    text: str = Field(description=_("The text of the document."))
    source: str = Field(description=_("Where it came from."))
    lineage: str = Field(description=_("File and line."))
    question_zh: str = Field(description=_("What is asked, in Chinese."))
    question_en: str = Field(description=_("What is asked, in English."))
    lease_until: int = Field(description=_("Until when nobody else gets it, UTC microseconds."))


class NextTask(_Answer):
    task: TaskDocument | None = Field(description=_("The document to look at; null where nothing is left for this person now."))


class AnswerToKeep(_Request):
    reviewer: Name = Field(min_length=1, description=_("Pseudonym of the person who looks. Do not send real names."))
    position: int = Field(ge=0, le=2**31 - 1, strict=True, description=_("Its place in the sample."))
    label: Label = Field(description=_("pass: as it should be; fail: not; unsure: somebody else decides."))
    rules: list[Annotated[Text, Field(min_length=1, max_length=100)]] = Field(
        default=[], max_length=20, description=_("What it breaks, as ids of the rulebook or of corpus rules.")
    )
    spans: list[tuple[StrictInt, StrictInt]] = Field(
        default=[], max_length=50, description=_("Where, as [start, end) in code points of the text.")
    )
    note: Annotated[Text, Field(max_length=2000)] = Field(default="", description=_("A remark."))
    took_ms: int = Field(default=0, ge=0, le=3_600_000, strict=True, description=_("From when it was shown to when it was answered."))

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"reviewer": "annotator-7", "position": 0, "label": "pass"}]}
    )


class AnswerKept(_Answer):
    answers: int = Field(
        description=_("Answers that were given to the sample. What they come to is told when all are in: reviewers are blind.")
    )
    answers_wanted: int = Field(description=_("Answers that it needs: one a document, two where two people look."))


# Reports


class ReportSummary(_Answer):
    id: str = Field(description=_("Id of the report."))
    run: str = Field(description=_("Id of the inspection (UUIDv7)."))
    corpus: str = Field(description=_("Name of the corpus."))
    made_at: int = Field(description=_("When it was signed, UTC microseconds."))
    sha256: str = Field(description=_("SHA-256 of its bytes, which is what the ledger keeps."))


class ReportPage(_Answer):
    reports: list[ReportSummary] = Field(description=_("Reports, newest first."))
    next: str | None = Field(default=None, description=_("Where the page ends; absent on the last page."))
