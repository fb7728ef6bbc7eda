"""The words for what stands in the log: kinds of entries, what can be wrong with a log, and what to do about it."""

from __future__ import annotations

from brightline.server.face import msgid as _

__all__ = ["ADVICE", "FINDINGS", "KINDS", "subject_link"]

KINDS = {
    "decision": _("Decision recorded"),
    "erasure": _("Texts of a decision erased"),
    "corpus.appeal_closed": _("Appeal against a corpus decision decided"),
    "corpus.appeal_opened": _("Corpus decision contested"),
    "corpus.complaint_closed": _("Complaint about training data decided"),
    "corpus.complaint_erased": _("Personal data of a complainant erased"),
    "corpus.complaint_received": _("Complaint about training data received"),
    "corpus.report_signed": _("Corpus report put on record"),
    "corpus.run_begun": _("Inspection of a corpus begun"),
    "corpus.run_ended": _("Inspection of a corpus ended"),
    "corpus.sample_closed": _("Sample of a corpus closed"),
    "corpus.sample_drawn": _("Sample of a corpus drawn"),
    "corpus.schedule_changed": _("Schedule of inspections changed"),
    "corpus.seed_committed": _("Seed of a sample committed to"),
    "corpus.source_changed": _("Source of training data changed"),
    "corpus.staff_changed": _("Annotation staff or rules changed"),
    "corpus.text_opened": _("Text of a corpus opened"),
    "decision.opened": _("Sensitive text opened"),
    "decision.replayed": _("Decision replayed"),
    "decisions.exported": _("Decisions exported"),
    "key.created": _("Key created"),
    "key.revoked": _("Key revoked"),
    "key.rotated": _("Key rotated"),
    "label.copies_exported": _("Log of copies without a visible label exported"),
    "label.copy_given": _("Copy without a visible label given out"),
    "label.forgotten": _("Fingerprints of an answer deleted"),
    "ledger.exported": _("Ledger exported"),
    "ledger.verified": _("Ledger verified"),
    "password.changed": _("Password changed"),
    "rule.example": _("Text noted as example of a rule"),
    "rules.reloaded": _("Rules read anew"),
    "session.closed": _("Signed out"),
    "session.opened": _("Signed in"),
    "session.refused": _("Sign-in refused"),
    "setting.changed": _("Setting changed"),
    "totp.changed": _("Second factor changed"),
    "user.changed": _("User changed"),
    "user.created": _("User created"),
    "user.disabled": _("User disabled"),
    "view.deleted": _("View deleted"),
    "view.saved": _("View saved"),
}
"""What an entry is about, by its kind."""

FINDINGS = {
    "leaf": _("Entry %(first)s or its stored hash was changed after it was logged."),
    "node": _("A stored hash over the entries %(first)s to %(last)s is not what they give."),
    "entry": _("Entry %(first)s is not what the sequencer writes."),
    "gap": _("Entry %(first)s was deleted."),
    "extra": _("The entries %(first)s to %(last)s stand behind every signed head: no sequencer put them there."),
    "payload": _("What is stored today for entry %(first)s is not what was logged."),
    "head": _("The log does not continue a head that was signed (entries %(first)s to %(last)s)."),
}
"""What a verification found, by the kind of the problem; entries count from one."""

ADVICE = {
    "BL-LEDGER-008": _(
        "The file with the last signed head is gone. Restore it, or put any checkpoint of this log in its place that was kept elsewhere."
    ),
    "BL-LEDGER-009": _("The database is older than the last signed head: it was rolled back. Restore the newest database."),
    "BL-LEDGER-010": _(
        "The stored history is not the signed one. Run a verification: it names the entries. Then restore a database that verifies."
    ),
    "BL-LEDGER-011": _("Stored hashes are missing. Run a verification: it names the entries. Then restore a database that verifies."),
    "BL-LEDGER-013": _("An event that waits cannot become an entry. The log of the service names it."),
    "BL-LEDGER-017": _(
        "The file with the last signed head is damaged, or another key signed it. Restore it, or put a kept checkpoint in its place."
    ),
}
"""What to do, by the code of what is wrong with the log."""

_PLACES = {
    "decision": "/console/decisions/%s",
    "erasure": "/console/decisions/%s",
    "decision.opened": "/console/decisions/%s",
    "decision.replayed": "/console/decisions/%s",
    "key.created": "/console/keys/%s",
    "key.revoked": "/console/keys/%s",
    "key.rotated": "/console/keys/%s",
    "label.forgotten": "/console/decisions/%s",
    "ledger.verified": "/console/ledger/verification",
    "password.changed": "/console/users/%s",
    "session.closed": "/console/users/%s",
    "session.opened": "/console/users/%s",
    "totp.changed": "/console/users/%s",
    "user.changed": "/console/users/%s",
    "user.created": "/console/users/%s",
    "user.disabled": "/console/users/%s",
}


def subject_link(kind: str, subject: str) -> str:
    """The page of what an event is about; empty where there is none, or nobody in particular."""
    place = _PLACES.get(kind, "")
    if "%s" not in place:
        return place
    return place % subject if subject.replace("-", "").isalnum() and subject.isascii() else ""
