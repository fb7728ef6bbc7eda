"""The store: tables, migrations, group commit, and the rows behind ledger, keys and outbox. SQLite or PostgreSQL by one URL."""

from __future__ import annotations

from brightline.store.api_keys import SCOPES, ApiKey, ApiKeys
from brightline.store.audit import AUDIT_KINDS, Audit, AuditEvent
from brightline.store.bookkeeping import Bookkeeping
from brightline.store.dialogues import Dialogues, DialogueState, session_key
from brightline.store.journal import Journal
from brightline.store.ledger_rows import LedgerRows, LedgerTransaction, PendingEvent
from brightline.store.outbox import LeasedJob, Outbox, OutboxJob
from brightline.store.periods import step_for
from brightline.store.reading import Cursor, DecisionFilter
from brightline.store.records import Record, StoredDecision, Unreadable
from brightline.store.searching import Found, Neighbours, News
from brightline.store.sessions import Session, Sessions
from brightline.store.setting_changes import SettingChange, SettingChanges
from brightline.store.store import Store
from brightline.store.tallies import DIMENSIONS, OTHER, Dimension, Series, Tallies, Totals
from brightline.store.traffic import Events, Percentiles, Requests, Traffic, Upstream
from brightline.store.users import ROLES, Secrets, User, Users, user_name
from brightline.store.views import SavedView, SavedViews

__all__ = [
    "AUDIT_KINDS",
    "DIMENSIONS",
    "OTHER",
    "ROLES",
    "SCOPES",
    "ApiKey",
    "ApiKeys",
    "Audit",
    "AuditEvent",
    "Bookkeeping",
    "Cursor",
    "DecisionFilter",
    "DialogueState",
    "Dialogues",
    "Dimension",
    "Events",
    "Found",
    "Journal",
    "LeasedJob",
    "LedgerRows",
    "LedgerTransaction",
    "Neighbours",
    "News",
    "Outbox",
    "OutboxJob",
    "PendingEvent",
    "Percentiles",
    "Record",
    "Requests",
    "SavedView",
    "SavedViews",
    "Secrets",
    "Series",
    "Session",
    "Sessions",
    "SettingChange",
    "SettingChanges",
    "Store",
    "StoredDecision",
    "Tallies",
    "Totals",
    "Traffic",
    "Unreadable",
    "Upstream",
    "User",
    "Users",
    "session_key",
    "step_for",
    "user_name",
]
