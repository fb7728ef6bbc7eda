"""The console: users, sessions, what people did, saved views, changed settings, tallies and traffic; rules, types and goals know the time.

``decision_rules`` and ``decision_types`` are made anew with ``made_at`` inside the key, so that looking up a rule or a type walks
along its decisions in the order of a page; ``decision_goals`` does the same for goals, in place of an index without the time.
The index by time gets the columns that a search looks at, and a smaller twin for what was not simply allowed.
Revision 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Up to 0002."""
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_actor_at_id"), "audit_events", ["actor", "at", "id"], unique=False)
    op.create_index(op.f("ix_audit_events_at_id"), "audit_events", ["at", "id"], unique=False)
    op.create_index(op.f("ix_audit_events_kind_at_id"), "audit_events", ["kind", "at", "id"], unique=False)
    op.create_index(op.f("ix_audit_events_subject_at_id"), "audit_events", ["subject", "at", "id"], unique=False)
    op.create_table(
        "setting_changes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_changes")),
    )
    op.create_index(op.f("ix_setting_changes_tenant_key_changed_at"), "setting_changes", ["tenant", "key", "changed_at"], unique=False)
    op.create_table(
        "tallies",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("period IN ('minute', 'hour', 'day')", name=op.f("ck_tallies_period_known")),
        sa.CheckConstraint("count > 0", name=op.f("ck_tallies_count_positive")),
        sa.PrimaryKeyConstraint("tenant", "period", "dimension", "start", "value", "outcome", name=op.f("pk_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tally_progress")),
    )
    op.create_table(
        "traffic",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.CheckConstraint("period IN ('minute', 'quarter', 'hour')", name=op.f("ck_traffic_period_known")),
        sa.PrimaryKeyConstraint("tenant", "period", "series", "start", "process", name=op.f("pk_traffic")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=False),
        sa.Column("oidc_issuer", sa.Text(), nullable=True),
        sa.Column("oidc_subject", sa.Text(), nullable=True),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("last_login_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'lead', 'reviewer', 'rule_author', 'auditor')", name=op.f("ck_users_role_known")),
        sa.CheckConstraint("(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name=op.f("ck_users_oidc_names_both")),
        sa.CheckConstraint("totp_confirmed_at IS NULL OR totp_secret IS NOT NULL", name=op.f("ck_users_totp_has_a_secret")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name=op.f("uq_users_oidc_issuer_oidc_subject")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_users_tenant_name")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    op.create_index(op.f("ix_saved_views_tenant_shared"), "saved_views", ["tenant", "shared"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.CheckConstraint("stage IN ('second_factor', 'full')", name=op.f("ck_sessions_stage_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_sessions_secret_sha256")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id_created_at"), "sessions", ["user_id", "created_at"], unique=False)
    _rebuild("decision_rules", _rule_columns(), with_time=True)
    _rebuild("decision_types", _type_columns(), with_time=True)
    op.create_table(
        "decision_goals",
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_goals_decision_id_decisions")),
        sa.PrimaryKeyConstraint("goal", "made_at", "decision_id", name=op.f("pk_decision_goals")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO decision_goals (goal, made_at, decision_id, tenant) "
        "SELECT DISTINCT f.goal, d.made_at, f.decision_id, f.tenant FROM findings f JOIN decisions d ON d.id = f.decision_id"
    )
    op.drop_index(op.f("ix_findings_goal_decision_id"), table_name="findings")
    op.drop_index(op.f("ix_decisions_made_at_id_outcome_tenant"), table_name="decisions")
    looked_at = ["made_at", "id", "outcome", "tenant", "door", "mode", "api_key", "gap_count"]
    op.create_index("ix_decisions_by_time", "decisions", looked_at, unique=False)
    op.create_index(
        "ix_decisions_flagged_by_time",
        "decisions",
        looked_at,
        unique=False,
        sqlite_where=sa.text("outcome <> 'allow'"),
        postgresql_where=sa.text("outcome <> 'allow'"),
    )


def downgrade() -> None:
    """Back to 0001."""
    op.drop_index(
        "ix_decisions_flagged_by_time",
        table_name="decisions",
        sqlite_where=sa.text("outcome <> 'allow'"),
        postgresql_where=sa.text("outcome <> 'allow'"),
    )
    op.drop_index("ix_decisions_by_time", table_name="decisions")
    op.create_index(op.f("ix_decisions_made_at_id_outcome_tenant"), "decisions", ["made_at", "id", "outcome", "tenant"], unique=False)
    op.create_index(op.f("ix_findings_goal_decision_id"), "findings", ["goal", "decision_id"], unique=False)
    op.drop_table("decision_goals")
    _rebuild("decision_types", _type_columns(), with_time=False)
    _rebuild("decision_rules", _rule_columns(), with_time=False)

    op.drop_index(op.f("ix_sessions_user_id_created_at"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_saved_views_tenant_shared"), table_name="saved_views")
    op.drop_table("saved_views")
    op.drop_table("users")
    op.drop_table("traffic")
    op.drop_table("tally_progress")
    op.drop_table("tallies")
    op.drop_index(op.f("ix_setting_changes_tenant_key_changed_at"), table_name="setting_changes")
    op.drop_table("setting_changes")
    op.drop_index(op.f("ix_audit_events_subject_at_id"), table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_kind_at_id"), table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_at_id"), table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_actor_at_id"), table_name="audit_events")
    op.drop_table("audit_events")


def _rule_columns() -> list[sa.schema.SchemaItem]:
    return [sa.Column("rule_id", sa.Text(), nullable=False)]


def _type_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("problem_type", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("problem_type BETWEEN 1 AND 13", name=op.f("ck_decision_types_problem_type_known")),
    ]


def _rebuild(table: str, own: list[sa.schema.SchemaItem], *, with_time: bool) -> None:
    """Make ``table`` anew with or without ``made_at`` and carry its rows over."""
    first, *checks = own
    name = "rule_id" if table == "decision_rules" else "problem_type"
    time = [sa.Column("made_at", sa.BigInteger(), autoincrement=False, nullable=False)] if with_time else []
    key = [name, "made_at", "decision_id"] if with_time else [name, "decision_id"]
    # PostgreSQL wants the constraints' names free before the new table takes them.
    op.execute(f"CREATE TABLE {table}_old AS SELECT * FROM {table}")  # noqa: S608 - a name of our own tables
    op.drop_table(table)
    op.create_table(
        table,
        first,
        *time,
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        *checks,
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f(f"fk_{table}_decision_id_decisions")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    if with_time:
        op.execute(
            f"INSERT INTO {table} ({name}, made_at, decision_id, tenant) "  # noqa: S608 - names of our own tables
            f"SELECT o.{name}, d.made_at, o.decision_id, o.tenant FROM {table}_old o JOIN decisions d ON d.id = o.decision_id"
        )
    else:
        op.execute(
            f"INSERT INTO {table} ({name}, decision_id, tenant) SELECT {name}, decision_id, tenant FROM {table}_old"  # noqa: S608
        )
    op.execute(f"DROP TABLE {table}_old")
