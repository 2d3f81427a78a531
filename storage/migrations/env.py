"""Alembic's entry: runs the migrations on the connection that `storage.database.migrate` hands over."""

from alembic import context

from storage.tables import Base

config = context.config
connection = config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
