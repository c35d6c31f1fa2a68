"""The ledger: flows of money that goes back, holds, snapshots, and postings in one statement."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0004_ledger.sql"
    op.get_bind().exec_driver_sql(script.read_text())
