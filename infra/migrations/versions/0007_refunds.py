"""Refunds and the debts that follow from them."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0007_refunds.sql"
    op.get_bind().exec_driver_sql(script.read_text())
