"""POST /operator/users/{user_id}/block: an operator signs a person out, lets him read only, and holds his money."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.users_block.schemas import BlockUserRequest
from shared.access import rights
from shared.auth import blocking
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.user_state_view import UserStateView

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/users/{user_id}/block", access=rights.USERS_BLOCK)
def block_user(
    user_id: UUID,
    body: BlockUserRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> UserStateView:
    return UserStateView.of(
        blocking.block(session, user_id=user_id, reason=body.reason, actor=caller.actor(facts), now=now)
    )
