"""Run by Alembic: migrates on the connection that `storage.migrate` lends."""

from alembic import context
from sqlalchemy import Connection

from storage.tables.row import NAMES

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=NAMES)
with context.begin_transaction():
    context.run_migrations()
