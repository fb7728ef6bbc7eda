"""Alembic's entry: runs the scripts on the connection that ``brightline.store.schema`` opened and locked."""

from __future__ import annotations

from alembic import context

from brightline.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
