"""POST /payments/intents/{intent_id}/cancel: a payment link is taken back."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from shared.access import rights
from shared.adapters.sbp.factory import payment_provider
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.intent_view import IntentView
from shared.payments import cancelling
from shared.receipts import income

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/payments/intents/{intent_id}/cancel",
    access=rights.INTENTS_CANCEL,
    status=HTTPStatus.OK,
    repeats="required",
)
def cancel_intent(
    intent_id: UUID,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> IntentView:
    settled = cancelling.cancel_intent(
        transactions,
        providers=payment_provider,
        on_paid=income.of_payment,
        intent_id=intent_id,
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    return IntentView.of(settled)
