"""POST /deals/{deal_id}/act/object: the client objects to the act, and says why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy.orm import Session

from functions.deals.act_object.schemas import ObjectToActRequest
from shared.access import rights
from shared.deals import views
from shared.documents import acts
from shared.http.caller import Principal
from shared.http.deal_view import DealView, viewer, with_etag
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/deals/{deal_id}/act/object",
    access=rights.ACCEPTANCES_ANSWER,
    repeats="required",
)
def object_to_act(
    deal_id: UUID,
    body: ObjectToActRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> Annotated[Reply, DealView]:
    deal = acts.object_to(
        session,
        deal_id=deal_id,
        objection=body.objection,
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    session.flush()
    return with_etag(views.facts_of(session, deal))
