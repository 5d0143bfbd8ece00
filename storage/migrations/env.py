"""Alembic's entry: migrates the connection that `storage.schema` hands over, inside its transaction."""

from alembic import context

from storage import alert_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=alert_tables.alerts.metadata,
    transactional_ddl=True,  # SQLite can too, once its transactions are begun as `storage.database` does
)
with context.begin_transaction():
    context.run_migrations()
