"""GET /payments/intents/{intent_id}: how a payment link stands."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.intent_view import IntentView
from shared.kernel.roles import Role
from shared.payments import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments/intents/{intent_id}", access={Role.AGENT, Role.AGENCY_ADMIN, Role.CLIENT})
def read_intent(intent_id: UUID, caller: Principal, session: Session) -> IntentView:
    return IntentView.of(views.intent_of(session, intent_id, viewer(caller)))
