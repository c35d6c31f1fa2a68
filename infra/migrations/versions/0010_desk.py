"""The operator desk: dead letters, suspense, tasks."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0010_desk.sql"
    op.get_bind().exec_driver_sql(script.read_text())
