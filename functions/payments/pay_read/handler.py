"""GET /pay/{pay_token}: what whoever holds the link to a payment sees, signed in or not."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.payments.pay_read.schemas import PayView
from shared.http.caller import PUBLIC
from shared.http.function import HttpFunction
from shared.payments import paying

app = HttpFunction(__name__)


@app.endpoint("GET", "/pay/{pay_token}", access=PUBLIC)
def read_payment_page(pay_token: str, session: Session, now: datetime) -> PayView:
    return PayView.of(paying.page_of(session, pay_token, now=now))
