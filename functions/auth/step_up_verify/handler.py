"""POST /auth/step-up/verify: a right code grants a token for the one request that it confirms."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.auth.step_up_verify.schemas import StepUpView, VerifyStepUpRequest
from shared.access import rights
from shared.auth import step_up
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/step-up/verify", access=rights.OWN_SESSIONS, repeats="none")
def verify_code(
    body: VerifyStepUpRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> StepUpView:
    granted = step_up.confirm(
        session,
        user_id=caller.user_id,
        session_id=caller.session_id,
        confirmed=step_up.thing(body.action, body.path, body.body),
        code=body.code,
        actor=caller.actor(facts),
        now=now,
    )
    return StepUpView(token=granted.token, expires_in=granted.expires_in)
