"""GET /operator/ledger/statement: any account of the ledger, line by line, with the balance after each."""

from sqlalchemy.orm import Session

from functions.operator.ledger_statement.schemas import (
    EARLIEST,
    LATEST,
    AccountStatement,
    AccountStatementQuery,
)
from shared.access import rights
from shared.http.function import HttpFunction
from shared.ledger import statement

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/ledger/statement", access=rights.LEDGER_READ)
def read_account(query: AccountStatementQuery, session: Session) -> AccountStatement:
    page = statement.statement(
        session,
        query.named(),
        since=query.since or EARLIEST,
        until=query.until or LATEST,
        size=query.limit,
        after=query.cursor,
    )
    return AccountStatement.of(page)
