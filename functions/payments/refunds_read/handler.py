"""GET /refunds/{refund_id}: a refund and where it is."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.refund_view import RefundView
from shared.refunds import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/refunds/{refund_id}", access=rights.REFUNDS_READ)
def read_refund(refund_id: UUID, caller: Principal, session: Session) -> RefundView:
    return RefundView.of(views.visible_refund(session, refund_id, viewer(caller)))
