"""POST /operator/refunds/{refund_id}/resend: a person answers for it that the bank never made a refund."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.auth.step_up_models import StepUpAction
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.refund_view import RefundView
from shared.http.step_up import StepUp
from shared.refunds import resending, views

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/refunds/{refund_id}/resend",
    access=rights.REFUNDS_JUDGE,
    repeats="required",
    step_up=StepUp(StepUpAction.REFUND_RESEND),
)
def resend_refund(
    refund_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> RefundView:
    refund = resending.decide(session, refund_id=refund_id, actor=caller.actor(facts), now=now)
    return RefundView.of(views.facts_of(session, refund, viewer(caller)))
