"""GET /payments/intents/{intent_id}: how a payment link stands."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.intent_view import IntentView
from shared.payments import intent_reading

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments/intents/{intent_id}", access=rights.PAYMENTS_READ)
def read_intent(intent_id: UUID, caller: Principal, session: Session) -> IntentView:
    return IntentView.of(intent_reading.intent_of(session, intent_id, viewer(caller)))
