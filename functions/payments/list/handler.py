"""GET /payments: payments of the caller's deals, newest first."""

from sqlalchemy.orm import Session

from functions.payments.list.schemas import ListPaymentsQuery, PaymentLine, PaymentPage
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.payments import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments", access=rights.PAYMENTS_READ)
def list_payments(query: ListPaymentsQuery, caller: Principal, session: Session) -> PaymentPage:
    rows, total = views.payments_page(
        session, viewer(caller), deal_id=query.deal_id, offset=query.offset, size=query.size
    )
    lines = [PaymentLine.of(payment, step_no) for payment, step_no in rows]
    return PaymentPage(items=lines, total=total, page=query.page, size=query.size)
