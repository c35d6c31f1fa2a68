"""POST /deals/{deal_id}/dispute/withdraw: who opened the deal's dispute takes it back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.disputes import closing, views
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.dispute_view import DisputeView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/deals/{deal_id}/dispute/withdraw", access=rights.DISPUTES_OPEN, repeats="required")
def withdraw_dispute(
    deal_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> DisputeView:
    dispute = closing.withdraw(
        session, deal_id=deal_id, viewer=viewer(caller), actor=caller.actor(facts), now=now
    )
    return DisputeView.of(views.facts_of(session, dispute))
