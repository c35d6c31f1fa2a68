"""POST /users/me/phone/verify: a person proves or changes his phone and finds the deals that wait for him."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_phone_verify.schemas import PhoneVerifiedView, VerifyPhoneRequest
from shared.access import rights
from shared.deals import arrivals
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/users/me/phone/verify",
    access=rights.OWN_ACCOUNT,
    open_to_incomplete=True,
    open_to_pending=True,
)
def verify_phone(
    body: VerifyPhoneRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> PhoneVerifiedView:
    attached = arrivals.verify_phone(
        session,
        user_id=caller.user_id,
        phone=body.phone,
        code=body.code,
        current_code=body.current_code,
        actor=caller.actor(facts),
        now=now,
    )
    return PhoneVerifiedView(attached_deals=attached)
