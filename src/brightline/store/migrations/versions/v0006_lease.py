"""A lease for the supervisor of a corpus run, so that one which slept cannot write beside the one that took over.

Revision 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Up to 0006."""
    op.add_column("corpus_runs", sa.Column("lease", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back to 0005."""
    with op.batch_alter_table("corpus_runs") as batch:
        batch.drop_column("lease")
