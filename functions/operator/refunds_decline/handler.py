"""POST /operator/refunds/{refund_id}/decline: a large refund will not be made, and its money is free again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.refunds_decline.schemas import DeclineRefundRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.refund_view import RefundView
from shared.refunds import approving, views

app = HttpFunction(__name__)


@app.endpoint(
    "POST", "/operator/refunds/{refund_id}/decline", access=rights.REFUNDS_JUDGE, repeats="required"
)
def decline_refund(
    refund_id: UUID,
    body: DeclineRefundRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> RefundView:
    refund = approving.decline(
        session,
        refund_id=refund_id,
        approver_id=caller.user_id,
        reason=body.reason,
        actor=caller.actor(facts),
        now=now,
    )
    return RefundView.of(views.facts_of(session, refund, viewer(caller)))
