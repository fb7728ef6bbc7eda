"""The store: tables, migrations, group commit, and the rows behind ledger, keys and outbox. SQLite or PostgreSQL by one URL."""

from __future__ import annotations

from brightline.store.api_keys import SCOPES, ApiKey, ApiKeys
from brightline.store.audit import AUDIT_KINDS, Audit, AuditEvent
from brightline.store.bookkeeping import Bookkeeping
from brightline.store.corpus_appeals import CorpusAppeal, CorpusAppeals
from brightline.store.corpus_complaints import CorpusComplaints, StoredComplaint
from brightline.store.corpus_reports import CorpusReport, CorpusReports, CorpusSignature
from brightline.store.corpus_review_figures import ReviewerTally, ReviewFigures
from brightline.store.corpus_reviews import CorpusReviews, StoredReview
from brightline.store.corpus_runs import CorpusRun, CorpusRuns, CorpusShard, RunManifest
from brightline.store.corpus_samples import CorpusSamples, NewItem, SampleItem, StoredSample
from brightline.store.corpus_schedules import CorpusSchedules, StoredSchedule
from brightline.store.corpus_sources import CorpusSources, NewRevision, SourceRevision
from brightline.store.corpus_staff import CorpusStaff, StaffRevision
from brightline.store.dialogues import Dialogues, DialogueState, session_key
from brightline.store.journal import Journal
from brightline.store.labelled_files import LabelledFile, LabelledFiles
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
from brightline.store.text_fingerprints import FingerprintMatch, NewFingerprint, TextFingerprints
from brightline.store.traffic import Events, Percentiles, Requests, Traffic, Upstream
from brightline.store.unlabelled_copies import SHORTEST_KEPT_DAYS, UnlabelledCopies, UnlabelledCopy
from brightline.store.users import ROLES, Secrets, User, Users, user_name
from brightline.store.views import SavedView, SavedViews

__all__ = [
    "AUDIT_KINDS",
    "DIMENSIONS",
    "OTHER",
    "ROLES",
    "SCOPES",
    "SHORTEST_KEPT_DAYS",
    "ApiKey",
    "ApiKeys",
    "Audit",
    "AuditEvent",
    "Bookkeeping",
    "CorpusAppeal",
    "CorpusAppeals",
    "CorpusComplaints",
    "CorpusReport",
    "CorpusReports",
    "CorpusReviews",
    "CorpusRun",
    "CorpusRuns",
    "CorpusSamples",
    "CorpusSchedules",
    "CorpusShard",
    "CorpusSignature",
    "CorpusSources",
    "CorpusStaff",
    "Cursor",
    "DecisionFilter",
    "DialogueState",
    "Dialogues",
    "Dimension",
    "Events",
    "FingerprintMatch",
    "Found",
    "Journal",
    "LabelledFile",
    "LabelledFiles",
    "LeasedJob",
    "LedgerRows",
    "LedgerTransaction",
    "Neighbours",
    "NewFingerprint",
    "NewItem",
    "NewRevision",
    "News",
    "Outbox",
    "OutboxJob",
    "PendingEvent",
    "Percentiles",
    "Record",
    "Requests",
    "ReviewFigures",
    "ReviewerTally",
    "RunManifest",
    "SampleItem",
    "SavedView",
    "SavedViews",
    "Secrets",
    "Series",
    "Session",
    "Sessions",
    "SettingChange",
    "SettingChanges",
    "SourceRevision",
    "StaffRevision",
    "Store",
    "StoredComplaint",
    "StoredDecision",
    "StoredReview",
    "StoredSample",
    "StoredSchedule",
    "Tallies",
    "TextFingerprints",
    "Totals",
    "Traffic",
    "UnlabelledCopies",
    "UnlabelledCopy",
    "Unreadable",
    "Upstream",
    "User",
    "Users",
    "session_key",
    "step_for",
    "user_name",
]
