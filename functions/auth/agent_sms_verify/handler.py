"""POST /auth/agent/sms/verify: an agent signs in by the code; the first time makes him a user."""

from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session

from functions.auth.agent_sms_verify.schemas import VerifyAgentCodeRequest
from shared.auth import agent_sign_in
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply
from shared.http.token_view import SignedInView, signed_in

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/agent/sms/verify", access=PUBLIC)
def verify_code(
    body: VerifyAgentCodeRequest, session: Session, facts: RequestFacts, now: datetime
) -> Annotated[Reply, SignedInView]:
    pair = agent_sign_in.enter(
        session,
        phone=body.phone,
        code=body.code,
        registration_id=body.registration_id,
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return signed_in(pair, facts)
