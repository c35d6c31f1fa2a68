"""GET /receipts: the caller's receipts, as taxpayer or as payer."""

from sqlalchemy.orm import Session

from functions.receipts.list.schemas import ListReceiptsQuery
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.receipt_view import ReceiptLine, ReceiptPage
from shared.receipts import views
from shared.receipts.views import Sought

app = HttpFunction(__name__)


@app.endpoint("GET", "/receipts", access=rights.RECEIPTS_READ)
def list_receipts(query: ListReceiptsQuery, caller: Principal, session: Session) -> ReceiptPage:
    rows, total = views.receipts_page(
        session, viewer(caller), Sought(query.deal_id), offset=query.offset, size=query.size
    )
    lines = [ReceiptLine.of(row) for row in rows]
    return ReceiptPage(items=lines, total=total, page=query.page, size=query.size)
