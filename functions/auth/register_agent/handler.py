"""POST /auth/register/agent: an agent tells of himself; it counts once he proves the phone by signing in."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from functions.auth.register_agent.schemas import AgentRegisteredView, RegisterAgentRequest
from shared.auth import registrations
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/register/agent", access=PUBLIC, status=HTTPStatus.CREATED)
def register(
    body: RegisterAgentRequest, session: Session, facts: RequestFacts, now: datetime
) -> AgentRegisteredView:
    registration_id = registrations.register(
        session,
        phone=body.phone,
        details=body.details(),
        kinds=body.consents.given(),
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return AgentRegisteredView(
        id=registration_id, message="Данные приняты. Подтвердите номер телефона: войдите по коду из SMS."
    )
