"""POST /deals/{deal_id}/steps/{step_no}/parts: a step that one payment can't carry is paid in parts."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from sqlalchemy.orm import Session

from functions.deals.steps_divide.schemas import DivideStepRequest
from shared.access import rights
from shared.adapters.sbp.factory import payment_provider
from shared.deals import views
from shared.http.caller import Principal
from shared.http.deal_view import DealView, viewer, with_etag
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply
from shared.payments import parts

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/deals/{deal_id}/steps/{step_no}/parts",
    access=rights.STEPS_DIVIDE,
    status=HTTPStatus.CREATED,
    repeats="required",
)
def divide_step(
    deal_id: UUID,
    step_no: int,
    body: DivideStepRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> Annotated[Reply, DealView]:
    deal = parts.divide_step(
        session,
        providers=payment_provider,
        deal_id=deal_id,
        step_no=step_no,
        count=body.count,
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    return with_etag(views.facts_of(session, deal))
