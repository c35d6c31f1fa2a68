"""GET /deals/{deal_id}/disputes: the deal's disputes, newest first."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.disputes import views
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.dispute_view import DisputeList, DisputeView
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/deals/{deal_id}/disputes", access=rights.DISPUTES_READ)
def list_disputes(deal_id: UUID, caller: Principal, session: Session) -> DisputeList:
    found = views.disputes_of_deal(session, deal_id, viewer(caller))
    return DisputeList(items=[DisputeView.of(each) for each in found])
