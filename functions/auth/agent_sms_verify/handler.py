"""POST /auth/agent/sms/verify: an agent signs in by the code; the first time makes him a user."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.auth.agent_sms_verify.schemas import VerifyAgentCodeRequest
from shared.auth import agent_sign_in
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.token_view import TokenView

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/agent/sms/verify", access=PUBLIC)
def verify_code(
    body: VerifyAgentCodeRequest, session: Session, facts: RequestFacts, now: datetime
) -> TokenView:
    return TokenView.of(
        agent_sign_in.enter(
            session, phone=body.phone, code=body.code, ip=facts.ip, user_agent=facts.user_agent, now=now
        )
    )
