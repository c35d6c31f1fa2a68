"""GET /payouts/{payout_id}/explain: where its kopecks come from, from the signed contract to the postings."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.payouts.explain.schemas import PayoutExplanation
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.tracing import payouts

app = HttpFunction(__name__)


@app.endpoint("GET", "/payouts/{payout_id}/explain", access=rights.PAYOUTS_READ)
def explain_payout(payout_id: UUID, caller: Principal, session: Session) -> PayoutExplanation:
    return PayoutExplanation.of(payouts.explain_payout(session, payout_id, viewer(caller)))
