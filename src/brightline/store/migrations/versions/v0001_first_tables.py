"""The first tables: items, decisions with their findings, the outbox, the ledger and the API keys.

Revision 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Up to 0001."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("rate_per_minute", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("rate_per_minute IS NULL OR rate_per_minute > 0", name=op.f("ck_api_keys_rate_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_tenant_created_at"), "api_keys", ["tenant", "created_at"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("automated", sa.Text(), nullable=False),
        sa.Column("item_kind", sa.Text(), nullable=False),
        sa.Column("item_digest", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("api_key", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("rule_count", sa.Integer(), nullable=False),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column("gap_count", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("automated IN ('full', 'part', 'none')", name=op.f("ck_decisions_automated_known")),
        sa.CheckConstraint("door IN ('gateway', 'api', 'cli', 'python')", name=op.f("ck_decisions_door_known")),
        sa.CheckConstraint("ground <> 'legal' OR rule_count > 0", name=op.f("ck_decisions_legal_names_a_rule")),
        sa.CheckConstraint("ground IN ('legal', 'terms', 'none')", name=op.f("ck_decisions_ground_known")),
        sa.CheckConstraint(
            "item_kind IN ('text', 'image', 'audio', 'video', 'document', 'dialogue', 'listing', 'site', 'account', 'dataset')",
            name=op.f("ck_decisions_item_kind_known"),
        ),
        sa.CheckConstraint("mode IN ('live', 'shadow')", name=op.f("ck_decisions_mode_known")),
        sa.CheckConstraint(
            "outcome = 'allow' OR finding_count > 0 OR gap_count > 0 OR automated = 'none'", name=op.f("ck_decisions_has_a_cause")
        ),
        sa.CheckConstraint(
            "outcome IN ('allow', 'label', 'notice', 'rewrite', 'limit', 'review', 'refuse', 'block')",
            name=op.f("ck_decisions_outcome_known"),
        ),
        sa.CheckConstraint("(salt IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_decisions_salt_until_erased")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("token", name=op.f("uq_decisions_token")),
    )
    op.create_index(
        op.f("ix_decisions_account_made_at_id"),
        "decisions",
        ["account", "made_at", "id"],
        unique=False,
        sqlite_where=sa.text("account <> ''"),
        postgresql_where=sa.text("account <> ''"),
    )
    op.create_index(op.f("ix_decisions_made_at_id_outcome_tenant"), "decisions", ["made_at", "id", "outcome", "tenant"], unique=False)
    op.create_index(
        op.f("ix_decisions_outcome_made_at_id"),
        "decisions",
        ["outcome", "made_at", "id"],
        unique=False,
        sqlite_where=sa.text("outcome <> 'allow'"),
        postgresql_where=sa.text("outcome <> 'allow'"),
    )
    op.create_index(
        op.f("ix_decisions_supersedes"),
        "decisions",
        ["supersedes"],
        unique=False,
        sqlite_where=sa.text("supersedes IS NOT NULL"),
        postgresql_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_table(
        "items",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'image', 'audio', 'video', 'document', 'dialogue', 'listing', 'site', 'account', 'dataset')",
            name=op.f("ck_items_kind_known"),
        ),
        sa.PrimaryKeyConstraint("tenant", "digest", name=op.f("pk_items")),
        sa.UniqueConstraint("id", name=op.f("uq_items_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_checkpoints",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_checkpoints")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_ledger_entries_seq_not_negative")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entries")),
    )
    op.create_index(op.f("ix_ledger_entries_subject"), "ledger_entries", ["subject"], unique=False)
    op.create_table(
        "ledger_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("level >= 1", name=op.f("ck_ledger_nodes_above_the_leaves")),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_ledger_nodes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_pending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_pending")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox_jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("lease_token", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_outbox_jobs_leased_until")),
        sa.CheckConstraint("state IN ('ready', 'leased', 'dead')", name=op.f("ck_outbox_jobs_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_jobs")),
        sa.UniqueConstraint("tenant", "queue", "key", name=op.f("uq_outbox_jobs_tenant_queue_key")),
    )
    op.create_index(
        op.f("ix_outbox_jobs_lease_until"),
        "outbox_jobs",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        op.f("ix_outbox_jobs_queue_priority_run_at"),
        "outbox_jobs",
        ["queue", "priority", "run_at"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "decision_rules",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_rules_decision_id_decisions")),
        sa.PrimaryKeyConstraint("rule_id", "decision_id", name=op.f("pk_decision_rules")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision_types",
        sa.Column("problem_type", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.CheckConstraint("problem_type BETWEEN 1 AND 13", name=op.f("ck_decision_types_problem_type_known")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_types_decision_id_decisions")),
        sa.PrimaryKeyConstraint("problem_type", "decision_id", name=op.f("pk_decision_types")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "findings",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("detector_version", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("problem_types", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("manifest", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "effect IN ('allow', 'label', 'notice', 'rewrite', 'limit', 'review', 'refuse', 'block')", name=op.f("ck_findings_effect_known")
        ),
        sa.CheckConstraint("side IN ('prompt', 'answer', 'post', 'listing')", name=op.f("ck_findings_side_known")),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_findings_score_in_range")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_findings_decision_id_decisions")),
        sa.PrimaryKeyConstraint("decision_id", "position", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_goal_decision_id"), "findings", ["goal", "decision_id"], unique=False)


def downgrade() -> None:
    """Back to an empty database. Everything stored is lost."""
    op.drop_index(op.f("ix_findings_goal_decision_id"), table_name="findings")
    op.drop_table("findings")
    op.drop_table("decision_types")
    op.drop_table("decision_rules")
    op.drop_index(
        op.f("ix_outbox_jobs_queue_priority_run_at"),
        table_name="outbox_jobs",
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.drop_index(
        op.f("ix_outbox_jobs_lease_until"),
        table_name="outbox_jobs",
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.drop_table("outbox_jobs")
    op.drop_table("ledger_pending")
    op.drop_table("ledger_nodes")
    op.drop_index(op.f("ix_ledger_entries_subject"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_checkpoints")
    op.drop_table("items")
    op.drop_index(
        op.f("ix_decisions_supersedes"),
        table_name="decisions",
        sqlite_where=sa.text("supersedes IS NOT NULL"),
        postgresql_where=sa.text("supersedes IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_decisions_outcome_made_at_id"),
        table_name="decisions",
        sqlite_where=sa.text("outcome <> 'allow'"),
        postgresql_where=sa.text("outcome <> 'allow'"),
    )
    op.drop_index(op.f("ix_decisions_made_at_id_outcome_tenant"), table_name="decisions")
    op.drop_index(
        op.f("ix_decisions_account_made_at_id"),
        table_name="decisions",
        sqlite_where=sa.text("account <> ''"),
        postgresql_where=sa.text("account <> ''"),
    )
    op.drop_table("decisions")
    op.drop_index(op.f("ix_api_keys_tenant_created_at"), table_name="api_keys")
    op.drop_table("api_keys")
