"""The console: people who sign in, what they did, what they keep, and the numbers that they look at."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from brightline.store.tables.schema import metadata, one_of

ROLES = ("admin", "lead", "reviewer", "rule_author", "auditor")
"""What a user of the console may be; ``server/console/permissions.py`` says what each may do."""

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=True),
    Column("must_change", Boolean, nullable=False),
    Column("totp_secret", LargeBinary, nullable=True),
    Column("totp_confirmed_at", BigInteger, nullable=True),
    Column("totp_last_step", BigInteger, nullable=False),
    Column("oidc_issuer", Text, nullable=True),
    Column("oidc_subject", Text, nullable=True),
    Column("preferences", Text, nullable=False),
    Column("failed_logins", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("disabled_at", BigInteger, nullable=True),
    Column("last_login_at", BigInteger, nullable=True),
    one_of("role", ROLES),
    CheckConstraint("(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name="oidc_names_both"),
    CheckConstraint("totp_confirmed_at IS NULL OR totp_secret IS NOT NULL", name="totp_has_a_secret"),
    UniqueConstraint("tenant", "name"),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
)
"""People who sign in to the console. ``name`` is case-folded; the password is an argon2id hash, the TOTP secret encrypted."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False, unique=True),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    one_of("stage", ("second_factor", "full")),
    Index(None, "user_id", "created_at"),
    Index(None, "expires_at"),
)
"""Sessions of the console. The cookie's secret itself is nowhere, only its SHA-256."""

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Index(None, "at", "id"),
    Index(None, "kind", "at", "id"),
    Index(None, "actor", "at", "id"),
    Index(None, "subject", "at", "id"),
)
"""What people did: sign-ins, openings of sensitive texts, exports, changes. Each row has an entry in the ledger under its id."""

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("user_id", "name"),
    Index(None, "tenant", "shared"),
)
"""Filters of the list of decisions under a name of their own."""

setting_changes = Table(
    "setting_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Index(None, "tenant", "key", "changed_at"),
)
"""Settings changed in the console: JSON values, append-only, the newest of a key holds; NULL gives the setting back to file and default."""

tallies = Table(
    "tallies",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("dimension", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    one_of("period", ("minute", "hour", "day")),
    CheckConstraint("count > 0", name="count_positive"),
    sqlite_with_rowid=False,
)
"""Decisions counted by ``made_at`` (UTC, start of the period) and one dimension: all, type, rule, goal, door, model, gap (tallies.py)."""

tally_progress = Table(
    "tally_progress",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""Up to which ledger entry (exclusive) the tallies have counted; moved in the transaction that counts."""

traffic = Table(
    "traffic",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("process", Text, primary_key=True),
    Column("amounts", Text, nullable=False),
    one_of("period", ("minute", "quarter", "hour")),
    sqlite_with_rowid=False,
)
"""What each process served in each minute, quarter of an hour and hour: JSON of amounts by label, a row a series (traffic.py)."""
