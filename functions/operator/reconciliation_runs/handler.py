"""GET /operator/reconciliation/runs: comparisons of days, newest first."""

from sqlalchemy.orm import Session

from functions.operator.reconciliation_runs.schemas import ListRunsQuery, RunsPage
from shared.access import rights
from shared.http.function import HttpFunction
from shared.http.reconciliation_view import RunView
from shared.reconciliation import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/reconciliation/runs", access=rights.RECONCILE)
def list_runs(query: ListRunsQuery, session: Session) -> RunsPage:
    runs, total = views.runs_page(session, offset=query.offset, limit=query.size)
    return RunsPage(items=[RunView.of(run) for run in runs], total=total, page=query.page, size=query.size)
