"""The tables of the domains."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0002_domain.sql"
    op.get_bind().exec_driver_sql(script.read_text())
