"""POST /users/me/payout-accounts: an agent names the bank in which he is paid by СБП."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from functions.users.me_payout_accounts_add.schemas import AddPayoutAccountRequest
from shared.access import rights
from shared.adapters.queue import jobs
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.payout_account_view import PayoutAccountView
from shared.organizations import payout_accounts
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/users/me/payout-accounts",
    access=rights.OWN_PAYOUT_ACCOUNTS,
    status=HTTPStatus.CREATED,
    announces={Topic.JOBS: jobs.queue},
)
def add_payout_account(
    body: AddPayoutAccountRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> PayoutAccountView:
    return PayoutAccountView.of(
        payout_accounts.add_sbp_phone(
            session, user_id=caller.user_id, bank_id=body.bank_id, actor=caller.actor(facts), now=now
        )
    )
