"""GET /operator/refunds: all refunds, newest first; by status, those that wait for approval or for money."""

from sqlalchemy.orm import Session

from functions.operator.refunds_list.schemas import ListRefundsQuery
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.refund_view import RefundPage, RefundView
from shared.refunds import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/refunds", access=rights.REFUNDS_JUDGE)
def list_refunds(query: ListRefundsQuery, caller: Principal, session: Session) -> RefundPage:
    found, total = views.refunds_page(
        session, viewer(caller), status=query.status, offset=query.offset, size=query.size
    )
    items = [RefundView.of(each) for each in found]
    return RefundPage(items=items, total=total, page=query.page, size=query.size)
