"""Complaints of rights-holders and persons about training data: received, decided by somebody else, and heeded from then on.

TC260-003, 5.2 (SEC-D5): a channel for complaints on intellectual property, and handling. TC260-003, 7 and the Interim Measures for generative AI, Art. 15:
complaints are handled in time, and the time is said. PIPL, Art. 47 and 50: erasure on request. An upheld complaint suspends the source or takes documents
out, named by id, by address or by a pattern in the text; the next decision on the corpus heeds it (``Withdrawn``). Nothing is
guessed from the words of a complaint: what it concerns is what it names, or what whoever decides on it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import re2

from brightline.corpus.errors import CorpusError
from brightline.corpus.sources.register import Register
from brightline.store import CorpusComplaints, Cursor, StoredComplaint
from brightline.store.clock import now_us
from brightline.store.engine import Database

__all__ = [
    "COMPLAINT_KINDS",
    "DUE_DAYS",
    "Complaint",
    "Remedy",
    "Targets",
    "decide_complaint",
    "erase_complainant",
    "receive_complaint",
    "upheld_complaints",
]

COMPLAINT_KINDS = {
    "copyright": "A.3-a",
    "trade_secret": "A.3-c",
    "portrait": "A.4-b",
    "reputation": "A.4-c",
    "privacy": "A.4-e",
    "personal_data": "A.4-f",
    "illegal": "A.1-h",
    "other": "",
}
"""What is complained of → the risk of the standard's Annex A."""
DUE_DAYS = 15
"""Days to decide (own choice: half of the thirty in which GB/T 35273-2020, 8.7, wants persons answered)."""

_NOT_IN_USE = ("blacklisted", "suspended", "retired")  # to suspend a blacklisted source would be to let it off

Remedy = Literal["none", "drop_documents", "suspend_source"]

_DAY_US = 86_400_000_000
_DOC_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LONGEST_WORDS, _LONGEST_LINE, _LONGEST_PATTERN = 5_000, 500, 500  # characters (own choice)
_MOST_TARGETS = 1_000  # documents or addresses that one complaint may name (own choice)
_LONGEST_ADDRESS = 2_000  # characters (own choice: what browsers and servers carry)
_ADDRESS = re.compile(r"https?://[^/?#*\s]+(?:[/?#][^*\s]*|/[^*\s]*\*)?")
"""A scheme and a whole host. An asterisk only behind the host: ``https://www.*`` or ``https://a.cn*`` would withdraw what is somebody else's."""
_COMMON = (" ", "\n", "。", ".", "的", "一", "a", "e", "1")
"""Texts of one character that nearly every document holds: a pattern that finds one of them means no document in particular (own choice)."""
PUBLIC = "public"
"""Who takes in what comes by the public form."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The documents that a complaint concerns: any that has one of the ids or addresses (``*`` at the end: all that begin so), or whose text
    has the RE2 ``pattern``."""

    doc_ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    pattern: str = ""

    def __bool__(self) -> bool:
        return bool(self.doc_ids or self.urls or self.pattern)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as it stands. ``due_at`` UTC microseconds. ``received_by``: ``public`` or a user's id. ``erased_at``: when who complained was
    erased from it, 0 where that was not done."""

    id: str
    made_at: int
    due_at: int
    status: str
    source: str
    kind: str
    what: str
    complainant: str
    contact: str
    evidence: str
    targets: Targets
    received_by: str
    remedy: str
    reason: str
    closed_at: int | None
    closed_by: str
    erased_at: int = 0

    @property
    def risk(self) -> str:
        """The risk of Annex A, empty where none fits."""
        return COMPLAINT_KINDS.get(self.kind, "")

    @property
    def withdraws(self) -> bool:
        """Whether it takes documents out of every corpus."""
        return self.status == "upheld" and self.remedy == "drop_documents"

    @classmethod
    def of(cls, stored: StoredComplaint) -> Complaint:
        """The complaint in a row."""
        document = stored.document
        targets = document["targets"]
        return cls(
            stored.id,
            stored.made_at,
            stored.made_at + DUE_DAYS * _DAY_US,
            stored.status,
            stored.source,
            document["kind"],
            document["what"],
            document["complainant"],
            document["contact"],
            document["evidence"],
            Targets(tuple(targets["doc_ids"]), tuple(targets["urls"]), targets["pattern"]),
            document["received_by"],
            document["remedy"],
            document["reason"],
            stored.closed_at,
            stored.closed_by,
            int(document.get("erased_at", 0)),
        )

    def to_document(self) -> dict[str, Any]:
        """What is kept beside the row's own columns."""
        return {
            "complainant": self.complainant,
            "contact": self.contact,
            "erased_at": self.erased_at,
            "evidence": self.evidence,
            "kind": self.kind,
            "reason": self.reason,
            "received_by": self.received_by,
            "remedy": self.remedy,
            "targets": {"doc_ids": list(self.targets.doc_ids), "pattern": self.targets.pattern, "urls": list(self.targets.urls)},
            "what": self.what,
        }


