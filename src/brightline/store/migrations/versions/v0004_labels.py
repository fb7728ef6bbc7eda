"""Labelled files, fingerprints of generated answers, copies without an explicit label.

Revision 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT, _NUMBER = sa.Text, sa.BigInteger


def upgrade() -> None:
    """Up to 0004."""
    op.create_table(
        "labelled_files",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("role", _TEXT(), nullable=False),
        sa.Column("attribute", _TEXT(), nullable=False),
        sa.Column("content_id", _TEXT(), nullable=False),
        sa.Column("container", _TEXT(), nullable=False),
        sa.Column("file_digest", _TEXT(), nullable=False),
        sa.Column("media_digest", _TEXT(), nullable=False),
        sa.Column("phash", _TEXT(), nullable=False),
        sa.Column("watermark", _NUMBER(), nullable=True),
        sa.Column("account", _TEXT(), nullable=False),
        sa.Column("decision", _TEXT(), nullable=False),
        sa.CheckConstraint("role IN ('producer', 'platform')", name=op.f("ck_labelled_files_role_known")),
        sa.CheckConstraint("attribute IN ('1', '2', '3')", name=op.f("ck_labelled_files_attribute_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labelled_files")),
    )
    op.create_index(op.f("ix_labelled_files_tenant_content_id"), "labelled_files", ["tenant", "content_id"], unique=False)
    op.create_index(op.f("ix_labelled_files_tenant_file_digest"), "labelled_files", ["tenant", "file_digest"], unique=False)
    op.create_index(op.f("ix_labelled_files_tenant_media_digest"), "labelled_files", ["tenant", "media_digest"], unique=False)
    op.create_index(op.f("ix_labelled_files_tenant_watermark"), "labelled_files", ["tenant", "watermark"], unique=True)
    op.create_table(
        "text_fingerprints",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("made_at", _NUMBER(), nullable=False),
        sa.Column("digest", _TEXT(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("decision", _TEXT(), nullable=False),
        sa.Column("expires_at", _NUMBER(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_fingerprints")),
    )
    op.create_index(op.f("ix_text_fingerprints_tenant_digest"), "text_fingerprints", ["tenant", "digest"], unique=False)
    op.create_index(op.f("ix_text_fingerprints_decision"), "text_fingerprints", ["decision"], unique=False)
    op.create_index(op.f("ix_text_fingerprints_expires_at"), "text_fingerprints", ["expires_at"], unique=False)
    op.create_table(
        "text_grams",
        sa.Column("gram", _NUMBER(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", _TEXT(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["text_fingerprints.id"], name=op.f("fk_text_grams_fingerprint_text_fingerprints"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gram", "fingerprint", name=op.f("pk_text_grams")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_text_grams_fingerprint"), "text_grams", ["fingerprint"], unique=False)
    op.create_table(
        "unlabelled_copies",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("tenant", _TEXT(), nullable=False),
        sa.Column("given_at", _NUMBER(), nullable=False),
        sa.Column("kept_until", _NUMBER(), nullable=False),
        sa.Column("content_id", _TEXT(), nullable=False),
        sa.Column("file_digest", _TEXT(), nullable=False),
        sa.Column("recipient", _TEXT(), nullable=False),
        sa.Column("agreement", _TEXT(), nullable=False),
        sa.Column("agreed_at", _NUMBER(), nullable=False),
        sa.Column("purpose", _TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlabelled_copies")),
    )
    op.create_index(op.f("ix_unlabelled_copies_tenant_given_at"), "unlabelled_copies", ["tenant", "given_at"], unique=False)
    op.create_index(op.f("ix_unlabelled_copies_tenant_recipient"), "unlabelled_copies", ["tenant", "recipient"], unique=False)
    op.create_index(op.f("ix_unlabelled_copies_kept_until"), "unlabelled_copies", ["kept_until"], unique=False)


def downgrade() -> None:
    """Back to 0003. Fingerprints, records of labelled files and the log of copies are forgotten."""
    for table in ("unlabelled_copies", "text_grams", "text_fingerprints", "labelled_files"):
        op.drop_table(table)
