"""GET /operator/reconciliation/runs/{run_id}: a comparison's totals, and its differences by age."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.reconciliation_read.schemas import RunReportView
from shared.access import rights
from shared.http.function import HttpFunction
from shared.reconciliation import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/reconciliation/runs/{run_id}", access=rights.RECONCILE)
def read_run(run_id: UUID, session: Session) -> RunReportView:
    return RunReportView.of_facts(views.run_facts(session, run_id))
