"""POST /auth/client/email/verify: a client signs in by the code; the first time makes him a user."""

from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session

from functions.auth.client_email_verify.schemas import VerifyClientCodeRequest
from shared.auth import client_sign_in
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply
from shared.http.token_view import SignedInView, signed_in

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/client/email/verify", access=PUBLIC)
def verify_code(
    body: VerifyClientCodeRequest, session: Session, facts: RequestFacts, now: datetime
) -> Annotated[Reply, SignedInView]:
    pair = client_sign_in.enter(
        session, email=body.email, code=body.code, ip=facts.ip, user_agent=facts.user_agent, now=now
    )
    return signed_in(pair, facts)
