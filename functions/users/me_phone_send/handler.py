"""POST /users/me/phone/send: the caller asks for a code to prove his phone; to change it, for two."""

from datetime import datetime

from functions.users.me_phone_send.schemas import PhoneCodesView, SendPhoneCodeRequest
from shared.access import rights
from shared.adapters.sms import sms_sender
from shared.auth import contacts
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/users/me/phone/send",
    access=rights.OWN_ACCOUNT,
    open_to_incomplete=True,
    open_to_pending=True,
)
def send_code(
    body: SendPhoneCodeRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> PhoneCodesView:
    old_too = contacts.send_phone_codes(
        transactions,
        sms_sender=sms_sender(),
        user_id=caller.user_id,
        phone=body.phone,
        ip=facts.ip,
        now=now,
    )
    return PhoneCodesView.of(old_too=old_too)
