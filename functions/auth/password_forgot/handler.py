"""POST /auth/password/forgot: a letter with a code to reset the password; the same answer for every address."""

from datetime import datetime

from functions.auth.password_forgot.schemas import ForgotPasswordRequest
from shared.adapters.email import email_sender
from shared.auth import password_changes
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/password/forgot", access=PUBLIC)
def send_code(
    body: ForgotPasswordRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> MessageView:
    password_changes.send_code(
        transactions, email_sender=email_sender(), email=body.email, ip=facts.ip, now=now
    )
    return MessageView(message="Письмо отправлено. Если с этим адресом входят по паролю, в письме есть код.")
