"""POST /auth/client/email/send: a client asks for a code to sign in."""

from datetime import datetime

from functions.auth.client_email_send.schemas import SendClientCodeRequest
from shared.adapters.email import email_sender
from shared.auth import client_sign_in
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/client/email/send", access=PUBLIC)
def send_code(
    body: SendClientCodeRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> MessageView:
    client_sign_in.send_code(
        transactions, email_sender=email_sender(), email=body.email, ip=facts.ip, now=now
    )
    return MessageView(message="Код отправлен письмом.")
