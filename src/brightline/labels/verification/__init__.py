"""Verification: what one file says of being generated, what can be proved of it, and what a platform shows for it.

    from brightline.labels.verification import verify

    answer = verify("picture.png")
    answer.state, answer.presence, answer.integrity, answer.compliance
    answer.notice_zh, answer.articles, answer.defects, answer.gaps
    answer.to_document()

docs/label-verification.md has the table of states, the checks and the traces.
"""

from brightline.labels.verification.check_catalogue import Check, CheckResult, Evidence, catalogue
from brightline.labels.verification.examined import OwnRecord, ProvenanceSeen, Skipped
from brightline.labels.verification.hearing import FindRhythm
from brightline.labels.verification.provenance import ReadProvenance
from brightline.labels.verification.traces import Trace
from brightline.labels.verification.verdict import Compliance, Ground, GroundKind, Integrity, Presence, State
from brightline.labels.verification.verification import Article, Verification
from brightline.labels.verification.verifying import FindFingerprint, FindWatermark, verify
from brightline.labels.verification.visible import TextBox, VisibleLabel

__all__ = [
    "Article",
    "Check",
    "CheckResult",
    "Compliance",
    "Evidence",
    "FindFingerprint",
    "FindRhythm",
    "FindWatermark",
    "Ground",
    "GroundKind",
    "Integrity",
    "OwnRecord",
    "Presence",
    "ProvenanceSeen",
    "ReadProvenance",
    "Skipped",
    "State",
    "TextBox",
    "Trace",
    "Verification",
    "VisibleLabel",
    "catalogue",
    "verify",
]
