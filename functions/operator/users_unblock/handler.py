"""POST /operator/users/{user_id}/unblock: an operator gives a person back what he may do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.users_unblock.schemas import UnblockUserRequest
from shared.access import rights
from shared.auth import blocking
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.user_state_view import UserStateView

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/users/{user_id}/unblock", access=rights.USERS_BLOCK)
def unblock_user(
    user_id: UUID,
    body: UnblockUserRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> UserStateView:
    return UserStateView.of(
        blocking.unblock(session, user_id=user_id, reason=body.reason, actor=caller.actor(facts), now=now)
    )
