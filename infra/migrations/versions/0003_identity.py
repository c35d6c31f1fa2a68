"""Who people are, what they may do, and how their data are kept."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0003_identity.sql"
    op.get_bind().exec_driver_sql(script.read_text())
