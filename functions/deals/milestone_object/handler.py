"""POST /deals/{deal_id}/steps/{step_no}/milestone/object: the client disagrees, and says why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy.orm import Session

from functions.deals.milestone_object.schemas import ObjectToMilestoneRequest
from shared.access import rights
from shared.deals import milestones, views
from shared.http.caller import Principal
from shared.http.deal_view import DealView, viewer, with_etag
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/deals/{deal_id}/steps/{step_no}/milestone/object",
    access=rights.ACCEPTANCES_ANSWER,
    repeats="required",
)
def object_to_milestone(
    deal_id: UUID,
    step_no: int,
    body: ObjectToMilestoneRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> Annotated[Reply, DealView]:
    deal = milestones.object_to(
        session,
        deal_id=deal_id,
        step_no=step_no,
        objection=body.objection,
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    session.flush()
    return with_etag(views.facts_of(session, deal))
