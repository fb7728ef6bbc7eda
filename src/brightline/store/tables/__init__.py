"""The tables, as SQLAlchemy Core constructs. ``migrations/`` builds the same ones; a test holds the two against each other.

Times are UTC integer microseconds, ids UUIDv7 text, booleans real booleans.
"""

from brightline.store.tables.console import (
    ROLES,
    audit_events,
    saved_views,
    sessions,
    setting_changes,
    tallies,
    tally_progress,
    traffic,
    users,
)
from brightline.store.tables.record import (
    api_keys,
    decision_goals,
    decision_rules,
    decision_types,
    decisions,
    dialogues,
    findings,
    items,
    ledger_checkpoints,
    ledger_entries,
    ledger_nodes,
    ledger_pending,
    outbox_jobs,
)
from brightline.store.tables.schema import metadata

__all__ = [
    "ROLES",
    "api_keys",
    "audit_events",
    "decision_goals",
    "decision_rules",
    "decision_types",
    "decisions",
    "dialogues",
    "findings",
    "items",
    "ledger_checkpoints",
    "ledger_entries",
    "ledger_nodes",
    "ledger_pending",
    "metadata",
    "outbox_jobs",
    "saved_views",
    "sessions",
    "setting_changes",
    "tallies",
    "tally_progress",
    "traffic",
    "users",
]
