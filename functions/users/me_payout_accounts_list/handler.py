"""GET /users/me/payout-accounts: where the caller is paid."""

from sqlalchemy.orm import Session

from functions.users.me_payout_accounts_list.schemas import PayoutAccountPage
from shared.access import rights
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.pagination import PageQuery
from shared.http.payout_account_view import PayoutAccountView
from shared.organizations import payout_account_reading
from shared.organizations.payout_account_reading import Owner

app = HttpFunction(__name__)


@app.endpoint("GET", "/users/me/payout-accounts", access=rights.OWN_PAYOUT_ACCOUNTS)
def list_payout_accounts(query: PageQuery, caller: Principal, session: Session) -> PayoutAccountPage:
    lines, total = payout_account_reading.page_of(
        session, owner=Owner(user_id=caller.user_id), offset=query.offset, limit=query.size
    )
    return PayoutAccountPage(
        items=[PayoutAccountView.of(line) for line in lines], total=total, page=query.page, size=query.size
    )
