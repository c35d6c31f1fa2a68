"""GET /payments/{payment_id}: one payment with its split."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.payments.read.schemas import PaymentView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.payments import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments/{payment_id}", access=rights.PAYMENTS_READ)
def read_payment(payment_id: UUID, caller: Principal, session: Session) -> PaymentView:
    return PaymentView.of(views.payment_of(session, payment_id, viewer(caller)))
