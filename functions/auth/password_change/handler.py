"""POST /auth/password/change: a new password by the present one; every other session ends."""

from datetime import datetime

from functions.auth.password_change.schemas import ChangePasswordRequest
from shared.access import rights
from shared.auth import password_changes
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/auth/password/change",
    access=rights.OWN_PASSWORD,
    repeats="none",
    open_to_incomplete=True,
    open_to_pending=True,
)
def change_password(
    body: ChangePasswordRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> MessageView:
    password_changes.change(
        transactions,
        user_id=caller.user_id,
        session_id=caller.session_id,
        current_password=body.current_password,
        new_password=body.new_password,
        actor=caller.actor(facts),
        now=now,
    )
    return MessageView(message="Пароль изменён, другие сеансы завершены.")
