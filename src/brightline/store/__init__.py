"""The store: tables, migrations, group commit, and the rows behind ledger, keys and outbox. SQLite or PostgreSQL by one URL."""

from __future__ import annotations

from brightline.store.api_keys import SCOPES, ApiKey, ApiKeys
from brightline.store.journal import Journal
from brightline.store.ledger_rows import LedgerRows, LedgerTransaction, PendingEvent
from brightline.store.outbox import LeasedJob, Outbox, OutboxJob
from brightline.store.reading import Cursor, DecisionFilter
from brightline.store.records import Record, StoredDecision
from brightline.store.store import Store

__all__ = [
    "SCOPES",
    "ApiKey",
    "ApiKeys",
    "Cursor",
    "DecisionFilter",
    "Journal",
    "LeasedJob",
    "LedgerRows",
    "LedgerTransaction",
    "Outbox",
    "OutboxJob",
    "PendingEvent",
    "Record",
    "Store",
    "StoredDecision",
]
