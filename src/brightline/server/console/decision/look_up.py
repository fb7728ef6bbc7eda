"""From what a person has in hand to a decision: its id, the link or token of its statement, or the text of a proof.

A decision of another tenant is as unknown as one that never was; nothing in the answer tells the two apart.
"""

from __future__ import annotations

import json
import re

from brightline.service import Service
from brightline.store import StoredDecision

__all__ = ["MOST_PASTED_BYTES", "decision_of", "named_in"]

MOST_PASTED_BYTES = 4 * 1024 * 1024  # a proof with sampled texts; pasted ones have an excerpt or two

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LINK = re.compile(r"(?:^|/)d/([A-Za-z0-9_-]{16,64})(?:/proof\.json)?/?(?:[?#].*)?$", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


def decision_of(service: Service, decision_id: str, tenant: str) -> StoredDecision | None:
    """The decision of that id, if it is this tenant's. Raises ``StoreError``."""
    if not _ID.fullmatch(decision_id):
        return None
    return _own(service.decision(decision_id), tenant)


def named_in(service: Service, pasted: str, tenant: str) -> StoredDecision | None:
    """The decision that a pasted id, statement link, token or proof is about. Raises ``StoreError``."""
    text = pasted.strip()
    if text.startswith("{"):
        return decision_of(service, _id_in_proof(text), tenant)
    found = _ID.search(text.lower())
    if found:
        return decision_of(service, found.group(), tenant)
    link = _LINK.search(text)
    token = link[1] if link else text
    return _own(service.decision_by_token(token), tenant) if _TOKEN.fullmatch(token) else None


def _own(stored: StoredDecision | None, tenant: str) -> StoredDecision | None:
    return stored if stored is not None and stored.decision.tenant == tenant else None


def _id_in_proof(text: str) -> str:
    try:
        decision_id = json.loads(text)["decision"]["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return decision_id if isinstance(decision_id, str) else ""
