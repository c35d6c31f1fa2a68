"""POST /auth/agent/sms/send: an agent asks for a code to sign in."""

from datetime import datetime

from functions.auth.agent_sms_send.schemas import SendAgentCodeRequest
from shared.adapters.sms import sms_sender
from shared.auth import agent_sign_in
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/agent/sms/send", access=PUBLIC)
def send_code(
    body: SendAgentCodeRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> MessageView:
    agent_sign_in.send_code(transactions, sms_sender=sms_sender(), phone=body.phone, ip=facts.ip, now=now)
    return MessageView(message="Код отправлен в SMS.")
