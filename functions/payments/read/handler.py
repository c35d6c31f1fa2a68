"""GET /payments/{payment_id}: one payment with its split."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.payments.read.schemas import PaymentView
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.kernel.roles import Role
from shared.payments import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments/{payment_id}", access={Role.AGENT, Role.AGENCY_ADMIN, Role.CLIENT})
def read_payment(payment_id: UUID, caller: Principal, session: Session) -> PaymentView:
    return PaymentView.of(views.payment_of(session, payment_id, viewer(caller)))
