"""POST /operator/reconciliation/differences/{difference_id}/explain: a person answers for a difference."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.reconciliation_explain.schemas import ExplainDifferenceRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reconciliation_view import DifferenceView
from shared.reconciliation import differences, views

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/reconciliation/differences/{difference_id}/explain", access=rights.RECONCILE)
def explain_difference(
    difference_id: UUID,
    body: ExplainDifferenceRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> DifferenceView:
    explained = differences.explain(
        session, difference_id=difference_id, reason=body.reason, actor=caller.actor(facts), now=now
    )
    return DifferenceView.of(views.as_seen(explained, at=now))
