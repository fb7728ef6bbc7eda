"""The words of the room: what the stable words of corpora, sources, samples and decisions are called. English msgids; ``face/catalogue.py``."""

from __future__ import annotations

from brightline.corpus.percent import percent_text as percent
from brightline.server.face import msgid as _

__all__ = [
    "ANNOTATION_FUNCTIONS",
    "ANNOTATION_RULES",
    "APPEALS",
    "BASES",
    "CHOICES",
    "COMPLAINTS",
    "COMPLAINT_KINDS",
    "COUNTED",
    "DUE",
    "FLAGS",
    "KINDS",
    "LABELS",
    "OUTCOMES",
    "OUTCOME_WORDS",
    "POLICY_BY",
    "REMEDIES",
    "REMOVED_LABELS",
    "RUNS",
    "SAMPLES",
    "SAMPLE_KINDS",
    "SHARDS",
    "SNAPSHOTS",
    "STAGES",
    "STATUS",
    "VERDICTS",
    "percent",
]

ANNOTATION_FUNCTIONS = {"label": _("Labelling"), "review": _("Checking"), "arbitrate": _("Arbitration")}
"""What annotation staff is appointed to (GB/T 45674); the desk asks for checking, and for arbitration where two disagree."""

ANNOTATION_RULES = {"function": _("for function labelling"), "safety": _("for safety labelling")}
"""What a set of annotation rules covers (TC260-003, 5.3)."""

RUNS = {
    "running": ("wait", _("Running")),
    "interrupted": ("warn", _("Interrupted")),
    "done": ("ok", _("Finished")),
    "failed": ("bad", _("Failed")),
}
STAGES = {
    "annotate": _("Annotate"),
    "cluster": _("Find near duplicates"),
    "decide": _("Decide"),
    "emit": _("Put out"),
    "report": _("Report"),
}
SHARDS = {
    "wait": ("off", _("Waits")),
    "running": ("wait", _("At work")),
    "done": ("ok", _("Complete")),
    "warn": ("warn", _("Shards were put aside")),
}
STATUS = {
    "proposed": ("wait", _("Proposed")),
    "approved": ("ok", _("Approved")),
    "suspended": ("warn", _("Suspended")),
    "blacklisted": ("bad", _("Blacklisted")),
    "retired": ("off", _("Retired")),
}
"""Of a source, as somebody decided it."""

VERDICTS = {
    "clear": ("ok", _("Clear: no more than 5 %%")),
    "undecided": ("wait", _("Undecided: look at more")),
    "blacklisted": ("bad", _("More than 5 %%: not to be used")),
}
"""Of a source, by the exact test of the rule of 5 % (TC260-003, 5.1)."""

KINDS = {
    "crawl": _("Collected from the web"),
    "purchase": _("Bought"),
    "licence": _("Licensed"),
    "user_input": _("Input of users"),
    "open_data": _("Open data"),
    "own": _("Own works"),
    "synthetic": _("Generated"),
}
BASES = {
    "consent": _("Consent"),
    "contract": _("Necessary for a contract"),
    "legal_duty": _("Legal duty"),
    "emergency": _("Emergency"),
    "news": _("News reporting"),
    "made_public": _("Made public by the person or lawfully"),
    "law": _("Another law"),
    "none": _("No personal information in it"),
}
"""Of processing personal information (PIPL, Art. 13, in order)."""

SNAPSHOTS = {
    "allowed": _("Collecting allowed"),
    "refused": _("Collecting refused"),
    "partly": _("Refused in part"),
    "absent": _("Says nothing"),
}
FLAGS = {"yes": _("That is so"), "no": _("That is not so")}
CHOICES = KINDS | BASES | SNAPSHOTS | FLAGS
"""Every value of a choice in the form of a source; no two lists share a word but ``licence``."""

OUTCOMES = {
    "keep": ("ok", _("Kept")),
    "redact": ("warn", _("Redacted")),
    "drop": ("bad", _("Dropped")),
    "quarantine": ("wait", _("In quarantine")),
}
"""Of a document, in the order of what it costs."""

