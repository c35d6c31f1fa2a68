"""GET /operator/ledger/accounts: the accounts of a kind with their balances, now or at a moment."""

from sqlalchemy.orm import Session

from functions.operator.ledger_accounts.schemas import AccountsPage, ListAccountsQuery
from shared.access import rights
from shared.http.function import HttpFunction
from shared.ledger import trial_balance

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/ledger/accounts", access=rights.LEDGER_READ)
def list_accounts(query: ListAccountsQuery, session: Session) -> AccountsPage:
    found = trial_balance.account_balances(
        session, query.kind, at=query.at, after=query.after, at_most=query.limit + 1
    )
    return AccountsPage.of(found, limit=query.limit)
