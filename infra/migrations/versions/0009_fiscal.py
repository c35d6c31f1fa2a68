"""Fiscal receipts (54-ФЗ)."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0009_fiscal.sql"
    op.get_bind().exec_driver_sql(script.read_text())
