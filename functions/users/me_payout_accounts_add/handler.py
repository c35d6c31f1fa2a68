"""POST /users/me/payout-accounts: an agent names where he is paid; a code to his phone has confirmed it."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from functions.users.me_payout_accounts_add.schemas import AddPayoutAccountRequest
from shared.access import rights
from shared.adapters.queue import jobs
from shared.auth.step_up_models import StepUpAction
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.payout_account_view import PayoutAccountView
from shared.http.step_up import StepUp
from shared.organizations import payout_accounts
from shared.organizations.payout_account_reading import Owner
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/users/me/payout-accounts",
    access=rights.OWN_PAYOUT_ACCOUNTS,
    status=HTTPStatus.CREATED,
    step_up=StepUp(StepUpAction.PAYOUT_ACCOUNT_ADD),
    announces={Topic.JOBS: jobs.queue},
)
def add_payout_account(
    body: AddPayoutAccountRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> PayoutAccountView:
    return PayoutAccountView.of(
        payout_accounts.add(
            session,
            owner=Owner(user_id=caller.user_id),
            details=body.details(),
            actor=caller.actor(facts),
            now=now,
        )
    )
