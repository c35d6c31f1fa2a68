"""POST /auth/staff/login: the first step of the staff's door; the second one is POST /auth/staff/totp."""

from datetime import datetime

from functions.auth.staff_login.schemas import ChallengeView, StaffLoginRequest
from shared.auth import staff_sign_in
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/staff/login", access=PUBLIC)
def log_in(
    body: StaffLoginRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> ChallengeView:
    return ChallengeView.of(
        staff_sign_in.begin(
            transactions,
            email=body.email,
            password=body.password,
            ip=facts.ip,
            user_agent=facts.user_agent,
            now=now,
        )
    )
