"""Run by Alembic: the connection comes from ``notifier.store.migrate``, which owns the transaction."""

from alembic import context

from notifier.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
