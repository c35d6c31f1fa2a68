"""POST /operator/suspense/{payment_id}/return: the payment goes back whole to whoever paid it."""

from datetime import datetime
from http import HTTPStatus
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
from shared.refunds import unplaced, views

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/suspense/{payment_id}/return",
    access=rights.SUSPENSE_RESOLVE,
    status=HTTPStatus.ACCEPTED,
    repeats="required",
    step_up=StepUp(StepUpAction.SUSPENSE_RETURN),
)
def return_payment(
    payment_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> RefundView:
    refund = unplaced.return_unplaced(
        session, payment_id=payment_id, requested_by=caller.user_id, actor=caller.actor(facts), now=now
    )
    return RefundView.of(views.facts_of(session, refund, viewer(caller)))
