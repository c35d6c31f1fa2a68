"""POST /operator/receipts/{receipt_id}/registered: a cash register's receipt was found in its cabinet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.receipts_enter.schemas import EnterReceiptRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.receipt_view import ReceiptLine
from shared.receipts import kkt_retrying, views

app = HttpFunction(__name__)


@app.endpoint(
    "POST", "/operator/receipts/{receipt_id}/registered", access=rights.RECEIPTS_JUDGE, repeats="required"
)
def enter_receipt(
    receipt_id: UUID,
    body: EnterReceiptRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> ReceiptLine:
    receipt = kkt_retrying.enter(session, receipt_id, body.registered(), actor=caller.actor(facts), now=now)
    return ReceiptLine.of(views.facts_of(session, receipt))
