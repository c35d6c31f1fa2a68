"""POST /payments/{payment_id}/refunds: a part or all of a payment goes back to the client."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.payments.refunds_create.schemas import CreateRefundRequest
from shared.access import rights
from shared.adapters.sbp.partial_refunds import pays_back_parts
from shared.auth.step_up_models import StepUpAction
from shared.config import refunds as settings
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.refund_view import RefundView
from shared.http.step_up import StepUp
from shared.kernel.money import Money
from shared.refunds import requesting, views
from shared.refunds.requesting import Wanted

app = HttpFunction(__name__)


def is_large(body: Mapping[str, int]) -> bool:
    return body["amount_kopecks"] > settings.load().step_up_above.kopecks


@app.endpoint(
    "POST",
    "/payments/{payment_id}/refunds",
    access=rights.REFUNDS_CREATE,
    status=HTTPStatus.CREATED,
    repeats="required",
    step_up=StepUp(StepUpAction.REFUND_CREATE, when=is_large),
)
def create_refund(
    payment_id: UUID,
    body: CreateRefundRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> RefundView:
    refund = requesting.request_refund(
        session,
        payment_id=payment_id,
        wanted=Wanted(Money(body.amount_kopecks), body.reason, body.comment),
        viewer=viewer(caller),
        actor=caller.actor(facts),
        pays_back_parts=pays_back_parts,
        settings=settings.load(),
        now=now,
    )
    return RefundView.of(views.facts_of(session, refund, viewer(caller)))
