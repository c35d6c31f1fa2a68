"""GET /operator/disputes: all disputes, the oldest first; by status, those that wait for a decision."""

from sqlalchemy.orm import Session

from functions.operator.disputes_list.schemas import ListDisputesQuery
from shared.access import rights
from shared.disputes import views
from shared.http.dispute_view import DisputePage, DisputeView
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/disputes", access=rights.DISPUTES_JUDGE)
def list_disputes(query: ListDisputesQuery, session: Session) -> DisputePage:
    found, total = views.disputes_page(session, status=query.status, offset=query.offset, size=query.size)
    items = [DisputeView.of(each) for each in found]
    return DisputePage(items=items, total=total, page=query.page, size=query.size)
