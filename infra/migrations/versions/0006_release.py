"""Release by act, milestone, date and days; disputes."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0006_release.sql"
    op.get_bind().exec_driver_sql(script.read_text())
