"""POST /users/me/payout-accounts/{account_id}/default: pay the caller there from now on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

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
    "/users/me/payout-accounts/{account_id}/default",
    access=rights.OWN_PAYOUT_ACCOUNTS,
    step_up=StepUp(StepUpAction.PAYOUT_ACCOUNT_CHOOSE),
    announces={Topic.JOBS: jobs.queue},
)
def choose_payout_account(
    account_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> PayoutAccountView:
    return PayoutAccountView.of(
        payout_accounts.make_default(
            session,
            owner=Owner(user_id=caller.user_id),
            account_id=account_id,
            actor=caller.actor(facts),
            now=now,
        )
    )
