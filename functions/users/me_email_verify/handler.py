"""POST /users/me/email/verify: a person proves or changes his address."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_email_verify.schemas import VerifyEmailRequest
from shared.access import rights
from shared.auth import contacts
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/users/me/email/verify",
    access=rights.OWN_ACCOUNT,
    open_to_incomplete=True,
    open_to_pending=True,
)
def verify_email(
    body: VerifyEmailRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> MessageView:
    contacts.confirm_email(
        session,
        user_id=caller.user_id,
        email=body.email,
        code=body.code,
        current_code=body.current_code,
        actor=caller.actor(facts),
        now=now,
    )
    return MessageView(message="Адрес подтверждён.")
