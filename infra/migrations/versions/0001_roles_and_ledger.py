"""The application role's rights and the ledger."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0001_ledger.sql"
    op.get_bind().exec_driver_sql(script.read_text())
