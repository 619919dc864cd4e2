"""Alembic's entry: the connection comes from `Store.migrate`."""

from alembic import context

from hiitpi.records.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
