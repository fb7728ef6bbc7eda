"""What is left of a decision's document after an erasure under the Personal Information Protection Law, Art. 47.

Gone: whole texts, evidence, its normalised forms, excerpts, the end user's account, the digest of the text (a short text
could be guessed from it), and everything of the request but model, endpoint, stream and status. Left: who decided what,
when, by which rules and goals, at which positions, with which versions, and the reasons.
"""

from __future__ import annotations

from dataclasses import replace

from brightline.documents import canonical_json, decision_to_document
from brightline.model import Decision

__all__ = ["erased_document"]

_REQUEST_KEYS = ("model", "endpoint", "stream", "status")


def erased_document(decision: Decision) -> bytes:
    """The canonical document of ``decision`` without what it holds of a person."""
    bare = replace(
        decision,
        account="",
        item_digest="",
        texts={},
        request={key: value for key, value in decision.request.items() if key in _REQUEST_KEYS},
        findings=tuple(
            replace(finding, evidence=("",) * len(finding.evidence), normalised=(), excerpt="", excerpt_start=0)
            for finding in decision.findings
        ),
    )
    # The document leaves empty fields out, but a Decision cannot be read back without its digest.
    return canonical_json(decision_to_document(bare) | {"item_digest": ""})
