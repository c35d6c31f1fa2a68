"""GET /deals/{deal_id}: one of the caller's deals, with its ETag."""

from typing import Annotated
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.deals import views
from shared.http.caller import Principal
from shared.http.deal_view import DealView, viewer, with_etag
from shared.http.function import HttpFunction
from shared.http.reply import Reply

app = HttpFunction(__name__)


@app.endpoint("GET", "/deals/{deal_id}", access=rights.DEALS_READ)
def read_deal(deal_id: UUID, caller: Principal, session: Session) -> Annotated[Reply, DealView]:
    return with_etag(views.visible_facts(session, deal_id, viewer(caller)))
