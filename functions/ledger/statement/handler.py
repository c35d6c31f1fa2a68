"""GET /ledger/statement: what became payable to the caller or his agency, what was paid, what is owed back."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.ledger.statement.schemas import OwnerStatement, OwnerStatementQuery
from shared.access import rights
from shared.access.rights import Reach
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.ledger import owner_statement

app = HttpFunction(__name__)


@app.endpoint("GET", "/ledger/statement", access=rights.STATEMENT_READ)
def read_statement(query: OwnerStatementQuery, caller: Principal, session: Session) -> OwnerStatement:
    events = owner_statement.read_events(
        session,
        _owner(caller),
        since=query.since,
        until=query.until,
        after=query.cursor,
        at_most=query.limit + 1,
    )
    return OwnerStatement.of(events, limit=query.limit)


def _owner(caller: Principal) -> UUID:
    """Shares belong to a person or to an organization, and each reads its own."""
    if caller.reach is Reach.AGENCY and caller.organization_id is not None:
        return caller.organization_id
    return caller.user_id
