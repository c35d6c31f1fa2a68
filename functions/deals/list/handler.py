"""GET /deals: the caller's deals, newest first."""

from sqlalchemy.orm import Session

from functions.deals.list.schemas import DealLine, DealPage, ListDealsQuery
from shared.access import rights
from shared.deals import views
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/deals", access=rights.DEALS_READ)
def list_deals(query: ListDealsQuery, caller: Principal, session: Session) -> DealPage:
    deals, total = views.list_deals(
        session, viewer(caller), query.wanted(), limit=query.size, offset=query.offset
    )
    return DealPage(
        items=[DealLine.of(deal) for deal in deals], total=total, page=query.page, size=query.size
    )
