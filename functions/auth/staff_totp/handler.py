"""POST /auth/staff/totp: the second step of the staff's door: a code of the authenticator, or a recovery code."""

from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session

from functions.auth.staff_totp.schemas import SecondFactorRequest
from shared.auth import staff_sign_in
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply
from shared.http.token_view import SignedInView, signed_in

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/staff/totp", access=PUBLIC)
def verify_second_factor(
    body: SecondFactorRequest, session: Session, facts: RequestFacts, now: datetime
) -> Annotated[Reply, SignedInView]:
    pair = staff_sign_in.finish(
        session,
        challenge_token=body.challenge_token,
        code=body.code,
        recovery_code=body.recovery_code,
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return signed_in(pair, facts)
