"""What was decided and put on record: items, decisions with what people look for in them, the outbox, the ledger, dialogues, clients' keys.

A Decision is stored twice over: its exact canonical bytes in ``body`` (what the ledger commits to), and the few columns by which
people look for it. Rows of ``findings``, ``decision_rules``, ``decision_types`` and ``decision_goals`` exist only where something
was found, so an ``allow`` costs one row here and one in ``ledger_pending``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from brightline.model import Door, Ground, ItemKind, Outcome, Side
from brightline.store.tables.schema import metadata, one_of

items = Table(
    "items",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    one_of("kind", ItemKind),
    sqlite_with_rowid=False,
)
"""Content that was not simply allowed, or was sampled: one row per tenant and digest, however often it comes."""

# Conditions of partial indexes. A query must repeat them word for word for SQLite to use the index (reading.py).
_FLAGGED = text("outcome <> 'allow'")
_NAMES_AN_ACCOUNT = text("account <> ''")
_SUPERSEDES = text("supersedes IS NOT NULL")

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("tenant", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("door", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("automated", Text, nullable=False),
    Column("item_kind", Text, nullable=False),
    Column("item_digest", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("api_key", Text, nullable=False),
    Column("supersedes", Text, nullable=True),
    Column("rule_count", Integer, nullable=False),
    Column("finding_count", Integer, nullable=False),
    Column("gap_count", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=True),
    Column("erased_at", BigInteger, nullable=True),
    one_of("outcome", Outcome),
    one_of("ground", Ground),
    one_of("door", Door),
    one_of("item_kind", ItemKind),
    one_of("mode", ("live", "shadow")),
    one_of("automated", ("full", "part", "none")),
    # review-ledger-console.md, section 2: a clause, and a finding or a human reason, behind everything that is not simply allowed.
    CheckConstraint("outcome = 'allow' OR finding_count > 0 OR gap_count > 0 OR automated = 'none'", name="has_a_cause"),
    CheckConstraint("ground <> 'legal' OR rule_count > 0", name="legal_names_a_rule"),
    CheckConstraint("(salt IS NULL) = (erased_at IS NOT NULL)", name="salt_until_erased"),
    # A search goes along one of the first two and holds the other columns against the filter without reading a row: rows are long
    # (searching.py). They only ever grow at their end, so the width costs a write little. No ``model``: clients choose its length.
    Index("ix_decisions_by_time", "made_at", "id", "outcome", "tenant", "door", "mode", "api_key", "gap_count"),
    Index(
        "ix_decisions_flagged_by_time",
        *("made_at", "id", "outcome", "tenant", "door", "mode", "api_key", "gap_count"),
        sqlite_where=_FLAGGED,
        postgresql_where=_FLAGGED,
    ),
    Index(None, "outcome", "made_at", "id", sqlite_where=_FLAGGED, postgresql_where=_FLAGGED),
    Index(None, "account", "made_at", "id", sqlite_where=_NAMES_AN_ACCOUNT, postgresql_where=_NAMES_AN_ACCOUNT),
    Index(None, "supersedes", sqlite_where=_SUPERSEDES, postgresql_where=_SUPERSEDES),
)
"""What followed. Append-only: the one permitted change is an erasure (``salt`` to NULL, ``body`` without texts)."""

findings = Table(
    "findings",
    metadata,
    Column("decision_id", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("detector", Text, nullable=False),
    Column("detector_version", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("problem_types", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("manifest", Boolean, nullable=False),
    one_of("effect", Outcome),
    one_of("side", Side),
    CheckConstraint("score >= 0 AND score <= 1", name="score_in_range"),
)
"""What was seen, without its text (that stays in the decision's ``body``). ``rules`` and ``problem_types`` are space-separated."""

decision_rules = Table(
    "decision_rules",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("made_at", BigInteger, primary_key=True, autoincrement=False),
    Column("decision_id", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("tenant", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The rules that carry a decision's outcome, for looking decisions up by rule. The key is the order of a page, newest last."""

decision_types = Table(
    "decision_types",
    metadata,
    Column("problem_type", SmallInteger, primary_key=True, autoincrement=False),
    Column("made_at", BigInteger, primary_key=True, autoincrement=False),
    Column("decision_id", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("tenant", Text, nullable=False),
    CheckConstraint("problem_type BETWEEN 1 AND 13", name="problem_type_known"),
    sqlite_with_rowid=False,
)
"""The campaign's problem types (1 to 13) that a decision's findings belong to."""

decision_goals = Table(
    "decision_goals",
    metadata,
    Column("goal", Text, primary_key=True),
    Column("made_at", BigInteger, primary_key=True, autoincrement=False),
    Column("decision_id", Text, ForeignKey("decisions.id"), primary_key=True),
    Column("tenant", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The goals that a decision's findings met."""

outbox_jobs = Table(
    "outbox_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("run_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("lease_until", BigInteger, nullable=True),
    Column("lease_token", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    one_of("state", ("ready", "leased", "dead")),
    CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="leased_until"),
    UniqueConstraint("tenant", "queue", "key"),
    Index(None, "queue", "priority", "run_at", sqlite_where=text("state = 'ready'"), postgresql_where=text("state = 'ready'")),
    Index(None, "lease_until", sqlite_where=text("state = 'leased'"), postgresql_where=text("state = 'leased'")),
)
"""Work that must follow a commit (webhooks, mail). A finished job's row is deleted, so the table stays small."""

ledger_pending = Table(
    "ledger_pending",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("ts", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("commitment", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Events that the sequencer has not yet given a place in the tree; written in the transaction of the event itself."""

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False, index=True),
    Column("entry", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    CheckConstraint("seq >= 0", name="seq_not_negative"),
)
"""The log: gapless ``seq``, the entry's canonical bytes (tenant inside) and its RFC 9162 leaf hash."""

ledger_nodes = Table(
    "ledger_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("level >= 1", name="above_the_leaves"),
    sqlite_with_rowid=False,
)
"""Hashes of complete subtrees, level 1 upwards; level 0 is ``ledger_entries.leaf_hash``."""

ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("saved_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)
"""Signed heads, one per tree size."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("rate_per_minute", Integer, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=True),
    Column("revoked_at", BigInteger, nullable=True),
    Column("last_used_at", BigInteger, nullable=True),
    CheckConstraint("rate_per_minute IS NULL OR rate_per_minute > 0", name="rate_positive"),
    Index(None, "tenant", "created_at"),
)
"""Keys of clients. The secret itself is nowhere: only its SHA-256 (256 random bits need no slow hash)."""

dialogues = Table(
    "dialogues",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)
"""Dialogues that go on over several requests: what may still become evidence, until it expires (dialogues.py)."""
