"""A Decision on its way into the tables, and on its way out.

The rows are plain tuples in the order of the table's columns, because thousands a second pass here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import orjson
import uuid_utils

from brightline.documents import decision_from_document
from brightline.errors import StoreError
from brightline.model import Decision, Door, Ground, ItemKind, Outcome
from brightline.store import tables
from brightline.store.bulk import Addition

__all__ = ["PENDING_COLUMNS", "Record", "StoredDecision", "Unreadable", "additions_of", "column_text", "stored_decision"]

LEDGER_KIND = "decision"
"""``kind`` of the ledger entry that every stored Decision gets; its subject is the decision's id."""


PENDING_COLUMNS = ("ts", "kind", "tenant", "actor", "subject", "commitment")


class Record(NamedTuple):
    """A Decision with its canonical document, the salt of its commitment, and the commitment (hex) for the ledger."""

    decision: Decision
    body: bytes
    salt: bytes
    commitment: str


class StoredDecision(NamedTuple):
    """A Decision as it is on disk. ``seq`` is its place in the ledger, None while pending.

    After an erasure ``salt`` is None, ``erased_at`` is set (UTC microseconds) and the texts are gone from ``decision`` and ``body``.
    """

    decision: Decision
    body: bytes
    salt: bytes | None
    seq: int | None
    erased_at: int | None = None


class Unreadable(NamedTuple):
    """A stored decision whose document is damaged: what its columns still say, so that whoever goes through many is not stopped by one.

    ``made_at`` and ``erased_at`` are UTC microseconds, ``seq`` as in ``StoredDecision``. Its rules and findings were in the document.
    """

    id: str
    tenant: str
    made_at: int
    outcome: Outcome
    ground: Ground
    door: Door
    item_kind: ItemKind
    mode: str
    automated: str
    model: str
    account: str
    api_key: str
    supersedes: str | None
    erased_at: int | None
    seq: int | None


class _Rows(NamedTuple):
    """What a batch of Records adds to each table."""

    decisions: list[tuple[object, ...]]
    pending: list[tuple[object, ...]]
    items: list[tuple[object, ...]]
    findings: list[tuple[object, ...]]
    rules: list[tuple[object, ...]]
    types: list[tuple[object, ...]]
    goals: list[tuple[object, ...]]


def additions_of(records: Iterable[Record]) -> list[Addition]:
    """The rows for some Records. Raises ``StoreError`` BL-STORE-006 for a Decision that breaks an invariant."""
    rows = _Rows([], [], [], [], [], [], [])
    for record in records:
        decision = record.decision
        if decision.outcome is not Outcome.ALLOW or decision.findings:
            _add_details(rows, decision)
        if decision.outcome is not Outcome.ALLOW or decision.texts:
            rows.items.append((decision.tenant, decision.item_digest, str(uuid_utils.uuid7()), decision.item_kind.value, decision.made_at))
        rows.decisions.append(_decision_row(record))
        rows.pending.append((decision.made_at, LEDGER_KIND, decision.tenant, decision.api_key, decision.id, record.commitment))
    return [
        Addition(tables.decisions, rows.decisions, _DECISIONS),
        Addition(tables.ledger_pending, rows.pending, PENDING_COLUMNS),
        Addition(tables.items, rows.items, ("tenant", "digest", "id", "kind", "first_seen_at"), keep_existing=True),
        Addition(tables.findings, rows.findings, _FINDINGS),
        Addition(tables.decision_rules, rows.rules, ("rule_id", "made_at", "decision_id", "tenant")),
        Addition(tables.decision_types, rows.types, ("problem_type", "made_at", "decision_id", "tenant")),
        Addition(tables.decision_goals, rows.goals, ("goal", "made_at", "decision_id", "tenant")),
    ]


_DECISIONS = tuple(tables.decisions.columns.keys())
_FINDINGS = tuple(tables.findings.columns.keys())


def _decision_row(record: Record) -> tuple[object, ...]:
    decision = record.decision
    model = decision.request.get("model", "")
    return (
        decision.id,
        decision.token,
        decision.tenant,
        decision.made_at,
        decision.door.value,
        decision.mode,
        decision.automated,
        decision.item_kind.value,
        decision.item_digest,
        decision.outcome.value,
        decision.ground.value,
        column_text(model) if isinstance(model, str) else "",
        column_text(decision.account),
        decision.api_key,
        decision.supersedes,
        len(decision.rules),
        len(decision.findings),
        len(decision.not_inspected),
        record.body,
        record.salt,
        None,
    )


def _add_details(rows: _Rows, decision: Decision) -> None:
    has_a_cause = decision.findings or decision.not_inspected or decision.automated == "none"
    if decision.outcome is not Outcome.ALLOW and not has_a_cause:
        raise StoreError(
            "BL-STORE-006",
            f"decision {decision.id} is {decision.outcome} without a finding, a gap or a human reason",
            "every outcome but allow needs its evidence",
        )
    tenant = decision.tenant
    types: set[int] = set()
    for position, finding in enumerate(decision.findings):
        types.update(finding.problem_types)
        rows.findings.append(
            (
                decision.id,
                position,
                tenant,
                finding.detector,
                finding.detector_version,
                finding.goal,
                " ".join(finding.rules),
                " ".join(map(str, finding.problem_types)),
                column_text(finding.part),
                finding.side.value,
                finding.lane,
                finding.effect.value,
                finding.score,
                finding.manifest,
            )
        )
    rows.rules.extend((rule, decision.made_at, decision.id, tenant) for rule in dict.fromkeys(decision.rules))
    rows.types.extend((number, decision.made_at, decision.id, tenant) for number in sorted(types))
    goals = dict.fromkeys(finding.goal for finding in decision.findings)
    rows.goals.extend((goal, decision.made_at, decision.id, tenant) for goal in goals)


def column_text(text: str) -> str:
    """``text`` as a column can hold it: PostgreSQL has no NUL in text, and no database takes lone surrogates."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def stored_decision(body: bytes, salt: bytes | None, erased_at: int | None, seq: int | None) -> StoredDecision:
    """Read a row back. Raises ``StoreError`` BL-STORE-007 if the body is no decision document."""
    try:
        decision = decision_from_document(orjson.loads(body))
        _look_over(decision)
        return StoredDecision(decision, bytes(body), None if salt is None else bytes(salt), seq, erased_at)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        hint = "run `brightline db check`, then restore a backup in which this row is whole"
        raise StoreError("BL-STORE-007", f"a stored decision cannot be read: {problem!r}", hint) from problem


def _look_over(decision: Decision) -> None:
    """Raise ``TypeError`` where a document has the right names and the wrong kinds of values: its readers count on the kinds."""
    texts = (decision.id, decision.token, decision.tenant, decision.account, decision.reason_zh, decision.reason_en, *decision.rules)
    tables_of = (decision.request, decision.texts, decision.versions)
    for finding in decision.findings:
        texts += (finding.goal, finding.excerpt, *finding.rules, *finding.evidence, *finding.normalised)
        if not all(type(number) is int for number in finding.problem_types):
            raise TypeError("a problem type is no number")
    if not all(isinstance(each, str) for each in texts) or not all(isinstance(each, dict) for each in tables_of):
        raise TypeError("a value is of another kind than it should be")
    if type(decision.made_at) is not int:
        raise TypeError("the time is no number")
