"""POST /payments/intents: a link by which the client pays for one step."""

from datetime import datetime
from http import HTTPStatus

from functions.payments.intents_create.schemas import CreateIntentRequest
from shared.access import rights
from shared.adapters.sbp.factory import payment_provider
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.intent_view import IntentView
from shared.payments import intents

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/payments/intents",
    access=rights.INTENTS_CREATE,
    status=HTTPStatus.CREATED,
    repeats="required",
)
def create_intent(
    body: CreateIntentRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> IntentView:
    created = intents.create_intent(
        transactions,
        providers=payment_provider,
        deal_id=body.deal_id,
        step_no=body.step_no,
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    return IntentView.of(created)
