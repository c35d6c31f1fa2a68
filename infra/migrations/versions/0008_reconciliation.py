"""Bank statements, provider registries, and what differs between them and the ledger."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0008_reconciliation.sql"
    op.get_bind().exec_driver_sql(script.read_text())
