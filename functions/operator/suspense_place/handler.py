"""POST /operator/suspense/{payment_id}/place: the payment was meant for this step of this deal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.suspense_place.schemas import PlacedView, PlacePaymentRequest
from shared.access import rights
from shared.auth.step_up_models import StepUpAction
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.step_up import StepUp
from shared.payments import placing
from shared.receipts import income

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/suspense/{payment_id}/place",
    access=rights.SUSPENSE_RESOLVE,
    repeats="required",
    step_up=StepUp(StepUpAction.SUSPENSE_PLACE),
)
def place_payment(
    payment_id: UUID,
    body: PlacePaymentRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> PlacedView:
    payment = placing.place(
        session,
        payment_id=payment_id,
        deal_id=body.deal_id,
        step_no=body.step_no,
        on_paid=income.of_payment,
        actor=caller.actor(facts),
        now=now,
    )
    return PlacedView.of(payment, body.step_no)
