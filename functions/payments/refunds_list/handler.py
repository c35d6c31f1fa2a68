"""GET /payments/{payment_id}/refunds: what of a payment went back or is about to, newest first."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.pagination import PageQuery
from shared.http.refund_view import RefundPage, RefundView
from shared.refunds import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments/{payment_id}/refunds", access=rights.REFUNDS_READ)
def list_refunds(payment_id: UUID, query: PageQuery, caller: Principal, session: Session) -> RefundPage:
    found, total = views.refunds_of_payment(
        session, payment_id, viewer(caller), offset=query.offset, size=query.size
    )
    items = [RefundView.of(each) for each in found]
    return RefundPage(items=items, total=total, page=query.page, size=query.size)
