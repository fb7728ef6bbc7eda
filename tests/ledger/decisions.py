"""A decision with every kind of character and number that a document may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from brightline.documents import canonical_json, decision_to_document
from brightline.ledger import commit, new_salt
from brightline.model import Context, Decision, Door, Finding, Ground, ItemKind, NotInspected, Outcome, Side, Span
from brightline.store import Record

FINDING = Finding(
    detector="goals",
    detector_version="1",
    goal="gambling.promotion",
    rules=("PSA-82",),
    problem_types=(9,),
    effect=Outcome.REFUSE,
    part="messages[0].content",
    side=Side.PROMPT,
    lane="base",
    spans=(Span(0, 3),),
    evidence=("百家乐",),
    score=0.9375,
    excerpt='百家乐\u2028\u0001\x7f"\\/𝄞',
)
DECISION = Decision(
    id="019a0000-0000-7000-8000-000000000001",
    token="token",
    tenant="default",
    made_at=1_764_000_000_123_456,
    door=Door.GATEWAY,
    item_kind=ItemKind.DIALOGUE,
    item_digest="ab" * 32,
    outcome=Outcome.REFUSE,
    ground=Ground.LEGAL,
    rules=("PSA-82",),
    findings=(FINDING,),
    not_inspected=(NotInspected("messages[1].content", "goals", "too long"),),
    reason_zh="依据《中华人民共和国治安管理处罚法》",
    reason_en="Public Security Administration Punishments Law",
    context=Context(on=date(2026, 11, 22), door=Door.GATEWAY),
    versions={"rulebook": "1"},
    request={"stream": False, "status": 200},
)


def record(number: int) -> Record:
    decision = replace(DECISION, id=f"019a0000-0000-7000-8000-{number:012}", token=f"token-{number}")
    body, salt = canonical_json(decision_to_document(decision)), new_salt()
    return Record(decision, body, salt, commit(salt, body))


def id_of(number: int) -> str:
    return f"019a0000-0000-7000-8000-{number:012}"
