"""GET /invitations/{token}: what whoever opens the link of an invitation sees, signed in or not."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.invitations.read.schemas import OfferView
from shared.http.caller import PUBLIC
from shared.http.function import HttpFunction
from shared.organizations import invitation_reading

app = HttpFunction(__name__)


@app.endpoint("GET", "/invitations/{token}", access=PUBLIC)
def read_invitation(token: str, session: Session, now: datetime) -> OfferView:
    return OfferView.of(invitation_reading.offer_of(session, token), now)
