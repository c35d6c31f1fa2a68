"""DELETE /users/me/payout-accounts/{account_id}: pay the caller nothing there any more."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.adapters.queue import jobs
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.organizations import payout_accounts
from shared.organizations.payout_account_reading import Owner
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/users/me/payout-accounts/{account_id}",
    access=rights.OWN_PAYOUT_ACCOUNTS,
    status=HTTPStatus.NO_CONTENT,
    announces={Topic.JOBS: jobs.queue},
)
def remove_payout_account(
    account_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> None:
    payout_accounts.remove(
        session,
        owner=Owner(user_id=caller.user_id),
        account_id=account_id,
        actor=caller.actor(facts),
        now=now,
    )
