"""Alembic's entry, called by ``infra.migrate`` with an open connection. Migrations go forward only: a mistake
gets another migration (expand, migrate, contract).
"""

from alembic import context

from infra.migrations import models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.metadata,
    compare_type=True,
)
context.run_migrations()
