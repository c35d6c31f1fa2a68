"""GET /organizations/{organization_id}/payout-accounts: where the organization is paid."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.payout_accounts_list.schemas import PayoutAccountPage
from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.function import HttpFunction
from shared.http.pagination import PageQuery
from shared.http.payout_account_view import PayoutAccountView
from shared.organizations import payout_account_reading
from shared.organizations.payout_account_reading import Owner

app = HttpFunction(__name__)


@app.endpoint("GET", "/organizations/{organization_id}/payout-accounts", access=rights.AGENCY_ACCOUNTS_READ)
def list_payout_accounts(
    organization_id: UUID, query: PageQuery, caller: Principal, session: Session
) -> PayoutAccountPage:
    lines, total = payout_account_reading.page_of(
        session,
        owner=Owner(organization_id=act_for(caller, organization_id)),
        offset=query.offset,
        limit=query.size,
    )
    return PayoutAccountPage(
        items=[PayoutAccountView.of(line) for line in lines], total=total, page=query.page, size=query.size
    )
