"""POST /auth/step-up/send: the caller asks for a code that confirms one sensitive request."""

from datetime import datetime

from functions.auth.step_up_send.schemas import SendStepUpRequest, StepUpSentView
from shared.access import rights
from shared.adapters.sms import sms_sender
from shared.auth import step_up
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/step-up/send", access=rights.OWN_SESSIONS, repeats="none")
def send_code(
    body: SendStepUpRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> StepUpSentView:
    phone = step_up.send_code(
        transactions,
        sms_sender=sms_sender(),
        user_id=caller.user_id,
        session_id=caller.session_id,
        confirmed=step_up.thing(body.action, body.path, body.body),
        body=body.body,
        ip=facts.ip,
        now=now,
    )
    return StepUpSentView(message="Код отправлен в SMS.", phone=phone)
