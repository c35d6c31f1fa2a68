"""POST /users/me/email/send: the caller asks for a code to prove his address; to change it, for two."""

from datetime import datetime

from functions.users.me_email_send.schemas import EmailCodesView, SendEmailCodeRequest
from shared.access import rights
from shared.adapters.email import email_sender
from shared.auth import contacts
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/users/me/email/send",
    access=rights.OWN_ACCOUNT,
    open_to_incomplete=True,
    open_to_pending=True,
)
def send_code(
    body: SendEmailCodeRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> EmailCodesView:
    old_too = contacts.send_email_codes(
        transactions,
        email_sender=email_sender(),
        user_id=caller.user_id,
        email=body.email,
        ip=facts.ip,
        now=now,
    )
    return EmailCodesView.of(old_too=old_too)
