"""Decisions on documents: keep, redact, quarantine or drop, each with its rules and a reason in Chinese and English.

A pure policy over what annotators, clusters, the register, complaints and appeals say (``decide_document``), its consequences a table that
operators may replace (``load_policy``). ``task.DecideTask`` applies it to shards and needs the extra ``corpus``; nothing here does.
"""

from __future__ import annotations

from brightline.corpus.deciding.document import Circumstances, Copy, DocumentDecision, Seen, SourceStanding, decide_document
from brightline.corpus.deciding.policy import OUTCOMES, Policy, PolicyRow, load_policy, shipped_policy

__all__ = [
    "OUTCOMES",
    "Circumstances",
    "Copy",
    "DocumentDecision",
    "Policy",
    "PolicyRow",
    "Seen",
    "SourceStanding",
    "decide_document",
    "load_policy",
    "shipped_policy",
]
