"""GET /operator/reconciliation/runs/{run_id}/csv: a comparison's differences as a table."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.function import HttpFunction
from shared.http.reply import CsvFile
from shared.reconciliation import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/reconciliation/runs/{run_id}/csv", access=rights.RECONCILE)
def download_run(run_id: UUID, session: Session) -> CsvFile:
    return CsvFile(f"reconciliation-{run_id}.csv", views.run_csv(session, run_id))
