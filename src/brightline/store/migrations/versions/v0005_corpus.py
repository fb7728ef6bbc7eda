"""Training data: sources, complaints, runs and shards, samples and reviews, staff, schedules, appeals, reports.

Revision 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXT, _NUMBER = sa.Text, sa.BigInteger


def upgrade() -> None:
    """Up to 0005."""
    op.create_table(
        "corpus_complaints",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("source", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("closed_at", _NUMBER(), nullable=True),
        sa.Column("closed_by", _TEXT(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'upheld', 'rejected')", name=op.f("ck_corpus_complaints_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_complaints")),
    )
    op.create_index(op.f("ix_corpus_complaints_tenant_source"), "corpus_complaints", ["tenant", "source"], unique=False)
    op.create_index(op.f("ix_corpus_complaints_tenant_status_made_at"), "corpus_complaints", ["tenant", "status", "made_at"], unique=False)
    op.create_table(
        "corpus_runs",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("corpus", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("workspace", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("stage", _TEXT(), nullable=False),
        sa.Column("beat_at", _NUMBER(), nullable=False),
        sa.Column("ended_at", _NUMBER(), nullable=True),
        sa.Column("versions", _TEXT(), nullable=False),
        sa.Column("plan", _TEXT(), nullable=False),
        sa.Column("figures", _TEXT(), nullable=False),
        sa.CheckConstraint("status IN ('running', 'interrupted', 'done', 'failed')", name=op.f("ck_corpus_runs_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_runs")),
    )
    op.create_index(op.f("ix_corpus_runs_tenant_corpus_made_at"), "corpus_runs", ["tenant", "corpus", "made_at"], unique=False)
    op.create_index(op.f("ix_corpus_runs_tenant_made_at"), "corpus_runs", ["tenant", "made_at"], unique=False)
    op.create_table(
        "corpus_schedules",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("corpus", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("due_at", _NUMBER(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_schedules")),
        sa.UniqueConstraint("tenant", "corpus", name=op.f("uq_corpus_schedules_tenant_corpus")),
    )
    op.create_index(op.f("ix_corpus_schedules_tenant_due_at"), "corpus_schedules", ["tenant", "due_at"], unique=False)
    op.create_table(
        "corpus_sources",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("source", _TEXT(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.CheckConstraint(
            "status IN ('proposed', 'approved', 'suspended', 'blacklisted', 'retired')", name=op.f("ck_corpus_sources_status_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_sources")),
        sa.UniqueConstraint("tenant", "source", "revision", name=op.f("uq_corpus_sources_tenant_source_revision")),
    )
    op.create_index(op.f("ix_corpus_sources_tenant_status"), "corpus_sources", ["tenant", "status"], unique=False)
    op.create_table(
        "corpus_staff",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("person", _TEXT(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_staff")),
        sa.UniqueConstraint("tenant", "person", "revision", name=op.f("uq_corpus_staff_tenant_person_revision")),
    )
    op.create_table(
        "corpus_appeals",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("run", _TEXT(), nullable=False),
        sa.Column("doc_id", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("decided_at", _NUMBER(), nullable=True),
        sa.Column("decided_by", _TEXT(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'restored', 'upheld')", name=op.f("ck_corpus_appeals_status_known")),
        sa.ForeignKeyConstraint(["run"], ["corpus_runs.id"], name=op.f("fk_corpus_appeals_run_corpus_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_appeals")),
    )
    op.create_index(op.f("ix_corpus_appeals_run_doc_id"), "corpus_appeals", ["run", "doc_id"], unique=False)
    op.create_index(op.f("ix_corpus_appeals_tenant_status_made_at"), "corpus_appeals", ["tenant", "status", "made_at"], unique=False)
    op.create_table(
        "corpus_reports",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("run", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("digest", _TEXT(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["corpus_runs.id"], name=op.f("fk_corpus_reports_run_corpus_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_reports")),
    )
    op.create_index(op.f("ix_corpus_reports_run"), "corpus_reports", ["run"], unique=False)
    op.create_index(op.f("ix_corpus_reports_tenant_made_at"), "corpus_reports", ["tenant", "made_at"], unique=False)
    op.create_table(
        "corpus_samples",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("run", _TEXT(), nullable=False),
        sa.Column("kind", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("closed_at", _NUMBER(), nullable=True),
        sa.Column("plan", _TEXT(), nullable=False),
        sa.Column("outcome", _TEXT(), nullable=False),
        sa.CheckConstraint("kind IN ('human', 'technical', 'removed')", name=op.f("ck_corpus_samples_kind_known")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_corpus_samples_status_known")),
        sa.ForeignKeyConstraint(["run"], ["corpus_runs.id"], name=op.f("fk_corpus_samples_run_corpus_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_samples")),
    )
    op.create_index(op.f("ix_corpus_samples_run"), "corpus_samples", ["run"], unique=False)
    op.create_index(op.f("ix_corpus_samples_tenant_status_made_at"), "corpus_samples", ["tenant", "status", "made_at"], unique=False)
    op.create_table(
        "corpus_shards",
        sa.Column("run", _TEXT(), nullable=False),
        sa.Column("stage", _TEXT(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("changed_at", _NUMBER(), nullable=False),
        sa.Column("outcome", _TEXT(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'running', 'done', 'quarantined')", name=op.f("ck_corpus_shards_status_known")),
        sa.ForeignKeyConstraint(["run"], ["corpus_runs.id"], name=op.f("fk_corpus_shards_run_corpus_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "stage", "number", name=op.f("pk_corpus_shards")),
    )
    op.create_index(op.f("ix_corpus_shards_run_stage_status"), "corpus_shards", ["run", "stage", "status"], unique=False)
    op.create_table(
        "corpus_reviews",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("sample", _TEXT(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reviewer", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("role", _TEXT(), nullable=False),
        sa.Column("label", _TEXT(), nullable=False),
        sa.Column("took_ms", _NUMBER(), nullable=False),
        sa.Column("document", _TEXT(), nullable=False),
        sa.CheckConstraint("label IN ('pass', 'fail', 'unsure')", name=op.f("ck_corpus_reviews_label_known")),
        sa.CheckConstraint("role IN ('first', 'second', 'adjudicator', 'technical')", name=op.f("ck_corpus_reviews_role_known")),
        sa.ForeignKeyConstraint(
            ["sample"], ["corpus_samples.id"], name=op.f("fk_corpus_reviews_sample_corpus_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_reviews")),
        sa.UniqueConstraint("sample", "position", "reviewer", name=op.f("uq_corpus_reviews_sample_position_reviewer")),
    )
    op.create_index(op.f("ix_corpus_reviews_sample_reviewer"), "corpus_reviews", ["sample", "reviewer"], unique=False)
    op.create_table(
        "corpus_sample_items",
        sa.Column("sample", _TEXT(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("doc_id", _TEXT(), nullable=False),
        sa.Column("source", _TEXT(), nullable=False),
        sa.Column("stratum", _TEXT(), nullable=False),
        sa.Column("double", sa.Integer(), nullable=False),
        sa.Column("verdict", _TEXT(), nullable=False),
        sa.Column("lineage", _TEXT(), nullable=False),
        sa.Column("text", _TEXT(), nullable=False),
        sa.CheckConstraint("verdict IN ('', 'pass', 'fail')", name=op.f("ck_corpus_sample_items_verdict_known")),
        sa.ForeignKeyConstraint(
            ["sample"], ["corpus_samples.id"], name=op.f("fk_corpus_sample_items_sample_corpus_samples"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample", "position", name=op.f("pk_corpus_sample_items")),
    )
    op.create_index(op.f("ix_corpus_sample_items_sample_doc_id"), "corpus_sample_items", ["sample", "doc_id"], unique=False)
    op.create_index(op.f("ix_corpus_sample_items_sample_verdict"), "corpus_sample_items", ["sample", "verdict"], unique=False)


def downgrade() -> None:
    """Back to 0004. What is known of training data is forgotten; the corpora themselves stay."""
    for table in (
        "corpus_reports", "corpus_appeals", "corpus_schedules", "corpus_staff", "corpus_reviews", "corpus_sample_items", "corpus_samples",
        "corpus_shards", "corpus_runs", "corpus_complaints", "corpus_sources",
    ):  # fmt: skip
        op.drop_table(table)
