"""POST /operator/receipts/{receipt_id}/retry: a cash register's receipt that failed is asked for anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.receipt_view import ReceiptLine
from shared.receipts import kkt_retrying, views

app = HttpFunction(__name__)


@app.endpoint(
    "POST", "/operator/receipts/{receipt_id}/retry", access=rights.RECEIPTS_JUDGE, repeats="required"
)
def retry_receipt(
    receipt_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> ReceiptLine:
    receipt = kkt_retrying.retry(session, receipt_id, actor=caller.actor(facts), now=now)
    return ReceiptLine.of(views.facts_of(session, receipt))
