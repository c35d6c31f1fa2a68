"""GET /payouts: what the caller, or his agency, gets and got."""

from sqlalchemy.orm import Session

from functions.payouts.list.schemas import ListPayoutsQuery, PayoutLine, PayoutPage
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.payouts import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/payouts", access=rights.PAYOUTS_READ)
def list_payouts(query: ListPayoutsQuery, caller: Principal, session: Session) -> PayoutPage:
    rows, total = views.payouts_page(
        session, viewer(caller), deal_id=query.deal_id, offset=query.offset, size=query.size
    )
    lines = [PayoutLine.of(payout, step_no) for payout, step_no in rows]
    return PayoutPage(items=lines, total=total, page=query.page, size=query.size)