def receive_complaint(
    database: Database,
    *,
    kind: str,
    what: str,
    contact: str,
    complainant: str = "",
    source: str = "",
    doc_ids: Sequence[str] = (),
    urls: Sequence[str] = (),
    pattern: str = "",
    evidence: str = "",
    by: str = PUBLIC,
    tenant: str = "default",
) -> Complaint:
    """Take a complaint in. It may name nothing that we know: whoever decides on it finds out what it concerns.

    Raises ``CorpusError`` BL-CORPUS-045 for what cannot be a complaint, -047 for a pattern that is none; ``StoreError``.
    """
    if kind not in COMPLAINT_KINDS:
        raise CorpusError("BL-CORPUS-045", f"{kind[:40]!r} is no kind of complaint", f"choose from {', '.join(COMPLAINT_KINDS)}")
    if not what.strip() or len(what) > _LONGEST_WORDS:
        raise CorpusError("BL-CORPUS-045", "a complaint says what it is about", f"in 1 to {_LONGEST_WORDS} characters")
    if not contact.strip():
        raise CorpusError("BL-CORPUS-045", "a complaint needs an address for the answer", "an e-mail address or telephone number")
    if any(len(line) > _LONGEST_LINE for line in (contact, complainant, evidence, source)):
        raise CorpusError("BL-CORPUS-045", "a line of the complaint is too long", f"{_LONGEST_LINE} characters at most")
    targets = checked_targets(doc_ids, urls, pattern)
    complaint = Complaint(
        "", 0, 0, "open", source, kind, what.strip(), complainant.strip(), contact.strip(), evidence.strip(), targets, by, "none", "", None, ""
    )  # fmt: skip
    return Complaint.of(CorpusComplaints(database).receive(complaint.to_document(), source=source, by=by, tenant=tenant))


def decide_complaint(
    database: Database,
    complaint_id: str,
    *,
    uphold: bool,
    reason: str,
    by: str,
    remedy: Remedy = "none",
    targets: Targets | None = None,
    tenant: str = "default",
) -> Complaint:
    """Uphold a complaint, with a remedy, or reject it; ``targets``: what it concerns, where it did not say so itself or not exactly.

    Suspending a source is a revision of the register. Whoever took the complaint in by hand does not decide on it. Raises
    ``NotFound`` BL-CORPUS-044; ``CorpusError`` BL-CORPUS-046 (closed, own complaint, no reason, a remedy without an object), -047;
    ``NotRegistered`` BL-CORPUS-040; ``StoreError``.
    """
    complaints = CorpusComplaints(database)
    complaint = Complaint.of(complaints.get(complaint_id, tenant=tenant))
    if complaint.received_by == by:
        raise CorpusError("BL-CORPUS-046", "whoever took a complaint in does not decide on it", "let somebody else decide")
    if not reason.strip() or len(reason) > _LONGEST_WORDS:
        raise CorpusError("BL-CORPUS-046", "a decision has a reason", f"in 1 to {_LONGEST_WORDS} characters; the complainant will read it")
    concerned = complaint.targets if targets is None else checked_targets(targets.doc_ids, targets.urls, targets.pattern)
    if uphold and remedy == "none":
        raise CorpusError("BL-CORPUS-046", "an upheld complaint has a remedy", "drop_documents or suspend_source")
    if uphold and remedy == "drop_documents" and not concerned:
        raise CorpusError("BL-CORPUS-046", "nothing says which documents are meant", "name ids, addresses or a pattern")
    if uphold and remedy == "suspend_source":
        # First the source: a complaint that is closed with its source still in use would be a lie, the other way round it is only late.
        register = Register(database, tenant=tenant)
        if register.get(complaint.source).source.status not in _NOT_IN_USE:
            register.set_status(complaint.source, "suspended", reason=f"complaint {complaint.id}", by=by)
    decided = replace(complaint, remedy=remedy if uphold else "none", reason=reason.strip(), targets=concerned)
    stored = complaints.close(
        complaint.id, status="upheld" if uphold else "rejected", document=decided.to_document(), remedy=decided.remedy, by=by, tenant=tenant
    )
    return Complaint.of(stored)


