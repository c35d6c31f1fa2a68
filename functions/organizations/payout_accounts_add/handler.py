"""POST /organizations/{organization_id}/payout-accounts: its admin names where it is paid; a signer confirms it."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.payout_accounts_add.schemas import AddOrganizationAccountRequest
from shared.access import rights
from shared.adapters.queue import jobs
from shared.auth.step_up_models import StepUpAction
from shared.http.caller import Principal, act_for
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
    "/organizations/{organization_id}/payout-accounts",
    access=rights.AGENCY_ACCOUNTS_CHANGE,
    status=HTTPStatus.CREATED,
    step_up=StepUp(StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_ADD),
    announces={Topic.JOBS: jobs.queue},
)
def add_payout_account(
    organization_id: UUID,
    body: AddOrganizationAccountRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> PayoutAccountView:
    return PayoutAccountView.of(
        payout_accounts.add(
            session,
            owner=Owner(organization_id=act_for(caller, organization_id)),
            details=body.details(),
            actor=caller.actor(facts),
            now=now,
        )
    )