OUTCOME_WORDS = {outcome: word for outcome, (_sign, word) in OUTCOMES.items()}

APPEALS = {
    "open": ("wait", _("Contested, open")),
    "restored": ("ok", _("Restored")),
    "upheld": ("off", _("Stands after review")),
}
COMPLAINTS = {
    "open": ("wait", _("Open")),
    "upheld": ("bad", _("Justified")),
    "rejected": ("off", _("Rejected")),
}
COMPLAINT_KINDS = {
    "copyright": _("Copyright or other intellectual property"),
    "trade_secret": _("Trade secret"),
    "portrait": _("Right to one’s image"),
    "reputation": _("Reputation"),
    "privacy": _("Privacy"),
    "personal_data": _("Personal information"),
    "illegal": _("Illegal content"),
    "other": _("Something else"),
}
REMEDIES = {
    "none": _("No remedy"),
    "drop_documents": _("Take these documents out of every corpus"),
    "suspend_source": _("Suspend the source"),
}
SAMPLES = {"open": ("wait", _("In review")), "closed": ("ok", _("Closed"))}
SAMPLE_KINDS = {
    "human": _("Sample for people, of what is kept"),
    "technical": _("Technical sample, of what is kept"),
    "removed": _("Sample of what was removed"),
}
LABELS = {
    "pass": ("ok", _("As it should be")),
    "fail": ("bad", _("Not as it should be")),
    "unsure": ("warn", _("Unsure")),
}
REMOVED_LABELS = {"pass": ("ok", _("Right")), "fail": ("bad", _("Wrong")), "unsure": LABELS["unsure"]}
"""What answers say of what was removed: the question there is whether that was right."""
DUE = {
    "never": _("never inspected"),
    "time": _("the interval is over"),
    "rules": _("rules changed since"),
}

STYLES = {"placeholder": _("by a word for what stood there"), "pseudonym": _("by an invented value"), "mask": _("by asterisks")}
"""How passages are covered in what is put out."""

POLICY_BY = {"shipped": _("the policy that ships"), "operator": _("a policy of your own")}
"""Whose table says what follows from what."""

COUNTED = {
    "policy_by": _("Policy"),
    "policy_since": _("This policy counts since"),
    "alike": _("Pairs that are alike"),
    "candidates": _("Pairs that might be alike"),
    "capped": _("Pairs left out, because too many share a mark"),
    "chars": _("Characters"),
    "characters": _("Characters"),
    "compared": _("Pairs compared"),
    "copies": _("Copies"),
    "duplicate_ids": _("Rows whose own id stands twice"),
    "exact": _("Exact copies"),
    "kernels.not_inspected": _("Not inspected, by what did not look"),
    "language": _("Language of what covers"),
    "left_out": _("Left out"),
    "met": _("Pairs that share a mark"),
    "near": _("Near copies"),
    "out": _("Written to"),
    "redacted": _("Redacted"),
    "reject_reasons": _("Lines that could not be read, by reason"),
    "shards": _("Shards"),
    "shards_done": _("Shards done"),
    "shards_redone": _("Shards worked on in the last pass"),
    "style": _("How passages are covered"),
    "unproven": _("Documents whose redaction was not proved"),
    "verified": _("Pairs verified on their texts"),
    "bytes": _("Bytes read"),
    "clusters": _("Groups of near duplicates"),
    "coverage": _("Documents inspected"),
    "documents": _("Documents"),
    "done": _("Shards done"),
    "drop": _("Dropped"),
    "findings": _("Findings"),
    "keep": _("Kept"),
    "not_inspected": _("Not inspected"),
    "outcomes": _("Documents by outcome"),
    "pairs": _("Pairs compared"),
    "quarantine": _("In quarantine"),
    "quarantined": _("Shards put aside"),
    "redact": _("Redacted"),
    "redactions": _("Redacted passages"),
    "redone": _("Shards worked on in the last pass"),
    "rejects": _("Lines that could not be read"),
    "rules": _("Findings by rule"),
    "seconds": _("Seconds"),
    "sources": _("Documents by source"),
}
"""What stages count, by the key in ``figures``; others stand under their own."""
