"""GET /operator/receipts: all receipts, newest first; those that a cash register owes."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.operator.receipts_list.schemas import ListReceiptsQuery
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.receipt_view import ReceiptLine, ReceiptPage
from shared.receipts import views
from shared.receipts.views import Sought

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/receipts", access=rights.RECEIPTS_JUDGE)
def list_receipts(
    query: ListReceiptsQuery, caller: Principal, session: Session, now: datetime
) -> ReceiptPage:
    sought = Sought(query.deal_id, query.status, missing_at=now if query.missing else None)
    rows, total = views.receipts_page(session, viewer(caller), sought, offset=query.offset, size=query.size)
    lines = [ReceiptLine.of(row) for row in rows]
    return ReceiptPage(items=lines, total=total, page=query.page, size=query.size)
