"""POST /operator/disputes/{dispute_id}/decide: an operator says who gets what, and the deal goes on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.disputes_decide.schemas import DecideDisputeRequest
from shared.access import rights
from shared.adapters.sbp.partial_refunds import pays_back_parts
from shared.auth.step_up_models import StepUpAction
from shared.config import refunds as settings
from shared.disputes import closing, views
from shared.disputes.closing import RefundMeans
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.dispute_view import DisputeView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.step_up import StepUp

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/disputes/{dispute_id}/decide",
    access=rights.DISPUTES_JUDGE,
    repeats="required",
    step_up=StepUp(StepUpAction.DISPUTE_DECIDE),
)
def decide_dispute(
    dispute_id: UUID,
    body: DecideDisputeRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> DisputeView:
    dispute = closing.decide(
        session,
        dispute_id=dispute_id,
        decision=body.agreed(),
        means=RefundMeans(pays_back_parts, settings.load()),
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    return DisputeView.of(views.facts_of(session, dispute))
