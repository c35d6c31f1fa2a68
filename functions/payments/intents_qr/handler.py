"""GET /payments/intents/{intent_id}/qr: the code of a payment link as a picture."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.adapters.qr import svg_of
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.reply import Picture
from shared.payments import intent_reading, paying
from shared.payments.errors import IntentNotPayable

app = HttpFunction(__name__)


@app.endpoint("GET", "/payments/intents/{intent_id}/qr", access=rights.PAYMENTS_READ)
def draw_code(intent_id: UUID, caller: Principal, session: Session, now: datetime) -> Picture:
    intent = intent_reading.visible(session, intent_id, viewer(caller))
    svg = svg_of(paying.code_of(intent, now), error="m", border=4)
    if svg is None:
        raise IntentNotPayable
    return Picture(svg)