def erase_complainant(database: Database, complaint_id: str, *, by: str, words: bool = False, tenant: str = "default") -> Complaint:
    """Erase who complained from a closed complaint: name, address, evidence; with ``words`` also what they wrote and were answered.

    PIPL, Art. 47: erased where the purpose is achieved, consent is withdrawn or erasure is asked for. What the complaint takes out of corpora
    stays, since without it the remedy would end; so does the decision. Addresses and documents that it named and that are not taken out go with
    the words. Raises ``NotFound`` BL-CORPUS-044; ``InputError`` BL-CORPUS-046 where it is open.
    """

    def bare(stored: StoredComplaint) -> dict[str, Any]:
        complaint = Complaint.of(stored)
        left = replace(complaint, complainant="", contact="", evidence="", erased_at=complaint.erased_at or now_us())
        if words:
            left = replace(left, what="", reason="", targets=left.targets if left.withdraws else Targets())
        return left.to_document()

    return Complaint.of(CorpusComplaints(database).erase(complaint_id, bare, by=by, tenant=tenant))


def checked_targets(doc_ids: Sequence[str], urls: Sequence[str], pattern: str) -> Targets:
    """The targets, if they can be looked for. Raises ``CorpusError`` BL-CORPUS-047."""
    if len(doc_ids) > _MOST_TARGETS or len(urls) > _MOST_TARGETS:
        raise CorpusError(
            "BL-CORPUS-047", "the complaint names too many documents", f"{_MOST_TARGETS} at most; a pattern or the source names more"
        )
    if wrong := next((doc_id for doc_id in doc_ids if not _DOC_ID.fullmatch(doc_id)), None):
        raise CorpusError("BL-CORPUS-047", f"{wrong[:60]!r} is no document", "32 characters from 0-9a-f, as the inspection shows them")
    if wrong := next((url for url in urls if len(url) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(url)), None):
        hint = "https://site.example/page, or https://site.example/* for all that begin so"
        raise CorpusError("BL-CORPUS-047", f"{wrong[:60]!r} cannot be an address", hint)
    if len(pattern) > _LONGEST_PATTERN:
        raise CorpusError("BL-CORPUS-047", "the pattern is too long", f"{_LONGEST_PATTERN} characters at most")
    if pattern:
        _compile(pattern)
    return Targets(tuple(dict.fromkeys(doc_ids)), tuple(dict.fromkeys(urls)), pattern)


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # nothing below a door prints
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as problem:
        said = problem.args[0].decode(errors="replace") if problem.args and isinstance(problem.args[0], bytes) else str(problem)
        raise CorpusError("BL-CORPUS-047", f"this is no pattern: {said}", "write an RE2 pattern, or the plain words with \\Q…\\E") from None
    if any(compiled.search(text) for text in ("", *_COMMON)):
        raise CorpusError("BL-CORPUS-047", "the pattern finds nearly every document", "write something that only the documents meant have")
    return compiled


def upheld_complaints(database: Database, tenant: str) -> Iterator[Complaint]:
    """Those that take something out, the newest first."""
    complaints = CorpusComplaints(database)
    after = None
    while rows := complaints.page(status="upheld", after=after, limit=500, tenant=tenant):
        yield from (Complaint.of(row) for row in rows)
        after = Cursor(rows[-1].made_at, rows[-1].id)
