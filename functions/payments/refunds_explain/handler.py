"""GET /refunds/{refund_id}/explain: whose kopecks it pays back, from the signed contract to the postings."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.payments.refunds_explain.schemas import RefundExplanation
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.tracing import refunds

app = HttpFunction(__name__)


@app.endpoint("GET", "/refunds/{refund_id}/explain", access=rights.REFUNDS_EXPLAIN)
def explain_refund(refund_id: UUID, caller: Principal, session: Session) -> RefundExplanation:
    return RefundExplanation.of(refunds.explain_refund(session, refund_id, viewer(caller)))
