"""Payment intents: terminals, parts of a step, cancellation, their history."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).parents[1] / "sql" / "0005_intents.sql"
    op.get_bind().exec_driver_sql(script.read_text())
