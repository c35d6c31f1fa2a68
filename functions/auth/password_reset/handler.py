"""POST /auth/password/reset: a new password by the code from the letter; every session ends."""

from datetime import datetime

from functions.auth.password_reset.schemas import ResetPasswordRequest
from shared.auth import password_changes
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/password/reset", access=PUBLIC)
def reset_password(
    body: ResetPasswordRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> MessageView:
    password_changes.reset(
        transactions,
        email=body.email,
        code=body.code,
        password=body.password,
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return MessageView(message="Пароль изменён. Войдите с новым паролем.")
