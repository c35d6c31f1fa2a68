"""POST /auth/agency/login: an agency's admin signs in by e-mail and password."""

from datetime import datetime
from typing import Annotated

from functions.auth.agency_login.schemas import AgencyLoginRequest
from shared.auth import agency_sign_in
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply
from shared.http.token_view import SignedInView, signed_in

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/agency/login", access=PUBLIC)
def log_in(
    body: AgencyLoginRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> Annotated[Reply, SignedInView]:
    pair = agency_sign_in.enter(
        transactions,
        email=body.email,
        password=body.password,
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return signed_in(pair, facts)
