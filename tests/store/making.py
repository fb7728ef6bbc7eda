"""Decisions for the store's tests."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from datetime import date
from typing import Any

import uuid_utils

from brightline.documents import canonical_json, decision_to_document
from brightline.model import Context, Decision, Door, Finding, Ground, ItemKind, Outcome, Side, Span
from brightline.store import Record

_clock = itertools.count(1_790_000_000_000_000)


def decision(**changes: Any) -> Decision:
    """An ``allow`` through the gateway, with ``changes``; each one a microsecond later than the one before."""
    values: dict[str, Any] = {
        "id": str(uuid_utils.uuid7()),
        "token": uuid_utils.uuid4().hex,
        "tenant": "default",
        "made_at": next(_clock),
        "door": Door.GATEWAY,
        "item_kind": ItemKind.DIALOGUE,
        "item_digest": hashlib.sha256(b"text").hexdigest(),
        "outcome": Outcome.ALLOW,
        "ground": Ground.NONE,
        "rules": (),
        "findings": (),
        "not_inspected": (),
        "reason_zh": "未发现问题。",
        "reason_en": "Nothing was found.",
        "context": Context(on=date(2026, 11, 22), door=Door.GATEWAY),
        "versions": {"brightline": "0.1.0", "rulebook": "0" * 16, "text": "1"},
        "api_key": "0011223344556677",
        "request": {"model": "sandbox", "endpoint": "/v1/chat/completions", "stream": False, "status": 200},
    }
    return Decision(**(values | changes))


def finding(**changes: Any) -> Finding:
    """A gambling advert in an answer, with ``changes``."""
    values: dict[str, Any] = {
        "detector": "text",
        "detector_version": "1",
        "goal": "gambling.promotion",
        "rules": ("PSA-82", "CSL-49"),
        "problem_types": (9, 12),
        "effect": Outcome.REFUSE,
        "part": "choices[0].message.content",
        "side": Side.ANSWER,
        "lane": "base",
        "spans": (Span(3, 6), Span(9, 11)),
        "evidence": ("百家乐", "上分"),
        "normalised": ("百家乐", "上分"),
        "excerpt": "来玩百家乐，加微信上分",
        "excerpt_start": 1,
    }
    return Finding(**(values | changes))


def refusal(**changes: Any) -> Decision:
    """A refused answer with one finding, with ``changes``."""
    values: dict[str, Any] = {
        "outcome": Outcome.REFUSE,
        "ground": Ground.LEGAL,
        "rules": ("PSA-82", "CSL-49"),
        "findings": (finding(),),
        "reason_zh": "涉及赌博推广。",
        "reason_en": "Promotes gambling.",
        "account": "user-1",
        "item_digest": hashlib.sha256("来玩百家乐，加微信上分".encode()).hexdigest(),
    }
    return decision(**(values | changes))


def record(made: Decision | None = None) -> Record:
    """The Record of a decision (default: an ``allow``)."""
    made = made or decision()
    body = canonical_json(decision_to_document(made))
    salt = hashlib.sha256(made.id.encode()).digest()
    return Record(made, body, salt, hmac.new(salt, body, hashlib.sha256).hexdigest())
